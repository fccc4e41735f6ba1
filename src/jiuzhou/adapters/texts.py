"""Messages into sentences, in Chinese and in English, from the one Babel catalogue under ``locale/``."""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_compact_decimal, format_decimal, format_percent

from jiuzhou.kernel.message import Message

Lang = Literal["zh", "en"]
_COUNTLESS = 1e18  # nobody reads so many digits, and Babel does not write them
LANGS: tuple[Lang, ...] = ("zh", "en")
_LOCALES: Mapping[Lang, str] = {"zh": "zh_Hans_CN", "en": "en"}
_COMMA: Mapping[Lang, str] = {"zh": "、", "en": ", "}


def short_of_whole(share: float | Decimal, digits: int = 1) -> float | Decimal:
    """Return ``share`` as it is written with ``digits`` decimals of a percent: less than the whole is never 100%."""
    least = 1 - 10 ** -(digits + 2)
    return least if least < share < 1 else share


def render(message: Message, lang: Lang) -> str:
    """
    Return the sentence of ``message`` in ``lang``.

    Placeholders are ``{name}`` or ``{name:form}`` with a form of: ``count`` (1,234), ``number`` (up to two decimals),
    ``percent`` (0.123 → 12.3%), ``money`` (compact: 万, 亿; K, M), ``day`` (a date in words); of two words
    (``{n:day/days}``) the first stands with exactly 1. Without a form, numbers keep their digits, tuples and lists are
    told in words and a ``Message`` is rendered itself.

    Raises
    ------
    KeyError
        If the catalogue lacks the code, or the message lacks a placeholder's value; tests see to it that none ships.
    """
    return _Words(lang).vformat(catalogue(lang)[message.code], (), message.params)


def shown(value: Any, form: str, lang: Lang) -> str:
    """Return one value in a placeholder's ``form``, as ``render`` would write it."""
    return _Words(lang).format_field(value, form)


@cache
def catalogue(lang: Lang) -> Mapping[str, str]:
    """Return every sentence of ``lang`` by its code, from the catalogue's files, one for each word of the house."""
    sentences: dict[str, str] = {}
    folder = files("jiuzhou") / "locale" / lang
    for path in sorted(folder.iterdir(), key=lambda item: item.name):
        if path.name.endswith(".po"):
            with path.open("rb") as file:
                catalog = read_po(file, locale=_LOCALES[lang])
            sentences |= {str(entry.id): str(entry.string) for entry in catalog if entry.id}
    return sentences


class _Words(string.Formatter):
    """``str.format`` whose forms speak a language."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self.locale = _LOCALES[lang]

    def format_field(self, value: Any, form: str) -> str:
        if isinstance(value, Message):
            return render(value, self.lang)
        if isinstance(value, (tuple, list)):
            return _COMMA[self.lang].join(self.format_field(item, form) for item in value)
        if "/" in form:
            one, other = form.split("/")
            return one if value == 1 else other
        if value is None:
            return "—"
        if isinstance(value, date) or form == "day":
            day = value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
            return format_date(day, "medium", locale=self.locale)
        if form in ("count", "number", "percent", "money"):
            # The typographic minus, as wide as a digit: a hyphen would be lost beside a name.
            return self._number(value, form).replace("-", "−")
        return str(value)

    def _number(self, value: float | Decimal, form: str) -> str:
        if abs(float(value)) >= _COUNTLESS:
            return f"{float(value):.3g}"
        if form == "percent":
            return format_percent(short_of_whole(value), "#,##0.#%", locale=self.locale)
        if form == "money":
            if abs(float(value)) < 10_000:
                return format_decimal(value, "#,##0.##", locale=self.locale)
            return format_compact_decimal(value, fraction_digits=1, locale=self.locale)
        return format_decimal(value, "#,##0" if form == "count" else "#,##0.##", locale=self.locale)
