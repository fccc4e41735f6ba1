"""Pairs found, looked at, judged and merged, on the pages and by programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jiuzhou.kernel.errors import RefusedError
from jiuzhou.web.accounts.actor import system_of
from jiuzhou.web.collect.reads import duplicates
from jiuzhou.web.collect.reads.duplicate import read_group
from jiuzhou.web.collect.writes.duplicates.all import merge_all
from jiuzhou.web.collect.writes.duplicates.comparing import compare
from jiuzhou.web.collect.writes.duplicates.judging import judge
from jiuzhou.web.collect.writes.duplicates.merging import Wanted, merge
from jiuzhou.web.collect.writes.duplicates.unmerging import unmerge
from jiuzhou.web.collect.writes.privacy.erasing import erase
from jiuzhou.web.problems import NotFoundError, StaleError
from jiuzhou.web.store.holdings import subject_of
from jiuzhou.web.store.models import Customer, DuplicatePair, Merge, Run
from jiuzhou.web.store.search import index_customers
from web_company import Company

Sign = Callable[[str], Client]


def twin(company: Company, number: str, of: str, owner: str | None = "R1", **fields: Any) -> Customer:
    """Another record of a customer: the same company, written otherwise."""
    row = company.customers[of]
    made = Customer.unscoped.create(
        organisation=company.organisation, code=f"D-{number}", owner=company.owners.get(owner or ""),
        territory=company.territories["T1"], pool="" if owner else "public",
        **{"name": row.name, "phone": row.phone, "email": row.email, "region_code": row.region_code, **fields},
    )  # fmt: skip
    index_customers([made.pk])
    return made


def pair(company: Company, one: Customer, other: Customer, **fields: Any) -> DuplicatePair:
    left, right = sorted((one, other), key=lambda row: row.pk)
    given = {"probability": 0.98, "weight": 8.0, "verdict": "merge", "names": "", "found_at": company.now, **fields}
    told = [{"code": "companies.same_phone", "params": {"phone": "13800001234"}}]
    return DuplicatePair.unscoped.create(
        organisation=company.organisation, left=left, right=right, evidence=told, **given
    )


@pytest.fixture
def twins(company: Company) -> DuplicatePair:
    Customer.unscoped.filter(organisation=company.organisation).update(phone="", email="")
    company.customers["own"].refresh_from_db()
    return pair(company, company.customers["own"], twin(company, "1", "own", address="苏州市工业园区星湖街1号"))


def test_the_comparison_finds_the_same_company_written_twice_and_only_asks_once(company: Company) -> None:
    made = twin(company, "1", "own", name="江苏康明医疗设备（有限）公司", email="c0005@example.com")
    here = company.organisation.pk
    told = compare(here)
    found = DuplicatePair.unscoped.get(left=company.customers["own"], right=made)
    assert (told["customers"], told["new"]) == (8, told["pairs"])
    assert 0 < found.probability <= 1
    assert found.evidence[0]["code"].startswith("companies.")
    judge(company.actor("rep"), found.pk, "apart", version=1)
    assert compare(here)["new"] == 0
    found.refresh_from_db()
    assert found.state == "apart"
    Customer.unscoped.filter(pk=made.pk).update(name="江苏康明医疗设备有限公司")
    compare(here)
    found.refresh_from_db()
    assert found.state == "open", "another name is another question"
    Customer.unscoped.filter(pk=made.pk).update(name="上海远东货运", phone="", email="", region_code="310100")
    compare(here)
    assert not DuplicatePair.unscoped.filter(pk=found.pk).exists()


def test_only_who_sees_both_customers_sees_the_pair(company: Company, twins: DuplicatePair) -> None:
    across = pair(company, company.customers["own"], company.customers["peer"], weight=2.0, verdict="review")
    seen = {
        person: [line.id for line in duplicates.list_pairs(company.actor(person), duplicates.Sought()).items]
        for person in ("rep", "peer", "team_lead", "planner", "sibling_manager")
    }
    both = [twins.pk, across.pk]
    assert seen == {"rep": [twins.pk], "peer": [], "team_lead": both, "planner": both, "sibling_manager": []}
    with pytest.raises(NotFoundError):
        read_group(company.actor("peer"), across.pk)


def test_who_may_not_see_how_customers_are_reached_reads_no_number_in_the_evidence(
    company: Company, twins: DuplicatePair
) -> None:
    (told,) = read_group(company.actor("admin"), twins.pk).pair.evidence
    assert told.params == {"phone": "••••"}
    assert read_group(company.actor("rep"), twins.pk).pair.evidence[0].params == {"phone": "13800001234"}


def test_a_group_is_every_record_that_surely_is_the_same(company: Company, twins: DuplicatePair) -> None:
    third = twin(company, "2", "own")
    pair(company, twins.right, third)
    group = read_group(company.actor("rep"), twins.pk)
    assert [record.side.code for record in group.records] == [company.customers["own"].code, "D-1", "D-2"]
    assert group.survivor == company.customers["own"].code, "the one with a history of owners"
    assert {field.name for field in group.fields if field.same} >= {"name", "address"}
    assert len(read_group(company.actor("rep"), twins.pk, alone=True).records) == 2


def test_a_person_merges_on_the_page_and_takes_apart_again(
    company: Company, twins: DuplicatePair, signed_in: Sign
) -> None:
    client, own = signed_in("rep"), company.customers["own"]
    shown = client.get(f"/customers/duplicates/{twins.pk}").content.decode()
    assert "星湖街1号" in shown
    assert f'value="{own.code}:{own.version}"' in shown
    sent = {"survivor": own.code, "customer": [f"{own.code}:1", "D-1:1"], "keep_address": "D-1"}
    assert client.post(f"/customers/duplicates/{twins.pk}/merge", sent).status_code == 302
    assert Customer.unscoped.get(pk=own.pk).address == "苏州市工业园区星湖街1号"
    led = client.get("/customers/D-1", follow=True)
    assert led.redirect_chain == [(f"/customers/{own.code}", 302)]
    assert "D-1" in led.content.decode()
    assert "D-1" in client.get(f"/customers/{own.code}/owners").content.decode()
    assert "D-1" in client.get("/customers/duplicates?state=merged").content.decode()
    (made,) = Merge.unscoped.all()
    assert client.post(f"/customers/merges/{made.pk}/undo").headers["Location"] == "/customers/D-1"
    assert client.get("/customers/D-1").status_code == 200


def test_a_form_that_is_too_old_says_so_and_merges_nothing(
    company: Company, twins: DuplicatePair, signed_in: Sign
) -> None:
    client, own = signed_in("rep"), company.customers["own"]
    Customer.unscoped.filter(pk=own.pk).update(version=5)
    sent = {"survivor": own.code, "customer": [f"{own.code}:1", "D-1:1"]}
    answer = client.post(f"/customers/duplicates/{twins.pk}/merge", sent, follow=True)
    assert answer.redirect_chain == [(f"/customers/duplicates/{twins.pk}", 302)]
    assert 'class="banner danger"' in answer.content.decode()
    assert not Merge.unscoped.exists()


def test_two_stay_two_and_may_be_looked_at_again(company: Company, twins: DuplicatePair, signed_in: Sign) -> None:
    client = signed_in("rep")
    client.post(f"/customers/duplicates/{twins.pk}/judge", {"said": "apart", "version": "1"})
    assert "D-1" not in client.get("/customers/duplicates").content.decode()
    assert "D-1" in client.get("/customers/duplicates?state=apart").content.decode()
    with pytest.raises(StaleError):
        judge(company.actor("rep"), twins.pk, "open", version=1)
    client.post(f"/customers/duplicates/{twins.pk}/judge", {"said": "open", "version": "2"})
    assert "D-1" in client.get("/customers/duplicates").content.decode()


def test_all_that_are_sure_are_merged_by_their_number_and_the_others_left(
    company: Company, twins: DuplicatePair, signed_in: Sign
) -> None:
    pair(company, twins.right, twin(company, "2", "own"))
    pair(company, company.customers["peer"], company.customers["sibling"], verdict="review")
    planner = signed_in("planner")
    assert planner.post("/customers/duplicates/merge-all", {"count": "3"}).status_code == 422
    assert not Run.unscoped.exists()
    assert planner.post("/customers/duplicates/merge-all", {"count": "2"}).status_code == 302
    assert Run.unscoped.get().kind == "customers.merge"
    assert signed_in("rep").post("/customers/duplicates/merge-all", {"count": "2"}).status_code == 403
    assert merge_all(lambda: company.actor("planner")) == {"groups": 1, "merged": 2, "left": 0}
    assert merge_all(lambda: company.actor("planner")) == {"groups": 0, "merged": 0, "left": 0}
    assert set(DuplicatePair.unscoped.values_list("state", flat=True)) == {"merged", "open"}


def test_where_splink_is_missing_the_page_says_how_to_get_it(
    company: Company, signed_in: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jiuzhou.web.places.customers.duplicates.duplicates.can_compare", lambda: False)
    monkeypatch.setattr("jiuzhou.web.collect.writes.duplicates.all.can_compare", lambda: False)
    client = signed_in("planner")
    shown = client.get("/customers/duplicates").content.decode()
    assert "jiuzhou[web]" in shown
    assert client.post("/customers/duplicates/compare").status_code == 409
    assert not Run.unscoped.exists()


def test_one_comparison_runs_at_a_time(company: Company, signed_in: Sign) -> None:
    client = signed_in("importer")
    for _ in range(2):
        assert client.post("/customers/duplicates/compare").status_code == 302
    assert Run.unscoped.filter(kind="customers.compare").count() == 1


def test_the_pages_ask_the_database_few_questions(company: Company, twins: DuplicatePair, signed_in: Sign) -> None:
    client = signed_in("planner")
    for number in range(2, 12):
        pair(company, company.customers["own"], twin(company, str(number), "own"), verdict="review")
    pages = ("/customers/duplicates", "/customers/duplicates?state=merged", f"/customers/duplicates/{twins.pk}")
    for address in pages:
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(address).status_code == 200
        assert len(asked) <= 12, (address, len(asked), [one["sql"][:70] + " … " + one["sql"][-60:] for one in asked])


def test_a_program_reads_merges_and_takes_apart(company: Company, twins: DuplicatePair, signed_in: Sign) -> None:
    client, own = signed_in("planner"), company.customers["own"]

    def call(method: str, path: str, body: Any = None, **headers: str) -> Any:
        given = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        answer = getattr(client, method)(f"/api/v1{path}", **given, headers={"Idempotency-Key": uuid4().hex, **headers})
        return answer.status_code, answer.json()

    status, listed = call("get", "/duplicates?verdict=merge")
    assert (status, [item["id"] for item in listed["items"]]) == (200, [twins.pk])
    status, group = call("get", f"/duplicates/{twins.pk}")
    assert (status, group["survivor"]) == (200, own.code)
    status, _ = call("post", f"/duplicates/{twins.pk}/judge", {"said": "later"}, **{"If-Match": '"9"'})
    assert status == 412
    status, judged = call("post", f"/duplicates/{twins.pk}/judge", {"said": "later"}, **{"If-Match": '"1"'})
    assert (status, judged["pair"]["state"]) == (200, "later")
    seen = [{"code": record["side"]["code"], "read_version": record["version"]} for record in group["records"]]
    status, made = call("post", "/merges", {"survivor": own.code, "customers": seen, "keep": {"address": "D-1"}})
    assert (status, made["survivor"]) == (201, own.code)
    status, again = call("post", "/merges", {"survivor": own.code, "customers": seen})
    assert (status, again["code"]) == (409, "duplicates.merged_meanwhile")
    status, merges = call("get", f"/merges?customer={own.code}")
    assert merges["items"][0]["may_undo"] is True
    status, restored = call("post", f"/merges/{made['merges'][0]}/undo", {})
    assert (status, restored) == (200, {"code": "D-1"})


def test_who_is_erased_is_erased_in_every_record_and_does_not_come_back(company: Company, twins: DuplicatePair) -> None:
    own, actor = company.customers["own"], company.actor("planner")
    Customer.unscoped.filter(pk=own.pk).update(phone="13911112222")
    client_side = {own.code: 1, "D-1": 1}
    Customer.unscoped.filter(code="D-1").update(phone="13755556666")
    (made,) = merge(actor, Wanted(own.code, client_side, {"phone": "D-1"}))
    assert Merge.unscoped.get(pk=made).before["phone"] == "13911112222"
    origin = system_of(company.organisation).origin
    erase(origin, subject_of(Customer.unscoped.get(pk=own.pk)))
    rows = Customer.unscoped.filter(code__in=client_side)
    assert [bool(row.erased_at) for row in rows] == [True, True]
    assert set(rows.values_list("phone", "address")) == {("", "")}
    assert Merge.unscoped.get(pk=made).before == {}
    assert not DuplicatePair.unscoped.exists()
    with pytest.raises(RefusedError) as caught:
        unmerge(actor, made)
    assert caught.value.message.code == "duplicates.erased_since"
