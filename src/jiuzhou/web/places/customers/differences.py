"""What an import changes, cell by cell, on its last page and as a file."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from django.urls import reverse

from jiuzhou.adapters.texts import render as told
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.collect.reads.importing import shapes
from jiuzhou.web.collect.reads.importing.differences import CELLS, difference_file, differences, known_file
from jiuzhou.web.places.shell import language_of


@door("import.run", noun="upload")
def difference(request: Asked, upload: int) -> HttpResponse:
    """Send what an import changes as a file."""
    content = difference_file(request.actor, upload)
    name = told(say("importing.difference_file", number=upload), language_of(request))
    return _sent(content, f"difference-{upload}.csv", name)


@door("import.run", noun="upload")
def known(request: Asked, upload: int, table: str) -> HttpResponse:
    """Send the keys of rows of a table that are known with other values than the import told."""
    content = known_file(request.actor, upload, table)
    name = told(say("importing.known_file", number=upload), language_of(request))
    return _sent(content, f"known-{upload}-{table}.csv", name)


def _sent(content: bytes, plain: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}.csv"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def difference_of(actor: Actor, view: shapes.ImportView, start: str) -> dict[str, Any]:
    """Return what the last page shows of the changes; nothing for an import without customers."""
    if "difference" not in view.counts or view.cleared or view.state not in ("checked", "imported"):
        return {}
    at = int(start) if start.isascii() and start.isdigit() and len(start) < 10 else 0
    found = differences(actor, view.id, start=at)
    address = f"{reverse('customers:imported', args=[view.id])}?step=import"
    return {
        "difference": {
            "counts": found.counts,
            "cells": found.items,
            "next": f"{address}&start={found.next}#difference" if found.next else "",
            "previous": f"{address}&start={max(0, at - CELLS)}#difference" if at else "",
        }
    }
