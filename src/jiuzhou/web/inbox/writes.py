"""Telling people something, asking somebody else to decide, deciding."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db import IntegrityError, transaction
from django.utils import timezone

from jiuzhou.kernel.errors import InputError, RefusedError
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor, valid_at
from jiuzhou.web.accounts.roles import VERBS
from jiuzhou.web.inbox.subjects import Outcome, handler_of
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import ConflictError
from jiuzhou.web.store.models import Approval, Notice, RoleGrant, User

OUTCOMES: tuple[Outcome, ...] = ("approved", "refused")
LONGEST_ANSWER = 2000


def notify(
    organisation_id: int,
    user_ids: Iterable[int],
    kind: str,
    message: Message,
    *,
    link: str = "",
    key: str | None = None,
) -> int:
    """
    Leave a notice for each of some people; return for how many.

    Parameters
    ----------
    kind
        One word that says what it is about: ``run``, ``plan``, ``customer``, ``alert``, ``approval``, ``webhook`` …
    link
        The page where it can be acted on.
    key
        A name under which nobody is told twice; without one every call is a new notice.
    """
    now = timezone.now()
    people = User.objects.filter(organisation=organisation_id, pk__in=set(user_ids), is_active=True)
    notices = [
        Notice(
            organisation_id=organisation_id,
            user_id=user_id,
            kind=kind,
            code=message.code,
            params=message.plain_params(),
            link=link,
            at=now,
            key=key,
        )
        for user_id in people.values_list("pk", flat=True)
    ]
    Notice.unscoped.bulk_create(notices, ignore_conflicts=True, batch_size=500)
    return len(notices)


def people_with(organisation_id: int, verb: str) -> frozenset[int]:
    """Return the ids of those who may do ``verb`` at present."""
    now = timezone.now()
    roles = [role for role, verbs in VERBS.items() if verb in verbs]
    grants = RoleGrant.unscoped.filter(
        valid_at(now),
        organisation=organisation_id,
        role__in=roles,
        user__is_active=True,
    )
    return frozenset(grants.values_list("user_id", flat=True))


def ask(actor: Actor, noun: str, key: str, message: Message, *, verb: str, link: str = "", note: str = "") -> int:
    """
    Ask those who may do ``verb`` to decide about one thing; return the request's id.

    Parameters
    ----------
    noun, key
        What is to be decided: its kind, and its code or id.
    link
        The page that shows it.

    Raises
    ------
    ConflictError
        If a request about the same thing is still open.
    """
    try:
        with transaction.atomic():
            approval = Approval.unscoped.create(
                organisation_id=actor.organisation_id,
                noun=noun,
                key=key,
                code=message.code,
                params=message.plain_params(),
                link=link,
                verb=verb,
                asked_by_id=actor.user_id,
                asked_at=timezone.now(),
                note=note.strip(),
            )
            record(actor.origin, "approval.ask", noun, key, after={"verb": verb, "approval": approval.pk})
    except IntegrityError as error:
        raise ConflictError("inbox.already_asked") from error
    return approval.pk


def decide(actor: Actor, approval_id: int, outcome: str, answer: str = "") -> None:
    """
    Decide a request of somebody else's, and carry the decision out.

    Parameters
    ----------
    outcome
        ``approved`` or ``refused``; a refusal says why.

    Raises
    ------
    RefusedError
        If the request is the actor's own.
    ConflictError
        If somebody decided first.
    """
    if outcome not in OUTCOMES:
        raise InputError("inbox.unknown_outcome")
    answer = answer.strip()
    if len(answer) > LONGEST_ANSWER or (outcome == "refused" and not answer):
        raise InputError("inbox.answer_needed", most=LONGEST_ANSWER)
    approval = one_visible(actor, Approval, pk=approval_id)
    actor.must(approval.verb)
    if approval.asked_by_id == actor.user_id:
        raise RefusedError("inbox.own_request")
    with transaction.atomic():
        _close(actor, approval, outcome, answer)
        handler = handler_of(approval.noun)
        if handler is not None:
            handler(actor, approval.key, outcome, answer)


def close_request(actor: Actor, noun: str, key: str, outcome: str, answer: str = "") -> None:
    """Note a decision that was made at the thing itself; nothing happens where no request about it is open."""
    approval = visible_to(actor, Approval).filter(noun=noun, key=key, decided_at__isnull=True).first()
    if approval is not None:
        with transaction.atomic():
            _close(actor, approval, outcome, answer)


def withdraw(actor: Actor, noun: str, key: str) -> None:
    """Take back the open request about one thing, because it was changed or is no more."""
    mine = visible_to(actor, Approval).filter(noun=noun, key=key, decided_at__isnull=True)
    with transaction.atomic():
        if mine.update(decided_at=timezone.now(), outcome="withdrawn"):
            record(actor.origin, "approval.withdraw", noun, key)


def mark_read(actor: Actor, notice_ids: Collection[int] | None = None) -> int:
    """Mark some of the actor's notices as read, or all of them; return how many were not."""
    unread = visible_to(actor, Notice).filter(read_at__isnull=True)
    if notice_ids is not None:
        unread = unread.filter(pk__in=notice_ids)
    return unread.update(read_at=timezone.now())


def _close(actor: Actor, approval: Approval, outcome: str, answer: str) -> None:
    still_open = visible_to(actor, Approval).filter(pk=approval.pk, decided_at__isnull=True)
    if not still_open.update(decided_at=timezone.now(), decided_by_id=actor.user_id, outcome=outcome, answer=answer):
        raise ConflictError("inbox.already_decided")
    record(
        actor.origin,
        "approval.decide",
        approval.noun,
        approval.key,
        after={"outcome": outcome, "approval": approval.pk},
    )
    if approval.asked_by_id is not None:
        asked = Message(approval.code, approval.params)
        notify(
            actor.organisation_id,
            [approval.asked_by_id],
            "approval",
            say("inbox.was_approved" if outcome == "approved" else "inbox.was_refused", what=asked, by=actor.name),
            link=approval.link,
            key=f"approval:{approval.pk}",
        )
