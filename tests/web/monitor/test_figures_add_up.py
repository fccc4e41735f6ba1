"""Figures of many territories: parts and whole agree, whatever the tree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.web.monitor import customers
from jiuzhou.web.monitor.customers import Cell
from jiuzhou.web.monitor.figures import Reading, Readings, balance_of, ordered, previous
from jiuzhou.web.monitor.tree import Node, Tree

amounts = st.floats(1, 1e6)
shares = st.floats(0.01, 2)


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    size = draw(st.integers(1, 25))
    parents = [draw(st.integers(-1, max(-1, place - 1))) for place in range(size)]
    return Tree.of(
        Node(place, f"T{place}", f"区域{place}", None if parent < 0 else parent) for place, parent in enumerate(parents)
    )


def coverage_of(rows: list[tuple[float, float]]) -> Readings:
    return Readings(
        reading
        for place, (visits, share) in enumerate(rows)
        for reading in (
            Reading(place, "2026-06", "visits", visits),
            Reading(place, "2026-06", "coverage", share),
            Reading(place, "2026-06", "active_customers", visits),
            Reading(place, "2026-06", "retention", share),
        )
    )


@given(trees())
def test_the_parts_of_a_tree_are_its_leaves_each_once(tree: Tree) -> None:
    for node in tree.nodes.values():
        parts = [leaf.id for child in tree.children(node.id) for leaf in tree.leaves(child.id)]
        assert sorted(parts or [node.id]) == sorted(leaf.id for leaf in tree.leaves(node.id))


@given(trees(), st.data())
def test_sales_of_the_parts_add_up_to_the_whole_over_the_tree(tree: Tree, data: st.DataObject) -> None:
    amount = {leaf.id: data.draw(amounts) for leaf in tree.leaves()}
    readings = Readings(Reading(place, "2026-06", "sales", value) for place, value in amount.items())

    for node in tree.nodes.values():
        whole = readings.figure("sales", "2026-06", [leaf.id for leaf in tree.leaves(node.id)]).value
        parts = [
            readings.figure("sales", "2026-06", [leaf.id for leaf in tree.leaves(child.id)]).value or 0
            for child in tree.children(node.id)
        ]
        assert whole == pytest.approx(sum(parts) if parts else amount[node.id])


@given(st.lists(st.tuples(amounts, shares), min_size=1, max_size=20))
def test_a_share_of_many_is_the_ratio_of_their_sums(rows: list[tuple[float, float]]) -> None:
    value = coverage_of(rows).figure("coverage", "2026-06", range(len(rows))).value

    assert value == pytest.approx(sum(part for part, _ in rows) / sum(part / share for part, share in rows))


@given(st.lists(st.tuples(amounts, shares), min_size=1, max_size=20))
def test_an_average_of_many_lies_among_them(rows: list[tuple[float, float]]) -> None:
    value = coverage_of(rows).figure("retention", "2026-06", range(len(rows))).value

    assert value is not None
    assert min(share for _, share in rows) - 1e-9 <= value <= max(share for _, share in rows) + 1e-9


def test_visits_that_nobody_made_still_count_as_due() -> None:
    readings = Readings(
        [
            *(Reading(0, "2026-05", "visits", 31.0), Reading(0, "2026-05", "coverage", 0.5)),
            *(Reading(0, "2026-06", "visits", 0.0), Reading(0, "2026-06", "coverage", 0.0)),
            *(Reading(1, "2026-06", "visits", 60.0), Reading(1, "2026-06", "coverage", 1.0)),
        ]
    )

    assert readings.figure("coverage", "2026-06", [0, 1]).value == pytest.approx(60 / (60 + 60))


def test_a_figure_says_in_how_many_territories_it_is_known() -> None:
    readings = Readings(
        [
            Reading(0, "2026-06", "sales", 1.0),
            Reading(1, "2026-06", "sales", 1.0),
            Reading(1, "2026-06", "csat", 0.5),
        ]
    )

    figure = readings.figure("csat", "2026-06", [0, 1, 2])  # nothing at all is known of the third

    assert (figure.known, figure.of, figure.partial) == (1, 2, True)


def test_without_a_year_before_the_period_before_is_named() -> None:
    readings = Readings([Reading(0, "2025", "attainment", 0.8), Reading(0, "2026", "attainment", 0.9)])

    figure = readings.figure("attainment", "2026", [0])

    assert (figure.before, figure.before_period) == (0.8, "2025")


def test_sales_are_compared_only_where_every_territory_has_a_year_before() -> None:
    readings = Readings([Reading(0, "2026", "sales", 5.0, 4.0), Reading(1, "2026", "sales", 5.0, None)])

    assert readings.figure("sales", "2026", [0, 1]).before is None
    assert readings.figure("sales", "2026", [0]).before == 4.0


@given(st.floats(-0.9, 3), st.integers(2, 10))
def test_equal_deviations_are_perfectly_even(deviation: float, number: int) -> None:
    found = balance_of(dict.fromkeys(range(number), deviation), range(number))

    assert found.value == pytest.approx(0, abs=1e-9)


@given(st.dictionaries(st.integers(0, 30), st.floats(-0.9, 3), min_size=2))
def test_balance_does_not_hang_on_the_order_or_the_names(deviations: dict[int, float]) -> None:
    renamed = {100 - place: deviation for place, deviation in deviations.items()}

    value = balance_of(deviations, deviations.keys()).value

    assert value is not None
    assert balance_of(renamed, sorted(renamed)).value == pytest.approx(value)
    assert balance_of(deviations, [next(iter(deviations))]).value is None


def test_periods_are_listed_the_longest_and_the_latest_first() -> None:
    assert ordered(["2026-05", "2025", "2026-06", "2026-Q1", "2026"]) == (
        "2026",
        "2025",
        "2026-Q1",
        "2026-06",
        "2026-05",
    )
    assert previous("2026-Q1", ["2026", "2025-Q4", "2025-Q3", "2025-12"]) == "2025-Q4"


cells = st.builds(
    Cell,
    province=st.sampled_from(["", "11", "32", "33"]),
    territory_id=st.sampled_from([None, 1, 2, 3]),
    customers=st.integers(0, 1000),
    revenue=st.floats(0, 1e6),
)


@given(st.lists(cells))
def test_provinces_and_territories_cut_the_same_customers_in_two_ways(found: list[Cell]) -> None:
    whole = customers.total(found)
    placed = sum(cell.customers for cell in found if cell.province)

    assert sum(line.customers for line in customers.by_province(found, "revenue")) == placed
    assert sum(customers.by_territory(found).values()) == whole.customers
    revenue = sum(line.value or 0 for line in customers.by_province(found, "revenue"))
    assert revenue == pytest.approx(sum(cell.revenue for cell in found if cell.province))
