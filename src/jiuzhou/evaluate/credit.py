"""Whose sale it was 业绩归属, and how it compares with what was asked."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from jiuzhou.evaluate.prepare import Known
from jiuzhou.evaluate.purchases import MONEY_TYPE
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.column import MONEY
from jiuzhou.kernel.message import Message, say
from jiuzhou.kernel.period import Period


def credited_sales(known: Known, lines: ir.Table) -> ir.Table:
    """
    Return net sales by ``owner_id`` and ``day``, for sales that have an owner.

    The owner is the one the order names, else the customer's primary owner on that day, else its present one.
    """
    sales = lines.group_by("customer_id", "day", "owner_id").agg(amount=lines.amount.sum())
    holders = known["ownership"].select(
        "valid_from", "valid_to", holding=known["ownership"].customer_id, holder=known["ownership"].owner_id
    )
    on_day = sales.inner_join(
        holders,
        [
            sales.customer_id == holders.holding,
            sales.day >= holders.valid_from,
            holders.valid_to.isnull() | (sales.day < holders.valid_to),
            sales.owner_id.isnull(),
        ],
    )
    order = ibis.window(group_by=["customer_id", "day"], order_by=[ibis.desc(on_day.valid_from), on_day.holder])
    first = on_day.mutate(place=ibis.row_number().over(order))
    held = first.filter(first.place == 0).select("customer_id", "day", "holder")
    present = known["customers"].select("customer_id", present_owner=known["customers"].owner_id)
    joined = sales.left_join(held, ["customer_id", "day"]).drop("customer_id_right", "day_right")
    joined = joined.left_join(present, "customer_id").drop("customer_id_right")
    credited = joined.mutate(owner_id=ibis.coalesce(joined.owner_id, joined.holder, joined.present_owner))
    owned = credited.filter(credited.owner_id.notnull())
    return owned.group_by("owner_id", "day").agg(amount=owned.amount.sum())


def target_facts(book: Book, sales: ir.Table, *, as_of: date) -> tuple[ir.Table, tuple[Message, ...]]:
    """
    Return ``target_to_date`` and ``credited_in_period`` of each owner with a running revenue target.

    A target's period must hold the eve of ``as_of``; of several the longest counts. It is due in proportion to the days
    gone by. A territory's target is its owner's: the present owner of most of its customers, lowest id first; where no
    customer names the territory, the owner whose id it bears, plain or as ``T-<owner_id>``, the name a division gives.
    """
    due, notes = _due_targets(book, as_of)
    schema = pa.schema([("owner_id", pa.string()), ("start", pa.date32()), ("target_to_date", MONEY)])
    targets = ibis.memtable(pa.Table.from_pylist(due, schema))
    joined = targets.left_join(sales, ["owner_id", sales.day >= targets.start])
    facts = joined.group_by("owner_id").agg(
        target_to_date=joined.target_to_date.max(),
        credited_in_period=joined.amount.sum().fill_null(0).cast(MONEY_TYPE),
    )
    return facts, notes


def _due_targets(book: Book, as_of: date) -> tuple[list[dict[str, object]], tuple[Message, ...]]:
    owner_of = _territory_owners(book)
    running: dict[str, dict[Period, Decimal]] = {}
    unread: set[str] = set()
    for row in book.table("targets").select(["territory_id", "period", "metric", "value", "currency"]).to_pylist():
        owner = owner_of.get(row["territory_id"])
        if row["metric"] != "revenue" or owner is None or row["currency"] not in (None, book.settings.currency):
            continue
        try:
            period = Period.parse(row["period"])
        except ValueError:
            unread.add(row["period"])
            continue
        if period.start < as_of <= period.end:
            amounts = running.setdefault(owner, {})
            amounts[period] = amounts.get(period, Decimal(0)) + Decimal(str(row["value"]))
    due: list[dict[str, object]] = []
    for owner, amounts in sorted(running.items()):
        period = max(amounts, key=lambda found: (found.days, found.start))
        share = Decimal((as_of - period.start).days) / period.days
        to_date = (amounts[period] * share).quantize(Decimal("0.0001"))
        due.append({"owner_id": owner, "start": period.start, "target_to_date": to_date})
    notes = tuple(say("evaluate.bad_target_period", period=period) for period in sorted(unread))
    return due, notes


def _territory_owners(book: Book) -> dict[str, str]:
    owners = sorted(book.table("owners")["owner_id"].to_pylist())
    named = {owner: owner for owner in owners} | {f"T-{owner}": owner for owner in owners}
    counts: dict[str, Counter[str]] = {}
    for row in book.table("customers").select(["territory_id", "owner_id"]).to_pylist():
        if row["territory_id"] is not None and row["owner_id"] is not None:
            counts.setdefault(row["territory_id"], Counter())[row["owner_id"]] += 1
    most = {territory: min(held, key=lambda owner: (-held[owner], owner)) for territory, held in counts.items()}
    return named | most
