"""Questionnaires begun and closed, and links to them made for customers."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor, valid_at
from jiuzhou.web.collect.invitations import LONGEST_DAYS, ending, link_of, new_key
from jiuzhou.web.collect.questionnaires import KINDS, SCALES
from jiuzhou.web.collect.reads.listing import chosen, rows_of
from jiuzhou.web.collect.reads.wanted import Wanted
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.ledger.idempotency import mark_effect
from jiuzhou.web.problems import ConflictError, ForbiddenError, InvalidError, StaleError
from jiuzhou.web.store.models import Access, Customer, Questionnaire, SurveyInvitation
from jiuzhou.web.store.present import held_by

MOST = 10_000
"""Customers who are given links at once."""

TITLE, QUESTION, TOPIC = 120, 300, 60
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Draft:
    """What a new questionnaire is to ask; English left empty is asked in Chinese, and the other way round."""

    kind: str
    title_zh: str = ""
    title_en: str = ""
    question_zh: str = ""
    question_en: str = ""
    scale_max: int = 0
    topic: str = ""
    takes_comment: bool = True
    opens_on: date | None = None
    closes_on: date | None = None


@dataclass(frozen=True, slots=True)
class Invited:
    """A customer, and the text of its link."""

    code: str
    name: str
    text: str


def create_questionnaire(actor: Actor, draft: Draft) -> str:
    """
    Return the code of the questionnaire that was begun.

    Raises
    ------
    InvalidError
        If a field makes no sense.
    """
    actor.must("survey.write")
    today = _today(actor)
    _check(draft, today)
    code = f"{draft.kind}-{secrets.token_hex(4)}"
    with transaction.atomic():
        Questionnaire.unscoped.create(
            organisation_id=actor.organisation_id,
            code=code,
            kind=draft.kind,
            title_zh=_one(draft.title_zh, draft.title_en),
            title_en=_one(draft.title_en, draft.title_zh),
            question_zh=_one(draft.question_zh, draft.question_en),
            question_en=_one(draft.question_en, draft.question_zh),
            scale_max=draft.scale_max or SCALES[draft.kind][0],
            topic=draft.topic.strip(),
            takes_comment=draft.takes_comment,
            opens_on=draft.opens_on or today,
            closes_on=draft.closes_on,
            by_id=actor.user_id,
            made_at=timezone.now(),
        )
        record(actor.origin, "survey.create", "survey", code, after={"kind": draft.kind, "closes_on": draft.closes_on})
    return code


def close_questionnaire(actor: Actor, code: str, *, version: int) -> None:
    """
    Take no more answers.

    Raises
    ------
    NotFoundError
        If there is no such questionnaire.
    StaleError
        If somebody changed it since ``version``.
    """
    _switch(actor, code, version, closed_at=timezone.now())


def reopen_questionnaire(actor: Actor, code: str, *, version: int) -> None:
    """Take answers again; raises as ``close_questionnaire`` does."""
    _switch(actor, code, version, closed_at=None)


def invite(actor: Actor, code: str, customers: Collection[str], *, days: int) -> tuple[Invited, ...]:
    """
    Return a link for each of these customers that the actor may ask; others are left out.

    Parameters
    ----------
    customers
        Their codes, at most ``MOST``.
    days
        How long the links open, 1 to 365.

    Raises
    ------
    NotFoundError
        If there is no such questionnaire.
    ConflictError
        If it is closed.
    InvalidError
        If there are too many customers, or none that the actor may ask.
    """
    rows = _askable(actor).filter(code__in=sorted(customers)) if len(customers) <= MOST else Customer.unscoped.none()
    return _invite(actor, code, rows, days=days, too_many=len(customers) > MOST)


def invite_listed(actor: Actor, code: str, wanted: Wanted, *, days: int) -> tuple[Invited, ...]:
    """Return a link for each customer of a list that the actor may ask; raises as ``invite`` does."""
    listed = rows_of(actor, chosen(actor, wanted, whole=True), scores=False)
    return _invite(actor, code, listed.filter(pk__in=_askable(actor).values("pk")), days=days)


def invite_one(actor: Actor, code: str, customer: str, *, days: int) -> Invited:
    """
    Return the link for one customer.

    Raises
    ------
    NotFoundError
        If there is no such customer for this actor.
    ForbiddenError
        If the actor may see it and not ask it.
    """
    row = one_visible(actor, Customer, code=customer)
    if not _askable(actor).filter(pk=row.pk).exists():
        raise ForbiddenError("survey.send")
    return invite(actor, code, (customer,), days=days)[0]


def _invite(
    actor: Actor, code: str, rows: QuerySet[Customer], *, days: int, too_many: bool = False
) -> tuple[Invited, ...]:
    actor.must("survey.send")
    survey, now = one_visible(actor, Questionnaire, code=code), timezone.now()
    if survey.closed_at is not None or (survey.closes_on is not None and survey.closes_on < _today(actor)):
        raise ConflictError("surveys.is_closed")
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidError({"days": say("surveys.days_range", most=LONGEST_DAYS)})
    found = [] if too_many else list(rows.order_by("sort_key", "pk").values_list("pk", "code", "name")[: MOST + 1])
    if too_many or len(found) > MOST:
        raise InvalidError({"customers": say("surveys.too_many_customers", most=MOST)})
    if not found:
        raise InvalidError({"customers": say("surveys.no_customers")})
    keys = _keys(actor, survey, [pk for pk, _, _ in found], days=days, now=now)
    ends_at = ending(now, days)
    return tuple(Invited(customer, name, link_of(keys[pk], ends_at)) for pk, customer, name in found)


def _keys(actor: Actor, survey: Questionnaire, customers: Sequence[int], *, days: int, now: datetime) -> dict[int, str]:
    # Whoever was invited before keeps the key, so that every customer has one answer, by whichever link it comes.
    standing = SurveyInvitation.unscoped.filter(questionnaire=survey)
    keys: dict[int, str] = {}
    for place, chunk in enumerate(_chunks(customers)):
        with transaction.atomic():
            mark_effect()
            SurveyInvitation.unscoped.bulk_create(
                [
                    SurveyInvitation(
                        organisation_id=actor.organisation_id,
                        questionnaire=survey,
                        customer_id=customer,
                        key=new_key(),
                        by_id=actor.user_id,
                        at=now,
                    )
                    for customer in chunk
                ],
                ignore_conflicts=True,
            )
            if place == 0:
                after = {"customers": len(customers), "days": days}
                record(actor.origin, "survey.invite", "survey", survey.code, after=after)
        keys |= dict(standing.filter(customer__in=chunk).values_list("customer_id", "key"))
    return keys


def _chunks(rows: Sequence[int]) -> Iterator[Sequence[int]]:
    return (rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE))


def _askable(actor: Actor) -> QuerySet[Customer]:
    # A customer that is only shown to somebody, by a grant without the right to write, is not theirs to ask.
    customers = visible_to(actor, Customer)
    if actor.everywhere:
        return customers
    granted = visible_to(actor, Access).filter(valid_at(timezone.now()), user=actor.user_id, may_write=True)
    held = held_by(actor.owner_ids, actor.territory_ids, settling=actor.settling)
    return customers.filter(held | Q(pk__in=granted.values("customer")))


def _switch(actor: Actor, code: str, version: int, *, closed_at: datetime | None) -> None:
    actor.must("survey.write")
    row = one_visible(actor, Questionnaire, code=code)
    if (row.closed_at is None) == (closed_at is None):
        return
    with transaction.atomic():
        same = Questionnaire.unscoped.filter(pk=row.pk, version=version)
        if not same.update(closed_at=closed_at, version=F("version") + 1):
            now = Questionnaire.unscoped.get(pk=row.pk)
            raise StaleError(now.version, {"closed_at": now.closed_at})
        if closed_at is None:
            record(actor.origin, "survey.reopen", "survey", code)
        else:
            record(actor.origin, "survey.close", "survey", code)


def _check(draft: Draft, today: date) -> None:
    wrong: dict[str, Message] = {}
    if draft.kind not in KINDS:
        raise InvalidError({"kind": say("surveys.kind_missing")})
    for name, most in (("title", TITLE), ("question", QUESTION)):
        texts = {lang: getattr(draft, f"{name}_{lang}").strip() for lang in ("zh", "en")}
        if not any(texts.values()):
            wrong[f"{name}_zh"] = say("surveys.text_missing")
        wrong |= {f"{name}_{lang}": say("customers.too_long", most=most) for lang in texts if len(texts[lang]) > most}
        wrong |= {f"{name}_{lang}": say("customers.control_characters") for lang in texts if _odd(texts[lang])}
    if len(draft.topic) > TOPIC or _odd(draft.topic):
        wrong["topic"] = say("customers.too_long", most=TOPIC)
    if draft.scale_max and draft.scale_max not in SCALES[draft.kind]:
        wrong["scale_max"] = say("surveys.scale_unknown", scales=SCALES[draft.kind])
    if draft.closes_on is not None and draft.closes_on < (draft.opens_on or today):
        wrong["closes_on"] = say("surveys.closes_before")
    if wrong:
        raise InvalidError(wrong)


def _odd(text: str) -> bool:
    return any(ord(sign) < 32 or sign == "\x7f" for sign in text)


def _one(text: str, other: str) -> str:
    return text.strip() or other.strip()


def _today(actor: Actor) -> date:
    return timezone.now().astimezone(ZoneInfo(actor.zone)).date()
