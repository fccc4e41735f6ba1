"""Samples of customers to be checked: how far they are, what is to be checked of a customer, what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import Count, Q, QuerySet

from jiuzhou.geo.divisions import divisions
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.reads.customer import CONTACT, HIDDEN, shows_contact
from jiuzhou.web.collect.reads.quality.shapes import Checked
from jiuzhou.web.collect.reads.quality.standing import checked_fields
from jiuzhou.web.paging import Page, page_of
from jiuzhou.web.store.models import Customer, Owner, Sample, SampleItem

State = Literal["open", "closed"]
Verdict = Literal["", "right", "wrong", "unknown"]


@dataclass(frozen=True, slots=True)
class SampleLine:
    """
    A sample of the list.

    Attributes
    ----------
    items, checked
        Customers of it that one sees, and those that were checked.
    mine
        Customers that wait for whoever asks.
    """

    id: int
    state: State
    size: int
    seed: int
    territory: str
    territory_code: str
    region_code: str
    by: str
    drawn_at: datetime
    closed_at: datetime | None
    applied_at: datetime | None
    items: int
    checked: int
    mine: int
    version: int


@dataclass(frozen=True, slots=True)
class FieldLine:
    """
    One field of a customer that is to be checked.

    Attributes
    ----------
    drawn
        The value at the draw; dots where it is hidden from who asks.
    shown
        The same as people read it: the name of an owner, of a region.
    verdict
        Empty while nobody answered.
    right
        The value that is right, of a wrong one.
    outcome
        What became of it: empty, ``applied``, ``same``, ``newer``, ``invalid``, ``by_hand``, ``refused``.
    """

    name: str
    drawn: str
    shown: str
    masked: bool
    verdict: Verdict
    right: str
    outcome: str


@dataclass(frozen=True, slots=True)
class ItemLine:
    """
    A customer of a sample.

    Attributes
    ----------
    owner
        Who is to check it; empty for whoever drew the sample.
    merged_into
        Code of the record of the same sample that it was merged into: then nothing is asked of it any more.
    """

    id: int
    sample: int
    customer_code: str
    customer: str
    owner: str
    checked_by: str
    checked_at: datetime | None
    fields: tuple[FieldLine, ...]
    open: bool
    version: int
    merged_into: str = ""


@dataclass(frozen=True, slots=True)
class SampleDetail:
    """A sample, its result once it is closed, and a page of its customers, those to be checked first."""

    line: SampleLine
    result: tuple[Checked, ...]
    outcomes: Mapping[str, int]
    to_apply: int
    items: Page[ItemLine]


def list_samples(actor: Actor, *, cursor: str | None = None, size: int = 50) -> Page[SampleLine]:
    """Return one page of the samples, the latest first."""
    actor.must("sample.read")
    rows = _samples(actor)
    page = page_of(rows, lambda row: row, order=("-drawn_at", "id"), cursor=cursor, size=size)
    return Page(_lines(actor, page.items), page.next, page.previous)


def read_sample(actor: Actor, sample: int, *, cursor: str | None = None, size: int = 50) -> SampleDetail:
    """
    Return one sample with a page of its customers.

    Raises
    ------
    NotFoundError
        If there is none for this actor.
    """
    actor.must("sample.read")
    one_visible(actor, Sample, pk=sample)
    row = _samples(actor).get(pk=sample)
    (line,) = _lines(actor, [row])
    rows = _items(actor).filter(sample=sample)
    page = page_of(rows, lambda item: item, order=("id",), cursor=cursor, size=size)
    owners = _owner_names(actor, page.items)
    shaped = Page(tuple(_item(actor, item, owners) for item in page.items), page.next, page.previous)
    outcomes, to_apply = _outcomes(actor, row) if row.state == "closed" else ({}, 0)
    return SampleDetail(line, checked_fields(row.result), outcomes, to_apply, shaped)


def read_item(actor: Actor, item: int) -> ItemLine:
    """
    Return one customer of a sample, as it is to be checked.

    Raises
    ------
    NotFoundError
        If there is none for this actor.
    """
    actor.must("sample.read")
    one_visible(actor, SampleItem, pk=item)
    row = _items(actor).get(pk=item)
    return _item(actor, row, _owner_names(actor, [row]))


def next_item(actor: Actor, sample: int, *, after: int = 0) -> int | None:
    """Return the next customer that waits for ``actor`` after the item ``after``, or the first; ``None`` if none."""
    waiting = _mine(actor, visible_to(actor, SampleItem)).filter(sample=sample, sample__state="open", checked_at=None)
    keys = waiting.order_by("pk").values_list("pk", flat=True)
    return keys.filter(pk__gt=after).first() or keys.first()


def place_of(actor: Actor, item: ItemLine) -> tuple[int, int]:
    """Return how many of one's customers of the item's sample are checked, and how many there are."""
    mine = _mine(actor, visible_to(actor, SampleItem)).filter(sample=item.sample)
    found = mine.aggregate(all=Count("pk"), done=Count("pk", filter=Q(checked_at__isnull=False)))
    return found["done"], found["all"]


def may_answer(actor: Actor, line: ItemLine) -> bool:
    """Return whether ``actor`` may answer for the customer now."""
    return actor.may("sample.answer") and line.open


def waiting_for(actor: Actor) -> tuple[tuple[int, int], ...]:
    """Return the open samples with customers that wait for ``actor``, and how many, the latest first."""
    if not actor.may("sample.answer"):
        return ()
    items = _mine(actor, visible_to(actor, SampleItem)).filter(sample__state="open", checked_at=None)
    found = items.order_by("-sample").values_list("sample").annotate(n=Count("pk"))
    return tuple((int(sample), int(count)) for sample, count in found[:10])


def _samples(actor: Actor) -> QuerySet[Sample]:
    return visible_to(actor, Sample).select_related("by", "territory")


def _items(actor: Actor) -> QuerySet[SampleItem]:
    return visible_to(actor, SampleItem).select_related("sample", "customer__merged_into", "owner", "checked_by")


def _mine(actor: Actor, items: QuerySet[SampleItem]) -> QuerySet[SampleItem]:
    mine = Q(owner__in=actor.own_ids) | Q(owner__isnull=True, sample__by=actor.user_id)
    return items.filter(mine, customer__deleted_at=None)


def _lines(actor: Actor, rows: Sequence[Sample]) -> tuple[SampleLine, ...]:
    mine = Q(owner__in=actor.own_ids) | Q(owner__isnull=True, sample__by=actor.user_id)
    items = visible_to(actor, SampleItem).filter(sample__in=[row.pk for row in rows], customer__deleted_at=None)
    counts = {
        sample: (everything, done, own)
        for sample, everything, done, own in items.order_by()
        .values_list("sample")
        .annotate(
            everything=Count("pk"),
            done=Count("pk", filter=Q(checked_at__isnull=False)),
            own=Count("pk", filter=mine & Q(checked_at__isnull=True)),
        )
    }
    return tuple(_line(row, counts.get(row.pk, (0, 0, 0)), actor) for row in rows)


def _line(row: Sample, counts: tuple[int, int, int], actor: Actor) -> SampleLine:
    return SampleLine(
        id=row.pk,
        state="closed" if row.state == "closed" else "open",
        size=row.size,
        seed=row.seed,
        territory=row.territory.name if row.territory else "",
        territory_code=row.territory.code if row.territory else "",
        region_code=row.region_code,
        by=row.by.name if row.by else "",
        drawn_at=row.drawn_at,
        closed_at=row.closed_at,
        applied_at=row.applied_at,
        items=counts[0],
        checked=counts[1],
        mine=counts[2] if row.state == "open" and actor.may("sample.answer") else 0,
        version=row.version,
    )


def _item(actor: Actor, row: SampleItem, owners: Mapping[str, str]) -> ItemLine:
    masked, into = not shows_contact(actor, row.customer), row.customer.merged_into
    return ItemLine(
        id=row.pk,
        sample=row.sample_id,
        customer_code=row.customer.code,
        customer=row.customer.name or row.customer.code,
        owner=row.owner.name if row.owner else "",
        checked_by=row.checked_by.name if row.checked_by else "",
        checked_at=row.checked_at,
        fields=tuple(_field(row, name, owners, masked=masked and name in CONTACT) for name in row.sample.fields),
        open=row.sample.state == "open" and into is None,
        version=row.version,
        merged_into=into.code if into else "",
    )


def _field(row: SampleItem, name: str, owners: Mapping[str, str], *, masked: bool) -> FieldLine:
    drawn, answer = _text(row.drawn, name), row.answers.get(name, {})
    right = str(answer.get("text", ""))
    return FieldLine(
        name=name,
        drawn=HIDDEN if masked and drawn else drawn,
        shown=HIDDEN if masked and drawn else _shown(name, drawn, owners),
        masked=masked,
        verdict=answer.get("verdict", ""),
        right=HIDDEN if masked and right else right,
        outcome=str(row.outcome.get(name, "")),
    )


def _shown(name: str, text: str, owners: Mapping[str, str]) -> str:
    if name == "owner_id":
        return owners.get(text, text)
    if name == "region_code" and text:
        return " ".join(divisions().path(text)) or text
    return text


def _text(values: Mapping[str, Any], name: str) -> str:
    return str(values.get(name, {}).get("text", ""))


def _owner_names(actor: Actor, items: Sequence[SampleItem]) -> dict[str, str]:
    codes = {_text(item.drawn, "owner_id") for item in items} - {""}
    return dict(visible_to(actor, Owner).filter(code__in=codes).values_list("code", "name")) if codes else {}


def _outcomes(actor: Actor, row: Sample) -> tuple[dict[str, int], int]:
    counts: dict[str, int] = {}
    waiting = 0
    for answers, outcome in visible_to(actor, SampleItem).filter(sample=row.pk).values_list("answers", "outcome"):
        for word in outcome.values():
            counts[word] = counts.get(word, 0) + 1
        waiting += sum(bool(one.get("text")) and name not in outcome for name, one in answers.items())
    return counts, waiting


def present_value(customer: Customer, name: str) -> str:
    """Return what ``customer`` has in a field of a sample, as text."""
    if name == "owner_id":
        return customer.owner.code if customer.owner else ""
    return str(getattr(customer, name) or "")
