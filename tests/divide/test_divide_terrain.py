"""A division from elsewhere is measured as a plan of our own is."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from divide.books import scattered
from jiuzhou.divide import DividePolicy, solve, terrain_of

POLICY = DividePolicy(activities={"workload": 0.08}, effort=1)


@given(seed=st.integers(0, 200), locked=st.sampled_from([0.0, 0.2]))
@settings(deadline=None, max_examples=5)
def test_a_plan_looked_at_from_outside_has_its_own_figures(seed: int, locked: float) -> None:
    made = scattered(150, 4, seed=seed, locked=locked)
    plan = solve(made.book, made.scores, policy=POLICY, seed=1, today=date(2026, 3, 31))
    held = dict(zip(*(plan.units[name].to_pylist() for name in ("customer_id", "territory_id")), strict=True))
    centres = {one.id: one.centre for one in plan.territories}

    found = terrain_of(made.book, made.scores, held, centres, policy=POLICY)

    assert sum(found.detached.values()) == plan.metrics["detached"].value
    assert set(found.detached) == {one.id for one in plan.territories if not one.contiguous}
    assert found.mean_distance_km == pytest.approx(plan.metrics["mean_distance_km"].value, rel=1e-4)


def test_a_customer_given_to_the_far_side_is_a_piece_of_its_own() -> None:
    made = scattered(60, 2, seed=4, owned=0.0)
    west = sorted(made.customers, key=lambda row: row["lon"])
    held = {row["customer_id"]: "W" if place < 30 else "E" for place, row in enumerate(west)}
    held[west[0]["customer_id"]] = "E"

    found = terrain_of(made.book, made.scores, held, {}, policy=POLICY)

    assert found.detached == {"E": 1}
    assert found.mean_distance_km is None


def test_customers_in_no_territory_count_nowhere() -> None:
    made = scattered(40, 2, seed=2)

    found = terrain_of(made.book, made.scores, {}, {}, policy=replace(POLICY, unit="customer"))

    assert (found.detached, found.mean_distance_km) == ({}, None)
