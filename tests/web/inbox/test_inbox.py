"""What waits for a person, and requests that only another may decide."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import LazySettings

from jiuzhou.kernel.errors import InputError, RefusedError
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.inbox import reads
from jiuzhou.web.inbox.writes import ask, close_request, decide, mark_read, notify, people_with, withdraw
from jiuzhou.web.problems import ConflictError, ForbiddenError, NotFoundError
from jiuzhou.web.store.models import Approval, AuditEntry, Notice
from web_company import Company
from web_threads import alone, in_threads, shared_database

pytestmark = pytest.mark.django_db
TOLD = say("inbox.receiver_given_up", url="https://example.com/")
carried_out: list[tuple[str, str, str, str]] = []


def carry_out(actor: Actor, key: str, outcome: str, answer: str) -> None:
    """The handler of the noun ``holiday``; refuses the key ``never``."""
    if key == "never":
        raise RefusedError("inbox.own_request")
    carried_out.append((actor.name, key, outcome, answer))


@pytest.fixture(autouse=True)
def _handler(settings: LazySettings) -> None:
    carried_out.clear()
    settings.APPROVAL_HANDLERS = {"holiday": f"{__name__}:carry_out"}


@pytest.fixture
def request_id(company: Company) -> int:
    return asked(company)


def asked(company: Company, person: str = "planner", key: str = "H2") -> int:
    return ask(company.actor(person), "holiday", key, TOLD, verb="plan.approve", link="/plan/H2", note="请尽快")


def tell(company: Company, *people: str, key: str | None = None) -> int:
    return notify(
        company.organisation.pk, [company.people[name].pk for name in people], "run", TOLD, link="/jobs/1", key=key
    )


def test_a_notice_reaches_those_it_is_for(company: Company) -> None:
    assert tell(company, "rep", "peer") == 2

    (notice,) = reads.list_notices(company.actor("rep")).items
    assert (notice.message.code, notice.link, notice.unread) == (TOLD.code, "/jobs/1", True)
    assert reads.unread(company.actor("rep")) == 1
    assert reads.unread(company.actor("planner")) == 0


def test_nobody_is_told_the_same_twice(company: Company) -> None:
    tell(company, "rep", key="run:7")
    tell(company, "rep", "peer", key="run:7")

    assert Notice.unscoped.count() == 2


def test_nobody_outside_the_company_or_gone_is_told(company: Company) -> None:
    company.people["peer"].is_active = False
    company.people["peer"].save()

    assert tell(company, "peer", "foreign_admin") == 0


def test_unread_notices_come_first_over_all_pages(company: Company) -> None:
    actor = company.actor("rep")
    for _ in range(7):
        tell(company, "rep")
    first = reads.list_notices(actor, size=3)
    mark_read(actor, [item.id for item in first.items])

    seen = []
    page = reads.list_notices(actor, size=3)
    seen += page.items
    while page.next:
        page = reads.list_notices(actor, size=3, cursor=page.next)
        seen += page.items

    assert [item.unread for item in seen] == [True] * 4 + [False] * 3
    assert len({item.id for item in seen}) == 7


def test_one_marks_only_ones_own_notices(company: Company) -> None:
    tell(company, "rep", "peer")
    theirs = Notice.unscoped.get(user=company.people["peer"])

    assert mark_read(company.actor("rep"), [theirs.pk]) == 0
    assert mark_read(company.actor("rep")) == 1
    assert reads.unread(company.actor("peer")) == 1
    with pytest.raises(NotFoundError):
        reads.link_of(company.actor("rep"), theirs.pk)


def test_a_request_waits_for_those_with_the_verb_and_not_for_who_asked(company: Company, request_id: int) -> None:
    assert reads.unread(company.actor("admin")) == 1
    assert reads.unread(company.actor("regional_manager")) == 1
    assert reads.unread(company.actor("planner")) == 0
    assert reads.unread(company.actor("rep")) == 0
    assert reads.unread(company.actor("foreign_admin")) == 0
    (mine,) = reads.list_approvals(company.actor("planner"), "asked").items
    assert (mine.may_decide, mine.is_open, mine.note) == (False, True, "请尽快")


def test_the_count_of_the_header_is_one_query(
    company: Company,
    request_id: int,
    django_assert_num_queries,  # type: ignore[no-untyped-def]
) -> None:
    tell(company, "admin")
    actor = company.actor("admin")

    with django_assert_num_queries(1):
        assert reads.unread(actor) == 2


@pytest.mark.parametrize("outcome", ["approved", "refused"])
def test_a_decision_is_carried_out_told_and_written_down(company: Company, request_id: int, outcome: str) -> None:
    decide(company.actor("admin"), request_id, outcome, "  已核对  ")

    assert carried_out == [("沈宁", "H2", outcome, "已核对")]
    (notice,) = reads.list_notices(company.actor("planner")).items
    assert notice.message.code == f"inbox.was_{outcome}"
    (shown,) = reads.list_approvals(company.actor("planner"), "asked").items
    assert (shown.outcome, shown.decided_by, shown.answer) == (outcome, "沈宁", "已核对")
    entry = AuditEntry.unscoped.get(verb="approval.decide")
    assert (entry.noun, entry.key, entry.after["outcome"]) == ("holiday", "H2", outcome)
    assert "已核对" not in str(entry.after)


def test_nobody_decides_their_own_request(company: Company) -> None:
    own = asked(company, "admin")

    with pytest.raises(RefusedError, match=r"inbox\.own_request"):
        decide(company.actor("admin"), own, "approved")
    assert carried_out == []


def test_who_lacks_the_verb_does_not_even_see_the_request(company: Company, request_id: int) -> None:
    for person in ("rep", "auditor", "foreign_admin"):
        with pytest.raises(NotFoundError):
            decide(company.actor(person), request_id, "approved")
    with pytest.raises(ForbiddenError):
        decide(company.actor("planner"), request_id, "approved")


def test_a_request_is_decided_once(company: Company, request_id: int) -> None:
    decide(company.actor("admin"), request_id, "approved")

    with pytest.raises(ConflictError, match=r"inbox\.already_decided"):
        decide(company.actor("regional_manager"), request_id, "refused", "不行")
    assert len(carried_out) == 1


def test_what_cannot_be_carried_out_is_not_decided(company: Company) -> None:
    never = asked(company, key="never")

    with pytest.raises(RefusedError):
        decide(company.actor("admin"), never, "approved")
    assert Approval.unscoped.get(pk=never).decided_at is None


@pytest.mark.parametrize(("outcome", "answer"), [("refused", "  "), ("maybe", "x"), ("approved", "字" * 2001)])
def test_a_refusal_says_why_and_outcomes_are_two(company: Company, request_id: int, outcome: str, answer: str) -> None:
    with pytest.raises(InputError):
        decide(company.actor("admin"), request_id, outcome, answer)


def test_one_thing_has_one_open_request(company: Company, request_id: int) -> None:
    with pytest.raises(ConflictError, match=r"inbox\.already_asked"):
        asked(company)
    withdraw(company.actor("planner"), "holiday", "H2")

    asked(company)
    assert [row.outcome for row in Approval.unscoped.order_by("pk")] == ["withdrawn", ""]


def test_what_was_decided_elsewhere_waits_for_nobody(company: Company, request_id: int) -> None:
    close_request(company.actor("admin"), "holiday", "H2", "approved")
    close_request(company.actor("admin"), "holiday", "H2", "approved")

    assert reads.unread(company.actor("regional_manager")) == 0
    assert carried_out == []


def test_people_are_found_by_what_they_may_do_at_present(company: Company) -> None:
    expected = {company.people[name].pk for name in ("admin", "regional_manager", "sibling_manager")}
    assert people_with(company.organisation.pk, "plan.approve") == expected
    company.people["admin"].role_grants.update(valid_to=company.now)

    assert company.people["admin"].pk not in people_with(company.organisation.pk, "plan.approve")


@pytest.mark.django_db(transaction=True)
def test_of_many_who_decide_at_once_one_does(company: Company, tmp_path: Path) -> None:
    request = asked(company)
    actors = [company.actor(name) for name in ("admin", "regional_manager", "sibling_manager")]

    with shared_database(tmp_path):
        raised = in_threads(lambda number: decide(actors[number % 3], request, "approved"), 9)
        entries = alone(lambda: AuditEntry.unscoped.filter(verb="approval.decide").count())

    assert raised.count(None) == 1
    assert entries == 1
    assert {type(error) for error in raised if error is not None} == {ConflictError}


@pytest.fixture
def seen(company: Company, signed_in: Callable) -> Callable[[str], str]:  # type: ignore[type-arg]
    return lambda person: signed_in(person).get("/inbox/").content.decode()


def test_the_page_shows_requests_and_notices_as_one_list(
    company: Company, request_id: int, seen: Callable[[str], str]
) -> None:
    tell(company, "admin")
    page = seen("admin")

    assert page.count('data-testid="request"') == 1
    assert page.count('data-testid="notice"') == 1
    assert page.index('data-testid="request"') < page.index('data-testid="notice"')
    assert 'data-testid="request"' not in seen("planner")
    assert "没有待处理的事项" in seen("rep")


def test_a_request_is_decided_on_the_page_once(company: Company, request_id: int, signed_in: Callable) -> None:  # type: ignore[type-arg]
    client = signed_in("admin")
    address = f"/inbox/approvals/{request_id}"
    refused = client.post(address, {"outcome": "refused", "answer": "", "key": "f1"})
    assert refused.status_code == 422
    assert "退回时请写明理由" in refused.content.decode()

    for _ in range(2):
        assert client.post(address, {"outcome": "approved", "answer": "好", "key": "f2"}).status_code == 302
    assert carried_out == [("沈宁", "H2", "approved", "好")]
    assert client.post(address, {"outcome": "approved", "owner": "R1"}).status_code == 422


def test_opening_a_notice_marks_it_and_goes_to_its_page(company: Company, signed_in: Callable) -> None:  # type: ignore[type-arg]
    tell(company, "rep", "peer")
    client = signed_in("rep")
    mine, theirs = (Notice.unscoped.get(user=company.people[name]).pk for name in ("rep", "peer"))

    assert client.get(f"/inbox/notices/{mine}")["Location"] == "/jobs/1"
    assert client.get(f"/inbox/notices/{theirs}").status_code == 404
    assert reads.unread(company.actor("rep")) == 0
    assert reads.unread(company.actor("peer")) == 1


def test_a_notice_never_leads_out_of_the_application(company: Company) -> None:
    notify(company.organisation.pk, [company.people["rep"].pk], "run", TOLD, link="//evil.example.com")

    assert reads.link_of(company.actor("rep"), Notice.unscoped.get().pk) == ""
