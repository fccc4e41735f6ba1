"""The list: search, filters, kept views, export."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from urllib.parse import quote

from django.contrib import messages
from django.http import FileResponse, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from jiuzhou.adapters.texts import render as told
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.collect.reads import exporting
from jiuzhou.web.collect.reads import listing as customers
from jiuzhou.web.collect.reads import options as filters
from jiuzhou.web.collect.reads.wanted import CHOICES, FREE, Wanted, wanted_of
from jiuzhou.web.collect.reads.workbooks import WORKBOOK, write_customers_workbook
from jiuzhou.web.collect.writes import exports, notes
from jiuzhou.web.ledger.limits import count_request
from jiuzhou.web.places.customers import wording
from jiuzhou.web.places.shell import address_of, language_of

_LIST = "text/csv; charset=utf-8"


@door("customers.open")
def index(request: Asked) -> HttpResponse:
    """Return the list of customers, or only its table to htmx."""
    wanted, lang = wanted_of(dict(request.GET.lists())), language_of(request)
    listing = customers.customers(request.actor, wanted, cursor=request.GET.get("cursor"))
    names = filters.names_of(request.actor, wanted)
    context: dict[str, Any] = {
        "wanted": wanted,
        "listing": listing,
        "heads": wording.heads_of(request.GET, wanted.sort, lang),
        "rows": [wording.row_of(row, lang) for row in listing.rows],
        "tabs": wording.tabs_of(wanted, request.actor),
        "chips": wording.chips_of(wanted, request.GET, names),
        "clear": wording.cleared(request.GET),
        "previous": wording.turned(request.GET, listing.previous) if listing.previous else "",
        "next": wording.turned(request.GET, listing.next) if listing.next else "",
        "query": wording.plain_query(request.GET),
        "none_text": f"customers.none_{wanted.tab}",
        "kept": [(name, value) for name, value in _pairs(request.GET) if name != "q"],
        "reassigning": address_of("assign:reassign") if request.actor.may("customer.reassign") else "",
        "importing": address_of("customers:import") if request.actor.may("import.run") else "",
        "may_write": request.actor.may("customer.write"),
        "may_export": request.actor.may("customer.export"),
    }
    return render(request, "customers/index.html", context)


@door("customers.open")
def options(request: Asked) -> HttpResponse:
    """Return the form by which the list is narrowed."""
    wanted = wanted_of(dict(request.GET.lists()))
    own = filters.options(request.actor)
    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "label": f"customers.filter_{name}",
            "options": [(option.value, wording.as_written(option.name)) for option in own[name]],
            "chosen": wanted.filters.get(name, ("",))[0],
        }
        for name in FREE
    ]
    rows += [
        {
            "name": name,
            "label": f"customers.filter_{name}",
            "options": [(value, wording.value_name(name, value)) for value in values],
            "chosen": wanted.filters.get(name, ("",))[0],
        }
        for name, values in CHOICES.items()
    ]
    context = {"rows": rows, "wanted": wanted, "views": filters.views(request.actor)}
    return render(request, "customers/options.html", context | {"query": wording.plain_query(request.GET)})


@door("customers.open", "POST", fields=("query", "name"))
def keep(request: Asked) -> HttpResponse:
    """Keep the list as it is under a name."""
    query = wording.plain_query(QueryDict(request.POST.get("query", "")[:2000]))
    notes.keep_view(request.actor, request.POST.get("name", ""), query)
    messages.success(request, told(say("customers.view_kept"), language_of(request)))
    return redirect(f"{reverse('customers:index')}?{query}")


@door("customers.open", "POST", noun="view", fields=())
def drop(request: Asked, view: int) -> HttpResponse:
    """Forget a kept list."""
    notes.drop_view(request.actor, view)
    return redirect("customers:index")


@door("customer.export", "POST", fields=("query", "all", "ids", "workbook"))
def export(request: Asked) -> HttpResponse:
    """Send the list, or the rows chosen on it, as a file or as a workbook to edit; a long one is written by a job."""
    query = QueryDict(request.POST.get("query", "")[:2000])
    wanted, workbook = wanted_of(dict(query.lists())), request.POST.get("workbook", "")
    whole = request.POST.get("all") or workbook == "all"
    chosen = frozenset() if whole else frozenset(request.POST.getlist("ids")[:500])
    if request.actor.user_id is not None:
        count_request(request.actor.organisation_id, request.actor.user_id, "export", now=timezone.now())
    count = len(chosen) or exporting.count_for_export(request.actor, wanted)
    if count > exporting.DIRECTLY:
        exports.start_export(request.actor, wording.plain_query(query), workbook=bool(workbook))
        messages.info(request, told(say("customers.export_begun"), language_of(request)))
        return redirect(address_of("jobs:index") or "customers:index")
    if workbook:
        return _workbook(request, wanted, chosen)
    exports.record_export(request.actor, rows=count, filters=dict(wanted.filters), chosen=bool(chosen))
    lines = exporting.lines_for_export(request.actor, wanted, keys=chosen or None)
    return _sent(StreamingHttpResponse(lines, content_type=_LIST), wanted, request)


@door("customer.export", noun="run")
def exported(request: Asked, run: int) -> HttpResponse:
    """Send the file that a job wrote for this person."""
    path = exports.exported_file(request.actor, run)
    kind = _LIST if path.suffix == ".csv" else WORKBOOK
    return _sent(FileResponse(path.open("rb"), content_type=kind), Wanted(), request, path.suffix)


def _workbook(request: Asked, wanted: Wanted, chosen: frozenset[str]) -> HttpResponse:
    with TemporaryDirectory(prefix="workbook-") as folder:
        path, lang = Path(folder) / "list.xlsx", language_of(request)
        rows = write_customers_workbook(request.actor, wanted, path, lang=lang, keys=chosen or None)
        exports.record_export(request.actor, rows=rows, filters=dict(wanted.filters), chosen=bool(chosen))
        content = HttpResponse(path.read_bytes(), content_type=WORKBOOK)
    return _sent(content, wanted, request, ".xlsx")


def _sent(response: HttpResponseBase, wanted: Wanted, request: Asked, suffix: str = ".csv") -> HttpResponse:
    name = exporting.file_name(wanted, say("customers.title"), language_of(request), suffix)
    ascii_name = f"customers-{wanted.tab}{suffix}"
    response["Content-Disposition"] = f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return cast(HttpResponse, response)


def _pairs(given: QueryDict) -> list[tuple[str, str]]:
    return [(name, value) for name, values in given.lists() if name != "cursor" for value in values]
