"""People and roles: who is here, who comes, who may do what, and for what part of the company."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from jiuzhou.kernel.message import say
from jiuzhou.web.accounts import reads, writes
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.accounts.forms import StrictForm, told
from jiuzhou.web.accounts.mail import can_mail
from jiuzhou.web.accounts.roles import VERBS
from jiuzhou.web.places.settings.forms import InviteForm, RoleForm, moment_of, today_of
from jiuzhou.web.places.settings.tabs import page
from jiuzhou.web.places.shapes import Badge, Chip, Column, Link
from jiuzhou.web.problems import InvalidError

_COLUMNS = (
    Column("name", "settings.name", "part", part="settings/cell_person.html"),
    Column("roles", "settings.roles", "part", part="settings/cell_roles.html"),
    Column("factor", "settings.factor", "badge"),
    Column("state", "settings.state", "badge"),
    Column("seen_at", "settings.seen_at", "ago", narrow=True),
)
_STATES = ("active", "inactive")


@dataclass(frozen=True, slots=True)
class Row:
    """One person of the table."""

    name: str
    email: str
    roles: tuple[str, ...]
    factor: Badge
    state: Badge
    seen_at: Any
    url: str


@door("user.read")
def people(request: Asked) -> HttpResponse:
    """List the organisation's people."""
    sought = {name: request.GET.get(name, "")[:120] for name in ("q", "role", "state")}
    role = sought["role"] if sought["role"] in VERBS else ""
    state = sought["state"] if sought["state"] in _STATES else ""
    found = reads.list_people(
        request.actor,
        now=timezone.now(),
        text=sought["q"],
        role=role,
        state=state,
        cursor=request.GET.get("cursor"),
    )
    return page(
        request,
        "people",
        "people",
        {
            "columns": _COLUMNS,
            "rows": [_row(item) for item in found.items],
            "page": found,
            "q": sought["q"],
            "chips": _chips(request, sought["q"], role, state),
            "roles": [Link(f"settings.role_{word}", _with(request, role=word), word == role) for word in VERBS],
            "states": [Link(f"settings.state_{word}", _with(request, state=word), word == state) for word in _STATES],
            "may_invite": request.actor.may("user.write"),
        },
    )


@door("user.write", "GET", "POST")
def invite(request: Asked) -> HttpResponse:
    """Make a person and the link with which they set a password."""
    form = InviteForm(request.POST if request.method == "POST" else None, initial={"language": request.actor.language})
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = writes.invite_person(
                request.actor, name=given["name"], email=given["email"], language=given["language"]
            )
        except InvalidError as error:
            form.refuse(error.fields)
        else:
            return _invited(request, made)
    return page(request, "people", "invite", {"form": form}, status=422 if form.errors else 200)


@door("user.read", "GET", noun="person")
def person(request: Asked, person: int) -> HttpResponse:
    """Show one person with roles, dates and lock."""
    return _person(request, person)


@door("role.write", "POST", noun="person")
def grant_role(request: Asked, person: int) -> HttpResponse:
    """Give a person a role."""
    reads.read_person(request.actor, person, now=timezone.now())
    form = _role_form(request, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        begins = moment_of(given["valid_from"], request.actor)
        assert begins is not None
        try:
            writes.grant_role(
                request.actor,
                person,
                role=given["role"],
                owner=given["owner"],
                territory=given["territory"],
                valid_from=max(begins, timezone.now()),
                valid_to=moment_of(given["valid_to"], request.actor, end=True),
            )
        except InvalidError as error:
            form.refuse(error.fields)
        else:
            return _back(request, person, "settings.role_given")
    return _person(request, person, {"role_form": form}, status=422)


@door("role.write", "POST", noun="person")
def end_role(request: Asked, person: int, grant: int) -> HttpResponse:
    """End a role now."""
    StrictForm(request.POST)
    writes.end_role(request.actor, person, grant)
    return _back(request, person, "settings.role_ended")


@door("user.write", "POST", noun="person")
def deactivate(request: Asked, person: int) -> HttpResponse:
    """Shut a person out."""
    StrictForm(request.POST)
    writes.deactivate_person(request.actor, person)
    return _back(request, person, "settings.person_out")


@door("user.write", "POST", noun="person")
def reactivate(request: Asked, person: int) -> HttpResponse:
    """Let a person in again."""
    StrictForm(request.POST)
    writes.reactivate_person(request.actor, person)
    return _back(request, person, "settings.person_in")


@door("user.write", "POST", noun="person")
def unlock(request: Asked, person: int) -> HttpResponse:
    """Forget a person's failed log-ins."""
    StrictForm(request.POST)
    writes.unlock_person(request.actor, person)
    return _back(request, person, "settings.person_unlocked")


@door("user.write", "POST", noun="person")
def sign_out(request: Asked, person: int) -> HttpResponse:
    """End every session and token of a person."""
    StrictForm(request.POST)
    writes.sign_out_person(request.actor, person)
    return _back(request, person, "settings.person_signed_out")


@door("user.write", "POST", noun="person")
def invite_again(request: Asked, person: int) -> HttpResponse:
    """Make a new link with which a person sets a password."""
    StrictForm(request.POST)
    return _invited(request, writes.invite_again(request.actor, person))


def _invited(request: Asked, made: writes.Invitation) -> HttpResponse:
    link = request.build_absolute_uri(reverse("account_invite_link", args=[made.link]))
    writes.send_invitation(request.actor, made.person_id, link)
    if can_mail():
        return _back(request, made.person_id, "settings.invitation_sent")
    return _person(request, made.person_id, {"invitation": link})


def _back(request: Asked, person: int, code: str) -> HttpResponse:
    messages.success(request, told(say(code)))
    return redirect("settings:person", person)


def _person(
    request: Asked, person: int, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    shape = reads.read_person(request.actor, person, now=now)
    given: dict[str, Any] = {
        "shape": shape,
        "person": shape.person,
        "state": _row(shape.person).state,
        "factor": _row(shape.person).factor,
        "may_write": request.actor.may("user.write") and not shape.oneself,
        "may_grant": request.actor.may("role.write") and not shape.oneself,
    }
    if given["may_grant"] and "role_form" not in (context or {}):
        given["role_form"] = _role_form(request)
    return page(request, "people", "person", given | dict(context or {}), status=status)


def _role_form(request: Asked, data: Any = None) -> RoleForm:
    return RoleForm(
        data,
        owners=reads.owners_to_choose(request.actor),
        territories=reads.territories_to_choose(request.actor),
        initial={"valid_from": today_of(request.actor)},
    )


def _row(item: reads.Person) -> Row:
    if item.invited:
        state = Badge("settings.state_invited", "accent")
    else:
        state = Badge("settings.state_active", "ok") if item.active else Badge("settings.state_inactive")
    if item.secured:
        factor = Badge("settings.factor_on", "ok", "check")
    else:
        factor = Badge("settings.factor_due", "warn", "warn") if item.due else Badge("settings.factor_none")
    return Row(
        item.name, item.email, item.roles, factor, state, item.seen_at, reverse("settings:person", args=[item.id])
    )


def _chips(request: Asked, text: str, role: str, state: str) -> list[Chip]:
    found = [("q", "settings.search", text), ("role", "settings.role", role and f"settings.role_{role}")]
    found.append(("state", "settings.state", state and f"settings.state_{state}"))
    return [Chip(label, value, _with(request, **{name: ""})) for name, label, value in found if value]


def _with(request: Asked, **changes: str) -> str:
    query = request.GET.copy()
    query.pop("cursor", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"?{query.urlencode()}"
