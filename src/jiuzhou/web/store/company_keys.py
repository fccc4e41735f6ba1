"""
Companies filed by their names: the keys of all customers and registrations, and those that a name may be the same as.

A name is filed under numbers made of the core of the company's name: the whole core, the pairs among its first three
letters (``collect.companies.blocking_keys``) and its first four letters. Numbers instead of words keep the table small
and leave no name in it. What is found here is of the whole organisation; who may be told of it is said elsewhere.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import pyarrow as pa
from django.db.models import Q, QuerySet

from jiuzhou.collect.companies import CompanyName, blocking_keys, names_of_companies
from jiuzhou.web.store.bulk import insert_rows
from jiuzhou.web.store.models import CompanyKey, Customer, Owner, Registration, RegistrationKey
from jiuzhou.web.store.present import with_present_owner

_BEGINNING = 4
_MOST_OF_A_KEY = 800
_MOST_LOOKED_AT = 300
_MOST_STANDING = 2000
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Held:
    """
    A company that is there already.

    Attributes
    ----------
    parts
        Its name in parts, but for whether the place stands behind the core.
    owner_id, owner
        Who has it, or registered it, at present; ``None`` and empty for a customer that nobody has.
    state
        ``waiting`` or ``granted`` of a registration; empty of a customer.
    """

    kind: str
    key: int
    code: str
    name: str
    parts: CompanyName
    tax_id: str
    owner_id: int | None
    owner: str
    pool: str = ""
    state: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Near:
    """
    What a name may be the same as.

    Attributes
    ----------
    cut
        Whether so many names begin alike that not all of them were looked at.
    """

    held: tuple[Held, ...]
    cut: bool


def file_customers(rows: Iterable[tuple[int, int, str]]) -> None:
    """File customers under their names as they are now: organisation, key and name of each; in the caller's act."""
    _file(CompanyKey, "customer_id", list(rows))


def file_registrations(keys: Iterable[int]) -> None:
    """File registrations under their names as they are now, in the caller's act."""
    rows = Registration.unscoped.filter(pk__in=keys).values_list("organisation_id", "pk", "name")
    _file(RegistrationKey, "registration_id", list(rows))


def refile_blotted(organisation: int, blot: str) -> int:
    """File anew the registrations whose names were emptied or blotted; return how many, so that no key keeps a name."""
    emptied = Registration.unscoped.filter(Q(name="") | Q(name__contains=blot), organisation=organisation)
    keys = list(emptied.values_list("pk", flat=True))
    file_registrations(keys)
    return len(keys)


def near_customers(organisation: int, name: CompanyName, tax_ids: Sequence[str], *, settling: int | None) -> Near:
    """Return the customers whose names share a key with ``name``, or that have one of ``tax_ids``."""
    live = Customer.unscoped.filter(organisation=organisation, deleted_at__isnull=True, erased_at__isnull=True)
    keys, cut = _likeliest(organisation, name)
    wanted = set(keys) | (
        set(live.filter(tax_id__in=tax_ids).values_list("pk", flat=True)[:_CHUNK]) if tax_ids else set()
    )
    found = with_present_owner(live.filter(pk__in=wanted), settling=settling)
    rows: list[Any] = list(found.order_by().values_list("pk", "code", "name", "tax_id", "owner_now", "pool"))  # type: ignore[misc]
    owners = dict(Owner.unscoped.filter(pk__in={row[4] for row in rows if row[4]}).values_list("pk", "name"))
    return Near(
        tuple(
            Held("customer", key, code, own, parts, tax_id, owner, owners.get(owner or 0, ""), pool)
            for (key, code, own, tax_id, owner, pool), parts in zip(
                rows, names_in_parts(row[2] for row in rows), strict=True
            )
        ),
        cut,
    )


def near_registrations(
    organisation: int, name: CompanyName, tax_ids: Sequence[str], *, today: date, states: Sequence[str]
) -> tuple[Held, ...]:
    """Return the registrations in ``states``, none expired, that share a key with ``name`` or one of ``tax_ids``."""
    standing = Registration.unscoped.filter(
        Q(state="waiting") | Q(protected_until__gte=today), organisation=organisation, state__in=states
    )
    filed = RegistrationKey.unscoped.filter(organisation=organisation, key__in=_filed_under(name.core))
    wanted = Q(pk__in=filed.values("registration")) | (Q(tax_id__in=tax_ids) if tax_ids else Q(pk__in=()))
    return _held(standing.filter(wanted))


def protecting_registrations(organisation: int, *, today: date) -> tuple[Held, ...]:
    """Return the registrations that protect a company on ``today``."""
    return _held(Registration.unscoped.filter(organisation=organisation, state="granted", protected_until__gte=today))


def names_in_parts(names: Iterable[str]) -> list[CompanyName]:
    """Return names in their parts, but for whether the place stands behind the core."""
    table = names_of_companies(pa.array(list(names), pa.string()))
    columns = (table[part].to_pylist() for part in ("core", "form", "place", "branch"))
    return [CompanyName(*parts) for parts in zip(*columns, strict=True)]


def _held(registrations: QuerySet[Registration]) -> tuple[Held, ...]:
    rows = list(registrations.select_related("owner").order_by("pk")[:_MOST_STANDING])
    return tuple(
        Held(
            kind="registration",
            key=row.pk,
            code="",
            name=row.name,
            parts=parts,
            tax_id=row.tax_id,
            owner_id=row.owner_id,
            owner=row.owner.name,
            state=row.state,
            until=row.protected_until if row.state == "granted" else None,
        )
        for row, parts in zip(rows, names_in_parts(row.name for row in rows), strict=True)
    )


def _likeliest(organisation: int, name: CompanyName) -> tuple[list[int], bool]:
    # Rare keys tell most: each adds one over the number of companies that share it. A key that very many share is read
    # so far only, and those that share a rarer one too are in that one's list.
    weights: defaultdict[int, float] = defaultdict(float)
    cut = False
    for key in _filed_under(name.core):
        rows = CompanyKey.unscoped.filter(organisation=organisation, key=key)
        found = list(rows.order_by().values_list("customer_id", flat=True)[: _MOST_OF_A_KEY + 1])
        cut |= len(found) > _MOST_OF_A_KEY
        for one in found:
            weights[one] += 1 / len(found)
    ranked = sorted(weights, key=lambda one: (-weights[one], one))
    return ranked[:_MOST_LOOKED_AT], cut or len(ranked) > _MOST_LOOKED_AT


def _file(model: type[CompanyKey] | type[RegistrationKey], field: str, rows: Sequence[tuple[int, int, str]]) -> None:
    standing: defaultdict[int, Counter[int]] = defaultdict(Counter)
    ids = [row[1] for row in rows]
    for one, key in model.unscoped.filter(**{f"{field}__in": ids}).order_by().values_list(field, "key"):
        standing[one][key] += 1
    columns: dict[str, list[int]] = {"organisation_id": [], "key": [], field: []}
    changed: list[int] = []
    for (organisation, one, _), parts in zip(rows, names_in_parts(row[2] for row in rows), strict=True):
        keys = _filed_under(parts.core)
        if standing.get(one, Counter()) == Counter(keys):
            continue
        if one in standing:
            changed.append(one)
        columns["organisation_id"] += [organisation] * len(keys)
        columns["key"] += keys
        columns[field] += [one] * len(keys)
    if changed:
        model.unscoped.filter(**{f"{field}__in": changed}).delete()
    insert_rows(model, columns)


def _filed_under(core: str) -> tuple[int, ...]:
    keys = (*blocking_keys(CompanyName(core)), core[:_BEGINNING])
    return tuple(dict.fromkeys(_number_of(key) for key in keys if key))


@lru_cache(maxsize=65_536)
def _number_of(key: str) -> int:
    return int.from_bytes(blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)
