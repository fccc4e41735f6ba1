"""The rows that go from one customer to another when records are merged, and back when they are taken apart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db.models import DateTimeField, F, Model, Q, Value
from django.db.models.functions import Greatest

from jiuzhou.web.store.models import (
    Action,
    ConsentRecord,
    Customer,
    Note,
    Ownership,
    SampleItem,
    ScheduledMove,
    SurveyAnswer,
    SurveyInvitation,
    Visit,
)
from jiuzhou.web.store.models.ownership import OPEN

MOVING: tuple[type[Model], ...] = (Note, Action, Visit, ConsentRecord, SurveyInvitation, SurveyAnswer, SampleItem)
"""
What hangs on the customer as such.

Decisions, scores, places in plans, remarks and dated grants stay with the record they were made for: they say what was
so of that record, and a grant is not widened by a merge.
"""

_ONCE: Mapping[type[Model], str] = {
    Note: "key",
    SurveyInvitation: "questionnaire_id",
    SampleItem: "sample_id",
}
"""What a customer has once: where the survivor has it too, the row stays."""

Moved = Mapping[str, list[int]]


def move_rows(source: Customer, target: Customer, *, now: datetime) -> dict[str, list[int]]:
    """Lead the rows of ``source`` to ``target``, end who has ``source``; return the keys of what was touched."""
    moved = {model.__name__: _moved(model, source, target) for model in MOVING}
    # A daughter's version stays: that another record now heads it is no change of hers that a plan must heed.
    daughters = Customer.unscoped.filter(parent=source).exclude(pk=target.pk).order_by("pk")
    moved["daughters"] = list(daughters.values_list("pk", flat=True))
    Customer.unscoped.filter(pk__in=moved["daughters"]).update(parent=target)
    spells = Ownership.unscoped.filter(OPEN, customer=source)
    moved["spells"] = list(spells.order_by("pk").values_list("pk", flat=True))
    ended = Value(now, output_field=DateTimeField())
    Ownership.unscoped.filter(pk__in=moved["spells"]).update(valid_to=Greatest(F("valid_from"), ended), closed_at=now)
    waiting = ScheduledMove.unscoped.filter(customer=source, done_at__isnull=True, cancelled_at__isnull=True)
    moved["waiting"] = list(waiting.order_by("pk").values_list("pk", flat=True))
    ScheduledMove.unscoped.filter(pk__in=moved["waiting"]).update(cancelled_at=now)
    return {name: keys for name, keys in moved.items() if keys}


def move_back(moved: Moved, source: Customer, target: Customer) -> None:
    """Lead rows that ``move_rows`` led to ``target`` back to ``source``, those that are still there."""
    for model in MOVING:
        keys = moved.get(model.__name__, [])
        model._base_manager.filter(pk__in=keys, customer=target).update(customer=source)
    Customer.unscoped.filter(pk__in=moved.get("daughters", ()), parent=target).update(parent=source)
    Ownership.unscoped.filter(pk__in=moved.get("spells", ())).update(valid_to=None, closed_at=None)
    ScheduledMove.unscoped.filter(pk__in=moved.get("waiting", ())).update(cancelled_at=None)


def _moved(model: type[Model], source: Customer, target: Customer) -> list[int]:
    rows = model._base_manager.filter(customer=source).order_by("pk")
    once = _ONCE.get(model)
    if once is not None:
        there = model._base_manager.filter(customer=target).exclude(**{once: None}).values(once)
        rows = rows.filter(Q(**{once: None}) | ~Q(**{f"{once}__in": there}))
    keys = list(rows.values_list("pk", flat=True))
    model._base_manager.filter(pk__in=keys).update(customer=target)
    return keys
