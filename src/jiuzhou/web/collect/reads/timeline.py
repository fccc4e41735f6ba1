"""A customer's timeline: facts, notes and changes of hands in one order, a page at a time."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import Q
from django.utils import timezone

from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.questionnaires import is_low
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.facts import files_of
from jiuzhou.web.store.happenings import Happening, contacts_of, happenings
from jiuzhou.web.store.merged import merged_into, stands_for_others
from jiuzhou.web.store.models import Customer, Note, Owner, Ownership, SurveyAnswer
from jiuzhou.web.store.models.note import DONE, HEARD

Group = Literal["orders", "visits", "voice", "money", "owners"]
GROUPS: Mapping[str, tuple[str, ...]] = {
    "orders": ("order",),
    "visits": ("interaction", "note"),
    "voice": ("survey", "heard"),
    "money": ("payment", "deal"),
    "owners": ("owner",),
}
"""What one filter of the timeline shows; without a filter it is everything."""

PAGE = 30
_DEALS = ("won", "lost", "open")
_SPOKEN = (
    *("visit", "call", "email", "message", "browse", "usage", "complaint", "service", "event", "interview"),
    *("focus_group", "review"),
)
_ASKED = ("csat", "nps", "ces", "loyalty", "need", "brand")


@dataclass(frozen=True, slots=True)
class Event:
    """
    One line of the timeline.

    Attributes
    ----------
    kind
        ``order``, ``payment``, ``deal``, ``survey``, ``interaction``, ``note`` or ``owner``.
    title
        What kind of thing it was, in a word.
    quote
        What somebody said or wrote, as it stands.
    who
        Code of the owner it was done by, or the name of the person.
    """

    at: datetime
    kind: str
    title: Message
    text: Message
    quote: str = ""
    who: str = ""
    bad: bool = False
    key: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Timeline:
    """One page of events, the latest first, and the cursor of the next."""

    events: tuple[Event, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at the customer."""

    name: str
    role: str
    phone: str
    email: str


def timeline(actor: Actor, code: str, *, group: str = "", cursor: str | None = None) -> Timeline:
    """
    Return one page of what happened with the customer of ``code``.

    Parameters
    ----------
    group
        One of ``GROUPS``; anything else shows everything.

    Raises
    ------
    NotFoundError
        If there is no such customer, or none for this actor.
    InputError
        If the cursor is not one of a timeline.
    """
    actor.must("customer.read")
    customer = _found(actor, code)
    kinds = GROUPS.get(group) or tuple(kind for group_kinds in GROUPS.values() for kind in group_kinds)
    before = _read(cursor) if cursor else None
    most = PAGE + 1
    facts = happenings(files_of(actor.organisation_id), _codes(customer), kinds, before=before, most=most)
    events = [_fact_event(fact) for fact in facts]
    wanted = [*(DONE if "note" in kinds else ()), *(HEARD if "heard" in kinds else ())]
    if wanted:
        events += _notes(actor, customer, wanted, before, most)
    if "survey" in kinds:
        events += _answers(actor, customer, before, most)
    if "owner" in kinds:
        events += _changes(actor, customer, before)
    events.sort(key=_place, reverse=True)
    more = len(events) > PAGE
    events = events[:PAGE]
    return Timeline(tuple(events), _written(events[-1]) if more else None)


def contacts(actor: Actor, code: str) -> tuple[Contact, ...]:
    """Return the people at the customer, how they are reached only to those who may see it."""
    from jiuzhou.web.collect.reads.customer import HIDDEN, shows_contact

    customer = _found(actor, code)
    open_to = shows_contact(actor, customer)
    return tuple(
        Contact(name, role, phone if open_to or not phone else HIDDEN, email if open_to or not email else HIDDEN)
        for _, name, role, phone, email in contacts_of(files_of(actor.organisation_id), _codes(customer))
    )


def _found(actor: Actor, code: str) -> Any:
    rows = visible_to(actor, Customer).filter(code=code)
    row = rows.annotate(stands_for_others=stands_for_others()).first()
    if row is None:
        raise NotFoundError
    return row


def _codes(customer: Any) -> tuple[str, ...]:
    """Return the codes under which the customer's facts stand; asked for only where there is more than its own."""
    others = merged_into(customer.pk) if customer.stands_for_others else ()
    return (customer.code, *(code for _, code in others))


def _place(event: Event) -> tuple[datetime, str, str]:
    return event.at, *event.key


def _written(event: Event) -> str:
    body = json.dumps([event.at.isoformat(), *event.key])
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def _read(cursor: str) -> tuple[datetime, str, str]:
    try:
        at, what, key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        moment = datetime.fromisoformat(at)
        sound = moment.tzinfo is not None and isinstance(what, str) and isinstance(key, str)
    except (binascii.Error, UnicodeError, ValueError, TypeError, RecursionError):
        sound = False
    if not sound:
        raise InputError("web.bad_cursor")
    return moment, what, key


def _notes(
    actor: Actor, customer: Customer, kinds: Sequence[str], before: tuple[datetime, str, str] | None, most: int
) -> list[Event]:
    rows = visible_to(actor, Note).filter(customer=customer.pk, kind__in=kinds).select_related("by")
    if before is not None:
        rows = rows.filter(at__lte=before[0])
    events = [
        Event(
            at=note.at,
            kind="note",
            title=say(f"customers.kind_{note.kind}"),
            text=_noted(note),
            quote=note.text,
            who=note.by.name if note.by else "",
            key=("note", f"{note.pk:012d}"),
        )
        for note in rows.order_by("-at", "-id")[: most + (1 if before else 0)]
    ]
    return [event for event in events if before is None or _place(event) < before]


def _noted(note: Note) -> Message:
    if note.kind in HEARD and (note.topic or note.people):
        if note.topic and note.people:
            return say("customers.event_heard", topic=note.topic, people=note.people)
        return say(
            "customers.event_heard_topic" if note.topic else "customers.event_heard_people",
            text=note.topic or note.people,
        )
    if note.outcome or note.minutes:
        return say("customers.event_note", outcome=note.outcome, minutes=note.minutes or 0)
    return say("customers.event_note_bare")


def _answers(actor: Actor, customer: Customer, before: tuple[datetime, str, str] | None, most: int) -> list[Event]:
    rows = visible_to(actor, SurveyAnswer).filter(customer=customer.pk).select_related("questionnaire", "owner")
    if before is not None:
        rows = rows.filter(at__lte=before[0])
    events = [
        Event(
            at=answer.at,
            kind="survey",
            title=say(f"customers.asked_{answer.questionnaire.kind}"),
            text=say("customers.event_survey", score=float(answer.score), most=float(answer.scale_max)),
            quote=answer.comment,
            who=answer.owner.code if answer.owner else "",
            bad=is_low(answer.questionnaire.kind, answer.score, answer.scale_max),
            key=("survey", f"answer:{answer.pk:012d}"),
        )
        for answer in rows.order_by("-at", "-id")[: most + (1 if before else 0)]
    ]
    return [event for event in events if before is None or _place(event) < before]


def _changes(actor: Actor, customer: Customer, before: tuple[datetime, str, str] | None) -> list[Event]:
    rows = visible_to(actor, Ownership).filter(
        Q(superseded_at__isnull=True), customer=customer.pk, valid_from__lte=timezone.now()
    )
    events = [
        Event(
            at=spell.valid_from,
            kind="owner",
            title=say("customers.event_owner"),
            text=say(
                "customers.event_owner_text" if spell.role == "primary" else "customers.event_owner_besides",
                owner=spell.owner.name,
                source=say(f"customers.source_{spell.source}"),
            ),
            key=("owner", f"{spell.pk:012d}"),
        )
        for spell in rows.select_related("owner").order_by("-valid_from")[:100]
    ]
    return [event for event in events if before is None or _place(event) < before]


def _fact_event(fact: Happening) -> Event:
    kind, _, what = fact[0].partition(":")
    makers: Mapping[str, Callable[[Happening, str], Event]] = {
        "order": _order,
        "payment": _payment,
        "deal": _deal,
        "survey": _survey,
        "interaction": _interaction,
    }
    return makers[kind](fact, what)


def _order(fact: Happening, what: str) -> Event:
    _, at, key, amount, lines, channel, owner, _ = fact
    code = "customers.event_order" if amount >= 0 else "customers.event_return"
    text = say(code, amount=abs(amount), lines=int(lines))
    return Event(at, "order", say("customers.kind_order"), text, channel, owner, amount < 0, (fact[0], key))


def _payment(fact: Happening, what: str) -> Event:
    _, at, key, amount, _, order, _, due = fact
    late = due is not None and at.date() > due.date()
    days = (at.date() - due.date()).days if late else 0
    text = say("customers.event_payment_late" if late else "customers.event_payment", amount=amount, days=days)
    return Event(at, "payment", say("customers.kind_payment"), text, order, "", late, (fact[0], key))


def _deal(fact: Happening, what: str) -> Event:
    _, at, key, amount, _, stage, owner, _ = fact
    outcome = what if what in _DEALS else "open"
    code = f"customers.event_deal_{outcome}" if amount is not None else f"customers.event_deal_{outcome}_bare"
    text = say(code, amount=amount or 0)
    return Event(at, "deal", say("customers.kind_deal"), text, stage, owner, outcome == "lost", (fact[0], key))


def _survey(fact: Happening, what: str) -> Event:
    _, at, key, score, scale, comment, owner, _ = fact
    known = what if what in _ASKED else "other"
    most = scale or (10 if what == "nps" else 5)
    text = say("customers.event_survey", score=score, most=most)
    low = score is not None and score <= most * 0.5
    return Event(at, "survey", say(f"customers.asked_{known}"), text, comment, owner, low, (fact[0], key))


def _interaction(fact: Happening, what: str) -> Event:
    _, at, key, _, minutes, words, owner, resolved = fact
    known = what if what in _SPOKEN else "other"
    if what == "complaint":
        text = say("customers.event_complaint_closed", day=resolved) if resolved else say("customers.event_complaint")
    else:
        text = say("customers.event_minutes", minutes=int(minutes)) if minutes else say("customers.event_note_bare")
    bad = what == "complaint" and resolved is None
    return Event(at, "interaction", say(f"customers.kind_{known}"), text, words, owner, bad, (fact[0], key))


def owner_names(actor: Actor, events: tuple[Event, ...]) -> Mapping[str, str]:
    """Return names of the owners whose codes ``events`` name, of those that ``actor`` may see."""
    codes = {event.who for event in events if event.kind not in ("note", "owner") and event.who}
    return dict(visible_to(actor, Owner).filter(code__in=codes).values_list("code", "name")) if codes else {}
