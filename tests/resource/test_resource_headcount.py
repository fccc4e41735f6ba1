from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from jiuzhou import resource
from jiuzhou.kernel.errors import PolicyError
from jiuzhou.kernel.settings import plain_settings, read_settings
from jiuzhou.resource import ResourcePolicy
from plans import plan_of, scores_of, territory

TODAY = date(2026, 1, 1)


@pytest.fixture
def small(make_book):
    north = territory("north", "zhou", parent="east", centre=(120.0, 30.0))
    south = territory("south", "wu", parent="east", centre=(121.0, 25.0))
    plan = plan_of([north, south], {"acme": "north", "bolt": "north", "coil": "south"})
    scores = scores_of(
        [
            {"customer_id": "acme", "tier": "A", "workload": 60.0},
            {"customer_id": "bolt", "tier": "B", "workload": None},
            {"customer_id": "coil", "tier": "C", "workload": 10.0},
        ],
        as_of=TODAY,
    )
    customers = pa.table(
        {
            "customer_id": ["acme", "bolt", "coil"],
            "lon": [120.0, 120.0, None],
            "lat": [31.0, 30.0, None],
            "visits_per_year": [30.0, None, None],
        }
    )
    owners = pa.table(
        {
            "owner_id": ["zhou", "wu", "left"],
            "kind": ["rep", "rep", "rep"],
            "capacity_hours": [100.0, 50.0, 900.0],
            "active_to": [None, None, date(2025, 6, 1)],
        }
    )
    return make_book(customers=customers, owners=owners), plan, scores


def rows(table: pa.Table) -> dict[str, dict[str, object]]:
    return {row["territory_id"]: row for row in table.to_pylist()}


def test_hours_are_visits_times_visit_and_way(small) -> None:
    book, plan, scores = small
    policy = ResourcePolicy(speed_kmh=50, detour=1.5, visits_per_trip=2, selling_hours=100)
    north = rows(resource.size(book, plan, scores, policy=policy, today=TODAY).headcount)["north"]
    mean_km = 111.195 * 30 / 42  # one degree of latitude to Acme with 30 visits, none to Bolt with 12
    assert north["visits"] == 42
    assert north["mean_km"] == pytest.approx(mean_km, abs=0.01)
    assert north["contact_hours"] == 60 + 12 * 1.5
    assert north["travel_hours"] == pytest.approx(42 * 2 * mean_km * 1.5 / 50 / 2, abs=0.05)
    assert north["people_needed"] == pytest.approx(north["hours_needed"] / 100, abs=0.01)
    assert north["people_now"] == 1


def test_a_region_is_the_sum_of_its_territories(small) -> None:
    book, plan, scores = small
    found = rows(resource.size(book, plan, scores, today=TODAY).headcount)
    assert sorted(found) == ["east", "north", "south"]
    for name in ("customers", "visits", "hours_needed", "hours_available", "people_now"):
        assert found["east"][name] == pytest.approx(found["north"][name] + found["south"][name])


def test_the_hours_of_a_person_are_the_median_capacity_of_those_who_are_there(small) -> None:
    book, plan, scores = small
    notes = resource.size(book, plan, scores, today=TODAY).notes
    assert notes[0].code == "resource.hours_by_owners"
    assert notes[0].params == {"hours": 75.0, "owners": 2}


def test_somebody_with_two_territories_is_half_a_person_in_each(make_book):
    plan = plan_of([territory("a", "zhou"), territory("b", "zhou")], {"acme": "a", "bolt": "b"})
    scores = scores_of([{"customer_id": "acme", "tier": "A"}, {"customer_id": "bolt", "tier": "A"}], as_of=TODAY)
    customers = pa.table({"customer_id": ["acme", "bolt"]})
    book = make_book(customers=customers, owners=pa.table({"owner_id": ["zhou"], "capacity_hours": [800.0]}))
    table = resource.size(book, plan, scores, today=TODAY).headcount
    assert table["people_now"].to_pylist() == [0.5, 0.5]
    assert table["hours_available"].to_pylist() == [400.0, 400.0]


def test_a_territory_without_an_owner_has_nobody(make_book) -> None:
    plan = plan_of([territory("a", None)], {"acme": "a"})
    book = make_book(customers=pa.table({"customer_id": ["acme"]}))
    scores = scores_of([{"customer_id": "acme", "tier": "D"}], as_of=TODAY)
    found = resource.size(book, plan, scores, today=TODAY)
    row = found.headcount.to_pylist()[0]
    assert (row["people_now"], row["hours_available"]) == (0, 0)
    assert row["gap"] == row["people_needed"]
    assert found.notes[0].params == {"hours": 248 * 8 * 0.6, "days": 248}
    later = resource.size(book, plan, scores, today=date(2026, 6, 1))
    assert later.notes[0].code == "resource.hours_by_guess"  # it reaches into 2027, which has no notice yet
    assert found.targets.num_rows == found.stock.num_rows == 0


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"speed_kmh": 0}, "resource.out_of_range"),
        ({"service_level": 1.0}, "resource.out_of_range"),
        ({"visits_per_year": {"A": -1}}, "resource.out_of_range"),
        ({"growth_low": 0.5, "growth_high": 0.1}, "resource.growth_crossed"),
        ({"history_weight": 0, "potential_weight": 0}, "resource.no_weight"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(wrong, code) -> None:
    with pytest.raises(PolicyError) as refused:
        ResourcePolicy(**wrong)
    assert refused.value.code == code


def test_the_policy_survives_its_plain_form() -> None:
    policy = ResourcePolicy(selling_hours=1200, growth=0.1)
    assert read_settings(ResourcePolicy, plain_settings(policy), where="resource") == policy
