"""Questionnaires: the list, a new one, one with its result, and links for many customers as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from jiuzhou.adapters.texts import Lang
from jiuzhou.adapters.texts import render as told
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.accounts.forms import StrictForm
from jiuzhou.web.collect.invitations import LASTS_DAYS
from jiuzhou.web.collect.questionnaires import FEW, KINDS, SCALES, Result
from jiuzhou.web.collect.reads.exporting import csv_line
from jiuzhou.web.collect.reads.options import views
from jiuzhou.web.collect.reads.surveys import AnswerLine, SurveyDetail, SurveyLine, list_surveys, read_survey
from jiuzhou.web.collect.reads.wanted import Wanted, wanted_of
from jiuzhou.web.collect.writes import surveys as writes
from jiuzhou.web.ledger.idempotency import once
from jiuzhou.web.ledger.limits import count_request
from jiuzhou.web.places.service.tabs import tabs_of
from jiuzhou.web.places.shapes import Badge, Column, Fact, Link, Rank, Text, Tone
from jiuzhou.web.places.shell import language_of
from jiuzhou.web.problems import InvalidError

DAYS = (7, 14, 30, 90)
_TONES: dict[str, Tone] = {"open": "ok", "upcoming": "accent", "closed": ""}
_BOM = "\ufeff"


class SurveyForm(StrictForm):
    """A new question; its kind stands in the address."""

    title_zh = forms.CharField(max_length=writes.TITLE, required=False)
    question_zh = forms.CharField(max_length=writes.QUESTION, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    title_en = forms.CharField(max_length=writes.TITLE, required=False)
    question_en = forms.CharField(max_length=writes.QUESTION, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    scale_max = forms.TypedChoiceField(choices=(), coerce=int)
    topic = forms.CharField(max_length=writes.TOPIC, required=False)
    closes_on = forms.DateField(
        required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), input_formats=["%Y-%m-%d"]
    )
    takes_comment = forms.BooleanField(required=False)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scales = [(scale, str(scale)) for scale in SCALES[kind]]
        self.fields["scale_max"].choices = scales  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            field.label = f"surveys.field_{name}"


@dataclass(frozen=True, slots=True)
class Row:
    """A questionnaire of the list."""

    url: str
    title: str
    kind: Message
    state: Badge
    result: Text
    rate: float | None
    answered: int
    invited: int
    closes_on: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the list."""

    line: AnswerLine
    url: str
    tone: Tone


@door("survey.read")
def index(request: Asked) -> HttpResponse:
    """Show the questionnaires with their response and result."""
    page = list_surveys(request.actor, cursor=request.GET.get("after"))
    lang = language_of(request)
    columns = [
        Column("title", "surveys.title_column", wrap=True),
        Column("kind", "surveys.kind"),
        Column("state", "surveys.state", "badge"),
        Column("result", "surveys.result"),
        Column("rate", "surveys.rate", "percent", note="surveys.rate_note"),
        Column("answered", "surveys.answered", "count"),
        Column("invited", "surveys.invited", "count", narrow=True),
        Column("closes_on", "surveys.closes_on", "day", narrow=True),
    ]
    context = {
        "rows": [_row(line, lang) for line in page.items],
        "columns": columns,
        "tabs": tabs_of(request.actor, "surveys"),
        "may_write": request.actor.may("survey.write"),
        "next": f"{request.path}?after={page.next}" if page.next else "",
        "previous": f"{request.path}?after={page.previous}" if page.previous else "",
    }
    return render(request, "service/surveys.html", context)


@door("survey.write", "GET", "POST")
@once
def new(request: Asked) -> HttpResponse:
    """Return the form of a new question of the kind in the address, or begin it."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else KINDS[0]
    form = SurveyForm(request.POST or None, kind=kind, initial=_usual(kind))
    if request.method == "POST":
        form = SurveyForm(request.POST, kind=kind)
        if form.is_valid():
            try:
                code = writes.create_questionnaire(request.actor, writes.Draft(kind=kind, **form.cleaned_data))
            except InvalidError as error:
                form.refuse(error.fields)
            else:
                messages.success(request, told(say("surveys.created"), language_of(request)))
                return redirect("service:survey", code)
    kinds = [Link(f"surveys.kind_{name}", f"{request.path}?kind={name}", name == kind) for name in KINDS]
    context = {
        "form": form,
        "kinds": kinds,
        "about": f"surveys.about_{kind}",
        "key": request.POST.get("key") or uuid4().hex,
    }
    return render(request, "service/survey_new.html", context, status=422 if request.method == "POST" else 200)


@door("survey.read", noun="survey")
def show(request: Asked, survey: str) -> HttpResponse:
    """Show one question, what came of it, and its answers."""
    return _shown(request, survey)


@door("survey.send", "POST", noun="survey", fields=("whom", "codes", "days"))
def links(request: Asked, survey: str) -> HttpResponse:
    """Send links for the chosen customers as a file for a mail merge."""
    if request.actor.user_id is not None:
        count_request(request.actor.organisation_id, request.actor.user_id, "export", now=timezone.now())
    whom, days = request.POST.get("whom", ""), request.POST.get("days", "")
    lasting = int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0
    try:
        if whom == "codes":
            codes = frozenset(request.POST.get("codes", "").replace(",", " ").replace("，", " ").split())
            found = writes.invite(request.actor, survey, codes, days=lasting)
        else:
            found = writes.invite_listed(request.actor, survey, _wanted(request, whom), days=lasting)
    except InvalidError as error:
        return _shown(request, survey, wrong=tuple(error.fields.values()))
    response = HttpResponse("".join(_lines(request, found)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="links-{survey}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@door("survey.write", "POST", noun="survey", fields=("version", "do"))
def state(request: Asked, survey: str) -> HttpResponse:
    """Close a question, or open it again."""
    version = request.POST.get("version", "")
    acts = {"close": writes.close_questionnaire, "reopen": writes.reopen_questionnaire}
    act = request.POST.get("do", "")
    if act not in acts or not (version.isascii() and version.isdigit() and len(version) < 10):
        raise InvalidError({"do": say("service.unknown_act")})
    acts[act](request.actor, survey, version=int(version))
    messages.success(request, told(say(f"surveys.did_{act}"), language_of(request)))
    return redirect("service:survey", survey)


def _shown(request: Asked, survey: str, wrong: tuple[Message, ...] = ()) -> HttpResponse:
    detail = read_survey(request.actor, survey, cursor=request.GET.get("after"))
    lang, line = language_of(request), detail.line
    page = detail.answers
    context = {
        "line": line,
        "title": line.title_en if lang == "en" else line.title_zh,
        "state": _badge(line),
        "result": result_text(line.result, line.scale_max),
        "spread": _spread(line.result, line.scale_max),
        "ranks": _ranks(detail),
        "facts": _facts(line),
        "answers": [_answer(row) for row in page.items],
        "tabs": tabs_of(request.actor, "surveys"),
        "may_write": request.actor.may("survey.write"),
        "may_send": request.actor.may("survey.send") and line.state != "closed",
        "views": views(request.actor) if request.actor.may("survey.send") else (),
        "days": DAYS,
        "usual_days": LASTS_DAYS,
        "most": writes.MOST,
        "wrong": wrong,
        "next": f"{request.path}?after={page.next}" if page.next else "",
        "previous": f"{request.path}?after={page.previous}" if page.previous else "",
    }
    return render(request, "service/survey.html", context, status=422 if wrong else 200)


def result_text(result: Result, scale_max: int) -> Text:
    """Return what the answers come to, in a few words with their number."""
    if result.value is None:
        return "surveys.no_result"
    if result.measure == "nps":
        return say("surveys.result_nps", value=round(result.value), n=result.n)
    if result.measure == "top_two":
        return say("surveys.result_top_two", share=result.value, n=result.n)
    return say("surveys.result_mean", value=result.value, most=scale_max, n=result.n)


def _spread(result: Result, scale_max: int) -> Text:
    if result.low is None or result.high is None:
        return say("surveys.few", n=FEW) if 0 < result.n < FEW else ""
    if result.measure == "top_two":
        return say("surveys.spread_share", low=result.low, high=result.high)
    if result.measure == "nps":
        return say("surveys.spread_nps", low=round(result.low), high=round(result.high))
    return say("surveys.spread_mean", low=result.low, high=result.high)


def _row(line: SurveyLine, lang: Lang) -> Row:
    return Row(
        url=reverse("service:survey", args=[line.code]),
        title=line.title_en if lang == "en" else line.title_zh,
        kind=say(f"surveys.kind_{line.kind}"),
        state=_badge(line),
        result=result_text(line.result, line.scale_max),
        rate=line.rate,
        answered=line.answered,
        invited=line.invited,
        closes_on=line.closes_on,
    )


def _badge(line: SurveyLine) -> Badge:
    return Badge(f"surveys.state_{line.state}", _TONES[line.state])


def _ranks(detail: SurveyDetail) -> list[Rank]:
    most = max((number for _, number in detail.counts), default=0)
    return [
        Rank(say("surveys.points", n=score), number, number / most if most else 0.0)
        for score, number in reversed(detail.counts)
    ]


def _facts(line: SurveyLine) -> list[Fact]:
    rows = [
        Fact("surveys.kind", say(f"surveys.kind_{line.kind}")),
        Fact("surveys.scale", line.scale_max, "count"),
        Fact("surveys.topic", line.topic),
        Fact("surveys.opens_on", line.opens_on, "day"),
        Fact("surveys.closes_on", line.closes_on, "day"),
        Fact("surveys.by", line.by),
        Fact("surveys.code", line.code),
    ]
    return [row for row in rows if row.value not in (None, "")]


def _answer(line: AnswerLine) -> Answer:
    return Answer(line, reverse("customers:customer", args=[line.customer_code]), "danger" if line.low else "")


def _usual(kind: str) -> dict[str, Any]:
    texts = {
        f"{name}_{lang}": told(say(f"surveys.{name}_{kind}"), lang)
        for name in ("title", "question")
        for lang in ("zh", "en")
    }
    return {**texts, "scale_max": SCALES[kind][0], "takes_comment": True}


def _wanted(request: Asked, whom: str) -> Wanted:
    if whom == "all":
        return wanted_of({"sort": ["name"]})
    chosen = next((view for view in views(request.actor) if whom == f"view-{view.key}"), None)
    if chosen is None:
        raise InvalidError({"whom": say("surveys.whom_missing")})
    return wanted_of(dict(QueryDict(chosen.query).lists()))


def _lines(request: Asked, found: tuple[writes.Invited, ...]) -> Iterator[str]:
    yield _BOM + csv_line(["customer_id", "name", "link"])
    for one in found:
        address = request.build_absolute_uri(reverse("survey-answer", args=[one.text]))
        yield csv_line([one.code, one.name, address])
