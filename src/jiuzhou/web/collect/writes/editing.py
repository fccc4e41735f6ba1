"""A customer changed or begun by hand: named fields only, the page's version, the ledger, the search index."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from jiuzhou.collect.companies import Verdict, compare
from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.message import Message, say
from jiuzhou.kernel.personal import ERASED
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor, valid_at
from jiuzhou.web.collect.company import OTHERS
from jiuzhou.web.collect.reads.customer import CONTACT, shows_contact
from jiuzhou.web.collect.reads.regions import region_stated
from jiuzhou.web.collect.writes.consents import note_consent
from jiuzhou.web.collect.writes.registrations import owner_to_be, stand_against, win_registrations
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import ForbiddenError, InvalidError, StaleError
from jiuzhou.web.store.classified import MODELS
from jiuzhou.web.store.models import Access, Customer, Ownership, Territory
from jiuzhou.web.store.present import held_by
from jiuzhou.web.store.search import index_customers
from jiuzhou.web.store.sounds import sort_key

TEXTS: Mapping[str, int] = {
    "name": 300,
    "phone": 64,
    "email": 254,
    "address": 500,
    "tax_id": 32,
    "region_code": 40,
    "industry": 60,
    "size_band": 30,
    "channel": 30,
}
LISTS = ("needs", "products")
FIELDS = (*TEXTS, *LISTS, "consent_marketing")
"""What may be changed by hand; who has a customer changes by reassigning it and by nothing else."""

PERSONAL = frozenset(name for name, found in MODELS[Customer].items() if found.pii in ERASED) - {"consent_marketing"}
"""What the ledger keeps as digests only, so that a person who is erased is not in it."""

_MOST_ITEMS, _LONGEST_ITEM = 30, 60


def edit_customer(actor: Actor, code: str, *, version: int, changes: Mapping[str, Any]) -> int:
    """
    Return the customer's new version after ``changes`` were made.

    Parameters
    ----------
    version
        That of the page on which they were made.
    changes
        New values by field, of ``FIELDS``; lists as tuples of texts.

    Raises
    ------
    NotFoundError, ForbiddenError
        If there is no such customer for this actor; if the actor may see it and not change it.
    InvalidError
        If a field is unknown or its value makes no sense.
    StaleError
        If somebody changed the customer since; carries the fields that differ from ``changes``.
    ConflictError
        If the new name is a company's that is protected for somebody else, as ``create_customer`` says.
    """
    actor.must("customer.write")
    row = one_visible(actor, Customer, code=code)
    must_hold(actor, row)
    # A region of the company's own or of another country stays as it came, as long as nobody changes it.
    unchanged = ("region_code", row.region_code)
    given = {name: value for name, value in changes.items() if (name, value) != unchanged}
    cleaned = _cleaned(actor.organisation_id, given)
    if not shows_contact(actor, row) and any(name in CONTACT for name in cleaned):
        raise ForbiddenError("customer.contact")
    changed = {name: value for name, value in cleaned.items() if getattr(row, name) != value}
    if row.version != version:
        raise StaleError(row.version, {name: getattr(row, name) for name in changed})
    if not changed:
        return row.version
    before = _told({name: getattr(row, name) for name in changed})
    with transaction.atomic():
        if "name" in changed and compare(row.name, changed["name"]).verdict is not Verdict.SAME:
            # Under another name it is another company, and that one may be protected.
            stand_against(actor, changed["name"], changed.get("tax_id", row.tax_id), owner=row.owner_id)
        same = visible_to(actor, Customer).filter(pk=row.pk, version=version)
        if not same.update(**_stored(changed), version=F("version") + 1):
            now = one_visible(actor, Customer, pk=row.pk)
            raise StaleError(now.version, {name: getattr(now, name) for name in changed})
        index_customers([row.pk])
        if "consent_marketing" in changed:
            _note_consent(actor, row, changed["consent_marketing"])
        record(actor.origin, "customer.edit", "customer", row.code, before=before, after=_told(changed))
    return version + 1


def create_customer(
    actor: Actor, fields: Mapping[str, Any], *, another: str = "", registration: int | None = None
) -> str:
    """
    Return the code of a new customer: the actor's own, or the public pool's where the actor sells for nobody.

    Parameters
    ----------
    another
        Why it is another company than those of the same name, of ``collect.company.OTHERS``; goes into the ledger.
    registration
        Id of the registered company that it is; the customer is then who registered it's.

    Raises
    ------
    InvalidError
        If a field is unknown or its value makes no sense, or there is no name.
    ConflictError
        If the company is protected for somebody else, and the actor is no manager who sees that owner.
    NotFoundError
        If there is no such registration for this actor.
    """
    actor.must("customer.write")
    cleaned = _cleaned(actor.organisation_id, {"name": "", **fields})
    if another and another not in OTHERS:
        raise InvalidError({"another": say("entry.unknown_other")})
    now = timezone.now()
    owner = next(iter(actor.own_ids)) if len(actor.own_ids) == 1 else None
    if registration is not None:
        owner = owner_to_be(actor, registration).pk
    territory = visible_to(actor, Territory).filter(owner=owner, valid_to__isnull=True).first() if owner else None
    with transaction.atomic():
        standing = stand_against(actor, cleaned["name"], cleaned.get("tax_id", ""), owner=owner, also=registration)
        row = Customer(
            organisation_id=actor.organisation_id,
            code=f"N{token_hex(5).upper()}",
            owner_id=owner,
            territory=territory,
            pool="" if owner else "public",
            customer_since=now,
            **_stored(cleaned),
        )
        row.save(force_insert=True)
        if owner is not None:
            _begin_spell(row, owner, now)
        index_customers([row.pk])
        if cleaned.get("consent_marketing") is not None:
            _note_consent(actor, row, cleaned["consent_marketing"])
        win_registrations(actor, standing, row)
        told = _told(cleaned) | ({"another": another} if another else {}) | standing.told
        record(actor.origin, "customer.create", "customer", row.code, after=told)
    return row.code


def must_hold(actor: Actor, row: Customer) -> None:
    """
    Go on only if ``row`` is the actor's to change: held by role, or opened for changes by a dated grant.

    Raises
    ------
    ForbiddenError
        If the actor may only look at it.
    """
    if actor.everywhere:
        return
    held = held_by(actor.owner_ids, actor.territory_ids, settling=actor.settling)
    if visible_to(actor, Customer).filter(held, pk=row.pk).exists():
        return
    now = timezone.now()
    opened = visible_to(actor, Access).filter(
        valid_at(now),
        user=actor.user_id,
        customer=row.pk,
        may_write=True,
    )
    if not opened.exists():
        raise ForbiddenError("customer.write")


def _note_consent(actor: Actor, row: Customer, answer: bool | None) -> None:
    source = "api" if actor.via == "token" else "page"
    note_consent(row, given=answer is True, at=timezone.now(), by=actor.user_id, source=source)


def _begin_spell(row: Customer, owner: int, now: datetime) -> None:
    Ownership.unscoped.create(
        organisation_id=row.organisation_id,
        customer=row,
        owner_id=owner,
        territory_id=row.territory_id,
        source="manual",
        valid_from=now,
        recorded_at=now,
    )


def _cleaned(organisation: int, changes: Mapping[str, Any]) -> dict[str, Any]:
    cleaned: dict[str, Any] = {}
    wrong: dict[str, Message] = {}
    for name, value in changes.items():
        try:
            cleaned[name] = _value(name, value)
            if name == "region_code":
                cleaned[name] = region_stated(organisation, cleaned[name])
        except InputError as error:
            wrong[name] = error.message
    if wrong:
        raise InvalidError(wrong)
    return cleaned


def _value(name: str, value: Any) -> Any:
    if name in TEXTS and isinstance(value, str):
        return _text(name, value.strip())
    if name in LISTS and isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        items = list(dict.fromkeys(item.strip() for item in value if item.strip()))
        if len(items) > _MOST_ITEMS or any(len(item) > _LONGEST_ITEM for item in items):
            raise InputError("customers.too_many_items", most=_MOST_ITEMS, longest=_LONGEST_ITEM)
        return items
    if name == "consent_marketing" and (value is None or isinstance(value, bool)):
        return value
    raise InputError("customers.unknown_field", field=name)


def _text(name: str, text: str) -> str:
    if any(ord(character) < 32 or character == "\x7f" for character in text):
        raise InputError("customers.control_characters")
    if len(text) > TEXTS[name]:
        raise InputError("customers.too_long", most=TEXTS[name])
    if name == "name" and not text:
        raise InputError("customers.name_needed")
    if name == "email" and text and ("@" not in text[1:-1] or " " in text):
        raise InputError("customers.bad_email")
    return text


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    stored = dict(values)
    if "name" in values:
        stored["sort_key"] = sort_key(values["name"])
    if "consent_marketing" in values:
        stored["consent_at"] = timezone.now() if values["consent_marketing"] is not None else None
    return stored


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    # Personal values stand in the ledger as keyed digests: that they changed can be proved, what they were is not told.
    return {name: _digest(name, value) if name in PERSONAL else value for name, value in values.items()}


def _digest(name: str, value: Any) -> str:
    return hmac.new(str(settings.AUDIT_KEY).encode(), f"{name}:{value}".encode(), sha256).hexdigest()[:16]
