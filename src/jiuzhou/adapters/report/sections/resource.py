"""How many people and goods the territories need, and what they should reach."""

from __future__ import annotations

from typing import Any

import pyarrow.compute as pc

from jiuzhou.adapters.report.blocks import Column, Figure, Figures, Notes, Section, Table
from jiuzhou.adapters.report.rows import names, records, share, total
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import say
from jiuzhou.kernel.plan import Plan
from jiuzhou.resource import Resources

_PEOPLE, _STOCK, _UNFOLDED = 60, 20, 6
_TOLD = ("resource.people_missing",)
"""Notes that the figures already say."""


def resource_section(book: Book, plan: Plan, resources: Resources) -> Section:
    """Return the section of resource."""
    own = {territory.id for territory in plan.territories if territory.owner_id is not None}
    above = {territory.parent for territory in plan.territories}
    leaves = own - above
    people = [row for row in resources.headcount.to_pylist() if row["territory_id"] in leaves]
    needed, now = (sum(row[name] or 0.0 for row in people) for name in ("people_needed", "people_now"))
    aim = total(resources.targets["value"])
    headline = say("report.resource_headline", needed=round(needed, 1), now=round(now, 1), target=aim)
    told = tuple(note for note in resources.notes if note.code not in _TOLD)
    notes = Notes(say("report.notes"), told, half=True)
    stock = _stock(book, resources)
    return Section(
        "resource",
        headline,
        Figure(say("report.resource_figure", now=round(now, 1)), round(needed, 1), "number"),
        (
            _need(book, resources, people),
            _people(book, people),
            _targets(book, resources),
            *((stock,) if stock else ()),
            *((notes,) if notes.items else ()),
        ),
        (say("report.resource_how_people"), say("report.resource_how_targets")),
    )


def _need(book: Book, resources: Resources, people: list[dict[str, Any]]) -> Figures:
    def sum_of(name: str) -> float:
        return sum(float(row[name] or 0.0) for row in people)

    needed, now, hours = sum_of("people_needed"), sum_of("people_now"), sum_of("hours_needed")
    each = hours / needed if needed else 0.0
    working = say(
        "report.people_working",
        contact=sum_of("contact_hours"),
        travel=sum_of("travel_hours"),
        each=round(each, -1),
    )
    periods = len(set(resources.targets["period"].to_pylist()))
    aim = total(resources.targets["value"])
    use = share(hours, sum_of("hours_available"))
    return Figures(
        (
            Figure(say("report.people_needed"), round(needed, 1), "number", "people", working),
            Figure(say("report.people_now"), round(now, 1), "number", "people", say("report.people_now_note")),
            Figure(say("report.people_gap"), round(needed - now, 1), "number", "people", say("report.people_gap_note")),
            Figure(say("report.load"), use, "percent", "", say("report.load_note")),
            Figure(
                *(say("report.target_total"), aim, "money", book.settings.currency),
                say("report.target_note", periods=periods),
            ),
        )
    )


def _targets(book: Book, resources: Resources) -> Table:
    columns = (
        Column(say("report.period")),
        Column(say("report.target"), "money", book.settings.currency),
        Column(say("report.share_of_target"), "percent"),
        Column(say("report.territories"), "count"),
    )
    groups = resources.targets.group_by("period").aggregate([("value", "sum"), ("territory_id", "count_distinct")])
    whole = total(resources.targets["value"])
    rows = tuple(
        (period, value, share(value, whole), count)
        for period, value, count in sorted(records(groups, ("period", "value_sum", "territory_id_count_distinct")))
    )
    return Table(say("report.targets_title"), columns, rows, 0, say("report.no_targets"), half=True)


def _people(book: Book, people: list[dict[str, Any]]) -> Table:
    columns = (
        Column(say("report.territory")),
        Column(say("report.owner")),
        Column(say("report.customers"), "count"),
        Column(say("report.visits_a_year"), "count"),
        Column(say("report.hours_needed"), "count", "hours"),
        Column(say("report.hours_available"), "count", "hours"),
        Column(say("report.people_needed"), "number"),
        Column(say("report.people_now"), "number"),
        Column(say("report.people_gap"), "number"),
    )
    ranked = sorted(people, key=lambda row: (-abs(float(row["gap"] or 0)), row["territory_id"]))
    called = names(book, "owners", (str(row["owner_id"]) for row in ranked[:_PEOPLE]))
    wanted = (
        *("customers", "visits", "hours_needed", "hours_available"),
        *("people_needed", "people_now", "gap"),
    )
    rows = tuple(
        (row["name"], called.get(str(row["owner_id"])), *(row[name] for name in wanted)) for row in ranked[:_PEOPLE]
    )
    return Table(say("report.people_title"), columns, rows, max(len(ranked) - _PEOPLE, 0), unfolded=_UNFOLDED + 2)


def _stock(book: Book, resources: Resources) -> Table | None:
    stock = resources.stock
    if not stock.num_rows:
        return None
    columns = (
        Column(say("report.product")),
        Column(say("report.location")),
        Column(say("report.on_hand"), "count"),
        Column(say("report.reorder_point"), "count"),
        Column(say("report.order_quantity"), "count"),
        Column(say("report.days_of_cover"), "count"),
    )
    short = stock.filter(pc.equal(stock["status"], "reorder"))
    order = [("days_of_cover", "ascending"), ("product_id", "ascending"), ("location_id", "ascending")]
    shown = short.sort_by(order).slice(0, _STOCK)
    called = names(book, "products", shown["product_id"].to_pylist())
    wanted = ("product_id", "location_id", "on_hand", "reorder_point", "order_quantity", "days_of_cover")
    rows = tuple((called[product], *rest) for product, *rest in records(shown, wanted))
    title = say("report.stock_title", count=short.num_rows, whole=stock.num_rows)
    left_out = short.num_rows - shown.num_rows
    return Table(title, columns, rows, left_out, say("report.stock_enough"), half=True, tall=True, unfolded=_UNFOLDED)
