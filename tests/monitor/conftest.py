from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pyarrow as pa
import pytest

from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.decision import DECISIONS
from jiuzhou.kernel.ids import PlanId
from jiuzhou.kernel.moments import MOMENT
from jiuzhou.kernel.plan import Activity, Plan
from jiuzhou.kernel.scores import Scores
from jiuzhou.monitor import MonitorPolicy, Watch, watch
from plans import plan_of, scores_of, territory

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
        owner_of = {item: f"rep-{item}" for item in names} | dict(owners or {})
        territories = [
            territory(
                item, owner_of[item], centre=(110.0 + place, 30.0), targets={"workload": (targets or {}).get(item, 1.0)}
            )
            for place, item in enumerate(names)
        ]
        return plan_of(
            territories,
            homes,
            previous=previous,
            id=PlanId(name),
            created_at=date(2025, 7, 1),
            activities=(Activity("workload", "hours", 0.05, 0.0),),
        )

    return make


@pytest.fixture
def make_scores() -> Callable[..., Scores]:
    def make(rows: Mapping[str, Mapping[str, object]]) -> Scores:
        usual = {"tier": "D", "workload": 10.0, "churn_risk": 0.1}
        full = [usual | {"customer_id": customer} | dict(row) for customer, row in sorted(rows.items())]
        return scores_of(full, as_of=TODAY)

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
