"""
What follows a decision: for each kind of thing that is approved, the function that carries the decision out.

It is named by a dotted string, so that this layer needs to know nothing of the features above it. A handler takes
``(actor, key, outcome, answer)``, runs in the transaction of the decision, and refuses by raising.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from django.conf import settings
from django.utils.module_loading import import_string

from jiuzhou.web.accounts.actor import Actor

Outcome = Literal["approved", "refused"]
Handler = Callable[[Actor, str, Outcome, str], None]

HANDLERS: Mapping[str, str] = {
    "plan": "jiuzhou.web.divide.writes.life:decide_plan",
    "rules": "jiuzhou.web.assign.writes.rules:decide_rules",
    "registration": "jiuzhou.web.collect.writes.registrations:decide_registration",
}
"""Noun of an approval → ``package.module:function``; a noun without one is only noted and told."""


def handler_of(noun: str) -> Handler | None:
    """Return what carries out a decision about ``noun``; an installation adds its own by ``APPROVAL_HANDLERS``."""
    named = {**HANDLERS, **getattr(settings, "APPROVAL_HANDLERS", {})}.get(noun)
    if named is None:
        return None
    handler: Handler = import_string(named.replace(":", "."))
    return handler
