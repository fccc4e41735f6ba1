"""Something stated of a market or a competitor, corrected, or taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from jiuzhou.adapters.texts import Lang
from jiuzhou.adapters.texts import render as told
from jiuzhou.geo.divisions import divisions
from jiuzhou.geo.provinces import PROVINCES
from jiuzhou.kernel.errors import JiuzhouError
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.accounts.forms import StrictForm, wrong
from jiuzhou.web.collect.market import DESCRIBED, KINDS, CompetitorDraft, MarketDraft, number_of, place_of
from jiuzhou.web.collect.reads.market import read_competitor, read_market
from jiuzhou.web.collect.writes import market as writes
from jiuzhou.web.places.monitor.market import place_name
from jiuzhou.web.places.shell import language_of
from jiuzhou.web.problems import ConflictError, InvalidError, StaleError

_HINTS = {"monitor:market": "market.place_hint", "monitor:competitors": "market.place_rival_hint"}
_PLACE = forms.TextInput(attrs={"list": "places", "autocomplete": "off"})


class StatedForm(StrictForm):
    """What every statement says: where, of which day, from what source."""

    place = forms.CharField(max_length=40, widget=_PLACE)
    at = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), input_formats=["%Y-%m-%d"])
    source = forms.CharField(max_length=writes.SOURCE)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args: Any, lang: Lang, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = f"market.{name}"
        self.lang = lang

    def clean_place(self) -> str:
        """Return the place as it was written, if there is one of that name or code."""
        said = str(self.cleaned_data.get("place", ""))
        if said.strip() and place_of(said) is None:
            raise wrong("market.place_unknown")
        return said

    def _number(self, name: str) -> float | None:
        text = self.cleaned_data.get(name, "").strip()
        value = number_of(text) if text else None
        if text and value is None:
            self.add_error(name, told(say("market.no_number"), self.lang))
        return value


class MarketForm(StatedForm):
    """A figure or a note of a market; what is measured is read as a number."""

    kind = forms.ChoiceField(choices=())
    stated = forms.CharField(max_length=writes.TEXT, widget=forms.Textarea(attrs={"rows": 3}))
    field_order = ("place", "kind", "stated", "at", "source", "version")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(kind, told(say(f"market.kind_{kind}"), self.lang)) for kind in KINDS]
        self.fields["kind"].choices = names  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Return the fields, what is stated as a number or as words."""
        given = super().clean() or {}
        described = given.get("kind") in DESCRIBED
        given["value"] = None if described else self._number("stated")
        given["text"] = given.get("stated", "") if described else ""
        return given

    def draft(self) -> MarketDraft:
        """Return what is to be stated."""
        names = ("place", "kind", "at", "source", "value", "text")
        return MarketDraft(**{name: self.cleaned_data[name] for name in names})


class CompetitorForm(StatedForm):
    """What a competitor offers somewhere, or everywhere."""

    place = forms.CharField(max_length=40, required=False, widget=_PLACE)
    name = forms.CharField(max_length=writes.NAME)
    product = forms.CharField(max_length=writes.NAME, required=False)
    price = forms.CharField(max_length=40, required=False)
    share = forms.CharField(max_length=40, required=False)
    strength = forms.CharField(max_length=writes.STRENGTH, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    field_order = ("name", "place", "product", "price", "share", "strength", "at", "source", "version")

    def clean(self) -> dict[str, Any]:
        """Return the fields, price and share as numbers."""
        given = super().clean() or {}
        return given | {name: self._number(name) for name in ("price", "share")}

    def draft(self) -> CompetitorDraft:
        """Return what is to be stated."""
        names = ("name", "at", "source", "place", "product", "price", "share", "strength")
        return CompetitorDraft(**{name: self.cleaned_data[name] for name in names})


@door("market.write", "GET", "POST")
def market_new(request: Asked) -> HttpResponse:
    """Return the form of a new statement on a market, or make it."""
    form = MarketForm(request.POST or None, lang=language_of(request), initial={"version": 0})
    return _stated(request, form, writes.state_market, "monitor:market_fact", "monitor:market")


@door("market.write", "GET", "POST", noun="fact")
def market_correct(request: Asked, fact: int) -> HttpResponse:
    """Return the form of a statement, or correct it."""
    line = read_market(request.actor, fact).line
    initial = _initial(line, "place", "kind", "at", "source", "version")
    initial["stated"] = line.text or _plain(line.value)
    form = MarketForm(request.POST or None, lang=language_of(request), initial=initial)
    return _stated(
        request, form, writes.state_market, "monitor:market_fact", "monitor:market", fixed=(line, "place", "kind", "at")
    )


@door("market.write", "GET", "POST")
def competitor_new(request: Asked) -> HttpResponse:
    """Return the form of a new statement on a competitor, or make it."""
    form = CompetitorForm(request.POST or None, lang=language_of(request), initial={"version": 0})
    return _stated(request, form, writes.state_competitor, "monitor:competitor", "monitor:competitors")


@door("market.write", "GET", "POST", noun="rival")
def competitor_correct(request: Asked, rival: int) -> HttpResponse:
    """Return the form of a statement on a competitor, or correct it."""
    line = read_competitor(request.actor, rival).line
    initial = _initial(line, "name", "place", "product", "strength", "at", "source", "version")
    initial |= {name: _plain(getattr(line, name)) for name in ("price", "share")}
    form = CompetitorForm(request.POST or None, lang=language_of(request), initial=initial)
    fixed = (line, "name", "place", "product", "at")
    return _stated(request, form, writes.state_competitor, "monitor:competitor", "monitor:competitors", fixed=fixed)


@door("market.write", "POST", noun="fact", fields=("version",))
def market_withdraw(request: Asked, fact: int) -> HttpResponse:
    """Take a statement on a market back."""
    writes.withdraw_market(request.actor, fact, version=_version(request))
    messages.success(request, told(say("market.withdrawn"), language_of(request)))
    return redirect("monitor:market")


@door("market.write", "POST", noun="rival", fields=("version",))
def competitor_withdraw(request: Asked, rival: int) -> HttpResponse:
    """Take a statement on a competitor back."""
    writes.withdraw_competitor(request.actor, rival, version=_version(request))
    messages.success(request, told(say("market.withdrawn"), language_of(request)))
    return redirect("monitor:competitors")


def _stated(
    request: Asked,
    form: Any,
    write: Callable[..., int],
    shown: str,
    listed: str,
    *,
    fixed: tuple[Any, ...] = (),
) -> HttpResponse:
    lang = language_of(request)
    for name in fixed[1:]:
        form.fields[name].disabled = True
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            key = write(request.actor, form.draft(), version=version or 0)
        except InvalidError as error:
            form.refuse(_by_field(error.fields, form))
        except (ConflictError, StaleError) as error:
            form.add_error(None, told(_why(error), lang))
        else:
            messages.success(request, told(say("market.stated_now"), lang))
            return redirect(shown, key)
    context = {
        "form": form,
        "title": "market.correct" if fixed else "market.add",
        "list_url": reverse(listed),
        "rivals": listed.endswith("competitors"),
        "places": () if fixed else _places(),
        "place_hint": place_name(fixed[0].place, lang) if fixed else _HINTS[listed],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "monitor/market_form.html", context, status=status)


def _why(error: JiuzhouError) -> Message:
    return say("market.corrected_meanwhile") if isinstance(error, StaleError) else error.message


def _by_field(fields: Mapping[str, Message], form: forms.Form) -> dict[str, Message]:
    # A figure and words stand in one field.
    names = {"value": "stated", "text": "stated"} if "stated" in form.fields else {}
    return {names.get(name, name): message for name, message in fields.items()}


def _places() -> tuple[str, ...]:
    cities = [division.name for division in divisions().of_level("prefecture")]
    return (*(province.full_name for province in PROVINCES), *cities)


def _initial(line: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(line, name) for name in names}


def _plain(value: Any) -> str:
    return "" if value is None else f"{float(value):.15g}"


def _version(request: Asked) -> int:
    text = request.POST.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidError({"version": say("watching.not_a_number")})
    return int(text)
