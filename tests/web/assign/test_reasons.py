"""Why a customer is where it is: the same decision as a representative and as a manager may see it."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from jiuzhou.adapters.texts import LANGS, render
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.assign.reads import Why, why
from jiuzhou.web.assign.reads.decisions import Wanted, choices, list_decisions
from jiuzhou.web.assign.reads.reasons import why_decided
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.models import Decision, Owner, PlanUnit, RulesVersion
from jiuzhou.web.store.search import index_customers
from web_company import Company

pytestmark = pytest.mark.django_db

RULES = """\
version: 1
rules:
- id: important
  name: {zh: 重要客户, en: Important customers}
  when: tier == "A"
  then:
  - territory: team
  - least_loaded: hours
  on_empty: relax
- id: team
  name: {zh: 团队, en: Team}
  when: territory_owner != null
  then:
  - territory: team
  - least_loaded: hours
  on_empty: next
fallback: public
pools:
- id: public
"""


@pytest.fixture
def decision(company: Company) -> Decision:
    """R1 was chosen before R2, while R3 was away: 14 free hours against 8."""
    from jiuzhou.web.assign.scripts import rules_of

    version = RulesVersion.unscoped.create(
        organisation=company.organisation, number=1, text=RULES, state="published", at=timezone.now()
    )
    otherwise = say("assign.otherwise_hours", owner="周静", runner_up="吴昊", gap=6.0)
    near = say(
        "assign.otherwise_rule", condition='tier == "A"', rule=say("kernel.named", zh="重要客户", en="Important")
    )
    trace: list[dict[str, Any]] = [
        {"step": "rule", "rule": "important", "failed": 'tier == "A"'},
        {"step": "rule", "rule": "team", "holds": True},
        {"step": "filter", "by": "active", "before": 9, "after": 9},
        {"step": "filter", "by": "colleague", "before": 9, "after": 3},
        {"step": "filter", "by": "available", "before": 3, "after": 2, "out": ["R3"]},
        {
            "step": "pick",
            "by": "least_loaded:hours",
            "before": 2,
            "owner": "R1",
            "figure": 14.0,
            "runner_up": "R2",
            "runner_up_figure": 8.0,
        },
        {"step": "otherwise", "owner": "R2", **otherwise.to_json()},
        {"step": "otherwise", "rule": "important", **near.to_json()},
    ]
    reason = say(
        "assign.assigned",
        first="",
        rule=say("kernel.named", zh="团队", en="Team"),
        owner="周静",
        why=say("assign.why_hours", count=2, figure=14.0),
    )
    return Decision.unscoped.create(
        organisation=company.organisation,
        key="by rules",
        customer=company.customers["own"],
        outcome="assigned",
        owner=company.owners["R1"],
        territory=company.territories["T1"],
        rule="team",
        code=reason.code,
        params=reason.plain_params(),
        trace=trace,
        rules_version=rules_of(version.text).version,
        decided_at=timezone.now(),
    )


def seen_by(company: Company, person: str) -> Why:
    found = why(company.actor(person), company.customers["own"].code)
    assert found is not None
    return found


def everything_said(found: Why) -> str:
    said: list[Message] = [found.sentence, found.rule_title, *found.changes]
    said += [step.text for step in found.tried] + [step.rule for step in found.tried]
    said += [stage.text for stage in found.stages] + [one.reason for one in found.candidates]
    names = [one.name for one in found.candidates] + [name for stage in found.stages for name in stage.names]
    return " ".join([*(render(message, lang) for message in said for lang in LANGS), *names])


def test_the_owner_learns_counts_and_its_own_figures(company: Company, decision: Decision) -> None:
    found = seen_by(company, "rep")

    assert not found.whole
    assert [(step.held, step.rule) for step in found.tried] == [
        (False, say("kernel.named", zh="重要客户", en="Important customers")),
        (True, say("kernel.named", zh="团队", en="Team")),
    ]
    assert [(one.group, one.name, one.count) for one in found.candidates] == [
        ("selected", "周静", 1),
        ("available", "", 1),
        ("out", "", 6),
        ("out", "", 1),
    ]
    said = everything_said(found)
    assert "14" in render(found.sentence, "zh")
    assert "吴昊" not in said
    assert "孙悦" not in said
    assert " 8 " not in said


def test_somebody_else_who_may_see_the_customer_learns_no_colleagues_figure(
    company: Company, decision: Decision
) -> None:
    own = company.customers["own"]
    own.owner, own.territory = company.owners["R2"], company.territories["T2"]
    own.save()

    found = seen_by(company, "peer")

    assert found.sentence.params["why"] == say("assigning.why_load", count=2)
    assert "14" not in everything_said(found)


def test_a_manager_also_learns_who_was_compared_and_who_was_away(company: Company, decision: Decision) -> None:
    found = seen_by(company, "planner")

    assert found.whole
    said = everything_said(found)
    assert "吴昊" in said
    assert "孙悦" in said
    assert [one.name for one in found.candidates if one.group == "selected"] == ["周静"]
    assert say("assigning.chosen_least_loaded_hours", figure=8.0) in [one.reason for one in found.candidates]


def test_a_manager_learns_nothing_of_people_beyond_its_own(company: Company, decision: Decision) -> None:
    assert "孙悦" not in everything_said(seen_by(company, "regional_manager"))


def test_conditions_are_said_in_words(company: Company, decision: Decision) -> None:
    found = seen_by(company, "rep")

    assert render(found.tried[0].text, "zh") == "不符合：分级是A"
    assert render(found.changes[0], "en").startswith("If tier is A")


def test_a_colleagues_return_is_not_told(company: Company, decision: Decision) -> None:
    away = say("assign.empty_available_one", until="2026-12-01")
    Decision.unscoped.filter(pk=decision.pk).update(
        code="assign.held", params=say("assign.held", first="", rule="团队", why=away).plain_params(), owner=None
    )

    assert "12" not in render(seen_by(company, "rep").sentence, "zh")
    assert "12月1日" in render(seen_by(company, "planner").sentence, "zh")


def test_a_hidden_customers_decision_is_not_there(company: Company, decision: Decision) -> None:
    with pytest.raises(NotFoundError):
        why_decided(company.actor("peer"), decision.pk)
    with pytest.raises(NotFoundError):
        why(company.actor("peer"), company.customers["own"].code)


def test_while_a_plan_is_written_down_the_plan_is_why(company: Company, decision: Decision) -> None:
    plan = company.plans["active"]
    PlanUnit.unscoped.filter(plan=plan, customer=company.customers["own"]).update(
        owner=company.owners["R2"], moved=True, settled=False, customer_version=1
    )
    company.organisation.plan_settling = plan
    company.organisation.save()

    found = seen_by(company, "peer")

    assert (found.owner, found.plan_code, found.id) == ("吴昊", "plan-active", None)


def test_the_list_shows_who_may_see_what_and_narrows(company: Company, decision: Decision) -> None:
    index_customers([customer.pk for customer in company.customers.values()])
    rep, planner = company.actor("rep"), company.actor("planner")

    def found(actor: Any, **wanted: Any) -> list[str]:
        return [line.customer_code for line in list_decisions(actor, Wanted(**wanted)).items]

    own = company.customers["own"].code
    assert set(found(rep)) == {own, company.customers["granted"].code}
    kept = Decision.unscoped.filter(organisation=company.organisation, customer__deleted_at__isnull=True)
    assert len(found(planner)) == kept.count() == 7
    assert found(planner, rule="team") == [own]
    assert set(found(planner, owner="R2")) == {company.customers[key].code for key in ("peer", "formerly")}
    assert found(rep, owner="R2") == []
    assert found(planner, outcome="pooled") == []
    assert found(planner, since=timezone.now().date()) == [own]
    assert found(planner, query="康明") == [own, own]
    assert found(rep, query="恒达") == []
    assert found(planner, query=own) == [own, own]
    assert ("R2", "吴昊") not in choices(rep).owners
    assert ("team", say("kernel.named", zh="团队", en="Team")) in choices(planner).rules


def test_every_owner_of_a_trace_may_have_left(company: Company, decision: Decision) -> None:
    Owner.unscoped.filter(code="R3").update(code="R3-old")

    assert "孙悦" not in everything_said(seen_by(company, "planner"))
