"""The page as one HTML file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from jiuzhou.adapters.report.blocks import Bar, Figures, Line, Map, Notes, Table
from jiuzhou.adapters.report.page import ReportPage
from jiuzhou.adapters.report.speaker import Speaker
from jiuzhou.adapters.texts import LANGS

_KINDS = {Table: "table", Figures: "figures", Notes: "notes", Map: "map"}
_BAR_WIDTH, _LINE_WIDTH, _LINE_HEIGHT = 150.0, 120.0, 24.0


def render_report(page: ReportPage) -> str:
    """
    Return ``page`` as one self-contained HTML document in both languages.

    Nothing is fetched: styles and drawings are inside, and the page's own policy forbids the browser any request. The
    language is switched without scripts; the company's own stands first.
    """
    speakers = sorted((Speaker(lang) for lang in LANGS), key=lambda speaker: speaker.lang != page.language)
    return _environment().get_template("report.html.jinja").render(page=page, speakers=speakers, css=_css())


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("jiuzhou.adapters.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"kind": _kind, "bar": bar_shape, "line": line_path, "css": css_text}
    environment.tests["banded"] = lambda value: isinstance(value, Bar)
    environment.tests["is_map"] = lambda item: isinstance(item, Map)
    return environment


@cache
def _css() -> Markup:
    return Markup((files("jiuzhou.adapters.report") / "templates" / "report.css").read_text("utf-8"))


def _kind(block: Any) -> str:
    return _KINDS[type(block)]


def css_text(text: str) -> Markup:
    """Return ``text`` as a string of CSS in which every sign that could mean something is an escape."""
    signs = (sign if sign.isascii() and sign.isalnum() else f"\\{ord(sign):06x}" for sign in text)
    return Markup(f'"{"".join(signs)}"')


def bar_shape(bar: Bar) -> dict[str, float | str]:
    """Return the rectangles of a bar against its target band: band and fill, in a drawing 150 wide."""
    middle = _BAR_WIDTH / 2

    def place(share: float) -> float:
        return middle + middle * max(-1.0, min(1.0, share / bar.scale))

    low, high = sorted((middle, place(bar.deviation)))
    return {
        "band": round(place(-bar.tolerance), 1),
        "band_width": round(place(bar.tolerance) - place(-bar.tolerance), 1),
        "fill": round(low, 1),
        "fill_width": round(high - low, 1),
        "side": bar.side,
    }


def line_path(line: Line) -> str:
    """Return the SVG path of a small line; gaps stay gaps, a flat line lies in the middle."""
    known = [value for value in line.values if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    span = high - low
    step = (_LINE_WIDTH - 4) / max(len(line.values) - 1, 1)
    parts = []
    pen_down = False
    for place, value in enumerate(line.values):
        if value is None:
            pen_down = False
            continue
        height = (value - low) / span if span > 0 else 0.5
        parts.append(f"{'L' if pen_down else 'M'}{2 + step * place:.1f} {_LINE_HEIGHT - 3 - height * 18:.1f}")
        pen_down = True
    return "".join(parts)
