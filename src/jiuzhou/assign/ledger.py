"""What each owner carries so far: customers and hours, never beyond a limit."""

from __future__ import annotations

from jiuzhou.assign.roster import Roster, members

_TOLERANCE_HOURS = 1e-9


class Ledger:
    """
    The owners' load while decisions are made.

    Attributes
    ----------
    customers, hours
        What each owner carries, by position.
    order
        Number of the decision that last gave each owner a customer; −1 for none.
    """

    def __init__(self, roster: Roster, largest_hours: float) -> None:
        self._roster = roster
        self._largest = largest_hours
        self.customers = [0] * len(roster.ids)
        self.hours = [0.0] * len(roster.ids)
        self.order = [-1] * len(roster.ids)
        self._made = 0
        self._full = 0
        self._tight = 0
        for position in range(len(roster.ids)):
            self._note(position)

    @property
    def full(self) -> int:
        """The owners who can take no further customer, as a set."""
        return self._full

    def add(self, position: int, hours: float) -> None:
        """Put one customer of ``hours`` a year on the owner."""
        self.customers[position] += 1
        self.hours[position] += hours
        self.order[position] = self._made
        self._made += 1
        self._note(position)

    def room(self, owners: int, hours: float) -> int:
        """Return those of ``owners`` who can take one more customer of ``hours`` a year."""
        left = owners & ~self._full
        for position in members(left & self._tight):
            if self.hours[position] + hours > self._roster.capacity_hours[position] + _TOLERANCE_HOURS:
                left &= ~(1 << position)
        return left

    def free_hours(self, position: int) -> float:
        """Return the hours a year the owner still has; negative where its load is beyond them."""
        return self._roster.stated_hours[position] - self.hours[position]

    def share(self, position: int) -> float:
        """Return the owner's load as a share of what it may carry, by hours or customers, whichever is fuller."""
        by_customers = self.customers[position] / max(self._roster.capacity_customers[position], 1.0)
        return max(by_customers, self.hours[position] / max(self._roster.stated_hours[position], 1.0))

    def _note(self, position: int) -> None:
        # Only the tight need a look for each customer; the others could take even the largest.
        bit, limit = 1 << position, self._roster.capacity_hours[position]
        if self.customers[position] + 1 > self._roster.capacity_customers[position]:
            self._full |= bit
        if self.hours[position] + self._largest > limit:
            self._tight |= bit
