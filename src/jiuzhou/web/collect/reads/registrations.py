"""Registrations of companies that an actor sees: one's own, those of one's people, those that wait for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.db.models import Q, QuerySet

from jiuzhou.kernel.message import Message, message_of
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.company import is_standing, state_now
from jiuzhou.web.collect.reads.company_check import today_of
from jiuzhou.web.paging import Page, page_of
from jiuzhou.web.store.models import Customer, Owner, Registration

Box = Literal["all", "mine", "waiting"]
MOST_OWNERS = 500


@dataclass(frozen=True, slots=True)
class RegistrationLine:
    """
    One registration.

    Attributes
    ----------
    state
        ``waiting``, ``granted``, ``expired``, ``refused``, ``withdrawn`` or ``won``, as it is today.
    days_left
        Days of protection left, today not counted; ``None`` where it does not protect.
    customer
        Code of the customer that it became or is about, where the reader sees it; else empty.
    """

    id: int
    name: str
    tax_id: str
    region_code: str
    note: str
    owner: str
    owner_code: str
    by: str
    made_at: datetime
    state: str
    protected_until: date | None
    days_left: int | None
    reason: str
    decided_by: str
    decided_at: datetime | None
    extended: bool
    customer: str
    version: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What the check said of one company when the registration was made; ``name`` is empty for one that is not told."""

    name: str
    verdict: str
    said: tuple[Message, ...]
    until: date | None


@dataclass(frozen=True, slots=True)
class RegistrationDetail:
    """A registration with what the check said when it was made, and what its reader may do with it."""

    line: RegistrationLine
    found: tuple[Finding, ...]
    may_decide: bool
    may_extend: bool
    may_withdraw: bool
    may_win: bool


def list_registrations(
    actor: Actor,
    *,
    box: Box = "all",
    state: str = "",
    owner: str = "",
    cursor: str | None = None,
    size: int = 50,
) -> Page[RegistrationLine]:
    """Return one page of the registrations that the actor sees, the latest first."""
    actor.must("registration.read")
    today = today_of(actor)
    rows = visible_to(actor, Registration).select_related("owner", "by", "decided_by")
    if box == "mine":
        rows = rows.filter(Q(by=actor.user_id) | Q(owner__in=actor.own_ids))
    elif box == "waiting":
        rows = (
            rows.filter(state="waiting").exclude(by=actor.user_id) if actor.may("registration.decide") else rows.none()
        )
    if state:
        rows = rows.filter(_in_state(state, today))
    if owner:
        rows = rows.filter(owner__code=owner)
    found = page_of(rows, lambda row: row, order=("-made_at", "id"), cursor=cursor, size=size)
    codes = _codes(actor, found.items)
    return Page(tuple(_line(row, today, codes) for row in found.items), found.next, found.previous)


def read_registration(actor: Actor, key: int) -> RegistrationDetail:
    """
    Return one registration.

    Raises
    ------
    NotFoundError
        If there is none for this actor.
    """
    actor.must("registration.read")
    today = today_of(actor)
    row = one_visible(actor, Registration, pk=key)
    standing = is_standing(row.state, row.protected_until, today)
    decides = actor.may("registration.decide") and row.by_id != actor.user_id
    granted = standing and row.state == "granted"
    return RegistrationDetail(
        line=_line(row, today, _codes(actor, [row])),
        found=tuple(_finding(one) for one in row.found),
        may_decide=decides and row.state == "waiting",
        may_extend=decides and granted and row.extended_at is None,
        may_withdraw=(granted and decides)
        or (standing and row.by_id == actor.user_id and actor.may("registration.write")),
        may_win=granted
        and actor.may("customer.write")
        and (row.owner_id in actor.own_ids or actor.may("registration.decide")),
    )


def owners_to_register_for(actor: Actor) -> tuple[tuple[str, str], ...]:
    """Return code and name of those in whose name the actor may register a company."""
    rows: QuerySet[Owner] = visible_to(actor, Owner).filter(kind__in=("rep", "partner"))
    if not actor.may("registration.decide"):
        rows = rows.filter(pk__in=actor.own_ids)
    elif not actor.everywhere:
        rows = rows.filter(pk__in=actor.owner_ids | actor.own_ids)
    return tuple(rows.order_by("sort_key", "code").values_list("code", "name")[:MOST_OWNERS])


def _in_state(state: str, today: date) -> Q:
    if state == "expired":
        return Q(state="granted", protected_until__lt=today)
    return Q(state="granted", protected_until__gte=today) if state == "granted" else Q(state=state)


def _codes(actor: Actor, rows: Any) -> Mapping[int, str]:
    keys = {row.customer_id for row in rows if row.customer_id}
    return dict(visible_to(actor, Customer).filter(pk__in=keys).values_list("pk", "code")) if keys else {}


def _line(row: Registration, today: date, codes: Mapping[int, str]) -> RegistrationLine:
    state = state_now(row.state, row.protected_until, today)
    return RegistrationLine(
        id=row.pk,
        name=row.name,
        tax_id=row.tax_id,
        region_code=row.region_code,
        note=row.note,
        owner=row.owner.name,
        owner_code=row.owner.code,
        by=row.by.name if row.by else "",
        made_at=row.made_at,
        state=state,
        protected_until=row.protected_until,
        days_left=(row.protected_until - today).days if state == "granted" and row.protected_until else None,
        reason=row.reason,
        decided_by=row.decided_by.name if row.decided_by else "",
        decided_at=row.decided_at,
        extended=row.extended_at is not None,
        customer=codes.get(row.customer_id or 0, ""),
        version=row.version,
    )


def _finding(kept: Mapping[str, Any]) -> Finding:
    until = str(kept.get("until", ""))
    return Finding(
        name=str(kept.get("name", "")),
        verdict=str(kept.get("verdict", "")),
        said=tuple(message_of(one) for one in kept.get("said", ())),
        until=date.fromisoformat(until) if until else None,
    )
