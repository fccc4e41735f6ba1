"""Samples of customers: drawn, checked, closed, applied; who sees what of them, and what erasing leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.web.collect.reads.customer import HIDDEN
from jiuzhou.web.collect.reads.quality.standing import latest_accuracy, quality_json
from jiuzhou.web.collect.reads.samples import list_samples, next_item, read_item, read_sample, waiting_for
from jiuzhou.web.collect.sampling import result_of
from jiuzhou.web.collect.writes.editing import edit_customer
from jiuzhou.web.collect.writes.privacy.erasing import erase
from jiuzhou.web.collect.writes.privacy.retention import apply_rules
from jiuzhou.web.collect.writes.samples import SampleDraft, answer_item, apply_sample, close_sample, draw_sample
from jiuzhou.web.problems import ConflictError, ForbiddenError, InvalidError, NotFoundError, StaleError
from jiuzhou.web.store.holdings import subject_of
from jiuzhou.web.store.models import AuditEntry, Customer, Notice, Sample, SampleItem
from web_company import SEEN, Company
from web_programs import Program

pytestmark = pytest.mark.django_db


@pytest.fixture
def sample(company: Company) -> int:
    """Everybody of the company, drawn by the planner, checked by who has them."""
    return draw_sample(company.actor("planner"), SampleDraft(size=10))


def item_of(company: Company, sample: int, name: str) -> SampleItem:
    return SampleItem.unscoped.get(sample=sample, customer=company.customers[name])


def wrong(text: str = "") -> dict[str, str]:
    return {"verdict": "wrong", "text": text}


def test_a_sample_is_drawn_from_those_in_sight_only(company: Company, sample: int) -> None:
    everybody = set(SampleItem.unscoped.filter(sample=sample).values_list("customer__code", flat=True))
    assert everybody == {company.customers[name].code for name in SEEN["planner"]}
    led = draw_sample(company.actor("team_lead"), SampleDraft(size=10))
    seen = set(SampleItem.unscoped.filter(sample=led).values_list("customer__code", flat=True))
    assert seen == {company.customers[name].code for name in SEEN["team_lead"]}


def test_the_same_seed_draws_the_same_customers(company: Company) -> None:
    owner = company.owners["R1"]
    Customer.unscoped.bulk_create(
        Customer(organisation=company.organisation, code=f"S{n:03}", name=f"客户{n}", region_code="320500", owner=owner)
        for n in range(60)
    )
    drawn = [
        set(SampleItem.unscoped.filter(sample=number).values_list("customer", flat=True))
        for seed in (7, 7, 8)
        for number in [draw_sample(company.actor("planner"), SampleDraft(size=20, seed=seed))]
    ]
    assert len(drawn[0]) == 20
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_territory_or_region_narrows_the_draw(company: Company) -> None:
    number = draw_sample(company.actor("planner"), SampleDraft(size=10, territory="E"))
    names = set(SampleItem.unscoped.filter(sample=number).values_list("customer__code", flat=True))
    assert names == {company.customers[name].code for name in ("own", "peer", "formerly")}
    with pytest.raises(InvalidError):
        draw_sample(company.actor("planner"), SampleDraft(size=10, region_code="110000"))


@pytest.mark.parametrize(
    "draft",
    [SampleDraft(size=9), SampleDraft(size=501), SampleDraft(seed=-1), SampleDraft(territory="T9")],
)
def test_what_makes_no_sense_is_not_drawn(company: Company, draft: SampleDraft) -> None:
    with pytest.raises(InvalidError):
        draw_sample(company.actor("planner"), draft)
    assert not Sample.unscoped.exists()


def test_owners_are_told_once_and_find_their_own(company: Company, sample: int) -> None:
    notice = Notice.unscoped.get(user=company.people["rep"], kind="sample")
    assert notice.params["n"] == 1
    assert notice.link == f"/customers/samples/{sample}/check"
    rep = company.actor("rep")
    first = next_item(rep, sample)
    assert first == item_of(company, sample, "own").pk
    assert waiting_for(rep) == ((sample, 1),)
    pool = item_of(company, sample, "pool")
    assert waiting_for(company.actor("planner")) == ((sample, 1),)
    assert next_item(company.actor("planner"), sample) == pool.pk


def test_each_sees_the_items_of_own_customers_only(company: Company, sample: int) -> None:
    for person in ("rep", "peer", "team_lead", "planner", "sibling_manager"):
        detail = read_sample(company.actor(person), sample)
        codes = {item.customer_code for item in detail.items.items}
        assert codes == {company.customers[name].code for name in SEEN[person]}
    with pytest.raises(NotFoundError):
        read_item(company.actor("rep"), item_of(company, sample, "peer").pk)


def test_contacts_are_dots_for_those_who_may_not_reach_the_customer(company: Company, sample: int) -> None:
    item = item_of(company, sample, "own")
    fields = {field.name: field for field in read_item(company.actor("auditor"), item.pk).fields}
    assert (fields["phone"].drawn, fields["phone"].masked) == (HIDDEN, True)
    assert fields["name"].drawn == company.customers["own"].name
    assert company.customers["own"].phone in {field.drawn for field in read_item(company.actor("rep"), item.pk).fields}


def test_answers_are_kept_by_version_and_only_of_an_open_sample(company: Company, sample: int) -> None:
    rep, item = company.actor("rep"), item_of(company, sample, "own")
    assert answer_item(rep, item.pk, {"name": {"verdict": "right"}}, version=1) == 2
    with pytest.raises(StaleError):
        answer_item(rep, item.pk, {"phone": wrong("1")}, version=1)
    answer_item(rep, item.pk, {"phone": wrong("13911112222")}, version=2)
    item.refresh_from_db()
    assert item.answers == {
        "name": {"verdict": "right", "text": ""},
        "phone": {"verdict": "wrong", "text": "13911112222"},
    }
    with pytest.raises(InvalidError):
        answer_item(rep, item.pk, {"tier": {"verdict": "right"}}, version=3)
    with pytest.raises(InvalidError):
        answer_item(rep, item.pk, {"name": {"verdict": "perhaps"}}, version=3)
    close_sample(company.actor("planner"), sample, version=1)
    with pytest.raises(ConflictError):
        answer_item(rep, item.pk, {"name": {"verdict": "right"}}, version=3)


def test_an_auditor_answers_nothing_and_a_rep_closes_nothing(company: Company, sample: int) -> None:
    item = item_of(company, sample, "own")
    with pytest.raises(ForbiddenError):
        answer_item(company.actor("auditor"), item.pk, {"name": {"verdict": "right"}}, version=1)
    with pytest.raises(ForbiddenError):
        close_sample(company.actor("rep"), sample, version=1)
    with pytest.raises(ForbiddenError):
        close_sample(company.actor("team_lead"), sample, version=1)


def test_a_closed_sample_says_how_accurate_each_field_is(company: Company, sample: int) -> None:
    planner = company.actor("planner")
    answers = [{"verdict": "right"}] * 5 + [wrong("x"), {"verdict": "unknown"}]
    for name, answer in zip(sorted(SEEN["planner"]), answers, strict=True):
        answer_item(planner, item_of(company, sample, name).pk, {"name": answer}, version=1)
    close_sample(planner, sample, version=1)
    accuracy = latest_accuracy(planner)
    assert accuracy is not None
    (field,) = accuracy.fields
    assert (field.field, field.checked, field.right) == ("name", 6, 5)
    assert 0 < field.low < field.share < field.high < 1
    told = quality_json(planner)["accuracy"]
    assert isinstance(told, dict)
    assert told["fields"]["name"]["right"] == 5


@given(st.lists(st.sampled_from(["right", "wrong", "unknown", ""]), min_size=1, max_size=40))
def test_unknown_counts_for_nothing_and_the_share_is_inside_its_interval(verdicts: list[str]) -> None:
    found = result_of(["name"], [{"name": {"verdict": verdict}} for verdict in verdicts])
    right, judged = verdicts.count("right"), verdicts.count("right") + verdicts.count("wrong")
    if not judged:
        assert found == {}
        return
    one = found["name"]
    assert isinstance(one, dict)
    assert (one["right"], one["checked"]) == (right, judged)
    assert 0 <= one["low"] <= right / judged + 1e-12
    assert right / judged - 1e-12 <= one["high"] <= 1


def test_right_values_are_written_but_never_over_a_newer_edit(company: Company, sample: int) -> None:
    planner, own, peer = company.actor("planner"), company.customers["own"], company.customers["peer"]
    given = {
        "own": {"phone": wrong("13911112222"), "industry": wrong("软件"), "owner_id": wrong("R2")},
        "peer": {"phone": wrong("13933334444"), "name": wrong("无锡恒达纺织集团"), "region_code": wrong("不是代码")},
    }
    for name, answers in given.items():
        answer_item(planner, item_of(company, sample, name).pk, answers, version=1)
    with pytest.raises(ConflictError):
        apply_sample(planner, sample, version=1)
    close_sample(planner, sample, version=1)
    edit_customer(planner, peer.code, version=1, changes={"phone": "13955556666"})
    counts = apply_sample(planner, sample, version=2)
    own.refresh_from_db()
    peer.refresh_from_db()
    assert counts == {"applied": 3, "by_hand": 1, "newer": 1, "invalid": 1}
    assert (own.phone, own.industry, own.owner_id) == ("13911112222", "软件", company.owners["R1"].pk)
    assert (peer.phone, peer.name, peer.region_code) == ("13955556666", "无锡恒达纺织集团", "320500")
    assert AuditEntry.unscoped.filter(verb="customer.edit", key=own.code).count() == 2
    assert read_sample(planner, sample).outcomes == counts


def test_applying_once_more_writes_nothing(company: Company, sample: int) -> None:
    planner, own = company.actor("planner"), company.customers["own"]
    answer_item(planner, item_of(company, sample, "own").pk, {"industry": wrong("软件")}, version=1)
    close_sample(planner, sample, version=1)
    apply_sample(planner, sample, version=2)
    with pytest.raises(StaleError):
        apply_sample(planner, sample, version=2)
    edit_customer(planner, own.code, version=2, changes={"industry": "医疗"})
    assert apply_sample(planner, sample, version=3) == {}
    own.refresh_from_db()
    assert own.industry == "医疗"


def test_the_ledger_tells_no_values(company: Company, sample: int) -> None:
    planner = company.actor("planner")
    answer_item(planner, item_of(company, sample, "own").pk, {"phone": wrong("13911112222")}, version=1)
    close_sample(planner, sample, version=1)
    apply_sample(planner, sample, version=2)
    entries = AuditEntry.unscoped.filter(noun__in=["sample", "customer"])
    assert {"sample.draw", "sample.answer", "sample.close", "sample.apply"} <= {entry.verb for entry in entries}
    assert not any("13911112222" in f"{entry.before}{entry.after}" for entry in entries)


def test_erasing_a_person_leaves_no_value_in_a_sample(company: Company, sample: int) -> None:
    planner, own = company.actor("planner"), company.customers["own"]
    item = item_of(company, sample, "own")
    answer_item(planner, item.pk, {"phone": wrong("13911112222"), "name": {"verdict": "right"}}, version=1)
    erase(company.actor("privacy_officer").origin, subject_of(own))
    item.refresh_from_db()
    told = f"{item.drawn}{item.answers}"
    assert not any(value in told for value in (own.name, own.phone, "13911112222"))
    assert item.answers["name"]["verdict"] == "right"


def test_customers_of_closed_samples_go_when_their_time_is_over_and_the_result_stays(
    company: Company, sample: int
) -> None:
    planner = company.actor("planner")
    answer_item(planner, item_of(company, sample, "own").pk, {"name": {"verdict": "right"}}, version=1)
    close_sample(planner, sample, version=1)
    other = draw_sample(planner, SampleDraft(size=10))
    company.organisation.choices = {"retention": {"samples": 30}}
    company.organisation.save()
    apply_rules(company.organisation, now=timezone.now() + timedelta(days=31))
    assert not SampleItem.unscoped.filter(sample=sample).exists()
    assert SampleItem.unscoped.filter(sample=other).exists()
    assert latest_accuracy(planner) is not None


def test_a_rep_checks_a_customer_on_the_page_and_goes_on(company: Company, sample: int, signed_in) -> None:  # type: ignore[no-untyped-def]
    client: Client = signed_in("rep")
    item = item_of(company, sample, "own")
    assert client.get(f"/customers/samples/{sample}/check")["Location"] == f"/customers/samples/items/{item.pk}"
    page = client.get(f"/customers/samples/items/{item.pk}").content.decode()
    assert company.customers["own"].phone in page
    form = {"version": "1", "do": "right", "v-phone": "wrong", "t-phone": "13911112222"}
    answered = client.post(f"/customers/samples/items/{item.pk}/answer", form)
    assert answered["Location"] == f"/customers/samples/{sample}/check?after={item.pk}"
    assert client.get(answered["Location"])["Location"] == f"/customers/samples/{sample}"
    item.refresh_from_db()
    assert item.answers["phone"] == {"verdict": "wrong", "text": "13911112222"}
    assert {one["verdict"] for name, one in item.answers.items() if name != "phone"} == {"right"}
    assert client.post(f"/customers/samples/items/{item.pk}/answer", form).status_code == 412
    empty = {"version": "2", "do": "keep"}
    assert client.post(f"/customers/samples/items/{item.pk}/answer", empty).status_code == 422


def test_the_pages_of_a_sample_from_draw_to_apply(company: Company, signed_in) -> None:  # type: ignore[no-untyped-def]
    client: Client = signed_in("planner")
    assert client.get("/customers/samples").status_code == 200
    assert client.get("/customers/samples/new").status_code == 200
    form = {"size": "10", "seed": "7", "by_owners": "no", "territory": "", "region_code": "", "key": "k1"}
    made = client.post("/customers/samples/new", form)
    assert client.post("/customers/samples/new", form)["Location"] == made["Location"]
    sample = Sample.unscoped.get()
    assert client.post("/customers/samples/new", form | {"size": "3", "key": "k2"}).status_code == 422
    item = item_of(company, sample.pk, "own")
    client.post(
        f"/customers/samples/items/{item.pk}/answer", {"version": "1", "v-industry": "wrong", "t-industry": "软件业"}
    )
    client.post(f"/customers/samples/{sample.pk}/close", {"version": "1"})
    assert "软件业" not in client.get(f"/customers/samples/{sample.pk}").content.decode()
    client.post(f"/customers/samples/{sample.pk}/apply", {"version": "2", "key": "k3"})
    assert Customer.unscoped.get(pk=item.customer_id).industry == "软件业"
    assert client.get("/customers/samples").status_code == 200
    assert client.get(f"/customers/samples/{sample.pk}").status_code == 200


def test_closing_is_the_main_thing_once_every_customer_is_checked(company: Company, signed_in) -> None:  # type: ignore[no-untyped-def]
    client: Client = signed_in("planner")
    client.post("/customers/samples/new", {"size": "10", "seed": "2398", "by_owners": "no", "key": "k1"})
    sample = Sample.unscoped.get()
    page = f"/customers/samples/{sample.pk}"
    before = client.get(page).content.decode()
    for item in sample.items.all():
        client.post(f"/customers/samples/items/{item.pk}/answer", {"version": "1", "do": "right"})
    after = client.get(page).content.decode()

    main = '<button class="button primary" type="submit">'
    assert (main in before, main in after) == (False, True)
    assert "2398" in after


def test_programs_do_the_same(company: Company) -> None:
    program = Program(company.actor("planner"))
    made = program.post("/samples", {"size": 10}).json()
    items = program.get(f"/samples/{made['id']}/items").json()["items"]
    assert {item["customer_code"] for item in items} == {company.customers[name].code for name in SEEN["planner"]}
    body = {"answers": [{"field": "industry", "verdict": "wrong", "text": "软件"}]}
    answered = program.send("PATCH", f"/sample-items/{items[0]['id']}", body, **{"If-Match": '"1"'})
    assert answered.json()["version"] == 2
    program.post(f"/samples/{made['id']}/close", **{"If-Match": '"1"'})
    applied = program.post(f"/samples/{made['id']}/apply", **{"If-Match": '"2"'})
    assert applied.json() == {"outcomes": {"applied": 1}}
    closed = program.get(f"/samples/{made['id']}").json()
    assert [one["field"] for one in closed["result"]] == ["industry"]
    assert [line.id for line in list_samples(company.actor("planner")).items] == [made["id"]]
