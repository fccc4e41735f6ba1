"""Putting a plan before a second person, and deciding on it in one screen."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.divide.reads.difference import PRESENT, difference
from jiuzhou.web.divide.reads.plans import plan_view
from jiuzhou.web.divide.shapes import Difference, PlanView
from jiuzhou.web.divide.writes import life, remarks
from jiuzhou.web.places.plan.acts import tell
from jiuzhou.web.places.plan.compare import KEY_COLUMNS, METRIC_COLUMNS, REVIEW_COLUMNS, metric_lines, people_lines
from jiuzhou.web.places.plan.forms import AnswerForm, ApproveForm, RemarkForm, ReturnForm, SubmitForm, note_errors
from jiuzhou.web.places.plan.pages import frame_of
from jiuzhou.web.problems import InvalidError


@door("plan.submit", "GET", "POST", noun="plan")
def submit(request: Asked, plan: str) -> HttpResponse:
    """Show what a draft costs and ask why; then put it before a second person."""
    if request.method == "POST":
        form = SubmitForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            try:
                state = life.submit_plan(request.actor, plan, **given)
            except InvalidError as error:
                note_errors(form, error, request)
            else:
                tell(request, say(f"plan.done_submit_{state}"))
                return redirect("plan:plan", plan=plan)
        return _submit_page(request, plan, form, status=422)
    return _submit_page(request, plan, None)


@door("plan.read", "GET", noun="plan")
def review(request: Asked, plan: str) -> HttpResponse:
    """Show what a plan changes, and everything needed to decide on it."""
    return _review_page(request, plan, None, None)


@door("plan.approve", "POST", noun="plan")
def approve(request: Asked, plan: str) -> HttpResponse:
    """Approve a plan."""
    form = ApproveForm(request.POST)
    if form.is_valid():
        try:
            life.approve_plan(request.actor, plan, **form.cleaned_data)
        except InvalidError as error:
            note_errors(form, error, request)
        else:
            tell(request, say("plan.done_approve"))
            return redirect("plan:plan", plan=plan)
    return _review_page(request, plan, form, None, status=422)


@door("plan.approve", "POST", noun="plan")
def send_back(request: Asked, plan: str) -> HttpResponse:
    """Return a plan with the reason."""
    form = ReturnForm(request.POST)
    if form.is_valid():
        life.return_plan(request.actor, plan, **form.cleaned_data)
        tell(request, say("plan.done_return"))
        return redirect("plan:plan", plan=plan)
    return _review_page(request, plan, None, form, status=422)


@door("plan.review", "POST", noun="plan")
def remark(request: Asked, plan: str) -> HttpResponse:
    """Say something of a plan in review, or object to a customer's change of owner."""
    form = RemarkForm(request.POST)
    if not form.is_valid():
        raise InvalidError({"text": say("plan.text_length", most=life.LONGEST_NOTE)})
    given = form.cleaned_data
    if given["customer"]:
        remarks.object_to(request.actor, plan, customer=given["customer"].strip(), text=given["text"])
        tell(request, say("plan.done_object"))
    else:
        remarks.add_remark(request.actor, plan, text=given["text"], territory=given["territory"])
        tell(request, say("plan.done_remark"))
    return redirect("plan:review", plan=plan)


@door("plan.write", "POST", noun="plan")
def answer(request: Asked, plan: str, remark: int) -> HttpResponse:
    """Answer a remark."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise InvalidError({"accepted": say("plan.reason_missing")})
    accepted = form.cleaned_data["accepted"] == "yes"
    remarks.answer_remark(request.actor, plan, remark, accepted=accepted, answer=form.cleaned_data["answer"])
    tell(request, say("plan.done_answer"))
    return redirect("plan:plan", plan=plan)


def _submit_page(request: Asked, plan: str, form: SubmitForm | None, status: int = 200) -> HttpResponse:
    view = plan_view(request.actor, plan)
    today = timezone.localdate()
    first = {"version": view.head.version, "note": view.head.note, "effective_on": view.head.effective_on or today}
    context = {"form": form or SubmitForm(initial=first), **_changes(request, plan, view)}
    return render(request, "plan/submit.html", context, status=status)


def _review_page(
    request: Asked, plan: str, approving: ApproveForm | None, returning: ReturnForm | None, status: int = 200
) -> HttpResponse:
    view = plan_view(request.actor, plan)
    first = {"version": view.head.version, "effective_on": view.head.effective_on}
    context = {
        "approve_form": approving or ApproveForm(initial=first, auto_id="approve_%s"),
        "return_form": returning or ReturnForm(initial=first, auto_id="return_%s"),
        "remark_form": RemarkForm(auto_id="remark_%s"),
        "own": view.head.state == "review" and request.actor.may("plan.approve") and not view.head.may("approve"),
        **_changes(request, plan, view),
    }
    return render(request, "plan/review.html", context, status=status)


def _changes(request: Asked, plan: str, view: PlanView) -> dict[str, Any]:
    before = PRESENT if view.head.state not in ("active", "archived") or not view.head.base else view.head.base
    found = difference(request.actor, before, plan)
    return {
        **frame_of(view.head),
        "view": view,
        "found": found,
        "before": before,
        "metrics": metric_lines(found),
        "metric_columns": METRIC_COLUMNS,
        "people": people_lines(found),
        "people_columns": REVIEW_COLUMNS,
        "key_columns": KEY_COLUMNS,
        "may_answer": request.actor.may("plan.write"),
        "band_before": _band_before(found),
        "must_confirm": bool(view.broken) or found.key_accounts > 0,
    }


def _band_before(found: Difference) -> Message | str:
    row = next((row for row in found.metrics if row.title.code == "plan.metric_out_of_band"), None)
    return say("plan.was_before", n=int(row.before)) if row and row.before is not None else ""
