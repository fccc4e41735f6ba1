"""One pass of the loop: every customer ends with one owner or one reason, and the same input gives the same bytes."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml

import jiuzhou
from jiuzhou.adapters.json_files import schema
from jiuzhou.adapters.plans import plan_json, read_plan
from jiuzhou.adapters.policies import policy_text, read_policy
from jiuzhou.adapters.texts import LANGS, catalogue
from jiuzhou.cycle import WORDS, Cycle, Policy
from jiuzhou.kernel.decision import DECISIONS
from jiuzhou.kernel.message import message_of
from jiuzhou.kernel.plan import UNITS
from jiuzhou.kernel.scores import CUSTOMER_SCORES
from jiuzhou.kernel.settings import read_settings

FILES = {
    *("customers_scored.parquet", "regions_scored.parquet", "owners_scored.parquet", "products_scored.parquet"),
    *("forecast.parquet", "forecast.json"),
    *("plan.json", "units.parquet", "territories.geojson", "headcount.csv", "targets.csv", "stock.csv"),
    *("decisions.parquet", "actions.csv", "recommendations.parquet", "visits.csv", "indicators.parquet"),
    *("alerts.json", "effect.json", "quality.json", "policy.toml", "rules.yaml", "report.html", "cycle.json"),
    *("rejects/customers.csv", "rejects/orders.csv"),
}


@pytest.fixture(scope="module")
def written(small_cycle: Cycle, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("result")
    jiuzhou.write_cycle(small_cycle, folder)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_file_of_the_contracts_is_written_and_nothing_else(written: Path) -> None:
    assert set(contents(written)) == FILES


def test_the_same_input_and_seed_give_the_same_bytes(small_demo: Path, written: Path, tmp_path: Path) -> None:
    again = jiuzhou.run_cycle(small_demo, policy=small_demo / "policy.toml", rules=small_demo / "rules.yaml")

    jiuzhou.write_cycle(again, tmp_path / "again")

    differing = [name for name, held in contents(tmp_path / "again").items() if held != contents(written)[name]]
    assert differing == []


def test_every_customer_ends_with_one_owner_or_one_reason(small_cycle: Cycle) -> None:
    customers = small_cycle.book.table("customers")["customer_id"].to_pylist()
    decisions = small_cycle.assignment.decisions
    owners = set(small_cycle.book.table("owners")["owner_id"].to_pylist())

    assert decisions.schema == DECISIONS
    assert decisions["customer_id"].to_pylist() == sorted(customers)
    for row in decisions.select(["outcome", "owner_id", "code"]).to_pylist():
        assert (row["owner_id"] in owners) == (row["outcome"] in ("assigned", "kept"))
        assert row["code"] in catalogue("zh")


def test_every_row_is_kept_or_rejected(small_cycle: Cycle) -> None:
    for name, table in small_cycle.collected.quality.tables.items():
        assert table.read == table.kept + table.rejected
        assert table.kept == small_cycle.book.table(name).num_rows
        assert table.rejected == small_cycle.collected.rejects[name].num_rows


def test_every_customer_is_in_exactly_one_unit_row_of_the_plan(small_cycle: Cycle) -> None:
    units = small_cycle.plan.units

    assert units.schema == UNITS
    assert sorted(units["customer_id"].drop_null().to_pylist()) == sorted(
        small_cycle.book.table("customers")["customer_id"].to_pylist()
    )


def test_the_objective_is_never_below_its_proven_bound(small_cycle: Cycle) -> None:
    plan = small_cycle.plan

    assert plan.lower_bound is not None
    assert plan.lower_bound <= plan.objective
    assert plan.gap == pytest.approx(plan.objective / plan.lower_bound - 1)


def test_scores_have_the_columns_of_the_contract(small_cycle: Cycle) -> None:
    customers = small_cycle.scores.customers

    assert customers.schema.names[: len(CUSTOMER_SCORES.names)] == CUSTOMER_SCORES.names
    assert customers.select(CUSTOMER_SCORES.names).schema.types == CUSTOMER_SCORES.types


def test_targets_of_the_territories_sum_to_those_of_the_whole(small_cycle: Cycle) -> None:
    targets = small_cycle.resources.targets
    by_period = targets.group_by("period").aggregate([("value", "sum")]).to_pylist()

    assert by_period
    for row in by_period:
        assert row["value_sum"] == round(row["value_sum"])


def test_nobody_is_advised_who_has_no_owner(small_cycle: Cycle) -> None:
    owned = small_cycle.assignment.decisions.filter(pc.is_valid(pc.field("owner_id")))

    assert set(small_cycle.advice.actions["customer_id"].to_pylist()) <= set(owned["customer_id"].to_pylist())


@pytest.mark.parametrize("kind", ["plan", "quality", "alerts", "effect", "cycle"])
def test_a_json_file_keeps_its_schema(written: Path, kind: str) -> None:
    jsonschema.validate(json.loads((written / f"{kind}.json").read_text("utf-8")), schema(kind))


def test_a_plan_reads_back_as_it_was_written(small_cycle: Cycle, written: Path) -> None:
    plan = read_plan(written)

    assert plan_json(plan) == plan_json(small_cycle.plan)
    assert plan.units.equals(small_cycle.plan.units)
    assert plan.violations == small_cycle.plan.violations


def test_the_policy_is_saved_with_the_result_and_reads_back(small_cycle: Cycle, written: Path) -> None:
    assert read_policy(written / "policy.toml") == small_cycle.policy


def test_the_saved_policy_and_the_demos_rules_keep_their_schemas(written: Path, small_demo: Path) -> None:
    policy = tomllib.loads((written / "policy.toml").read_text("utf-8"))
    rules = yaml.safe_load((small_demo / "rules.yaml").read_text("utf-8"))

    jsonschema.validate(policy, schema("policy"))
    jsonschema.validate(rules, schema("rules"))


def test_a_default_policy_reads_back(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text(policy_text(Policy()), "utf-8")

    assert read_policy(tmp_path / "policy.toml") == Policy()


def test_what_is_promised_to_customers_is_written_once_and_holds_in_every_stage() -> None:
    policy = read_settings(Policy, {"serve": {"payment_term_days": 60, "visits_per_year": {"D": 2}}}, where="policy")

    assert policy.evaluate.payment_term == policy.monitor.payment_term == 60
    assert policy.resource.visits == policy.monitor.visits == {"D": 2}


def test_a_stage_may_still_count_by_its_own_payment_term() -> None:
    own = {"monitor": {"payment_term_days": 45}, "serve": {"payment_term_days": 60}}

    policy = read_settings(Policy, own, where="policy")

    assert (policy.evaluate.payment_term, policy.monitor.payment_term) == (60, 45)


def test_a_decision_is_told_in_both_languages(written: Path) -> None:
    table = pq.read_table(written / "decisions.parquet")

    assert table.column_names[:9] == [*DECISIONS.names[:7], "reason_zh", "reason_en"]
    assert table["reason_zh"].null_count == table["reason_en"].null_count == 0
    assert len(table["reason_zh"].unique()) > 5


def test_every_stage_has_its_headline(written: Path) -> None:
    headlines = json.loads((written / "cycle.json").read_text("utf-8"))["headlines"]

    assert len(headlines) == len(WORDS)
    assert all(headline[lang].strip() for headline in headlines for lang in LANGS)


def test_stages_are_announced_in_the_loops_order(small_demo: Path) -> None:
    heard: list[str] = []

    jiuzhou.run_cycle(small_demo, announce=heard.append)

    assert tuple(heard) == WORDS


def test_a_book_in_memory_gives_what_its_folder_gives(small_demo: Path, small_cycle: Cycle) -> None:
    book = jiuzhou.read_book(small_demo)

    found = jiuzhou.run_cycle(book, policy=small_demo / "policy.toml", rules=small_demo / "rules.yaml")

    assert found.plan.id == small_cycle.plan.id
    assert found.assignment.decisions.equals(small_cycle.assignment.decisions)
    assert found.scores.customers.equals(small_cycle.scores.customers)


def test_a_failed_write_leaves_nothing_behind(
    small_cycle: Cycle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("jiuzhou.adapters.results.render_report", broken)
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "note.txt").write_text("mine", "utf-8")

    for out in ("new", "old"):
        with pytest.raises(OSError, match="No space"):
            jiuzhou.write_cycle(small_cycle, tmp_path / out)

    assert contents(tmp_path) == {"old/note.txt": b"mine"}
    assert not (tmp_path / "new").exists()


def test_customers_alone_are_enough(tmp_path: Path) -> None:
    rows = [f"C{n},{30 + n % 7 * 0.3},{114 + n % 5 * 0.4},甲,{10 + n % 4}" for n in range(40)]
    (tmp_path / "customers.csv").write_text("customer_id,lat,lon,name,workload\n" + "\n".join(rows), "utf-8")
    (tmp_path / "owners.csv").write_text("owner_id,name,lat,lon\nR1,李,30.5,114.5\nR2,王,31.5,115.5\n", "utf-8")
    (tmp_path / "book.toml").write_text("as_of = 2026-03-31\n", "utf-8")

    found = jiuzhou.run_cycle(tmp_path)

    assert found.assignment.decisions["owner_id"].null_count == 0
    assert sum(found.assignment.load["customers"].to_pylist()) == 40


@pytest.mark.shared
def test_the_whole_cycle_runs_on_real_orders(shared_data: Path, tmp_path: Path) -> None:
    """1,067,370 real lines; places and owners are drawn, since the set has none."""
    import runpy

    example = Path(__file__).parents[1] / "examples" / "online_retail"
    build = runpy.run_path(str(example / "build.py"))["build"]
    facts = build(shared_data / "online_retail_ii.parquet", shared_data / "cn_city_coordinates.parquet", tmp_path)

    found = jiuzhou.run_cycle(tmp_path, policy=tmp_path / "policy.toml", rules=tmp_path / "rules.yaml")

    orders = found.collected.quality.tables["orders"]
    assert (facts.lines, facts.customers, facts.anonymous) == (1_067_370, 5_942, 243_007)
    assert orders.read == facts.written_lines
    assert orders.rejected_by == {"collect.missing_value": facts.written_anonymous}
    decisions = found.assignment.decisions
    assert decisions.num_rows == facts.customers
    has_owner = pc.is_valid(decisions["owner_id"])
    given = pc.is_in(decisions["outcome"], pa.array(["assigned", "kept"]))
    assert has_owner.equals(given)
    assert all(
        message_of({"code": code, "params": {}}).code in catalogue("en") for code in decisions["code"].to_pylist()
    )
    assert sum(not territory.in_band for territory in found.plan.territories) == 0
    assert sum(not territory.contiguous for territory in found.plan.territories) == 0
