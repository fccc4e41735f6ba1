"""Pairs of customers that may be one, for a person to judge, and the merges that were made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from typing import Any

from django.db.models import Q, QuerySet

from jiuzhou.kernel.message import Message, message_of
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.reads.customer import HIDDEN, shows_contact
from jiuzhou.web.paging import Page, page_of
from jiuzhou.web.store.models import Customer, DuplicatePair, Merge, Run, Territory

PAGE = 25
STATES = ("open", "later", "apart")
_TELLS_CONTACT = frozenset(
    {
        *("companies.same_credit_code", "companies.other_credit_code", "companies.same_typed_number"),
        *("companies.same_phone", "companies.other_phone", "companies.same_email"),
        *("companies.same_address", "companies.same_street", "companies.other_address"),
    }
)
SHOWN = ("left__owner", "left__territory", "right__owner", "right__territory")
"""What a line of a pair names beside the customers."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What the list of pairs is narrowed to; ``territory`` is a code, ``customer`` too."""

    state: str = "open"
    verdict: str = ""
    territory: str = ""
    customer: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One customer of a pair, in a line."""

    code: str
    name: str
    owner: str
    territory: str


@dataclass(frozen=True, slots=True)
class PairLine:
    """
    One pair.

    Attributes
    ----------
    probability
        That the two are one, 0 to 1.
    verdict
        ``merge``: sure enough to be merged without being looked at; ``review``: a person should look.
    evidence
        What speaks for and against it, the strongest first.
    """

    id: int
    left: Side
    right: Side
    probability: float
    verdict: str
    state: str
    evidence: tuple[Message, ...]
    by: str
    at: datetime | None
    found_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class MergeLine:
    """One record merged into another; ``may_undo`` is false where a later merge must be undone first."""

    id: int
    survivor: Side
    merged: Side
    standing: str
    by: str
    at: datetime
    undone_by: str
    undone_at: datetime | None
    may_undo: bool


@dataclass(frozen=True, slots=True)
class Comparing:
    """A comparison of all customers: its run, the run's state, and when it ended."""

    run: int
    state: str
    at: datetime | None


def can_compare() -> bool:
    """Return whether what compares customers is installed here."""
    return find_spec("splink") is not None


def pairs_of(actor: Actor, sought: Sought) -> QuerySet[DuplicatePair]:
    """Return the pairs that ``sought`` names, of those of which the actor sees both."""
    rows = visible_to(actor, DuplicatePair).filter(state=sought.state if sought.state in STATES else "open")
    if sought.verdict:
        rows = rows.filter(verdict=sought.verdict)
    if sought.territory:
        places = visible_to(actor, Territory).filter(code=sought.territory).values("pk")
        rows = rows.filter(Q(left__territory__in=places) | Q(right__territory__in=places))
    if sought.customer:
        rows = rows.filter(Q(left__code=sought.customer) | Q(right__code=sought.customer))
    return rows


def list_pairs(actor: Actor, sought: Sought, *, cursor: str | None = None, size: int = PAGE) -> Page[PairLine]:
    """Return one page of pairs, the most certain first."""
    actor.must("duplicate.read")
    rows = pairs_of(actor, sought).select_related(*SHOWN, "by")
    return page_of(rows, lambda row: line_of(actor, row), order=("-weight", "id"), cursor=cursor, size=size)


def count_to_merge(actor: Actor) -> int:
    """Return how many open pairs that the actor sees are sure enough to be merged without being looked at."""
    return pairs_of(actor, Sought(verdict="merge")).count()


def territories_of(actor: Actor) -> tuple[tuple[str, str], ...]:
    """Return code and name of the territories by which the list may be narrowed."""
    rows = visible_to(actor, Territory).filter(valid_to__isnull=True, children__isnull=True)
    return tuple(rows.order_by("name", "code").values_list("code", "name")[:500])


def list_merges(actor: Actor, *, customer: str = "", cursor: str | None = None, size: int = PAGE) -> Page[MergeLine]:
    """Return one page of merges, the latest first; only those that concern one customer, where it is named."""
    actor.must("duplicate.read")
    rows = visible_to(actor, Merge).select_related(
        "survivor__owner", "survivor__territory", "merged__owner", "merged__territory", "standing", "by", "undone_by"
    )
    if customer:
        rows = rows.filter(Q(standing__code=customer) | Q(survivor__code=customer) | Q(merged__code=customer))
    page = page_of(rows, lambda row: row, order=("-at", "-id"), cursor=cursor, size=size)
    blocked = _blocked(actor, page.items)
    return Page(tuple(_merge_line(row, row.pk not in blocked) for row in page.items), page.next, page.previous)


def standing_for(actor: Actor, code: str) -> str:
    """Return the code of the customer that stands for a merged one, of those that the actor sees; empty for none."""
    rows = visible_to(actor, Merge).filter(merged__code=code, undone_at=None)
    found = rows.filter(standing__in=visible_to(actor, Customer).values("pk")).values_list("standing__code", flat=True)
    return found.first() or ""


def last_comparing(actor: Actor) -> Comparing | None:
    """Return the latest comparison of all customers, as far as the actor sees such work."""
    rows = visible_to(actor, Run).filter(kind="customers.compare").order_by("-pk")
    found = rows.values_list("pk", "state", "finished_at").first()
    return None if found is None else Comparing(*found)


def line_of(actor: Actor, row: DuplicatePair) -> PairLine:
    """Return a pair with what it names, its evidence without what the actor may not see."""
    shows = shows_contact(actor, row.left) and shows_contact(actor, row.right)
    return PairLine(
        id=row.pk,
        left=side_of(row.left),
        right=side_of(row.right),
        probability=row.probability,
        verdict=row.verdict,
        state=row.state,
        evidence=tuple(_told(item, shows) for item in row.evidence),
        by=row.by.name if row.by else "",
        at=row.at,
        found_at=row.found_at,
        version=row.version,
    )


def side_of(row: Customer) -> Side:
    """Return a customer in a line."""
    return Side(row.code, row.name, row.owner.name if row.owner else "", row.territory.name if row.territory else "")


def _told(item: Mapping[str, Any], shows: bool) -> Message:
    if shows or item["code"] not in _TELLS_CONTACT:
        return message_of(item)
    return message_of({"code": item["code"], "params": dict.fromkeys(item["params"], HIDDEN)})


def _blocked(actor: Actor, rows: tuple[Merge, ...]) -> set[int]:
    # A merge that a later one builds on is not undone before that one.
    if not rows:
        return set()
    both = {key for row in rows for key in (row.survivor_id, row.merged_id)}
    standing = visible_to(actor, Merge).filter(Q(survivor__in=both) | Q(merged__in=both), undone_at=None)
    touching = list(standing.values_list("pk", "survivor_id", "merged_id"))
    return {
        row.pk
        for row in rows
        if any(key > row.pk and {row.survivor_id, row.merged_id} & {one, other} for key, one, other in touching)
    }


def _merge_line(row: Merge, last: bool) -> MergeLine:
    erased = row.survivor.erased_at is not None or row.merged.erased_at is not None
    return MergeLine(
        id=row.pk,
        survivor=side_of(row.survivor),
        merged=side_of(row.merged),
        standing=row.standing.code,
        by=row.by.name if row.by else "",
        at=row.at,
        undone_by=row.undone_by.name if row.undone_by else "",
        undone_at=row.undone_at,
        may_undo=row.undone_at is None and last and not erased,
    )
