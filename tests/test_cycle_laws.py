"""Whatever a company's tables hold, one pass says in a sentence what is wrong, or its results keep their laws."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, time
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import jiuzhou
from jiuzhou.adapters.texts import LANGS, render
from jiuzhou.assign import RuleSet, read_rules, standard_rules
from jiuzhou.assign.policy import AssignPolicy
from jiuzhou.cycle import Cycle, Policy
from jiuzhou.divide import DividePolicy
from jiuzhou.kernel.errors import JiuzhouError
from jiuzhou.kernel.message import Message, message_of
from odd_books import TODAY, Recipe, book_of, recipes

_BOTH = {"workload": 0.05, "revenue": 0.1}
POLICIES: Mapping[str, Policy] = {
    "standard": Policy(),
    "free": Policy(divide=DividePolicy(activities={"customers": 0.1}, centres="free", territories=3)),
    "regions": Policy(divide=DividePolicy(activities=_BOTH, unit="region", effort=1)),
    "still": Policy(
        divide=DividePolicy(contiguous=False, handover_km=50, max_handover=0.0, effort=0),
        assign=AssignPolicy(scope="gaps", order="importance"),
    ),
}
_DEMO_RULES = yaml.safe_load((files("jiuzhou") / "demo" / "rules.yaml").read_text("utf-8"))
RULES: Mapping[str, RuleSet] = {"standard": standard_rules(), "demo": read_rules(_DEMO_RULES, "rules.yaml")}


@settings(deadline=None, max_examples=25)
@given(recipe=recipes, policy=st.sampled_from(sorted(POLICIES)), rules=st.sampled_from(sorted(RULES)))
def test_one_pass_keeps_its_laws_or_says_what_is_wrong(recipe: Recipe, policy: str, rules: str) -> None:
    with TemporaryDirectory() as folder:
        check(recipe, policy, rules, Path(folder))


def check(recipe: Recipe, policy: str, rules: str, folder: Path) -> str:
    """Run one pass and check every law; return how it ended."""
    try:
        cycle = jiuzhou.run_cycle(book_of(recipe), policy=POLICIES[policy], rules=RULES[rules])
    except JiuzhouError as error:
        refusal = error
    else:
        check_cycle(cycle)
        jiuzhou.write_cycle(cycle, folder / "out")
        check_files(folder / "out")
        return "done"
    assert all(render(refusal.message, lang).strip() for lang in LANGS)
    return refusal.code


def check_cycle(cycle: Cycle) -> None:
    check_decisions(cycle)
    check_capacities(cycle)
    check_plan(cycle)
    check_targets(cycle)
    for table in tables(cycle):
        check_numbers(table)
    for message in messages(cycle):
        for lang in LANGS:
            sentence = render(message, lang)
            assert sentence.strip(), message
            assert "nan" not in sentence.split(), message


def check_decisions(cycle: Cycle) -> None:
    customers = cycle.book.table("customers").sort_by("customer_id").to_pylist()
    active = {row["owner_id"] for row in cycle.book.table("owners").to_pylist() if works(cycle, row)}
    rows = cycle.assignment.decisions.to_pylist()

    assert [row["customer_id"] for row in rows] == [row["customer_id"] for row in customers]
    for row, customer in zip(rows, customers, strict=True):
        assert (row["owner_id"] is not None) == (row["outcome"] in ("assigned", "kept"))
        assert row["owner_id"] is None or row["owner_id"] in active or customer["locked"]
        if customer["locked"] and customer["owner_id"] is not None:
            assert (row["outcome"], row["owner_id"]) == ("kept", customer["owner_id"])


def works(cycle: Cycle, owner: dict[str, object]) -> bool:
    try:
        zone = ZoneInfo(str(owner["timezone"] or cycle.book.settings.zone))
    except (KeyError, ValueError):
        zone = ZoneInfo(cycle.book.settings.zone)
    now = datetime.combine(TODAY, time(), ZoneInfo(cycle.book.settings.zone))
    day, start, end = now.astimezone(zone).date(), owner["active_from"], owner["active_to"]
    return (start is None or start <= day) and (end is None or day < end)


def check_capacities(cycle: Cycle) -> None:
    hours = dict(zip(*(cycle.scores.customers[name].to_pylist() for name in ("customer_id", "workload")), strict=True))
    whole, forced, count, held = Counter(), Counter(), Counter(), Counter()
    for row in cycle.assignment.decisions.to_pylist():
        if row["owner_id"] is not None:
            count[row["owner_id"]] += 1
            whole[row["owner_id"]] += hours[row["customer_id"]]
            if row["rule"] in ("lock", "still-there"):
                held[row["owner_id"]] += 1
                forced[row["owner_id"]] += hours[row["customer_id"]]
    broken = {violation.where for violation in cycle.assignment.violations}
    broken |= {row["owner_id"] for row in cycle.book.table("owners").to_pylist() if not works(cycle, row)}
    for row in cycle.book.table("owners").to_pylist():
        owner = row["owner_id"]
        for limit, total, by_lock in (
            (row["capacity_customers"], count[owner], held[owner]),
            (row["capacity_hours"], whole[owner], forced[owner]),
        ):
            assert limit is None or total <= max(limit, by_lock) + 1e-6
            assert limit is None or total <= limit + 1e-6 or owner in broken
    for row in cycle.assignment.load.to_pylist():
        assert row["customers"] == count[row["owner_id"]]
        assert math.isclose(row["hours"], whole[row["owner_id"]], rel_tol=1e-9, abs_tol=0.01)


def check_plan(cycle: Cycle) -> None:
    plan = cycle.plan
    units = plan.units.to_pylist()
    held = [row["customer_id"] for row in units if row["customer_id"] is not None]
    known = {territory.id: territory for territory in plan.territories}

    assert len(held) == len(set(held))
    assert sorted(held) == sorted(cycle.book.table("customers")["customer_id"].to_pylist())
    assert all(row["territory_id"] is None or row["territory_id"] in known for row in units)
    assert len({territory.owner_id for territory in known.values() if territory.owner_id}) == sum(
        territory.owner_id is not None for territory in known.values()
    )
    if plan.lower_bound is not None:
        assert plan.lower_bound <= plan.objective * (1 + 1e-9) + 1e-12
    for territory in known.values():
        for activity in plan.activities:
            value, target = territory.values[activity.key], territory.targets[activity.key]
            if target > 0:
                assert math.isclose(territory.deviation[activity.key], value / target - 1, abs_tol=1e-9)
            if territory.in_band and target > 0:
                assert abs(territory.deviation[activity.key]) <= activity.tolerance + 1e-9
    for activity in plan.activities:
        for sums in ([t.values for t in known.values()], [t.targets for t in known.values()]):
            assert math.isclose(
                math.fsum(one[activity.key] for one in sums), activity.total, rel_tol=1e-9, abs_tol=1e-9
            )
    assert sum(not territory.in_band for territory in known.values()) == len(
        {violation.where for violation in plan.violations if violation.code == "out_of_band"}
    )


def check_targets(cycle: Cycle) -> None:
    by_period: Counter[str] = Counter()
    for row in cycle.resources.targets.to_pylist():
        assert row["value"] >= 0
        by_period[row["period"]] += row["value"]
    totals = [message for message in cycle.resources.notes if "total" in message.params]
    assert not by_period or math.isclose(
        math.fsum(by_period.values()), float(totals[0].params["total"]), rel_tol=1e-9, abs_tol=1e-6
    )


def tables(cycle: Cycle) -> Iterator[pa.Table]:
    for found in (cycle.scores, cycle.resources, cycle.assignment, cycle.advice, cycle.watch, cycle.plan):
        names = [name for name in dir(found) if isinstance(getattr(found, name), pa.Table)]
        yield from (getattr(found, name) for name in names)


def check_numbers(table: pa.Table) -> None:
    for name in table.column_names:
        if pa.types.is_floating(table[name].type):
            wrong = [value for value in table[name].to_pylist() if value is not None and not math.isfinite(value)]
            assert not wrong, name


def messages(cycle: Cycle) -> Iterator[Message]:
    for table in (cycle.assignment.decisions, *tables(cycle)):
        if "code" in table.column_names and "params" in table.column_names:
            for code, params in zip(table["code"].to_pylist(), table["params"].to_pylist(), strict=True):
                if code is not None:
                    yield message_of({"code": code, "params": json.loads(params)})
    for trace in cycle.assignment.decisions["trace"].to_pylist():
        yield from (message_of(step) for step in json.loads(trace) if "code" in step and "params" in step)
    yield from (violation.message for violation in (*cycle.plan.violations, *cycle.assignment.violations))
    yield cycle.plan.bound_message
    yield from (*cycle.scores.notes, *cycle.resources.notes, *cycle.advice.notes, *cycle.collected.quality.notes)
    for alert in cycle.watch.alerts:
        yield from (alert.cause, alert.action)


def check_files(folder: Path) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} in JSON")

    for path in sorted(folder.rglob("*")):
        if path.suffix in (".json", ".geojson"):
            json.loads(path.read_text("utf-8"), parse_constant=refuse)
        elif path.suffix == ".parquet":
            assert pq.read_table(path).num_columns
