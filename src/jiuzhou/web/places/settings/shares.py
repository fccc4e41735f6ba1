"""Substitutions during absence, and single customers for somebody who does not have them by role."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from jiuzhou.kernel.message import say
from jiuzhou.web.accounts import reads, writes
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.accounts.forms import StrictForm, told
from jiuzhou.web.places.settings.forms import AccessForm, StandInForm, moment_of, today_of
from jiuzhou.web.places.settings.tabs import page
from jiuzhou.web.problems import InvalidError


@door("substitution.write", "GET", "POST")
def stand_ins(request: Asked) -> HttpResponse:
    """List who stands in for whom, or add one."""
    now = timezone.now()
    form = StandInForm(
        request.POST if request.method == "POST" else None,
        owners=reads.owners_to_choose(request.actor),
        people=reads.colleagues_of(request.actor, now=now),
        initial={"valid_from": today_of(request.actor)},
    )
    if form.is_valid():
        given = form.cleaned_data
        begins, ends = _span(request, given)
        try:
            writes.add_stand_in(
                request.actor, owner=given["owner"], person=int(given["person"]), valid_from=begins, valid_to=ends
            )
        except InvalidError as error:
            form.refuse(error.fields)
        else:
            messages.success(request, told(say("settings.kept")))
            return redirect("settings:standins")
    found = reads.list_stand_ins(request.actor, now=now, cursor=request.GET.get("cursor"))
    context = {"form": form, "page": found, "opened": bool(form.errors)}
    return page(request, "standins", "standins", context, status=422 if form.errors else 200)


@door("substitution.write", "POST", noun="substitution")
def end_stand_in(request: Asked, substitution: int) -> HttpResponse:
    """End a substitution now."""
    StrictForm(request.POST)
    writes.end_stand_in(request.actor, substitution)
    messages.success(request, told(say("settings.ended")))
    return redirect("settings:standins")


@door("grant.write", "GET", "POST")
def access(request: Asked) -> HttpResponse:
    """List explicit grants of customers, or add one."""
    now = timezone.now()
    form = AccessForm(
        request.POST if request.method == "POST" else None, people=reads.colleagues_of(request.actor, now=now)
    )
    if form.is_valid():
        given = form.cleaned_data
        try:
            writes.grant_access(
                request.actor,
                customer=given["customer"].strip(),
                person=int(given["person"]),
                reason=given["reason"],
                may_write=given["may_write"],
                valid_to=moment_of(given["valid_to"], request.actor, end=True),
            )
        except InvalidError as error:
            form.refuse(error.fields)
        else:
            messages.success(request, told(say("settings.kept")))
            return redirect("settings:access")
    found = reads.list_access(request.actor, now=now, cursor=request.GET.get("cursor"))
    context = {"form": form, "page": found, "opened": bool(form.errors)}
    return page(request, "access", "access", context, status=422 if form.errors else 200)


@door("grant.write", "POST", noun="access")
def end_access(request: Asked, access: int) -> HttpResponse:
    """End an explicit grant now."""
    StrictForm(request.POST)
    writes.end_access(request.actor, access)
    messages.success(request, told(say("settings.ended")))
    return redirect("settings:access")


def _span(request: Asked, given: dict[str, Any]) -> tuple[Any, Any]:
    return moment_of(given["valid_from"], request.actor), moment_of(given["valid_to"], request.actor, end=True)
