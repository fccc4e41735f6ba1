"""
The customers as the store has them today are scored anew, with the advice, figures and alerts that follow.

Nothing else changes: neither who has whom, nor a plan, nor a target that is there. A renewal that was killed is simply
done again; the same data twice change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction

from jiuzhou import evaluate, serve
from jiuzhou.cycle import Policy
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.decision import DECISIONS
from jiuzhou.kernel.moments import local_days
from jiuzhou.serve import Advice
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.writes.loading.advice import write_actions, write_visits
from jiuzhou.web.collect.writes.loading.columns import ByCustomer, values
from jiuzhou.web.collect.writes.loading.evaluated import Evaluated
from jiuzhou.web.collect.writes.loading.facts import write_fact
from jiuzhou.web.collect.writes.loading.figures import add_targets, write_alerts, write_indicators, write_scores
from jiuzhou.web.collect.writes.loading.holding import held_now
from jiuzhou.web.collect.writes.loading.present import present_of
from jiuzhou.web.collect.writes.loading.scored import write_customer_scores
from jiuzhou.web.collect.writes.loading.standing import Standing, standing_of
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.store.book import book_of
from jiuzhou.web.store.faults import fault
from jiuzhou.web.store.models import Customer, Organisation
from jiuzhou.web.store.pace import Pace
from jiuzhou.web.store.search import get_ready, index_customers

CHUNK = 250
PARTS = ("reading", "evaluating", "customers", "figures")

Announce = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Renewal:
    """All that one renewal writes of customers, by customer."""

    organisation: int
    customers: pa.ChunkedArray
    scores: ByCustomer
    actions: ByCustomer
    visits: ByCustomer
    now: datetime


def renew_scores(
    actor: Actor, policy: Policy, *, engine: Any, now: datetime, announce: Announce = lambda part, done, total: None
) -> int:
    """
    Return how many customers were scored.

    Parameters
    ----------
    engine
        The Ibis backend that evaluates.
    announce
        Called with a part of ``PARTS``, how much of it is done and how much there is; it raises to stop here.
    """
    announce("reading", 0, 1)
    organisation = Organisation.objects.select_related("plan_in_force").get(pk=actor.organisation_id)
    book = book_of(organisation, measures=policy.divide.activities)
    if "customers" not in book:
        return 0
    today = _day(book, now)
    book = replace(book, settings=replace(book.settings, as_of=today))
    announce("evaluating", 0, 1)
    scores = evaluate.score(book, policy=policy.evaluate, as_of=today, engine=engine)
    advice = serve.advise(book, scores, _held(book), policy=policy.serve, today=today)
    _write_customers(_renewal(organisation.pk, book, scores.customers, advice, now), announce)
    announce("figures", 0, 1)
    write_fact(organisation.pk, "customers_scored", scores.customers, now=now)
    write_fact(organisation.pk, "recommendations", advice.recommendations, now=now)
    standing = standing_of(organisation, policy.divide)
    write_scores(organisation.pk, scores, standing.keys.owners)
    if standing.tree.nodes:
        ground = Evaluated(book, scores, policy, standing.activities, today, seed=0)
        _write_figures(organisation.pk, ground, standing)
    fault("renew.figures")
    with transaction.atomic():
        Organisation.objects.filter(pk=organisation.pk).update(as_of=today)
        told = {"as_of": today, "customers": book.table("customers").num_rows}
        record(actor.origin, "scores.renew", "organisation", organisation.slug, after=told)
    return int(book.table("customers").num_rows)


def _day(book: Book, now: datetime) -> date:
    """The day of the last pass, or the day after the last order, whichever is later; today where there is neither."""
    days = local_days(book.table("orders")["ordered_at"], book.settings.zone)
    last: date | None = pc.max(days).as_py()
    today = now.astimezone(ZoneInfo(book.settings.zone)).date()
    known = [day for day in (book.settings.as_of, last and last + timedelta(days=1)) if day]
    return min(max(known, default=today), today + timedelta(days=1))


def _held(book: Book) -> pa.Table:
    customers = book.table("customers").sort_by("customer_id")
    owned = customers.filter(pc.is_valid(customers["owner_id"]))
    given = {name: owned[name] for name in ("customer_id", "owner_id", "territory_id")}
    empty = DECISIONS.empty_table()
    return pa.table({name: given.get(name, pa.nulls(owned.num_rows, empty[name].type)) for name in DECISIONS.names})


def _renewal(organisation: int, book: Book, scores: pa.Table, advice: Advice, now: datetime) -> Renewal:
    ids = book.table("customers")["customer_id"]
    by = {
        name: ByCustomer.of(table, ids)
        for name, table in {"scores": scores, "actions": advice.actions, "visits": advice.visits}.items()
    }
    return Renewal(organisation, ids, **by, now=now)


def _write_customers(renewal: Renewal, announce: Announce) -> None:
    get_ready()
    total, pace, stop = len(renewal.customers), Pace(CHUNK), 0
    while stop < total:
        start, stop = stop, min(stop + pace.size, total)
        with pace.step():
            _write_chunk(renewal, start, stop)
        announce("customers", stop, total)
        fault("renew.customers")


def _write_chunk(renewal: Renewal, start: int, stop: int) -> None:
    codes = renewal.customers[start:stop].to_pylist()
    scores = renewal.scores.one_each(start, stop)
    rows = Customer.unscoped.filter(organisation=renewal.organisation, deleted_at=None)
    with transaction.atomic():
        known = dict(rows.filter(code__in=codes).values_list("code", "pk"))
        # Who went away since the Book was read is not advised on any more.
        standing = [place for place, code in enumerate(codes) if code in known]
        at = {place: index for index, place in enumerate(standing)}
        customers = [known[codes[place]] for place in standing]
        changed = write_customer_scores(renewal.organisation, customers, [scores[place] for place in standing])
        owners = [one.owner for one in held_now(customers)]
        places, actions = _of_standing(renewal.actions, start, stop, at)
        write_actions(renewal.organisation, customers, places, actions, now=renewal.now)
        places, visits = _of_standing(renewal.visits, start, stop, at)
        write_visits(renewal.organisation, customers, owners, places, visits)
        if changed:
            index_customers(customers)


def _of_standing(rows: ByCustomer, start: int, stop: int, at: Mapping[int, int]) -> tuple[list[int], pa.Table]:
    places, table = rows.between(start, stop)
    kept = pa.array([place in at for place in places], pa.bool_())
    return [at[place] for place in places if place in at], table.filter(kept)


def _write_figures(organisation: int, ground: Evaluated, standing: Standing) -> None:
    owners = values(ground.book.table("customers"), "owner_id")
    label = standing.tree.territories_of(ground.book, owners)
    present = present_of(ground, standing.tree, owners, label, shares=standing.shares)
    write_indicators(organisation, present.watch, standing.keys)
    add_targets(organisation, present.targets, standing.keys)
    write_alerts(organisation, present.watch, standing.keys)
