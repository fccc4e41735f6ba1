"""A cycle comes into the store: complete, consistent with itself, once however often, and whole after a kill."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.db.models import F, Q
from django.utils import timezone
from hypothesis import settings

from jiuzhou.adapters.texts import render
from jiuzhou.cycle import Cycle
from jiuzhou.kernel.message import message_of
from jiuzhou.web.accounts.actor import system_of
from jiuzhou.web.collect.writes import load_cycle
from jiuzhou.web.ledger.audit import broken_links
from jiuzhou.web.store.models import (
    Action,
    Alert,
    AuditEntry,
    AuditHead,
    Customer,
    CustomerScore,
    Decision,
    FactBatch,
    Indicator,
    Organisation,
    Owner,
    Ownership,
    Plan,
    PlanTerritory,
    PlanUnit,
    PolicyVersion,
    RegionScore,
    RulesVersion,
    Territory,
    Visit,
)
from web_company import database_digest
from web_killed import copy_schema

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)


@pytest.fixture
def organisation() -> Organisation:
    return Organisation.objects.create(slug="hengzhun", name="衡准检测")


@pytest.fixture
def loaded(organisation: Organisation, small_cycle: Cycle) -> Organisation:
    load_cycle(organisation, small_cycle, now=NOW)
    organisation.refresh_from_db()
    return organisation


def digest_without_ledger() -> str:
    AuditEntry.unscoped.all().delete()
    AuditHead.unscoped.all().delete()
    return database_digest()


def with_customers(cycle: Cycle, customers: pa.Table) -> Cycle:
    book = replace(cycle.book, tables={**cycle.book.tables, "customers": customers})
    return replace(cycle, collected=replace(cycle.collected, book=book))


def test_every_customer_of_the_book_stands_with_its_scores_and_one_decision(
    loaded: Organisation, small_cycle: Cycle
) -> None:
    customers = small_cycle.book.table("customers").num_rows

    assert Customer.unscoped.filter(organisation=loaded).count() == customers
    assert CustomerScore.unscoped.count() == small_cycle.scores.customers.num_rows
    assert Decision.unscoped.values("customer").distinct().count() == Decision.unscoped.count() == customers
    assert Owner.unscoped.count() == small_cycle.book.table("owners").num_rows
    assert Action.unscoped.count() == small_cycle.advice.actions.num_rows
    assert RegionScore.unscoped.count() == small_cycle.scores.regions.num_rows
    assert loaded.as_of == small_cycle.today


def test_who_has_a_customer_is_told_alike_by_its_row_its_spell_its_plan_and_its_decision(loaded: Organisation) -> None:
    open_spells = Ownership.unscoped.filter(role="primary", valid_to=None)
    owned = Customer.unscoped.exclude(owner=None)

    assert Counter(open_spells.values_list("customer_id", "owner_id", "territory_id")) == Counter(
        owned.values_list("pk", "owner_id", "territory_id")
    )
    assert not owned.filter(Q(territory=None) | ~Q(pool="")).exists()
    assert not Customer.unscoped.filter(owner=None).exclude(pool="public", territory=None).exists()
    units = PlanUnit.unscoped.filter(plan=loaded.plan_in_force)
    assert units.count() == Customer.unscoped.count()
    assert not units.filter(owner__isnull=False).exclude(owner=F("customer__owner")).exists()
    assert not units.filter(territory__isnull=False).exclude(territory__standing=F("customer__territory")).exists()
    assert not Decision.unscoped.filter(customer__owner__isnull=False).exclude(owner=F("customer__owner")).exists()
    assert not open_spells.filter(decision=None).exists()


def test_the_book_is_where_the_present_owners_come_from(loaded: Organisation, small_cycle: Cycle) -> None:
    table = small_cycle.book.table("customers")
    stated = dict(zip(table["customer_id"].to_pylist(), table["owner_id"].to_pylist(), strict=True))

    assert dict(Customer.unscoped.values_list("code", "owner__code")) == stated


def test_a_decision_of_the_cycle_explains_a_customer_only_where_it_agrees_with_the_present(
    loaded: Organisation, small_cycle: Cycle
) -> None:
    decided = {row["customer_id"]: row for row in small_cycle.assignment.decisions.to_pylist()}
    by_rule = Decision.unscoped.exclude(rule="").select_related("customer", "owner")

    assert by_rule.count() > 100
    for decision in by_rule:
        assert decision.owner_id is None or decision.owner is not None
        assert (decision.owner.code if decision.owner else None) == decided[decision.customer.code]["owner_id"]
        assert decision.trace
    for decision in Decision.unscoped.filter(rule=""):
        assert render(message_of({"code": decision.code, "params": decision.params}), "zh")


def test_the_tree_leads_from_every_customer_to_the_whole(loaded: Organisation) -> None:
    parents = dict(Territory.unscoped.values_list("pk", "parent_id"))
    roots = [key for key, parent in parents.items() if parent is None]

    assert len(roots) == 1
    for leaf in set(Customer.unscoped.exclude(territory=None).values_list("territory_id", flat=True)):
        steps, node = 0, leaf
        while parents[node] is not None:
            steps, node = steps + 1, parents[node]
            assert steps < 10
        assert node == roots[0]
        assert steps >= 1


def test_neighbouring_territories_have_different_colours(loaded: Organisation, small_cycle: Cycle) -> None:
    from jiuzhou.web.collect.writes.loading.presence import present_owners
    from jiuzhou.web.collect.writes.loading.tree import tree_of

    tree = tree_of(small_cycle, present_owners(small_cycle.book), "zh")
    leaves = Territory.unscoped.filter(children=None)

    assert {row.code: row.colour for row in leaves} == {row.code: tree.colours[row.code] for row in leaves}
    assert set(tree.colours.values()) <= set(range(12))


def test_the_cycles_plan_is_a_draft_against_the_present_and_says_who_changes_hands(
    loaded: Organisation, small_cycle: Cycle
) -> None:
    plan = Plan.unscoped.get(code=small_cycle.plan.id)
    units = {row["customer_id"]: row for row in small_cycle.plan.units.to_pylist()}

    assert plan.state == "draft"
    assert plan.base_id == loaded.plan_in_force_id
    assert plan.metrics["handover_customers"]["value"] == small_cycle.plan.metrics["handover_customers"].value
    handed_over = 0
    for unit in PlanUnit.unscoped.filter(plan=plan).select_related("customer", "territory", "owner", "previous_owner"):
        row = units[unit.customer.code]
        assert unit.previous_owner_id == unit.customer.owner_id
        if row["territory_id"] is None:
            assert (unit.owner_id, unit.moved) == (unit.customer.owner_id, False)
            continue
        assert unit.territory is not None
        assert unit.territory.code == row["territory_id"]
        assert unit.moved == ((unit.owner_id, unit.territory.code) != (unit.customer.owner_id, unit.previous_territory))
        handed_over += bool(unit.previous_owner_id and unit.previous_owner_id != unit.owner_id)
    assert handed_over == small_cycle.plan.metrics["handover_customers"].value


def test_the_present_is_measured_by_the_definitions_of_the_plan(loaded: Organisation, small_cycle: Cycle) -> None:
    before = small_cycle.watch.effect["balance"]["workload"]["before"]  # type: ignore[index,call-overload]
    leaves = PlanTerritory.unscoped.filter(plan=loaded.plan_in_force, level="rep").exclude(deviation={})

    worst = max(abs(row.deviation["workload"]) for row in leaves)

    assert worst == pytest.approx(before["largest"], abs=0.02)  # type: ignore[index,call-overload]
    whole = PlanTerritory.unscoped.get(plan=loaded.plan_in_force, code="ALL")
    assert whole.customers == Customer.unscoped.exclude(owner=None).count()


def test_figures_and_alerts_are_those_of_the_division_in_force(loaded: Organisation, small_cycle: Cycle) -> None:
    lines = small_cycle.book.table("orders").to_pylist()
    holder = dict(Customer.unscoped.values_list("code", "territory__code"))
    year = small_cycle.today.year
    sold: dict[str, Decimal] = {}
    for line in lines:
        place = holder[line["customer_id"]]
        if place and line["ordered_at"].year == year and line["currency"] in (None, "CNY"):
            sold[place] = sold.get(place, Decimal(0)) + (line["amount"] or 0)

    shown = Indicator.unscoped.filter(metric="sales", period=str(year), territory__level="rep")

    assert shown.count() > 3
    for row in shown.select_related("territory"):
        assert row.value == pytest.approx(float(sold.get(row.territory.code, 0)), rel=1e-6)
    assert {alert.territory.code for alert in Alert.unscoped.exclude(territory=None)} <= set(holder.values())


def test_the_present_says_which_of_its_territories_lie_in_pieces(loaded: Organisation, small_cycle: Cycle) -> None:
    plan = loaded.plan_in_force
    assert plan is not None
    leaves = PlanTerritory.unscoped.filter(plan=plan, level="rep").exclude(deviation={})

    assert plan.metrics["in_pieces"]["value"] == leaves.filter(contiguous=False).count() > 0
    assert plan.metrics["mean_distance_km"]["value"] > 0


def test_policy_and_rules_are_kept_as_the_texts_that_made_it(loaded: Organisation) -> None:
    assert [(row.number, row.state) for row in PolicyVersion.unscoped.all()] == [(1, "published")]
    assert "rules:" in RulesVersion.unscoped.get().text


def test_facts_lie_by_customer_in_files_that_the_manifest_names(
    loaded: Organisation, small_cycle: Cycle, data_folder: Path
) -> None:
    batches = {row.table: row for row in FactBatch.unscoped.filter(retired_at=None)}

    assert {"orders", "payments", "interactions", "surveys", "deals", "stock"} <= set(batches)
    assert not set(batches) & {"customers", "owners", "ownership"}
    assert set(batches) - set(small_cycle.book.tables) == {"customers_scored", "recommendations"}
    for name, batch in batches.items():
        assert batch.rows == pq.read_metadata(data_folder / batch.path).num_rows
        assert name not in small_cycle.book.tables or batch.rows == small_cycle.book.table(name).num_rows
    orders = pq.read_table(data_folder / batches["orders"].path)
    assert orders["customer_id"].to_pylist() == sorted(orders["customer_id"].to_pylist())
    payments = pq.read_table(data_folder / batches["payments"].path)
    of_order = dict(zip(orders["order_id"].to_pylist(), orders["customer_id"].to_pylist(), strict=True))
    assert payments["customer_id"].to_pylist() == [of_order.get(order) for order in payments["order_id"].to_pylist()]
    assert sorted(path.name for path in (data_folder / "facts").glob("*/*")) == sorted(
        f"{batch.digest}.parquet" for batch in batches.values()
    )


def test_the_same_load_twice_changes_nothing(loaded: Organisation, small_cycle: Cycle) -> None:
    before = digest_without_ledger()

    load_cycle(loaded, small_cycle, now=timezone.now())

    assert digest_without_ledger() == before


def test_a_load_is_written_in_the_audit_chain_without_personal_data(loaded: Organisation) -> None:
    entry = AuditEntry.unscoped.get(verb="import.cycle")

    assert entry.who == "system"
    assert set(entry.after) <= {"as_of", "customers", "owners", *FactBatch.unscoped.values_list("table", flat=True)}
    assert list(broken_links(loaded.pk)) == []


def test_a_later_book_changes_what_it_says_and_keeps_whom_it_no_longer_has(
    loaded: Organisation, small_cycle: Cycle
) -> None:
    table = small_cycle.book.table("customers")
    renamed = pc.if_else(pc.equal(table["customer_id"], "C0000003"), "新名字有限公司", table["name"])
    later = table.set_column(table.schema.get_field_index("name"), "name", renamed)
    later = later.filter(pc.not_equal(later["customer_id"], "C0000005"))
    versions = dict(Customer.unscoped.values_list("code", "version"))

    load_cycle(loaded, with_customers(small_cycle, later), now=NOW)

    changed = {code for code, version in Customer.unscoped.values_list("code", "version") if version != versions[code]}
    assert changed == {"C0000003"}
    assert Customer.unscoped.get(code="C0000003").sort_key == "xin ming zi you xian gong si"
    assert Customer.unscoped.filter(code="C0000005", deleted_at=None).exists()


def test_a_later_book_moves_a_customer_unless_somebody_moved_it_by_hand(
    loaded: Organisation, small_cycle: Cycle
) -> None:
    table = small_cycle.book.table("customers")
    by_book, by_hand = Customer.unscoped.exclude(owner=None).filter(locked=False).order_by("code")[:2]
    other = Owner.unscoped.filter(kind="rep").exclude(pk__in=[by_book.owner_id, by_hand.owner_id]).first()
    assert other is not None
    Ownership.unscoped.filter(customer=by_hand, valid_to=None, role="primary").update(source="manual")
    moved = pc.if_else(
        pc.is_in(table["customer_id"], pa.array([by_book.code, by_hand.code])), other.code, table["owner_id"]
    )
    later = table.set_column(table.schema.get_field_index("owner_id"), "owner_id", moved)

    load_cycle(loaded, with_customers(small_cycle, later), now=NOW)

    assert Customer.unscoped.get(pk=by_book.pk).owner_id == other.pk
    assert Ownership.unscoped.get(customer=by_book, valid_to=None, role="primary").owner_id == other.pk
    assert Customer.unscoped.get(pk=by_hand.pk).owner_id == by_hand.owner_id
    assert Ownership.unscoped.get(customer=by_hand, valid_to=None, role="primary").owner_id == by_hand.owner_id


def test_what_people_did_about_actions_and_alerts_outlives_the_next_load(
    loaded: Organisation, small_cycle: Cycle
) -> None:
    action = Action.unscoped.order_by("pk")[0]
    Action.unscoped.filter(pk=action.pk).update(state="done")
    alert = Alert.unscoped.order_by("pk")[0]
    Alert.unscoped.filter(pk=alert.pk).update(state="snoozed", snoozed_until=date(2026, 8, 1))

    load_cycle(loaded, small_cycle, now=NOW)

    assert Action.unscoped.filter(customer=action.customer, kind=action.kind).count() == 1
    assert Alert.unscoped.get(pk=alert.pk).state == "snoozed"


def test_a_plan_that_people_took_on_is_left_to_them(loaded: Organisation, small_cycle: Cycle) -> None:
    plan = Plan.unscoped.get(code=small_cycle.plan.id)
    Plan.unscoped.filter(pk=plan.pk).update(state="review", name="下半年方案")
    PlanUnit.unscoped.filter(plan=plan, customer__code="C0000001").delete()

    load_cycle(loaded, small_cycle, now=NOW)

    assert not PlanUnit.unscoped.filter(plan=plan, customer__code="C0000001").exists()
    assert Plan.unscoped.get(pk=plan.pk).name == "下半年方案"


def test_a_visit_is_its_present_owners(loaded: Organisation) -> None:
    assert Visit.unscoped.exists()
    assert not Visit.unscoped.exclude(owner=F("customer__owner")).exists()


def test_progress_is_announced_to_the_end(organisation: Organisation, small_cycle: Cycle) -> None:
    heard: list[tuple[str, int, int]] = []

    load_cycle(organisation, small_cycle, now=NOW, announce=lambda *told: heard.append(told))

    assert list(dict.fromkeys(part for part, _, _ in heard)) == ["facts", "owners", "plans", "customers", "figures"]
    assert heard[-2][1] == heard[-2][2] == small_cycle.book.table("customers").num_rows


LOADER = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
import jiuzhou
book, now = Path(sys.argv[1]), datetime(2026, 7, 1, 8, tzinfo=UTC)
cycle = jiuzhou.run_cycle(book, policy=book / "policy.toml", rules=book / "rules.yaml")

def load(home, faults):
    os.environ["JIUZHOU_HOME"] = home
    import django
    django.setup()
    from django.core.management import call_command
    call_command("migrate", verbosity=0)
    from jiuzhou.web.collect.writes import load_cycle
    from jiuzhou.web.store import pace
    from jiuzhou.web.store.models import AuditEntry, AuditHead, Organisation
    pace.GOAL_SECONDS = 1e9  # The same chunks in both, so that the same rows get the same numbers.
    pace.BREATH_SECONDS = 0
    company, _ = Organisation.objects.get_or_create(slug="one", defaults={"name": "一"})
    Organisation.objects.update(created_at=now)
    for fault in faults:
        child = os.fork()
        if child == 0:
            os.environ["JIUZHOU_FAULT"] = fault
            load_cycle(company, cycle, now=now)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9, fault
    load_cycle(company, cycle, now=now)
    AuditEntry.unscoped.all().delete()
    AuditHead.unscoped.all().delete()
    sys.path.insert(0, os.environ["TESTS"])
    from web_company import database_digest
    print(database_digest(), flush=True)

for home, *faults in (told.split(",") for told in sys.argv[2:]):
    child = os.fork()
    if child == 0:
        load(home, faults)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0, home
"""
"""Each argument after the book is a home and the places at which a load into it is killed."""
KILLS = ("load.plans", "load.customers:1")
MORE_KILLS = ("load.figures", "load.fact_file:3", "load.tree", "load.customers:3")
"""In `make drill`."""


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Path | None:
    """A database that is migrated and empty, copied before any test's transaction begins; none on PostgreSQL."""
    if connection.vendor != "sqlite":
        return None
    path = tmp_path_factory.mktemp("migrated") / "jiuzhou.sqlite3"
    with django_db_blocker.unblock():
        copy_schema(path)
    return path


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a forked copy of the process")
def test_a_load_killed_at_every_place_and_done_again_is_as_if_never_killed(
    small_demo: Path, migrated: Path | None, tmp_path: Path
) -> None:
    faults = (*KILLS, *MORE_KILLS) if settings.get_current_profile_name() == "search" else KILLS
    homes = [tmp_path / name for name in ("whole", "killed")]
    for home in homes:
        home.mkdir()
        if migrated is not None:
            shutil.copy(migrated, home / "jiuzhou.sqlite3")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "jiuzhou.web.settings",
        "TESTS": str(Path(__file__).parents[2]),
    }
    environment.pop("DATABASE_URL", None)

    done = subprocess.run(
        [sys.executable, "-c", LOADER, str(small_demo), str(homes[0]), ",".join([str(homes[1]), *faults])],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    whole, killed = done.stdout.split()
    assert killed == whole


def test_a_load_on_behalf_of_a_person_is_written_as_theirs(organisation: Organisation, small_cycle: Cycle) -> None:
    load_cycle(organisation, small_cycle, now=NOW, actor=system_of(organisation, via="job"))

    assert AuditEntry.unscoped.get(verb="import.cycle").origin == "job"
