"""Questionnaires with what the customers that one sees answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.utils import timezone

from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.questionnaires import Result, is_low, lowest_of, result_of
from jiuzhou.web.paging import Page, page_of
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.models import Questionnaire, SurveyAnswer, SurveyInvitation

State = Literal["upcoming", "open", "closed"]


@dataclass(frozen=True, slots=True)
class SurveyLine:
    """
    A questionnaire of the list.

    Attributes
    ----------
    invited, answered
        How many of the customers that one sees were given a link, and how many of them answered.
    rate
        The second over the first; ``None`` while nobody was invited.
    """

    code: str
    kind: str
    title_zh: str
    title_en: str
    question_zh: str
    question_en: str
    scale_max: int
    topic: str
    takes_comment: bool
    state: State
    opens_on: date
    closes_on: date | None
    by: str
    invited: int
    answered: int
    rate: float | None
    result: Result
    version: int


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer; ``low`` where somebody should come back to the customer."""

    customer_code: str
    customer: str
    owner: str
    at: datetime
    score: int
    scale_max: int
    comment: str
    low: bool


@dataclass(frozen=True, slots=True)
class SurveyDetail:
    """A questionnaire, how many gave each score of its scale, and a page of the answers, the latest first."""

    line: SurveyLine
    counts: tuple[tuple[int, int], ...]
    answers: Page[AnswerLine]


@dataclass(frozen=True, slots=True)
class OpenSurvey:
    """A questionnaire that customers may be asked now."""

    code: str
    kind: str
    title_zh: str
    title_en: str


def list_surveys(actor: Actor, *, cursor: str | None = None, size: int = 50) -> Page[SurveyLine]:
    """Return one page of the questionnaires, the latest first."""
    actor.must("survey.read")
    rows = visible_to(actor, Questionnaire).select_related("by")
    page = page_of(rows, lambda row: row, order=("-made_at", "id"), cursor=cursor, size=size)
    return Page(_lines(actor, page.items), page.next, page.previous)


def read_survey(actor: Actor, code: str, *, cursor: str | None = None, size: int = 20) -> SurveyDetail:
    """
    Return one questionnaire with a page of its answers.

    Raises
    ------
    NotFoundError
        If there is none of this code.
    """
    actor.must("survey.read")
    row = visible_to(actor, Questionnaire).select_related("by").filter(code=code).first()
    if row is None:
        raise NotFoundError
    tally = _tallies(actor, [row])[row.pk]
    answers = visible_to(actor, SurveyAnswer).filter(questionnaire=row.pk).select_related("customer", "owner")
    page = page_of(answers, lambda answer: _answer(answer, row.kind), order=("-at", "id"), cursor=cursor, size=size)
    counts = tuple((score, tally.counts.get(score, 0)) for score in range(lowest_of(row.kind), row.scale_max + 1))
    return SurveyDetail(_line(row, tally, _today(actor)), counts, page)


def open_surveys(actor: Actor) -> tuple[OpenSurvey, ...]:
    """Return the questionnaires that are open today, the latest first, at most 50."""
    today = _today(actor)
    rows = visible_to(actor, Questionnaire).filter(closed_at__isnull=True, opens_on__lte=today)
    rows = rows.exclude(closes_on__lt=today).order_by("-made_at", "pk")[:50]
    return tuple(OpenSurvey(row.code, row.kind, row.title_zh, row.title_en) for row in rows)


@dataclass(frozen=True, slots=True)
class _Tally:
    invited: int
    counts: Mapping[int, int]


def _lines(actor: Actor, rows: Sequence[Questionnaire]) -> tuple[SurveyLine, ...]:
    tallies, today = _tallies(actor, rows), _today(actor)
    return tuple(_line(row, tallies[row.pk], today) for row in rows)


def _tallies(actor: Actor, rows: Sequence[Questionnaire]) -> dict[int, _Tally]:
    # Every answer has its invitation, so that one question counts both.
    invited: dict[int, int] = defaultdict(int)
    counts: dict[int, dict[int, int]] = defaultdict(dict)
    sent = visible_to(actor, SurveyInvitation).filter(questionnaire__in=[row.pk for row in rows]).order_by()
    for survey, score, number in sent.values_list("questionnaire", "answer__score").annotate(number=Count("pk")):
        invited[survey] += number
        if score is not None:
            counts[survey][score] = number
    return {row.pk: _Tally(invited[row.pk], counts[row.pk]) for row in rows}


def _line(row: Questionnaire, tally: _Tally, today: date) -> SurveyLine:
    result = result_of(row.kind, tally.counts, row.scale_max)
    return SurveyLine(
        code=row.code,
        kind=row.kind,
        title_zh=row.title_zh,
        title_en=row.title_en,
        question_zh=row.question_zh,
        question_en=row.question_en,
        scale_max=row.scale_max,
        topic=row.topic,
        takes_comment=row.takes_comment,
        state=_state(row, today),
        opens_on=row.opens_on,
        closes_on=row.closes_on,
        by=row.by.name if row.by else "",
        invited=tally.invited,
        answered=result.n,
        rate=result.n / tally.invited if tally.invited else None,
        result=result,
        version=row.version,
    )


def _answer(row: SurveyAnswer, kind: str) -> AnswerLine:
    return AnswerLine(
        customer_code=row.customer.code,
        customer=row.customer.name or row.customer.code,
        owner=row.owner.name if row.owner else "",
        at=row.at,
        score=row.score,
        scale_max=row.scale_max,
        comment=row.comment,
        low=is_low(kind, row.score, row.scale_max),
    )


def _state(row: Questionnaire, today: date) -> State:
    if row.closed_at is not None or (row.closes_on is not None and row.closes_on < today):
        return "closed"
    return "upcoming" if row.opens_on > today else "open"


def _today(actor: Actor) -> date:
    return timezone.now().astimezone(ZoneInfo(actor.zone)).date()
