"""Samples: drawn, checked customer by customer, closed, and their right values taken over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from jiuzhou.adapters.texts import Lang
from jiuzhou.adapters.texts import render as told
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.accounts.forms import StrictForm
from jiuzhou.web.collect.reads import samples as reads
from jiuzhou.web.collect.reads.options import options
from jiuzhou.web.collect.sampling import FIELDS, LEAST, MOST, VERDICTS
from jiuzhou.web.collect.writes import samples as writes
from jiuzhou.web.ledger.idempotency import once
from jiuzhou.web.places.customers.quality import ACCURACY_COLUMNS, accuracy_rows, field_name, tabs
from jiuzhou.web.places.shapes import Badge, Column, Fact, Rank, Text
from jiuzhou.web.places.shell import language_of
from jiuzhou.web.problems import InvalidError, StaleError

_SEEDS = 10_000
_ANSWERS = ("version", "do", *(f"{kind}-{name}" for kind in ("v", "t") for name in FIELDS))
_COLUMNS = (
    Column("title", "samples.sample", wrap=True),
    Column("state", "samples.state", "badge"),
    Column("checked", "samples.checked", "share"),
    Column("items", "samples.customers", "count"),
    Column("mine", "samples.mine", "count"),
    Column("by", "samples.by", narrow=True),
    Column("drawn_at", "samples.drawn_at", "day", narrow=True),
)
_ITEM_COLUMNS = (
    Column("customer", "samples.customer"),
    Column("owner", "samples.checker", narrow=True),
    Column("state", "samples.state", "badge"),
    Column("wrong", "samples.wrong_fields", wrap=True),
    Column("checked_at", "samples.checked_at", "day", narrow=True),
)


class SampleForm(StrictForm):
    """What is to be drawn."""

    size = forms.IntegerField(min_value=LEAST, max_value=MOST)
    territory = forms.ChoiceField(choices=(), required=False)
    region_code = forms.ChoiceField(choices=(), required=False)
    by_owners = forms.TypedChoiceField(choices=(), coerce=lambda word: word == "yes")
    seed = forms.IntegerField(min_value=0, max_value=2**31 - 1)

    def __init__(self, *args: Any, request: Asked, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lang, own = language_of(request), options(request.actor)
        for name in ("territory", "region"):
            found = [(option.value, option.name) for option in own[name]]
            field: Any = self.fields["region_code" if name == "region" else name]
            field.choices = [("", told(say(f"samples.every_{name}"), lang)), *found]
        ways = [("yes", told(say("samples.by_owners"), lang)), ("no", told(say("samples.by_me"), lang))]
        self.fields["by_owners"].choices = ways  # type: ignore[attr-defined]
        for name, each in self.fields.items():
            each.label = f"samples.field_{name}"


@dataclass(frozen=True, slots=True)
class Row:
    """A sample of the list."""

    url: str
    title: Message
    state: Badge
    checked: float
    items: int
    mine: int
    by: str
    drawn_at: Any


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A customer of a sample in its list."""

    url: str
    customer: str
    owner: Text
    state: Badge
    wrong: Text
    checked_at: Any


@dataclass(frozen=True, slots=True)
class Question:
    """A field that is to be checked, with the answer that it has."""

    line: reads.FieldLine
    label: Message
    verdicts: tuple[tuple[str, str, bool], ...]
    outcome: Text
    hint: str


@door("sample.read")
def index(request: Asked) -> HttpResponse:
    """Show the samples."""
    page = reads.list_samples(request.actor, cursor=request.GET.get("after"))
    context = {
        "rows": [_row(line) for line in page.items],
        "columns": _COLUMNS,
        "tabs": tabs(request, "samples"),
        "may_draw": request.actor.may("sample.write"),
        "next": f"{request.path}?after={page.next}" if page.next else "",
        "previous": f"{request.path}?after={page.previous}" if page.previous else "",
    }
    return render(request, "customers/samples.html", context)


@door("sample.write", "GET", "POST")
@once
def new(request: Asked) -> HttpResponse:
    """Return the form of a new sample, or draw it."""
    # Another seed each time: the same one would draw the same customers again.
    usual = {"size": 50, "seed": int(timezone.now().timestamp()) % _SEEDS, "by_owners": "yes"}
    form = SampleForm(request.POST if request.method == "POST" else None, request=request, initial=usual)
    if form.is_valid():
        try:
            sample = writes.draw_sample(request.actor, writes.SampleDraft(**form.cleaned_data))
        except InvalidError as error:
            form.refuse(error.fields)
        else:
            messages.success(
                request,
                told(
                    say("samples.drawn" if form.cleaned_data["by_owners"] else "samples.drawn_for_me"),
                    language_of(request),
                ),
            )
            return redirect("customers:sample", sample)
    context = {"form": form, "key": request.POST.get("key") or uuid4().hex}
    return render(request, "customers/sample_new.html", context, status=422 if form.errors else 200)


@door("sample.read", noun="sample")
def show(request: Asked, sample: int) -> HttpResponse:
    """Show one sample: how far it is, what came of it, and its customers."""
    detail = reads.read_sample(request.actor, sample, cursor=request.GET.get("after"))
    line, lang = detail.line, language_of(request)
    context = {
        "line": line,
        "title": _title(line),
        "state": _badge(line.state),
        "facts": _facts(line),
        "result": accuracy_rows(detail.result, lang),
        "result_columns": ACCURACY_COLUMNS,
        "outcomes": _outcomes(detail.outcomes),
        "to_apply": detail.to_apply,
        "rows": [_item_row(item) for item in detail.items.items],
        "columns": _ITEM_COLUMNS,
        "share": line.checked / line.items if line.items else 0.0,
        "may_write": request.actor.may("sample.write"),
        "may_apply": request.actor.may("sample.write") and request.actor.may("customer.write"),
        "next": f"{request.path}?after={detail.items.next}" if detail.items.next else "",
        "previous": f"{request.path}?after={detail.items.previous}" if detail.items.previous else "",
    }
    return render(request, "customers/sample.html", context)


@door("sample.read", noun="sample")
def check(request: Asked, sample: int) -> HttpResponse:
    """Go to the next customer that waits for the person, or back to the sample when all are done."""
    reads.read_sample(request.actor, sample, size=1)
    after = request.GET.get("after", "")
    place = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    following = reads.next_item(request.actor, sample, after=place)
    if following is None:
        return redirect("customers:sample", sample)
    return redirect("customers:sample-item", following)


@door("sample.read", "GET", noun="item")
def item(request: Asked, item: int) -> HttpResponse:
    """Show what is to be checked of one customer."""
    return _asked(request, item)


@door("sample.answer", "POST", noun="item", fields=_ANSWERS)
def answer(request: Asked, item: int) -> HttpResponse:
    """Keep what was found of one customer, and go on to the next."""
    line = reads.read_item(request.actor, item)
    given = _given(request, line)
    try:
        writes.answer_item(request.actor, item, given, version=_whole(request, "version"))
    except InvalidError as error:
        return _asked(request, item, wrong=tuple(error.fields.values()), status=422)
    except StaleError:
        return _asked(request, item, wrong=(say("samples.stale"),), status=412)
    messages.success(request, told(say("samples.kept", customer=line.customer), language_of(request)))
    return redirect(f"{reverse('customers:sample-check', args=[line.sample])}?after={item}")


@door("sample.write", "POST", noun="sample", fields=("version",))
def close(request: Asked, sample: int) -> HttpResponse:
    """Close a sample."""
    writes.close_sample(request.actor, sample, version=_whole(request, "version"))
    messages.success(request, told(say("samples.was_closed"), language_of(request)))
    return redirect("customers:sample", sample)


@door("sample.write", "POST", noun="sample", fields=("version",))
@once
def apply(request: Asked, sample: int) -> HttpResponse:
    """Write the right values of a closed sample to its customers."""
    counts = writes.apply_sample(request.actor, sample, version=_whole(request, "version"))
    kept = sum(number for word, number in counts.items() if word not in ("applied", "same"))
    said = say("samples.was_applied", applied=counts.get("applied", 0), kept=kept)
    messages.success(request, told(said, language_of(request)))
    return redirect("customers:sample", sample)


def _asked(request: Asked, item: int, *, wrong: tuple[Message, ...] = (), status: int = 200) -> HttpResponse:
    line = reads.read_item(request.actor, item)
    done, total = reads.place_of(request.actor, line)
    lang = language_of(request)
    context = {
        "line": line,
        "questions": [_question(field, lang) for field in line.fields],
        "done": done,
        "total": total,
        "share": done / total if total else 0.0,
        "may_answer": reads.may_answer(request.actor, line),
        "wrong": wrong,
        "skip": f"{reverse('customers:sample-check', args=[line.sample])}?after={line.id}",
        "customer_url": reverse("customers:customer", args=[line.merged_into or line.customer_code]),
    }
    return render(request, "customers/sample_item.html", context, status=status)


def _given(request: Asked, line: reads.ItemLine) -> dict[str, Mapping[str, str]]:
    everything = request.POST.get("do") == "right"
    given: dict[str, Mapping[str, str]] = {}
    for field in line.fields:
        verdict = request.POST.get(f"v-{field.name}", "") or ("right" if everything and not field.masked else "")
        if verdict and not field.masked:
            given[field.name] = {"verdict": verdict, "text": request.POST.get(f"t-{field.name}", "")}
    return given


def _question(field: reads.FieldLine, lang: Lang) -> Question:
    verdicts = tuple((word, told(say(f"samples.verdict_{word}"), lang), field.verdict == word) for word in VERDICTS)
    outcome = say(f"samples.outcome_{field.outcome}") if field.outcome else ""
    hint = "samples.right_code" if field.name == "region_code" else "samples.right_value"
    return Question(field, field_name(field.name), verdicts, outcome, hint)


def _row(line: reads.SampleLine) -> Row:
    return Row(
        url=reverse("customers:sample", args=[line.id]),
        title=_title(line),
        state=_badge(line.state),
        checked=line.checked / line.items if line.items else 0.0,
        items=line.items,
        mine=line.mine,
        by=line.by,
        drawn_at=line.drawn_at,
    )


def _title(line: reads.SampleLine) -> Message:
    return say("samples.named", n=line.size, number=line.id)


def _badge(state: str) -> Badge:
    return Badge(f"samples.state_{state}", "ok" if state == "open" else "")


def _facts(line: reads.SampleLine) -> list[Fact]:
    rows = [
        Fact("samples.scope", line.territory or say("samples.every_territory")),
        Fact("samples.field_region_code", line.region_code),
        Fact("samples.field_seed", line.seed),
        Fact("samples.by", line.by),
        Fact("samples.drawn_at", line.drawn_at, "moment"),
        Fact("samples.closed_at", line.closed_at, "moment"),
        Fact("samples.applied_at", line.applied_at, "moment"),
    ]
    return [row for row in rows if row.value not in (None, "")]


def _outcomes(counts: Mapping[str, int]) -> list[Rank]:
    total = sum(counts.values()) or 1
    ranked = sorted(counts.items(), key=lambda one: -one[1])
    return [Rank(say(f"samples.outcome_{word}"), number, number / total) for word, number in ranked]


def _item_row(item: reads.ItemLine) -> ItemRow:
    wrong = tuple(field_name(field.name) for field in item.fields if field.verdict == "wrong")
    done = item.checked_at is not None
    return ItemRow(
        url=reverse("customers:sample-item", args=[item.id]),
        customer=item.customer,
        owner=item.owner or say("samples.the_drawer"),
        state=Badge("samples.merged") if item.merged_into else _checked(done=done, still_open=item.open),
        wrong=say("customers.listed", items=wrong) if wrong else "",
        checked_at=item.checked_at,
    )


def _checked(*, done: bool, still_open: bool) -> Badge:
    if done:
        return Badge("samples.is_checked", "ok")
    return Badge("samples.is_waiting", "warn") if still_open else Badge("samples.is_left")


def _whole(request: Asked, name: str) -> int:
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise InvalidError({name: say("samples.no_version")})
    return int(text)
