"""How each region does, through the whole tree: district, prefecture, province."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.evaluate.metric import Metric, Subject, Unit, columns_of
from jiuzhou.evaluate.policy import EvaluatePolicy
from jiuzhou.evaluate.rollup import ratio, total, voice_metrics, whole_total
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.column import MONEY
from jiuzhou.kernel.message import say

UNKNOWN = "unknown"
_R = Subject.REGIONS
METRICS = (
    Metric(
        *(_R, "customers", 1, Unit.COUNT, say("evaluate.metric_group_customers")),
        lambda t, _: t.customer_id.count(),
    ),
    Metric(_R, "revenue", 1, Unit.MONEY, say("evaluate.metric_regions_revenue"), lambda t, _: total(t.revenue_12m)),
    Metric(
        *(_R, "revenue_before", 1, Unit.MONEY, say("evaluate.metric_regions_revenue_before")),
        lambda t, _: total(t.revenue_before),
    ),
    Metric(
        *(_R, "growth", 1, Unit.SHARE, say("evaluate.metric_regions_growth")),
        lambda t, _: ratio(t.revenue_12m.sum() - t.revenue_before.sum(), t.revenue_before.sum()),
    ),
    Metric(_R, "profit", 1, Unit.MONEY, say("evaluate.metric_regions_profit"), lambda t, _: whole_total(t.profit)),
    *voice_metrics(_R),
    Metric(
        *(_R, "potential", 1, Unit.MONEY, say("evaluate.metric_regions_potential")),
        lambda t, _: total(t.potential),
    ),
    Metric(
        *(_R, "penetration", 1, Unit.SHARE, say("evaluate.metric_regions_penetration")),
        lambda t, _: ratio((t.purchase_days_year > 0).sum().fill_null(0), t.customer_id.count()),
    ),
    Metric(
        *(_R, "share", 1, Unit.SHARE, say("evaluate.metric_regions_share")),
        lambda t, _: ratio(t.revenue_12m.sum(), t.market_size.max()),
    ),
)


def regions_scored(people: ir.Table, book: Book, *, as_of: date, policy: EvaluatePolicy) -> ir.Table:
    """
    Return one row for each region any customer lies in, and for every region above it.

    Six-digit codes (adcode) are read as district, prefecture (first four digits) and province (first two); codes with
    a hyphen (ISO 3166-2) lie in the country before it; any other code stands alone. ``regions.parent_code`` of the
    Book goes before that. Customers without a region are gathered under ``unknown``.
    """
    tree = _tree(book)
    placed = people.mutate(home=people.region_code.fill_null(UNKNOWN))
    inside = placed.drop("region_code").inner_join(ibis.memtable(tree), "home")
    market = ibis.memtable(_market(book, as_of))
    sized = inside.left_join(market, "region_code").drop("region_code_right")
    keys = ("region_code", "name", "level", "parent_code")
    return sized.group_by(*keys).agg(**columns_of(METRICS, sized, policy)).order_by("region_code")


def ancestors(code: str, parents: dict[str, str]) -> list[str]:
    """Return ``code`` and every region above it, nearest first; ``parents`` goes before what the code itself says."""
    chain = [code]
    while (above := parents.get(chain[-1]) or _parent(chain[-1])) and above not in chain:
        chain.append(above)
    return chain


def _parent(code: str) -> str:
    if len(code) == 6 and code.isdigit():
        above = [code[:4] + "00", code[:2] + "0000"]
        return next((other for other in above if other != code and not code.endswith("0000")), "")
    return code.rpartition("-")[0]


def _level(code: str) -> str:
    if code == UNKNOWN:
        return UNKNOWN
    if len(code) == 6 and code.isdigit():
        return "province" if code.endswith("0000") else "prefecture" if code.endswith("00") else "district"
    return "subdivision" if "-" in code else "region"


def _tree(book: Book) -> pa.Table:
    regions = book.table("regions").select(["region_code", "name", "parent_code"]).to_pylist()
    names = {row["region_code"]: row["name"] for row in regions}
    parents = {row["region_code"]: row["parent_code"] for row in regions if row["parent_code"]}
    homes = sorted(pc.unique(pc.fill_null(book.table("customers")["region_code"], UNKNOWN)).to_pylist())
    rows = [
        {
            "home": home,
            "region_code": code,
            "name": names.get(code),
            "level": _level(code),
            "parent_code": parents.get(code) or _parent(code) or None,
        }
        for home in homes
        for code in ancestors(home, parents)
    ]
    columns = ("home", "region_code", "name", "level", "parent_code")
    return pa.Table.from_pylist(rows, pa.schema([(name, pa.string()) for name in columns]))


def _market(book: Book, as_of: date) -> pa.Table:
    table = book.table("market").select(["region_code", "at", "market_size"])
    known = table.filter(pc.and_(pc.less(table["at"], pa.scalar(as_of)), pc.is_valid(table["market_size"])))
    ordered = known.sort_by([("region_code", "ascending"), ("at", "ascending"), ("market_size", "ascending")])
    latest = {row["region_code"]: row["market_size"] for row in ordered.to_pylist()}
    schema = pa.schema([("region_code", pa.string()), ("market_size", MONEY)])
    return pa.table([list(latest), list(latest.values())], schema=schema)
