"""What customers are worth, who may leave, and what they say."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.adapters.report.blocks import Column, Figure, Figures, Notes, Section, Table, Value
from jiuzhou.adapters.report.rows import names, records, share, total
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import say
from jiuzhou.kernel.scores import Scores

_AT_RISK, _UNFOLDED = 20, 6
_TOP_BOXES = 2


def evaluate_section(book: Book, scores: Scores, *, at_risk: float) -> Section:
    """Return the section of evaluate; customers count as at risk from ``at_risk`` on."""
    people = scores.customers
    revenue, clv = total(people["revenue_12m"]), total(people["clv"])
    risky = people.filter(pc.fill_null(pc.greater_equal(people["churn_risk"], at_risk), False))
    risky = risky.filter(pc.fill_null(pc.greater(risky["revenue_12m"].cast(pa.float64()), 0.0), False))
    best = people.filter(pc.fill_null(pc.equal(people["tier"], "A"), False))
    headline = say(
        "report.evaluate_headline",
        customers=people.num_rows,
        revenue=revenue,
        best=best.num_rows,
        best_share=share(total(best["revenue_12m"]), revenue) or 0.0,
        risky=risky.num_rows,
        lost=share(total(risky["revenue_12m"]), revenue) or 0.0,
    )
    notes = Notes(say("report.notes"), scores.notes, half=True)
    return Section(
        "evaluate",
        headline,
        Figure(say("report.evaluate_figure"), clv, "money", book.settings.currency),
        (
            _value(book, people, clv),
            _classes(book, people, "tier", revenue),
            _classes(book, people, "abc", revenue),
            _at_risk(book, risky),
            *((notes,) if notes.items else ()),
        ),
        tuple(say(f"report.evaluate_how_{what}") for what in ("revenue", "rfm", "clv", "churn", "voice")),
    )


def _value(book: Book, people: pa.Table, clv: float) -> Figures:
    currency = book.settings.currency
    low, high = total(people["clv_low"]), total(people["clv_high"])
    groups = people["nps_group"].drop_null().to_pylist()
    points = share(100 * (groups.count("promoter") - groups.count("detractor")), len(groups))
    satisfied, answers = _csat(book)
    return Figures(
        (
            Figure(say("report.clv_total"), clv, "money", currency, say("report.clv_between", low=low, high=high)),
            Figure(
                say("report.nps"),
                None if points is None else round(points, 1),
                "number",
                "points",
                say(
                    "report.nps_note",
                    promoters=groups.count("promoter"),
                    passives=groups.count("passive"),
                    detractors=groups.count("detractor"),
                    response=share(len(groups), people.num_rows) or 0.0,
                ),
            ),
            Figure(say("report.csat"), satisfied, "percent", "", say("report.csat_note", answers=answers)),
        )
    )


def _csat(book: Book) -> tuple[float | None, int]:
    surveys = book.table("surveys")
    answers = surveys.filter(pc.equal(surveys["kind"], "csat"))
    scale = pc.fill_null(answers["scale_max"], 5.0)
    top = pc.sum(pc.greater_equal(answers["score"], pc.subtract(scale, float(_TOP_BOXES - 1)))).as_py() or 0
    return share(top, answers.num_rows), answers.num_rows


def _classes(book: Book, people: pa.Table, by: str, revenue: float) -> Table:
    currency = book.settings.currency
    columns = (
        Column(say(f"report.{by}")),
        Column(say("report.customers"), "count"),
        Column(say("report.share_of_customers"), "percent"),
        Column(say("report.revenue_12m"), "money", currency),
        Column(say("report.share_of_revenue"), "percent"),
        Column(say("report.clv"), "money", currency),
    )
    known = people.filter(pc.is_valid(people[by]))
    groups = (
        known.group_by(by).aggregate([("customer_id", "count"), ("revenue_12m", "sum"), ("clv", "sum")]).sort_by(by)
    )
    rows: list[tuple[Value, ...]] = []
    for name, count, sales, clv in records(groups, (by, "customer_id_count", "revenue_12m_sum", "clv_sum")):
        part, worth = share(float(sales or 0), revenue), clv
        rows.append((name, count, share(count, people.num_rows), sales, part, worth))
    return Table(say(f"report.by_{by}"), columns, tuple(rows), 0, say("report.no_classes"), half=True)


def _at_risk(book: Book, risky: pa.Table) -> Table:
    currency = book.settings.currency
    columns = (
        Column(say("report.customer")),
        Column(say("report.tier")),
        Column(say("report.rfm")),
        Column(say("report.days_since"), "count"),
        Column(say("report.revenue_12m"), "money", currency),
        Column(say("report.churn_risk"), "percent"),
    )
    loss = pc.multiply(risky["revenue_12m"].cast(pa.float64()), risky["churn_risk"])
    ranked = risky.append_column("loss", loss).sort_by([("loss", "descending"), ("customer_id", "ascending")])
    shown = ranked.slice(0, _AT_RISK)
    called = names(book, "customers", shown["customer_id"].to_pylist())
    wanted = ("customer_id", "tier", "rfm", "recency_days", "revenue_12m", "churn_risk")
    rows = tuple((called[who], *rest) for who, *rest in records(shown, wanted))
    return Table(
        say("report.at_risk"),
        columns,
        rows,
        ranked.num_rows - shown.num_rows,
        say("report.nobody_at_risk"),
        half=True,
        unfolded=_UNFOLDED,
    )
