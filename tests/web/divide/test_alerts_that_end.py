"""What a plan mends is no alert any more once it is in force; what it leaves uneven stays one."""

from __future__ import annotations

from datetime import date

import pytest

from jiuzhou.web.divide.writes import publishing
from jiuzhou.web.store.models import Alert, Plan, PlanTerritory
from web_company import Company


def raised(company: Company, kind: str, territory: str | None, state: str = "open") -> str:
    key = f"{kind}-{territory}"
    Alert.unscoped.create(
        organisation=company.organisation,
        key=key,
        kind=kind,
        severity="medium",
        territory=company.territories[territory] if territory else None,
        since=date(2026, 7, 1),
        state=state,
        snoozed_until=date(2026, 9, 1) if state == "snoozed" else None,
    )
    return key


def published(company: Company, *, outside: set[str]) -> Plan:
    plan = company.plans["draft"]
    PlanTerritory.unscoped.filter(plan=plan).update(in_band=True)
    assert PlanTerritory.unscoped.filter(plan=plan, code__in=outside).update(in_band=False) == len(outside)
    Plan.unscoped.filter(pk=plan.pk).update(state="approved", approved_by=company.people["admin"])
    publishing.publish_plan(company.actor("planner"), plan.code)
    return plan


@pytest.mark.parametrize("outside", [set(), {"T2"}, {"T1", "T2", "T3"}])
def test_alerts_of_balance_end_where_the_plan_has_mended_it(company: Company, outside: set[str]) -> None:
    keys = {code: raised(company, "overload", code) for code in ("T1", "T2")}
    resting = raised(company, "underload", "T3", "snoozed")
    whole = raised(company, "imbalance", None)
    others = {raised(company, "sales_drift", "T1"), raised(company, "complaint_spike", None)}

    published(company, outside=outside)

    state = dict(Alert.unscoped.filter(key__in={*keys.values(), resting, whole, *others}).values_list("key", "state"))
    assert {code for code, key in keys.items() if state[key] == "open"} == outside & {"T1", "T2"}
    assert state[resting] == ("snoozed" if "T3" in outside else "handled")
    assert state[whole] == ("open" if len(outside) > 2 else "handled")
    assert {state[key] for key in others} == {"open"}
