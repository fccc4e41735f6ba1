"""
What a customer answers by a link, and who is told of it.

Nobody is signed in here: the row is reached by the key that the signed link carries, and by nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, QuerySet

from jiuzhou.kernel.message import say
from jiuzhou.web.collect.invitations import key_of
from jiuzhou.web.collect.questionnaires import LONGEST_COMMENT, is_low, lowest_of
from jiuzhou.web.ledger.audit import Origin, record
from jiuzhou.web.problems import InvalidError, NotFoundError, StaleError
from jiuzhou.web.store.models import Action, Customer, Questionnaire, SurveyAnswer, SurveyInvitation
from jiuzhou.web.store.present import with_present_owner
from jiuzhou.web.store.today import working_day

CHANGEABLE = timedelta(days=1)
FOLLOW_UP = "answer_feedback"
"""The kind of next action that a low score makes."""

_PRESSING = 100.0
_WITHIN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it stands; ``until`` is when it can no longer be changed."""

    score: int
    comment: str
    version: int
    until: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """
    What a link asks.

    Attributes
    ----------
    title, text
        By language.
    zone
        The company's.
    """

    company: str
    kind: str
    title: Mapping[str, str]
    text: Mapping[str, str]
    scores: tuple[int, ...]
    takes_comment: bool
    zone: str
    given: Given | None


def question_of(text: str, *, now: datetime) -> Question | None:
    """Return what the link asks; ``None`` where it is wrong, too old, used up, or its question is closed."""
    # A forged link is looked up like a right one, so that its answer takes as long.
    row = _invitations().filter(key=key_of(text, now)).first()
    if row is None or not _is_open(row, now):
        return None
    asked, answer = row.questionnaire, getattr(row, "answer", None)
    return Question(
        company=row.organisation.name,
        kind=asked.kind,
        title={"zh": asked.title_zh, "en": asked.title_en},
        text={"zh": asked.question_zh, "en": asked.question_en},
        scores=tuple(range(lowest_of(asked.kind), asked.scale_max + 1)),
        takes_comment=asked.takes_comment,
        zone=row.organisation.zone,
        given=Given(answer.score, answer.comment, answer.version, answer.at + CHANGEABLE) if answer else None,
    )


def give_answer(text: str, *, score: int, comment: str, language: str, version: int, now: datetime) -> None:
    """
    Keep what the customer of a link answered.

    Parameters
    ----------
    version
        Of the answer that the page showed; 0 where there was none. The same form sent again changes nothing.

    Raises
    ------
    NotFoundError
        If the link opens nothing.
    InvalidError
        If the score is not on the scale, or the comment is too long.
    StaleError
        If another answer was given by the same link in the meantime.
    """
    with transaction.atomic():
        row = _invitations().select_for_update(of=("self",)).filter(key=key_of(text, now)).first()
        if row is None or not _is_open(row, now):
            raise NotFoundError
        score, comment = _score(row.questionnaire, score), _comment(row.questionnaire, comment)
        answer: SurveyAnswer | None = getattr(row, "answer", None)
        if answer is not None and (answer.score, answer.comment) == (score, comment):
            return
        if (answer.version if answer else 0) != version:
            raise StaleError(answer.version if answer else 0, {})
        before = {"score": answer.score} if answer else {}
        if answer is None:
            _create(row, score, comment, language, now)
        else:
            changes = {"score": score, "comment": comment, "language": language, "changed_at": now}
            SurveyAnswer.unscoped.filter(pk=answer.pk).update(**changes, version=F("version") + 1)
        _follow_up(row, score, now)
        told = {"customer": row.customer.code, "score": score}
        origin = Origin(row.organisation_id, None, "link")
        record(origin, "survey.answer", "survey", row.questionnaire.code, before=before, after=told)


def _invitations() -> QuerySet[SurveyInvitation]:
    return SurveyInvitation.unscoped.select_related("questionnaire", "customer", "organisation", "answer")


def _is_open(row: SurveyInvitation, now: datetime) -> bool:
    asked, answer = row.questionnaire, getattr(row, "answer", None)
    today = now.astimezone(ZoneInfo(row.organisation.zone)).date()
    in_time = asked.opens_on <= today and (asked.closes_on is None or today <= asked.closes_on)
    changeable = answer is None or now < answer.at + CHANGEABLE
    return in_time and changeable and asked.closed_at is None and row.customer.deleted_at is None


def _score(asked: Questionnaire, score: int) -> int:
    if not lowest_of(asked.kind) <= score <= asked.scale_max:
        raise InvalidError({"score": say("surveys.score_missing")})
    return score


def _comment(asked: Questionnaire, comment: str) -> str:
    if not asked.takes_comment:
        return ""
    kept = "".join(sign for sign in comment.replace("\r\n", "\n") if sign in "\n\t" or sign.isprintable())
    if len(kept) > LONGEST_COMMENT:
        raise InvalidError({"comment": say("surveys.comment_too_long", most=LONGEST_COMMENT)})
    return kept.strip()


def _create(row: SurveyInvitation, score: int, comment: str, language: str, now: datetime) -> None:
    customer = Customer.unscoped.filter(pk=row.customer_id)
    names = ("owner_now",)
    present = with_present_owner(customer, settling=row.organisation.plan_settling_id).values_list(*names)
    SurveyAnswer.unscoped.create(
        organisation_id=row.organisation_id,
        questionnaire=row.questionnaire,
        invitation=row,
        customer=row.customer,
        owner_id=present.get()[0],
        at=now,
        changed_at=now,
        score=score,
        scale_max=row.questionnaire.scale_max,
        comment=comment,
        language=language,
    )


def _follow_up(row: SurveyInvitation, score: int, now: datetime) -> None:
    asked = row.questionnaire
    standing = Action.unscoped.filter(customer=row.customer, kind=FOLLOW_UP, state="open")
    same = standing.filter(params__survey=asked.code)
    if not is_low(asked.kind, score, asked.scale_max):
        same.update(state="lapsed", closed_at=now, version=F("version") + 1)
        return
    said = {"score": score, "most": asked.scale_max, "survey": asked.code}
    if same.update(params=said, version=F("version") + 1):
        return
    day = working_day(row.organisation.as_of, now=now, zone=row.organisation.zone)
    Action.unscoped.create(
        organisation_id=row.organisation_id,
        customer=row.customer,
        kind=FOLLOW_UP,
        priority=_PRESSING,
        due_on=day + _WITHIN,
        code="surveys.low_answer",
        params=said,
    )
