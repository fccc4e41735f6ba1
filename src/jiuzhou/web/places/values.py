"""Figures, days and moments as a reader of one language writes them; every function takes the language last."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias

from babel.dates import format_date, format_datetime, format_skeleton, format_timedelta
from babel.numbers import format_decimal

from jiuzhou.adapters.texts import Lang, render, short_of_whole
from jiuzhou.kernel.message import say

Number: TypeAlias = "int | float | Decimal"

NOTHING = "—"
"""What stands where a value is unknown."""

_LOCALES: dict[Lang, str] = {"zh": "zh_Hans_CN", "en": "en"}
_SCALES: dict[Lang, tuple[tuple[int, int, str], ...]] = {
    "zh": ((10**4, 10**8, "万"), (10**8, 10**12, "亿"), (10**12, 10**18, "万亿")),
    "en": ((10**3, 10**6, "K"), (10**6, 10**9, "M"), (10**9, 10**12, "B"), (10**12, 10**18, "T")),
}
_WHOLE_BELOW = 10_000
_FIGURES = 3


def count(value: Number | None, lang: Lang) -> str:
    """Return a whole number with grouped digits: 1,234."""
    return (
        NOTHING if value is None or _unknown(value) else _minus(format_decimal(value, "#,##0", locale=_LOCALES[lang]))
    )


def number(value: Number | None, lang: Lang, digits: int = 2) -> str:
    """Return a number with at most ``digits`` decimals: 4.1."""
    return (
        NOTHING
        if value is None or _unknown(value)
        else _minus(format_decimal(value, _pattern(digits), locale=_LOCALES[lang]))
    )


def compact(value: Number | None, lang: Lang) -> tuple[str, str]:
    """
    Return an amount in three figures, or all before the point, and the unit it is counted in.

    Amounts below ten thousand are whole and have no unit.

    >>> compact(386_000_000, "zh"), compact(386_000_000, "en"), compact(8_200, "zh")
    (('3.86', '亿'), ('386', 'M'), ('8,200', ''))
    """
    if value is None or _unknown(value):
        return NOTHING, ""
    if abs(float(value)) < _WHOLE_BELOW:
        return count(value, lang), ""
    for size, above, unit in _SCALES[lang]:
        rounded, digits = _rounded(Decimal(str(value)) / size)
        if abs(rounded) * size < above or size == _SCALES[lang][-1][0]:
            return number(rounded, lang, digits), unit
    raise AssertionError("the largest unit takes every amount")


def money(value: Number | None, lang: Lang) -> str:
    """Return an amount in short: 3.86亿 in Chinese, 386M in English."""
    return "".join(compact(value, lang))


def percent(value: Number | None, lang: Lang, digits: int = 1) -> str:
    """Return a share as a percentage: 0.123 is 12.3%."""
    if value is None or _unknown(value):
        return NOTHING
    return number(_hundredfold(short_of_whole(value, digits)), lang, digits) + "%"


def signed(value: Number | None, lang: Lang, digits: int = 1) -> str:
    """Return a change as a percentage with its sign: +8.2%, −26%; no change has none."""
    return NOTHING if _unknown(value) else _signed(_hundredfold(value), lang, digits) + "%"


def points(value: Number | None, lang: Lang, digits: int = 1) -> str:
    """Return the difference of two shares in percentage points: −0.023 is −2.3."""
    if _unknown(value):
        return NOTHING
    return render(say("web.points", n=_signed(_hundredfold(value), lang, digits)), lang)


def change(value: Number | None, lang: Lang, digits: int = 0) -> str:
    """Return a difference of amounts with its sign: +1,284, −128."""
    return NOTHING if _unknown(value) else _signed(Decimal(str(value)), lang, digits)


def hours(value: Number | None, lang: Lang) -> str:
    """Return hours with their unit: 186 小时, 186 h."""
    return NOTHING if _unknown(value) else render(say("web.hours", n=number(value, lang, 1)), lang)


def day(value: date | None, lang: Lang) -> str:
    """Return a day in words: 2026年11月20日, Nov 20, 2026."""
    return NOTHING if value is None else format_date(value, "medium", locale=_LOCALES[lang])


def short_day(value: date | None, lang: Lang) -> str:
    """Return a day without its year: 11月20日, Nov 20."""
    return NOTHING if value is None else format_skeleton("MMMd", value, locale=_LOCALES[lang])


def moment(value: datetime | None, lang: Lang) -> str:
    """Return a local day and the minute in it; the caller has put ``value`` in the zone of the reader."""
    if value is None:
        return NOTHING
    return f"{short_day(value, lang)} {format_datetime(value, 'HH:mm', locale=_LOCALES[lang])}"


def ago(value: datetime | None, lang: Lang, *, now: datetime) -> str:
    """Return how long before or after ``now`` a moment lies: 3天前, in 2 hours."""
    if value is None:
        return NOTHING
    if abs((value - now).total_seconds()) < 60:
        return render(say("web.now"), lang)
    return format_timedelta(value - now, add_direction=True, locale=_LOCALES[lang])


def lasting(seconds: float | None, lang: Lang) -> str:
    """Return a length of time in its largest unit: 3分钟, 3 minutes."""
    return NOTHING if seconds is None else format_timedelta(timedelta(seconds=seconds), locale=_LOCALES[lang])


def _unknown(value: Number | None) -> bool:
    return value is None or not math.isfinite(value)


def _hundredfold(value: Number | None) -> Decimal:
    return Decimal(str(value)) * 100


def _pattern(digits: int) -> str:
    return "#,##0." + "#" * digits if digits else "#,##0"


def _minus(text: str) -> str:
    return "0" if text == "-0" else text.replace("-", "−")


def _signed(value: Decimal, lang: Lang, digits: int) -> str:
    rounded = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    if rounded == 0:
        return "0"
    return ("+" if rounded > 0 else "") + number(rounded, lang, digits)


def _rounded(value: Decimal) -> tuple[Decimal, int]:
    digits = max(0, _FIGURES - max(1, value.adjusted() + 1))
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP), digits
