"""One person's data handed out, consents, tombstones, retention, and the record of processing."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.kernel.personal import BOOK, ERASED
from jiuzhou.web.collect.reads.privacy.consents import consents
from jiuzhou.web.collect.reads.privacy.person import personal_data
from jiuzhou.web.collect.reads.privacy.processing import record_of_processing
from jiuzhou.web.collect.writes.editing import edit_customer
from jiuzhou.web.collect.writes.loading.facts import write_fact
from jiuzhou.web.collect.writes.privacy import retention
from jiuzhou.web.collect.writes.privacy.consent import record_consent
from jiuzhou.web.collect.writes.privacy.erasing import Reporter, ask_to_erase, erase
from jiuzhou.web.problems import ConflictError, ForbiddenError, InvalidError, NotFoundError
from jiuzhou.web.store.classified import MODELS
from jiuzhou.web.store.holdings import subject_of
from jiuzhou.web.store.models import (
    Action,
    AuditEntry,
    ConsentRecord,
    Customer,
    FactBatch,
    Note,
    Notice,
    Organisation,
    Tombstone,
)
from jiuzhou.web.store.tombstones import blocked, digest, list_file, marks_in
from jiuzhou.web.store.traces import Traces
from web_company import Company, database_digest
from web_programs import Program

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Client]


@pytest.fixture
def facts(company: Company) -> Company:
    """A person at a customer and one at another, a call with each, long ago and lately."""
    own, peer = company.customers["own"].code, company.customers["peer"].code
    now = timezone.now()
    tables = {
        "contacts": pa.table(
            {
                "contact_id": ["K1", "K2", "K3"],
                "customer_id": [own, own, peer],
                "name": ["柳眉眉", "顾采采", "别的人"],
                "role": ["采购", "财务", "采购"],
                "phone": ["13866554433", "13866554434", "13866554435"],
                "email": ["liu@mark.example.com", "gu@mark.example.com", "other@mark.example.com"],
            }
        ),
        "interactions": pa.table(
            {
                "customer_id": [own, own, peer],
                "at": pa.array([now - timedelta(days=800), now - timedelta(days=5), now - timedelta(days=5)]),
                "kind": ["call", "call", "call"],
                "minutes": [10.0, 20.0, 30.0],
                "text": ["很久以前", "柳眉眉要报价", "找过柳眉眉"],
            }
        ),
    }
    for name, table in tables.items():
        write_fact(company.organisation.pk, name, table.replace_schema_metadata({}), now=now)
    return company


def in_force(company: Company, table: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for path in FactBatch.unscoped.filter(table=table, retired_at=None).values_list("path", flat=True):
        rows += pq.read_table(Path(settings.HOME) / path).to_pylist()
    return rows


def officer(company: Company) -> Program:
    return Program(company.actor("privacy_officer"))


def test_one_persons_data_are_all_there_and_none_of_anothers(facts: Company) -> None:
    own = facts.customers["own"]
    Note.unscoped.create(organisation=facts.organisation, customer=own, kind="call", at=facts.now, text="一句话")
    Customer.unscoped.filter(pk=own.pk).update(
        **{name: f"值{name}"[:30] for name in ("address", "occupation", "sex", "income_band", "tax_id")}
    )

    data = personal_data(facts.actor("privacy_officer"), own.code)

    told = json.dumps(data.to_json(), ensure_ascii=False)
    assert {row["contact_id"] for row in data.tables["contacts"]} == {"K1", "K2"}
    assert [row["text"] for row in data.tables["note"]] == ["一句话"]
    assert len(data.tables["interactions"]) == 2
    assert data.counts["decision"] == 1
    assert "找过柳眉眉" not in told
    assert facts.customers["peer"].name not in told
    erasable = {name for name, found in MODELS[Customer].items() if found.pii in ERASED}
    assert erasable <= set(data.tables["customers"][0])
    for table in ("contacts", "interactions"):
        there = set(pq.read_schema(Path(settings.HOME) / FactBatch.unscoped.get(table=table).path).names)
        assert there & set(BOOK[table]) <= set(data.tables[table][0])


def test_a_zip_holds_json_and_a_csv_for_each_table_and_the_ledger_no_name(facts: Company, signed_in: SignedIn) -> None:
    own = facts.customers["own"]

    answer = signed_in("privacy_officer").post(f"/settings/privacy/people/{own.code}/download/", {"contact": ""})

    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = set(archive.namelist())
        told = json.loads(archive.read("personal-data.json"))
        contacts = archive.read("contacts.csv").decode("utf-8-sig")
    assert {"personal-data.json", "customers.csv", "contacts.csv", "interactions.csv", "ownership.csv"} <= names
    assert told["tables"]["customers"][0]["name"] == own.name
    assert "柳眉眉" in contacts
    entry = AuditEntry.unscoped.get(verb="privacy.export")
    assert entry.after["rows"]["contacts"] == 2
    assert own.name not in str(entry.after)


def test_one_contacts_data_are_that_contacts_alone(facts: Company) -> None:
    data = personal_data(facts.actor("privacy_officer"), facts.customers["own"].code, contact="K1")

    assert set(data.tables) == {"contacts"}
    assert [row["name"] for row in data.tables["contacts"]] == ["柳眉眉"]
    with pytest.raises(NotFoundError):
        personal_data(facts.actor("privacy_officer"), facts.customers["own"].code, contact="K3")


@pytest.mark.parametrize("person", ["rep", "planner", "admin", "auditor"])
def test_only_the_privacy_officer_takes_or_erases_a_persons_data(facts: Company, person: str) -> None:
    actor, code = facts.actor(person), facts.customers["own"].code
    before = database_digest()

    with pytest.raises(ForbiddenError):
        personal_data(actor, code)
    with pytest.raises(ForbiddenError):
        ask_to_erase(actor, code, typed=code)

    assert database_digest() == before


def test_another_code_typed_erases_nobody(facts: Company, signed_in: SignedIn) -> None:
    code, before = facts.customers["own"].code, Customer.unscoped.get(pk=facts.customers["own"].pk).name

    answer = signed_in("privacy_officer").post(
        f"/settings/privacy/people/{code}/erase/", {"typed": "C9", "contact": ""}
    )

    assert answer.status_code == 422
    assert code in answer.content.decode()
    assert Customer.unscoped.get(code=code).name == before
    with pytest.raises(InvalidError):
        ask_to_erase(facts.actor("privacy_officer"), code, typed="c")


def test_a_contact_erased_is_gone_and_the_customer_stays(facts: Company) -> None:
    own = facts.customers["own"]
    Note.unscoped.create(organisation=facts.organisation, customer=own, kind="call", at=facts.now, text="柳眉眉来电")

    erase(facts.actor("privacy_officer").origin, subject_of(own, "K1"))

    assert [row["contact_id"] for row in in_force(facts, "contacts")] == ["K2", "K3"]
    assert [row["text"] for row in in_force(facts, "interactions")] == ["很久以前", "■要报价", "找过■"]
    assert Note.unscoped.get(customer=own).text == "■来电"
    assert Customer.unscoped.get(pk=own.pk).name == own.name
    rows = {"customer_id": [own.code, own.code], "contact_id": ["K1", "K2"]}
    assert blocked(facts.organisation.pk, rows).tolist() == [True, False]


def test_who_was_erased_does_not_come_back_however_it_is_written(facts: Company) -> None:
    own = facts.customers["own"]
    Customer.unscoped.filter(pk=own.pk).update(tax_id="91320583MA1XYZ", phone="138-0000-1234")

    erase(facts.actor("privacy_officer").origin, subject_of(own))

    rows = {
        "customer_id": [own.code, "X1", "X2", "X3", "X4", "X5", None],
        "name": [None, "江苏康明 医疗设备有限公司", own.name, "另一家", "柳眉眉", own.name, None],
        "phone": [None, "+86 138 0000 1234", "13911112222", "13800001234", "13866554433", None, None],
        "email": [None, None, None, own.email.upper(), None, None, ""],
        "tax_id": [None, None, " 91320583ma1xyz ", None, None, None, ""],
    }
    mask = blocked(facts.organisation.pk, rows)
    assert mask.tolist() == [True, True, True, True, True, False, False]
    assert not blocked(facts.other.pk, rows).any(), "the marks of one company say nothing to another"
    assert not any(own.name in str(row) for row in Tombstone.unscoped.values_list())
    assert digest(facts.organisation.pk, "customer", own.code) in marks_in(list_file())


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=20), st.integers(0, 19))
def test_a_code_blocks_its_own_rows_and_no_others(codes: list[str], chosen: int) -> None:
    gone = codes[chosen % len(codes)]
    mark = digest(1, "customer", gone)

    assert not blocked(1, {"customer_id": codes}, standing=frozenset()).any()
    same = [bool(mark) and digest(1, "customer", code) == mark for code in codes]
    assert blocked(1, {"customer_id": [*codes, None]}, standing={mark} - {""} or {"-"}).tolist() == [*same, False]
    assert all(code.strip() == gone.strip() for code, hit in zip(codes, same, strict=True) if hit and code.isascii())


def test_an_erased_customer_is_erased_once(facts: Company) -> None:
    own = facts.customers["own"]
    erase(facts.actor("privacy_officer").origin, subject_of(own))

    with pytest.raises(InvalidError):
        ask_to_erase(facts.actor("privacy_officer"), own.code, typed=own.code)
    with pytest.raises(ConflictError):
        record_consent(facts.actor("rep"), own.code, given=True)


def test_a_withdrawal_holds_at_once_and_closes_marketing(company: Company) -> None:
    own = company.customers["own"]
    for marketing in (True, False):
        Action.unscoped.create(
            organisation=company.organisation, customer=own, kind="call", code="serve.x", marketing=marketing
        )
    rep = company.actor("rep")
    record_consent(rep, own.code, given=True, wording="我同意收到活动信息", source="phone")

    record_consent(rep, own.code, given=False, source="message")

    row = Customer.unscoped.get(pk=own.pk)
    assert row.consent_marketing is False
    assert list(Action.unscoped.filter(customer=own).order_by("pk").values_list("state", flat=True)) == [
        "dismissed",
        "open",
    ]
    said = consents(rep, own.code)
    assert [(one.given, one.wording, one.source, one.by) for one in said] == [
        (False, "", "message", "周静"),
        (True, "我同意收到活动信息", "phone", "周静"),
    ]
    assert "我同意" not in str(list(AuditEntry.unscoped.values_list("after", "before")))


def test_consent_changed_with_the_customer_is_recorded_too(company: Company) -> None:
    own = company.customers["own"]
    version = edit_customer(company.actor("rep"), own.code, version=1, changes={"consent_marketing": True})
    edit_customer(company.actor("rep"), own.code, version=version, changes={"consent_marketing": None})

    assert list(ConsentRecord.unscoped.order_by("pk").values_list("given", flat=True)) == [True, False]


def test_who_may_only_look_records_no_consent(company: Company) -> None:
    with pytest.raises(ForbiddenError):
        record_consent(company.actor("rep"), company.customers["granted"].code, given=True)
    with pytest.raises(NotFoundError):
        record_consent(company.actor("rep"), company.customers["peer"].code, given=True)
    with pytest.raises(InvalidError):
        record_consent(company.actor("rep"), company.customers["own"].code, given=True, source="rumour")


def test_programs_record_consent_and_read_what_was_said(company: Company) -> None:
    program, code = Program(company.actor("rep")), company.customers["own"].code

    made = program.post(f"/customers/{code}/consents", {"given": True, "source": "form"})

    assert made.status_code == 201
    told = json.loads(program.get(f"/customers/{code}/consents").content)
    assert [(one["given"], one["source"]) for one in told] == [(True, "form")]
    assert program.post(f"/customers/{code}/consents", {"given": True, "source": "page"}).status_code == 422


def test_a_token_takes_nobodys_data(facts: Company) -> None:
    program, code = officer(facts), facts.customers["own"].code

    assert program.post(f"/customers/{code}/personal-data", {}).status_code == 403
    assert program.post(f"/customers/{code}/erasure", {"typed": code}).status_code == 403


def test_a_preview_says_what_a_run_then_does(facts: Company) -> None:
    actor, now = facts.actor("privacy_officer"), timezone.now()
    own = facts.customers["own"]
    for days, text in ((400, "旧"), (3, "新")):
        Note.unscoped.create(
            organisation=facts.organisation, customer=own, kind="call", at=now - timedelta(days=days), text=text
        )
    Notice.unscoped.create(
        organisation=facts.organisation, user=facts.people["rep"], kind="alert", code="web.house", at=now
    )
    version = retention.version_of(actor)
    retention.keep_rules(actor, {"notes": 365, "interactions": 365, "notices": 60}, version=version)

    due = {rule.kind: rule.due for rule in retention.rules(actor)}
    done = retention.apply_rules(Organisation.objects.get(pk=facts.organisation.pk), now=now)

    assert {kind: count for kind, count in due.items() if count} == done == {"notes": 1, "interactions": 1}
    assert sorted(Note.unscoped.values_list("text", flat=True)) == ["", "新"]
    assert [row["text"] for row in in_force(facts, "interactions")] == [None, "柳眉眉要报价", "找过柳眉眉"]
    assert sum(float(str(row["minutes"])) for row in in_force(facts, "interactions")) == 60
    assert AuditEntry.unscoped.get(verb="privacy.retain").after == done
    assert all(rule.due == 0 for rule in retention.rules(actor))


def test_the_rules_run_once_a_day(facts: Company) -> None:
    actor = facts.actor("privacy_officer")
    retention.keep_rules(actor, {"interactions": 365}, version=retention.version_of(actor))

    assert (retention.run_rules(), retention.run_rules()) == (1, 0)


def test_days_out_of_range_are_refused(company: Company) -> None:
    actor = company.actor("privacy_officer")
    for days in ({"notes": 5}, {"orders": 400}, {"notes": 10**6}):
        with pytest.raises(InvalidError):
            retention.keep_rules(actor, days, version=retention.version_of(actor))


def test_the_record_of_processing_names_every_field_that_tells_of_people(company: Company) -> None:
    actor = company.actor("privacy_officer")

    told = record_of_processing(actor, retention.days_by_kind(actor)).to_json()

    named = {name for one in told["processing"] for names in one["data"].values() for name in names}
    assert {"Customer.phone", "contacts.email", "User.email", "Owner.lat", "interactions.text"} <= named
    assert "Customer.workload" not in named
    assert told["recipients"] == []
    assert told["counts"]["customers"] == 7
    (serving,) = [one for one in told["processing"] if one["purpose"] == "serving"]
    assert "rep" in serving["roles"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "path",
    ["", "?customer=C0001", "?customer=nobody", "retention/", "processing/", "processing.json", "people/{code}/"],
)
def test_every_page_of_the_privacy_officer_opens(facts: Company, signed_in: SignedIn, path: str, lang: str) -> None:
    client = signed_in("privacy_officer")
    address = f"/settings/privacy/{path}".format(code=facts.customers["own"].code)

    answer = client.get(address, {"lang": lang} if "?" not in address else {}, follow=True)

    assert answer.status_code == 200
    assert "privacy." not in answer.content.decode().replace("privacy.json", "")


def test_the_rules_are_kept_from_the_page(company: Company, signed_in: SignedIn) -> None:
    client = signed_in("privacy_officer")
    version = company.organisation.version

    kept = client.post("/settings/privacy/retention/", {"version": version, "notes": "365"})
    wrong = client.post("/settings/privacy/retention/", {"version": version + 1, "notes": "3"})

    assert (kept.status_code, wrong.status_code) == (302, 422)
    assert Organisation.objects.get(pk=company.organisation.pk).choices["retention"] == {"notes": 365}


def test_the_page_of_consents_records_what_is_said(company: Company, signed_in: SignedIn) -> None:
    client, code = signed_in("rep"), company.customers["own"].code

    done = client.post(f"/customers/{code}/consents", {"given": "no", "source": "phone", "wording": "不要再打了"})

    assert done.status_code == 302
    page = client.get(f"/customers/{code}/consents").content.decode()
    assert "不要再打了" in page
    assert f"/customers/{code}/consents" in client.get(f"/customers/{code}").content.decode()


def test_short_names_are_no_traces_by_themselves() -> None:
    traces = Traces.of(["王伟", "柳眉眉", "138-0000-1234"])

    assert traces.own.values == ("138-0000-1234", "13800001234", "柳眉眉")
    assert traces.blotted({"a": ["王伟和柳眉眉", 3], "%E7%8E%8B%E4%BC%9F": None}) == {"a": ["■和■", 3], "■": None}


def test_a_trace_is_found_in_a_file_across_blocks_and_in_a_zip(tmp_path: Path) -> None:
    traces = Traces.of(["柳眉眉采购"])
    path = tmp_path / "long.csv"
    path.write_bytes(b"x" * ((1 << 22) - 4) + "柳眉眉采购".encode("gb18030") + b"y" * 100)
    zipped = tmp_path / "book.xlsx"
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", "<t>柳眉眉采购</t>")

    assert traces.in_file(path)
    assert traces.in_file(zipped)
    assert not Traces.of(["顾采采采购"]).in_file(path)


class DiedError(Exception):
    pass


@pytest.mark.parametrize("place", [1, 2, 3, 4, 5])
def test_an_erasure_that_died_is_ended_by_the_next_attempt(facts: Company, place: int) -> None:
    own, kept = facts.customers["own"], dict[str, object]()
    name = own.name
    Note.unscoped.create(organisation=facts.organisation, customer=own, kind="call", at=facts.now, text=f"{name}来电")

    def die(step: int) -> None:
        if step == place:
            raise DiedError

    with pytest.raises(DiedError):
        erase(facts.actor("privacy_officer").origin, subject_of(own), told=Reporter(step=die, keep=kept.update))
    erase(facts.actor("privacy_officer").origin, subject_of(own), state=kept)

    assert Customer.unscoped.get(pk=own.pk).name == "已删除客户"
    assert Note.unscoped.get(customer=own).text == ""
    assert [row["contact_id"] for row in in_force(facts, "contacts")] == ["K3"]
    named = {Path(path).name for path in FactBatch.unscoped.values_list("path", flat=True)}
    assert {path.name for path in (Path(settings.HOME) / "facts").rglob("*.parquet")} == named
