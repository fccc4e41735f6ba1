"""
A person erased: nothing is left by which anybody could tell who it was, and no sum changes.

The customer's row stays under its code with a neutral name, so that orders, ownership and the balance of territories
are what they were. The order of the steps is such that after a crash the next attempt still knows whom to look for:
the row, from which the person's traces are read, is emptied last.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import F, Field
from django.utils import timezone

from jiuzhou.adapters.texts import render
from jiuzhou.kernel.errors import RefusedError
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.access import one_visible
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.writes.privacy import facts, files, texts
from jiuzhou.web.jobs.queue import start
from jiuzhou.web.ledger.audit import Origin, record
from jiuzhou.web.problems import InvalidError, NotFoundError
from jiuzhou.web.store.company_keys import refile_blotted
from jiuzhou.web.store.fact_files import delete_unnamed
from jiuzhou.web.store.faults import fault
from jiuzhou.web.store.holdings import Subject, emptied_fields, people_at, rows_about, subject_of, traces_of
from jiuzhou.web.store.models import Customer, DuplicatePair, Import, Merge, Organisation
from jiuzhou.web.store.search import index_customers
from jiuzhou.web.store.sounds import sort_key
from jiuzhou.web.store.tombstones import bury, digest, marks_for, note_in_list
from jiuzhou.web.store.traces import BLOT, Traces
from jiuzhou.web.store.wiping import forget_words_of_nobody, wipe_log, wipe_search

KIND = "privacy.erase"
_LEFT_OVER_SECONDS = 24 * 3600
_LOG_TRIES, _LOG_PAUSE_SECONDS = 20, 0.25


@dataclass(frozen=True, slots=True)
class Reporter:
    """How the work says how far it is and keeps what a later attempt needs; by default to nobody."""

    step: Callable[[int], None] = lambda done: None
    keep: Callable[[Mapping[str, Any]], None] = lambda state: None


STEPS = 6


def ask_to_erase(actor: Actor, code: str, *, typed: str, contact: str = "") -> int:
    """
    Return the run that erases a customer, or one person at it.

    Parameters
    ----------
    typed
        The code once more, as the person typed it: nothing brings back what is gone.

    Raises
    ------
    NotFoundError
        If there is no such customer or contact for this actor.
    InvalidError
        If another code was typed.
    """
    actor.must("privacy.erase")
    row = one_visible(actor, Customer, code=code)
    if typed.strip() != (contact or code):
        raise InvalidError({"typed": say("privacy.typed_another", key=contact or code)})
    subject = subject_of(row, contact)
    if contact and not people_at(subject):
        raise NotFoundError
    if not contact and row.erased_at is not None:
        raise InvalidError({"typed": say("privacy.erased_already")})
    title = say("privacy.erase_contact_title" if contact else "privacy.erase_title", customer=code, contact=contact)
    return int(start(actor, KIND, {"customer": code, "contact": contact}, title=title).pk)


def erase(
    origin: Origin,
    subject: Subject,
    *,
    state: Mapping[str, Any] | None = None,
    told: Reporter = Reporter(),
    nothing_runs: bool = False,
) -> dict[str, int]:
    """
    Erase the subject; return how many rows and files of each kind were touched.

    Parameters
    ----------
    state
        What ``told.keep`` kept in an earlier attempt.
    nothing_runs
        Whether no worker is there, whatever the tables say: in a backup that is being restored.

    Raises
    ------
    RefusedError
        If an import is being written at this moment, which might bring the person back.
    """
    if not nothing_runs and Import.unscoped.filter(organisation=subject.organisation_id, run__state="running").exists():
        raise RefusedError("privacy.import_running")
    held = dict(state or {})
    traces = traces_of(subject)
    if not held:
        _bury(subject)
        fault("erasing.buried")
    told.step(1)
    counts = _clear_words(subject, traces)
    with transaction.atomic():
        refile_blotted(subject.organisation_id, BLOT)
    told.step(2)
    counts |= {"exports": files.clear_exports(subject, traces), "imports": files.clear_imports(subject, traces)}
    told.step(3)
    counts["fact_files"] = _clear_facts(subject, traces, held, told)
    told.step(4)
    with transaction.atomic():
        if not subject.contact:
            _empty_row(subject)
            counts["customers"] = len(subject.keys)
        counts = {name: count for name, count in counts.items() if count}
        record(origin, KIND, "customer", subject.code, after={"contact": bool(subject.contact), **counts})
    fault("erasing.emptied")
    told.step(5)
    forget_words_of_nobody(subject.organisation_id)
    wipe_search()
    _wipe_log()
    told.step(STEPS)
    return counts


def _bury(subject: Subject) -> None:
    now, organisation = timezone.now(), subject.organisation_id
    marks = [mark for person in _persons(subject) for mark in marks_for(organisation, person)]
    kind, more = ("contact", [subject.contact]) if subject.contact else ("customer", [])
    own = [digest(organisation, kind, code, *more) for code in subject.codes]
    with transaction.atomic():
        bury(organisation, [*marks, *((kind, mark) for mark in own)], at=now)
    for mark in own:
        note_in_list(organisation, mark, at=now)


def _persons(subject: Subject) -> list[dict[str, Any]]:
    persons = people_at(subject)
    if not subject.contact:
        rows = Customer.unscoped.filter(pk__in=subject.keys, erased_at=None)
        persons += [dict(row) for row in rows.values("name", "phone", "email", "tax_id")]
    return persons


def _clear_words(subject: Subject, traces: Traces) -> dict[str, int]:
    words = {} if subject.contact else texts.empty_words(subject, traces)
    for name, count in texts.blot_words(subject, traces).items():
        words[name] = words.get(name, 0) + count
    return {**words, "answers": texts.drop_answers(subject), "sessions": texts.drop_sessions(traces)}


def _clear_facts(subject: Subject, traces: Traces, held: dict[str, Any], told: Reporter) -> int:
    delete_unnamed(held.get("old", ()))
    renewed = list(facts.renew(facts.customers_batches(subject), facts.without_person(subject, traces)))
    old = facts.swap(renewed, lambda old: told.keep({"old": old}))
    delete_unnamed(old)
    delete_unnamed(facts.left_over(timezone.now().timestamp() - _LEFT_OVER_SECONDS))
    return len(renewed)


def _empty_row(subject: Subject) -> None:
    language = Organisation.objects.values_list("language", flat=True).get(pk=subject.organisation_id)
    name = render(say("privacy.erased_customer"), "en" if language == "en" else "zh")
    empty = {field: _nothing(Customer._meta.get_field(field)) for field in emptied_fields(Customer)}
    empty |= {"name": name, "sort_key": sort_key(name), "location_quality": "unknown", "erased_at": timezone.now()}
    # What a merge changed is not put back into a record of nobody, and no comparison may tell of one.
    Merge.unscoped.filter(standing__in=subject.keys).update(before={}, after={})
    rows_about(subject, DuplicatePair).delete()
    Customer.unscoped.filter(pk__in=subject.keys).update(**empty, version=F("version") + 1)
    index_customers(subject.keys)


def _nothing(field: Any) -> Any:
    assert isinstance(field, Field)
    return None if field.null else field.get_default()


def _wipe_log() -> None:
    # Readers of this moment keep the log; they are done in less than a second, or the next checkpoint takes it.
    for _ in range(_LOG_TRIES):
        if wipe_log():
            return
        time.sleep(_LOG_PAUSE_SECONDS)
