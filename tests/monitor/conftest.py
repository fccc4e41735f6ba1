from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pyarrow as pa
import pytest

from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.decision import DECISIONS
from jiuzhou.kernel.ids import OwnerId, PlanId, TerritoryId
from jiuzhou.kernel.message import say
from jiuzhou.kernel.moments import MOMENT
from jiuzhou.kernel.plan import UNITS, Activity, Plan, Status, Territory
from jiuzhou.kernel.scores import CUSTOMER_SCORES, Scores
from jiuzhou.monitor import MonitorPolicy, Watch, watch

TODAY = date(2026, 1, 1)
NO_TARGETS = pa.schema(
    [("territory_id", pa.string()), ("period", pa.string()), ("metric", pa.string()), ("value", pa.float64())]
).empty_table()


def moment(day: date, hour: int = 4) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@pytest.fixture
def at() -> Callable[[Sequence[date]], pa.Array]:
    return lambda days: pa.array([moment(day) for day in days], MOMENT)


@pytest.fixture
def make_plan() -> Callable[..., Plan]:
    def make(
        homes: Mapping[str, str],
        *,
        owners: Mapping[str, str | None] | None = None,
        previous: Mapping[str, str] | None = None,
        targets: Mapping[str, float] | None = None,
        name: str = "plan-1",
    ) -> Plan:
        names = sorted(set(homes.values()))
        owner_of = {item: OwnerId(f"rep-{item}") for item in names} | dict(owners or {})
        territories = tuple(
            Territory(
                id=TerritoryId(item),
                name=item.title(),
                parent=None,
                level="territory",
                owner_id=owner_of[item],
                centre=(110.0 + place, 30.0),
                values={},
                targets={"workload": (targets or {}).get(item, 1.0)},
                deviation={},
                in_band=True,
                contiguous=True,
            )
            for place, item in enumerate(names)
        )
        rows = [
            {"unit_id": customer, "customer_id": customer, "level": "customer", "territory_id": home}
            | {"owner_id": owner_of[home], "previous_territory_id": (previous or {}).get(customer), "locked": False}
            for customer, home in sorted(homes.items())
        ]
        return Plan(
            id=PlanId(name),
            parent=None,
            created_at=date(2025, 7, 1),
            seed=7,
            effort=1,
            repeatable=True,
            status=Status.FEASIBLE,
            objective=0.0,
            lower_bound=None,
            bound_message=say("kernel.no_day"),
            activities=(Activity("workload", "hours", 0.05, 0.0),),
            territories=territories,
            units=pa.Table.from_pylist(rows, UNITS),
        )

    return make


@pytest.fixture
def make_scores() -> Callable[..., Scores]:
    def make(rows: Mapping[str, Mapping[str, object]]) -> Scores:
        usual = {"tier": "D", "workload": 10.0, "churn_risk": 0.1}
        full = [
            dict.fromkeys(CUSTOMER_SCORES.names) | usual | {"customer_id": customer} | dict(row)
            for customer, row in sorted(rows.items())
        ]
        nothing = pa.table({})
        return Scores(TODAY, pa.Table.from_pylist(full, CUSTOMER_SCORES), nothing, nothing, nothing, versions={})

    return make


@pytest.fixture
def make_orders(at) -> Callable[..., pa.Table]:
    def make(rows: Sequence[tuple[str, date, float]]) -> pa.Table:
        return pa.table(
            {
                "order_id": [f"o{index}" for index in range(len(rows))],
                "customer_id": [customer for customer, _, _ in rows],
                "ordered_at": at([day for _, day, _ in rows]),
                "amount": [amount for _, _, amount in rows],
            }
        )

    return make


@pytest.fixture
def make_complaints(at) -> Callable[..., pa.Table]:
    def make(rows: Sequence[tuple[str, date, str]]) -> pa.Table:
        return pa.table(
            {
                "customer_id": [customer for customer, _, _ in rows],
                "at": at([day for _, day, _ in rows]),
                "kind": ["complaint"] * len(rows),
                "topic": [topic for _, _, topic in rows],
                "resolved_at": at([day + timedelta(days=1) for _, day, _ in rows]),
            }
        )

    return make


@pytest.fixture
def look() -> Callable[..., Watch]:
    def run(plan: Plan, scores: Scores, **given: object) -> Watch:
        tables = {name: value for name, value in given.items() if isinstance(value, pa.Table)}
        targets, decisions = tables.pop("aims", NO_TARGETS), tables.pop("decisions", DECISIONS.empty_table())
        if "customers" not in tables:
            ids = plan.units["customer_id"].to_pylist()
            count = len(ids)
            tables["customers"] = pa.table({"customer_id": ids, "lat": [30.0] * count, "lon": [110.0] * count})
        more = SimpleNamespace(**{"policy": MonitorPolicy(), "baseline": None, "today": TODAY, **given})
        return watch(
            Book.of(BookSettings(), tables),
            plan,
            scores,
            decisions,
            targets=targets,
            policy=more.policy,
            today=more.today,
            baseline=more.baseline,
        )

    return run
