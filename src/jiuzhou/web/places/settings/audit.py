"""The audit trail: who did what, when, from where, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.request import QueryDict
from django.utils import timezone

from jiuzhou.adapters.texts import catalogue
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts import reads, trail
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.accounts.forms import current_lang, told
from jiuzhou.web.ledger.trail import Act, Wanted
from jiuzhou.web.places.settings.forms import AuditFilter
from jiuzhou.web.places.settings.tabs import page
from jiuzhou.web.places.shapes import Chip

_SOUGHT = ("person", "noun", "key", "since", "until")


@dataclass(frozen=True, slots=True)
class Row:
    """One entry as the page shows it."""

    sequence: int
    at: Any
    who: str
    what: str
    verb: str
    noun: str
    key: str
    origin: str
    changes: tuple[tuple[str, str, str], ...]
    note: str


@door("audit.read")
def audit(request: Asked) -> HttpResponse:
    """Show one page of the trail."""
    form = _filter(request)
    found = trail.read_trail(request.actor, _wanted(request, form), cursor=request.GET.get("cursor"))
    query = _query(request)
    return page(
        request,
        "audit",
        "audit",
        {
            "form": form,
            "rows": [_row(act) for act in found.items],
            "page": found,
            "chips": _chips(request, form),
            "export": f"export/?{query.urlencode()}" if request.actor.may("audit.export") else "",
        },
        status=200 if form.is_valid() else 422,
    )


@door("audit.export")
def export(request: Asked) -> HttpResponse:
    """Hand out the trail as CSV; the export itself is written into it."""
    lines = trail.export_trail(request.actor, _wanted(request, _filter(request)))
    name = f"jiuzhou-audit-{timezone.localdate().isoformat()}.csv"
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer  # type: ignore[return-value]


def _filter(request: Asked) -> AuditFilter:
    actor = request.actor
    people = reads.colleagues_of(actor, now=timezone.now()) if actor.may("user.read") else ()
    nouns = tuple(reads.Choice(noun, _said(f"settings.noun_{noun}", noun)) for noun in trail.nouns_of(actor))
    form = AuditFilter({name: request.GET.get(name, "") for name in _SOUGHT}, people=people, nouns=nouns)
    form.is_valid()
    return form


def _wanted(request: Asked, form: AuditFilter) -> Wanted:
    given = form.cleaned_data
    return trail.wanted_of(
        request.actor,
        person=int(given["person"]) if given.get("person") else None,
        noun=given.get("noun", ""),
        key=given.get("key", ""),
        since=given.get("since"),
        until=given.get("until"),
    )


def _query(request: Asked, *, without: str = "") -> QueryDict:
    query = request.GET.copy()
    for name in list(query):
        if name not in _SOUGHT or name == without or not query[name]:
            del query[name]
    return query


def _chips(request: Asked, form: AuditFilter) -> list[Chip]:
    chips = []
    for name in _SOUGHT:
        value = str(form.cleaned_data.get(name) or "")
        if value:
            field = form.fields[name]
            shown = dict(getattr(field, "choices", ())).get(value, value)
            chips.append(Chip(str(field.label), str(shown), f"?{_query(request, without=name).urlencode()}"))
    return chips


def _row(act: Act) -> Row:
    names = sorted({*act.before, *act.after})
    return Row(
        sequence=act.sequence,
        at=act.at,
        who=told(say("settings.audit_system")) if act.who == "system" else act.who,
        what=_said(f"settings.act.{act.verb}", act.verb),
        verb=act.verb,
        noun=_said(f"settings.noun_{act.noun}", act.noun),
        key=act.key,
        origin=_said(f"settings.via_{act.origin}", act.origin),
        changes=tuple((_field(name), _value(act.before, name), _value(act.after, name)) for name in names),
        note=act.note,
    )


def _value(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return told(say("settings.yes" if value else "settings.no"))
    return ", ".join(map(_word, value)) if isinstance(value, list) else _word(value)


def _field(name: str) -> str:
    # A load counts the rows of each table of the Book.
    return _said(f"settings.field_{name}", _said(f"report.table_{name}", name))


def _word(value: object) -> str:
    plain = str(value)[:200]
    if not isinstance(value, str):
        return plain
    kind = _said(f"jobs.kind_{plain.replace('.', '_')}", plain)
    return _said(f"settings.value_{plain}", _said(f"settings.act.{plain}", kind))


def _said(code: str, otherwise: str) -> str:
    # Other places add verbs of their own; one without a sentence yet is shown as the ledger writes it.
    return told(say(code)) if code in catalogue(current_lang()) else otherwise
