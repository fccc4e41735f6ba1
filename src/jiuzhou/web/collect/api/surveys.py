"""Endpoints of questionnaires: begin and close them, make links, read what was answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.urls import reverse
from ninja import Router, Status
from pydantic import Field

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.collect.invitations import LASTS_DAYS, LONGEST_DAYS
from jiuzhou.web.collect.reads import surveys
from jiuzhou.web.collect.writes.surveys import (
    QUESTION,
    TITLE,
    TOPIC,
    Draft,
    close_questionnaire,
    create_questionnaire,
    invite,
    reopen_questionnaire,
)
from jiuzhou.web.paging import Page
from jiuzhou.web.rest.schemas import MAX_BULK, Body, Code, Cursor, Day, IfMatch, Limit, Listing, Shape

router = Router()

Kind = Literal["csat", "nps", "ces", "loyalty", "need", "brand"]
Title = Annotated[str, Field(max_length=TITLE)]
Words = Annotated[str, Field(max_length=QUESTION)]


class SurveyResult(Shape):
    """
    What the answers come to: share of the two best scores, NPS from -100 to 100, or the mean on the scale.

    ``low`` and ``high`` are its 95 % interval.
    """

    measure: Literal["top_two", "nps", "mean"]
    value: float | None
    n: int
    low: float | None
    high: float | None


class Survey(Shape):
    """A questionnaire, and what the customers whom one sees answered."""

    code: str
    kind: Kind
    title_zh: str
    title_en: str
    question_zh: str
    question_en: str
    scale_max: int
    topic: str
    takes_comment: bool
    state: Literal["upcoming", "open", "closed"]
    opens_on: date
    closes_on: date | None
    by: str
    invited: int
    answered: int
    rate: float | None
    result: SurveyResult
    version: int


class SurveyAnswer(Shape):
    """One answer; ``low`` where somebody should come back to the customer."""

    customer_code: str
    customer: str
    owner: str
    at: datetime
    score: int
    scale_max: int
    comment: str
    low: bool


class NewSurvey(Body):
    """A question: its kind, words in one language or both, scale, and the days on which it may be answered."""

    kind: Kind
    title_zh: Title = ""
    title_en: Title = ""
    question_zh: Words = ""
    question_en: Words = ""
    scale_max: Annotated[int, Field(ge=2, le=10)] | None = None
    topic: Annotated[str, Field(max_length=TOPIC)] = ""
    takes_comment: bool = True
    opens_on: Day | None = None
    closes_on: Day | None = None


class Invitees(Body):
    """The customers who are to be asked, and for how many days their links open."""

    customers: Annotated[list[Code], Field(min_length=1, max_length=MAX_BULK)]
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)] = LASTS_DAYS


class SurveyLink(Shape):
    """The link by which one customer answers."""

    customer: str
    name: str
    url: str


@router.get("/surveys", response=Listing[Survey])
@endpoint("survey.read")
def list_surveys(request: Asked, limit: Limit = 50, cursor: Cursor = None) -> Page[surveys.SurveyLine]:
    """Return the questionnaires, the latest first."""
    return surveys.list_surveys(request.actor, cursor=cursor, size=limit)


@router.post("/surveys", response={201: Survey})
@endpoint("survey.write")
def create_survey(request: Asked, body: NewSurvey) -> Status[surveys.SurveyLine]:
    """Begin a questionnaire."""
    given: dict[str, Any] = body.model_dump()
    code = create_questionnaire(request.actor, Draft(**given | {"scale_max": body.scale_max or 0}))
    return Status(201, surveys.read_survey(request.actor, code).line)


@router.get("/surveys/{survey}", response=Survey)
@endpoint("survey.read", noun="survey")
def read_survey(request: Asked, survey: Code) -> surveys.SurveyLine:
    """Return one questionnaire."""
    return surveys.read_survey(request.actor, survey).line


@router.get("/surveys/{survey}/answers", response=Listing[SurveyAnswer])
@endpoint("survey.read", noun="survey")
def list_survey_answers(
    request: Asked, survey: Code, limit: Limit = 50, cursor: Cursor = None
) -> Page[surveys.AnswerLine]:
    """Return what the customers whom one sees answered, the latest first."""
    return surveys.read_survey(request.actor, survey, cursor=cursor, size=limit).answers


@router.post("/surveys/{survey}/links", response=list[SurveyLink])
@endpoint("survey.send", noun="survey")
def create_survey_links(request: Asked, survey: Code, body: Invitees) -> list[SurveyLink]:
    """Return a link for each of the customers that one may ask; others are left out."""
    found = invite(request.actor, survey, body.customers, days=body.days)
    return [
        SurveyLink(
            customer=one.code, name=one.name, url=request.build_absolute_uri(reverse("survey-answer", args=[one.text]))
        )
        for one in found
    ]


@router.post("/surveys/{survey}/close", response=Survey)
@endpoint("survey.write", noun="survey")
def close_survey(request: Asked, survey: Code, version: IfMatch) -> surveys.SurveyLine:
    """Take no more answers."""
    close_questionnaire(request.actor, survey, version=version)
    return surveys.read_survey(request.actor, survey).line


@router.post("/surveys/{survey}/reopen", response=Survey)
@endpoint("survey.write", noun="survey")
def reopen_survey(request: Asked, survey: Code, version: IfMatch) -> surveys.SurveyLine:
    """Take answers again."""
    reopen_questionnaire(request.actor, survey, version=version)
    return surveys.read_survey(request.actor, survey).line
