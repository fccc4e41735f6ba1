"""Taking turns by weight, fairly even when people come, go and are away: stride scheduling."""

from __future__ import annotations

from collections.abc import Mapping

from jiuzhou.assign.ledger import Ledger
from jiuzhou.assign.roster import Roster, members
from jiuzhou.assign.rule_set import Turns

_STRIDE = 1_000_000_007


class Rotation:
    """
    The round robins of one run.

    A turn advances its owner by a stride inverse to its weight (Waldspurger and Weihl 1995, *Stride scheduling*), in
    whole numbers, so that owners of equal weight stay exactly level: never more than one turn apart.
    """

    def __init__(self, roster: Roster, before: Turns, *, on_return: str) -> None:
        self._roster = roster
        self._passes = {group: self._resumed(known, before.away, on_return) for group, known in before.passes.items()}
        self._strides = [_stride(weight) if weight > 0 else 0 for weight in roster.weights]
        self.takers = roster.where(lambda position: roster.weights[position] > 0)

    def next_two(self, group: str, owners: int, ledger: Ledger) -> tuple[int, int | None]:
        """
        Return whose turn it is among ``owners``, and who would be next without them.

        Level owners go by what they carry, then by id: several groups that start together do not all start at the
        same person.
        """
        passes = self._passes.setdefault(group, [0] * len(self._roster.ids))
        ranked = sorted(members(owners), key=lambda position: (passes[position], ledger.customers[position], position))
        return ranked[0], ranked[1] if len(ranked) > 1 else None

    def take(self, group: str, position: int) -> None:
        """Count a turn of the owner."""
        self._passes[group][position] += self._strides[position]

    def memory(self, away: int) -> Turns:
        """Return what the next run must know; ``away`` are the owners who cannot take part now."""
        ids = self._roster.ids
        passes = {
            group: {owner: known[position] for position, owner in enumerate(ids)}
            for group, known in sorted(self._passes.items())
        }
        return Turns(passes, tuple(ids[position] for position in members(away)))

    def _resumed(self, known: Mapping[str, int], away: tuple[str, ...], on_return: str) -> list[int]:
        ids, present = self._roster.ids, set(members(self._roster.present))
        stayed = [known[owner] for place, owner in enumerate(ids) if place in present and owner in known.keys() - away]
        floor = min(stayed, default=0)
        # Somebody new starts at the average of those there: neither flooded nor starved.
        average = sum(stayed) // len(stayed) if stayed else 0
        passes = [known.get(owner, average) for owner in ids]
        if on_return == "fair":
            for place, owner in enumerate(ids):
                if owner in away and place in present:
                    passes[place] = max(passes[place], floor)
        return passes


def _stride(weight: float) -> int:
    # At least 1, or whoever weighs most would have every turn; a weight that is next to nothing divides badly.
    return max(round(_STRIDE / max(weight, 1e-9)), 1)
