from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.ids import OwnerId, PlanId, TerritoryId
from jiuzhou.kernel.message import say
from jiuzhou.kernel.moments import MOMENT
from jiuzhou.kernel.plan import UNITS, Activity, Plan, Status, Territory
from jiuzhou.kernel.scores import CUSTOMER_SCORES, Scores


@pytest.fixture
def make_territory() -> Callable[..., Territory]:
    def make(name: str, owner: str | None, *, parent: str | None = None, centre: tuple[float, float] = (120.0, 30.0)):
        return Territory(
            id=TerritoryId(name),
            name=name.title(),
            parent=TerritoryId(parent) if parent else None,
            level="territory",
            owner_id=OwnerId(owner) if owner else None,
            centre=centre,
            values={},
            targets={},
            deviation={},
            in_band=True,
            contiguous=True,
        )

    return make


@pytest.fixture
def make_plan() -> Callable[..., Plan]:
    def make(territories: Sequence[Territory], homes: dict[str, str]) -> Plan:
        owners = {item.id: item.owner_id for item in territories}
        rows = [
            {"unit_id": customer, "customer_id": customer, "level": "customer", "territory_id": home}
            | {"owner_id": owners[TerritoryId(home)], "previous_territory_id": None, "locked": False}
            for customer, home in sorted(homes.items())
        ]
        return Plan(
            id=PlanId("plan-1"),
            parent=None,
            created_at=date(2026, 1, 1),
            seed=7,
            effort=1,
            repeatable=True,
            status=Status.FEASIBLE,
            objective=0.0,
            lower_bound=None,
            bound_message=say("kernel.no_day"),
            activities=(Activity("workload", "hours", 0.05, 0.0),),
            territories=tuple(territories),
            units=pa.Table.from_pylist(rows, UNITS),
        )

    return make


@pytest.fixture
def make_scores() -> Callable[..., Scores]:
    def make(rows: Sequence[dict[str, object]]) -> Scores:
        empty = {name: [] for name in CUSTOMER_SCORES.names}
        full = [dict.fromkeys(empty) | row for row in rows]
        nothing = pa.table({})
        return Scores(
            date(2026, 1, 1), pa.Table.from_pylist(full, CUSTOMER_SCORES), nothing, nothing, nothing, versions={}
        )

    return make


@pytest.fixture
def make_orders() -> Callable[..., pa.Table]:
    def make(rows: Sequence[tuple[str, date, float]], **more: Sequence[object]) -> pa.Table:
        noon = [datetime(day.year, day.month, day.day, 4, tzinfo=UTC) for _, day, _ in rows]
        return pa.table(
            {
                "order_id": [f"o{index}" for index in range(len(rows))],
                "customer_id": [customer for customer, _, _ in rows],
                "ordered_at": pa.array(noon, MOMENT),
                "amount": [amount for _, _, amount in rows],
                **more,
            }
        )

    return make


@pytest.fixture
def make_book() -> Callable[..., Book]:
    def make(settings: BookSettings | None = None, **tables: pa.Table) -> Book:
        return Book.of(settings or BookSettings(), tables)

    return make
