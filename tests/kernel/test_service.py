"""What several stages count by: the tier's value, unless the customer's own is stated."""

import numpy as np
import pytest

from jiuzhou.kernel.service import by_tier, stated_or_by_tier

LEVEL = {"A": 24.0, "B": 12.0, "D": 1.0}


@pytest.mark.parametrize(("otherwise", "usual"), [(None, 1.0), ("B", 12.0)])
def test_a_tier_that_is_not_given_counts_as_the_last_or_the_one_stated(otherwise: str | None, usual: float) -> None:
    assert by_tier(["A", "C", None], LEVEL, otherwise=otherwise).tolist() == [24.0, usual, usual]


def test_without_any_level_nothing_is_owed() -> None:
    assert by_tier(["A"], {}).tolist() == [0.0]


def test_what_is_stated_goes_before_the_tier_even_where_it_is_nothing() -> None:
    assert stated_or_by_tier(np.array([0.0, np.nan]), np.array([24.0, 12.0])).tolist() == [0.0, 12.0]
