"""Policy: readable, checked, with a reason, never lost. Trail: found, paged, exported without formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from jiuzhou.web.accounts import policies, trail
from jiuzhou.web.ledger.audit import broken_links, record
from jiuzhou.web.problems import ForbiddenError, InvalidError, StaleError
from jiuzhou.web.store.models import AuditEntry, PolicyVersion
from web_company import Company

SignIn = Callable[[str], Client]


def changed(company: Company, before: str = "horizon_days = 90", after: str = "horizon_days = 60") -> str:
    text = policies.text_in_force(company.actor("planner"))[1]
    assert before in text
    return text.replace(before, after)


def publish(company: Company, text: str, note: str = "缩短窗口", base: int = 0) -> int:
    return policies.publish_policy(company.actor("planner"), text=text, note=note, base=base)


def test_the_first_policy_is_the_default(company: Company) -> None:
    number, text = policies.text_in_force(company.actor("planner"))

    assert number == 0
    assert policies.policy_of_text(text, "policy.toml")


def test_a_new_version_is_in_force_and_shows_what_it_changed(company: Company) -> None:
    publish(company, changed(company))
    second = publish(company, changed(company, "horizon_days = 60", "horizon_days = 30"), base=1)

    shape = policies.read_policy_version(company.actor("auditor"), second)

    assert policies.text_in_force(company.actor("planner"))[0] == 2
    assert [line.text for line in shape.lines if line.kind == "out"] == ["horizon_days = 60"]
    assert [line.text for line in shape.lines if line.kind == "in"] == ["horizon_days = 30"]
    assert AuditEntry.unscoped.filter(verb="policy.publish").count() == 2


@pytest.mark.parametrize(
    ("text", "note", "field"),
    [
        ("= no toml", "试", "text"),
        ("[evaluate]\nhorizon_dayz = 3\n", "试", "text"),
        ("[evaluate]\nhorizon_days = -3\n", "试", "text"),
        ("[evaluate]\nhorizon_days = 60\n", "  ", "note"),
        ("x" * 100_001, "试", "text"),
    ],
)
def test_what_is_no_policy_or_has_no_reason_is_refused(company: Company, text: str, note: str, field: str) -> None:
    with pytest.raises(InvalidError) as raised:
        publish(company, text, note)

    assert field in raised.value.fields
    assert not PolicyVersion.unscoped.exists()


def test_the_same_policy_again_is_no_new_version(company: Company) -> None:
    with pytest.raises(InvalidError):
        publish(company, policies.text_in_force(company.actor("planner"))[1])


def test_two_who_change_the_policy_do_not_overwrite_each_other(company: Company) -> None:
    text = changed(company)
    publish(company, text)

    with pytest.raises(StaleError):
        publish(company, text.replace("clv_years = 3.0", "clv_years = 2.0"), base=0)
    assert PolicyVersion.unscoped.count() == 1


def test_only_those_who_may_change_the_policy(company: Company, signed_in: SignIn) -> None:
    with pytest.raises(ForbiddenError):
        policies.publish_policy(company.actor("auditor"), text=changed(company), note="试", base=0)
    assert signed_in("auditor").get("/settings/policy/new/").status_code == 403
    assert signed_in("rep").get("/settings/policy/").status_code == 403


def test_a_wrong_policy_is_told_beside_its_text_and_nothing_typed_is_lost(company: Company, signed_in: SignIn) -> None:
    form = {"base": "0", "text": "[evaluate]\nhorizon_dayz = 3\n", "note": "缩短窗口"}

    answer = signed_in("planner").post("/settings/policy/new/", form)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "horizon_days" in page
    assert "horizon_dayz = 3" in page
    assert "缩短窗口" in page


def acts(company: Company, **sought: object) -> list[str]:
    actor = company.actor("auditor")
    page = trail.read_trail(actor, trail.wanted_of(actor, **sought))  # type: ignore[arg-type]
    return [act.verb for act in page.items]


def test_the_trail_is_found_by_person_object_and_day(company: Company) -> None:
    publish(company, changed(company))
    record(company.actor("admin").origin, "user.unlock", "user", "7")
    today = timezone.localdate()

    assert acts(company) == ["user.unlock", "policy.publish"]
    assert acts(company, person=company.people["planner"].pk) == ["policy.publish"]
    assert acts(company, noun="user", key="7") == ["user.unlock"]
    assert acts(company, since=today.replace(year=today.year + 1)) == []
    assert acts(company, until=today.replace(year=today.year - 1)) == []


def test_the_trail_of_another_organisation_is_not_there(company: Company) -> None:
    record(company.actor("foreign_admin").origin, "user.unlock", "user", "7")

    assert acts(company) == []


def test_the_page_pages_through_the_trail(company: Company, signed_in: SignIn) -> None:
    for number in range(120):
        record(company.actor("admin").origin, "user.unlock", "user", f"key-{number}")
    client, address, seen = signed_in("auditor"), "/settings/audit/?noun=user&person=", []
    while address:
        page = client.get(address).content.decode()
        seen += [part.split("<")[0] for part in page.split('class="muted">key-')[1:]]
        following = page.split('rel="next" href="')
        address = "/settings/audit/" + following[1].split('"')[0].replace("&amp;", "&") if len(following) > 1 else ""

    assert sorted(map(int, seen)) == list(range(120))


def test_an_export_is_whole_holds_no_formula_and_is_logged(company: Company, signed_in: SignIn) -> None:
    for number in range(510):
        record(company.actor("admin").origin, "user.unlock", "user", f"=cmd|{number}", after={"name": "x"}, note="+1+1")

    answer = signed_in("auditor").get("/settings/audit/export/")
    body = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]

    rows = list(csv.reader(io.StringIO(body.removeprefix("\ufeff"))))
    exported = [row for row in rows[1:] if row[4] == "user.unlock"]
    assert len(exported) == 510
    assert [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")] == []
    assert "attachment" in answer.headers["Content-Disposition"]
    assert AuditEntry.unscoped.filter(verb="audit.export").count() == 1
    assert list(broken_links(company.organisation.pk)) == []


def test_those_who_may_read_the_trail_may_not_all_export_it(company: Company, signed_in: SignIn) -> None:
    assert signed_in("privacy_officer").get("/settings/audit/").status_code == 200
    assert signed_in("privacy_officer").get("/settings/audit/export/").status_code == 403


@pytest.mark.parametrize(
    "query", ["since=tomorrow", "person=0 OR 1=1", "noun=%00", "cursor=nonsense", "key=" + "x" * 500]
)
def test_a_strange_filter_is_refused_without_a_fault(company: Company, signed_in: SignIn, query: str) -> None:
    assert signed_in("auditor").get(f"/settings/audit/?{query}").status_code == 422


def test_a_refusal_stands_in_the_trail_once_a_minute(company: Company, signed_in: SignIn) -> None:
    client = signed_in("rep")
    for _ in range(5):
        client.get("/settings/audit/")

    entry = AuditEntry.unscoped.get(verb="access.refuse")
    assert (entry.noun, entry.key) == ("door", "audit.read")
