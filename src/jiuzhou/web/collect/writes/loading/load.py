"""
A whole pass of the loop comes into the store.

What the Book and the cycle say takes the place of what an earlier load said; what people changed in the application
stays, and a customer that a later Book no longer has is kept. The same load twice changes nothing. A load that was
killed is simply done again.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

import pyarrow.compute as pc
from django.db import transaction

from jiuzhou.adapters.texts import Lang
from jiuzhou.cycle import Cycle
from jiuzhou.web.accounts.actor import Actor, system_of
from jiuzhou.web.collect.writes.loading.chunk import write_chunk
from jiuzhou.web.collect.writes.loading.customers import parents
from jiuzhou.web.collect.writes.loading.evaluated import Evaluated
from jiuzhou.web.collect.writes.loading.facts import write_fact, write_facts
from jiuzhou.web.collect.writes.loading.figures import write_alerts, write_indicators, write_scores, write_targets
from jiuzhou.web.collect.writes.loading.material import Material, material_of
from jiuzhou.web.collect.writes.loading.measures import shares_of
from jiuzhou.web.collect.writes.loading.owners import write_owners
from jiuzhou.web.collect.writes.loading.plans import Keys, begin_plans, put_in_force
from jiuzhou.web.collect.writes.loading.presence import present_owners
from jiuzhou.web.collect.writes.loading.present import present_of
from jiuzhou.web.collect.writes.loading.scripts import write_scripts
from jiuzhou.web.collect.writes.loading.tree import tree_of, write_tree
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.store.bulk import update_rows
from jiuzhou.web.store.faults import fault
from jiuzhou.web.store.models import Customer, Organisation
from jiuzhou.web.store.pace import Pace
from jiuzhou.web.store.search import get_ready

CHUNK = 125
"""Customers in one transaction at most; fewer where it would take too long (``store.pace``)."""

PARTS = ("facts", "owners", "plans", "customers", "figures")

Announce = Callable[[str, int, int], None]


def load_cycle(
    organisation: Organisation,
    cycle: Cycle,
    *,
    now: datetime,
    announce: Announce = lambda part, done, total: None,
    actor: Actor | None = None,
) -> Mapping[str, int]:
    """
    Return how many rows each table of the Book brought, after the store says what ``cycle`` found.

    Without a plan in force the present division becomes one; the cycle's own plan comes in as a draft against it.
    Figures and alerts are those of the present division, so that they agree with who has whom.

    Parameters
    ----------
    now
        The moment from which on the store knows it.
    announce
        Called with a part of ``PARTS``, how much of it is done and how much there is.
    actor
        Who loads; the system itself where nobody is named.
    """
    actor = actor or system_of(organisation, via="command")
    lang: Lang = "en" if organisation.language == "en" else "zh"
    announce("facts", 0, 1)
    counts = Counter(write_facts(organisation.pk, cycle.book, now=now))
    write_fact(organisation.pk, "customers_scored", cycle.scores.customers, now=now)
    write_fact(organisation.pk, "recommendations", cycle.advice.recommendations, now=now)
    announce("owners", 0, 1)
    holders = present_owners(cycle.book)
    tree = tree_of(cycle, holders, lang)
    label = tree.territories_of(cycle.book, holders)
    present = present_of(Evaluated.of(cycle), tree, holders, label, shares=shares_of(cycle.plan))
    with _book_left_alone():
        owners = write_owners(organisation.pk, cycle.book)
        keys = Keys(owners, write_tree(organisation.pk, tree, owners, _since(cycle)))
        fault("load.tree")
        announce("plans", 0, 1)
        scripts = write_scripts(organisation.pk, cycle, now)
        plans = begin_plans(organisation, cycle, tree, keys, scripts, present=present, now=now)
        fault("load.plans")
        material = material_of(
            cycle, tree, keys, plans, owners=holders, territories=label, organisation=organisation.pk, now=now
        )
        gc.freeze()
        _write_customers(material, announce)
        announce("figures", 0, 1)
        write_scores(organisation.pk, cycle.scores, keys.owners)
        write_indicators(organisation.pk, present.watch, keys)
        write_targets(organisation.pk, [cycle.book.table("targets"), present.targets], keys)
        write_alerts(organisation.pk, present.watch, keys)
        fault("load.figures")
        if plans.present is not None:
            put_in_force(organisation, plans.present, now=now)
    counts |= Counter({"customers": material.customers.num_rows, "owners": len(owners)})
    with transaction.atomic():
        Organisation.objects.filter(pk=organisation.pk).update(as_of=cycle.today)
        record(actor.origin, "import.cycle", "organisation", organisation.slug, after={"as_of": cycle.today, **counts})
    organisation.as_of = cycle.today
    return dict(counts)


def _write_customers(material: Material, announce: Announce) -> None:
    get_ready()
    total = material.customers.num_rows
    pace, stop = Pace(CHUNK), 0
    while stop < total:
        start, stop = stop, min(stop + pace.size, total)
        with pace.step():
            write_chunk(material, start, stop)
        announce("customers", stop, total)
        fault("load.customers")
    _write_parents(material)


@contextmanager
def _book_left_alone() -> Iterator[None]:
    # A garbage collection that goes through a large Book takes a third of a second, in which the lock would be held.
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _write_parents(material: Material) -> None:
    # A parent may come after its subsidiary in the Book, so that the links are written last.
    linked = parents(material.customers)
    codes = sorted(linked)
    for start in range(0, len(codes), CHUNK):
        part = codes[start : start + CHUNK]
        rows = Customer.unscoped.filter(organisation=material.organisation)
        with transaction.atomic():
            keys = dict(rows.filter(code__in={*part, *(linked[code] for code in part)}).values_list("code", "pk"))
            standing = dict(rows.filter(code__in=part).values_list("pk", "parent_id"))
            wanted = {keys[code]: keys[linked[code]] for code in part if linked[code] in keys}
            changed = [key for key, parent in wanted.items() if standing[key] != parent]
            update_rows(Customer, changed, {"parent_id": [wanted[key] for key in changed]})


def _since(cycle: Cycle) -> datetime:
    """The earliest moment the Book knows of: from then on its territories are taken to have stood."""
    book = cycle.book
    days = pc.min(book.table("ownership")["valid_from"]).as_py()
    made = pc.min(book.table("customers")["created_at"]).as_py()
    found = [moment for moment in (made, book.now) if moment is not None]
    if days is not None:
        found.append(datetime.combine(days, datetime.min.time(), tzinfo=book.now.tzinfo))
    return min(found)
