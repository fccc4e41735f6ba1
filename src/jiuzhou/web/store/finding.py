"""
Which customers are found by words of their names and tags of their fields, among those that somebody sees.

Found is every customer that is seen and matches; where they are too many for one list, the best scored of them, and
then it is said. What others have decides nothing of it, at most how long it takes. What is typed comes in as parameters
only, as words of letters, digits and Han (``store.spelling``); the SQL differs by database.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, Exists, Model, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from jiuzhou.web.store.models import Customer, CustomerScore
from jiuzhou.web.store.spelling import Phrase, Term, holds, terms_of

Row = TypeVar("Row", bound=Model)

OWN = 10_000
"""Customers in sight up to which they themselves are looked through, whatever the index knows of others."""
READ = 2_000
"""Of these at most so many names are read without asking the index first."""
MANY = 10_000
SOME = 3_000
"""Matches up to which all are found: of those who see everything, and of others with more than ``OWN`` in sight."""
ALL = 2**31
BEST = 100
LOOKED_FIRST = 300
LOOKED = 3_000
"""Where more match: at most so many are shown, found among so many of the best scored in sight."""
_EVERY = Q()


@dataclass(frozen=True, slots=True)
class Found:
    """
    Keys of customers.

    Attributes
    ----------
    cut
        Whether more match than can be shown, and these are the best scored.
    """

    keys: Sequence[int]
    cut: bool = False


def search(visible: QuerySet[Customer], organisation: int, query: str, *, everything: bool) -> Found:
    """
    Return the customers among ``visible`` that ``query`` finds by name.

    Parameters
    ----------
    everything
        Whether ``visible`` is all of the organisation, so that nobody counts whether it is few.
    """
    terms = terms_of(query)
    if terms is None:
        return Found(())
    found = all_of(visible, terms, everything=everything)
    return Found(found) if found is not None else Found(best_of(visible, organisation, terms), cut=True)


def all_of(visible: QuerySet[Customer], terms: Sequence[Term], *, everything: bool) -> list[int] | None:
    """Return the keys of the customers among ``visible`` whose names ``terms`` find; ``None`` if they are too many."""
    own, most = None if everything else own_names(visible), MANY if everything else SOME
    return named(own, terms) if own is not None else find_among(visible, terms, most=most, likely=everything)


def own_names(scope: QuerySet[Customer]) -> Mapping[int, str] | None:
    """Return the names of ``scope`` by key; ``None`` if there are more than ``OWN``."""
    rows = dict(scope.order_by().values_list("pk", "name")[: OWN + 1])
    return rows if len(rows) <= OWN else None


def own_keys(scope: QuerySet[Customer]) -> list[int] | None:
    """Return the keys of ``scope``; ``None`` if there are more than ``OWN``."""
    keys = list(scope.order_by().values_list("pk", flat=True)[: OWN + 1])
    return keys if len(keys) <= OWN else None


def named(own: Mapping[int, str], terms: Sequence[Term]) -> list[int]:
    """Return the keys of ``own`` whose names ``terms`` find."""
    found = find(terms) if len(own) > READ else None
    if found is None:
        return [key for key, name in own.items() if holds(name, terms)]
    return [key for key in found if key in own]


def find(terms: Sequence[Term], *, most: int = MANY) -> list[int] | None:
    """Return the keys of the customers of all organisations that ``terms`` find; ``None`` if more than ``most``."""
    return _asked(terms, "", (), most)


def find_among(
    visible: QuerySet[Customer], terms: Sequence[Term], *, most: int, likely: bool = False
) -> list[int] | None:
    """
    Return the keys of the customers among ``visible`` that ``terms`` find; ``None`` if more than ``most``.

    Parameters
    ----------
    likely
        Whether nearly all that ``terms`` find are among ``visible``: the first that they find are tried, and the others
        looked for only where those do not tell. A database that joins the two expects few, and reads every customer.
    """
    inside = visible.filter(pk=RawSQL(f"customer_search.{_key()}", ())).order_by().values("pk")
    try:
        sql, params = inside.query.sql_with_params()
    except EmptyResultSet:
        return []
    if likely:
        tried = _tried(terms, sql, params, most)
        seen = [key for key, inside in tried if inside]
        if len(tried) <= most or len(seen) > most:
            return seen if len(tried) <= most else None
    return _asked(terms, f" AND EXISTS ({sql})", params, most)


def best_of(visible: QuerySet[Customer], organisation: int, terms: Sequence[Term], *, along: Q = _EVERY) -> list[int]:
    """
    Return the keys of the best scored of ``visible`` that ``terms`` find, when they find more than can be sorted.

    Parameters
    ----------
    along
        As for ``in_order``, for scores.
    """
    rows = in_order(visible, organisation, scores=True, along=along).order_by("-by_score", "customer_id")
    pairs = rows.values_list("customer_id", "customer__name")
    first = min(LOOKED_FIRST, LOOKED)  # enough for words of most names
    steps = (slice(0, first), slice(first, LOOKED))
    hits: Iterator[int] = (key for step in steps for key, name in pairs[step] if holds(name, terms))
    return list(islice(hits, BEST))


def matched(rows: QuerySet[Row], terms: Sequence[Term], *, field: str) -> QuerySet[Row]:
    """Return those of ``rows`` whose customer, in the column ``field``, ``terms`` find: each is asked by itself."""
    column = f"{connection.ops.quote_name(rows.model._meta.db_table)}.{connection.ops.quote_name(field)}"
    condition, way = _condition(terms)
    sql = f"EXISTS (SELECT 1 FROM customer_search WHERE customer_search.{_key()} = {column} AND {condition})"
    return rows.filter(RawSQL(sql, (way,), output_field=BooleanField()))


def among(rows: QuerySet[Row], keys: Collection[int], *, field: str = "pk") -> QuerySet[Row]:
    """Return those of ``rows`` whose ``field`` is one of ``keys``, of which there may be many thousands."""
    if connection.vendor == "postgresql":
        chosen = RawSQL("SELECT unnest(%s::bigint[])", [list(keys)])
    else:
        chosen = RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(keys))])
    return rows.filter(**{f"{field}__in": chosen})


def in_order(sieved: QuerySet[Customer], organisation: int, *, scores: bool, along: Q = _EVERY) -> QuerySet[Any]:
    """
    Return the rows of ``sieved`` for a walk along an index of names, or of scores where ``scores`` is set.

    The condition is asked of each row on the way: a database without statistics would else collect all that match and
    sort them, for a page of fifty.

    Parameters
    ----------
    along
        Conditions of ``sieved`` that the index itself can keep to, on the rows that are walked.
    """
    if scores:
        every: QuerySet[Any] = CustomerScore.unscoped.filter(along, organisation=organisation)
        return every.filter(Exists(sieved.filter(pk=OuterRef("customer_id"))))
    return Customer.unscoped.filter(along, organisation=organisation).filter(Exists(sieved.filter(pk=OuterRef("pk"))))


def _tried(terms: Sequence[Term], sql: str, params: Sequence[Any], most: int) -> list[tuple[int, bool]]:
    # The first that the terms find, each with whether ``sql`` has it; the OFFSET keeps PostgreSQL from a join.
    condition, way = _condition(terms)
    first = f"SELECT {_key()} FROM customer_search WHERE {condition} LIMIT %s"
    each = " OFFSET 0" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_key()}, EXISTS ({sql}{each}) FROM ({first}) AS customer_search", [*params, way, most + 1]
        )
        return [(key, bool(inside)) for key, inside in cursor.fetchall()]


def _asked(terms: Sequence[Term], inside: str, params: Sequence[Any], most: int) -> list[int] | None:
    condition, way = _condition(terms)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_key()} FROM customer_search WHERE {condition}{inside} LIMIT %s", [way, *params, most + 1]
        )
        found = [row[0] for row in cursor.fetchall()]
    return None if len(found) > most else found


def _condition(terms: Sequence[Term]) -> tuple[str, str]:
    if connection.vendor == "postgresql":
        return "words @@ %s::tsquery", " & ".join(f"({' | '.join(map(_pg_way, term))})" for term in terms)
    return "customer_search MATCH %s", " AND ".join(f"({' OR '.join(map(_fts_way, term))})" for term in terms)


def _key() -> str:
    return "customer_id" if connection.vendor == "postgresql" else "rowid"


def _fts_way(way: Sequence[Phrase]) -> str:
    return "(" + " AND ".join(f'"{" ".join(phrase.words)}"{"*" if phrase.open else ""}' for phrase in way) + ")"


def _pg_way(way: Sequence[Phrase]) -> str:
    return "(" + " & ".join(_pg_phrase(phrase) for phrase in way) + ")"


def _pg_phrase(phrase: Phrase) -> str:
    *first, last = (f"'{word}'" for word in phrase.words)
    return "(" + " <-> ".join([*first, f"{last}:*" if phrase.open else last]) + ")"
