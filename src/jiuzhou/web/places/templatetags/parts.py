"""The parts that hold a body, and the small drawings: ``{% panel title=… %} … {% endpanel %}``, ``{% icon "x" %}``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree

from django import template
from django.forms import BoundField
from django.http import HttpRequest
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from jiuzhou.web.places import drawing
from jiuzhou.web.places.shapes import Column, Deviation, Tile
from jiuzhou.web.places.templatetags.words import lang_of, written
from jiuzhou.web.places.tiles import Ramp, TileMap, tile_map

register = template.Library()

_SVG = "{http://www.w3.org/2000/svg}"


_FRAME = ("lang", "request", "csrf_token", "theme", "density", "still", "shell")
"""What a part sees of its page beside what it is given; nothing else: no name of a page is taken for its own."""


@register.simple_tag(takes_context=True)
def part(context: Context, part_name: str, **given: Any) -> str:
    """Return ``parts/<part_name>.html`` with what is given, and with nothing else of the page."""
    return _part(context, part_name, **given)


@register.simple_block_tag(takes_context=True)
def panel(context: Context, content: str, **given: Any) -> str:
    """Return ``content`` in a panel; see ``parts/panel.html`` for what may be given."""
    return _part(context, "panel", body=content, **given)


@register.simple_block_tag(takes_context=True)
def dialog(context: Context, content: str, **given: Any) -> str:
    """Return ``content`` in a dialog that any ``data-opens="<name>"`` opens; see ``parts/dialog.html``."""
    return _part(context, "dialog", body=content, **given)


@register.simple_block_tag(takes_context=True)
def confirm(context: Context, content: str, **given: Any) -> str:
    """Return the form in ``content``, sent only once the person has confirmed it; see ``parts/confirm.html``."""
    return _part(context, "confirm", body=content, **given)


@register.simple_block_tag(takes_context=True)
def menu(context: Context, content: str, **given: Any) -> str:
    """Return ``content`` in a menu that a button opens; see ``parts/menu.html``."""
    return _part(context, "menu", body=content, **given)


@register.simple_block_tag
def capture(content: str) -> str:
    """Return ``content``, to be kept: ``{% capture as tools %} … {% endcapture %}``."""
    return content


@register.simple_tag
def icon(name: str) -> str:
    """Return the drawing ``name`` of ``icons.svg``; it is silent to screen readers, so it never stands alone."""
    return format_html(
        '<svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" focusable="false">{}</svg>',
        icons()[name],
    )


@cache
def icons() -> Mapping[str, SafeString]:
    """Return the inside of every drawing by its name."""
    path = files("jiuzhou.web.places") / "templates" / "icons.svg"
    ElementTree.register_namespace("", _SVG[1:-1])
    sheet = ElementTree.fromstring(path.read_text("utf-8"))
    return {symbol.attrib["id"]: mark_safe(_inside(symbol)) for symbol in sheet.iter(f"{_SVG}symbol")}


@register.simple_tag
def value_of(row: Any, name: str) -> Any:
    """Return the value that ``name`` means in ``row``: an attribute or a key, dots go deeper."""
    for step in filter(None, name.split(".")):
        row = row.get(step) if isinstance(row, Mapping) else getattr(row, step, None)
    return row


@register.simple_tag(takes_context=True)
def cell(context: Context, row: Any, column: Column) -> str:
    """Return one value of a table as its column writes it."""
    value = value_of(row, column.name)
    shown: str
    if column.kind == "part":
        with context.push(row=row, value=value):
            return _rendered(context, column.part)
    if column.kind in ("badge", "deviation", "person", "share"):
        shown = _part(context, column.kind, **_as_given(column.kind, value))
    else:
        shown = written(context, value, column.kind)
    url = value_of(row, column.link) if column.link else ""
    return format_html('<a href="{}">{}</a>', url, shown) if url else shown


@register.simple_tag(takes_context=True)
def sort_url(context: Context, column: Column, sort: str = "") -> str:
    """Return the page's address ordered by ``column``: falling first for figures, the other way on the second time."""
    first, second = (f"-{column.sort}", column.sort) if column.numeric else (column.sort, f"-{column.sort}")
    return address(context, sort=second if sort == first else first, after=None, before=None)


@register.simple_tag(takes_context=True)
def address(context: Context, **changes: Any) -> str:
    """Return the page's address with some parameters changed; ``None`` takes one out."""
    request: HttpRequest | None = context.get("request")
    if request is None:
        return "?"
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else request.path


@register.simple_tag
def order_of(column: Column, sort: str = "") -> str:
    """Return what ``aria-sort`` says of ``column``."""
    if not column.sort or sort.lstrip("-") != column.sort:
        return ""
    return "descending" if sort.startswith("-") else "ascending"


@register.simple_tag
def deviation_bar(share: float, band: float = 0.05, span: float = 0.4) -> drawing.Bar:
    """Return the bar of a deviation, in percent of its width."""
    return drawing.deviation_bar(float(share), float(band), float(span))


@register.simple_tag
def line_points(values: Sequence[float | None], width: float, height: float, low: Any = None, high: Any = None) -> str:
    """Return the points of a line through ``values``."""
    return drawing.line_points(values, width, height, low, high)


@register.simple_tag
def axis_of(values: Any, compare: Any = None) -> tuple[float, float]:
    """Return the round bounds of a chart of one or two lines."""
    return drawing.axis([*values, *(compare or ())])


@register.simple_tag(takes_context=True)
def squares_of(context: Context, tiles: Sequence[Tile], ramp: Ramp = "sequential", band: float = 0.05) -> TileMap:
    """Return the squares and the legend of a tile map."""
    return tile_map(tiles, lang_of(context), ramp=ramp, band=band)


@register.simple_tag
def value_at(values: Sequence[Any], place: int) -> Any:
    """Return the value at ``place``, or nothing beyond the end."""
    return values[place] if place < len(values) else None


@register.simple_tag(takes_context=True)
def control(context: Context, field: BoundField, hint: Any = "") -> str:
    """Return the control of a form's field, tied to its hint and its error."""
    tied = [f"{field.auto_id}_helptext"] if hint or field.help_text else []
    tied += [f"{field.auto_id}_error"] if field.errors else []
    attributes: dict[str, str | bool] = {"aria-describedby": " ".join(tied)} if tied else {}
    if field.errors:
        attributes["aria-invalid"] = "true"
    return field.as_widget(attrs=attributes)


@register.filter
def hundredth(share: Any) -> str:
    """Return a share as a length in percent, between 0% and 100%."""
    return f"{max(0.0, min(1.0, float(share or 0))) * 100:.4g}%"


def _as_given(kind: str, value: Any) -> dict[str, Any]:
    if value is None:
        return {kind: None, "text": "", "name": ""}
    if kind == "deviation":
        shape = value if isinstance(value, Deviation) else Deviation(float(value))
        return {"share": shape.share, "band": shape.band, "tip": shape.tip}
    if kind == "share":
        return {"share": value}
    if kind == "person":
        return {"name": value}
    return {
        "text": getattr(value, "text", value),
        "tone": getattr(value, "tone", ""),
        "icon_name": getattr(value, "icon", ""),
    }


def _part(context: Context, part_name: str, **given: Any) -> SafeString:
    frame = {name: context[name] for name in _FRAME if name in context}
    return _rendered(context.new(frame | given), f"parts/{part_name}.html")


def _rendered(context: Context, path: str) -> SafeString:
    if context.template is None:
        raise RuntimeError(f"{path} is a part of a page and is rendered by one")
    return context.template.engine.get_template(path).render(context)


def _inside(symbol: ElementTree.Element) -> str:
    texts = [ElementTree.tostring(child, encoding="unicode").strip() for child in symbol]
    return "".join(text.replace(f' xmlns="{_SVG[1:-1]}"', "") for text in texts)
