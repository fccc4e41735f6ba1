"""People's data for the privacy officer: one person's, how long data are kept, and the record of processing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from jiuzhou.adapters.texts import catalogue
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.accounts.forms import StrictForm, current_lang, told
from jiuzhou.web.collect.reads.privacy import person as people
from jiuzhou.web.collect.reads.privacy.processing import Record, record_of_processing
from jiuzhou.web.collect.writes.privacy import retention as keeping
from jiuzhou.web.collect.writes.privacy.erasing import ask_to_erase
from jiuzhou.web.collect.writes.privacy.handing import hand_out
from jiuzhou.web.places.settings.tabs import page
from jiuzhou.web.places.shapes import Link
from jiuzhou.web.problems import InvalidError, NotFoundError

_PARTS = (("title", "privacy"), ("retention", "privacy_retention"), ("processing", "privacy_processing"))


class DaysForm(StrictForm):
    """For how many days each kind is kept; empty for one that is kept."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        for kind in keeping.KINDS:
            self.fields[kind] = forms.IntegerField(
                label=f"privacy.kind_{kind}",
                required=False,
                min_value=keeping.LEAST_DAYS,
                max_value=keeping.MOST_DAYS,
                widget=forms.NumberInput(attrs={"aria-label": told(say(f"privacy.kind_{kind}")), "class": "short"}),
            )

    def _names(self) -> Iterator[str]:
        yield from super()._names()
        yield from keeping.KINDS


class EraseForm(StrictForm):
    """The code once more, and the contact who is meant, if one is."""

    typed = forms.CharField(max_length=64, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}))
    contact = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, code: str = "", contact: str = "", number: int = 0) -> None:
        super().__init__(data, initial={"contact": contact}, auto_id=f"erase{number}_%s")
        self.fields["typed"].label = told(say("privacy.type_code", key=contact or code))


@door("privacy.export")
def index(request: Asked) -> HttpResponse:
    """Find a customer by its code."""
    code = request.GET.get("customer", "").strip()[:64]
    missing = ""
    if code:
        try:
            people.person(request.actor, code)
        except NotFoundError:
            missing = told(say("privacy.no_such", key=code))
        else:
            return redirect("settings:privacy_person", code)
    return _page(request, "privacy", {"code": code, "missing": missing, "current": "title"})


@door("privacy.export", "GET", noun="customer")
def person(request: Asked, customer: str) -> HttpResponse:
    """Show what is kept of a customer."""
    return _person(request, customer, EraseForm(code=customer))


@door("privacy.export", "POST", noun="customer", fields=("contact",))
def download(request: Asked, customer: str) -> HttpResponse:
    """Hand out everything of one person as a zip."""
    data = hand_out(request.actor, customer, contact=request.POST.get("contact", ""))
    name = f"personal-data-{timezone.localdate().isoformat()}.zip"
    answer = HttpResponse(data.to_zip(), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@door("privacy.erase", "POST", noun="customer")
def erase(request: Asked, customer: str) -> HttpResponse:
    """Begin to erase a customer's data, or one contact's."""
    form = EraseForm(request.POST, code=customer)
    if form.is_valid():
        given = form.cleaned_data
        try:
            run = ask_to_erase(request.actor, customer, typed=given["typed"], contact=given["contact"])
        except InvalidError as error:
            form.refuse(error.fields)
        else:
            messages.success(request, told(say("privacy.erase_started")))
            return redirect("jobs:run", run)
    return _person(request, customer, form, status=422)


@door("privacy.export", "GET", "POST")
def retention(request: Asked) -> HttpResponse:
    """Show for how long data are kept, or set it."""
    actor = request.actor
    rules = keeping.rules(actor)
    if request.method == "POST":
        actor.must("privacy.erase")
        form = DaysForm(request.POST)
        if form.is_valid():
            days = {kind: form.cleaned_data[kind] for kind in keeping.KINDS}
            keeping.keep_rules(actor, days, version=form.cleaned_data["version"])
            messages.success(request, told(say("privacy.rules_kept")))
            return redirect("settings:privacy_retention")
    else:
        first = {rule.kind: rule.days for rule in rules} | {"version": keeping.version_of(actor)}
        form = DaysForm(initial=first)
    context = {
        "current": "retention",
        "form": form,
        "may_write": actor.may("privacy.erase"),
        "rows": [(rule, form[rule.kind], say(f"privacy.does_{rule.does}")) for rule in rules],
        "fixed": [(say(f"privacy.kind_{kind}"), days) for kind, days in keeping.FIXED.items()],
    }
    return _page(request, "privacy_retention", context, status=422 if form.errors else 200)


@door("privacy.export")
def processing(request: Asked) -> HttpResponse:
    """Show the record of processing."""
    record = _record(request)
    rows = [
        (
            say(f"privacy.purpose_{one.purpose}"),
            say(f"privacy.basis_{one.basis}"),
            [(say(f"privacy.pii_{pii}"), names) for pii, names in one.fields.items()],
            [say(f"settings.role_{role}") for role in one.roles],
        )
        for one in record.processings
    ]
    counted = say(
        "privacy.counted",
        customers=record.customers,
        people=record.people,
        consents=record.consents,
        erased=record.erased,
    )
    context = {
        "current": "processing",
        "rows": rows,
        "counted": counted,
        "recipients": [(say(f"privacy.recipient_{one.kind}"), one.host) for one in record.recipients],
        "kept": [(say(f"privacy.kind_{kind}"), days) for kind, days in record.days.items()],
    }
    return _page(request, "privacy_processing", context)


@door("privacy.export")
def processing_file(request: Asked) -> HttpResponse:
    """Hand out the record of processing as JSON."""
    answer = JsonResponse(_record(request).to_json(), json_dumps_params={"ensure_ascii": False, "indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="processing-{timezone.localdate().isoformat()}.json"'
    return answer


def _record(request: Asked) -> Record:
    return record_of_processing(request.actor, keeping.days_by_kind(request.actor))


def _person(request: Asked, customer: str, form: EraseForm, *, status: int = 200) -> HttpResponse:
    found = people.person(request.actor, customer)
    context = {
        "current": "title",
        "person": found,
        "form": form,
        "held": [(_table(name), count) for name, count in found.counts.items()],
        "contacts": [
            (key, name, role, EraseForm(code=customer, contact=key, number=number))
            for number, (key, name, role) in enumerate(found.contacts, 1)
        ],
        "may_erase": request.actor.may("privacy.erase"),
    }
    return _page(request, "privacy_person", context, status=status)


def _table(name: str) -> Message | str:
    code = f"privacy.table_{name}"
    return say(code) if code in catalogue(current_lang()) else name


def _page(request: Asked, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    parts = tuple(
        Link(f"privacy.{word}", reverse(f"settings:{name}"), active=word == context["current"]) for word, name in _PARTS
    )
    return page(request, "privacy", template, {"parts": parts, **context}, status=status)
