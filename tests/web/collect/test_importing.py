"""Files come in: looked at, checked, written, taken back; an empty cell leaves what is there."""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.test import Client

from jiuzhou.adapters import geocoded
from jiuzhou.adapters.geocoding import GeocodedPoint
from jiuzhou.kernel.errors import InputError, RefusedError
from jiuzhou.web.collect.reads.importing.differences import difference_file, differences
from jiuzhou.web.collect.writes.importing import applying, facts, steps
from jiuzhou.web.collect.writes.importing.checking import check_import
from jiuzhou.web.collect.writes.importing.files import Upload, forget_files
from jiuzhou.web.jobs.context import Cancelled
from jiuzhou.web.jobs.queue import retry
from jiuzhou.web.jobs.worker import work
from jiuzhou.web.problems import ConflictError, InvalidError
from jiuzhou.web.store.facts import files_of
from jiuzhou.web.store.models import AuditEntry, Customer, FactBatch, Import, Note, Owner, Ownership, Run
from jiuzhou.web.store.tombstones import bury, digest
from web_company import Company

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scores_rest")]

CUSTOMERS = """客户编号,客户名称,电话,年营业额(万元),负责人编号,行业
C0002,,13900000002,120,,
N1,苏州新元医疗有限公司,0512-1234567,35.5,R1,医疗
N2,无锡大地纺织有限公司,,abc,,纺织
N3,常州小河贸易有限公司,,8,nobody,贸易
N1,苏州新元医疗有限公司,0512-1234567,35.5,R1,医疗
"""


@pytest.fixture
def bring(company: Company, tmp_path: Path) -> Callable[..., Import]:
    def bring_files(files: Mapping[str, str | bytes], *, person: str = "importer", table: str = "") -> Import:
        uploads = []
        for name, content in files.items():
            path = tmp_path / f"upload-{len(list(tmp_path.iterdir()))}"
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
            uploads.append(Upload(name, path))
        number = steps.bring(company.actor(person), uploads, table=table)
        work(once=True, inline=True)
        return Import.unscoped.get(pk=number)

    return bring_files


def checked(company: Company, row: Import) -> Import:
    steps.check(company.actor("importer"), row.pk)
    work(once=True, inline=True)
    return Import.unscoped.get(pk=row.pk)


def applied(company: Company, row: Import) -> Import:
    steps.apply(company.actor("importer"), checked(company, row).pk)
    work(once=True, inline=True)
    return Import.unscoped.get(pk=row.pk)


def undone(company: Company, row: Import) -> Import:
    steps.undo(company.actor("importer"), row.pk)
    work(once=True, inline=True)
    return Import.unscoped.get(pk=row.pk)


def test_a_look_says_what_a_file_seems_to_be(bring: Callable[..., Import]) -> None:
    row = bring({"客户.csv": CUSTOMERS.encode("gb18030")})

    part = row.found[0]
    assert (row.state, part["table"], part["about"]["encoding"], part["rows"]) == ("looked", "customers", "gb18030", 5)
    assert part["columns"]["客户编号"] == "customer_id"
    assert part["columns"]["年营业额(万元)"] == "annual_revenue"
    assert part["units"] == {"年营业额(万元)": "万元"}
    assert part["samples"]["客户编号"] == ["C0002", "N1", "N2"]


def test_what_is_good_comes_in_and_what_is_not_is_counted(company: Company, bring: Callable[..., Import]) -> None:
    before = Customer.unscoped.get(code="C0002", organisation=company.organisation)

    row = applied(company, bring({"客户.csv": CUSTOMERS}))

    assert row.state == "imported"
    assert {name: row.counts[name] for name in ("read", "kept", "rejected", "repeated", "added", "updated")} == {
        "read": 5,
        "kept": 3,
        "rejected": 2,
        "repeated": 1,
        "added": 2,
        "updated": 1,
    }
    known = Customer.unscoped.get(pk=before.pk)
    assert (known.name, known.phone, known.industry, known.owner_id) == (
        before.name,
        "13900000002",
        before.industry,
        before.owner_id,
    )
    assert known.annual_revenue == 1_200_000
    assert known.version == before.version + 1
    new = Customer.unscoped.get(code="N1")
    assert new.owner == company.owners["R1"]
    assert new.territory == company.territories["T1"]
    assert Ownership.unscoped.get(customer=new, valid_to=None).source == "import"
    assert Customer.unscoped.get(code="N3").pool == "public"
    assert AuditEntry.unscoped.get(verb="import.apply").after["added"] == 2


def test_taking_back_restores_what_nobody_changed_since(company: Company, bring: Callable[..., Import]) -> None:
    count = Customer.unscoped.count()
    before = Customer.unscoped.get(code="C0002", organisation=company.organisation)
    row = applied(company, bring({"客户.csv": CUSTOMERS}))
    Customer.unscoped.filter(pk=before.pk).update(phone="10086")
    Note.unscoped.create(
        organisation=company.organisation, customer=Customer.unscoped.get(code="N3"), kind="call", at=company.now
    )

    row = undone(company, row)

    known = Customer.unscoped.get(pk=before.pk)
    assert row.state == "undone"
    assert (known.phone, known.annual_revenue) == ("10086", before.annual_revenue)
    assert {name: row.counts[name] for name in ("removed", "restored", "left", "kept_back", "kept_codes")} == {
        "removed": 1,
        "restored": 1,
        "left": 1,
        "kept_back": 1,
        "kept_codes": ["N3"],
    }
    assert Customer.unscoped.count() == count + 1


ORDERS = """订单编号,客户编号,下单日期,金额,行号
O1,C0002,2026-03-05,1200.50,1
O1,C0002,2026-03-05,99,2
O2,C9999,2026-03-06,10,1
"""


def test_orders_alone_refer_to_customers_that_are_there(company: Company, bring: Callable[..., Import]) -> None:
    row = applied(company, bring({"订单.csv": ORDERS}))

    batch = FactBatch.unscoped.get(table="orders")
    assert (batch.rows, batch.brought_by, batch.retired_at) == (2, row, None)
    assert row.problems[0]["code"] == "collect.unknown_reference"
    assert row.counts["added"] == 2


def test_rows_of_facts_that_are_known_do_not_come_twice(company: Company, bring: Callable[..., Import]) -> None:
    applied(company, bring({"订单.csv": ORDERS}))

    same = applied(company, bring({"订单.csv": ORDERS}))
    longer = applied(company, bring({"订单.csv": ORDERS + "O3,C0002,2026-04-01,5,1\n"}))

    assert (same.counts["added"], same.counts["unchanged"]) == (0, 2)
    assert (longer.counts["added"], longer.counts["unchanged"]) == (1, 2)
    assert sum(FactBatch.unscoped.filter(retired_at=None).values_list("rows", flat=True)) == 3


@pytest.fixture
def orders_of(company: Company) -> Callable[[], list[tuple[Any, ...]]]:
    """Orders as they stand: number, line, customer, amount and channel, sorted."""

    def told() -> list[tuple[Any, ...]]:
        names = ["order_id", "line_no", "customer_id", "amount", "channel"]
        rows = [
            row
            for path in files_of(company.organisation.pk).get("orders", ())
            for row in pq.read_table(path).to_pylist()
        ]
        return sorted(tuple(str(row.get(name)) for name in names) for row in rows)

    return told


CORRECTED = (
    ORDERS.replace("1200.50", "1300").replace("2026-03-05,99,", "2026-03-05,99.00,") + "O3,C0002,2026-03-07,5,1\n"
)


def test_cells_of_facts_that_change_are_shown_before_and_corrected(
    company: Company, bring: Callable[..., Import], orders_of: Any, signed_in: Callable[[str], Client]
) -> None:
    applied(company, bring({"orders.csv": ORDERS}))
    row = checked(company, bring({"orders.csv": CORRECTED}))

    found = differences(company.actor("importer"), row.pk, table="orders")
    assert found.counts == {"added": 1, "changed": 1, "unchanged": 1, "skipped": 0, "refusals": 0, "cells": 1}
    (cell,) = found.items
    assert (cell.customer, cell.name, cell.column, cell.before, cell.after) == (
        *("C0002", "O1 · 1", "amount", "1200.5", "1300"),
    )
    client = signed_in("importer")
    page = client.get(f"/customers/import/{row.pk}?step=import").content.decode()
    assert "订单明细：这次导入改变的单元格" in page
    file = client.get(f"/customers/import/{row.pk}/difference/orders").getvalue().decode("utf-8-sig")
    assert file.split("\r\n")[:2] == ["customer_id,row,column,before,after", "C0002,O1 · 1,amount,1200.5,1300"]
    assert client.get(f"/customers/import/{row.pk}/difference/payments").status_code == 404
    assert [float(amount) for *_, amount, _ in orders_of()] == [1200.5, 99]

    row = applied(company, row)

    assert {name: row.counts[name] for name in ("added", "updated", "unchanged", "corrected_in")} == {
        "added": 1,
        "updated": 1,
        "unchanged": 1,
        "corrected_in": {"orders": 1},
    }
    assert [(number, float(amount)) for number, _, _, amount, _ in orders_of()] == [("O1", 1300), ("O1", 99), ("O3", 5)]


def test_corrections_taken_back_leave_what_stood_before(
    company: Company, bring: Callable[..., Import], orders_of: Any
) -> None:
    first = applied(company, bring({"orders.csv": ORDERS}))
    before = orders_of()
    second = applied(
        company, bring({"orders.csv": CORRECTED.replace("C0002,2026-03-05,1300", "C0003,2026-03-05,1300")})
    )
    third = applied(
        company, bring({"orders.csv": "订单编号,客户编号,下单日期,金额,行号,渠道\nO1,C0003,2026-03-05,1400,1,线上\n"})
    )
    assert ("O1", "1", "C0003", "1400", "线上") in [(*row[:3], row[3].split(".")[0], row[4]) for row in orders_of()]

    for row in (first, second):
        with pytest.raises(RefusedError, match="corrected_since") as told:
            steps.undo(company.actor("importer"), row.pk)
        assert told.value.message.params == {"number": row.pk + 1, "file": "orders.csv"}
    undone(company, third)
    with pytest.raises(RefusedError, match="corrected_since"):
        steps.undo(company.actor("importer"), first.pk)
    taken = undone(company, second)

    assert orders_of() == before
    assert (taken.counts["restored"], taken.counts["removed"]) == (1, second.counts["added"])
    assert undone(company, first).counts["removed"] == first.counts["added"] > 0
    assert orders_of() == []


def test_orders_without_line_numbers_are_known_by_their_order_in_the_file(
    company: Company, bring: Callable[..., Import], orders_of: Any
) -> None:
    rows = "订单编号,客户编号,下单日期,金额\nO1,C0002,2026-03-05,10\nO1,C0002,2026-03-05,20\n"
    applied(company, bring({"一月.csv": rows}))

    row = applied(company, bring({"二月.csv": rows.replace("-05,20", "-05,25") + "O2,C0002,2026-04-05,30\n"}))

    assert [float(amount) for *_, amount, _ in orders_of()] == [10, 25, 30]
    assert [row.counts[name] for name in ("added", "updated", "unchanged")] == [1, 1, 1]


def test_rows_without_a_key_do_not_come_twice_and_stay_two_where_they_are_two(
    company: Company, bring: Callable[..., Import]
) -> None:
    visits = "客户编号,时间,类型\nC0002,2026-03-05 10:00,visit\nC0002,2026-03-05 10:00,visit\n"
    applied(company, bring({"拜访.csv": visits}))

    same = applied(company, bring({"拜访.csv": visits + "C0003,2026-03-06 09:00,call\n"}))
    more = applied(company, bring({"拜访.csv": visits + visits.split("\n")[1] + "\n"}))

    assert [(row.counts["added"], row.counts["unchanged"]) for row in (same, more)] == [(1, 2), (1, 2)]


def test_facts_that_another_import_changed_meanwhile_are_made_ready_anew(
    company: Company, bring: Callable[..., Import], orders_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied(company, bring({"orders.csv": ORDERS}))
    slow, quick = (
        checked(company, bring({"a.csv": CORRECTED})),
        checked(company, bring({"b.csv": ORDERS.replace(",99,", ",77,") + "O3,C0002,2026-03-07,5,1\n"})),
    )
    made = facts.ready

    def overtaken(row: Import, *given: Any) -> Any:
        ready = made(row, *given)
        if row.pk == slow.pk and Import.unscoped.get(pk=quick.pk).state == "checked":
            applying.apply_import(company.actor("importer"), quick.pk)
        return ready

    monkeypatch.setattr(facts, "ready", overtaken)

    applying.apply_import(company.actor("importer"), slow.pk)

    assert [float(amount) for *_, amount, _ in orders_of()] == [1300, 99, 5]
    assert Import.unscoped.get(pk=slow.pk).counts["updated"] == 2


def test_facts_taken_back_are_retired_and_may_come_again(company: Company, bring: Callable[..., Import]) -> None:
    undone(company, applied(company, bring({"订单.csv": ORDERS})))
    assert not FactBatch.unscoped.filter(retired_at=None).exists()

    again = applied(company, bring({"订单.csv": ORDERS}))

    assert again.counts["added"] == 2


def test_a_correction_mends_all_cells_that_say_the_same(company: Company, bring: Callable[..., Import]) -> None:
    actor = company.actor("importer")
    row = checked(company, bring({"客户.csv": CUSTOMERS}))
    trouble = next(one for one in row.problems if one["code"] == "collect.bad_money")
    fix = {"table": "customers", "heading": trouble["column"], "value": trouble["value"], "replacement": "12"}

    steps.put_right(actor, row.pk, version=row.version, corrections=[fix])
    row = checked(company, Import.unscoped.get(pk=row.pk))

    assert row.counts["kept"] == 4
    assert row.counts["rejected"] == 1


def test_a_row_can_come_in_without_a_cell_that_is_no_good(company: Company, bring: Callable[..., Import]) -> None:
    row = bring({"客户.csv": CUSTOMERS})
    key = row.found[0]["key"]
    steps.choose(company.actor("importer"), row.pk, version=row.version, choices={key: {"lenient": True}})

    row = applied(company, row)

    kept = Customer.unscoped.get(code="N2", organisation=company.organisation)
    assert (kept.name, kept.annual_revenue) == ("无锡大地纺织有限公司", None)
    assert row.counts["added"] == 3


def test_nothing_is_written_before_the_last_step(company: Company, bring: Callable[..., Import]) -> None:
    count = Customer.unscoped.count()

    row = checked(company, bring({"客户.csv": CUSTOMERS}))

    assert row.state == "checked"
    assert Customer.unscoped.count() == count
    with pytest.raises(RefusedError):
        steps.undo(company.actor("importer"), row.pk)


def test_owners_come_in_with_their_teams(company: Company, bring: Callable[..., Import]) -> None:
    text = "工号,姓名,所属团队编号,年工时\nR1,,TEAM-N,1500\nR9,新人,TEAM-E,800\n"
    row = bring({"owners.csv": text})
    columns = {"工号": "owner_id", "姓名": "name", "所属团队编号": "team_id", "年工时": "capacity_hours"}
    steps.choose(
        company.actor("importer"), row.pk, version=row.version, choices={"0": {"table": "owners", "columns": columns}}
    )

    row = applied(company, Import.unscoped.get(pk=row.pk))

    assert Owner.unscoped.get(code="R1").team == company.owners["TEAM-N"]
    assert Owner.unscoped.get(code="R1").name == "周静"
    assert Owner.unscoped.get(code="R9").capacity_hours == 800
    undone(company, row)
    assert Owner.unscoped.get(code="R1").team == company.owners["TEAM-E"]
    assert not Owner.unscoped.filter(code="R9").exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("customers.exe", b"id\n1\n"),
        ("customers.svg", b"<svg/>"),
        ("customers.xlsx", b"id,name\n1,2\n"),
        ("customers.csv", b"PK\x03\x04rest"),
        ("customers.parquet", b"id,name\n"),
        ("customers.csv", b""),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(bring: Callable[..., Import], name: str, content: bytes) -> None:
    with pytest.raises(InputError):
        bring({name: content})
    assert not Import.unscoped.exists()


def test_a_name_of_a_file_is_only_shown(bring: Callable[..., Import], data_folder: Path) -> None:
    row = bring({"../../etc/客户\x00\u202e.csv": CUSTOMERS})

    assert row.files[0]["name"] == "客户.csv"
    assert [path.parent.name for path in (data_folder / "imports").rglob("*.csv")] == [row.folder]


def test_files_that_had_their_time_go(company: Company, bring: Callable[..., Import], data_folder: Path) -> None:
    row = bring({"客户.csv": CUSTOMERS})
    assert forget_files(company.now) == 0

    assert forget_files(company.now + timedelta(days=41)) == 1
    assert not (data_folder / "imports" / row.folder).exists()
    with pytest.raises(RefusedError):
        steps.check(company.actor("importer"), row.pk)


def test_who_was_erased_does_not_come_back(company: Company, bring: Callable[..., Import]) -> None:
    applied(company, bring({"客户.csv": "客户编号,客户名称\nE1,已删除的人\nE2,另一位\n"}))
    organisation = company.organisation.pk
    bury(organisation, [("customer", digest(organisation, "customer", "E1"))], at=company.now)

    row = applied(company, bring({"客户.csv": "客户编号,客户名称\nE1,又回来了\nE2,另一位先生\n"}))
    orders = applied(
        company, bring({"订单.csv": "订单编号,客户编号,下单日期,金额\nO1,E1,2026-03-05,1\nO2,E2,2026-03-05,1\n"})
    )

    assert (row.counts["skipped"], row.counts["updated"]) == (1, 1)
    assert Customer.unscoped.get(code="E1").name == "已删除的人"
    assert (orders.counts["skipped"], orders.counts["added"]) == (1, 1)


def test_a_full_disk_lets_the_check_rest_until_there_is_space(
    company: Company, bring: Callable[..., Import], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = bring({"客户.csv": CUSTOMERS})
    actor = company.actor("importer")

    def full(*given: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("jiuzhou.adapters.shelves.DiskShelf.put", full)
        run = steps.check(actor, row.pk)
        work(once=True, inline=True)
    resting = Run.unscoped.get(pk=run)
    assert (resting.state, resting.reason["code"]) == ("paused", "jobs.no_space")
    assert Import.unscoped.get(pk=row.pk).state == "looked"

    retry(actor, run)
    work(once=True, inline=True)

    assert Import.unscoped.get(pk=row.pk).state == "checked"


def test_a_check_that_is_cancelled_is_gone_on_with(company: Company, bring: Callable[..., Import]) -> None:
    row = bring({"客户.csv": CUSTOMERS})

    def stop(table: str, rows: int, share: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        check_import(row, advance=stop)

    assert Import.unscoped.get(pk=row.pk).state == "looked"
    assert checked(company, Import.unscoped.get(pk=row.pk)).counts["kept"] == 3


def test_two_do_not_work_on_one_import(company: Company, bring: Callable[..., Import]) -> None:
    row = bring({"客户.csv": CUSTOMERS})
    steps.check(company.actor("importer"), row.pk)

    with pytest.raises(ConflictError):
        steps.check(company.actor("planner"), row.pk)
    with pytest.raises(ConflictError):
        steps.put_right(company.actor("planner"), row.pk, version=row.version, corrections=[])


def test_what_would_change_is_shown_cell_by_cell_before_anything_is_written(
    company: Company, bring: Callable[..., Import]
) -> None:
    Customer.unscoped.filter(code="C0002", organisation=company.organisation).update(phone="10086")
    row = checked(company, bring({"客户.csv": CUSTOMERS}))

    of_planner = differences(company.actor("planner"), row.pk)
    of_importer = differences(company.actor("importer"), row.pk)

    told = {cell.column: (cell.customer, cell.before, cell.after) for cell in of_planner.items}
    assert told == {"phone": ("C0002", "10086", "13900000002"), "annual_revenue": ("C0002", "", "1200000")}
    assert of_planner.counts == {"added": 2, "changed": 1, "unchanged": 0, "skipped": 0, "refusals": 0, "cells": 2}
    assert [cell.before for cell in of_importer.items if cell.column == "phone"] == ["•••"]
    lines = "".join(difference_file(company.actor("planner"), row.pk, "customers")).splitlines()
    assert [line.split(",")[2] for line in lines] == ["column", *(cell.column for cell in of_planner.items)]


def test_one_correction_mends_a_misspelt_city_in_all_rows(company: Company, bring: Callable[..., Import]) -> None:
    rows = "\n".join(f"M{n},客户{n},苏洲市,人民路{n}号" for n in range(1, 6))
    row = checked(company, bring({"客户.csv": f"客户编号,客户名称,城市,地址\n{rows}\n"}))
    doubt = next(one for one in row.problems if one["code"] == "collect.area_unknown")
    assert (doubt["column"], doubt["value"], doubt["near"], doubt["count"]) == ("城市", "苏洲市", "苏州市", 5)

    fix = {"table": "customers", "heading": "城市", "value": "苏洲市", "replacement": "苏州市", "row": None}
    steps.put_right(company.actor("importer"), row.pk, version=row.version, corrections=[fix])
    row = applied(company, row)

    assert [one for one in row.problems if one["code"] == "collect.area_unknown"] == []
    assert set(Customer.unscoped.filter(code__startswith="M").values_list("region_code", flat=True)) == {"320500"}


ADDRESSES = "客户编号,客户名称,地址\nG1,甲公司,江苏省苏州市人民路1号\nG2,乙公司,浙江省杭州市文三路9号\n"


@pytest.fixture
def map_service(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[str]:
    """A map service that knows 人民路; what it was asked."""
    asked: list[str] = []

    def service(name: str, key: str, *, fetch: object = None) -> Callable[[str], GeocodedPoint | None]:
        def answer(text: str) -> GeocodedPoint | None:
            asked.append(text)
            return GeocodedPoint(120.62, 31.31, "gcj02", "exact") if "人民路" in text else None

        return answer

    settings.GEOCODER = "amap"
    monkeypatch.setattr("jiuzhou.adapters.geocoded.geocoder_of", service)
    monkeypatch.setitem(geocoded._SECONDS, "amap", 0.0)
    return asked


def test_a_map_service_is_asked_once_for_each_address_where_the_person_wants_it(
    company: Company, bring: Callable[..., Import], map_service: list[str], signed_in: Callable[[str], Client]
) -> None:
    row = bring({"客户.csv": ADDRESSES})
    assert "再问高德地图" in signed_in("importer").get(f"/customers/import/{row.pk}?step=map").content.decode()
    key = row.found[0]["key"]
    steps.choose(company.actor("importer"), row.pk, version=row.version, choices={key: {"geocode": True}})

    row = applied(company, Import.unscoped.get(pk=row.pk))
    again = bring({"客户.csv": ADDRESSES})
    steps.choose(company.actor("importer"), again.pk, version=again.version, choices={key: {"geocode": True}})
    checked(company, Import.unscoped.get(pk=again.pk))

    known, unknown = (Customer.unscoped.get(code=code) for code in ("G1", "G2"))
    assert (known.location_quality, round(known.lon, 2)) == ("exact", 120.62)
    assert unknown.location_quality != "exact"
    assert len(map_service) == 2
    assert "adapters.geocoded" in [note["code"] for note in row.quality["notes"]]


def test_no_map_service_is_asked_unless_one_is_set_and_wanted(
    company: Company, bring: Callable[..., Import], map_service: list[str], settings: Any
) -> None:
    applied(company, bring({"客户.csv": ADDRESSES}))
    assert map_service == []

    settings.GEOCODER = ""
    row = bring({"客户.csv": ADDRESSES})
    with pytest.raises(InvalidError):
        steps.choose(
            company.actor("importer"),
            row.pk,
            version=row.version,
            choices={row.found[0]["key"]: {"geocode": True}},
        )
