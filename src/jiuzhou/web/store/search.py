"""
Customers found by what people type: characters, pinyin and initials from any place in the name, and tags of fields.

This is the one file with SQL that differs by database. What is typed comes in as parameters only, as words of letters,
digits and Han (``store.spelling``).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Exists, JSONField, Lookup, Model, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from jiuzhou.web.store.models import Customer, CustomerScore, Facet, Organisation
from jiuzhou.web.store.spelling import Phrase, Term, holds, tag, terms_of, words_of

Row = TypeVar("Row", bound=Model)

MANY = 20_000
"""Found customers up to which every one is looked at; more are taken best first."""
BEST = 100
READ = 3_000
"""Of more than ``MANY``: at most so many are shown, found among so many of the best scored."""
_CHUNK = 500
_EVERY = Q()
_NO_DAY = date(1970, 1, 1)
RISKS = ((0.6, "high"), (0.3, "middle"), (0.0, "low"))
GAPS = ("phone", "address", "place", "industry", "needs", "score")

_FIELDS = (
    *("organisation_id", "pk", "name", "industry", "region_code", "channel", "key_account", "needs", "products"),
    *("phone", "address", "lat", "scores__tier", "scores__churn_risk", "scores__abc", "scores__score"),
)


def index_customers(ids: Iterable[int]) -> int:
    """
    Return how many customers the index now knows as they stand; call it in the transaction that changed them.

    A customer without a row of scores gets an empty one, so that lists in the order of a score leave nobody out.
    """
    done = 0
    keys = list(ids)
    for start in range(0, len(keys), _CHUNK):
        rows = list(Customer.unscoped.filter(pk__in=keys[start : start + _CHUNK]).values_list(*_FIELDS, named=True))
        with transaction.atomic():
            _score_all(rows)
            _write_words([(row.pk, [*words_of(row.name), *(each.words[0] for each in _tags(row))]) for row in rows])
            _keep_facets(rows)
        done += len(rows)
    return done


def find(terms: Sequence[Term], *, most: int = MANY) -> list[int] | None:
    """Return the keys of the customers of all organisations that ``terms`` find; ``None`` if more than ``most``."""
    if connection.vendor == "postgresql":
        sql = "SELECT customer_id FROM customer_search WHERE words @@ %s::tsquery LIMIT %s"
        asked = " & ".join(f"({' | '.join(_pg_way(way) for way in term)})" for term in terms)
    else:
        sql = "SELECT rowid FROM customer_search WHERE customer_search MATCH %s LIMIT %s"
        asked = " AND ".join(f"({' OR '.join(_fts_way(way) for way in term)})" for term in terms)
    with connection.cursor() as cursor:
        cursor.execute(sql, [asked, most + 1])
        found = [row[0] for row in cursor.fetchall()]
    return None if len(found) > most else found


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


def matching(visible: QuerySet[Customer], organisation: int, query: str) -> QuerySet[Customer]:
    """
    Return the customers among ``visible`` that ``query`` finds by name.

    Of a word that finds more than ``MANY`` these are the best scored ``BEST`` at most.
    """
    terms = terms_of(query)
    if terms is None:
        return visible.none()
    found = find(terms)
    return among(visible, best_of(visible, organisation, terms) if found is None else found)


def best_of(visible: QuerySet[Customer], organisation: int, terms: Sequence[Term]) -> list[int]:
    """Return the keys of the best scored of ``visible`` that ``terms`` find, when they find more than can be sorted."""
    rows = in_order(visible, organisation, scores=True).order_by("-by_score", "customer_id")
    named = rows.values_list("customer_id", "customer__name")[:READ]
    return list(_first(BEST, (key for key, name in named.iterator(1_000) if holds(name, terms))))


def of_value(kind: str, value: object) -> Term:
    """Return the term that finds customers by a field's value, of a kind that ``_tags`` gives."""
    return ((tag(kind, value),),)


def region_stem(code: str) -> str:
    """Return a region's code without the zeros that make it a region: 320500 is 3205, 320000 is 32."""
    stem = code
    while len(stem) > 2 and stem.isdigit() and stem.endswith("00"):
        stem = stem[:-2]
    return stem


def risk_band(risk: float | None) -> str:
    """Return ``high``, ``middle`` or ``low`` for a risk between 0 and 1; ``unknown`` for none."""
    return "unknown" if risk is None else next(band for floor, band in RISKS if risk >= floor)


def refresh_statistics() -> None:
    """
    Let the database count how its indexes are spread, so that it takes the right one for each list.

    Index by index, because SQLite admits no writer meanwhile.
    """
    for model in (Customer, CustomerScore):
        table = model._meta.db_table
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(f"ANALYZE {connection.ops.quote_name(table)}")
                continue
            cursor.execute("SELECT name FROM pragma_index_list(%s) ORDER BY name", [table])
            names = [name for (name,) in cursor.fetchall()]
        for name in names:
            with connection.cursor() as cursor:
                cursor.execute(f"ANALYZE {connection.ops.quote_name(name)}")


@JSONField.register_lookup
class Holds(Lookup[Any]):
    """``needs__holds="x"``: the list in the field has that text, on either database."""

    lookup_name = "holds"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """Return the place and the value of the right side."""
        return "%s", (json.dumps([value]) if connection.vendor == "postgresql" else value,)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        """Return the condition."""
        left, params = self.process_lhs(compiler, connection)
        right, values = self.process_rhs(compiler, connection)
        if connection.vendor == "postgresql":
            return f"{left} @> {right}::jsonb", (*params, *values)
        return f"EXISTS (SELECT 1 FROM json_each({left}) WHERE value = {right})", (*params, *values)


def _first(count: int, keys: Iterator[int]) -> Iterator[int]:
    return (key for _, key in zip(range(count), keys, strict=False))


def _tags(row: Any) -> Iterator[Phrase]:
    stem = region_stem(row.region_code)
    lengths = range(2, len(stem) + 1, 2) if stem.isdigit() else (len(stem),)
    yield from (tag("r", stem[:length]) for length in lengths if stem)
    yield from (tag("n", need) for need in row.needs)
    yield from (tag("p", product) for product in row.products)
    yield tag("x", risk_band(row.scores__churn_risk))
    yield from (tag("g", gap) for gap in gaps_of(row))
    for kind, value in (
        *(("i", row.industry), ("c", row.channel), ("e", row.scores__tier), ("v", row.scores__abc)),
        ("k", "yes" if row.key_account else ""),
    ):
        if value:
            yield tag(kind, value)


def gaps_of(row: Any) -> Iterator[str]:
    """Yield what is not known of a customer, words of ``GAPS``."""
    known = (row.phone, row.address, row.lat is not None, row.industry, row.needs, row.scores__score is not None)
    return (gap for gap, there in zip(GAPS, known, strict=True) if not there)


def _score_all(rows: Sequence[Any]) -> None:
    keys = [row.pk for row in rows]
    scored = set(CustomerScore.unscoped.filter(pk__in=keys).values_list("pk", flat=True))
    bare = [row for row in rows if row.pk not in scored]
    if not bare:
        return
    days = dict(Organisation.objects.filter(pk__in={row.organisation_id for row in bare}).values_list("pk", "as_of"))
    CustomerScore.unscoped.bulk_create(
        CustomerScore(
            organisation_id=row.organisation_id, customer_id=row.pk, as_of=days[row.organisation_id] or _NO_DAY
        )
        for row in bare
    )


def _keep_facets(rows: Sequence[Any]) -> None:
    wanted = {
        (row.organisation_id, kind, value[:120])
        for row in rows
        for kind, values in (
            *(("industry", [row.industry]), ("channel", [row.channel])),
            *(("need", row.needs), ("product", row.products)),
        )
        for value in values
        if value
    }
    standing = set(
        Facet.unscoped.filter(organisation__in={row.organisation_id for row in rows}).values_list(
            "organisation_id", "kind", "value"
        )
    )
    Facet.unscoped.bulk_create(
        [
            Facet(organisation_id=organisation, kind=kind, value=value)
            for organisation, kind, value in sorted(wanted - standing)
        ],
        ignore_conflicts=True,
    )


def _write_words(rows: Sequence[tuple[int, list[str]]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.executemany(
                "INSERT INTO customer_search (customer_id, words) VALUES (%s, %s::tsvector) "
                "ON CONFLICT (customer_id) DO UPDATE SET words = excluded.words",
                [(key, " ".join(f"'{word}':{at}" for at, word in enumerate(words, 1))) for key, words in rows],
            )
        else:
            cursor.executemany("DELETE FROM customer_search WHERE rowid = %s", [(key,) for key, _ in rows])
            cursor.executemany(
                "INSERT INTO customer_search (rowid, words) VALUES (%s, %s)",
                [(key, " ".join(words)) for key, words in rows],
            )


def _fts_way(way: Sequence[Phrase]) -> str:
    return "(" + " AND ".join(f'"{" ".join(phrase.words)}"{"*" if phrase.open else ""}' for phrase in way) + ")"


def _pg_way(way: Sequence[Phrase]) -> str:
    return "(" + " & ".join(_pg_phrase(phrase) for phrase in way) + ")"


def _pg_phrase(phrase: Phrase) -> str:
    *first, last = (f"'{word}'" for word in phrase.words)
    return "(" + " <-> ".join([*first, f"{last}:*" if phrase.open else last]) + ")"
