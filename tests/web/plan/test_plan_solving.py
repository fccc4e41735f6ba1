"""A division that is solved in the web from its own tables is the one the command line finds in the same Book."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from jiuzhou.cycle import Cycle
from jiuzhou.web.collect.writes import load_cycle
from jiuzhou.web.divide.jobs import solve
from jiuzhou.web.jobs.block import Block, Stop
from jiuzhou.web.jobs.context import Cancelled, RunContext
from jiuzhou.web.store.book import book_of
from jiuzhou.web.store.models import Organisation, Ownership, Plan, Run

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 1, 8, tzinfo=UTC)


@pytest.fixture
def organisation(small_cycle: Cycle) -> Organisation:
    organisation = Organisation.objects.create(slug="hengzhun", name="衡准检测", as_of=small_cycle.today)
    load_cycle(organisation, small_cycle, now=NOW)
    organisation.refresh_from_db()
    return organisation


def context(organisation: Organisation, block: Block | None = None) -> RunContext:
    run = Run.unscoped.create(organisation=organisation, kind="plan.solve", state="running")
    return RunContext(
        run_id=run.pk,
        organisation_id=organisation.pk,
        kind="plan.solve",
        attempt=run.attempt,
        arguments={"name": "重新划分", "seed": small_seed(organisation)},
        state={},
        asked_by=None,
        for_system=True,
        block=block or Block(),
    )


def small_seed(organisation: Organisation) -> int:
    return Plan.unscoped.get(organisation=organisation, state="draft").seed


def test_the_web_finds_the_division_that_the_command_line_finds(organisation: Organisation, small_cycle: Cycle) -> None:
    told = solve(context(organisation))

    plan = Plan.unscoped.get(code=told["plan"])
    assert (plan.state, plan.name, plan.base_id) == ("draft", "重新划分", organisation.plan_in_force_id)
    assert plan.objective == pytest.approx(small_cycle.plan.objective)
    assert plan.lower_bound == pytest.approx(small_cycle.plan.lower_bound)
    units = small_cycle.plan.units
    expected = dict(zip(units["customer_id"].to_pylist(), units["territory_id"].to_pylist(), strict=True))
    assert dict(plan.units.values_list("customer__code", "territory__code")) == expected


def test_customers_placed_by_hand_are_locked_in_the_book_that_is_divided(organisation: Organisation) -> None:
    spell = Ownership.unscoped.filter(role="primary", valid_to=None, customer__locked=False).first()
    assert spell is not None
    Ownership.unscoped.filter(pk=spell.pk).update(source="manual")

    customers = book_of(organisation).table("customers")

    locked = dict(zip(customers["customer_id"].to_pylist(), customers["locked"].to_pylist(), strict=True))
    assert locked[spell.customer.code] is True
    assert "phone" not in [name for name in customers.column_names if customers[name].null_count < len(customers)]


def test_a_cancelled_search_keeps_nothing(organisation: Organisation) -> None:
    block = Block()
    block.ask(Stop.CANCEL)
    plans = Plan.unscoped.count()

    with pytest.raises(Cancelled):
        solve(context(organisation, block))

    assert Plan.unscoped.count() == plans
