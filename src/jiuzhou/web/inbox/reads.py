"""What waits for a person: requests they may decide, and notices, as one list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from jiuzhou.kernel.message import Message, message_of
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.paging import Page, page_of
from jiuzhou.web.store.models import Approval, Notice

Box = Literal["waiting", "asked", "decided"]
MOST_OPEN = 100


@dataclass(frozen=True, slots=True)
class NoticeView:
    """Something a person should know."""

    id: int
    kind: str
    message: Message
    link: str
    at: datetime
    unread: bool


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """
    A request that a second person decides.

    Attributes
    ----------
    outcome
        Empty while it is open; ``approved``, ``refused`` or ``withdrawn``.
    may_decide
        Whether the reader is one of those who may: has the verb, and did not ask.
    """

    id: int
    noun: str
    key: str
    message: Message
    link: str
    note: str
    asked_by: str
    asked_at: datetime
    outcome: str
    decided_by: str
    decided_at: datetime | None
    answer: str
    may_decide: bool

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided yet."""
        return self.decided_at is None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits."""

    approvals: int
    notices: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.approvals + self.notices


def unread(actor: Actor) -> int:
    """Return how much waits for the actor, in one query: unread notices and requests the actor may decide."""
    notices = visible_to(actor, Notice).filter(read_at__isnull=True).values("pk")
    return notices.union(_decidable(actor).values("pk"), all=True).count()


def counts(actor: Actor) -> Counts:
    """Return how much waits for the actor, by kind."""
    return Counts(_decidable(actor).count(), visible_to(actor, Notice).filter(read_at__isnull=True).count())


def list_notices(
    actor: Actor, *, unread_only: bool = False, cursor: str | None = None, size: int = 50
) -> Page[NoticeView]:
    """Return the actor's notices, unread first, then the latest first."""
    rows = visible_to(actor, Notice)
    if unread_only:
        rows = rows.filter(read_at__isnull=True)
    # Read at the time the list began is read; what is read in between moves down without breaking the pages.
    is_read = Case(When(read_at__isnull=True, then=Value(0)), default=Value(1), output_field=IntegerField())
    return page_of(rows.annotate(is_read=is_read), _notice, order=("is_read", "-at", "-id"), cursor=cursor, size=size)


def link_of(actor: Actor, notice_id: int) -> str:
    """Return the page where one of the actor's notices can be acted on; empty where there is none."""
    link = one_visible(actor, Notice, pk=notice_id).link
    return link if link.startswith("/") and not link.startswith("//") else ""


def list_approvals(
    actor: Actor, box: Box = "waiting", *, cursor: str | None = None, size: int = 50
) -> Page[ApprovalView]:
    """
    Return requests: those that wait for the actor, those the actor made, or those that are decided; latest first.

    Of the decided ones the actor sees those it may decide and those it made.
    """
    rows = {
        "waiting": lambda: _decidable(actor),
        "asked": lambda: visible_to(actor, Approval).filter(asked_by=actor.user_id),
        "decided": lambda: visible_to(actor, Approval).filter(decided_at__isnull=False),
    }[box]()
    return page_of(
        rows.select_related("asked_by", "decided_by"),
        lambda row: _approval(row, actor),
        order=("-asked_at", "-id"),
        cursor=cursor,
        size=size,
    )


def _decidable(actor: Actor) -> QuerySet[Approval]:
    return visible_to(actor, Approval).filter(_may_decide(actor), decided_at__isnull=True)


def _may_decide(actor: Actor) -> Q:
    verbs = [verb for verb in actor.verbs if actor.may(verb)]
    return Q(verb__in=verbs) & (~Q(asked_by=actor.user_id) | Q(asked_by__isnull=True))


def _notice(row: Notice) -> NoticeView:
    return NoticeView(
        id=row.pk,
        kind=row.kind,
        message=message_of({"code": row.code, "params": row.params}),
        link=row.link,
        at=row.at,
        unread=row.read_at is None,
    )


def _approval(row: Approval, actor: Actor) -> ApprovalView:
    return ApprovalView(
        id=row.pk,
        noun=row.noun,
        key=row.key,
        message=message_of({"code": row.code, "params": row.params}),
        link=row.link,
        note=row.note,
        asked_by=row.asked_by.name if row.asked_by else "",
        asked_at=row.asked_at,
        outcome=row.outcome,
        decided_by=row.decided_by.name if row.decided_by else "",
        decided_at=row.decided_at,
        answer=row.answer,
        may_decide=row.decided_at is None and row.asked_by_id != actor.user_id and actor.may(row.verb),
    )
