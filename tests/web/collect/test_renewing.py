"""Customers are scored anew by what the store has: the same as a pass of the loop, for those who came since too."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Model

from jiuzhou.adapters.engines import duckdb_engine
from jiuzhou.cycle import Cycle
from jiuzhou.web.accounts.actor import system_of
from jiuzhou.web.collect.writes import load_cycle
from jiuzhou.web.collect.writes.importing import steps
from jiuzhou.web.collect.writes.importing.files import Upload
from jiuzhou.web.collect.writes.loading.renewing import renew_scores
from jiuzhou.web.collect.writes.renewing import ask_to_renew
from jiuzhou.web.jobs.worker import work
from jiuzhou.web.store.models import (
    Action,
    Alert,
    Customer,
    CustomerScore,
    Import,
    Indicator,
    Organisation,
    OwnerScore,
    PeerScale,
    RegionScore,
    Run,
    Target,
    Visit,
)
from jiuzhou.web.store.search import index_customers
from web_company import Company

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)
SCORED: tuple[type[Model], ...] = (CustomerScore, RegionScore, OwnerScore, Indicator, Target, Alert)


@pytest.fixture
def loaded(small_cycle: Cycle) -> Organisation:
    organisation = Organisation.objects.create(slug="hengzhun", name="衡准检测")
    load_cycle(organisation, small_cycle, now=NOW)
    organisation.refresh_from_db()
    return organisation


def rows_of(model: Any) -> list[dict[str, Any]]:
    return sorted(model.unscoped.values(), key=lambda row: str(row.get("id") or row))


def renewed(organisation: Organisation, cycle: Cycle) -> int:
    with duckdb_engine() as engine:
        return renew_scores(system_of(organisation), cycle.policy, engine=engine, now=NOW)


def test_what_was_just_loaded_is_scored_as_the_pass_scored_it(loaded: Organisation, small_cycle: Cycle) -> None:
    before = {model: rows_of(model) for model in SCORED}

    count = renewed(loaded, small_cycle)

    assert count == small_cycle.book.table("customers").num_rows
    for model in SCORED:
        assert rows_of(model) == before[model], model.__name__


def test_the_same_data_twice_change_nothing(loaded: Organisation, small_cycle: Cycle) -> None:
    # The first gives advice to who has a customer, where the load gave it to whom the pass would give it.
    renewed(loaded, small_cycle)
    before = {model: rows_of(model) for model in (*SCORED, Action, Visit)}

    renewed(loaded, small_cycle)

    for model, rows in before.items():
        assert rows_of(model) == rows, model.__name__


def test_who_came_since_is_scored_with_the_others(loaded: Organisation, small_cycle: Cycle) -> None:
    owner = Customer.unscoped.filter(owner__isnull=False).order_by("pk").first()
    assert owner is not None
    new = Customer.unscoped.create(
        organisation=loaded,
        code="NEW",
        name="新到检测设备有限公司",
        industry="制造",
        potential=90_000,
        owner_id=owner.owner_id,
        territory_id=owner.territory_id,
    )
    index_customers([new.pk])

    renewed(loaded, small_cycle)

    score = CustomerScore.unscoped.get(customer=new)
    assert (score.score is not None, score.tier != "", score.as_of) == (True, True, small_cycle.today)
    assert Action.unscoped.filter(customer=new, state="open").exists()
    assert Customer.unscoped.get(pk=new.pk).version == new.version


def test_an_organisation_without_customers_is_left_as_it_is(small_cycle: Cycle) -> None:
    empty = Organisation.objects.create(slug="empty", name="空")

    assert renewed(empty, small_cycle) == 0
    empty.refresh_from_db()
    assert empty.as_of is None


def test_a_company_without_territories_orders_and_a_policy_is_scored_too(small_cycle: Cycle) -> None:
    young = Organisation.objects.create(slug="young", name="新公司")
    kept = [Customer.unscoped.create(organisation=young, code=f"Y{n}", name=f"客户{n}") for n in range(3)]

    assert renewed(young, small_cycle) == len(kept)
    assert CustomerScore.unscoped.filter(customer__organisation=young).count() == len(kept)


@pytest.mark.django_db(transaction=True)
def test_all_who_ask_while_a_run_waits_are_served_by_it(loaded: Organisation) -> None:
    for _ in range(3):
        ask_to_renew(system_of(loaded))
    assert Run.unscoped.filter(kind="scores.renew").count() == 1

    work(once=True, inline=True)

    ended = dict(Run.unscoped.values_list("kind", "state"))
    assert ended == {"scores.renew": "succeeded", "scores.settle": "succeeded"}
    assert PeerScale.unscoped.filter(organisation=loaded).exists()


def test_an_import_is_scored_and_taken_back_with_its_scores(company: Company, tmp_path: Path) -> None:
    def done() -> Import:
        work(once=True, inline=True)
        return Import.unscoped.get(pk=number)

    importer, count = company.actor("importer"), Customer.unscoped.count()
    path = tmp_path / "upload"
    path.write_text("客户编号,客户名称,负责人编号,潜力\nN1,苏州新元医疗有限公司,R1,90000\nN2,大地纺织,,8000\n")
    number = steps.bring(importer, [Upload("客户.csv", path)], table="")
    done()
    steps.check(importer, number)
    done()
    steps.apply(importer, number)
    done()
    assert [one.tier != "" for one in CustomerScore.unscoped.filter(customer__code__in=("N1", "N2"))] == [True, True]
    assert Action.unscoped.filter(customer__code="N1").exists()

    steps.undo(importer, number)

    assert done().counts["kept_codes"] == []
    assert Customer.unscoped.count() == count
