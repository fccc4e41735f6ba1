"""Webhooks: who is told of events, whether it reached them, and the secret of a new one, shown once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.accounts.forms import StrictForm, told
from jiuzhou.web.ledger import webhooks
from jiuzhou.web.ledger.outbound import LONGEST_URL
from jiuzhou.web.places.settings.tabs import page


class WebhookForm(StrictForm):
    """A new webhook."""

    url = forms.CharField(
        label="ledger.webhook_url",
        max_length=LONGEST_URL,
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off", "spellcheck": "false"}),
    )
    kinds = forms.MultipleChoiceField(label="ledger.webhook_kinds", required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="webhook_%s")
        kinds = self.fields["kinds"]
        assert isinstance(kinds, forms.MultipleChoiceField)
        kinds.choices = [(kind, told(_named(kind))) for kind in webhooks.KINDS]


@door("webhook.write", "GET", "POST")
def index(request: Asked) -> HttpResponse:
    """List the webhooks, or make one and show its secret, this once."""
    form = WebhookForm(request.POST if request.method == "POST" else None)
    secret = ""
    if form.is_valid():
        given = form.cleaned_data
        try:
            _, secret = webhooks.add_webhook(request.actor.origin, given["url"].strip(), given["kinds"])
        except InputError as error:
            form.add_error("url", told(error.message))
        else:
            form = WebhookForm()
    context = {
        "form": form,
        "secret": secret,
        "allowed": settings.OUTBOUND,
        "rows": [
            (row, [_named(kind) for kind in row.kinds], _trouble(row.trouble))
            for row in webhooks.list_webhooks(request.actor.organisation_id)
        ],
    }
    return page(request, "webhooks", "webhooks", context, status=422 if form.errors else 200)


@door("webhook.write", "POST", noun="webhook", fields=("active",))
def switch(request: Asked, webhook: int) -> HttpResponse:
    """Let a webhook be told of events, or no longer."""
    webhooks.set_active(request.actor.origin, webhook, request.POST.get("active") == "1")
    return redirect("settings:webhooks")


@door("webhook.write", "POST", noun="webhook", fields=())
def remove(request: Asked, webhook: int) -> HttpResponse:
    """Remove a webhook, and what it was still to be told."""
    webhooks.remove_webhook(request.actor.origin, webhook)
    messages.success(request, told(say("ledger.webhook_removed")))
    return redirect("settings:webhooks")


def _named(kind: str) -> Message:
    return say(f"ledger.kind_{kind.replace('.', '_')}")


def _trouble(code: str) -> Message | None:
    if not code:
        return None
    if code.startswith("status_"):
        return say("ledger.trouble_status", status=code.removeprefix("status_"))
    known = {"unknown_host", "not_public", "no_connection", "no_tls", "too_slow", "no_http"}
    return say(f"ledger.trouble_{code}") if code in known else say("ledger.trouble_not_public")
