"""The built front end: ``{% asset "app.css" %}``, ``{% script "app.ts" %}``; nothing where it is not built."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from django import template
from django.conf import settings
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join

register = template.Library()

FOLDER = "built"
"""Folder of the built files among the static files; the front end's build writes it."""

_STYLE = '<link rel="stylesheet" href="{}">'


@register.simple_tag
def asset(name: str) -> str:
    """Return the ``link`` of a built style sheet, such as ``app.css``."""
    path = built_path(f"src/styles/{name}")
    return format_html(_STYLE, path) if path else ""


@register.simple_tag(takes_context=True)
def script(context: Context, name: str) -> str:
    """Return the ``script`` of a built entry, such as ``app.ts``, after the style sheets that it brings."""
    entry = manifest().get(f"src/{name}")
    if entry is None:
        return ""
    styles = format_html_join("", _STYLE, ((_address(path),) for path in entry.get("css", ())))
    nonce = str(getattr(context.get("request"), "csp_nonce", "") or "")
    source = _address(entry["file"])
    return styles + (
        format_html('<script type="module" src="{}" nonce="{}"></script>', source, nonce)
        if nonce
        else format_html('<script type="module" src="{}"></script>', source)
    )


@register.simple_tag
def built(name: str) -> str:
    """Return the address of a file that is built without an entry, such as ``mark.svg``; empty where it is not."""
    path = "/".join(("static", FOLDER, name))  # a plain string: paths refuse the marked ones of templates
    return _address(name) if (files("jiuzhou.web") / path).is_file() else ""


def built_path(source: str) -> str:
    """Return the address of what was built from ``source``, or nothing."""
    entry = manifest().get(source)
    return _address(entry["file"]) if entry else ""


def manifest() -> Mapping[str, Mapping[str, Any]]:
    """Return what was built from what; read once, and for each page while developing."""
    return read_manifest() if settings.DEBUG else _kept_manifest()


def read_manifest() -> Mapping[str, Mapping[str, Any]]:
    """Return the build's manifest as it is now; empty where nothing is built."""
    path = files("jiuzhou.web") / "static" / FOLDER / "manifest.json"
    try:
        entries: Mapping[str, Mapping[str, Any]] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return entries


_kept_manifest = cache(read_manifest)


def _address(path: str) -> str:
    return static(f"{FOLDER}/{path}")
