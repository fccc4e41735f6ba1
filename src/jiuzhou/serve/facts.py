"""What is known of each owned customer on the day, as arrays in one order: the ground the advice stands on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.kernel.arrays import EPOCH, ArrowColumn, Floats, Ints, Mask, day_number, floats, indices, integers
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.moments import local_days
from jiuzhou.kernel.receivables import receivables
from jiuzhou.kernel.scores import Scores
from jiuzhou.kernel.service import by_tier, stated_or_by_tier
from jiuzhou.serve.policy import ServePolicy

NEVER = np.int64(-(2**40))
"""Stands where a day is unknown; far before every day there is."""

_CONTACT = ("visit", "call", "email", "message", "service", "event", "interview", "focus_group")


@dataclass(frozen=True, slots=True)
class Facts:
    """
    One entry for each owned customer, by id. Days are counted from 1970-01-01; ``NEVER`` where there is none.

    Attributes
    ----------
    owners, tiers
        Owner's id and tier, shape ``(n,)`` of texts.
    consent
        1 given, 0 refused, −1 not recorded.
    revenue, potential
        Money a year, not negative.
    worth
        The larger of the year's revenue and the lifetime value, not negative.
    churn
        0 to 1; 0 where unknown.
    interval
        Days between two visits by the service level; 0 where none is owed.
    owed, owed_since
        Money past due, and the day the oldest of it fell due.
    deals, deal_due
        Money of open deals, and the day the next word about them is due.
    """

    ids: pa.Array
    owners: list[str]
    tiers: list[str]
    consent: Ints
    revenue: Floats
    potential: Floats
    worth: Floats
    churn: Floats
    interval: Floats
    first_seen: Ints
    last_bought: Ints
    last_contact: Ints
    last_visit: Ints
    last_survey: Ints
    complaints: Ints
    complaint_since: Ints
    owed: Floats
    owed_since: Ints
    deals: Floats
    deal_due: Ints

    @property
    def visit_due(self) -> Ints:
        """The day the next visit is due: one interval after the last one, else after the customer was first seen."""
        base = np.where(self.last_visit > NEVER, self.last_visit, self.first_seen)
        return np.where(base > NEVER, base + np.rint(self.interval).astype(np.int64), NEVER)


def gather_facts(book: Book, scores: Scores, decisions: pa.Table, policy: ServePolicy, today: date) -> Facts:
    """Return the facts of every customer that ``decisions`` give an owner; nothing later than ``today`` is used."""
    owned = decisions.filter(pc.is_valid(decisions["owner_id"])).sort_by("customer_id")
    ids = owned["customer_id"].combine_chunks()
    people = _looked_up(book.table("customers"), ids)
    scored = _looked_up(scores.customers, ids)
    day = day_number(today)
    zone = book.settings.zone
    touch = _interactions(book, ids, day)
    bought = latest(ids, book.table("orders"), "ordered_at", zone, day)
    created = days_of(people["created_at"], zone)
    first_bought = -latest(ids, book.table("orders"), "ordered_at", zone, day, sign=-1)
    seen = np.minimum(np.where((created > NEVER) & (created <= day), created, -NEVER), first_bought)
    tiers = [tier or policy.default_tier for tier in pc.coalesce(scored["tier"], people["tier"]).to_pylist()]
    revenue = np.maximum(amounts(scored["revenue_12m"]), 0.0)
    contact = np.maximum(touch["last_contact"], NEVER)
    owed, owed_since = _overdue(book, ids, policy, today)
    deals, deal_due = _deals(book, ids, contact, policy, day)
    return Facts(
        ids=ids,
        owners=owned["owner_id"].to_pylist(),
        tiers=tiers,
        consent=integers(people["consent_marketing"].cast(pa.int8()), missing=-1),
        revenue=revenue,
        potential=np.maximum(amounts(scored["potential"]), 0.0),
        worth=np.maximum(revenue, np.maximum(amounts(scored["clv"]), 0.0)),
        churn=np.clip(amounts(scored["churn_risk"]), 0.0, 1.0),
        interval=_intervals(people, tiers, policy),
        first_seen=np.where(seen < -NEVER, seen, NEVER),
        last_bought=bought,
        last_contact=contact,
        last_visit=touch["last_visit"],
        last_survey=latest(ids, book.table("surveys"), "at", zone, day),
        complaints=touch["complaints"],
        complaint_since=touch["complaint_since"],
        owed=owed,
        owed_since=owed_since,
        deals=deals,
        deal_due=deal_due,
    )


def amounts(column: ArrowColumn) -> Floats:
    """Return a numeric column as floats, 0 where null."""
    return floats(column, missing=0.0)


def days_of(moments: ArrowColumn, zone: str) -> Ints:
    """Return the days in ``zone`` of moments, counted from 1970-01-01; ``NEVER`` where null."""
    return integers(local_days(moments, zone), missing=int(NEVER))


def latest(ids: pa.Array, table: pa.Table, at: str, zone: str, today: int, *, sign: int = 1) -> Ints:
    """Return the last day (the first, negated, with ``sign`` −1) of each customer's rows up to ``today``."""
    days = days_of(table[at], zone)
    who = indices(table["customer_id"], ids)
    return _last(len(ids), who, sign * days, (days > NEVER) & (days <= today))


def _last(size: int, who: Ints, days: Ints, use: Mask) -> Ints:
    found = np.full(size, NEVER)
    use = use & (who >= 0)
    np.maximum.at(found, who[use], days[use])
    return found


def _looked_up(table: pa.Table, ids: pa.Array) -> pa.Table:
    return table.take(pc.index_in(ids, value_set=table["customer_id"].combine_chunks()))


def _intervals(people: pa.Table, tiers: list[str], policy: ServePolicy) -> Floats:
    usual = by_tier(tiers, policy.visits_per_year, otherwise=policy.default_tier)
    visits = stated_or_by_tier(floats(people["visits_per_year"]), usual)
    return np.divide(365.0, visits, out=np.zeros(len(visits)), where=visits > 0)


def _interactions(book: Book, ids: pa.Array, today: int) -> dict[str, Ints]:
    table = book.table("interactions")
    zone = book.settings.zone
    days = days_of(table["at"], zone)
    solved = days_of(table["resolved_at"], zone)
    who = indices(table["customer_id"], ids)
    known = (days > NEVER) & (days <= today)

    def of_kind(*kinds: str) -> Mask:
        return np.asarray(pc.fill_null(pc.is_in(table["kind"], value_set=pa.array(kinds)), False), dtype=bool)

    is_open = known & of_kind("complaint") & ((solved == NEVER) | (solved > today)) & (who >= 0)
    since = -_last(len(ids), who, -days, is_open)
    count = np.bincount(who[is_open], minlength=len(ids)).astype(np.int64)
    return {
        "last_contact": _last(len(ids), who, days, known & of_kind(*_CONTACT)),
        "last_visit": _last(len(ids), who, days, known & of_kind("visit")),
        "complaints": count,
        "complaint_since": np.where(count > 0, since, NEVER),
    }


def _overdue(book: Book, ids: pa.Array, policy: ServePolicy, today: date) -> tuple[Floats, Ints]:
    amount, since = np.zeros(len(ids)), np.full(len(ids), -NEVER)
    owed = receivables(book, term_days=policy.payment_term_days, today=today)
    if owed is None:
        return amount, np.full(len(ids), NEVER)
    left = owed.outstanding(today)
    place = indices(book.table("customers")["customer_id"], ids)[owed.customer]
    late = (left > 0) & (place >= 0)
    np.add.at(amount, place[late], left[late])
    np.minimum.at(since, place[late], owed.due[late] - EPOCH.toordinal())
    return amount, np.where(amount > 0, since, NEVER)


def _deals(book: Book, ids: pa.Array, contact: Ints, policy: ServePolicy, today: int) -> tuple[Floats, Ints]:
    table, zone = book.table("deals"), book.settings.zone
    who = indices(table["customer_id"], ids)
    opened = days_of(table["opened_at"], zone)
    closed = days_of(table["closed_at"], zone)
    expected = days_of(table["expected_at"], zone)
    settled = np.asarray(pc.is_in(table["outcome"], value_set=pa.array(["won", "lost"])), dtype=bool)
    is_open = (who >= 0) & (opened <= today) & ~(settled & (closed == NEVER)) & ((closed == NEVER) | (closed > today))
    who, opened, expected = who[is_open], opened[is_open], expected[is_open]
    word = np.maximum(opened, contact[who])
    word = np.where(word > NEVER, word + policy.deal_follow_days, np.int64(today))
    due = np.where(expected > NEVER, np.minimum(expected, word), word)
    first = np.full(len(ids), -NEVER)
    np.minimum.at(first, who, due)
    amount: Floats = np.bincount(who, amounts(table["amount"])[is_open], minlength=len(ids)).astype(np.float64)
    return amount, np.where(first < -NEVER, first, NEVER)
