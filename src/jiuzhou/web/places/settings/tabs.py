"""The sections of the settings, as far as the reader may open them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from jiuzhou.web.accounts.doors import Asked
from jiuzhou.web.places.shapes import Link

SECTIONS: tuple[tuple[str, str, str], ...] = (
    ("account", "accounts:profile", "account.write"),
    ("organisation", "settings:organisation", "settings.open"),
    ("people", "settings:people", "user.read"),
    ("standins", "settings:standins", "substitution.write"),
    ("access", "settings:access", "grant.write"),
    ("policy", "settings:policy", "policy.read"),
    ("audit", "settings:audit", "audit.read"),
    ("privacy", "settings:privacy", "privacy.export"),
    ("webhooks", "settings:webhooks", "webhook.write"),
    ("map", "settings:map", "settings.open"),
    ("about", "settings:about", "settings.open"),
)
"""Section, name of its first page, and the verb that opens it."""


def tabs(request: Asked, current: str) -> tuple[Link, ...]:
    """Return the tabs of the settings."""
    return tuple(
        Link(f"settings.tab_{word}", reverse(name), active=word == current)
        for word, name, verb in SECTIONS
        if request.actor.may(verb)
    )


def page(request: Asked, section: str, template: str, context: Mapping[str, Any], *, status: int = 200) -> HttpResponse:
    """Return a page of the settings under its tab."""
    given = {"tabs": tabs(request, section), "section": section, **context}
    return render(request, f"settings/{template}.html", given, status=status)
