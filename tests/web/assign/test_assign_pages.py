"""The pages of the Assign place: who sees which, in both languages, with few queries; appeals and their answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from jiuzhou.kernel.errors import RefusedError
from jiuzhou.kernel.message import say
from jiuzhou.web.assign.writes.appeals import answer, appeal
from jiuzhou.web.inbox.writes import ask
from jiuzhou.web.problems import ConflictError, ForbiddenError, InvalidError, NotFoundError
from jiuzhou.web.store.models import Absence, Appeal, Customer, Decision, Notice, RoleGrant
from web_company import Company, database_digest

pytestmark = pytest.mark.django_db

SignIn = Callable[[str], Client]
Capped = Callable[[int], CaptureQueriesContext]


def decision_of(company: Company, key: str = "own") -> Decision:
    return Decision.unscoped.filter(customer=company.customers[key]).latest("decided_at")


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "address",
    [
        "/assign/",
        "/assign/rules/edit",
        "/assign/rules/versions",
        "/assign/decisions/",
        "/assign/appeals/",
        "/assign/approvals",
        "/assign/approvals?box=decided",
        "/assign/reassign/{own}",
        "/assign/decisions/{decision}",
    ],
)
def test_every_page_opens_in_both_languages_with_few_queries(
    company: Company, signed_in: SignIn, address: str, lang: str, django_assert_max_num_queries: Capped
) -> None:
    address = address.format(own=company.customers["own"].code, decision=decision_of(company).pk)
    planner = signed_in("planner")

    with django_assert_max_num_queries(16):
        page = planner.get(address, {"lang": lang})

    assert page.status_code == 200
    assert page.content.decode().count('class="button primary"') <= 1


def test_a_rep_sees_decisions_and_no_rules(company: Company, signed_in: SignIn) -> None:
    rep = signed_in("rep")

    assert [rep.get(f"/assign/{page}").status_code for page in ("", "rules/edit", "approvals", "appeals/")] == [403] * 4
    page = rep.get("/assign/decisions/").content.decode()
    assert "江苏康明医疗设备有限公司" in page
    assert "无锡恒达纺织有限公司" not in page


def test_reassigning_from_the_page(company: Company, signed_in: SignIn) -> None:
    own = company.customers["own"].code
    planner = signed_in("planner")
    given = {"version": 1, "key": "k", "owner": "R2", "reason": "客户搬迁", "from_day": ""}

    wrong = planner.post(f"/assign/reassign/{own}", {**given, "reason": ""})
    done = planner.post(f"/assign/reassign/{own}", given)
    stale = planner.post(f"/assign/reassign/{own}", {**given, "owner": "R3", "key": "l"})

    assert (wrong.status_code, done.status_code, stale.status_code) == (422, 302, 412)
    assert "客户有变动" in stale.content.decode()
    customer = Customer.unscoped.get(pk=company.customers["own"].pk)
    assert customer.owner == company.owners["R2"]


def test_who_is_away_is_named_and_offered_last(company: Company, signed_in: SignIn) -> None:
    Absence.unscoped.filter(owner=company.owners["R2"]).delete()
    Absence.unscoped.create(
        organisation=company.organisation,
        owner=company.owners["R2"],
        starts_at=company.now - timedelta(days=1),
        ends_at=company.now + timedelta(days=1),
    )

    page = signed_in("planner").get(f"/assign/reassign/{company.customers['own'].code}").content.decode()

    offered = re.findall(r"<option value=\"([^\"]+)\"[^>]*>([^<]+)<", page)
    away = [code for code, label in offered if "请假中" in label]
    assert "R2" in away
    assert [code for code, _ in offered if code in company.owners][-len(away) :] == away


def test_a_customer_out_of_sight_cannot_be_reassigned(company: Company, signed_in: SignIn) -> None:
    manager, rep = signed_in("regional_manager"), signed_in("rep")
    sibling = company.customers["sibling"].code
    before = database_digest()

    answers = [
        manager.get(f"/assign/reassign/{sibling}"),
        manager.post(f"/assign/reassign/{sibling}", {"version": 1, "owner": "R1", "reason": "x"}),
        rep.post(f"/assign/reassign/{company.customers['own'].code}", {}),
    ]

    assert [item.status_code for item in answers] == [404, 404, 403]
    assert database_digest() == before


def test_an_appeal_is_answered_by_somebody_else(company: Company, signed_in: SignIn) -> None:
    decision = decision_of(company)
    rep = signed_in("rep")

    sent = rep.post(f"/assign/decisions/{decision.pk}/appeal", {"text": "我刚谈成大单"})
    told = Notice.unscoped.filter(code="assigning.appeal_notice").values_list("user__name", flat=True)
    manager = signed_in("regional_manager")
    listed = manager.get("/assign/appeals/").content.decode()
    answered = manager.post(
        f"/assign/appeals/{Appeal.unscoped.get().pk}/answer", {"answer": "同意", "outcome": "accepted"}
    )

    assert sent.status_code == 302
    assert set(told) == {"王莉", "李明"}
    assert "我刚谈成大单" in listed
    assert answered["Location"] == f"/assign/reassign/{company.customers['own'].code}"
    assert Appeal.unscoped.get().state == "accepted"
    assert Notice.unscoped.filter(user=company.people["rep"], code="assigning.appeal_was_accepted").exists()
    assert "同意" in rep.get(f"/assign/decisions/{decision.pk}").content.decode()


def test_nobody_answers_their_own_appeal_and_one_waits_at_a_time(company: Company) -> None:
    decision = decision_of(company)
    RoleGrant.unscoped.create(
        organisation=company.organisation,
        user=company.people["rep"],
        role="regional_manager",
        territory=company.territories["E"],
        valid_from=company.now,
    )
    rep = company.actor("rep")
    number = appeal(rep, decision.pk, "不合理")

    with pytest.raises(RefusedError):
        answer(rep, number, "同意", accepted=True)
    with pytest.raises(ConflictError):
        appeal(rep, decision.pk, "再来一次")
    answer(company.actor("regional_manager"), number, "不行", accepted=False)
    with pytest.raises(ConflictError):
        answer(company.actor("planner"), number, "可以", accepted=True)


def test_what_may_not_be_appealed_changes_nothing(company: Company) -> None:
    decision, other = decision_of(company), decision_of(company, "peer")
    Decision.unscoped.create(
        organisation=company.organisation,
        key="later",
        customer=company.customers["own"],
        outcome="kept",
        owner=company.owners["R1"],
        code="assign.locked",
        params={"owner": "周静"},
        decided_at=timezone.now(),
    )
    before = database_digest()

    with pytest.raises(ConflictError):
        appeal(company.actor("rep"), decision.pk, "过时的决策")
    with pytest.raises(NotFoundError):
        appeal(company.actor("rep"), other.pk, "别人的客户")
    with pytest.raises(InvalidError):
        appeal(company.actor("rep"), decision_of(company).pk, " ")
    with pytest.raises(ForbiddenError):
        appeal(company.actor("auditor"), decision.pk, "x")

    assert database_digest() == before


def test_approvals_show_what_the_person_may_decide(company: Company, signed_in: SignIn) -> None:
    ask(
        company.actor("planner"), "plan", "p1", say("assigning.approve_rules", number=7), verb="plan.approve", note="急"
    )

    assert "第 7 版" in signed_in("regional_manager").get("/assign/approvals").content.decode()
    assert "第 7 版" not in signed_in("planner").get("/assign/approvals").content.decode()
    assert "第 7 版" in signed_in("planner").get("/assign/approvals?box=asked").content.decode()
