"""Imports: files brought, what they mean, what is wrong, where it lies, and the writing of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from jiuzhou.adapters.texts import render as told
from jiuzhou.kernel.errors import InputError, RefusedError
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.accounts.forms import refuse_unlisted
from jiuzhou.web.collect.reads.importing import shapes, views
from jiuzhou.web.collect.reads.importing.naming import column_name, table_name
from jiuzhou.web.collect.reads.importing.proposing import is_money
from jiuzhou.web.collect.writes.importing import steps
from jiuzhou.web.collect.writes.importing.files import Upload, shown_name
from jiuzhou.web.places.customers import importing_words as words
from jiuzhou.web.places.customers.differences import differences_of
from jiuzhou.web.places.customers.feeds import section_of
from jiuzhou.web.places.shell import language_of
from jiuzhou.web.problems import InvalidError

_TEXT = "text/csv; charset=utf-8"


@door("import.run", "GET", "POST", fields=())
def index(request: Asked) -> HttpResponse:
    """Ask for files, above what was imported before; or take them in."""
    wrong: Message | None = None
    if request.method == "POST":
        try:
            number = steps.bring(request.actor, _uploads(request))
        except InputError as error:
            wrong = error.message
        else:
            return redirect("customers:imported", number)
    page = views.imports(request.actor, cursor=request.GET.get("after") or request.GET.get("before"))
    context = {
        "wrong": wrong,
        "page": page,
        "rows": [words.line_of(line) for line in page.items],
        "columns": words.LINES,
        "tabs": words.tabs(request.actor),
        "next": _turned("after", page.next),
        "previous": _turned("before", page.previous),
        **section_of(request),
    }
    return render(request, "customers/import.html", context, status=422 if wrong else 200)


@door("import.run", noun="upload")
def imported(request: Asked, upload: int) -> HttpResponse:
    """Show one import at the step that comes next, or at the one asked for."""
    return _page(request, upload)


@door("import.run", noun="upload")
def progress(request: Asked, upload: int) -> HttpResponse:
    """Return how far the work on an import is; the page is loaded anew once it has ended."""
    view = views.one_import(request.actor, upload)
    if view.is_open:
        return render(request, "customers/import_progress.html", {"view": view, "job": words.job_of(view)})
    return HttpResponse(status=204, headers={"HX-Refresh": "true"})


@door("import.run", "POST", noun="upload")
def choose(request: Asked, upload: int) -> HttpResponse:
    """Keep what the columns mean, and go on to the check."""
    view = views.one_import(request.actor, upload)
    given = _chosen(request.POST, view)
    looked_at = {part.key: (part.table, part.encoding) for part in view.parts}
    try:
        steps.choose(request.actor, upload, version=_version(request.POST), choices=given)
        again = any(
            (one["table"] or looked_at[key][0], one["encoding"]) != looked_at[key] for key, one in given.items()
        )
        if request.POST.get("then") == "check" and not again:
            steps.check(request.actor, upload)
    except InvalidError as error:
        return _page(request, upload, step="map", wrong=error)
    return redirect("customers:imported", upload)


@door("import.run", "POST", noun="upload", fields=("version",))
def check(request: Asked, upload: int) -> HttpResponse:
    """Begin the check."""
    try:
        steps.check(request.actor, upload)
    except InvalidError as error:
        return _page(request, upload, step="map", wrong=error)
    return redirect(_at(upload, "check"))


@door(
    "import.run", "POST", noun="upload", fields=("version", "table", "heading", "value", "replacement", "row", "back")
)
def correct(request: Asked, upload: int) -> HttpResponse:
    """Put one cell right, or all that say the same."""
    row = request.POST.get("row", "")
    fix = {
        **{name: request.POST.get(name, "") for name in ("table", "heading", "value", "replacement")},
        "row": int(row) if row.isascii() and row.isdigit() and len(row) < 12 else None,
    }
    steps.put_right(request.actor, upload, version=_version(request.POST), corrections=[fix])
    _say(request, say("importing.kept_for_check"))
    rows = request.POST.get("back", "")
    return redirect(_at(upload, "check", rows=rows) if rows else _at(upload, "check"))


@door("import.run", "POST", noun="upload", fields=("version", "table", "code"))
def mend(request: Asked, upload: int) -> HttpResponse:
    """Mend the coordinates of all rows with one trouble."""
    table, code = request.POST.get("table", ""), request.POST.get("code", "")
    steps.mend_places(request.actor, upload, version=_version(request.POST), table=table, code=code)
    _say(request, say("importing.kept_for_check"))
    return redirect(_at(upload, "check"))


@door("import.run", "POST", noun="upload", fields=("version",))
def forget(request: Asked, upload: int) -> HttpResponse:
    """Take all corrections back."""
    steps.put_right(request.actor, upload, version=_version(request.POST), corrections=[], replace=True)
    return redirect(_at(upload, "check"))


@door("import.run", "POST", noun="upload", fields=("version",))
def apply(request: Asked, upload: int) -> HttpResponse:
    """Begin to write what is good."""
    steps.apply(request.actor, upload)
    return redirect(_at(upload, "import"))


@door("import.run", "POST", noun="upload", fields=("version",))
def undo(request: Asked, upload: int) -> HttpResponse:
    """Begin to take an import back; if it cannot be, its page says why."""
    try:
        steps.undo(request.actor, upload)
    except RefusedError as error:
        messages.error(request, told(error.message, language_of(request)))
    return redirect(_at(upload, "import"))


@door("import.run", "POST", noun="upload", fields=("version",))
def give_up(request: Asked, upload: int) -> HttpResponse:
    """Give an import up."""
    steps.give_up(request.actor, upload)
    _say(request, say("importing.was_given_up"))
    return redirect("customers:import")


@door("import.run", noun="upload")
def errors(request: Asked, upload: int, table: str) -> HttpResponse:
    """Send the bad rows of a table as a file."""
    lang = language_of(request)
    content = views.error_file(request.actor, upload, table, lang)
    name = told(say("importing.error_file", table=table_name(table), number=upload), lang)
    return _sent(content, f"errors-{upload}-{table}.csv", f"{name}.csv")


@door("import.run")
def template(request: Asked) -> HttpResponse:
    """Send an empty table of customers with all headings that are known."""
    lang = language_of(request)
    headings = [told(column_name(name), lang) for name in words.TEMPLATE]
    content = ("\ufeff" + ",".join(headings) + "\r\n").encode()
    return _sent(content, "customers.csv", f"{told(table_name('customers'), lang)}.csv")


def _page(request: Asked, upload: int, *, step: str = "", wrong: InvalidError | None = None) -> HttpResponse:
    view = views.one_import(request.actor, upload)
    lang = language_of(request)
    step = step or words.step_of(view, request.GET.get("step", ""))
    context: dict[str, Any] = {
        "view": view,
        "step": step,
        "steps": words.steps_of(view, step),
        "job": words.job_of(view) if view.run is not None else None,
        "wrong": list(wrong.fields.values()) if wrong is not None else [],
        "same_before": words.same_before(view, request.actor, lang),
        **words.context_of(view, step, lang),
    }
    if step == "check" and view.tables:
        table = request.GET.get("rows", "")
        start = request.GET.get("start", "0")
        if table in {one.name for one in view.tables}:
            at = int(start) if start.isascii() and start.isdigit() and len(start) < 10 else 0
            context |= words.rows_of(request.actor, view, table, at)
    if step == "import":
        asked = request.GET
        context |= differences_of(request.actor, view, asked.get("of", "customers"), asked.get("start", "0"))
    return render(request, "customers/imported.html", context, status=422 if wrong is not None else 200)


def _uploads(request: Asked) -> list[Upload]:
    found = []
    for file in request.FILES.getlist("files"):
        assert isinstance(file, TemporaryUploadedFile)
        file.flush()
        found.append(Upload(shown_name(file.name or ""), Path(file.temporary_file_path())))
    return found


def _chosen(given: QueryDict, view: shapes.ImportView) -> dict[str, dict[str, Any]]:
    """Return what a form says of each part; a field that no part has is refused."""
    listed = {"version", "then"}
    found: dict[str, dict[str, Any]] = {}
    for place, part in enumerate(view.parts):
        names = {name: f"{place}-{name}" for name in ("table", "encoding", "crs", "flaws", "geocode")}
        columns = {heading.heading: f"{place}-column-{at}" for at, heading in enumerate(part.headings)}
        units = {heading.heading: f"{place}-unit-{at}" for at, heading in enumerate(part.headings)}
        listed |= {*names.values(), *columns.values(), *units.values()}
        choice: dict[str, Any] = {
            "table": given.get(names["table"], part.table),
            "encoding": given.get(names["encoding"], part.encoding),
            "crs": given.get(names["crs"], part.crs),
            "lenient": given.get(names["flaws"], "empty" if part.lenient else "") == "empty",
            "geocode": given.get(names["geocode"], "ask" if part.geocode else "") == "ask",
        }
        if choice["table"] == part.table and part.table:
            chosen = {heading: given[name] for heading, name in columns.items() if name in given}
            choice["columns"] = {heading.heading: heading.column for heading in part.headings} | chosen
            said = {heading.heading: given.get(units[heading.heading], heading.unit) for heading in part.headings}
            amounts = {name for name, column in choice["columns"].items() if is_money(part.table, column)}
            choice["units"] = {heading: unit for heading, unit in said.items() if unit and heading in amounts}
        found[part.key] = choice
    refuse_unlisted(given, listed)
    return found


def _version(given: Mapping[str, Any]) -> int:
    text = str(given.get("version", ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _at(upload: int, step: str, *, rows: str = "") -> str:
    address = reverse("customers:imported", args=[upload])
    return f"{address}?step={step}" + (f"&rows={quote(rows)}#rows" if rows else "")


def _turned(name: str, cursor: str | None) -> str:
    return f"?{name}={quote(cursor)}" if cursor else ""


def _say(request: Asked, message: Message) -> None:
    messages.success(request, told(message, language_of(request)))


def _sent(content: bytes, plain: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=_TEXT)
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response
