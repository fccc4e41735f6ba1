"""
Words about a person in the tables: emptied where the row is the person's, blotted where another's row names it.

Which fields hold words is read from the classification; nothing is listed here a second time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import CharField, Field, JSONField, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast

from jiuzhou.kernel.personal import Pii
from jiuzhou.web.ledger.idempotency import forget_answers
from jiuzhou.web.store.classified import MODELS, ON_CUSTOMERS, fields_of
from jiuzhou.web.store.forgetting import forget
from jiuzhou.web.store.holdings import Subject, rows_about
from jiuzhou.web.store.models import Approval, Customer, Facet, IdempotencyKey, Notice
from jiuzhou.web.store.traces import BLOT, Traces

_CHUNK = 200
_FREE = frozenset({"reason", "note", "text", "remark", "comment", "outcome"})
"""Parameters of a sentence that people wrote themselves."""
_LEFT = frozenset({Customer, Facet, IdempotencyKey})
"""A customer of the same name is another; facets are counted anew; answers go altogether."""


def empty_words(subject: Subject, traces: Traces) -> dict[str, int]:
    """Empty what was written of the customer in the rows that are its own; return how many rows of each table."""
    found: dict[str, int] = {}
    for model in ON_CUSTOMERS:
        names = list(fields_of(model, Pii.FREE_TEXT))
        if names:
            rows = rows_about(subject, model)
            _keep(found, model, _in_chunks(rows, names, lambda field, value: _void(field, value, traces)))
    linked = Q(pk__in=())
    for code in subject.codes:
        linked |= Q(organisation=subject.organisation_id, link__contains=code)
    rows = Approval.unscoped.filter(linked).order_by("pk")
    names = list(fields_of(Approval, Pii.FREE_TEXT))
    _keep(found, Approval, _in_chunks(rows, names, lambda _, value: traces.blotted(value)))
    # A notice may call the customer by a name that it no longer has, and is read or of no use by now.
    _keep(found, Notice, forget(Notice.unscoped.filter(linked)))
    return found


def blot_words(subject: Subject, traces: Traces) -> dict[str, int]:
    """Put a blot over the person's traces in everybody else's rows; return how many rows of each table."""
    found: dict[str, int] = {}
    own = traces.own
    for model in MODELS:
        names = list(fields_of(model, Pii.FREE_TEXT)) if model not in _LEFT and own.values else []
        for name in names:
            told = _holding(model._base_manager.filter(organisation=subject.organisation_id), model, name, own)
            _keep(found, model, _in_chunks(told, [name], lambda _, value: own.blotted(value)))
    return found


def drop_answers(subject: Subject) -> int:
    """Empty every answer that is kept for repeated requests; return how many were kept."""
    with transaction.atomic():
        return forget_answers(subject.organisation_id)


def drop_sessions(traces: Traces) -> int:
    """End the sessions that hold a trace of the person; return how many."""
    gone = [
        session.pk
        for session in Session.objects.iterator(500)
        if traces.own.in_text(json.dumps(session.get_decoded(), ensure_ascii=False, default=str))
    ]
    with transaction.atomic():
        Session.objects.filter(pk__in=gone).delete()
    return len(gone)


def _holding(rows: QuerySet[Any], model: type[Model], name: str, traces: Traces) -> QuerySet[Any]:
    field = model._meta.get_field(name)
    if isinstance(field, JSONField):
        rows = rows.annotate(_told=Cast(name, TextField()))
        name = "_told"
    wanted = Q()
    for value in traces.written:
        wanted |= Q(**{f"{name}__icontains": value})
    return rows.filter(wanted).order_by("pk")


def _in_chunks(rows: QuerySet[Any], names: Sequence[str], new: Callable[[Any, Any], Any]) -> int:
    changed, last = 0, 0
    while found := list(rows.filter(pk__gt=last).values("pk", *names)[:_CHUNK]):
        last = found[-1]["pk"]
        with transaction.atomic():
            for row in found:
                told = {name: new(rows.model._meta.get_field(name), row[name]) for name in names}
                told = {name: value for name, value in told.items() if value != row[name]}
                if told:
                    changed += rows.model._base_manager.filter(pk=row["pk"]).update(**told)
    return changed


def _void(field: Field[Any, Any], value: Any, traces: Traces) -> Any:
    # A sentence needs its parameters: of a JSON value only what people wrote into it goes, and the person's traces.
    if isinstance(field, CharField | TextField):
        return ""
    return traces.blotted(_without_words(value))


def _without_words(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: BLOT if name in _FREE and isinstance(item, str) and item else _without_words(item)
            for name, item in value.items()
        }
    return [_without_words(item) for item in value] if isinstance(value, list) else value


def _keep(found: dict[str, int], model: type[Model], count: int) -> None:
    if count:
        found[model.__name__] = found.get(model.__name__, 0) + count
