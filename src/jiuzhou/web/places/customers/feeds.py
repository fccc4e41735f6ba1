"""Sources of data: which there are, what came in through each, and how they are set."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from jiuzhou.adapters.texts import render as told
from jiuzhou.kernel.errors import JiuzhouError
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.accounts.forms import StrictForm
from jiuzhou.web.accounts.forms import told as told_here
from jiuzhou.web.collect.feeds import KEPT, KINDS, NAME, QUIET_SECONDS, REJECTED_SHARE, FeedDraft
from jiuzhou.web.collect.reads import feeds
from jiuzhou.web.collect.reads.importing.naming import table_name
from jiuzhou.web.collect.reads.importing.proposing import OFFERED
from jiuzhou.web.collect.writes.feeds import setting
from jiuzhou.web.jobs.schedules import LEAST_MINUTES, MOST_MINUTES
from jiuzhou.web.places.shapes import Badge, Column, Fact, Tone
from jiuzhou.web.places.shell import language_of
from jiuzhou.web.problems import ConflictError, InvalidError, StaleError

HOW = ("daily", "interval")
_TONES: dict[str, Tone] = {"active": "ok", "waiting": "warn", "busy": "accent", "done": "ok", "taken": "accent"}
_TONES |= {"failed": "danger", "refused": "warn"}
COLUMNS = (
    Column("view.name", "feeds.name", link="url"),
    Column("badge", "feeds.state", "badge"),
    Column("view.looked_at", "feeds.looked_at", "ago"),
    Column("said", "feeds.outcome", wrap=True, narrow=True),
    Column("last", "feeds.last_import", link="last_url", narrow=True),
    Column("next", "feeds.next_at", "moment"),
    Column("view", "feeds.look_now", "part", part="customers/feed_look_cell.html"),
)
ARRIVED = (
    Column("file", "feeds.file", "part", part="customers/feed_file_cell.html", wrap=True),
    Column("badge", "feeds.outcome", "badge"),
    Column("view.read", "importing.rows_read", "count", narrow=True),
    Column("view.added", "importing.added", "count", narrow=True),
    Column("view.updated", "importing.updated", "count", narrow=True),
    Column("view.rejected", "importing.rejected", "count", narrow=True),
    Column("reason", "feeds.reason", wrap=True, narrow=True),
    Column("view.at", "feeds.at", "moment"),
)


class FeedForm(StrictForm):
    """How a source is looked at, and what becomes of rows that are no good."""

    name = forms.CharField(label="feeds.name", max_length=NAME)
    kind = forms.ChoiceField(label="feeds.kind", choices=())
    place = forms.CharField(
        label="feeds.place", max_length=40, widget=forms.TextInput(attrs={"list": "queries", "autocomplete": "off"})
    )
    table = forms.ChoiceField(label="feeds.table", choices=(), required=False)
    most_rejected = forms.FloatField(label="feeds.most_rejected", min_value=0, max_value=100)
    lenient = forms.BooleanField(label="feeds.lenient", required=False)
    how = forms.ChoiceField(label="feeds.how", choices=())
    every_minutes = forms.IntegerField(
        label="feeds.every_minutes",
        required=False,
        widget=forms.NumberInput(attrs={"min": LEAST_MINUTES, "max": MOST_MINUTES}),
    )
    at_time = forms.TimeField(
        label="feeds.at_time", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("kind", [(kind, told_here(say(f"feeds.kind_{kind}"))) for kind in KINDS])
        by_file = ("", told_here(say("feeds.table_by_file")))
        self._offer("table", [by_file, *((name, told_here(table_name(name))) for name in OFFERED)])
        self._offer("how", [(how, told_here(say(f"jobs.how_{how}"))) for how in HOW])

    def draft(self) -> FeedDraft:
        """Return how the source is to be; only the time of the way that was chosen counts."""
        given = self.cleaned_data
        daily = given["how"] == "daily"
        return FeedDraft(
            name=given["name"],
            kind=given["kind"],
            place=given["place"],
            table=given["table"],
            most_rejected=given["most_rejected"] / 100,
            lenient=given["lenient"],
            every_minutes=None if daily else given["every_minutes"],
            at_time=given["at_time"] if daily else None,
        )

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def section_of(request: Asked) -> dict[str, Any]:
    """Return the sources as the page of imports lists them."""
    found = feeds.feeds(request.actor)
    return {"feed_columns": COLUMNS, "feed_rows": [_row(view) for view in found.items]}


@door("import.run", noun="feed")
def feed(request: Asked, feed: int) -> HttpResponse:
    """Show a source: how it stands, and what came in through it."""
    view = feeds.one_feed(request.actor, feed)
    page = feeds.arrivals(request.actor, feed, cursor=request.GET.get("after") or request.GET.get("before"))
    context = {
        "view": view,
        "badge": _badge("state", view.state),
        "facts": _facts(view),
        "drop_note": say("feeds.drop_note", seconds=QUIET_SECONDS, days=KEPT.days),
        "columns": ARRIVED,
        "rows": [_arrival(line) for line in page.items],
        "next": f"?after={quote(page.next)}" if page.next else "",
        "previous": f"?before={quote(page.previous)}" if page.previous else "",
    }
    return render(request, "customers/feed.html", context)


@door("import.run", "GET", "POST")
def new_feed(request: Asked) -> HttpResponse:
    """Return the form of a new source, or add it."""
    initial = {"kind": "folder", "how": "interval", "every_minutes": 60, "most_rejected": f"{REJECTED_SHARE * 100:.6g}"}
    form = FeedForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        number = _tried(form, lambda: setting.add_feed(request.actor, form.draft()))
        if number is not None:
            return _said(request, say("feeds.was_added"), number)
    return _form(request, form, reverse("customers:import"), None)


@door("import.run", "GET", "POST", noun="feed")
def change_feed(request: Asked, feed: int) -> HttpResponse:
    """Return the form of a source, or change it."""
    view = feeds.one_feed(request.actor, feed)
    initial = {
        **{name: getattr(view, name) for name in ("name", "kind", "place", "table", "lenient", "version")},
        **{name: getattr(view, name) for name in ("every_minutes", "at_time")},
        "how": "interval" if view.every_minutes else "daily",
        "most_rejected": f"{view.most_rejected * 100:.6g}",
    }
    form = FeedForm(request.POST or None, initial=initial)
    for name in ("kind", "place"):
        form.fields[name].disabled = True
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        if _tried(form, lambda: setting.change_feed(request.actor, feed, form.draft(), version=version)) is not None:
            return _said(request, say("feeds.was_changed"), feed)
    return _form(request, form, reverse("customers:feed", args=[feed]), view)


@door("import.run", "POST", noun="feed", fields=("version", "active"))
def switch_feed(request: Asked, feed: int) -> HttpResponse:
    """Let a source rest, or go on from now."""
    view = feeds.one_feed(request.actor, feed)
    names = ("name", "kind", "place", "table", "most_rejected", "lenient", "every_minutes", "at_time")
    draft = FeedDraft(**{name: getattr(view, name) for name in names})
    active = request.POST.get("active") == "1"
    setting.change_feed(request.actor, feed, draft, version=_version(request), active=active)
    return _said(request, say("feeds.was_changed"), feed)


@door("import.run", "POST", noun="feed", fields=())
def look_at_feed(request: Asked, feed: int) -> HttpResponse:
    """Begin to look at a source now."""
    setting.look_now(request.actor, feed)
    return _said(request, say("feeds.was_begun"), feed)


@door("import.run", "POST", noun="feed", fields=("version",))
def remove_feed(request: Asked, feed: int) -> HttpResponse:
    """Remove a source."""
    setting.remove_feed(request.actor, feed, version=_version(request))
    return _said(request, say("feeds.was_removed"), None)


def _tried(form: FeedForm, act: Any) -> int | None:
    try:
        return int(act())
    except InvalidError as error:
        form.refuse(error.fields)
    except StaleError:
        form.add_error(None, told_here(say("market.corrected_meanwhile")))
    except (ConflictError, JiuzhouError) as error:
        form.add_error(None, told_here(error.message))
    return None


def _form(request: Asked, form: FeedForm, back: str, view: feeds.FeedView | None) -> HttpResponse:
    names = feeds.queries(request.actor) if view is None else ()
    context = {
        "form": form,
        "view": view,
        "title": "feeds.change" if view else "feeds.add",
        "back": back,
        "queries": names,
        "queries_hint": say("feeds.place_queries", names=names) if names else "",
    }
    return render(request, "customers/feed_form.html", context, status=422 if request.method == "POST" else 200)


def _row(view: feeds.FeedView) -> dict[str, Any]:
    return {
        "view": view,
        "url": reverse("customers:feed", args=[view.id]),
        "badge": _badge("state", view.state),
        "said": view.said or say("feeds.never"),
        "last": say("feeds.upload", number=view.last_import) if view.last_import else None,
        "last_url": reverse("customers:imported", args=[view.last_import]) if view.last_import else "",
        "next": view.next_at if view.active else None,
    }


def _arrival(line: feeds.ArrivalLine) -> dict[str, Any]:
    return {
        "view": line,
        "file": line,
        "badge": _badge("arrival", line.state),
        "reason": line.reason,
    }


def _facts(view: feeds.FeedView) -> list[Fact]:
    table = table_name(view.table) if view.table else say("feeds.table_by_file")
    when = (
        say("jobs.every_minutes", n=view.every_minutes)
        if view.every_minutes
        else say("jobs.every_day", time=f"{view.at_time:%H:%M}")
    )
    found = [
        Fact("feeds.kind", say(f"feeds.kind_{view.kind}")),
        Fact("feeds.where", say("feeds.where_is", path=view.where)),
        Fact("feeds.how", when),
        Fact("feeds.table", table),
        Fact("feeds.most_rejected", view.most_rejected, "percent"),
        Fact("feeds.looked_at", view.looked_at, "moment"),
        Fact("feeds.next_at", view.next_at if view.active else None, "moment"),
    ]
    if view.last_import:
        url = reverse("customers:imported", args=[view.last_import])
        found.append(Fact("feeds.last_import", say("feeds.upload", number=view.last_import), url=url))
    return found


def _badge(kind: str, state: str) -> Badge:
    return Badge(f"feeds.{kind}_{state}", _TONES.get(state, ""))


def _said(request: Asked, message: Message, number: int | None) -> HttpResponse:
    messages.success(request, told(message, language_of(request)))
    return redirect("customers:feed", number) if number else redirect("customers:import")


def _version(request: Asked) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
