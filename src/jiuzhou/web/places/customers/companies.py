"""Companies that are there already, as the forms of customers and registrations show them while one types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from jiuzhou.adapters.texts import render as told
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.accounts.forms import current_lang
from jiuzhou.web.collect.company import OTHERS
from jiuzhou.web.collect.reads.company_check import CompanyCheck, Told
from jiuzhou.web.collect.reads.registrations import Finding
from jiuzhou.web.collect.writes.company_check import check_company
from jiuzhou.web.places.shapes import Badge
from jiuzhou.web.problems import TooManyError

_LONGEST = {"name": 300, "tax_id": 32, "phone": 64}


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """One company of the list; ``url`` is empty where the reader may not open it."""

    name: str
    url: str
    badge: Badge
    holder: Message
    until: date | None
    reasons: tuple[Message, ...]


class AnotherField(forms.ChoiceField):
    """Why a company is another one than those of the same name."""

    def __init__(self) -> None:
        super().__init__(required=False, choices=())

    def offer(self, *, required: bool = False) -> None:
        """Write the choices in the language of the request; a browser that knows of one asks for it."""
        lang = current_lang()
        self.label, self.required = "entry.another", required
        self.widget.is_required = required
        self.choices = [("", "—"), *((word, told(say(f"entry.other_{word}"), lang)) for word in OTHERS)]


def asks_as_one_types(fields: dict[str, forms.Field], names: Iterable[str]) -> None:
    """Let each of the fields ask which companies are there already, a moment after the last letter."""
    given = [name for name in names if name in fields]
    for name in given:
        fields[name].widget.attrs |= {
            "hx-get": reverse("customers:company_check"),
            "hx-trigger": "input changed delay:300ms",
            "hx-target": "#company-check",
            "hx-include": ",".join(f"[name={other}]" for other in ("kind", "registration", *given)),
            "hx-sync": "closest form:replace",
            "autocomplete": "off",
        }


@door("customer.check")
def company_check(request: Asked) -> HttpResponse:
    """Return the companies that are there already, as a part of a form."""
    asked = {name: request.GET.get(name, "")[:most].replace("\x00", "") for name, most in _LONGEST.items()}
    context: dict[str, Any] = {"typed": any(value.strip() for value in asked.values())}
    try:
        found = check_company(request.actor, **asked)
    except TooManyError as error:
        return render(request, "customers/company_check.html", {"refused": error.message})
    context |= shown(found)
    if (
        context["same"]
        and not context["barred"]
        and request.GET.get("kind") != "registration"
        and not request.GET.get("registration")
    ):
        context["another"] = forms.Form()
        context["another"].fields["another"] = field = AnotherField()
        field.offer(required=True)
    return render(request, "customers/company_check.html", context)


def shown(found: CompanyCheck) -> dict[str, Any]:
    """Return what the part of a form shows of a check."""
    return {"matches": [_row(match) for match in found.matches], "cut": found.cut, "same": found.same} | {
        "barred": _barred(found.barred)
    }


def _barred(match: Told | None) -> Message | None:
    if match is None or match.until is None:
        return None
    return say("entry.barred", company=match.name, owner=str(match.holder.plain_params()["owner"]), until=match.until)


def rows_of_findings(found: Sequence[Finding]) -> list[CompanyRow]:
    """Return what a check said when a registration was made, as rows."""
    return [
        CompanyRow(
            name=one.name or "—",
            url="",
            badge=badge_of(one.verdict),
            holder=one.said[0],
            until=one.until,
            reasons=one.said[1:],
        )
        for one in found
        if one.said
    ]


def badge_of(verdict: str) -> Badge:
    """Return the badge of a verdict."""
    same = verdict == "same"
    return Badge("entry.same" if same else "entry.similar", "danger" if same else "warn", "warn" if same else "")


def _row(match: Told) -> CompanyRow:
    url = reverse("customers:customer", args=[match.code]) if match.code else ""
    if match.registration is not None:
        url = reverse("customers:registration", args=[match.registration])
    return CompanyRow(match.name, url, badge_of(match.verdict), match.holder, match.until, match.reasons)
