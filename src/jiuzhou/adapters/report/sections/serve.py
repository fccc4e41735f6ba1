"""What customers should get next."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.adapters.report.blocks import Column, Figure, Notes, Section, Table
from jiuzhou.adapters.report.rows import label, largest, names, records, total
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import message_from, say
from jiuzhou.serve import Advice

_ACTIONS, _OF_A_KIND, _PRODUCTS = 15, 3, 10
_UNFOLDED = 7


def serve_section(book: Book, advice: Advice) -> Section:
    """Return the section of serve."""
    actions = advice.actions
    headline = say(
        "report.serve_headline",
        customers=actions.num_rows,
        value=total(actions["expected_value"]),
        products=advice.recommendations.num_rows,
        visits=advice.visits.num_rows,
    )
    notes = Notes(say("report.notes"), advice.notes, half=True)
    return Section(
        "serve",
        headline,
        Figure(say("report.serve_figure"), actions.num_rows),
        (
            _kinds(book, actions),
            _visits(advice.visits),
            *((notes,) if notes.items else ()),
            _actions(book, actions),
            _products(book, advice.recommendations),
        ),
        (say("report.serve_how_priority"), say("report.serve_how_products"), say("report.serve_how_visits")),
    )


def _kinds(book: Book, actions: pa.Table) -> Table:
    currency = book.settings.currency
    columns = (
        Column(say("report.action")),
        Column(say("report.customers"), "count"),
        Column(say("report.value_at_stake"), "money", currency),
        Column(say("report.expected_value"), "money", currency),
    )
    sums = [("customer_id", "count"), ("value_at_stake", "sum"), ("expected_value", "sum")]
    groups = largest(
        actions.group_by("action").aggregate(sums),
        [("expected_value_sum", "descending"), ("action", "ascending")],
        99,
    )
    wanted = ("action", "customer_id_count", "value_at_stake_sum", "expected_value_sum")
    rows = tuple((label("action", action), *rest) for action, *rest in records(groups, wanted))
    return Table(say("report.kinds_title"), columns, rows, 0, say("report.no_actions"), half=True, tall=True)


def _actions(book: Book, actions: pa.Table) -> Table:
    columns = (
        Column(say("report.customer")),
        Column(say("report.owner")),
        Column(say("report.action")),
        Column(say("report.priority"), "number"),
        Column(say("report.due_on"), "day"),
        Column(say("report.expected_value"), "money", book.settings.currency),
        Column(say("report.reason"), "words"),
    )
    order = [("priority", "descending"), ("expected_value", "descending"), ("customer_id", "ascending")]
    shown = _first_of_each(actions.sort_by(order), "action", _OF_A_KIND).slice(0, _ACTIONS)
    called = names(book, "customers", shown["customer_id"].to_pylist())
    owners = names(book, "owners", shown["owner_id"].to_pylist())
    wanted = ("customer_id", "owner_id", "action", "priority", "due_on", "expected_value", "code", "params")
    rows = tuple(
        (called[who], owners[owner], label("action", action), priority, due, worth, message_from(code, params))
        for who, owner, action, priority, due, worth, code, params in records(shown, wanted)
    )
    left_out = actions.num_rows - shown.num_rows
    return Table(say("report.actions_title", most=_OF_A_KIND), columns, rows, left_out, unfolded=_UNFOLDED)


def _products(book: Book, offers: pa.Table) -> Table:
    columns = (
        Column(say("report.customer")),
        Column(say("report.product")),
        Column(say("report.score"), "number"),
        Column(say("report.may_offer")),
        Column(say("report.reason"), "words"),
    )
    order = [("score", "descending"), ("customer_id", "ascending"), ("product_id", "ascending")]
    shown = _first_of_each(offers.sort_by(order), "product_id", 1).slice(0, _PRODUCTS)
    called = names(book, "customers", shown["customer_id"].to_pylist())
    products = names(book, "products", shown["product_id"].to_pylist())
    wanted = ("customer_id", "product_id", "score", "may_offer", "code", "params")
    rows = tuple(
        (
            *(called[who], products[product], score),
            *(say("report.yes" if allowed else "report.on_request"), message_from(code, params)),
        )
        for who, product, score, allowed, code, params in records(shown, wanted)
    )
    left_out = offers.num_rows - shown.num_rows
    return Table(
        say("report.products_title"), columns, rows, left_out, say("report.no_products"), unfolded=_UNFOLDED - 2
    )


def _first_of_each(table: pa.Table, column: str, most: int) -> pa.Table:
    seen: Counter[str] = Counter()
    kept = []
    for row, value in enumerate(table[column].to_pylist()):
        seen[value] += 1
        if seen[value] <= most:
            kept.append(row)
    return table.take(pa.array(kept, pa.int64()))


def _visits(visits: pa.Table) -> Table:
    columns = (
        Column(say("report.week"), "count"),
        Column(say("report.from_day"), "day"),
        Column(say("report.to_day"), "day"),
        Column(say("report.visits"), "count"),
        Column(say("report.late_visits"), "count"),
        Column(say("report.owners"), "count"),
    )
    late = visits.append_column("late", pc.greater(visits["days_late"], 0).cast(pa.int64()))
    groups = late.group_by("week").aggregate(
        [
            ("planned_on", "min"),
            ("planned_on", "max"),
            ("customer_id", "count"),
            ("late", "sum"),
            ("owner_id", "count_distinct"),
        ]
    )
    wanted = ("week", "planned_on_min", "planned_on_max", "customer_id_count", "late_sum", "owner_id_count_distinct")
    return Table(
        say("report.visits_title"),
        columns,
        tuple(sorted(records(groups, wanted))),
        empty=say("report.no_visits"),
        half=True,
    )
