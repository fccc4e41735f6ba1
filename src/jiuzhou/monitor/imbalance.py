"""Which territories have too much or too little, and which neighbour could take or give how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.types as pt

from jiuzhou.geo.distance import great_circle_km
from jiuzhou.kernel.arrays import Floats, Ints, floats
from jiuzhou.kernel.message import Message, say
from jiuzhou.kernel.plan import Activity, Plan
from jiuzhou.monitor.alert import Alert, Severity, alert_id
from jiuzhou.monitor.facts import Facts
from jiuzhou.monitor.policy import MonitorPolicy


@dataclass(frozen=True, slots=True)
class Balance:
    """
    One activity today.

    Attributes
    ----------
    of_customer
        The measure of each customer, NaN where unknown.
    values, targets
        By territory, in the activity's unit; the targets are the plan's, scaled to today's total.
    """

    activity: Activity
    of_customer: Floats
    values: Floats
    targets: Floats

    @property
    def deviation(self) -> Floats:
        """Each territory's value / target - 1; NaN without a target."""
        return np.divide(
            self.values, self.targets, out=np.full_like(self.values, np.nan), where=self.targets > 0
        ) - np.float64(1)


def balances(facts: Facts, plan: Plan, territory_of: Ints | None = None) -> dict[str, Balance]:
    """
    Return each activity of the plan that can be measured today, by key.

    Parameters
    ----------
    territory_of
        Where the customers are taken to be; as in ``facts`` if not given.
    """
    found: dict[str, Balance] = {}
    for activity in plan.activities:
        measure = measure_of(facts, activity.key)
        if measure is None:
            continue
        values = facts.sums(measure, territory_of)
        shares = np.array([item.targets.get(activity.key, 0.0) for item in facts.territories], dtype=np.float64)
        shares = shares if shares.sum() > 0 else np.ones(facts.count)
        # What lies in a territory without a target, such as a partner's, is not for the others to carry.
        total = values[shares > 0].sum()
        found[activity.key] = Balance(activity, measure, values, total * shares / max(shares.sum(), 1e-12))
    return found


def measure_of(facts: Facts, key: str) -> Floats | None:
    """Return the measure ``key`` of each customer, or ``None`` where neither scores nor Book have it as a number."""
    if key == "customers":
        return np.ones(len(facts.customers))
    column = {"revenue": "revenue_12m"}.get(key, key)
    for table, read in ((facts.scores.customers, facts.scored), (facts.book.table("customers"), None)):
        if column in table.column_names and _is_number(table[column].type):
            return read(column) if read is not None else floats(table[column])
    return None


def imbalance_alerts(facts: Facts, found: Mapping[str, Balance], *, policy: MonitorPolicy) -> list[Alert]:
    """Return one alert for each territory that is over- or underloaded, by the activity that is worst there."""
    alerts: list[Alert] = []
    for index in range(facts.count):
        sizes = [
            (abs(float(item.deviation[index])) / _limit(item, policy), -place, key)
            for place, (key, item) in enumerate(found.items())
            if np.isfinite(item.deviation[index])
        ]
        if sizes and max(sizes)[0] > 1:
            alerts.append(_alert(facts, found[max(sizes)[2]], index, policy))
    return alerts


def _alert(facts: Facts, item: Balance, index: int, policy: MonitorPolicy) -> Alert:
    territory, limit = facts.territories[index], _limit(item, policy)
    deviation = float(item.deviation[index])
    code = "overload" if deviation > 0 else "underload"
    size = abs(deviation) / limit
    action, customers = _proposal(facts, item, index, policy)
    cause = say(
        f"monitor.{code}",
        territory=territory.name,
        activity=_activity(item.activity.key),
        value=round(float(item.values[index]), 2),
        target=round(float(item.targets[index]), 2),
        deviation=round(abs(deviation), 4),
        limit=limit,
    )
    return Alert(
        id=alert_id(code, territory.id, item.activity.key),
        code=code,
        severity=Severity.HIGH if code == "overload" and size >= 2 else Severity.MEDIUM,
        where=territory.id,
        owner_id=territory.owner_id,
        since=facts.scores.as_of,
        value=round(deviation, 6),
        threshold=limit if deviation > 0 else -limit,
        size=round(size, 4),
        cause=cause,
        action=action,
        customers=facts.ids(customers[: policy.ids_shown]),
        customer_count=len(customers),
    )


def _proposal(facts: Facts, item: Balance, index: int, policy: MonitorPolicy) -> tuple[Message, list[int]]:
    # The neighbour that can take or give most, and the customers that would go: the giver's nearest to the taker.
    spare = item.values - item.targets
    giving = spare[index] > 0
    best, amount = None, 0.0
    for other in _neighbours(facts, index)[: policy.neighbours]:
        possible = min(abs(float(spare[index])), max(0.0, float(-spare[other] if giving else spare[other])))
        if possible > amount:
            best, amount = other, possible
    name = facts.territories[index].name
    if best is None or amount < 0.05 * abs(float(spare[index])):
        alone = "monitor.nobody_can_take" if giving else "monitor.nobody_can_give"
        gap = round(abs(float(spare[index])), 2)
        return say(alone, territory=name, amount=gap, activity=_activity(item.activity.key)), []
    giver, taker = (index, best) if giving else (best, index)
    customers = _movable(facts, item.of_customer, giver, taker, amount)
    moved = float(np.nansum(item.of_customer[customers])) if customers else amount
    message = say(
        "monitor.move",
        giver=facts.territories[giver].name,
        taker=facts.territories[taker].name,
        amount=round(moved, 2),
        activity=_activity(item.activity.key),
        customers=len(customers),
    )
    return message, customers


def _neighbours(facts: Facts, index: int) -> list[int]:
    centres = np.array([territory.centre for territory in facts.territories], dtype=np.float64)
    km = great_circle_km(centres[:, 0], centres[:, 1], centres[index, 0], centres[index, 1])
    order = np.lexsort((np.arange(len(km)), np.nan_to_num(km, nan=np.inf)))
    return [int(other) for other in order if other != index]


def _movable(facts: Facts, measure: Floats, giver: int, taker: int, amount: float) -> list[int]:
    # Neither locked customers nor key accounts are proposed to move.
    customers = facts.book.table("customers")
    fixed = np.zeros(len(measure), dtype=bool)
    for column in ("locked", "key_account"):
        fixed |= np.array(customers[column].fill_null(False).to_pylist(), dtype=bool)
    mine = np.flatnonzero((facts.territory_of == giver) & ~fixed & (np.nan_to_num(measure) > 0))
    lon, lat = facts.territories[taker].centre
    km = great_circle_km(floats(customers["lon"])[mine], floats(customers["lat"])[mine], lon, lat)
    order = mine[np.lexsort((mine, np.nan_to_num(km, nan=np.inf)))]
    running = np.cumsum(measure[order])
    return [int(place) for place in order[: int(np.searchsorted(running, amount * (1 + 1e-9), side="right"))]]


def _limit(item: Balance, policy: MonitorPolicy) -> float:
    return max(item.activity.tolerance, policy.imbalance, 1e-6)


def _activity(key: str) -> Message | str:
    known = ("workload", "potential", "revenue", "customers")
    return say(f"monitor.activity_{key}") if key in known else key


def _is_number(kind: pa.DataType) -> bool:
    return bool(pt.is_integer(kind) or pt.is_floating(kind) or pt.is_decimal(kind))
