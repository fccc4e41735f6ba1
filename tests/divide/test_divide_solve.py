"""Whole plans: what always holds, whatever the book."""

import sys
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from divide.books import Case, scattered
from jiuzhou.adapters.texts import render
from jiuzhou.divide import DividePolicy, solve
from jiuzhou.kernel.errors import PolicyError, RefusedError
from jiuzhou.kernel.plan import UNITS, Plan, Status

TODAY = date(2026, 3, 31)
QUICK = DividePolicy(activities={"workload": 0.08}, effort=1)


def divide(made: Case, policy: DividePolicy = QUICK, *, seed: int = 3, parent: Plan | None = None) -> Plan:
    return solve(made.book, made.scores, policy=policy, seed=seed, today=TODAY, parent=parent)


def territory_of(plan: Plan) -> dict[str, str | None]:
    rows = plan.units.to_pylist()
    return {row["customer_id"]: row["territory_id"] for row in rows}


def codes(plan: Plan) -> list[str]:
    return [violation.code for violation in plan.violations]


@given(seed=st.integers(0, 500), centres=st.sampled_from(["owners", "free"]))
@settings(deadline=None, max_examples=8)
def test_every_customer_is_in_one_territory_in_one_piece_and_in_band(seed: int, centres: str) -> None:
    made = scattered(200, 5, seed=seed)

    plan = divide(made, replace(QUICK, centres=centres))

    assert plan.units.schema == UNITS
    assert plan.units["customer_id"].to_pylist() == sorted(row["customer_id"] for row in made.customers)
    assert set(territory_of(plan).values()) == {territory.id for territory in plan.territories}
    assert all(territory.contiguous for territory in plan.territories)
    assert plan.status in (Status.FEASIBLE, Status.OPTIMAL)
    assert all(abs(one.deviation["workload"]) <= 0.08 + 1e-6 for one in plan.territories)
    assert sum(one.values["workload"] for one in plan.territories) == pytest.approx(plan.activities[0].total)


@given(seed=st.integers(0, 500))
@settings(deadline=None, max_examples=6)
def test_a_plan_in_band_never_costs_less_than_its_bound(seed: int) -> None:
    plan = divide(scattered(150, 4, seed=seed), replace(QUICK, handover_km=10.0))

    assert plan.status is not Status.INFEASIBLE
    assert plan.lower_bound is not None
    assert plan.gap is not None
    assert 0 <= plan.gap < 0.1


@given(seed=st.integers(0, 500))
@settings(deadline=None, max_examples=4)
def test_renaming_customers_and_owners_changes_nothing_but_names(seed: int) -> None:
    made = scattered(120, 4, seed=seed)
    rng = np.random.default_rng(seed)
    customer = {row["customer_id"]: f"K{k}" for row, k in zip(made.customers, rng.permutation(120), strict=True)}
    owner = {row["owner_id"]: f"W{k}" for row, k in zip(made.owners, rng.permutation(4), strict=True)} | {None: None}
    renamed = Case(
        [
            row | {"customer_id": customer[row["customer_id"]], "owner_id": owner[row["owner_id"]]}
            for row in made.customers
        ],
        [row | {"owner_id": owner[row["owner_id"]]} for row in made.owners],
    )

    plan, other = divide(made), divide(renamed)

    assert {customer[one]: owner[place[2:]] for one, place in territory_of(plan).items() if place} == {
        one: place[2:] for one, place in territory_of(other).items() if place
    }
    assert plan.objective == pytest.approx(other.objective, rel=1e-12)


@given(seed=st.integers(0, 500))
@settings(deadline=None, max_examples=4)
def test_ten_times_the_workload_is_ten_times_the_objective(seed: int) -> None:
    made = scattered(120, 4, seed=seed)
    tenfold = Case([row | {"workload": row["workload"] * 10} for row in made.customers], made.owners)

    plan, other = divide(made), divide(tenfold)

    assert other.objective == pytest.approx(10 * plan.objective, rel=0.01)
    assert other.lower_bound == pytest.approx(10 * (plan.lower_bound or 0), rel=1e-3)


def test_the_same_book_and_seed_give_the_same_plan_to_the_last_byte() -> None:
    made = scattered(150, 5, seed=4, locked=0.05)
    shuffled = Case(list(reversed(made.customers)), list(reversed(made.owners)))

    for policy in (QUICK, replace(QUICK, centres="free")):
        plan, again, other = divide(made, policy), divide(made, policy), divide(shuffled, policy)

        assert plan == again == other
        assert plan.repeatable


def test_another_day_or_seed_is_another_plan_id() -> None:
    made = scattered(60, 3)

    assert len({divide(made).id, divide(made, seed=4).id}) == 2


def test_locked_customers_stay_with_their_owner_and_their_work_counts() -> None:
    made = scattered(200, 5, seed=6, locked=0.2)

    for centres in ("owners", "free"):
        plan = divide(made, replace(QUICK, centres=centres))

        owner = dict(zip(plan.units["customer_id"].to_pylist(), plan.units["owner_id"].to_pylist(), strict=True))
        locked = [row for row in made.customers if row["locked"]]
        assert len(locked) > 20
        assert all(owner[row["customer_id"]] == row["owner_id"] for row in locked)
        assert plan.activities[0].total == pytest.approx(sum(row["workload"] for row in made.customers))


@pytest.mark.parametrize("locked", [0.97, 1.0])
def test_locks_that_break_the_bands_are_reported_and_no_bound_is_claimed(locked: float) -> None:
    made = scattered(300, 5, owned=1.0, locked=locked)

    plan = divide(made)

    assert plan.status is Status.INFEASIBLE
    assert set(codes(plan)) == {"out_of_band"}
    assert "divide.out_of_band_locked" in {violation.message.code for violation in plan.violations}
    assert plan.gap is None or plan.gap >= 0
    assert plan.metrics["handover_customers"].value <= 300 * (1 - locked)


def test_homes_in_one_town_still_give_territories_in_one_piece() -> None:
    made = scattered(400, 6, seed=8, towns=2)

    plan = divide(made)

    assert plan.status is Status.FEASIBLE
    assert plan.metrics["detached"].value == 0
    assert (plan.gap or 0) < 0.1


def test_two_activities_are_both_in_band() -> None:
    made = scattered(400, 5, seed=2)

    plan = divide(made, replace(QUICK, activities={"workload": 0.08, "potential": 0.08, "customers": 0.2}))

    assert plan.status is Status.FEASIBLE
    assert [one.key for one in plan.activities] == ["workload", "potential", "customers"]
    assert [one.unit for one in plan.activities] == ["hours", "CNY", "customers"]
    for key, tolerance in (("workload", 0.08), ("potential", 0.08), ("customers", 0.2)):
        assert plan.metrics[f"max_deviation_{key}"].value <= tolerance + 1e-6


def test_targets_follow_the_capacity_of_the_owners() -> None:
    plan = divide(scattered(200, 4, seed=3))

    total = plan.activities[0].total
    hours = {"R00": 1500.0, "R01": 1200.0, "R02": 1200.0, "R03": 1500.0}
    expected = {f"T-{owner}": total * one / sum(hours.values()) for owner, one in hours.items()}
    assert {one.id: one.targets["workload"] for one in plan.territories} == pytest.approx(expected)


def test_dearer_handovers_move_fewer_customers() -> None:
    made = scattered(300, 5, seed=5, owned=1.0)

    cheap, dear = divide(made), divide(made, replace(QUICK, handover_km=100.0))

    assert dear.metrics["handover_customers"].value < cheap.metrics["handover_customers"].value
    assert cheap.metrics["handover_share"].value == cheap.metrics["handover_customers"].value / 300
    assert len(cheap.moves) == cheap.metrics["handover_customers"].value


def test_a_limit_on_handovers_is_kept_or_reported() -> None:
    made = scattered(300, 5, seed=5, owned=1.0)
    free = divide(made).metrics["handover_share"].value

    kept = divide(made, replace(QUICK, max_handover=0.9 * free))
    broken = divide(made, replace(QUICK, max_handover=0.0))

    assert kept.metrics["handover_share"].value <= 0.9 * free
    assert "handover_limit" not in codes(kept)
    assert codes(broken) == ["handover_limit"]
    assert broken.status is Status.INFEASIBLE


def test_a_plan_with_a_parent_keeps_its_ids_and_counts_moves_from_it() -> None:
    made = scattered(200, 4, seed=9)
    parent = divide(made, replace(QUICK, centres="free"))
    named = replace(parent, territories=tuple(replace(one, id=f"old-{one.id}") for one in parent.territories))

    child = divide(made, parent=named)

    assert child.parent == parent.id
    assert {one.id for one in child.territories} == {f"old-{one.id}" for one in parent.territories}
    assert all(row["previous_territory_id"] for row in child.units.to_pylist())
    before = territory_of(parent)
    differing = {one for one, place in territory_of(child).items() if place != before[one]}
    assert {move.unit_id for move in child.moves} == differing


def test_free_centres_lie_at_units_and_are_shorter_than_homes() -> None:
    made = scattered(300, 6, seed=3, towns=2)

    homes, free = divide(made), divide(made, replace(QUICK, centres="free"))

    places = {(round(row["lon"], 6), round(row["lat"], 6)) for row in made.customers}
    assert {one.centre for one in free.territories} <= places
    assert free.metrics["mean_distance_km"].value < homes.metrics["mean_distance_km"].value
    assert free.lower_bound is None
    assert free.objective >= free.metrics["fixed_centre_bound"].value


def test_fewer_territories_than_reps_leave_reps_without_and_more_are_vacant() -> None:
    made = scattered(200, 4, seed=3)

    fewer = divide(made, replace(QUICK, centres="free", territories=3))
    more = divide(made, replace(QUICK, centres="free", territories=6))

    assert len(fewer.territories) == 3
    assert codes(fewer) == ["rep_without_territory"]
    assert [one.id for one in more.territories if one.owner_id is None] == ["vacant-1", "vacant-2"]


def test_without_contiguity_distance_is_no_longer() -> None:
    made = scattered(300, 6, seed=11, towns=3)

    bound, free = divide(made), divide(made, replace(QUICK, contiguous=False))

    assert free.status is Status.FEASIBLE
    assert free.objective <= bound.objective * 1.01


def test_teams_are_the_parents_of_territories_and_names_say_the_place() -> None:
    plan = divide(scattered(200, 4, seed=3))

    assert [one.parent for one in plan.territories] == [None, "East", None, "East"]
    assert len({one.name for one in plan.territories}) == 4
    assert all(one.level == "rep" for one in plan.territories)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_violation_and_the_bound_can_be_said(lang: str) -> None:
    made = scattered(60, 3, seed=1, locked=0.3)
    heavy = [row | {"workload": 2000.0} if row["customer_id"] == "C0003" else row for row in made.customers]
    lost = {"customer_id": "Z1", "owner_id": "R00"}
    gone = {"customer_id": "Z2", "owner_id": "R09", "locked": True, "lon": 118.0, "lat": 32.0}
    owners = [
        *made.owners,
        {"owner_id": "R07", "kind": "rep"},
        {"owner_id": "R08", "kind": "rep", "capacity_hours": 0.0},
        {"owner_id": "R09", "kind": "rep", "active_to": date(2026, 1, 1), "lon": 118.0, "lat": 32.0},
    ]

    plan = divide(Case([*heavy, lost, gone], owners), replace(QUICK, activities={"workload": 0.05}, max_handover=0.0))

    assert {"no_place", "locked_to_nobody", "no_home", "no_capacity", "out_of_band", "handover_limit"} <= set(
        codes(plan)
    )
    assert plan.status is Status.INFEASIBLE
    for message in (*(one.message for one in plan.violations), plan.bound_message):
        assert len(render(message, lang)) > 10  # type: ignore[arg-type]
    row = {row["customer_id"]: row for row in plan.units.to_pylist()}
    assert row["Z1"]["territory_id"] is None
    assert row["Z1"]["owner_id"] == "R00"
    assert row["Z2"]["owner_id"] == "R09"


@pytest.mark.parametrize(
    ("made", "policy", "code"),
    [
        (Case([{"customer_id": "a"}], scattered(5, 1).owners), QUICK, "divide.nothing_to_divide"),
        (Case(scattered(5, 2).customers, [{"owner_id": "t", "kind": "team"}]), QUICK, "divide.no_rep"),
        (Case(scattered(5, 2).customers, [{"owner_id": "t", "kind": "rep"}]), QUICK, "divide.no_rep_home"),
        (scattered(5, 2), replace(QUICK, centres="free", territories=9), "divide.too_few_units"),
        (
            Case([row | {"workload": 0.0} for row in scattered(9, 2).customers], scattered(9, 2).owners),
            QUICK,
            "divide.activity_is_zero",
        ),
    ],
)
def test_what_cannot_be_divided_is_refused_with_its_reason(made: Case, policy: DividePolicy, code: str) -> None:
    unowned = Case(
        [{k: v for k, v in row.items() if k not in ("owner_id", "locked")} for row in made.customers], made.owners
    )

    with pytest.raises(RefusedError) as refused:
        divide(unowned, policy)
    assert refused.value.code == code
    assert len(render(refused.value.message, "zh")) > 10


def test_an_activity_nobody_knows_is_a_policy_error() -> None:
    with pytest.raises(PolicyError) as refused:
        divide(scattered(20, 2), replace(QUICK, activities={"beauty": 0.1}))
    assert refused.value.code == "divide.unknown_activity"


def test_a_numeric_extra_column_can_be_balanced() -> None:
    made = scattered(200, 3, seed=2)
    machines = Case([row | {"machines": k % 5} for k, row in enumerate(made.customers)], made.owners)

    plan = divide(machines, replace(QUICK, activities={"machines": 0.1}))

    assert plan.status is Status.FEASIBLE
    assert plan.activities[0].total == sum(k % 5 for k in range(200))


def test_one_rep_gets_everything_at_no_loss() -> None:
    plan = divide(scattered(40, 1))

    assert plan.status is Status.OPTIMAL
    assert plan.territories[0].deviation["workload"] == pytest.approx(0)


def test_by_region_every_unit_is_a_prefecture_and_customers_keep_their_rows() -> None:
    made = scattered(200, 3, seed=2)

    plan = divide(made, replace(QUICK, unit="region", activities={"workload": 0.6}))

    rows = plan.units.to_pylist()
    assert len(rows) == 200
    assert {row["level"] for row in rows} == {"city", "customer"}  # some lie at sea
    assert sum(row["level"] == "city" for row in rows) > 180
    assert None not in {row["territory_id"] for row in rows}
    where = {row["unit_id"]: row["territory_id"] for row in rows}
    assert all(row["territory_id"] == where[row["unit_id"]] for row in rows)


def test_a_division_too_large_for_one_solve_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["jiuzhou.divide.solve"], "_MOST_PAIRS", 20)

    with pytest.raises(RefusedError) as refusal:
        divide(scattered(12, 2), QUICK)

    assert refusal.value.code == "divide.too_large"
    assert refusal.value.message.params == {"territories": 2, "units": 12, "most": 10}
