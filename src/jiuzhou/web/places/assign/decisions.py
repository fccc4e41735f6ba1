"""Decisions: the list, one with its reasons, and appeals against them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.assign.reads import decisions as reads
from jiuzhou.web.assign.reads.decisions import OUTCOMES, Choices, DecisionLine, Wanted
from jiuzhou.web.assign.reads.reasons import Why, why_decided
from jiuzhou.web.assign.steps import Candidate, Stage
from jiuzhou.web.assign.writes import appeals as writes
from jiuzhou.web.places.assign.forms import FilterForm
from jiuzhou.web.places.assign.tabs import tabs
from jiuzhou.web.places.shapes import Badge, Chip, Column, Fact, Tone
from jiuzhou.web.places.shell import address_of

_OUTCOME_TONES: dict[str, Tone] = {"assigned": "accent", "kept": "", "pooled": "warn", "unassigned": "danger"}
_GROUP_TONES: dict[str, Tone] = {"selected": "ok", "available": "accent", "out": ""}
_COLUMNS = (
    Column("line.decided_at", "assigning.decided_at", "moment"),
    Column("customer", "assigning.customer"),
    Column("outcome", "assigning.outcome", "badge"),
    Column("line.owner", "assigning.owner", "person"),
    Column("line.rule_title", "assigning.filter_rule", narrow=True),
    Column("line.sentence", "assigning.sentence", narrow=True, wrap=True),
)
_CANDIDATE_COLUMNS = (
    Column("name", "assigning.candidates"),
    Column("group", "assigning.outcome", "badge"),
    Column("reason", "assigning.sentence", wrap=True),
)
_STAGE_COLUMNS = (
    Column("text", "assigning.narrowing"),
    Column("before", "assigning.before", "count"),
    Column("after", "assigning.after", "count"),
    Column("names", "assigning.group_out"),
)


@door("decision.read")
def index(request: Asked) -> HttpResponse:
    """List the decisions, the latest first."""
    form = FilterForm(request.GET)
    form.is_valid()
    given = form.cleaned_data
    outcome = given.get("outcome") or ""
    wanted = Wanted(
        outcome=outcome if outcome in OUTCOMES else "",
        rule=given.get("rule") or "",
        owner=given.get("owner") or "",
        since=given.get("since"),
        until=given.get("until"),
        query=given.get("q") or "",
    )
    page = reads.list_decisions(request.actor, wanted, cursor=request.GET.get("after") or request.GET.get("before"))
    choices = reads.choices(request.actor)
    return render(
        request,
        "assign/decisions.html",
        {
            "tabs": tabs(request, "decisions"),
            "wanted": wanted,
            "outcomes": [(name, say(f"assigning.outcome_{name}")) for name in OUTCOMES],
            "choices": choices,
            "chips": _chips(request, wanted, choices),
            "columns": _COLUMNS,
            "rows": [_row(line) for line in page.items],
            "page": page,
        },
    )


@door("decision.read", noun="decision")
def decision(request: Asked, decision: int) -> HttpResponse:
    """Show why one decision was made as it was."""
    why = why_decided(request.actor, decision)
    reassign = request.actor.may("customer.reassign") and why.latest
    return render(
        request,
        "assign/decision.html",
        {
            "tabs": tabs(request, "decisions"),
            "why": why,
            "outcome": _outcome(why.outcome),
            "facts": _facts(request, why),
            "candidates": [_candidate(one) for one in why.candidates],
            "candidate_columns": _CANDIDATE_COLUMNS,
            "stages": [_stage(one) for one in why.stages],
            "stage_columns": _STAGE_COLUMNS if why.whole else _STAGE_COLUMNS[:3],
            "reassign_url": reverse("assign:reassign", args=[why.customer_code]) if reassign else "",
            "customer_url": _customer_url(why.customer_code),
        },
    )


@door("decision.appeal", "POST", noun="decision", fields=("text",))
def appeal(request: Asked, decision: int) -> HttpResponse:
    """Ask for a decision to be looked at again."""
    writes.appeal(request.actor, decision, request.POST.get("text", ""))
    return redirect("assign:decision", decision)


@door("decision.answer")
def appeals(request: Asked) -> HttpResponse:
    """List the appeals that wait."""
    context = {"tabs": tabs(request, "appeals"), "rows": reads.open_appeals(request.actor)}
    return render(request, "assign/appeals.html", context)


@door("decision.answer", "POST", noun="appeal", fields=("outcome", "answer"))
def answer(request: Asked, appeal: int) -> HttpResponse:
    """Answer an appeal; an accepted one goes on to the reassignment."""
    accepted = request.POST.get("outcome") == "accepted"
    decision = writes.answer(request.actor, appeal, request.POST.get("answer", ""), accepted=accepted)
    if accepted and request.actor.may("customer.reassign"):
        return redirect("assign:reassign", why_decided(request.actor, decision).customer_code)
    return redirect("assign:decision", decision)


def _row(line: DecisionLine) -> dict[str, object]:
    return {
        "line": line,
        "customer": line.customer_name or line.customer_code,
        "outcome": _outcome(line.outcome),
        "url": reverse("assign:decision", args=[line.id]),
    }


def _outcome(outcome: str) -> Badge:
    return Badge(f"assigning.outcome_{outcome}", _OUTCOME_TONES.get(outcome, ""))


def _candidate(one: Candidate) -> dict[str, object]:
    name: Message | str = one.name or say("assigning.people", count=one.count)
    return {
        "name": name,
        "group": Badge(f"assigning.group_{one.group}", _GROUP_TONES[one.group]),
        "reason": one.reason,
    }


def _stage(one: Stage) -> dict[str, object]:
    counted = one.before or one.after
    return {
        "text": one.text,
        "before": one.before if counted else None,
        "after": one.after if counted else None,
        "names": "、".join(filter(None, one.names)),
    }


def _facts(request: Asked, why: Why) -> list[Fact]:
    rules = reverse("assign:version", args=[why.rules_number]) if why.rules_number else ""
    may_rules = request.actor.may("rules.read")
    version = say("assigning.version_number", number=why.rules_number) if why.rules_number else why.rules_version
    plans = address_of("plan:index") if request.actor.may("plan.read") else ""
    plan = f"{plans}{why.plan_code}/" if plans else ""
    found = [
        Fact("assigning.decided_at", why.decided_at, "moment"),
        Fact("assigning.filter_rule", why.rule_title),
        Fact("assigning.rules_version", version, url=rules if may_rules else "") if why.rules_version else None,
        Fact("assigning.plan", why.plan, url=plan) if why.plan else None,
        Fact("assigning.owner", why.owner) if why.owner else None,
        Fact("assigning.territory", why.territory) if why.territory else None,
        Fact("assigning.by_person", why.by or say("assigning.by_system")),
    ]
    return [fact for fact in found if fact is not None]


def _customer_url(code: str) -> str:
    customers = address_of("customers:index")
    return f"{customers}{code}" if customers else ""


def _chips(request: Asked, wanted: Wanted, choices: Choices) -> list[Chip]:
    values: dict[str, Message | str] = {}
    if wanted.outcome:
        values["outcome"] = say(f"assigning.outcome_{wanted.outcome}")
    if wanted.rule:
        values["rule"] = dict(choices.rules).get(wanted.rule, wanted.rule)
    if wanted.owner:
        values["owner"] = dict(choices.owners).get(wanted.owner, wanted.owner)
    if wanted.since:
        values["since"] = wanted.since.isoformat()
    if wanted.until:
        values["until"] = wanted.until.isoformat()
    if wanted.query:
        values["q"] = wanted.query
    label = {"q": "assigning.customer"}
    return [
        Chip(label.get(name, f"assigning.filter_{name}"), value, _without(request, name))
        for name, value in values.items()
    ]


def _without(request: Asked, name: str) -> str:
    query = request.GET.copy()
    for gone in (name, "after", "before"):
        query.pop(gone, None)
    return f"?{query.urlencode()}" if query else request.path
