"""A company registered: what it may say, what stands against it, and whether somebody has to decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from jiuzhou.collect.companies import Verdict, company_name
from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.company import Asked, Match, RegistrationDraft, asked_for, names_a_company
from jiuzhou.web.collect.reads.company_check import MOST, customers_like, holder_of, registrations_like, today_of
from jiuzhou.web.collect.reads.regions import region_stated
from jiuzhou.web.collect.writes.registrations import NOUN, link_of, protection_days, take_turn
from jiuzhou.web.inbox.writes import ask
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.ledger.limits import count_request
from jiuzhou.web.problems import ConflictError, InvalidError
from jiuzhou.web.store.company_keys import file_registrations
from jiuzhou.web.store.models import Customer, Owner, Registration

NAME, TAX_ID, REGION, NOTE = 300, 32, 12, 1000
_MOST_TO_READ = 500


def register_company(actor: Actor, draft: RegistrationDraft) -> int:
    """
    Return the id of a new registration: granted where nobody has the company or works on it, else waiting.

    Raises
    ------
    InvalidError
        If a field makes no sense, or the name is not a company's full name.
    ConflictError
        If the company is the owner's already, as a customer or as a standing registration.
    TooManyError
        If the actor asked too often which companies are there.
    """
    actor.must("registration.write")
    owner, region = _checked(actor, draft)
    now = timezone.now()
    if actor.user_id is not None:
        count_request(actor.organisation_id, actor.user_id, "check", now=now)
    asked = asked_for(draft.name.strip(), draft.tax_id)
    with transaction.atomic():
        take_turn(actor.organisation_id)
        against, pooled = _against(actor, owner, asked)
        until = today_of(actor) + timedelta(days=protection_days(actor))
        row = Registration.unscoped.create(
            organisation_id=actor.organisation_id,
            name=draft.name.strip(),
            tax_id=draft.tax_id.strip().upper(),
            region_code=region,
            note=draft.note.strip(),
            owner=owner,
            by_id=actor.user_id,
            made_at=now,
            state="waiting" if against else "granted",
            protected_until=None if against else until,
            decided_at=None if against else now,
            found=[_kept(match) for match in against[:MOST]],
            customer_id=pooled,
        )
        file_registrations([row.pk])
        told = {"owner": owner.code, "state": row.state, "until": row.protected_until, "told": _codes(actor, against)}
        record(actor.origin, "registration.make", NOUN, str(row.pk), after=told)
        if against:
            request = say("registrations.asks", company=row.name, owner=owner.name)
            ask(
                actor,
                NOUN,
                str(row.pk),
                request,
                verb="registration.decide",
                link=link_of(row.pk),
                note=row.note[:_MOST_TO_READ],
            )
    return int(row.pk)


def _against(actor: Actor, owner: Owner, asked: Asked) -> tuple[list[Match], int | None]:
    # What stands against a registration at once, and the customer of a pool that it is about.
    customers, _ = customers_like(actor, asked)
    registered = registrations_like(actor, asked)
    for match in [*customers, *registered]:
        if match.verdict is Verdict.SAME and match.held.owner_id == owner.pk:
            mine = (
                "registrations.yours_already" if match.held.kind == "customer" else "registrations.registered_already"
            )
            raise ConflictError(mine, company=match.held.name)
    held = [match for match in customers if match.held.owner_id not in (None, owner.pk)]
    others = [match for match in registered if match.held.owner_id != owner.pk]
    pooled = [match.held.key for match in customers if match.held.owner_id is None and match.verdict is Verdict.SAME]
    return [*others, *held], pooled[0] if pooled else None


def _checked(actor: Actor, draft: RegistrationDraft) -> tuple[Owner, str]:
    wrong: dict[str, Message] = {}
    limits = {"name": NAME, "tax_id": TAX_ID, "region_code": REGION, "note": NOTE}
    for name, most in limits.items():
        text = getattr(draft, name)
        if len(text) > most:
            wrong[name] = say("registrations.too_long", most=most)
        elif any((ord(sign) < ord(" ") and sign not in "\r\n\t") or sign == "\x7f" for sign in text):
            wrong[name] = say("customers.control_characters")
    if not draft.name.strip():
        wrong["name"] = say("customers.name_needed")
    elif "name" not in wrong and not names_a_company(company_name(draft.name)):
        wrong["name"] = say("registrations.full_name")
    region = ""
    try:
        region = region_stated(actor.organisation_id, draft.region_code)
    except InputError as error:
        wrong.setdefault("region_code", error.message)
    owner = _owner_for(actor, draft.owner.strip())
    if owner is None:
        wrong["owner"] = say("registrations.whose")
    if wrong or owner is None:
        raise InvalidError(wrong)
    return owner, region


def _owner_for(actor: Actor, code: str) -> Owner | None:
    rows = visible_to(actor, Owner).filter(kind__in=("rep", "partner"))
    if not actor.may("registration.decide"):
        rows = rows.filter(pk__in=actor.own_ids)
    elif not actor.everywhere:
        rows = rows.filter(pk__in=actor.owner_ids | actor.own_ids)
    if code:
        return rows.filter(code=code).first()
    own = rows.filter(pk__in=actor.own_ids)[:2]
    return own[0] if len(own) == 1 else None


def _kept(match: Match) -> dict[str, Any]:
    # Names of organisations only: who a person is is told to those who see it.
    shown = names_a_company(company_name(match.held.name))
    messages = (holder_of(match.held), *match.reasons) if shown else (holder_of(match.held),)
    return {
        "name": match.held.name if shown else "",
        "verdict": match.verdict.value,
        "said": [{"code": one.code, "params": one.plain_params()} for one in messages],
        "until": match.held.until.isoformat() if match.held.until else "",
    }


def _codes(actor: Actor, against: Sequence[Match]) -> list[str]:
    customers = [match.held.key for match in against if match.held.kind == "customer"]
    seen = set(visible_to(actor, Customer).filter(pk__in=customers).values_list("pk", flat=True))
    return [
        match.held.code or f"registration:{match.held.key}"
        for match in against[:MOST]
        if match.held.kind != "customer" or match.held.key not in seen
    ]
