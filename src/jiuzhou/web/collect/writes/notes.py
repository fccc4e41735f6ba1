"""Follow-ups that people note by hand, and the views of the list that they keep."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import one_visible, people_of, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.writes.editing import must_hold
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import InvalidError, NotFoundError
from jiuzhou.web.store.models import Customer, CustomerScore, Note, SavedView

DONE = ("visit", "call", "email", "message")
HEARD = ("interview", "focus_group", "callback", "review")
KINDS = (*DONE, *HEARD)
LONGEST = 4_000
LONGEST_OF: Mapping[str, int] = {"text": LONGEST, "outcome": 60, "topic": 60, "people": 300}
MOST_MINUTES = 24 * 60
PLACE = "customers"
_SLACK = timedelta(minutes=10)


def log_note(
    actor: Actor,
    code: str,
    *,
    kind: str,
    at: datetime,
    text: str = "",
    minutes: int | None = None,
    outcome: str = "",
    topic: str = "",
    people: str = "",
    key: str | None = None,
) -> int:
    """
    Return the key of the follow-up that was noted of the customer of ``code``.

    Parameters
    ----------
    at
        When it was, not later than now.
    minutes
        How long it took, 0 to 1440.
    people
        Who took part, in free words.
    key
        The same key again gives the same note: a form sent twice is one follow-up.

    Raises
    ------
    NotFoundError, ForbiddenError
        If there is no such customer for this actor; if the actor may see it and not change it.
    InvalidError
        If a value makes no sense.
    """
    actor.must("visit.write")
    row = one_visible(actor, Customer, code=code)
    must_hold(actor, row)
    _check(kind, at, minutes, {"text": text, "outcome": outcome, "topic": topic, "people": people})
    earlier = visible_to(actor, Note).filter(customer=row.pk, key=key).first() if key else None
    if earlier is not None:
        return int(earlier.pk)
    try:
        with transaction.atomic():
            # Held until the note is there: a merge in between would leave it with a record that nobody sees.
            live = Customer.unscoped.select_for_update().filter(pk=row.pk, deleted_at__isnull=True)
            if live.values_list("pk", flat=True).first() is None:
                raise NotFoundError
            note = Note.unscoped.create(
                organisation_id=actor.organisation_id,
                customer=row,
                kind=kind,
                at=at,
                by_id=actor.user_id,
                text=text.strip(),
                minutes=minutes,
                outcome=outcome.strip(),
                topic=topic.strip(),
                people=people.strip(),
                key=key or None,
            )
            if kind == "visit":
                _visited(row, at)
            record(actor.origin, "customer.note", "customer", row.code, after={"kind": kind, "at": at})
    except IntegrityError:
        return int(visible_to(actor, Note).get(customer=row.pk, key=key).pk)
    return int(note.pk)


def keep_view(actor: Actor, name: str, query: str) -> None:
    """
    Keep the list's address under a name; a name that is there already gets the new address.

    Raises
    ------
    InvalidError
        If there is no name, or it is too long.
    """
    name = name.strip()
    if not name or len(name) > 80 or len(query) > 2000:
        raise InvalidError({"name": say("customers.view_name")})
    with transaction.atomic():
        standing = visible_to(actor, SavedView).filter(place=PLACE, name=name)
        if not standing.update(query=query):
            person = people_of(actor).get(email=actor.email)
            SavedView.unscoped.create(
                organisation_id=actor.organisation_id, user=person, place=PLACE, name=name, query=query
            )


def drop_view(actor: Actor, view: int) -> None:
    """
    Forget a view.

    Raises
    ------
    NotFoundError
        If it is not there, or another person's.
    """
    one_visible(actor, SavedView, pk=view, place=PLACE).delete()


def _visited(row: Customer, at: datetime) -> None:
    day = at.date()
    later = Q(last_visit_on__isnull=True) | Q(last_visit_on__lt=day)
    CustomerScore.unscoped.filter(later, pk=row.pk).update(last_visit_on=day)


def _check(kind: str, at: datetime, minutes: int | None, texts: Mapping[str, str]) -> None:
    wrong: dict[str, Message] = {}
    if kind not in KINDS:
        wrong["kind"] = say("customers.note_kind")
    if timezone.is_naive(at) or at > timezone.now() + _SLACK or at.year < 2000:
        wrong["at"] = say("customers.note_future")
    for name, text in texts.items():
        if len(text) > LONGEST_OF[name] or "\x00" in text:
            wrong[name] = say("customers.too_long", most=LONGEST_OF[name])
    if kind in HEARD and not texts["text"].strip():
        wrong["text"] = say("customers.heard_nothing")
    if minutes is not None and not 0 <= minutes <= MOST_MINUTES:
        wrong["minutes"] = say("customers.note_minutes", most=MOST_MINUTES)
    if wrong:
        raise InvalidError(wrong)
