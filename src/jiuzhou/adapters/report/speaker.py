"""Values into the texts of one language, for the templates."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from jiuzhou.adapters.report.blocks import Bar, Column, Figure, Value
from jiuzhou.adapters.texts import Lang, catalogue, render, shown
from jiuzhou.kernel.message import Message, say

_CHINESE = re.compile("[㐀-鿿豈-﫿](?:[㐀-鿿豈-﫿、·（） 0-9A-Za-z-]*[㐀-鿿豈-﫿）])?")
_MINUS = re.compile(r"(?<![\w-])-(?=\d)")
_TAGS = {"zh": "zh-CN", "en": "en"}
_NOTHING = "—"
_NUMERIC = ("count", "number", "percent", "signed", "shift", "money", "swatch", "right")


@dataclass(frozen=True, slots=True)
class Speaker:
    """One language of the page."""

    lang: Lang

    @property
    def tag(self) -> str:
        """The BCP 47 tag of the language."""
        return _TAGS[self.lang]

    @property
    def gap(self) -> str:
        """What stands between a figure and its unit."""
        return "" if self.lang == "zh" else "\u00a0"

    def text(self, code: str, **params: Value) -> str:
        """Return the sentence ``report.<code>``."""
        return render(Message(f"report.{code}", params), self.lang)  # type: ignore[arg-type]

    def say(self, message: Message) -> Markup:
        """Return the sentence of ``message`` as safe HTML."""
        return self.name(self.plain(message))

    def plain(self, message: Message) -> str:
        """Return the sentence of ``message`` as plain text, for attributes."""
        return _MINUS.sub("−", render(message, self.lang))

    def value(self, value: Value, form: str) -> Markup:
        """Return one value as safe HTML text: numbers as the language writes them, data values marked and escaped."""
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            return escape(_NOTHING)
        if isinstance(value, Message):
            return self.say(value)
        if isinstance(value, str):
            return self.name(value)
        if isinstance(value, Bar):
            return escape(self.signed(value.deviation, plain=value.in_band))
        if form in ("signed", "shift") and isinstance(value, float | int):
            return escape(self.signed(value, plain=form == "shift"))
        if isinstance(value, date | int | float | Decimal):
            if isinstance(value, date):
                return escape(self.day(value))
            return escape(shown(value, form, self.lang).replace("-", "−"))
        raise TypeError(f"{value!r} has a block of its own")

    def day(self, value: date) -> str:
        """Return a day in words."""
        return format_date(value, "medium", locale="zh_Hans_CN" if self.lang == "zh" else "en")

    def signed(self, share: float, *, plain: bool = False) -> str:
        """Return a deviation with its sign: ▲ +3.2%, ▼ −3.2%, 0%; without the arrow where it is ``plain``."""
        rounded = round(share, 3)
        if rounded == 0:
            return "0%"
        arrow, sign = ("▲", "+") if rounded > 0 else ("▼", "−")
        figure = f"{sign}{shown(abs(rounded), 'percent', self.lang)}"
        return figure if plain else f"{arrow} {figure}"

    def full(self, value: Value, form: str) -> str:
        """Return the uncut figure to show on hover where the cell shows a compact one; else nothing."""
        if form != "money" or not isinstance(value, int | float | Decimal) or abs(float(value)) < 10_000:
            return ""
        return format_decimal(value, "#,##0.##", locale="en")

    def name(self, text: str) -> Markup:
        """Return a text escaped, its Chinese marked as such where the page is not Chinese."""
        safe = escape(text)
        if self.lang == "zh":
            return safe
        return Markup(_CHINESE.sub(r'<span lang="zh-CN">\g<0></span>', str(safe)))

    def unit(self, unit: str) -> str:
        """Return the name of a unit; a currency without a name of ours keeps its code."""
        code = f"report.unit_{unit}"
        return render(say(code), self.lang) if code in catalogue(self.lang) else unit

    def heading(self, item: Column | Figure) -> str:
        """Return the label with its unit."""
        label = self.plain(item.label) if isinstance(item.label, Message) else item.label
        if not item.unit:
            return label
        return f"{label}（{self.unit(item.unit)}）" if self.lang == "zh" else f"{label} ({self.unit(item.unit)})"

    def side(self, form: str) -> str:
        """Return the class of a cell: numbers stand right."""
        return "number" if form in _NUMERIC else form
