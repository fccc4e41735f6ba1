"""What happened with one customer, out of all fact tables, the latest first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from jiuzhou.web.store.facts import Files, ask

Happening = tuple[Any, ...]
"""What, when, its id, an amount or a score, its scale or minutes or lines, a text, an owner, another moment."""

_QUERIES = {
    "order": (
        "orders",
        """SELECT 'order', min(ordered_at), order_id, CAST(sum(amount) AS DOUBLE), CAST(count(*) AS DOUBLE),
                  coalesce(any_value(channel), ''), coalesce(any_value(owner_id), ''), NULL::TIMESTAMPTZ
           FROM read_parquet($orders) WHERE {mine} GROUP BY order_id""",
    ),
    "payment": (
        "payments",
        """SELECT 'payment', paid_at, payment_id, CAST(amount AS DOUBLE), NULL::DOUBLE, order_id, '', due_at
           FROM read_parquet($payments) WHERE {mine}""",
    ),
    "survey": (
        "surveys",
        """SELECT 'survey:' || kind, "at", kind, score, scale_max, coalesce(comment, ''), coalesce(owner_id, ''),
                  NULL::TIMESTAMPTZ
           FROM read_parquet($surveys) WHERE {mine}""",
    ),
    "deal": (
        "deals",
        """SELECT 'deal:' || coalesce(outcome, 'open'), coalesce(closed_at, opened_at, expected_at), deal_id,
                  CAST(amount AS DOUBLE), NULL::DOUBLE, stage, coalesce(owner_id, ''), expected_at
           FROM read_parquet($deals)
           WHERE {mine} AND coalesce(closed_at, opened_at, expected_at) IS NOT NULL""",
    ),
    "interaction": (
        "interactions",
        """SELECT 'interaction:' || kind, "at", kind, quality, minutes,
                  concat_ws(' · ', topic, outcome, text), coalesce(owner_id, ''), resolved_at
           FROM read_parquet($interactions) WHERE {mine}""",
    ),
}
KINDS = tuple(_QUERIES)
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)

_CONTACTS = """SELECT contact_id, coalesce(name, ''), coalesce(role, ''), coalesce(phone, ''), coalesce(email, '')
               FROM read_parquet($contacts) WHERE {mine} ORDER BY contact_id LIMIT 20"""


def happenings(
    files: Files, codes: Sequence[str], kinds: Collection[str], *, before: tuple[datetime, str, str] | None, most: int
) -> list[Happening]:
    """
    Return at most ``most`` happenings of ``kinds`` (of ``KINDS``), the latest first.

    Parameters
    ----------
    codes
        The codes under which the customer's facts stand (``store.merged``).
    before
        Moment, kind and id of the last one seen; none for the first page.
    """
    chosen = {table: sql for kind, (table, sql) in _QUERIES.items() if kind in kinds and files.get(table)}
    if not chosen:
        return []
    params: dict[str, Any] = {table: list(files[table]) for table in chosen} | {"most": most}
    mine, named = _mine(codes)
    params |= named
    condition = ""
    if before is not None:
        condition = "WHERE (epoch_us(happened), what, id) < ($at, $what, $id)"
        params |= {"at": (before[0] - _EPOCH) // _MICROSECOND, "what": before[1], "id": before[2]}
    every = " UNION ALL ".join(f"({sql.format(mine=mine)})" for sql in chosen.values())
    columns = "what, happened, id, figure, other, words, owner, moment"
    written = "what, epoch_us(happened), id, figure, other, words, owner, epoch_us(moment)"
    rows = ask(
        f"SELECT {written} FROM ({every}) AS all_of_them({columns}) {condition} "
        "ORDER BY happened DESC, what DESC, id DESC LIMIT $most",
        params,
    )
    return [
        (what, _moment(at), key, *rest, None if then is None else _moment(then)) for what, at, key, *rest, then in rows
    ]


def _moment(microseconds: int) -> datetime:
    return _EPOCH + microseconds * _MICROSECOND


def _mine(codes: Sequence[str]) -> tuple[str, dict[str, str]]:
    # Spelled out, so that of each file only the pages of these customers are read.
    named = {f"code_{number}": code for number, code in enumerate(codes)}
    return f"customer_id IN ({', '.join(f'${name}' for name in named)})", named


def contacts_of(files: Files, codes: Sequence[str]) -> list[tuple[str, str, str, str, str]]:
    """Return id, name, role, telephone and e-mail of the people there."""
    if not files.get("contacts"):
        return []
    mine, named = _mine(codes)
    rows = ask(_CONTACTS.format(mine=mine), {"contacts": list(files["contacts"]), **named})
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


_COUNTED = ("orders", "deals", "interactions", "contacts", "contracts", "sites", "surveys")


def counts_of(files: Files, codes: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
    """Return by code how many facts of each table stand under it."""
    found: dict[str, dict[str, int]] = {code: {} for code in codes}
    mine, named = _mine(codes)
    for table in _COUNTED:
        if files.get(table):
            sql = (
                f"SELECT customer_id, count(*) FROM read_parquet($files, union_by_name = true) WHERE {mine} GROUP BY 1"
            )
            for code, count in ask(sql, {"files": list(files[table]), **named}):
                found[str(code)][table] = int(count)
    return found
