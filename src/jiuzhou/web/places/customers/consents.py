"""What a customer said to marketing: over time, and a form to write down what it says now."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.accounts.forms import StrictForm, told
from jiuzhou.web.collect.reads.customer import customer as read_customer
from jiuzhou.web.collect.reads.privacy import consents as said
from jiuzhou.web.collect.writes.privacy.consent import LONGEST, SOURCES, record_consent
from jiuzhou.web.problems import InvalidError


class ConsentForm(StrictForm):
    """Consent given or withdrawn."""

    given = forms.ChoiceField(label="privacy.consent_given", choices=())
    source = forms.ChoiceField(label="privacy.consent_source", choices=())
    wording = forms.CharField(label="privacy.consent_wording", max_length=LONGEST, required=False)

    def __init__(self, data: object = None) -> None:
        super().__init__(data)
        answers = (("no", "privacy.withdrew"), ("yes", "privacy.agreed"))
        self.fields["given"].choices = [(word, told(say(code))) for word, code in answers]  # type: ignore[attr-defined]
        ways = [(way, told(say(f"privacy.source_{way}"))) for way in SOURCES if way != "api"]
        self.fields["source"].choices = ways  # type: ignore[attr-defined]


def _way(source: str) -> Message:
    way, _, file = source.partition(" ")
    return say("privacy.source_import", file=file) if way == "import" else say(f"privacy.source_{way}")


@door("consent.write", "GET", "POST", noun="customer")
def consents(request: Asked, customer: str) -> HttpResponse:
    """Show what a customer said, or write down what it says now."""
    detail = read_customer(request.actor, customer)
    form = ConsentForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            record_consent(
                request.actor,
                customer,
                given=given["given"] == "yes",
                wording=given["wording"],
                source=given["source"],
            )
        except InvalidError as error:
            form.refuse(error.fields)
        else:
            messages.success(request, told(say("privacy.consent_saved")))
            return redirect("customers:consents", customer)
    rows = [
        (one, say("privacy.agreed" if one.given else "privacy.withdrew"), _way(one.source))
        for one in said.consents(request.actor, customer)
    ]
    context = {"detail": detail, "form": form, "rows": rows}
    return render(request, "customers/consents.html", context, status=422 if form.errors else 200)
