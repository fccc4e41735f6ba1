"""A canary customer through every path the application has, erased, and looked for in every byte that is left (G2)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pyarrow as pa
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from jiuzhou.web.assign.writes.reassign import reassign
from jiuzhou.web.collect.writes.editing import edit_customer
from jiuzhou.web.collect.writes.exports import start_export
from jiuzhou.web.collect.writes.importing import steps
from jiuzhou.web.collect.writes.importing.files import Upload
from jiuzhou.web.collect.writes.loading.facts import write_fact
from jiuzhou.web.collect.writes.notes import log_note
from jiuzhou.web.collect.writes.privacy.erasing import ask_to_erase
from jiuzhou.web.jobs.worker import work
from jiuzhou.web.ledger.audit import broken_links
from jiuzhou.web.store.facts import ask, files_of
from jiuzhou.web.store.models import (
    Action,
    Customer,
    Facet,
    Import,
    Notice,
    Ownership,
    PlanRemark,
    PlanUnit,
    Run,
    SavedView,
    Visit,
)
from web_company import Company
from web_programs import Program
from web_threads import alone, shared_database

pytestmark = pytest.mark.django_db(transaction=True)
CODE = "CANARY-7"
ROW = {
    "name": "金丝雀灵珂仪器有限公司",
    "phone": "13977001122",
    "email": "lingke.canary@mark.example.com",
    "tax_id": "91310000CANARYTAX1",
    "address": "苏州市吴中区灵珂巷七十七号",
    "occupation": "灵珂标本师",
    "income_band": "灵珂收入档",
    "sex": "灵珂性别词",
}
LISTS = {"needs": ["灵珂需求项"], "products": ["灵珂产品项"], "interests": ["灵珂兴趣项"], "values": ["灵珂价值观"]}
CONTACT = {"name": "柳灵珂", "role": "灵珂采购员", "phone": "13866554433", "email": "liu.canary@mark.example.com"}
SITE = "无锡市灵珂路一号仓库"
WORDS = {
    "note": "灵珂说他下周出国",
    "outcome": "灵珂结果词",
    "action": "灵珂动作备注",
    "visit": "灵珂拜访备注",
    "remark": "灵珂方案意见",
    "reason": "灵珂转交理由",
    "interaction": "灵珂来电原话",
    "topic": "灵珂话题词",
    "evidence": "灵珂证据句",
    "comment": "灵珂问卷评语",
    "complaint": "灵珂另附栏目",
    "extra": "灵珂额外属性",
    "consent": "灵珂同意措辞",
    "wish": "灵珂想要定制款",
}
MARKERS = [
    *ROW.values(),
    *(item for items in LISTS.values() for item in items),
    *CONTACT.values(),
    SITE,
    *WORDS.values(),
]
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def forms_of(marker: str) -> Iterator[bytes]:
    """The bytes by which a marker may stand in a file: four encodings, base64 at any place, an address, JSON."""
    for encoding in ENCODINGS:
        raw = marker.encode(encoding)
        yield raw
        for shift in range(3):
            # The letters at either end of a base64 text depend on what stands beside it.
            text = base64.b64encode(b"\0" * shift + raw).rstrip(b"=")
            yield text[(0, 2, 3)[shift] : -1]
    yield quote(marker).encode()
    yield quote_plus(marker).encode()
    yield json.dumps(marker)[1:-1].encode()


def found_in(folder: Path) -> list[str]:
    """Which markers stand where, in any file below ``folder``; Parquet is read, being compressed."""
    import pyarrow.parquet as pq

    hits = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        held = path.read_bytes()
        if path.suffix == ".parquet":
            held += json.dumps(pq.read_table(path).to_pylist(), ensure_ascii=False, default=str).encode()
        hits += [f"{path.name}: {marker}" for marker in MARKERS if any(form in held for form in forms_of(marker))]
    return hits


def facts_of_the_canary(company: Company) -> None:
    here, other = company.organisation.pk, company.customers["peer"].code
    tables = {
        "contacts": pa.table(
            {
                "contact_id": ["K1", "K2"],
                "customer_id": [CODE, other],
                **{name: [value, f"别人{name}"] for name, value in CONTACT.items()},
            }
        ),
        "sites": pa.table({"site_id": ["S1"], "customer_id": [CODE], "address": [SITE], "lat": [31.2], "lon": [120.6]}),
        "orders": pa.table(
            {
                "order_id": ["O1", "O2"],
                "customer_id": [CODE, other],
                "ordered_at": pa.array([NOON, NOON]),
                "amount": [700.5, 20.0],
                "channel": ["直销", "直销"],
                "owner_id": ["R1", "R2"],
                "driver": [WORDS["complaint"], "别人的"],
            }
        ),
        "interactions": pa.table(
            {
                "customer_id": [CODE, other],
                "at": pa.array([NOON, NOON]),
                "kind": ["call", "call"],
                "owner_id": ["R1", "R2"],
                "outcome": [WORDS["outcome"], "成"],
                "quality": [4.0, 5.0],
                "minutes": [10.0, 20.0],
                "topic": [WORDS["topic"], "价格"],
                "text": [WORDS["interaction"], f"提到{ROW['name']}也在谈"],
                "resolved_at": pa.array([None, None], pa.timestamp("us", "UTC")),
                "evidence": [WORDS["evidence"], None],
            }
        ),
        "customers_scored": pa.table({"customer_id": [CODE, other], "tier": ["A", "B"], "clv": [900.0, 50.0]}),
        "stories": pa.table({"customer_id": [CODE, other], "said": [WORDS["wish"], "别的"], "value": [3.0, 4.0]}),
        "surveys": pa.table(
            {
                "customer_id": [CODE],
                "at": pa.array([NOON]),
                "kind": ["nps"],
                "score": [9.0],
                "scale_max": [10.0],
                "comment": [WORDS["comment"]],
                "owner_id": ["R1"],
            }
        ),
    }
    for name, table in tables.items():
        write_fact(here, name, table.replace_schema_metadata({}), now=timezone.now())


def the_canary(company: Company) -> Customer:
    owner, territory = company.owners["R1"], company.territories["T1"]
    row = Customer(
        organisation=company.organisation,
        code=CODE,
        owner=owner,
        territory=territory,
        region_code="320500",
        lat=31.3,
        lon=120.6,
        crs="wgs84",
        annual_revenue=5_000_000,
        workload=12.5,
        consent_marketing=True,
        birth_year=1977,
        extra={"remark": WORDS["extra"]},
        **ROW,
        **LISTS,
    )
    row.save(force_insert=True)
    Ownership.unscoped.create(
        organisation=company.organisation,
        customer=row,
        owner=owner,
        territory=territory,
        source="rule",
        valid_from=NOON,
        recorded_at=NOON,
    )
    plan = company.plans["active"]
    unit = PlanUnit.unscoped.filter(plan=plan).first()
    assert unit is not None
    PlanUnit.unscoped.create(
        organisation=company.organisation, plan=plan, customer=row, territory=unit.territory, owner=owner
    )
    PlanRemark.unscoped.create(
        organisation=company.organisation, plan=plan, customer=row, text=WORDS["remark"], at=NOON
    )
    PlanRemark.unscoped.create(
        organisation=company.organisation, plan=plan, text=f"{ROW['name']}不该动", at=NOON, cost={"of": ROW["name"]}
    )
    asked = {"code": "serve.collect_overdue", "params": {"amount": 5.0, "since": "2026-06-25"}}
    Action.unscoped.create(
        organisation=company.organisation, customer=row, kind="call", note=WORDS["action"], marketing=True, **asked
    )
    Visit.unscoped.create(
        organisation=company.organisation,
        customer=row,
        owner=owner,
        planned_on=NOON.date(),
        code="serve.visit_planned",
        note=WORDS["visit"],
    )
    return row


def brought(company: Company, folder: Path, name: str, content: bytes) -> Import:
    path = folder / "upload"
    path.write_bytes(content)
    number = steps.bring(company.actor("importer"), [Upload(name, path)], table="customers")
    work(once=True, inline=True)
    return Import.unscoped.get(pk=number)


def every_path(company: Company, folder: Path) -> None:
    """The canary is loaded, imported, edited, noted, called, reassigned, exported, named by others."""
    from jiuzhou.web.store.search import index_customers

    row = the_canary(company)
    facts_of_the_canary(company)
    index_customers([row.pk])
    rep, planner = company.actor("rep"), company.actor("planner")
    edit_customer(rep, CODE, version=1, changes={"address": ROW["address"], "needs": (*LISTS["needs"], WORDS["wish"])})
    edit_customer(rep, CODE, version=2, changes={"needs": tuple(LISTS["needs"])})
    log_note(rep, CODE, kind="call", at=NOON, text=WORDS["note"], outcome=WORDS["outcome"])
    program = Program(rep)
    said = program.post(f"/customers/{CODE}/consents", {"given": True, "wording": WORDS["consent"], "source": "form"})
    assert said.status_code == 201, said.content
    answered = program.send(
        "PATCH",
        f"/customers/{CODE}",
        {"email": ROW["email"], "channel": "直销"},
        **{"Idempotency-Key": "k-1", "If-Match": '"4"'},
    )
    assert answered.status_code == 200, answered.content
    version = Customer.unscoped.get(code=CODE).version
    for person, target in (("planner", "R2"), ("planner", "R1")):
        reassign(company.actor(person), CODE, target, version=version, reason=WORDS["reason"])
        version += 1
    start_export(company.actor("team_lead"), f"sort=name&q={quote(ROW['name'][:6])}")
    start_export(planner, "sort=name")
    SavedView.unscoped.create(
        organisation=company.organisation,
        user=company.people["rep"],
        place="customers",
        name=ROW["name"],
        query=f"q={quote(ROW['name'])}",
    )
    heading = "客户编号,客户名称,电话,行业"
    lines = f"{heading}\n{CODE},{ROW['name']},{ROW['phone']},医疗\nZ1,别的公司有限公司,0512-7654321,纺织\n"
    done = brought(company, folder, "客户.csv", lines.encode("gb18030"))
    steps.check(company.actor("importer"), done.pk)
    work(once=True, inline=True)
    steps.apply(company.actor("importer"), done.pk)
    work(once=True, inline=True)
    assert Import.unscoped.get(pk=done.pk).state == "imported"
    brought(company, folder, "又一份.csv", lines.encode("utf-16"))


def sums(company: Company) -> dict[str, Any]:
    files = files_of(company.organisation.pk)
    ((amount, orders),) = ask("SELECT sum(amount), count(*) FROM read_parquet($f)", {"f": list(files["orders"])})
    ((score,),) = ask("SELECT sum(score) FROM read_parquet($f)", {"f": list(files["surveys"])})
    ((minutes,),) = ask("SELECT sum(minutes) FROM read_parquet($f)", {"f": list(files["interactions"])})
    ((clv, tiers),) = ask("SELECT sum(clv), count(tier) FROM read_parquet($f)", {"f": list(files["customers_scored"])})
    ((value,),) = ask("SELECT sum(value) FROM read_parquet($f)", {"f": list(files["stories"])})
    mine = Customer.unscoped.filter(organisation=company.organisation)
    return {
        "facts": (amount, orders, score, minutes, clv, tiers, value),
        "load": sum(row.workload or 0 for row in mine),
        "revenue": sum(row.annual_revenue or 0 for row in mine),
        "held": sorted(mine.values_list("code", "owner", "territory", "region_code")),
        "spells": sorted(Ownership.unscoped.values_list("customer", "owner", "valid_from").order_by("pk")),
        "units": PlanUnit.unscoped.count(),
    }


def test_nothing_of_an_erased_person_is_left_and_no_sum_changes(company: Company, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir()

    def live() -> dict[str, Any]:
        every_path(company, folder)
        there = {hit.partition(": ")[2] for hit in found_everywhere(folder)}
        assert there == set(MARKERS), set(MARKERS) - there
        before, indexed = sums(company), in_the_index("珂")
        run = ask_to_erase(company.actor("privacy_officer"), CODE, typed=CODE)
        work(once=True, inline=True)
        row = Run.unscoped.get(pk=run)
        assert row.state == "succeeded", row.reason
        return {
            "before": before,
            "indexed": (indexed, in_the_index("珂")),
            "after": sums(company),
            "counts": row.result["counts"],
            "broken": list(broken_links(company.organisation.pk)),
            "name": Customer.unscoped.get(code=CODE).name,
            "facets": list(Facet.unscoped.filter(value__in=[*LISTS["needs"], *LISTS["products"]])),
            "notices": Notice.unscoped.filter(link__contains=CODE).count(),
        }

    with shared_database(folder):
        told = alone(live)
        left = alone(lambda: found_everywhere(folder))

    assert left == []
    assert told["before"] == told["after"]
    assert told["broken"] == []
    assert told["indexed"] == (True, False)
    assert told["name"] == "已删除客户"
    assert told["facets"] == []
    assert told["notices"] == 0
    assert told["counts"]["imports"] == 2


def found_everywhere(folder: Path) -> list[str]:
    """Which markers are found in files of the application, and in the database's: there, or row by row."""
    return found_in(Path(settings.HOME)) + (found_in(folder) if connection.vendor == "sqlite" else rows_that_tell())


def in_the_index(sign: str) -> bool:
    """Whether a sign of the name stands in what the search index keeps, deleted words among it."""
    table, column = ("customer_search_data", "block") if connection.vendor == "sqlite" else ("customer_search", "words")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        kept = [block if isinstance(block, bytes) else str(block).encode() for (block,) in cursor.fetchall()]
    return any(sign.encode() in block for block in kept)


def rows_that_tell() -> list[str]:
    """Which markers stand in which row of any table, on a database whose files are the server's."""
    from django.apps import apps

    hits = []
    for model in apps.get_models():
        for row in model._base_manager.values_list():
            told = " ".join(str(value) for value in row)
            hits += [f"{model.__name__}: {marker}" for marker in MARKERS if marker in told or quote(marker) in told]
    return hits
