"""A customer edited, begun, followed up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, cast
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from jiuzhou.adapters.texts import render as told
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.accounts.forms import StrictForm
from jiuzhou.web.collect.reads.customer import CONTACT, Detail
from jiuzhou.web.collect.reads.customer import customer as read_customer
from jiuzhou.web.collect.reads.registrations import read_registration
from jiuzhou.web.collect.writes.company_check import check_company
from jiuzhou.web.collect.writes.editing import create_customer, edit_customer
from jiuzhou.web.collect.writes.notes import DONE, HEARD, log_note
from jiuzhou.web.places.customers.companies import AnotherField, asks_as_one_types, shown
from jiuzhou.web.places.shapes import Change
from jiuzhou.web.places.shell import language_of
from jiuzhou.web.problems import ConflictError, InvalidError, StaleError

_TEXTS = ("name", "industry", "size_band", "channel", "region_code", "phone", "email", "address", "tax_id")
_LABELS: Mapping[str, str] = {
    **{name: f"customers.{name}" for name in ("name", "industry", "channel", "phone", "email", "address", "tax_id")},
    "size_band": "customers.size",
    "region_code": "customers.region_code",
    "needs": "customers.needs",
    "products": "customers.products",
    "consent_marketing": "customers.consent",
}


class CustomerForm(StrictForm):
    """The fields of a customer that people change; lists are written with one item a line."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(max_length=300)
    industry = forms.CharField(max_length=60, required=False)
    size_band = forms.CharField(max_length=30, required=False)
    channel = forms.CharField(max_length=30, required=False)
    region_code = forms.CharField(max_length=40, required=False)
    phone = forms.CharField(max_length=64, required=False)
    email = forms.CharField(max_length=254, required=False)
    address = forms.CharField(max_length=500, required=False)
    tax_id = forms.CharField(max_length=32, required=False)
    needs = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    products = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    consent_marketing = forms.TypedChoiceField(
        choices=(), required=False, coerce=lambda value: {"yes": True, "no": False}.get(value), empty_value=None
    )

    def __init__(self, *args: Any, lang: str, hidden: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in hidden:
            del self.fields[name]
        for name, field in self.fields.items():
            field.label = _LABELS.get(name, "")
        answers = [
            (word, told(say(f"customers.consent_{word or 'unknown'}"), "en" if lang == "en" else "zh"))
            for word in ("", "yes", "no")
        ]
        self.fields["consent_marketing"].choices = answers  # type: ignore[attr-defined]

    @property
    def values(self) -> dict[str, Any]:
        """The values by field, as ``collect.writes.editing`` takes them."""
        beside = ("version", "another", "registration")
        given = {name: value for name, value in self.cleaned_data.items() if name not in beside}
        return given | {name: tuple(given[name].splitlines()) for name in ("needs", "products")}


class NewCustomerForm(CustomerForm):
    """A customer to be added: which companies are there already is asked as one types."""

    another = AnotherField()
    registration = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)
    field_order = ("name", "tax_id", "phone")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(AnotherField, self.fields["another"]).offer()
        asks_as_one_types(self.fields, ("name", "tax_id", "phone"))


class NoteForm(StrictForm):
    """A follow-up."""

    kinds: ClassVar[tuple[str, ...]] = DONE

    kind = forms.ChoiceField(choices=())
    at = forms.DateTimeField(
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )
    outcome = forms.CharField(max_length=60, required=False)
    minutes = forms.IntegerField(min_value=0, max_value=1440, required=False)
    text = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=4000, required=False)
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, zone: str, lang: str = "zh", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(zone)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (kind, told(say(f"customers.kind_{kind}"), "en" if lang == "en" else "zh")) for kind in self.kinds
        ]
        for name, field in self.fields.items():
            field.label = f"customers.note_{name}_label"
        if "at" in self.initial:
            self.initial["at"] = timezone.localtime(self.initial["at"], self.zone).replace(tzinfo=None)

    def clean_at(self) -> Any:
        """Read the moment in the organisation's zone."""
        return self.cleaned_data["at"].replace(tzinfo=self.zone)


class HeardForm(NoteForm):
    """What was heard in an interview, a focus group, a call-back or a review."""

    kinds = HEARD

    people = forms.CharField(max_length=300, required=False)
    topic = forms.CharField(max_length=60, required=False)
    text = forms.CharField(widget=forms.Textarea(attrs={"rows": 5}), max_length=4000)
    field_order = ("kind", "at", "people", "topic", "text", "outcome", "minutes", "key")


@door("customer.write", "GET", "POST", noun="customer")
def edit(request: Asked, customer: str) -> HttpResponse:
    """Return the form of a customer, or save it."""
    detail = read_customer(request.actor, customer)
    lang = language_of(request)
    hidden = CONTACT if detail.masked else ()
    form = CustomerForm(request.POST or None, lang=lang, hidden=hidden, initial=_initial(detail))
    differs: list[Change] = []
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"]
            edit_customer(request.actor, customer, version=version or 0, changes=form.values)
        except InvalidError as error:
            _show(form, error, lang)
        except ConflictError as error:
            form.add_error(None, told(error.message, lang))
        except StaleError as error:
            differs = [Change(_LABELS[name], _shown(now), _shown(form.values[name])) for name, now in error.now.items()]
            typed = request.POST.copy()
            typed["version"] = str(error.version)
            form = CustomerForm(typed, lang=lang, hidden=hidden)
        else:
            messages.success(request, told(say("customers.saved"), lang))
            return redirect("customers:customer", customer)
    wrong = request.method == "POST"
    context = {"detail": detail, "form": form, "differs": differs}
    return render(request, "customers/edit.html", context, status=412 if differs else 422 if wrong else 200)


@door("customer.write", "GET", "POST")
def new(request: Asked) -> HttpResponse:
    """Return the form of a new customer, or make it; a company that is there already takes a reason why it is not."""
    lang = language_of(request)
    form = NewCustomerForm(request.POST or None, lang=lang, initial=_registered(request))
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        found = check_company(request.actor, given["name"], given["tax_id"], given["phone"])
        context |= shown(found) | {"typed": True}
        if found.same and not found.barred and given["registration"] is None:
            context["another"] = form
            cast(AnotherField, form.fields["another"]).offer(required=True)
        if "another" in context and not given["another"]:
            form.add_error("another", told(say("entry.another_needed"), lang))
        else:
            try:
                code = _created(request, form)
            except InvalidError as error:
                _show(form, error, lang)
            except ConflictError as error:
                form.add_error(None, told(error.message, lang))
            else:
                messages.success(request, told(say("customers.created"), lang))
                return redirect("customers:customer", code)
    return render(request, "customers/new.html", context, status=422 if request.method == "POST" else 200)


def _created(request: Asked, form: NewCustomerForm) -> str:
    given = form.cleaned_data
    return create_customer(request.actor, form.values, another=given["another"], registration=given["registration"])


def _registered(request: Asked) -> dict[str, Any]:
    # A registered company that becomes a customer brings what was said of it.
    text = request.GET.get("registration", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10 and request.actor.may("registration.read")):
        return {}
    line = read_registration(request.actor, int(text)).line
    return {"registration": line.id, "name": line.name, "tax_id": line.tax_id, "region_code": line.region_code}


@door("visit.write", "POST", noun="customer")
def note(request: Asked, customer: str) -> HttpResponse:
    """Note a follow-up."""
    lang = language_of(request)
    kind = HeardForm if request.POST.get("kind") in HEARD else NoteForm
    form = kind(request.POST, zone=request.actor.zone, lang=lang)
    detail = read_customer(request.actor, customer)
    if form.is_valid():
        try:
            log_note(request.actor, customer, **form.cleaned_data)
        except InvalidError as error:
            _show(form, error, lang)
        else:
            messages.success(request, told(say("customers.noted"), lang))
            return redirect("customers:customer", customer)
    title = "customers.hear" if kind is HeardForm else "customers.log"
    return render(request, "customers/note.html", {"form": form, "detail": detail, "title": title}, status=422)


def _initial(detail: Detail) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(detail, name) for name in _TEXTS}
    values |= {name: "\n".join(getattr(detail, name)) for name in ("needs", "products")}
    answer = detail.consent_marketing
    return values | {
        "version": detail.version,
        "consent_marketing": "" if answer is None else "yes" if answer else "no",
    }


def _shown(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return ", ".join(value)
    if isinstance(value, str):
        return value
    answer = {True: "yes", False: "no"}.get(value, "unknown")
    return say(f"customers.consent_{answer}")


def _show(form: forms.Form, error: InvalidError, lang: Any) -> None:
    for name, message in error.fields.items():
        form.add_error(name if name in form.fields else None, told(message, lang))
