"""Sentences and values in the reader's language: ``{% say "web.search" %}``, ``{% money row.revenue %}``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.template.context import Context
from django.utils import timezone
from django.utils.html import format_html

from jiuzhou.adapters.texts import Lang, catalogue, render
from jiuzhou.kernel.message import Message
from jiuzhou.web.places import values
from jiuzhou.web.places.values import Number

register = template.Library()


def lang_of(context: Context) -> Lang:
    """Return the language of the page."""
    return "en" if context.get("lang") == "en" else "zh"


def text_of(text: Any, lang: Lang) -> str:
    """
    Return ``text`` as a sentence: a message, or a code without placeholders, is rendered; anything else is as it is.

    For what a page's author writes. What a person may have typed goes through ``value_text``, which knows no codes.
    """
    if isinstance(text, str) and "{" not in catalogue(lang).get(text, "{"):
        return catalogue(lang)[text]
    return value_text(text, lang)


def value_text(value: Any, lang: Lang) -> str:
    """Return a value as text: a message is rendered, anything else is as it is."""
    if isinstance(value, Message):
        return render(value, lang)
    return "" if value is None else str(value)


@register.simple_tag(takes_context=True)
def say(context: Context, code: str, **params: Any) -> str:
    """Return the sentence of ``code`` with its parameters."""
    return render(Message(code, params), lang_of(context))


@register.simple_tag(takes_context=True)
def message(context: Context, text: Any) -> str:
    """Return a message, a code or a text as a sentence of the page's language."""
    return text_of(text, lang_of(context))


@register.simple_tag(takes_context=True)
def count(context: Context, value: Number | None) -> str:
    """Return a whole number with grouped digits."""
    return values.count(value, lang_of(context))


@register.simple_tag(takes_context=True)
def number(context: Context, value: Number | None, digits: int = 1) -> str:
    """Return a number with at most ``digits`` decimals."""
    return values.number(value, lang_of(context), digits)


@register.simple_tag(takes_context=True)
def money(context: Context, value: Number | None) -> str:
    """Return an amount in short, with every digit in its title."""
    lang = lang_of(context)
    short, full = values.money(value, lang), values.number(value, lang)
    return short if short == full else format_html('<span title="{}">{}</span>', full, short)


@register.simple_tag(takes_context=True)
def percent(context: Context, value: Number | None, digits: int = 1) -> str:
    """Return a share as a percentage."""
    return values.percent(value, lang_of(context), digits)


@register.simple_tag(takes_context=True)
def signed(context: Context, value: Number | None, digits: int = 1) -> str:
    """Return a change as a percentage with its sign."""
    return values.signed(value, lang_of(context), digits)


@register.simple_tag(takes_context=True)
def points(context: Context, value: Number | None, digits: int = 1) -> str:
    """Return the difference of two shares in percentage points."""
    return values.points(value, lang_of(context), digits)


@register.simple_tag(takes_context=True)
def change(context: Context, value: Number | None, digits: int = 0) -> str:
    """Return a difference of amounts with its sign."""
    return values.change(value, lang_of(context), digits)


@register.simple_tag(takes_context=True)
def hours(context: Context, value: Number | None) -> str:
    """Return hours with their unit."""
    return values.hours(value, lang_of(context))


@register.simple_tag(takes_context=True)
def day(context: Context, value: date | None, form: str = "") -> str:
    """Return a day in words; ``form="short"`` leaves out the year."""
    local = _local(value, context)
    return _timed(local, (values.short_day if form == "short" else values.day)(local, lang_of(context)))


@register.simple_tag(takes_context=True)
def moment(context: Context, value: datetime | None) -> str:
    """Return a moment in the organisation's zone, with its year in the title."""
    local = _local(value, context)
    return _timed(local, values.moment(local, lang_of(context)))


@register.simple_tag(takes_context=True)
def ago(context: Context, value: datetime | None) -> str:
    """Return how long ago a moment was, with the moment itself in the title."""
    return _timed(_local(value, context), values.ago(value, lang_of(context), now=timezone.now()))


@register.simple_tag(takes_context=True)
def lasting(context: Context, seconds: float | None) -> str:
    """Return a length of time in its largest unit."""
    return values.lasting(seconds, lang_of(context))


def zone_of(context: Context) -> tzinfo:
    """Return the zone in which the page writes moments: the organisation's."""
    name = getattr(getattr(context.get("request"), "actor", None), "zone", None)
    return ZoneInfo(name) if name else timezone.get_current_timezone()


def _local(value: Any, context: Context) -> Any:
    aware = isinstance(value, datetime) and timezone.is_aware(value)
    return timezone.localtime(value, zone_of(context)) if aware else value


def _timed(value: date | None, text: str) -> str:
    if value is None:
        return text
    full = value.isoformat(" ", "minutes") if isinstance(value, datetime) else value.isoformat()
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), full, text)


WRITERS: dict[str, Callable[..., str]] = {
    "count": count,
    "number": number,
    "money": money,
    "percent": percent,
    "signed": signed,
    "points": points,
    "change": change,
    "hours": hours,
    "day": day,
    "moment": moment,
    "ago": ago,
}


@register.simple_tag(takes_context=True)
def written(context: Context, value: Any, kind: str = "text") -> str:
    """Return a value in its kind: one of the tags of this library, or a text, which is never taken for a code."""
    if value is None or value == "":
        return values.NOTHING
    writer = WRITERS.get(kind)
    return writer(context, value) if writer else value_text(value, lang_of(context))


@register.simple_tag(takes_context=True)
def figure(context: Context, value: Any, kind: str = "count") -> str:
    """Return a large figure: its number, and its unit beside it in small."""
    lang = lang_of(context)
    if kind == "money" and not isinstance(value, str):
        text, unit = values.compact(value, lang)
    elif kind == "percent" and value is not None:
        text, unit = values.percent(value, lang).removesuffix("%"), "%"
    else:
        text, unit = written(context, value, kind), ""
    full = values.number(value, lang) if kind == "money" and not isinstance(value, str) else ""
    return format_html('<span class="figure" title="{}">{}</span><span class="unit">{}</span>', full, text, unit)
