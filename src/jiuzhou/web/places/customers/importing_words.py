"""Steps, columns and words of the pages of imports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from jiuzhou.adapters.geocoded import LIMIT
from jiuzhou.adapters.geocoding import HOSTS
from jiuzhou.adapters.texts import Lang
from jiuzhou.collect.wishes import UNITS
from jiuzhou.geo.divisions import divisions
from jiuzhou.kernel.message import Message, say
from jiuzhou.kernel.tables import TABLES
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.reads.importing import shapes, views
from jiuzhou.web.collect.reads.importing.naming import column_name, table_name
from jiuzhou.web.collect.reads.importing.proposing import OFFERED
from jiuzhou.web.places.customers.wording import more_tabs
from jiuzhou.web.places.shapes import Badge, Column, Fact, Job, Link, Tile, Tone
from jiuzhou.web.places.values import moment

STEPS = ("upload", "map", "check", "place", "import")
CRS = ("wgs84", "gcj02", "bd09")
ENCODINGS = ("utf-8", "gb18030", "big5hkscs", "utf-16-le", "utf-16-be")
TEMPLATE = (
    *("customer_id", "name", "phone", "email", "tax_id", "industry", "size_band", "annual_revenue", "region_code"),
    *("address", "lat", "lon", "owner_id", "needs", "products"),
)
MOST_CELLS = 6
_TONES: Mapping[str, Tone] = {"imported": "ok", "failed": "danger", "checked": "accent", "looked": "accent"}
_UNIT_WORDS = dict(zip(UNITS, ("one", "thousand", "ten_thousand", "million", "hundred_million"), strict=True))
LINES = (
    Column("files", "importing.files", link="url"),
    Column("view.id", "importing.number", narrow=True),
    Column("badge", "importing.state", "badge"),
    Column("tables", "importing.tables", wrap=True, narrow=True),
    Column("view.read", "importing.rows_read", "count", narrow=True),
    Column("view.added", "importing.added", "count"),
    Column("view.updated", "importing.updated", "count"),
    Column("view.rejected", "importing.rejected", "count", narrow=True),
    Column("view.by", "importing.by", narrow=True),
    Column("view.made_at", "importing.at", "moment"),
    Column("act", "importing.undo", "part", part="customers/import_undo_cell.html"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the wizard: ``done``, ``now``, ``open`` (it may be gone to) or empty (not yet)."""

    code: str
    number: int
    state: str
    url: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a bad row; ``wrong`` is the one at fault."""

    text: str
    wrong: bool


def tabs(actor: Actor) -> tuple[Link, ...]:
    """Return the tabs of the customers with the imports as the present one."""
    path = reverse("customers:index")
    lists = [Link(f"customers.tab_{tab}", path if tab == "all" else f"{path}?tab={tab}") for tab in _LISTS]
    return (*lists, *more_tabs(actor, "customers:import"))


_LISTS = ("all", "mine", "pool")


def badge_of(state: str) -> Badge:
    """Return the state of an import as a badge."""
    return Badge(f"importing.state_{state}", _TONES.get(state, ""))


def line_of(line: shapes.ImportLine) -> dict[str, Any]:
    """Return an import as the history writes it."""
    return {
        "view": line,
        "files": say("customers.as_written", text=line.files),
        "tables": say("importing.listed", names=tuple(table_name(name) for name in line.tables)),
        "badge": badge_of(line.state),
        "act": line,
        "url": reverse("customers:imported", args=[line.id]),
    }


def same_before(view: shapes.ImportView, actor: Actor, lang: Lang) -> Message | None:
    """Return when and by whom exactly these files were imported before; a moment in a sentence is text, no markup."""
    if view.earlier is None:
        return None
    at, by, _ = view.earlier
    return say("importing.same_before", at=moment(at.astimezone(ZoneInfo(actor.zone)), lang), by=by)


def step_of(view: shapes.ImportView, asked: str) -> str:
    """Return the step to show: the one asked for if it can be shown, else the one that comes next."""
    if view.is_open:
        return {"import.look": "upload", "import.check": "check", "feed.look": "upload"}.get(view.run_kind, "import")
    if asked in reachable(view):
        return asked
    if view.state in ("imported", "undone") or view.written:
        return "import"
    if not view.parts:
        return "upload"
    return "check" if view.tables else "map"


def reachable(view: shapes.ImportView) -> tuple[str, ...]:
    """Return the steps that there is something to see of."""
    found = ["upload", *(["map"] if view.parts else []), *(["check", "place", "import"] if view.tables else [])]
    if "place" in found and not view.places:
        found.remove("place")
    return tuple(found)


def steps_of(view: shapes.ImportView, now: str) -> tuple[Step, ...]:
    """Return the steps with how each stands."""
    address, can = reverse("customers:imported", args=[view.id]), reachable(view)
    at = STEPS.index(now)
    steps = []
    for number, code in enumerate(STEPS):
        open_ = code in can and not view.is_open
        state = "now" if code == now else "done" if number < at else "open" if open_ else ""
        steps.append(Step(code, number + 1, state, f"{address}?step={code}" if open_ and code != now else ""))
    return tuple(steps)


def job_of(view: shapes.ImportView) -> Job | None:
    """Return how far the work on an import is."""
    run = view.run
    if run is None:
        return None
    note = say("jobs.waiting") if run.state == "queued" else say("jobs.cancelling") if run.cancelling else run.stage
    return Job(
        title=run.title,
        state=run.state,
        progress=run.progress,
        done=run.done,
        total=run.total,
        seconds_left=run.seconds_left,
        cancel_url=reverse("jobs:cancel", args=[run.id]) if run.may_cancel else "",
        note=note or "",
    )


def context_of(view: shapes.ImportView, step: str, lang: Lang) -> dict[str, Any]:
    """Return what the page of a step needs beside the import."""
    if step == "map":
        return {"forms": [_form_of(place, part) for place, part in enumerate(view.parts)]}
    if step == "check":
        return {"next_step": "place" if "place" in reachable(view) else "import"}
    if step == "place":
        return _places(view)
    if step == "import":
        return {"facts": facts_of(view), "badge": badge_of(view.state)}
    return {}


def _form_of(place: int, part: shapes.Part) -> dict[str, Any]:
    columns = [column.name for column in TABLES[part.table].columns] if part.table else []
    options = [(name, column_name(name)) for name in columns]
    return {
        "place": place,
        "part": part,
        "tables": [(name, table_name(name)) for name in OFFERED],
        "options": options,
        "units": [(unit, say(f"importing.unit_{word}")) for unit, word in _UNIT_WORDS.items()],
        "crs": [(name, say(f"importing.crs_{name}")) for name in CRS],
        "encodings": ENCODINGS,
        "about": about_of(part),
        "geocoder": _geocoder(part),
        "missing": [column_name(name) for name in part.missing],
    }


def _geocoder(part: shapes.Part) -> Message | None:
    if settings.GEOCODER not in HOSTS or not part.has_addresses:
        return None
    return say(f"importing.geocoder_{settings.GEOCODER}", most=LIMIT)


def about_of(part: shapes.Part) -> list[Message]:
    """Return what was found out about a file, one short text each."""
    found = [say("importing.about_rows" if part.exact else "importing.about_rows_estimated", rows=part.rows)]
    about = part.about
    if "encoding" in about:
        found.append(say("importing.about_encoding", encoding=about["encoding"].upper()))
    if "separator" in about:
        sign = {"\t": say("importing.tab_sign")}.get(
            about["separator"], say("customers.as_written", text=about["separator"])
        )
        found.append(say("importing.about_separator", sign=sign))
    if "heading_row" in about:
        found.append(say("importing.about_heading", row=about["heading_row"]))
    if about.get("decimal") == ",":
        found.append(say("importing.about_comma"))
    if about.get("hidden"):
        found.append(say("importing.about_hidden"))
    return found


def rows_of(actor: Actor, view: shapes.ImportView, table: str, start: int) -> dict[str, Any]:
    """Return a stretch of the bad rows of a table for the page."""
    found = views.bad_rows(actor, view.id, table, start=start)
    mapped = [
        heading.heading for part in view.parts if part.table == table for heading in part.headings if heading.column
    ]
    at_fault = [name for name in dict.fromkeys(item.column for item in found.items) if name in mapped[2:]]
    chosen = {*mapped[:2], *at_fault[: MOST_CELLS - 2]}
    chosen.update([name for name in mapped if name not in chosen][: MOST_CELLS - len(chosen)])
    shown = [name for name in mapped if name in chosen]
    rows = []
    for item in found.items:
        cells = [Cell(item.cells.get(name, ""), name == item.column) for name in shown]
        value = item.cells.get(item.column)
        rows.append({"item": item, "cells": cells, "value": value, "near": str(item.reason.params.get("near") or "")})
    address = f"{reverse('customers:imported', args=[view.id])}?step=check&rows={table}"
    return {
        "bad": {
            "table": table,
            "title": say("importing.bad_rows", table=table_name(table)),
            "headings": shown,
            "rows": rows,
            "total": found.total,
            "first": start + 1,
            "last": start + len(rows),
            "next": f"{address}&start={found.next}#rows" if found.next else "",
            "previous": f"{address}&start={max(0, start - views.ROWS)}#rows" if start else "",
        }
    }


def _places(view: shapes.ImportView) -> dict[str, Any]:
    places = view.places
    areas = [
        {
            "name": " ".join(divisions().path(area["code"])) or area["code"],
            **area,
            "all": area["points"] + area["regions"],
        }
        for area in places["areas"]
    ]
    crs = next((part.crs for part in view.parts if part.table == "customers"), "wgs84")
    return {
        "areas": areas,
        "area_columns": (
            Column("name", "importing.area"),
            Column("points", "importing.by_point", "count"),
            Column("regions", "importing.by_region", "count"),
        ),
        "tiles": [Tile(code, count) for code, count in places["provinces"].items()],
        "crs": say(f"importing.crs_{crs}"),
        "lost_columns": (
            Column("customer_id", "importing.column_customer_id"),
            Column("name", "importing.column_name"),
        ),
        "lost": [
            {name: say("customers.as_written", text=row[name] or "") for name in ("customer_id", "name")}
            for row in places["unplaced"]
        ],
    }


def facts_of(view: shapes.ImportView) -> list[Fact]:
    """Return what an import is about, or what it did."""
    facts = [Fact("importing.files", say("customers.as_written", text=view.title))]
    facts += [Fact("importing.number", view.id), Fact("importing.by", view.by)]
    facts.append(Fact("importing.uploaded_at", view.made_at, "moment"))
    if view.applied_at:
        facts.append(Fact("importing.imported_at", view.applied_at, "moment"))
        facts.append(Fact("importing.imported_by", view.applied_by))
    if view.undone_at:
        facts.append(Fact("importing.undone_at", view.undone_at, "moment"))
    elif view.undo_until:
        facts.append(Fact("importing.undo_until", view.undo_until, "moment"))
    return facts
