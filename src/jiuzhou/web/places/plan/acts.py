"""What a button on a plan does: begun, renamed, withdrawn, published, archived, restored, forked, rolled back."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from jiuzhou.adapters.texts import render
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.divide.writes import life, making, running
from jiuzhou.web.places.plan.forms import NameForm, version_of
from jiuzhou.web.places.shell import language_of
from jiuzhou.web.problems import InvalidError


def tell(request: Asked, message: Message) -> None:
    """Say on the next page what was done."""
    messages.success(request, render(message, language_of(request)))


def name_given(request: Asked) -> str:
    """
    Return the name that was filled in.

    Raises
    ------
    InvalidError
        If there is none.
    """
    form = NameForm(request.POST)
    if not form.is_valid():
        raise InvalidError({"name": say("plan.name_length")})
    return str(form.cleaned_data["name"])


@door("plan.write", "POST", fields=("name", "how"))
def new(request: Asked) -> HttpResponse:
    """Begin a draft: by the solver, or on the present division."""
    name = name_given(request)
    if request.POST.get("how") == "present":
        code = making.draft_of_present(request.actor, name=name)
        tell(request, say("plan.done_fork"))
        return redirect("plan:plan", plan=code)
    run = running.start_solving(request.actor, name=name)
    return redirect("jobs:run", run=run)


@door("plan.write", "POST", noun="plan", fields=("version", "name"))
def rename(request: Asked, plan: str) -> HttpResponse:
    """Give a draft another name."""
    life.rename_plan(request.actor, plan, version=version_of(request), name=name_given(request))
    return redirect("plan:plan", plan=plan)


@door("plan.submit", "POST", noun="plan", fields=("version",))
def withdraw(request: Asked, plan: str) -> HttpResponse:
    """Take a plan back from review."""
    life.withdraw_plan(request.actor, plan, version=version_of(request))
    tell(request, say("plan.done_withdraw"))
    return redirect("plan:plan", plan=plan)


@door("plan.publish", "POST", noun="plan", fields=("version",))
def publish(request: Asked, plan: str) -> HttpResponse:
    """Start the publication of an approved plan."""
    run = running.start_publishing(request.actor, plan, version=version_of(request))
    return redirect("jobs:run", run=run)


@door("plan.write", "POST", noun="plan", fields=("version",))
def archive(request: Asked, plan: str) -> HttpResponse:
    """Put a plan away."""
    life.archive_plan(request.actor, plan, version=version_of(request))
    tell(request, say("plan.done_archive"))
    return redirect("plan:plan", plan=plan)


@door("plan.write", "POST", noun="plan", fields=("version",))
def restore(request: Asked, plan: str) -> HttpResponse:
    """Take a plan up again as a draft."""
    life.restore_plan(request.actor, plan, version=version_of(request))
    tell(request, say("plan.done_restore"))
    return redirect("plan:plan", plan=plan)


@door("plan.write", "POST", noun="plan", fields=("version", "name"))
def fork(request: Asked, plan: str) -> HttpResponse:
    """Begin a draft with this plan's division, against the plan in force now."""
    code = making.fork_plan(request.actor, plan, name=name_given(request))
    tell(request, say("plan.done_fork"))
    return redirect("plan:plan", plan=code)


@door("plan.submit", "POST", noun="plan", fields=("version",))
def roll_back(request: Asked, plan: str) -> HttpResponse:
    """Ask to bring a former plan's division back."""
    code = making.roll_back_plan(request.actor, plan)
    tell(request, say("plan.done_roll_back"))
    return redirect("plan:plan", plan=code)
