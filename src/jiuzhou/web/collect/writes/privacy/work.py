"""Erasure and retention as work outside the request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.access import one_visible
from jiuzhou.web.collect.writes.privacy.erasing import STEPS, Reporter, erase
from jiuzhou.web.jobs.context import RunContext
from jiuzhou.web.store.holdings import subject_of
from jiuzhou.web.store.models import Customer


def erase_person(context: RunContext) -> Mapping[str, Any]:
    """Erase the customer, or the person at it, of whom the arguments tell; a later attempt begins anew."""
    actor = context.actor
    actor.must("privacy.erase")
    row = one_visible(actor, Customer, code=str(context.arguments["customer"]))
    subject = subject_of(row, str(context.arguments.get("contact", "")))
    told = Reporter(step=lambda done: context.advance(done, STEPS), keep=context.checkpoint)
    counts = erase(actor.origin, subject, state=context.state, told=told)
    return {
        "message": say("privacy.was_erased", places=len(counts), things=sum(counts.values())).to_json(),
        "link": reverse("customers:customer", args=[subject.code]),
        "counts": counts,
    }
