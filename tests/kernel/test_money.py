"""Money adds within one currency, and parts always sum to the whole."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.kernel.money import Money, apportion

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False)


@given(amounts, st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_parts_sum_to_the_whole(total: Decimal, weights: list[float]) -> None:
    parts = apportion(total, weights)

    assert sum(parts) == total
    assert len(parts) == len(weights)


@given(st.lists(st.integers(0, 1000), min_size=2, max_size=9))
def test_a_part_is_within_one_unit_of_its_exact_share(weights: list[int]) -> None:
    total, unit = Decimal(100), Decimal("0.01")
    shares = weights if sum(weights) else [1] * len(weights)

    parts = apportion(total, weights, unit=unit)

    for part, share in zip(parts, shares, strict=True):
        assert abs(part - total * share / sum(shares)) < unit


def test_equal_remainders_go_to_the_earlier_part() -> None:
    assert apportion(Decimal("1.00"), [1, 1, 1], unit=Decimal("0.01")) == [
        Decimal("0.34"),
        Decimal("0.33"),
        Decimal("0.33"),
    ]


@pytest.mark.parametrize("weights", [[], [-1.0, 2.0], [float("nan")]])
def test_weights_that_make_no_sense_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weight"):
        apportion(Decimal(1), weights)


def test_two_currencies_do_not_add() -> None:
    with pytest.raises(ValueError, match="CNY and EUR"):
        Money(Decimal(1), "CNY") + Money(Decimal(1), "EUR")


def test_money_is_rounded_half_even_to_four_decimals() -> None:
    assert Money(Decimal("0.00005"), "CNY").amount == Decimal("0.0000")
    assert Money(Decimal("0.00015"), "CNY").amount == Decimal("0.0002")


@pytest.mark.parametrize("currency", ["cny", "RMB¥", ""])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    with pytest.raises(ValueError, match="ISO 4217"):
        Money(Decimal(1), currency)
