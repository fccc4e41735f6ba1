"""Records that may be one customer, side by side: what each says, what hangs on it, and which one should stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from jiuzhou.collect.duplicates import proposals
from jiuzhou.geo.divisions import divisions
from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.message import Message, say
from jiuzhou.kernel.tables import TABLES
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.duplicates import CONTACT, KEPT, MOST, told_by, usual
from jiuzhou.web.collect.reads.customer import HIDDEN, shows_contact
from jiuzhou.web.collect.reads.duplicates import SHOWN, PairLine, Side, line_of, side_of
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.facts import files_of
from jiuzhou.web.store.happenings import counts_of
from jiuzhou.web.store.merged import survivors_of
from jiuzhou.web.store.models import Customer, DuplicatePair, Note, Ownership

_COLUMNS = tuple(dict.fromkeys(column for columns in KEPT.values() for column in columns))
_STILL = ("open", "later")


@dataclass(frozen=True, slots=True)
class Record:
    """
    One of the records, as it would be merged.

    Attributes
    ----------
    orders, visits
        Rows of orders and of interactions and follow-ups that count for it.
    """

    side: Side
    version: int
    orders: int
    visits: int


@dataclass(frozen=True, slots=True)
class Field:
    """
    One field side by side.

    Attributes
    ----------
    values
        What each record says, in the order of the records; ``None`` where it says nothing.
    same
        Whether all that say something say the same.
    kept
        Code of the record whose value stays where nobody chooses.
    """

    name: str
    values: tuple[Any, ...]
    same: bool
    kept: str


@dataclass(frozen=True, slots=True)
class Group:
    """
    A pair with every record that would be merged with it.

    Attributes
    ----------
    pairs
        The pairs that join the records, the one asked for first.
    reason
        Why ``survivor`` should stay.
    crosses
        Whether a record would go from its owner to another.
    """

    pair: PairLine
    pairs: tuple[PairLine, ...]
    records: tuple[Record, ...]
    fields: tuple[Field, ...]
    survivor: str
    reason: Message
    crosses: bool
    version: int


def read_group(actor: Actor, pair: int, *, alone: bool = False) -> Group:
    """
    Return a pair with its records side by side, and those that surely are the same customer too.

    Parameters
    ----------
    alone
        Whether to leave the others out.

    Raises
    ------
    NotFoundError
        If there is no such pair, or the actor does not see both.
    """
    actor.must("duplicate.read")
    related = visible_to(actor, DuplicatePair).select_related(*SHOWN, "by")
    row = related.filter(pk=pair).first()
    if row is None:
        raise NotFoundError
    joins = [row] if alone else _joined(related, row)
    keys = {key for one in joins for key in (one.left_id, one.right_id)}
    rows = {one.code: one for one in counted(actor, visible_to(actor, Customer).filter(pk__in=keys)).order_by("code")}
    others = sorted((one for one in joins if one.pk != pair), key=lambda one: (-one.weight, one.pk))
    counts = standing_counts(actor.organisation_id, rows)
    survivor, reason = proposed(rows, counts)
    return Group(
        pair=line_of(actor, row),
        pairs=tuple(line_of(actor, one) for one in (row, *others)),
        records=tuple(_record(one, counts[code]) for code, one in rows.items()),
        fields=_fields(actor, rows, survivor),
        survivor=survivor,
        reason=reason,
        crosses=len({one.owner_id for one in rows.values() if one.owner_id is not None}) > 1,
        version=row.version,
    )


def counted(actor: Actor, customers: QuerySet[Customer]) -> QuerySet[Any]:
    """Return customers with who has them, their head, and how many owners they had and follow-ups they got."""
    spells = _counted(actor, Ownership)
    return customers.select_related("owner", "territory", "parent").annotate(
        spells_of=spells, notes_of=_counted(actor, Note)
    )


def _counted(actor: Actor, model: type[Ownership] | type[Note]) -> Coalesce:
    per = visible_to(actor, model).filter(customer=OuterRef("pk")).order_by().values("customer").annotate(n=Count("pk"))
    return Coalesce(Subquery(per.values("n")), 0)


def standing_counts(organisation: int, rows: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Return by code what counts for each record that ``counted`` gave: facts, those of merged ones too, and rows."""
    standing = {old: new for old, new in survivors_of(organisation).items() if new in rows}
    found: dict[str, dict[str, int]] = {code: {} for code in rows}
    for code, counts in counts_of(files_of(organisation), [*rows, *standing]).items():
        whole = found[standing.get(code, code)]
        for table, count in counts.items():
            whole[table] = whole.get(table, 0) + count
    for code, row in rows.items():
        found[code] |= {"ownership": row.spells_of, "notes": row.notes_of}
    return found


def proposed(rows: Mapping[str, Customer], counts: Mapping[str, Mapping[str, int]]) -> tuple[str, Message]:
    """Return the code of the record that should stay, and why, as the comparison of files proposes it."""
    codes = list(rows)
    listed = [_as_column(row) for row in rows.values()]
    schema = pa.schema([field for field in TABLES["customers"].arrow if field.name in listed[0]])
    tables = {"customers": pa.Table.from_pylist(listed, schema)}
    for table in ("orders", "deals", "interactions", "contacts", "contracts", "sites", "surveys", "ownership"):
        named = [code for code in codes for _ in range(counts[code].get(table, 0))]
        if table == "interactions":
            named += [code for code in codes for _ in range(counts[code].get("notes", 0))]
        if named:
            tables[table] = pa.table({"customer_id": pa.array(named, pa.string())})
    about = BookSettings(zone="UTC", currency="CNY", language="zh")
    (found,) = proposals([range(len(codes))], Book(about, tables))
    return codes[found.survivor], found.reason


def _as_column(row: Customer) -> dict[str, Any]:
    told = {
        "customer_id": row.code,
        "owner_id": row.owner.code if row.owner else None,
        "parent_customer_id": row.parent.code if row.parent else None,
        "created_at": row.customer_since,
        **{column: getattr(row, column) for column in _COLUMNS if column in TABLES["customers"].arrow.names},
    }
    return {name: None if value in ("", []) else value for name, value in told.items()}


def _joined(pairs: QuerySet[DuplicatePair], row: DuplicatePair) -> list[DuplicatePair]:
    """Return the pairs that surely belong to the same customer as ``row``, itself among them; it alone if too many."""
    if row.verdict != "merge" or row.state not in _STILL:
        return [row]
    sure = pairs.filter(state__in=_STILL, verdict="merge")
    keys = {row.left_id, row.right_id}
    while True:
        found = list(sure.filter(Q(left__in=keys) | Q(right__in=keys)).order_by("pk")[: MOST * MOST])
        wider = keys | {key for one in found for key in (one.left_id, one.right_id)}
        if len(wider) > MOST:
            return [row]
        if wider == keys:
            return found
        keys = wider


def _record(row: Customer, counts: Mapping[str, int]) -> Record:
    visits = counts.get("interactions", 0) + counts.get("notes", 0)
    return Record(side_of(row), row.version, counts.get("orders", 0), visits)


def _fields(actor: Actor, rows: Mapping[str, Customer], survivor: str) -> tuple[Field, ...]:
    told = {code: {column: getattr(row, column) for column in _COLUMNS} for code, row in rows.items()}
    hidden = {code for code, row in rows.items() if not shows_contact(actor, row)}
    above = {row.parent_id for row in rows.values() if row.parent_id}
    heads = dict(visible_to(actor, Customer).filter(pk__in=above).values_list("pk", "name")) if above else {}
    found = []
    for name, columns in KEPT.items():
        said = {code: told_by(told[code], name) for code in rows}
        known = [value for value in said.values() if value[0] not in (None, "", ())]
        if not known:
            continue
        values = tuple(
            HIDDEN if name in CONTACT and code in hidden and told[code][columns[0]] else _shown(name, heads, said[code])
            for code in rows
        )
        found.append(Field(name, values, len(set(known)) == 1, usual(name, survivor, told)))
    return tuple(found)


def _shown(name: str, heads: Mapping[int, str], said: tuple[Any, ...]) -> Any:
    if said[0] in (None, "", ()):
        return None
    if name == "place":
        return f"{said[0]:.5f}, {said[1]:.5f}"
    if name == "region_code":
        return " ".join(divisions().path(said[0])) or said[0]
    if name == "parent":
        return heads.get(said[0], HIDDEN)
    return say("customers.listed", items=said[0]) if isinstance(said[0], tuple) else said[0]
