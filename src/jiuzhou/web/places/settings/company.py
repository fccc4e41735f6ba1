"""The organisation, its policy, and what this installation is."""

from __future__ import annotations

import platform
import sqlite3
from typing import Any

import django
from django.conf import settings
from django.contrib import messages
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect

from jiuzhou import __version__
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts import policies, reads, writes
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.accounts.forms import told
from jiuzhou.web.accounts.mail import can_mail
from jiuzhou.web.places.settings.forms import OrganisationForm, PolicyForm
from jiuzhou.web.places.settings.tabs import SECTIONS, page
from jiuzhou.web.places.shapes import Column, Fact
from jiuzhou.web.problems import InvalidError

SOUND_SQLITE = (3, 51, 3)
"""The first version without the write-ahead log's reset fault."""

_CHOICES = ("publish_alone_below",)
_FIELDS = ("name", "zone", "currency", "language")


@door("settings.open")
def index(request: Asked) -> HttpResponse:
    """Go to the first section that the reader may open."""
    first = next(name for word, name, verb in SECTIONS if word != "account" and request.actor.may(verb))
    return redirect(first)


@door("settings.open")
def organisation(request: Asked) -> HttpResponse:
    """Show what the organisation is, for those who may with a form to change it."""
    shape = reads.read_organisation(request.actor)
    first: dict[str, Any] = {name: getattr(shape, name) for name in _FIELDS}
    first |= {name: shape.choices.get(name, 0) for name in _CHOICES} | {"version": shape.version}
    may_write = request.actor.may("organisation.write")
    facts = [Fact(f"settings.fact_{name}", first[name]) for name in ("name", "zone", "currency")]
    facts.append(Fact("settings.organisation_language", say(f"settings.language_{shape.language}")))
    facts.append(Fact("settings.publish_alone_below", first["publish_alone_below"], "count"))
    context = {"form": OrganisationForm(initial=first) if may_write else None, "facts": facts}
    return page(request, "organisation", "organisation", context | {"demo": bool(shape.choices.get("demo"))})


@door("organisation.write", "POST")
def keep_organisation(request: Asked) -> HttpResponse:
    """Change the organisation."""
    form = OrganisationForm(request.POST)
    if not form.is_valid():
        return page(request, "organisation", "organisation", {"form": form, "facts": []}, status=422)
    given = form.cleaned_data
    writes.change_organisation(
        request.actor,
        version=given["version"],
        fields={name: given[name] for name in _FIELDS},
        choices={name: given[name] for name in _CHOICES},
    )
    messages.success(request, told(say("settings.kept")))
    return redirect("settings:organisation")


@door("policy.read")
def policy(request: Asked) -> HttpResponse:
    """List the versions of the policy, with the one in force."""
    number, text = policies.text_in_force(request.actor)
    found = policies.list_policies(request.actor, cursor=request.GET.get("cursor"))
    columns = (
        Column("number", "settings.policy_number", "count"),
        Column("note", "settings.policy_note"),
        Column("by", "settings.by", narrow=True),
        Column("at", "settings.at", "moment"),
    )
    rows = [
        {"number": item.number, "note": item.note, "by": item.by, "at": item.at, "url": f"{item.number}/"}
        for item in found.items
    ]
    return page(
        request,
        "policy",
        "policy",
        {
            "number": number,
            "text": text,
            "columns": columns,
            "rows": rows,
            "page": found,
            "may_write": request.actor.may("policy.write"),
        },
    )


@door("policy.read", "GET", noun="policy")
def policy_version(request: Asked, policy: int) -> HttpResponse:
    """Show one version and what it changed."""
    return page(request, "policy", "policy_version", {"shape": policies.read_policy_version(request.actor, policy)})


@door("policy.write", "GET", "POST")
def new_policy(request: Asked) -> HttpResponse:
    """Change the policy: show what changes, then make it the one in force."""
    number, text = policies.text_in_force(request.actor)
    form = PolicyForm(
        request.POST if request.method == "POST" else None, initial={"base": number, "text": text, "note": ""}
    )
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = policies.publish_policy(request.actor, text=given["text"], note=given["note"], base=given["base"])
        except InvalidError as error:
            form.refuse(error.fields)
        else:
            messages.success(request, told(say("settings.policy_published", number=made)))
            return redirect("settings:policy_version", made)
    return page(request, "policy", "policy_new", {"form": form, "number": number}, status=422 if form.errors else 200)


@door("settings.open")
def about(request: Asked) -> HttpResponse:
    """Show the versions, and what the installation should not stay at."""
    facts = [
        Fact("settings.about_version", __version__),
        Fact("settings.about_python", platform.python_version()),
        Fact("settings.about_django", django.get_version()),
        Fact("settings.about_database", _database()),
        Fact("settings.about_mail", _yes_or_no(can_mail())),
        Fact("settings.about_https", _yes_or_no(settings.HTTPS)),
        Fact("settings.about_company", _yes_or_no(bool(settings.OIDC_ISSUER))),
    ]
    old = connection.vendor == "sqlite" and sqlite3.sqlite_version_info < SOUND_SQLITE
    return page(request, "about", "about", {"facts": facts, "old_sqlite": old, "found": sqlite3.sqlite_version})


def _yes_or_no(answer: bool) -> Message:
    return say("settings.yes" if answer else "settings.no")


def _database() -> str:
    if connection.vendor == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    version = getattr(connection, "pg_version", 0)
    return f"PostgreSQL {version // 10_000}.{version % 10_000}"
