"""The whole demo book, in one piece or in batches of customers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.demo.columns import concat
from jiuzhou.demo.customer_table import contact_table, customer_table, site_table
from jiuzhou.demo.customers import customers as customer_block
from jiuzhou.demo.deals import contract_table, deal_table, partner_contracts
from jiuzhou.demo.dirty import TextRow, bad_customers, bad_orders
from jiuzhou.demo.market import competitor_table, market_table, region_table, stock_table, target_table
from jiuzhou.demo.orders import lines, order_table, orders
from jiuzhou.demo.ownership import ownership_table
from jiuzhou.demo.payments import payment_table
from jiuzhou.demo.service import interaction_table
from jiuzhou.demo.streams import BLOCK
from jiuzhou.demo.surveys import survey_table
from jiuzhou.demo.world import World, world_of
from jiuzhou.kernel.book import BookSettings
from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.tables import TABLES

SEED = 7
AS_OF = date(2026, 7, 1)
CUSTOMERS = 3_000
COMPANY = "衡准检测科技（示例）"
MOST_CUSTOMERS = 5_000_000
_BATCH_BLOCKS = 20


@dataclass(frozen=True, slots=True)
class DemoBook:
    """
    A demo book in memory.

    Attributes
    ----------
    tables
        Clean tables by name; some columns of the kernel's tables are absent.
    dirty
        Bad rows by table, each with its fault; texts, to be written after the clean rows.
    """

    settings: BookSettings
    tables: Mapping[str, pa.Table]
    dirty: Mapping[str, tuple[tuple[str, TextRow], ...]] = field(default_factory=dict)

    @property
    def planted(self) -> Mapping[str, Mapping[str, int]]:
        """How many bad rows of each fault stand in ``dirty``, by table."""
        return {name: dict(sorted(Counter(fault for fault, _ in rows).items())) for name, rows in self.dirty.items()}


def make_book(*, customers: int = CUSTOMERS, seed: int = SEED, as_of: date = AS_OF) -> DemoBook:
    """
    Return the book of an invented maker of testing equipment: two years up to ``as_of``.

    Parameters
    ----------
    customers
        How many, 1 to 5,000,000; about 33 order lines come with each. Take ``make_batches`` above 100,000.
    seed
        Same seed, same book, byte for byte. A smaller book is a beginning of a larger one, but for owners, who are
        more in a book of more than 3,000 customers.

    Raises
    ------
    InputError
        If ``customers`` is out of range.
    """
    parts: dict[str, list[pa.Table]] = {}
    for batch in make_batches(customers=customers, seed=seed, as_of=as_of):
        for name, table in batch.items():
            parts.setdefault(name, []).append(table)
    tables = {name: concat(parts[name]) for name in TABLES if name in parts}
    return DemoBook(demo_settings(as_of), tables, dirty_rows(tables["customers"], tables["orders"], as_of=as_of))


def make_batches(
    *, customers: int = CUSTOMERS, seed: int = SEED, as_of: date = AS_OF, batch: int = _BATCH_BLOCKS * BLOCK
) -> Iterator[Mapping[str, pa.Table]]:
    """
    Yield the same book in pieces: first what does not grow with the customers, then the rows of some customers each.

    Parameters
    ----------
    batch
        Customers to a piece, rounded up to whole thousands. It changes where the pieces end and nothing else.

    Raises
    ------
    InputError
        If ``customers`` is out of range.
    """
    if not 1 <= customers <= MOST_CUSTOMERS:
        raise InputError("demo.bad_size", customers=customers, most=MOST_CUSTOMERS)
    world = world_of(customers=customers, seed=seed, as_of=as_of)
    yield _company(world)
    blocks = -(-customers // BLOCK)
    step = max(1, -(-batch // BLOCK))
    for first in range(0, blocks, step):
        pieces = [_block(world, block) for block in range(first, min(first + step, blocks))]
        yield {name: concat([piece[name] for piece in pieces]) for name in pieces[0]}


def demo_settings(as_of: date = AS_OF) -> BookSettings:
    """Return what ``book.toml`` of a demo book says."""
    return BookSettings(zone="Asia/Shanghai", currency="CNY", language="zh", as_of=as_of, company=COMPANY)


def dirty_rows(customers: pa.Table, orders: pa.Table, *, as_of: date) -> Mapping[str, tuple[tuple[str, TextRow], ...]]:
    """Return the bad rows of a book with these ``customers`` and ``orders``."""
    day = (as_of - timedelta(days=30)).isoformat()
    return {"customers": tuple(bad_customers(customers)), "orders": tuple(bad_orders(orders, day))}


def _company(world: World) -> Mapping[str, pa.Table]:
    return {
        "owners": world.sellers.owners,
        "absences": world.sellers.absences,
        "products": world.products.table,
        "contracts": partner_contracts(world.as_of),
        "targets": target_table(world),
        "stock": stock_table(world),
        "market": market_table(world),
        "competitors": competitor_table(world),
        "regions": region_table(world),
    }


def _block(world: World, block: int) -> Mapping[str, pa.Table]:
    who = customer_block(world, block)
    placed = orders(world, block, who)
    asked = lines(world, block, who, placed)
    tables = {
        "customers": customer_table(world, block, who),
        "sites": site_table(world, block, who),
        "contacts": contact_table(world, block, who),
        "ownership": ownership_table(world, who.number, who.ownership, who.first_day),
        "orders": order_table(world, block, who, placed, asked),
        "deals": deal_table(world, block, who),
        "contracts": contract_table(world, block, who),
        "interactions": interaction_table(world, block, who),
        "surveys": survey_table(world, block, who, placed),
        "payments": payment_table(world, block, who, placed, asked),
    }
    wanted = world.customers - block * BLOCK
    if wanted >= BLOCK:
        return tables
    last_id = who.ids[wanted - 1]
    last_order = pc.binary_join_element_wise("SO", pc.utf8_slice_codeunits(last_id, 1), "-9999", "")
    limits = dict.fromkeys(tables, ("customer_id", last_id)) | {"payments": ("order_id", last_order)}
    return {
        name: table.filter(pc.less_equal(table[limits[name][0]], limits[name][1])) for name, table in tables.items()
    }
