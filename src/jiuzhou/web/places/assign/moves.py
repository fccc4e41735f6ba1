"""A customer given to another owner by hand."""

from __future__ import annotations

import secrets
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from jiuzhou.adapters.texts import render as told
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.assign.reads.owners import Receiver, Receiving, receiving
from jiuzhou.web.assign.writes.reassign import Reassigned
from jiuzhou.web.assign.writes.reassign import reassign as write
from jiuzhou.web.places.assign.forms import POOL_CHOICE, ReassignForm, add_errors
from jiuzhou.web.places.assign.tabs import tabs
from jiuzhou.web.places.shell import address_of, language_of
from jiuzhou.web.problems import InvalidError, StaleError


@door("customer.reassign", "GET", "POST", noun="customer")
def reassign(request: Asked, customer: str) -> HttpResponse:
    """Ask to whom a customer goes, and do it."""
    found = receiving(request.actor, customer)
    if request.method != "POST":
        return _form(request, found, _fresh(request, found))
    form = ReassignForm(request.POST, owners=_owners(request, found), lang=language_of(request))
    if not form.is_valid():
        return _form(request, found, form, status=422)
    try:
        done = _write(request, customer, form)
    except InvalidError as error:
        add_errors(form, error, language_of(request), {"from_when": "from_day"})
        return _form(request, found, form, status=422)
    except StaleError as error:
        return _form(request, found, _fresh(request, found), error.message, status=412)
    messages.success(request, told(_done(found, done), language_of(request)))
    customers = address_of("customers:index")
    return redirect(f"{customers}{customer}" if customers else reverse("assign:decisions"))


def _write(request: Asked, customer: str, form: ReassignForm) -> Reassigned:
    given = form.cleaned_data
    start = None
    today = timezone.localtime(timezone.now(), ZoneInfo(request.actor.zone)).date()
    if given["from_day"] is not None and given["from_day"] != today:
        start = datetime.combine(given["from_day"], time.min, tzinfo=ZoneInfo(request.actor.zone))
    return write(
        request.actor,
        customer,
        "" if given["owner"] == POOL_CHOICE else given["owner"],
        version=given["version"],
        reason=given["reason"],
        from_when=start,
        key=given["key"],
    )


def _fresh(request: Asked, found: Receiving) -> ReassignForm:
    initial = {"version": found.version, "key": secrets.token_hex(8)}
    return ReassignForm(initial=initial, owners=_owners(request, found), lang=language_of(request))


def _owners(request: Asked, found: Receiving) -> list[tuple[str, str]]:
    away = told(say("team.away"), language_of(request))
    return [(one.code, _label(one, away)) for one in found.owners]


def _label(one: Receiver, away: str) -> str:
    parts = (one.name, "" if one.load is None else f"{one.load:.0%}", away if one.away else "")
    return " · ".join(part for part in parts if part)


def _form(
    request: Asked, found: Receiving, form: ReassignForm, stale: Message | None = None, *, status: int = 200
) -> HttpResponse:
    customers = address_of("customers:index")
    context = {
        "tabs": tabs(request, "decisions"),
        "found": found,
        "form": form,
        "stale": stale,
        "back": f"{customers}{found.customer_code}" if customers else reverse("assign:decisions"),
    }
    return render(request, "assign/reassign.html", context, status=status)


def _done(found: Receiving, done: Reassigned) -> Message:
    if done.due_at is not None:
        return say("assigning.scheduled", customer=found.customer_name, at=done.due_at)
    return say("assigning.reassigned", customer=found.customer_name)
