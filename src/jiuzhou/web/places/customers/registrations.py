"""Registrations: the list, one of them, a new one, and what is decided of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from jiuzhou.geo.divisions import divisions
from jiuzhou.kernel.errors import RefusedError
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.accounts.forms import StrictForm, told
from jiuzhou.web.collect.company import STATES, RegistrationDraft
from jiuzhou.web.collect.reads.registrations import (
    Box,
    RegistrationLine,
    list_registrations,
    owners_to_register_for,
    read_registration,
)
from jiuzhou.web.collect.writes import registrations as writes
from jiuzhou.web.collect.writes.registering import NAME, NOTE, REGION, TAX_ID, register_company
from jiuzhou.web.places.customers.companies import asks_as_one_types, rows_of_findings
from jiuzhou.web.places.monitor.wording import address
from jiuzhou.web.places.shapes import Badge, Column, Fact, Link, Text, Tone
from jiuzhou.web.problems import InvalidError, TooManyError

_TONES: dict[str, Tone] = {
    "waiting": "warn",
    "granted": "ok",
    "expired": "",
    "refused": "danger",
    "withdrawn": "",
    "won": "accent",
}
_BOXES: tuple[Box, ...] = ("all", "mine", "waiting")


@dataclass(frozen=True, slots=True)
class RegistrationRow:
    """A registration as the table shows it."""

    url: str
    name: str
    owner: str
    state: Badge
    until: date | None
    left: Text
    made_at: datetime
    by: str


class RegistrationForm(StrictForm):
    """A company to be registered."""

    kind = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20, initial="registration")
    name = forms.CharField(max_length=NAME)
    tax_id = forms.CharField(max_length=TAX_ID, required=False)
    region_code = forms.CharField(max_length=REGION, required=False)
    owner = forms.ChoiceField(choices=())
    note = forms.CharField(max_length=NOTE, required=False, widget=forms.Textarea(attrs={"rows": 3}))
    hints: ClassVar[dict[str, str]] = {"name": "registrations.name_hint", "region_code": "customers.region_hint"}

    def __init__(self, data: Any = None, *, owners: tuple[tuple[str, str], ...], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["owner"].choices = [("", "—"), *owners] if len(owners) > 1 else list(owners)  # type: ignore[attr-defined]
        if len(owners) < 2:
            self.fields["owner"].widget = forms.HiddenInput()
            self.fields["owner"].required = False
        for name, field in self.fields.items():
            field.label = f"registrations.{name}_label"
        asks_as_one_types(self.fields, ("name", "tax_id"))

    def draft(self) -> RegistrationDraft:
        """Return what is to be registered."""
        given = self.cleaned_data
        return RegistrationDraft(**{name: given[name] for name in ("name", "tax_id", "region_code", "note", "owner")})


@door("registration.read")
def index(request: Asked) -> HttpResponse:
    """Show the registrations that one sees: all, one's own, or those that wait for one."""
    decides = request.actor.may("registration.decide")
    boxes = [box for box in _BOXES if box != "waiting" or decides]
    boxes = [box for box in boxes if box != "mine" or request.actor.own_ids or request.actor.may("registration.write")]
    box = cast(Box, request.GET["box"]) if request.GET.get("box") in boxes else "all"
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    owner = request.GET.get("owner", "")[:64].replace("\x00", "")
    page = list_registrations(request.actor, box=box, state=state, owner=owner, cursor=request.GET.get("after"))
    context = {
        "rows": [_row(line) for line in page.items],
        "columns": [
            Column("name", "registrations.company", wrap=True),
            Column("owner", "registrations.owner"),
            Column("state", "registrations.state", "badge"),
            Column("until", "registrations.until", "day"),
            Column("left", "registrations.left", narrow=True),
            Column("made_at", "registrations.made_at", "moment", narrow=True),
            Column("by", "registrations.by", narrow=True),
        ],
        "segments": [
            Link(f"registrations.box_{one}", address(request, box=one, after=None), one == box) for one in boxes
        ],
        "states": [(one, f"registrations.state_{one}") for one in STATES],
        "box": box,
        "state": state,
        "owner": owner,
        "narrowed": bool(state or owner or box != "all"),
        "next": address(request, after=page.next) if page.next else "",
        "previous": address(request, after=page.previous) if page.previous else "",
        "may_write": request.actor.may("registration.write"),
        "may_set": request.actor.may("registration.set"),
        "days": writes.protection_days(request.actor),
        "version": writes.days_version(request.actor) if request.actor.may("registration.set") else 0,
    }
    return render(request, "customers/registrations.html", context)


@door("registration.write", "GET", "POST")
def new(request: Asked) -> HttpResponse:
    """Return the form of a new registration, or make it."""
    owners = owners_to_register_for(request.actor)
    initial = {"kind": "registration", "owner": owners[0][0] if len(owners) == 1 else ""}
    form = RegistrationForm(request.POST or None, owners=owners, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            key = register_company(request.actor, form.draft())
        except InvalidError as error:
            form.refuse(error.fields)
        except TooManyError:
            raise
        except RefusedError as error:
            form.add_error(None, told(error.message))
        else:
            granted = read_registration(request.actor, key).line.state == "granted"
            messages.success(request, told(say("registrations.granted_now" if granted else "registrations.asked_now")))
            return redirect("customers:registration", key)
    context = {"form": form, "days": writes.protection_days(request.actor)}
    return render(request, "customers/registration_new.html", context, status=422 if request.method == "POST" else 200)


@door("registration.read", noun="registration")
def one(request: Asked, registration: int) -> HttpResponse:
    """Show one registration, what the check said, and what may be done."""
    detail = read_registration(request.actor, registration)
    line = detail.line
    facts = [
        Fact("registrations.owner", line.owner),
        Fact("registrations.tax_id_label", line.tax_id),
        Fact("registrations.region_code_label", " ".join(divisions().path(line.region_code)) or line.region_code),
        Fact("registrations.made_at", line.made_at, "moment"),
        Fact("registrations.by", line.by),
        Fact("registrations.until", line.protected_until, "day"),
        Fact("registrations.left", _left(line)),
        Fact("registrations.decided_by", line.decided_by),
        Fact("registrations.decided_at", line.decided_at, "moment"),
        Fact("registrations.reason_label", line.reason),
        Fact("registrations.note_label", line.note),
        Fact(
            "registrations.customer",
            line.customer,
            "text",
            reverse("customers:customer", args=[line.customer]) if line.customer else "",
        ),
    ]
    context = {
        "detail": detail,
        "line": line,
        "state": _badge(line),
        "facts": [fact for fact in facts if fact.value not in (None, "")],
        "matches": rows_of_findings(detail.found),
        "win_url": f"{reverse('customers:new')}?registration={line.id}" if detail.may_win else "",
        "most": writes.REASON,
    }
    return render(request, "customers/registration.html", context)


@door("registration.decide", "POST", noun="registration", fields=("version",))
def grant(request: Asked, registration: int) -> HttpResponse:
    """Grant a registration."""
    writes.grant_registration(request.actor, registration, version=_number(request, "version"))
    return _done(request, registration, "registrations.granted")


@door("registration.decide", "POST", noun="registration", fields=("version", "reason"))
def refuse(request: Asked, registration: int) -> HttpResponse:
    """Refuse a registration, with a reason."""
    reason = request.POST.get("reason", "")
    writes.refuse_registration(request.actor, registration, version=_number(request, "version"), reason=reason)
    return _done(request, registration, "registrations.refused")


@door("registration.decide", "POST", noun="registration", fields=("version",))
def extend(request: Asked, registration: int) -> HttpResponse:
    """Protect a company once more."""
    writes.extend_registration(request.actor, registration, version=_number(request, "version"))
    return _done(request, registration, "registrations.extended")


@door("registration.write", "POST", noun="registration", fields=("version",))
def withdraw(request: Asked, registration: int) -> HttpResponse:
    """Take a registration back."""
    writes.withdraw_registration(request.actor, registration, version=_number(request, "version"))
    return _done(request, registration, "registrations.withdrawn")


@door("registration.set", "POST", fields=("days", "version"))
def days(request: Asked) -> HttpResponse:
    """Set for how many days registrations protect from now on."""
    set_days: Callable[..., int] = writes.set_protection_days
    set_days(request.actor, _number(request, "days"), version=_number(request, "version"))
    messages.success(request, told(say("registrations.days_set")))
    return redirect("customers:registrations")


def _done(request: Asked, registration: int, code: str) -> HttpResponse:
    messages.success(request, told(say(code)))
    return redirect("customers:registration", registration)


def _row(line: RegistrationLine) -> RegistrationRow:
    return RegistrationRow(
        url=reverse("customers:registration", args=[line.id]),
        name=line.name or "—",
        owner=line.owner,
        state=_badge(line),
        until=line.protected_until,
        left=_left(line),
        made_at=line.made_at,
        by=line.by,
    )


def _badge(line: RegistrationLine) -> Badge:
    return Badge(f"registrations.state_{line.state}", _TONES[line.state])


def _left(line: RegistrationLine) -> Message | str:
    if line.days_left is None:
        return ""
    return say("registrations.days_left", n=line.days_left) if line.days_left else say("registrations.last_day")


def _number(request: Asked, name: str) -> int:
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidError({name: say("watching.not_a_number")})
    return int(text)
