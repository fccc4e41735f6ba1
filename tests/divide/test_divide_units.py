"""From customers to units: whose place is known, whose is only roughly known, and whose is not."""

import numpy as np

from divide.books import Case
from jiuzhou.divide.policy import DividePolicy
from jiuzhou.divide.roster import read_roster
from jiuzhou.divide.sphere import km_between, mean_place, to_lonlat, to_vectors
from jiuzhou.divide.units import Units, area_level, gather

SUZHOU = {"lon": 120.6, "lat": 31.3}


def units_of(made: Case, *, leading: tuple[str, ...] = (), by_region: bool = False) -> tuple[Units, tuple[str, ...]]:
    roster = read_roster(made.book, made.scores, DividePolicy())
    homes = {owner: to_vectors(np.array([[118.8, 32.0]]))[0] for owner in leading}
    return gather(roster, homes, leading=leading, by_region=by_region), roster.ids


def row(customer: str, **facts: object) -> dict[str, object]:
    return {"customer_id": customer, **facts}


def test_a_customer_with_a_precise_place_is_a_unit_and_vague_ones_of_one_area_share_one() -> None:
    made = Case(
        [
            row("a", **SUZHOU, location_quality="exact", region_code="320500"),
            row("b", **SUZHOU, location_quality="district", region_code="320505", workload=2.0),
            row("c", region_code="320505", workload=3.0),
            row("d", lon=118.8, lat=32.0),
        ],
        [],
    )

    units, customers = units_of(made)

    unit = dict(zip(customers, (units.ids[k] for k in units.of_customer), strict=True))
    assert unit == {"a": "a", "b": "area:320505", "c": "area:320505", "d": "d"}
    assert units.activity[units.ids.index("area:320505"), 0] == 5.0
    assert units.level[units.ids.index("area:320505")] == "district"


def test_an_area_lies_at_the_mean_of_the_precise_places_in_it() -> None:
    made = Case(
        [
            row("a", lon=120.0, lat=31.0, region_code="320505"),
            row("b", lon=121.0, lat=31.0, region_code="320506"),
            row("c", region_code="320500"),
        ],
        [],
    )

    units, _ = units_of(made)

    lon, lat = units.lonlat[units.ids.index("area:320500")]
    assert abs(lon - 120.5) < 1e-6
    assert abs(lat - 31.0) < 0.01


def test_an_area_without_known_places_lies_at_its_city() -> None:
    units, _ = units_of(Case([row("a", region_code="320500")], []))

    assert np.abs(units.lonlat[0] - (120.6, 31.3)).max() < 0.3


def test_a_customer_without_any_place_is_in_no_unit() -> None:
    units, customers = units_of(Case([row("a", **SUZHOU), row("b")], []))

    assert dict(zip(customers, units.of_customer.tolist(), strict=True)) == {"a": 0, "b": -1}


def test_a_locked_customer_is_a_unit_of_its_own_even_without_a_place() -> None:
    made = Case(
        [
            row("a", region_code="320500", owner_id="zhou", locked=True),
            row("b", region_code="320500"),
            row("c", owner_id="zhou", locked=True),
            row("d", owner_id="gone", locked=True, **SUZHOU),
        ],
        [{"owner_id": "zhou"}, {"owner_id": "gone"}],
    )

    units, customers = units_of(made, leading=("zhou",))

    assert sorted(units.ids) == ["a", "area:320500", "c"]
    assert units.locked_to[units.ids.index("c")] == "zhou"
    assert units.of_customer[customers.index("d")] == -1


def test_by_region_all_customers_of_a_prefecture_are_one_unit() -> None:
    made = Case(
        [
            row("a", **SUZHOU, region_code="320505"),
            row("b", region_code="320581"),
            row("c", lon=118.8, lat=32.05, region_code="320102"),
            row("d", **SUZHOU),
        ],
        [],
    )

    units, customers = units_of(made, by_region=True)

    unit = dict(zip(customers, (units.ids[k] for k in units.of_customer), strict=True))
    assert unit == {"a": "area:320500", "b": "area:320500", "c": "area:320100", "d": "area:320500"}


def test_the_level_of_an_area_follows_from_its_code() -> None:
    assert [area_level(code) for code in ("320000", "320500", "320505", "DE-BY")] == [
        "province",
        "city",
        "district",
        "region",
    ]


def test_coordinates_in_gcj02_are_moved_to_wgs84() -> None:
    made = Case([row("a", **SUZHOU, crs="wgs84"), row("b", **SUZHOU, crs="gcj02")], [])

    units, customers = units_of(made)

    places = units.vectors[units.of_customer]
    assert 0.3 < km_between(places[:1], places[1:])[0, 0] < 1.0
    assert customers == ("a", "b")


def test_vectors_and_degrees_convert_both_ways_across_the_date_line() -> None:
    lonlat = np.array([[179.9, -17.0], [-179.9, -17.0], [0.0, 89.0]])

    vectors = to_vectors(lonlat)

    assert np.allclose(to_lonlat(vectors), lonlat)
    assert km_between(vectors[:1], vectors[1:2])[0, 0] < 25
    assert abs(abs(to_lonlat(mean_place(vectors[:2])[None])[0, 0]) - 180) < 1e-6
