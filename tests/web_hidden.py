"""
The other twin: a company in which everything differs that one actor may not see, in every table that has a rule.

What is hidden is changed field by field, and each hidden row gets a copy beside it, so that neither its words and
figures nor its being there at all may show in any answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, models, transaction

from jiuzhou.web.accounts.access import RULES, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.store import models as store
from web_company import Company

WORDS = {"kind", "verb", "noun", "origin", "scope", "outcome", "source", "role", "severity", "state", "status", "code"}
"""Text fields that hold one of a few words, or a code of the catalogue: kept, or the row would mean nothing."""
NAMES = {"key", "digest", "prefix", "family", "previous", "number", "sequence", "version", "epoch", "colour", "attempt"}
"""What tells rows apart or counts their changes."""
PRESENT = (store.Plan, store.RulesVersion, store.PolicyVersion, store.AuditEntry)
"""Tables of which a copy would break what the database promises."""


def seen_rows(actor: Actor) -> dict[str, list[Any]]:
    """Everything that ``actor`` may see, by table."""
    return {model.__name__: list(visible_to(actor, model).order_by("pk").values_list()) for model in RULES}


def change_hidden(company: Company, actor: Actor) -> int:
    """Change what is hidden from ``actor``, and return how many rows were changed or copied."""
    hidden = {
        model: list(model._base_manager.exclude(pk__in=visible_to(actor, model).values("pk")).order_by("pk"))
        for model in RULES
    }
    named = _named_by_what_is_seen(actor)
    done = sum(_changed(row, kept=("name", "code") if row in named else ()) for rows in hidden.values() for row in rows)
    for model, rows in hidden.items():
        if model not in PRESENT:
            done += sum(_copied(row, actor) for row in rows[:40])
    return done


def _named_by_what_is_seen(actor: Actor) -> set[Any]:
    # Who has a customer that one sees, and where, is said with the customer: name and code, and nothing else. So is
    # what was merged into it.
    found: set[Any] = set(store.Customer.unscoped.filter(merged_into__in=visible_to(actor, store.Customer)))
    for model in RULES:
        for field in model._meta.concrete_fields:
            if field.related_model in (store.Owner, store.Territory):
                keys = visible_to(actor, model).exclude(**{field.name: None}).values(field.attname)
                found |= set(field.related_model._base_manager.filter(pk__in=keys))
    return found


def _changed(row: Any, kept: tuple[str, ...]) -> bool:
    given = {field.attname: value for field, value in _others(row) if field.name not in kept}
    return sum(_kept(row, {name: value}) for name, value in given.items()) > 0


def _kept(row: Any, given: dict[str, Any]) -> bool:
    try:
        with transaction.atomic():
            return bool(type(row)._base_manager.filter(pk=row.pk).update(**given))
    except IntegrityError:
        return False


def _copied(row: Any, actor: Actor) -> bool:
    model, copy = type(row), type(row)._base_manager.get(pk=row.pk)
    copy.pk = None
    copy._state.adding = True
    for name in ("code", "key", "digest"):
        if isinstance(getattr(copy, name, None), str) and name not in _words(model):
            setattr(copy, name, f"Z{row.pk}-{getattr(copy, name)}"[:60])
    try:
        with transaction.atomic():
            copy.save(force_insert=True)
    except IntegrityError:
        return False
    if visible_to(actor, model).filter(pk=copy.pk).exists():
        copy.delete()
        return False
    return True


def _others(row: Any) -> Iterator[tuple[Any, Any]]:
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if field.primary_key or field.is_relation or field.choices or field.name in NAMES | _words(type(row)):
            continue
        other = _other(field, value)
        if other != value:
            yield field, other


def _other(field: Any, value: Any) -> Any:
    match value:
        case str() if isinstance(field, models.CharField | models.TextField) and field.name not in ("zone", "currency"):
            return f"暗{value}"[: field.max_length or 200] if value else value
        case Decimal() | float():
            return value + 7 if value > 1 else value / 2
        case bool() | None:
            return value
        case int():
            return value + 7
        case dict() if "code" in value:
            return {**value, "code": "web.to_start", "params": {}}
        case dict():
            return {name: one + 7 if isinstance(one, int | float) else one for name, one in value.items()}
    if isinstance(field, models.DateTimeField | models.DateField) and field.name in (
        "planned_on",
        "due_on",
        "since",
        "at",
    ):
        return value + timedelta(days=1)
    return value


def _words(model: type[models.Model]) -> set[str]:
    # A code that names its row (customer C0001) is a name; one of a message is a word.
    return WORDS - ({"code"} if any(field.name == "name" for field in model._meta.concrete_fields) else set())
