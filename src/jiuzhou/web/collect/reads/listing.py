"""The list of customers: any order, any filters, any words, in a time that does not grow with the company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.reads.doubts import doubt_condition, in_sight
from jiuzhou.web.collect.reads.numbers import found_by_number
from jiuzhou.web.collect.reads.regions import own_codes
from jiuzhou.web.collect.reads.wanted import FIRST_SORT, SORTS, Wanted, along_of, condition_of, term_of
from jiuzhou.web.paging import page_of
from jiuzhou.web.store import finding
from jiuzhou.web.store.finding import among, in_order
from jiuzhou.web.store.models import Customer, CustomerScore, Organisation, Owner, Territory
from jiuzhou.web.store.own_regions import names_for, own_region_names
from jiuzhou.web.store.present import called, with_present_owner
from jiuzhou.web.store.spelling import Term, terms_of
from jiuzhou.web.store.today import working_day

COUNTED = 10_000
"""Customers up to which a list is counted; beyond, it says "more than"."""

WIDE = 100
"""Owners in sight from which on nobody looks whether their customers are few."""

Names = Mapping[int, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One customer of a list; ``owner`` is empty for one of the public pool, ``place`` is how its region is called."""

    key: int
    code: str
    name: str
    tier: str
    score: float | None
    key_account: bool
    industry: str
    region_code: str
    owner: str
    owner_code: str
    territory: str
    territory_code: str
    pool: str
    revenue_12m: Decimal | None
    clv: Decimal | None
    risk: float | None
    last_order_on: date | None
    version: int
    place: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """
    One page of the list.

    Attributes
    ----------
    total
        How many there are, at most ``COUNTED``; ``None`` where nobody counted.
    more
        Whether there are more than ``total``.
    best
        Whether so many match that only the best scored are shown.
    """

    rows: tuple[CustomerRow, ...]
    next: str | None
    previous: str | None
    total: int | None
    more: bool
    best: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """
    Which customers a list is of: those of ``sieved``, and among them ``keys`` where they were looked up.

    Attributes
    ----------
    best
        Whether more match than ``keys``, which are the best scored then.
    number
        How many there are, where that is known already.
    more
        Whether ``number`` is how many there are at least.
    """

    sieved: QuerySet[Customer]
    keys: Sequence[int] | None
    best: bool = False
    number: int | None = None
    more: bool = False
    along: Q = field(default_factory=Q)


def customers(actor: Actor, wanted: Wanted, *, cursor: str | None = None, size: int = 50) -> Listing:
    """Return one page of the customers that ``actor`` may see and ``wanted`` describes."""
    actor.must("customer.read")
    choice = chosen(actor, wanted)
    rows = rows_of(actor, choice, scores=wanted.scores)
    page = page_of(rows, shaped, order=SORTS[wanted.sort], cursor=cursor, size=size)
    total, more = _counted(choice, rows, len(page.items), whole=not page.next and not page.previous, bare=wanted.bare)
    return Listing(_placed(actor, _at_present(actor, page.items)), page.next, page.previous, total, more, choice.best)


def chosen(actor: Actor, wanted: Wanted, *, whole: bool = False) -> Choice:
    """
    Return which customers ``wanted`` means for ``actor``, found the quicker way.

    Parameters
    ----------
    whole
        Whether all that match are needed, however many: of words that find too many a list shows some.
    """
    own = _own_regions(actor, wanted)
    if own:
        kept = tuple(code for code in wanted.filters["region"] if code not in own)
        wanted = replace(wanted, filters={**wanted.filters, "region": (*kept, *sorted(own))})
    scope, narrow = _scope(actor, wanted)
    sieved, today = scope, _today(actor) if {"unvisited", "doubt"} & set(wanted.filters) else date.min
    for name, values in wanted.filters.items():
        if name == "doubt":
            sieved = sieved.filter(doubt_condition(values, today=today, visible=in_sight(actor), own=own_codes(actor)))
        elif name == "region" and own:
            others = tuple(code for code in values if code not in own)
            sieved = sieved.filter(condition_of(name, others, today=today) | Q(region_code__in=own))
        elif name not in ("owner", "territory"):
            sieved = sieved.filter(condition_of(name, values, today=today))
    words = terms_of(wanted.query) if wanted.query else ()
    if words is None:
        return Choice(sieved.none(), [])
    if words:
        most = finding.ALL if whole else _most(actor)
        return _named(actor, wanted, scope if narrow else None, sieved, words, most=most)
    mine = finding.own_keys(scope) if narrow else None
    tags = _tags(wanted)
    if mine is not None or not tags:
        return Choice(sieved, mine, along=along_of(wanted))
    most = _most(actor)
    found = finding.find_among(sieved, tags, most=most, likely=_likely(actor, wanted))
    number = most if found is None else len(found)
    return Choice(sieved, found, number=number, more=found is None, along=along_of(wanted))


def rows_of(actor: Actor, choice: Choice, *, scores: bool) -> QuerySet[Any]:
    """Return the rows to be put in order: of ``CustomerScore`` where ``scores`` is set, else of ``Customer``."""
    rows = in_order(choice.sieved, actor.organisation_id, scores=scores, along=choice.along)
    if choice.keys is not None:
        rows = among(rows, choice.keys, field="customer_id" if scores else "pk")
    if scores:
        shown = (*_SCORES, *(f"customer__{name}" for name in _SHOWN))
        return rows.select_related("customer__owner", "customer__territory").only(*shown)
    shown = (*_SHOWN, "sort_key", *(f"scores__{name}" for name in _SCORES))
    return rows.select_related("scores", "owner", "territory").only(*shown)


_SCORES = (
    *("tier", "score", "revenue_12m", "clv", "churn_risk", "recency_days", "as_of"),
    *("by_score", "by_clv", "by_revenue", "by_risk", "by_recency"),
)
_SHOWN = (
    *("code", "name", "key_account", "industry", "region_code", "pool", "version"),
    *("owner__name", "owner__code", "territory__name", "territory__code"),
)


def _scope(actor: Actor, wanted: Wanted) -> tuple[QuerySet[Customer], bool]:
    scope = visible_to(actor, Customer)
    narrow = not actor.everywhere and len(actor.owner_ids) < WIDE
    if wanted.tab == "mine":
        scope, narrow = scope.filter(owner__in=actor.own_ids), True
    elif wanted.tab == "pool":
        scope, narrow = scope.filter(owner__isnull=True), True
    if "owner" in wanted.filters:
        owners = visible_to(actor, Owner).filter(code__in=wanted.filters["owner"]).values_list("pk", flat=True)
        scope, narrow = scope.filter(owner__in=list(owners)), True
    if "territory" in wanted.filters:
        scope, narrow = scope.filter(territory__in=_below(actor, wanted.filters["territory"])), True
    return scope, narrow


def _own_regions(actor: Actor, wanted: Wanted) -> frozenset[str]:
    """Return the own regions that a list is narrowed to, with all that lie in them."""
    if "region" not in wanted.filters:
        return frozenset()
    names = own_region_names(actor.organisation_id)
    found = {below for code in wanted.filters["region"] if code in names.names for below in names.below(code)}
    return frozenset(found & {*own_codes(actor, names), *wanted.filters["region"]} if found else ())


def _placed(actor: Actor, rows: tuple[CustomerRow, ...]) -> tuple[CustomerRow, ...]:
    names = names_for(actor.organisation_id, (row.region_code for row in rows))
    return tuple(replace(row, place=names.in_short(row.region_code)) for row in rows)


def _today(actor: Actor) -> date:
    as_of = Organisation.objects.values_list("as_of", flat=True).get(pk=actor.organisation_id)
    return working_day(as_of, now=timezone.now(), zone=actor.zone)


def _below(actor: Actor, codes: Sequence[str]) -> list[int]:
    rows = list(visible_to(actor, Territory).values_list("pk", "parent_id", "code"))
    found = {key for key, _, code in rows if code in codes}
    while more := {key for key, parent, _ in rows if parent in found} - found:
        found |= more
    return sorted(found)


def _named(
    actor: Actor,
    wanted: Wanted,
    narrow: QuerySet[Customer] | None,
    sieved: QuerySet[Customer],
    words: Sequence[Term],
    *,
    most: int,
) -> Choice:
    own = None if narrow is None else finding.own_names(narrow)
    numbered = found_by_number(actor, sieved, wanted.query, most=most)
    if own is not None:
        keys = {*finding.named(own, words), *numbered.keys}
        return Choice(sieved, sorted(keys), best=numbered.cut)
    terms = [*words, *_tags(wanted)]
    found = finding.find_among(sieved, terms, most=most, likely=_likely(actor, wanted))
    best: Sequence[int] = found or ()
    if found is None:
        best = finding.best_of(sieved, actor.organisation_id, words, along=along_of(replace(wanted, sort=FIRST_SORT)))
    keys, cut = {*best, *numbered.keys}, found is None or numbered.cut
    return Choice(sieved, sorted(keys), best=cut, number=len(keys), more=cut)


def _tags(wanted: Wanted) -> list[Term]:
    return [term for name, values in wanted.filters.items() if (term := term_of(name, values)) is not None]


def _likely(actor: Actor, wanted: Wanted) -> bool:
    # The tags say all that the filters do: what they find is wanted.
    return actor.everywhere and all(term_of(name, values) for name, values in wanted.filters.items())


def _most(actor: Actor) -> int:
    return finding.MANY if actor.everywhere else finding.SOME


def _counted(choice: Choice, rows: QuerySet[Any], shown: int, *, whole: bool, bare: bool) -> tuple[int | None, bool]:
    if whole and not choice.best:
        return shown, False
    if choice.number is not None:
        return choice.number, choice.more
    if choice.keys is None and not bare:
        return None, True
    most = COUNTED + 1
    count = choice.sieved[:most].count() if bare and choice.keys is None else rows.order_by()[:most].count()
    return min(count, COUNTED), count > COUNTED or choice.best


def shaped(row: Customer | CustomerScore) -> CustomerRow:
    """Return what is shown of a row of ``rows_of``."""
    return _shape(row, row.scores) if isinstance(row, Customer) else _shape(row.customer, row)


def _shape(customer: Customer, scores: CustomerScore) -> CustomerRow:
    return CustomerRow(
        key=customer.pk,
        code=customer.code,
        name=customer.name,
        tier=scores.tier,
        score=scores.score,
        key_account=customer.key_account,
        industry=customer.industry,
        region_code=customer.region_code,
        owner=customer.owner.name if customer.owner else "",
        owner_code=customer.owner.code if customer.owner else "",
        territory=customer.territory.name if customer.territory else "",
        territory_code=customer.territory.code if customer.territory else "",
        pool=customer.pool,
        revenue_12m=scores.revenue_12m,
        clv=scores.clv,
        risk=scores.churn_risk,
        last_order_on=None if scores.recency_days is None else scores.as_of - timedelta(days=scores.recency_days),
        version=customer.version,
    )


def _at_present(actor: Actor, rows: tuple[CustomerRow, ...]) -> tuple[CustomerRow, ...]:
    # While a plan is being written down, customers still name their former owners: those of the plan are put in.
    if actor.settling is None or not rows:
        return rows
    held = with_present_owner(
        visible_to(actor, Customer).filter(pk__in=[row.key for row in rows]), settling=actor.settling
    )
    now: dict[int, Any] = {customer.pk: customer for customer in held.only("pk")}
    owners = called(Owner, (customer.owner_now for customer in now.values()))
    places = called(Territory, (customer.territory_now for customer in now.values()))
    return tuple(_moved(row, owners, places, now[row.key]) for row in rows if row.key in now)


def _moved(row: CustomerRow, owners: Names, places: Names, now: Any) -> CustomerRow:
    owner, owner_code = owners.get(now.owner_now, ("", ""))
    territory, territory_code = places.get(now.territory_now, ("", ""))
    return replace(row, owner=owner, owner_code=owner_code, territory=territory, territory_code=territory_code)
