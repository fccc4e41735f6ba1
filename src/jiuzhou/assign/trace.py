"""The steps of a decision, written down as JSON while it is made; equal steps are written once and shared."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from jiuzhou.assign.rule_set import Rule
from jiuzhou.kernel.message import Json, say
from jiuzhou.rules import conjuncts, to_text

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Scribe:
    """Writes steps; the same step of another decision costs one look-up."""

    def __init__(self, rules: Sequence[Rule], *, most_rules: int) -> None:
        self._rules = rules
        self._most = most_rules
        self._parts = [[to_text(part) for part in conjuncts(rule.when)] for rule in rules]
        self._tried: dict[tuple[int, ...], tuple[str, str]] = {}
        self._filters: dict[tuple[object, ...], str] = {}

    def tried(self, misses: tuple[int, ...]) -> tuple[str, str]:
        """
        Return the steps of the rules tried, and the step of the nearest one that failed (empty for none).

        Parameters
        ----------
        misses
            As ``Program.misses`` gives them.
        """
        found = self._tried.get(misses)
        if found is None:
            found = self._tried[misses] = (self._rule_steps(misses), self._near_miss(misses))
        return found

    def holds(self, rule: Rule) -> str:
        """Return the step of a rule that holds."""
        return written({"step": "rule", "rule": rule.id, "holds": True})

    def stage(self, by: str, before: int, after: int, out: tuple[str, ...] = ()) -> str:
        """Return the step of a filter: how many candidates were before and after, and who left if they are few."""
        key = (by, before, after, *out)
        found = self._filters.get(key)
        if found is None:
            step: dict[str, Json] = {"step": "filter", "by": by, "before": before, "after": after}
            found = self._filters[key] = written(step | ({"out": list(out)} if out else {}))
        return found

    def _rule_steps(self, misses: tuple[int, ...]) -> str:
        steps: list[Mapping[str, Json]] = []
        for rule, parts, missed in zip(self._rules, self._parts, misses, strict=False):
            if missed:
                first = (missed & -missed).bit_length() - 1
                steps.append({"step": "rule", "rule": rule.id, "failed": parts[first]})
            else:
                steps.append({"step": "rule", "rule": rule.id, "holds": True})
        if len(steps) - 1 > self._most:
            left_out = len(steps) - 1 - self._most
            steps[self._most : -1] = [{"step": "rules", "more": left_out}]
        return ",".join(map(written, steps))

    def _near_miss(self, misses: tuple[int, ...]) -> str:
        for rule, parts, missed in zip(self._rules, self._parts, misses, strict=False):
            if missed.bit_count() == 1:
                told = say(
                    "assign.otherwise_rule",
                    condition=parts[missed.bit_length() - 1],
                    rule=rule.title,
                )
                return written({"step": "otherwise", "rule": rule.id, **told.to_json()})
        return ""


def written(step: Mapping[str, Json]) -> str:
    """Return one step, or other parameters, as compact JSON."""
    return _ENCODER.encode(step)
