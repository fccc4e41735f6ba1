"""How each owner does: a rep, a team or a partner, measured alike."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from jiuzhou.evaluate.credit import credited_sales, target_facts
from jiuzhou.evaluate.metric import Metric, Subject, Unit, columns_of
from jiuzhou.evaluate.overdue import overdue_orders
from jiuzhou.evaluate.policy import EvaluatePolicy
from jiuzhou.evaluate.prepare import Known
from jiuzhou.evaluate.purchases import MONEY_TYPE
from jiuzhou.evaluate.rollup import ratio, total, voice_metrics
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import Message, say

_O = Subject.OWNERS
OF_CUSTOMERS = (
    Metric(
        *(_O, "customers", 1, Unit.COUNT, say("evaluate.metric_group_customers")),
        lambda t, _: t.customer_id.count(),
    ),
    Metric(
        *(_O, "workload", 1, Unit.HOURS, say("evaluate.metric_owners_workload")),
        lambda t, _: t.workload.cast("decimal(18, 4)").sum().cast("float64"),
    ),
    Metric(
        *(_O, "visits_due", 1, Unit.COUNT, say("evaluate.metric_owners_visits_due")),
        lambda t, _: t.visits_per_year.cast("decimal(18, 4)").sum().cast("float64"),
    ),
    *voice_metrics(_O),
)
OF_FACTS = (
    Metric(_O, "revenue", 1, Unit.MONEY, say("evaluate.metric_owners_revenue"), lambda t, _: t.credited),
    Metric(
        *(_O, "attainment", 1, Unit.SHARE, say("evaluate.metric_owners_attainment")),
        lambda t, _: ratio(t.credited_in_period, t.target_to_date),
    ),
    Metric(_O, "visits_made", 1, Unit.COUNT, say("evaluate.metric_owners_visits_made"), lambda t, _: t.made),
    Metric(
        *(_O, "coverage", 1, Unit.SHARE, say("evaluate.metric_owners_coverage")),
        lambda t, _: ratio(t.made, t.visits_due),
    ),
    Metric(_O, "overdue", 1, Unit.MONEY, say("evaluate.metric_owners_overdue"), lambda t, _: t.unpaid),
)
METRICS = (*OF_CUSTOMERS, *OF_FACTS)


def owners_scored(
    known: Known, people: ir.Table, lines: ir.Table, *, book: Book, policy: EvaluatePolicy
) -> tuple[ir.Table, tuple[Message, ...]]:
    """
    Return one row for each owner of the Book, of a customer or of a sale, by id, and what could not be read.

    Sales are credited by the owner on the order date; customers, workload and their voices by the present owner.
    """
    sales = credited_sales(known, lines)
    targets, notes = target_facts(book, sales, as_of=known.as_of)
    in_year = sales.filter(sales.day >= ibis.literal(known.year_start))
    owned = people.filter(people.owner_id.notnull())
    parts = [
        owned.group_by("owner_id").agg(**columns_of(OF_CUSTOMERS, owned, policy)),
        in_year.group_by("owner_id").agg(credited=total(in_year.amount)),
        targets,
        _visits(known, people),
        overdue_orders(known, lines, policy),
    ]
    everybody = known["owners"].select("owner_id")
    for part in parts:
        everybody = everybody.union(part.select("owner_id"), distinct=True)
    joined = everybody.left_join(known["owners"], "owner_id").drop("owner_id_right")
    for part in parts:
        joined = joined.left_join(part, "owner_id").drop("owner_id_right")
    filled = joined.mutate(**_zeros(joined, known))
    measured = filled.mutate(**columns_of(OF_FACTS, filled, policy))
    kept = ("owner_id", "name", "kind", "capacity_hours", *(metric.column for metric in METRICS))
    return measured.select(*kept).order_by("owner_id"), notes


def _zeros(t: ir.Table, known: Known) -> dict[str, ir.Value]:
    # What is absent from a table that is there is none; what is absent with its table is unknown.
    zero: dict[str, ir.Value] = {name: t[name].fill_null(0) for name in ("customers", "workload")}
    if "lines" in known.has:
        zero["credited"] = t.credited.fill_null(0).cast(MONEY_TYPE)
    if "events" in known.has:
        zero["made"] = t.made.fill_null(0)
    if "payments" in known.has:
        zero["unpaid"] = t.unpaid.fill_null(0).cast(MONEY_TYPE)
    return zero


def _visits(known: Known, people: ir.Table) -> ir.Table:
    visits = known["events"].filter(known["events"].kind == "visit")
    present = people.select("customer_id", present_owner=people.owner_id)
    joined = visits.left_join(present, "customer_id")
    by = joined.mutate(visitor=ibis.coalesce(joined.owner_id, joined.present_owner))
    named = by.filter(by.visitor.notnull())
    return named.group_by(owner_id=named.visitor).agg(made=named.count())
