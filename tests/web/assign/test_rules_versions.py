"""Rules: read as sentences, changed with a reason, published by a second person, brought back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from jiuzhou.adapters.policies import rules_text
from jiuzhou.adapters.texts import LANGS, catalogue, render
from jiuzhou.assign import fields, standard_rules
from jiuzhou.assign.strategies.registry import STRATEGIES
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.errors import RefusedError
from jiuzhou.web.assign.methods import methods
from jiuzhou.web.assign.reads.rules import in_force, list_versions, read_version, waiting_version
from jiuzhou.web.assign.scripts import rules_of
from jiuzhou.web.assign.writes.rules import submit_rules, withdraw_rules
from jiuzhou.web.inbox.reads import list_approvals
from jiuzhou.web.inbox.writes import decide
from jiuzhou.web.problems import ConflictError, ForbiddenError, InvalidError, StaleError
from jiuzhou.web.store.models import Approval, AuditEntry, Decision, RulesVersion
from web_company import Company, database_digest

pytestmark = pytest.mark.django_db

SignIn = Callable[[str], Client]
OTHER = rules_text(standard_rules()).replace("id: anybody", "id: whoever")
FAULTY = OTHER.replace("territory_owner", "territory_ownr")


def submitted(company: Company, text: str = OTHER, base: int = 0) -> int:
    return submit_rules(company.actor("planner"), text=text, note="换个名字", base=base)


def decided(company: Company, person: str, outcome: str = "approved", answer: str = "好") -> None:
    actor = company.actor(person)
    request = next(item for item in list_approvals(actor).items if item.noun == "rules")
    decide(actor, request.id, outcome, answer)


def test_a_version_holds_once_a_second_person_approves_it(company: Company) -> None:
    number = submitted(company)
    planner = company.actor("planner")
    assert in_force(planner).version is None
    assert waiting_version(planner) is not None

    decided(company, "admin")

    present = in_force(planner)
    assert present.version is not None
    assert (present.version.number, present.version.published_by) == (number, "沈宁")
    assert [rule.id for rule in present.rules] == ["territory", "team", "whoever", "fallback"]
    assert {"rules.submit", "rules.publish", "approval.decide"} <= set(
        AuditEntry.unscoped.values_list("verb", flat=True)
    )


def test_nobody_approves_their_own_rules(company: Company) -> None:
    submitted(company)

    request = Approval.unscoped.get().pk

    with pytest.raises(RefusedError):
        decide(company.actor("planner"), request, "approved", "")

    assert in_force(company.actor("planner")).version is None


def test_a_refused_version_never_holds_and_another_may_follow(company: Company) -> None:
    number = submitted(company)
    decided(company, "admin", "refused", "先模拟")

    state = read_version(company.actor("planner"), number)
    assert state.version is not None
    assert state.version.state == "returned"
    assert submitted(company, OTHER + "# 2\n") == number + 1


def test_one_version_waits_at_a_time_and_can_be_taken_back(company: Company) -> None:
    number = submitted(company)
    with pytest.raises(ConflictError):
        submitted(company, OTHER + "# 2\n")

    withdraw_rules(company.actor("planner"), number)

    assert list_approvals(company.actor("admin")).items == ()
    assert submitted(company) == number + 1


def test_what_is_faulty_stale_or_without_reason_is_refused(company: Company) -> None:
    planner = company.actor("planner")
    before = database_digest()

    for text, note in ((FAULTY, "x"), ("rules: [", "x"), (OTHER, ""), (rules_text(standard_rules()), "x")):
        with pytest.raises(InvalidError):
            submit_rules(planner, text=text, note=note, base=0)
    with pytest.raises(StaleError):
        submit_rules(planner, text=OTHER, note="x", base=3)
    with pytest.raises(ForbiddenError):
        submit_rules(company.actor("regional_manager"), text=OTHER, note="x", base=0)

    assert database_digest() == before


def test_each_rule_shows_how_many_it_decided_about(company: Company) -> None:
    RulesVersion.unscoped.create(
        organisation=company.organisation, number=1, text=OTHER, state="published", at=timezone.now()
    )
    planner = company.actor("planner")
    version = in_force(planner).rules_version
    Decision.unscoped.filter(rule="territory").update(rules_version=version, decided_at=timezone.now())

    view = in_force(planner)

    assert [(rule.id, rule.matched) for rule in view.rules][:2] == [("territory", 6), ("team", 0)]
    assert view.rules[0].share == 1.0


def test_a_company_column_may_be_named_in_rules(company: Company) -> None:
    company.customers["own"].extra = {"sales_zone": "甲"}
    company.customers["own"].save()
    text = OTHER.replace("territory_owner != null", 'sales_zone == "甲"', 1)

    assert submitted(company, text) == 1


def test_every_field_strategy_and_method_has_words_in_both_languages() -> None:
    for lang in LANGS:
        known = catalogue(lang)
        assert [name for name in fields(Book()) if f"assigning.field_{name}" not in known] == []
        assert len({render(method.sentence, lang) for method in methods()}) == 7
    said = {"territory": "territory", "least_loaded": "least_loaded_hours"}
    assert [name for name in STRATEGIES if f"assigning.do_{said.get(name, name)}" not in catalogue("en")] == []


def test_the_text_that_is_kept_of_rules_has_their_version() -> None:
    spaced = OTHER.replace("on_empty: next", "on_empty:    next  # weiter")
    rules = rules_of(spaced)

    assert rules_of(rules_text(rules)).version == rules.version == rules_of(OTHER).version


def test_the_text_goes_out_and_comes_in_again(company: Company, signed_in: SignIn) -> None:
    number = submitted(company)
    decided(company, "admin")
    planner = signed_in("planner")

    answer = planner.get(f"/assign/rules/{number}/text")
    changed = answer.content.replace(b"whoever", b"anyone")
    file = SimpleUploadedFile("rules.yaml", changed)
    sent = planner.post("/assign/rules/edit", {"base": number, "text": "", "note": "导入", "file": file})

    assert answer["Content-Disposition"].startswith("attachment")
    assert sent.status_code == 302
    assert len(list_versions(company.actor("planner")).items) == 2


def test_checking_says_what_the_text_means_and_what_is_wrong(company: Company, signed_in: SignIn) -> None:
    planner = signed_in("planner")

    good = planner.post("/assign/rules/check", {"base": 0, "text": OTHER, "note": ""}).content.decode()
    bad = planner.post("/assign/rules/check?lang=en", {"base": 0, "text": FAULTY}).content.decode()
    none = planner.post("/assign/rules/check", {"base": 0, "text": "rules: ["}).content.decode()

    assert "有区域负责人：给所在区域的负责人" in good
    assert "territory_ownr" in bad
    assert "banner danger" in none


def test_a_faulty_form_keeps_what_was_written(company: Company, signed_in: SignIn) -> None:
    answer = signed_in("planner").post("/assign/rules/edit", {"base": 0, "text": FAULTY, "note": "我的理由"})

    assert answer.status_code == 422
    assert "我的理由" in answer.content.decode()
    assert "territory_ownr" in answer.content.decode()


def test_an_older_version_comes_back_as_a_new_one(company: Company, signed_in: SignIn) -> None:
    submitted(company)
    decided(company, "admin")
    submitted(company, OTHER + "# 第二版\n", base=1)
    decided(company, "admin")

    answer = signed_in("planner").post("/assign/rules/1/restore", {"base": 2, "note": "退回第一版"})

    assert answer["Location"] == "/assign/rules/3"
    assert read_version(company.actor("planner"), 3).text == OTHER
