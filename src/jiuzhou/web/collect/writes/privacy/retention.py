"""
How long data are kept: rules in days for each kind, what a run would remove now, and the run.

Kinds without a rule are kept. What the application forgets by itself is listed too, and cannot be set.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import transaction
from django.db.models import CharField, F, Model, QuerySet, TextField
from django.utils import timezone

from jiuzhou.kernel.message import Message, say
from jiuzhou.kernel.moments import MOMENT
from jiuzhou.kernel.personal import Pii, class_of
from jiuzhou.kernel.tables import TABLES
from jiuzhou.web.accounts.actor import Actor, system_of
from jiuzhou.web.collect.writes.privacy import facts
from jiuzhou.web.ledger.audit import Origin, record
from jiuzhou.web.problems import InvalidError, StaleError
from jiuzhou.web.store.classified import fields_of
from jiuzhou.web.store.fact_files import delete_unnamed
from jiuzhou.web.store.facts import ask, files_of
from jiuzhou.web.store.forgetting import forget
from jiuzhou.web.store.models import Action, FactBatch, Note, Notice, Organisation, SampleItem, Visit

Does = Literal["deleted", "emptied"]
LEAST_DAYS, MOST_DAYS = 30, 20 * 365
CHOICE = "retention"
RAN = "retention_ran"
_EVERY = timedelta(hours=20)
_CHUNK = 500

_ROWS: Mapping[str, tuple[Does, Callable[[int, datetime], QuerySet[Any]]]] = {
    "notes": (
        "emptied",
        lambda company, before: _with_words(Note.unscoped.filter(organisation=company, at__lt=before)),
    ),
    "actions": (
        "deleted",
        lambda company, before: Action.unscoped.filter(
            organisation=company, state__in=("done", "dismissed"), closed_at__lt=before
        ),
    ),
    "visits": (
        "emptied",
        lambda company, before: _with_words(Visit.unscoped.filter(organisation=company, closed_at__lt=before)),
    ),
    "samples": (
        "deleted",
        lambda company, before: SampleItem.unscoped.filter(organisation=company, sample__closed_at__lt=before),
    ),
    "notices": ("deleted", lambda company, before: Notice.unscoped.filter(organisation=company, at__lt=before)),
}
_FACTS = ("interactions", "surveys")
KINDS = (*_ROWS, *_FACTS)
"""Kinds of data for which a rule may be set."""

FIXED: Mapping[str, int] = {"answers": 1, "exports": 7, "events": 7, "uploads": 40, "sign_ins": 90, "runs": 180}
"""Kinds that the application forgets by itself, and after how many days."""


@dataclass(frozen=True, slots=True)
class Rule:
    """
    What holds for one kind.

    Attributes
    ----------
    days
        ``None`` where it is kept.
    does
        Whether rows are deleted, or their words emptied and the figures kept.
    due
        How many rows a run would touch now.
    """

    kind: str
    days: int | None
    does: Does
    due: int


def rules(actor: Actor, *, now: datetime | None = None) -> tuple[Rule, ...]:
    """Return the rule of each kind, and what a run would do at this moment."""
    actor.must("privacy.export")
    organisation = Organisation.objects.get(pk=actor.organisation_id)
    kept, now = days_of(organisation), now or timezone.now()
    return tuple(
        Rule(kind, kept.get(kind), _does(kind), _due(organisation.pk, kind, _before(now, kept.get(kind))))
        for kind in KINDS
    )


def days_of(organisation: Organisation) -> dict[str, int]:
    """Return the days that an organisation set, by kind."""
    kept: dict[str, int] = organisation.choices.get(CHOICE, {})
    return {kind: days for kind, days in kept.items() if kind in KINDS}


def days_by_kind(actor: Actor) -> dict[str, int | None]:
    """Return for how many days each kind is kept, also those that cannot be set; ``None`` for one that is kept."""
    actor.must("privacy.export")
    kept = days_of(Organisation.objects.get(pk=actor.organisation_id))
    return {**{kind: kept.get(kind) for kind in KINDS}, **FIXED}


def keep_rules(actor: Actor, days: Mapping[str, int | None], *, version: int) -> int:
    """
    Set for how many days each kind is kept; return the organisation's new version.

    Raises
    ------
    InvalidError
        If a kind is unknown, or its days are out of 30 to 7300.
    StaleError
        If somebody changed the organisation since.
    """
    actor.must("privacy.erase")
    wrong: dict[str, Message] = {
        kind: say("privacy.bad_days", least=LEAST_DAYS, most=MOST_DAYS)
        for kind, count in days.items()
        if kind not in KINDS or (count is not None and not LEAST_DAYS <= count <= MOST_DAYS)
    }
    if wrong:
        raise InvalidError(wrong)
    with transaction.atomic():
        row = Organisation.objects.select_for_update().get(pk=actor.organisation_id)
        if row.version != version:
            raise StaleError(row.version, {CHOICE: days_of(row)})
        before = days_of(row)
        after = {kind: count for kind, count in {**before, **days}.items() if count is not None}
        row.choices = {**row.choices, CHOICE: after}
        row.version += 1
        row.save(update_fields=["choices", "version"])
        record(actor.origin, "privacy.rules", "organisation", row.slug, before=before, after=after)
    return version + 1


def version_of(actor: Actor) -> int:
    """Return the version that a change of the rules must name."""
    return Organisation.objects.values_list("version", flat=True).get(pk=actor.organisation_id)


def run_rules() -> int:
    """Do what the rules of every organisation say, once a day; return how many rows were touched."""
    now, touched = timezone.now(), 0
    for organisation in Organisation.objects.exclude(choices={}).order_by("pk"):
        ran = organisation.choices.get(RAN, "")
        if days_of(organisation) and (not ran or datetime.fromisoformat(ran) < now - _EVERY):
            touched += sum(apply_rules(organisation, now=now).values())
    return touched


def apply_rules(organisation: Organisation, *, now: datetime) -> dict[str, int]:
    """Remove what is past its time; return how many rows of each kind, written into the ledger where there are any."""
    done: dict[str, int] = {}
    for kind, days in days_of(organisation).items():
        before = now - timedelta(days=days)
        done[kind] = _remove(organisation.pk, kind, before)
    done = {kind: count for kind, count in done.items() if count}
    origin: Origin = system_of(organisation).origin
    with transaction.atomic():
        row = Organisation.objects.select_for_update().get(pk=organisation.pk)
        row.choices = {**row.choices, RAN: now.isoformat()}
        row.save(update_fields=["choices"])
        if done:
            record(origin, "privacy.retain", "organisation", organisation.slug, after=done)
    return done


def _texts(model: type[Model]) -> list[str]:
    names = fields_of(model, Pii.FREE_TEXT)
    return [name for name in names if isinstance(model._meta.get_field(name), CharField | TextField)]


def _with_words(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.exclude(**dict.fromkeys(_texts(rows.model), ""))


def _does(kind: str) -> Does:
    return _ROWS[kind][0] if kind in _ROWS else "emptied"


def _before(now: datetime, days: int | None) -> datetime | None:
    return None if days is None else now - timedelta(days=days)


def _due(organisation: int, kind: str, before: datetime | None) -> int:
    if before is None:
        return 0
    if kind in _ROWS:
        return _ROWS[kind][1](organisation, before).count()
    paths = files_of(organisation).get(kind, ())
    if not paths:
        return 0
    there = {name for path in paths for name in pq.read_schema(path).names}
    told = " OR ".join(f'"{name}" IS NOT NULL' for name in _words(kind) if name in there)
    if not told:
        return 0
    ((count,),) = ask(
        f'SELECT count(*) FROM read_parquet($files, union_by_name = true) WHERE "at" < $before AND ({told})',
        {"files": list(paths), "before": before},
    )
    return int(count)


def _words(table: str) -> Sequence[str]:
    names = [column.name for column in TABLES[table].columns]
    return [name for name in names if class_of(table, name).pii is Pii.FREE_TEXT]


def _remove(organisation: int, kind: str, before: datetime) -> int:
    if kind in _FACTS:
        return _empty_facts(organisation, kind, before)
    does, rows = _ROWS[kind]
    past = rows(organisation, before)
    return forget(past) if does == "deleted" else _empty(past)


def _empty(rows: QuerySet[Any]) -> int:
    words = dict.fromkeys(_texts(rows.model), "") | ({"version": F("version") + 1} if rows.model is Visit else {})
    emptied = 0
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:_CHUNK]):
        emptied += rows.model._base_manager.filter(pk__in=keys).update(**words)
    return emptied


def _empty_facts(organisation: int, table: str, before: datetime) -> int:
    due = _due(organisation, table, before)
    if not due:
        return 0
    change = facts.without_words_before(pa.scalar(before, MOMENT), _words(table))
    batches = FactBatch.unscoped.filter(organisation=organisation, table=table).order_by("pk")
    old = facts.swap(list(facts.renew(batches, lambda _: change)))
    delete_unnamed(old)
    return due
