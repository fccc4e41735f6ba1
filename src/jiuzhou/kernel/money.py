"""Money: a decimal amount with its currency; four decimals, as the Book keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

UNIT = Decimal("0.0001")


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """
    An amount in one currency.

    Attributes
    ----------
    amount
        Rounded half-even to four decimals on creation.
    currency
        ISO 4217 code, three capital letters.

    Raises
    ------
    ValueError
        If the currency is not three capital letters, or the amount is not finite.
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise ValueError(f"{self.currency!r} is no ISO 4217 currency code such as 'CNY'.")
        amount = Decimal(self.amount)
        if not amount.is_finite():
            raise ValueError(f"{amount} is no amount of money.")
        object.__setattr__(self, "amount", amount.quantize(UNIT, ROUND_HALF_EVEN))

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add; convert one with a rate first.")
        return other.amount


def apportion(total: Decimal, weights: Sequence[float], *, unit: Decimal = UNIT) -> list[Decimal]:
    """
    Return parts of ``total`` in proportion to ``weights`` that sum to it exactly (largest remainder, Hamilton 1792).

    Parameters
    ----------
    total
        What is shared out; any sign, a multiple of ``unit`` after rounding half-even.
    weights
        Not negative; where all are zero the parts are equal.
    unit
        The smallest part, such as a fen.

    Returns
    -------
    list[Decimal]
        One part for each weight, in order; equal remainders go to the earlier one.

    Raises
    ------
    ValueError
        If there are no weights, or one is negative or not finite.
    """
    shares = [Decimal(str(weight)) for weight in weights]
    if not shares:
        raise ValueError("Nothing to share out among: give at least one weight.")
    if any(not share.is_finite() or share < 0 for share in shares):
        raise ValueError("A weight must be a number of at least 0.")
    whole = sum(shares)
    if whole == 0:
        shares, whole = [Decimal(1)] * len(shares), Decimal(len(shares))
    steps = int((abs(total) / unit).to_integral_value(ROUND_HALF_EVEN))
    exact = [steps * share / whole for share in shares]
    floors = [int(part) for part in exact]
    by_remainder = sorted(range(len(shares)), key=lambda i: (floors[i] - exact[i], i))
    for index in by_remainder[: steps - sum(floors)]:
        floors[index] += 1
    sign = -1 if total < 0 else 1
    return [sign * count * unit for count in floors]
