"""What an import changes, cell by cell, on its last page and as a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse

from jiuzhou.adapters.texts import render as told
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.collect.reads.importing import shapes
from jiuzhou.web.collect.reads.importing.differences import CELLS, difference_file, differences
from jiuzhou.web.collect.reads.importing.naming import table_name
from jiuzhou.web.places.shell import language_of


@door("import.run", noun="upload")
def difference(request: Asked, upload: int, table: str) -> HttpResponse:
    """Send what an import changes of a table as a file."""
    lines = difference_file(request.actor, upload, table)
    lang = language_of(request)
    name = told(say("importing.difference_file", number=upload, table=told(table_name(table), lang)), lang)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    plain = f"difference-{upload}-{table}.csv"
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}.csv"
    response["X-Content-Type-Options"] = "nosniff"
    return response  # type: ignore[return-value]


def differences_of(actor: Actor, view: shapes.ImportView, table: str, start: str) -> dict[str, Any]:
    """Return what the last page shows of the changes, table by table; ``start`` is where those of ``table`` begin."""
    if view.cleared or view.state not in ("checked", "imported"):
        return {}
    at = int(start) if start.isascii() and start.isdigit() and len(start) < 10 else 0
    told_of = [name for name, counts in view.counts.get("differences", {}).items() if _matters(name, counts)]
    return {"differences": [_panel(actor, view, name, at if name == table else 0) for name in told_of]}


def _matters(table: str, counts: Mapping[str, int]) -> bool:
    return table == "customers" or counts["unchanged"] + counts["changed"] > 0


def _panel(actor: Actor, view: shapes.ImportView, table: str, at: int) -> dict[str, Any]:
    found = differences(actor, view.id, table=table, start=at)
    address = f"{reverse('customers:imported', args=[view.id])}?step=import&of={table}"
    return {
        "table": table,
        "title": table_name(table),
        "counts": found.counts,
        "cells": found.items,
        "of_customers": table != "customers" and any(cell.customer for cell in found.items),
        "next": f"{address}&start={found.next}#{table}-difference" if found.next else "",
        "previous": f"{address}&start={max(0, at - CELLS)}#{table}-difference" if at else "",
    }
