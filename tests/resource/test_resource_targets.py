from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou import resource
from jiuzhou.adapters.texts import LANGS, render
from jiuzhou.kernel.book import BookSettings
from jiuzhou.resource import ResourcePolicy
from jiuzhou.resource.targets import coming_periods, share_targets
from plans import plan_of, scores_of, territory

TODAY = date(2026, 1, 1)
amounts = st.floats(0, 1e7, allow_nan=False)


@settings(deadline=None, max_examples=100)
@given(
    total=st.integers(0, 10**10),
    shares=st.lists(st.tuples(amounts, amounts), min_size=1, max_size=12),
    weight=st.floats(0, 1),
    max_growth=st.floats(0, 3),
    unit=st.sampled_from([1, 10, 1000]),
)
def test_the_parts_sum_to_the_whole_for_any_weights(total, shares, weight, max_growth, unit) -> None:
    policy = ResourcePolicy(
        history_weight=weight, potential_weight=1 - weight / 2, max_growth=max_growth, target_unit=unit
    )
    history, potential = (np.array(column) for column in zip(*shares, strict=True))
    parts, _ = share_targets(Decimal(total - total % unit), history, potential, policy=policy)
    assert sum(parts) == total - total % unit
    assert all(part >= 0 and part % unit == 0 for part in parts)


def test_no_territory_is_asked_for_more_than_the_largest_growth_while_others_can_take_it() -> None:
    policy = ResourcePolicy(history_weight=0, potential_weight=1, max_growth=0.2)
    parts, capped = share_targets(Decimal(1100), np.array([500.0, 500.0]), np.array([9.0, 1.0]), policy=policy)
    assert parts == [600, 500]
    assert capped.tolist() == [True, False]


def test_a_territory_without_history_is_not_held_back() -> None:
    policy = ResourcePolicy(history_weight=0.5, potential_weight=0.5, max_growth=0.1)
    parts, capped = share_targets(Decimal(1000), np.array([1000.0, 0.0]), np.array([1.0, 1.0]), policy=policy)
    assert parts == [750, 250]
    assert not capped.any()


def test_the_next_quarter_is_the_first() -> None:
    assert [str(period) for period in coming_periods(1, 4, today=date(2026, 2, 3))] == [
        *("2026-Q2", "2026-Q3", "2026-Q4", "2027-Q1"),
    ]
    assert str(coming_periods(4, 1, today=date(2026, 4, 1))[0]) == "2026-Q2"


def test_a_fiscal_year_out_of_step_with_the_quarters_is_told_in_months() -> None:
    periods = coming_periods(2, 1, today=date(2026, 1, 10))
    assert [str(period) for period in periods] == ["2026-02", "2026-03", "2026-04"]


@pytest.fixture
def two_years(make_book, make_orders):
    plan = plan_of([territory("north", "zhou"), territory("south", "wu")], {"acme": "north", "bolt": "south"})
    scores = scores_of(
        [
            {"customer_id": "acme", "tier": "A", "potential": Decimal(100)},
            {"customer_id": "bolt", "tier": "B", "potential": Decimal(100)},
        ],
        as_of=TODAY,
    )
    start = date(2023, 12, 15)
    orders = []
    for count in range((TODAY - start).days):
        day = start + timedelta(days=count)
        orders.append(("acme", day, 3000.0 if day.month >= 10 else 1000.0))
        orders.append(("bolt", day, 500.0))
    customers = pa.table({"customer_id": ["acme", "bolt"]})
    return make_book(customers=customers, orders=make_orders(orders)), plan, scores


def test_targets_follow_history_potential_and_season_and_sum_exactly(two_years) -> None:
    book, plan, scores = two_years
    found = resource.size(book, plan, scores, policy=ResourcePolicy(growth=0.1), today=TODAY)
    rows = found.targets.to_pylist()
    last_year = 273 * 1000 + 92 * 3000 + 365 * 500
    assert sum(row["value"] for row in rows) == round(last_year * 1.1)
    assert {row["period"] for row in rows} == {"2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"}
    north = {row["period"]: row["value"] for row in rows if row["territory_id"] == "north"}
    history = (273 * 1000 + 92 * 3000) / last_year
    assert sum(north.values()) == pytest.approx(last_year * 1.1 * (0.7 * history + 0.3 * 0.5), abs=1)
    assert north["2026-Q4"] > 1.9 * north["2026-Q3"]
    assert rows[0]["history_share"] == pytest.approx(history, abs=1e-6)
    assert rows[0]["potential_share"] == 0.5


def test_a_total_of_the_policy_is_the_whole(two_years) -> None:
    book, plan, scores = two_years
    policy = ResourcePolicy(target_total=1_000_003, quarters=2)
    assert sum(resource.size(book, plan, scores, policy=policy, today=TODAY).targets["value"].to_pylist()) == 1_000_003


def test_growth_from_history_needs_two_years_and_stays_within_limits(two_years, make_book) -> None:
    book, plan, scores = two_years
    notes = {note.code: note for note in resource.size(book, plan, scores, today=TODAY).notes}
    assert notes["resource.total_by_own_growth"].params["growth"] == 0.0  # two equal years but for 29 February
    short = make_book(customers=book.tables["customers"], orders=book.tables["orders"].slice(900))
    codes = [note.code for note in resource.size(short, plan, scores, today=TODAY).notes]
    assert "resource.total_without_growth" in codes


def test_lines_in_another_currency_are_left_out_and_counted(two_years) -> None:
    book, plan, scores = two_years
    euro = ["EUR" if index < 3 else None for index in range(book.tables["orders"].num_rows)]
    at = book.tables["orders"].column_names.index("currency")
    orders = book.tables["orders"].set_column(at, "currency", pa.array(euro, pa.string()))
    changed = type(book).of(BookSettings(), {**book.tables, "orders": orders})
    notes = resource.size(changed, plan, scores, today=TODAY).notes
    assert notes[-1].code == "resource.foreign_lines"
    assert notes[-1].params["lines"] == 3


def test_the_same_input_gives_the_same_tables(two_years) -> None:
    book, plan, scores = two_years
    once, twice = (resource.size(book, plan, scores, today=TODAY) for _ in range(2))
    assert once.targets.equals(twice.targets)
    assert once.headcount.equals(twice.headcount)


@pytest.mark.parametrize(
    "policy", [ResourcePolicy(), ResourcePolicy(growth=0.2, selling_hours=900), ResourcePolicy(target_total=5e6)]
)
def test_every_note_is_a_sentence_in_both_languages(two_years, policy) -> None:
    book, plan, scores = two_years
    for note in resource.size(book, plan, scores, policy=policy, today=TODAY).notes:
        assert all("{" not in render(note, lang) for lang in LANGS)
