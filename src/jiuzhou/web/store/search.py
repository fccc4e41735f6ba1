"""
The index by which customers are found (``store.finding``): the words of their names, and tags of fields.

Its words are letters, digits and Han only (``store.spelling``), so that every database takes them as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import JSONField, Lookup

from jiuzhou.collect.companies import company_name
from jiuzhou.web.store.bulk import count_spread, insert_rows
from jiuzhou.web.store.company_keys import file_customers
from jiuzhou.web.store.models import Customer, CustomerScore, Facet, Organisation
from jiuzhou.web.store.sounds import sort_key
from jiuzhou.web.store.spelling import Phrase, Term, tag, warm, words_of

_CHUNK = 500
_ANY_NAME = "苏州"
_NO_DAY = date(1970, 1, 1)
RISKS = ((0.6, "high"), (0.3, "middle"), (0.0, "low"))
GAPS = ("phone", "address", "place", "industry", "needs", "score")

_FIELDS = (
    *("organisation_id", "pk", "name", "industry", "region_code", "channel", "key_account", "needs", "products"),
    *("phone", "address", "lat", "scores__tier", "scores__churn_risk", "scores__abc", "scores__score"),
)


def get_ready() -> None:
    """Load the tables of readings and places that indexing needs, so that no transaction has to wait for them."""
    warm()
    company_name(_ANY_NAME)
    sort_key(_ANY_NAME)


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
            file_customers((row.organisation_id, row.pk, row.name) for row in rows)
        done += len(rows)
    return done


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
        if connection.vendor == "postgresql":
            count_spread(model)
            continue
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM pragma_index_list(%s) ORDER BY name", [model._meta.db_table])
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


def _tags(row: Any) -> Iterator[Phrase]:
    stem = region_stem(row.region_code)
    lengths = {*(range(2, len(stem), 2) if stem.isdigit() else ()), len(stem)}
    yield from (tag("r", stem[:length]) for length in sorted(lengths) if stem)
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
    insert_rows(
        CustomerScore,
        {
            "organisation_id": [row.organisation_id for row in bare],
            "customer_id": [row.pk for row in bare],
            "as_of": [days[row.organisation_id] or _NO_DAY for row in bare],
        },
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
