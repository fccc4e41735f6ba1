"""Colours that keep neighbours apart, and dots where customers are."""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.adapters.report.colours import PALETTE, distances, territory_colours
from jiuzhou.adapters.report.map_labels import place_labels
from jiuzhou.adapters.report.map_lines import touching
from jiuzhou.adapters.report.territory_map import View, draw_map
from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.ids import PlanId, TerritoryId
from jiuzhou.kernel.message import say
from jiuzhou.kernel.plan import UNITS, Activity, Plan, Status, Territory

SUZHOU, WUXI = (120.6, 31.3), (120.3, 31.6)


def territory(name: str, deviation: float) -> Territory:
    figures = {"workload": 100.0}
    return Territory(
        *(TerritoryId(name), f"{name}区", None, "rep", None, SUZHOU),
        *(figures, figures, {"workload": deviation}, abs(deviation) <= 0.05, True),
    )


def plan_of(territories: tuple[Territory, ...], owned: dict[str, str]) -> Plan:
    units = [
        {"unit_id": customer, "customer_id": customer, "level": "customer", "territory_id": place, "locked": False}
        for customer, place in owned.items()
    ]
    return Plan(
        *(PlanId("plan-1"), None, date(2026, 3, 31), 7, 4, True, Status.FEASIBLE, 1.0, None),
        *(say("report.no_bound"), (Activity("workload", "hours", 0.05, 200.0),), territories),
        pa.Table.from_pylist(units, schema=UNITS),
    )


def book_of(places: dict[str, tuple[float, float] | None], region: str | None = None) -> Book:
    rows = [
        {
            "customer_id": customer,
            "lon": at[0] if at else None,
            "lat": at[1] if at else None,
            "region_code": region,
        }
        for customer, at in places.items()
    ]
    return Book.of(BookSettings(), {"customers": pa.Table.from_pylist(rows)})


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 40), st.data())
def test_territories_that_touch_never_share_a_colour(count: int, data: st.DataObject) -> None:
    place = st.integers(0, count - 1)
    pairs = data.draw(st.lists(st.tuples(place, place), max_size=3 * count))
    degree = np.bincount(np.array([end for pair in set(pairs) for end in pair] or [0]), minlength=count)
    colours = territory_colours(count, pairs)

    assert set(colours) <= set(PALETTE)
    if degree.max() < len(PALETTE):
        assert all(colours[a] != colours[b] for a, b in pairs if a != b)


def test_colours_do_not_depend_on_the_order_of_the_pairs() -> None:
    pairs = [(0, 1), (1, 2), (2, 3), (3, 0), (1, 3)]

    assert territory_colours(4, pairs) == territory_colours(4, [(b, a) for a, b in reversed(pairs)])


def test_every_two_colours_of_the_palette_can_be_told_apart() -> None:
    apart = distances()[np.triu_indices(len(PALETTE), 1)]

    assert apart.min() > 0.03  # OKLab: about 0.02 is just noticeable


def test_customers_side_by_side_make_their_territories_touch() -> None:
    places = np.array([[0.0, 0], [1, 0], [0, 1], [1, 1], [2, 0], [2, 1]])

    assert touching(places, np.array([0, 0, 0, 0, 1, 1])) == ((0, 1),)
    assert touching(places, np.zeros(6, dtype=np.int64)) == ()


def test_the_view_holds_every_place_with_a_margin() -> None:
    places = np.array([SUZHOU, WUXI, (87.6, 43.8), (126.5, 45.8)])

    view = View.over(places)
    drawn = view.project(places)

    assert drawn.min() >= 20
    assert (drawn.max(axis=0) <= np.array(view.size) - 20).all()
    west, south, east, north = view.box
    assert west < 87.6
    assert east > 126.5
    assert south < 31.3 < 45.8 < north


def test_each_customer_with_a_place_is_one_dot_of_its_territorys_colour() -> None:
    plan = plan_of((territory("A", 0.01), territory("B", -0.2)), {"c1": "A", "c2": "B", "c3": "B", "c4": "A"})
    book = book_of({"c1": SUZHOU, "c2": WUXI, "c3": (120.0, 31.0), "c4": None})

    swatches, drawing = draw_map(book, plan)

    assert {one.name: one.path.count("M") for one in drawing.dots} == {"B区": 2, "A区": 1}
    assert swatches["A"].number == 1  # furthest above its target
    assert swatches["A"].colour != swatches["B"].colour
    assert (drawing.shown, drawing.without_place, drawing.total) == (3, 1, 4)


def test_without_coordinates_provinces_are_tiles() -> None:
    plan = plan_of((territory("A", 0.0), territory("B", 0.0)), {"c1": "A", "c2": "A", "c3": "B"})
    book = book_of({"c1": None, "c2": None, "c3": None}, region="320500")

    swatches, drawing = draw_map(book, plan)

    jiangsu = next(tile for tile in drawing.tiles if tile.names[1] == "Jiangsu")
    assert (jiangsu.customers, jiangsu.colour) == (3, swatches["A"].colour)
    assert sum(tile.customers for tile in drawing.tiles) == 3
    assert drawing.dots == ()


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_a_map_of_few_or_equal_places_is_still_drawn(count: int) -> None:
    owned = {f"c{index}": "A" for index in range(count)}
    _, drawing = draw_map(book_of(dict.fromkeys([*owned, "x"], SUZHOU)), plan_of((territory("A", 0.0),), owned))

    assert drawing.shown == count


def test_a_few_far_off_customers_do_not_shrink_the_map() -> None:
    east = np.random.default_rng(7).uniform((115, 28), (122, 34), size=(500, 2))

    view = View.over(np.vstack([east, [(76.0, 39.5), (87.6, 43.8)]]))

    assert view.box[0] > 112
    assert view.holds(view.project(east)).mean() > 0.97
    assert not view.holds(view.project(np.array([(76.0, 39.5)]))).any()


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(st.integers(100, 300), st.integers(100, 300)), min_size=1, max_size=25))
def test_labels_lie_inside_and_never_over_each_other(points: list[tuple[int, int]]) -> None:
    wanted = [(f"{place} 苏州", str(place), (float(x), float(y))) for place, (x, y) in enumerate(points)]

    placed = [one for one in place_labels(wanted, size=(400.0, 400.0)) if one is not None]

    assert placed
    for index, one in enumerate(placed):
        assert 0 <= one.at[0] <= 400
        assert 0 <= one.at[1] <= 400
        for other in placed[:index]:
            apart = abs(one.at[0] - other.at[0]), abs(one.at[1] - other.at[1])
            assert apart[0] >= 4 * len(min(one.text, other.text, key=len)) or apart[1] >= 13


def test_a_label_far_from_its_place_is_tied_to_it() -> None:
    first, second = place_labels(
        [("甲乙丙丁", "1", (50.0, 50.0)), ("戊己庚辛", "2", (52.0, 50.0))], size=(300.0, 300.0)
    )

    assert first is not None
    assert second is not None
    ties = [one.tie for one in (first, second) if one.tie]
    assert ties
    assert ties[-1][0] in ((50.0, 50.0), (52.0, 50.0))
