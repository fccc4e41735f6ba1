"""Customers go out as a workbook and come back: what nobody edited changes nothing, what was edited is listed first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from jiuzhou.web.collect.reads.importing.differences import differences
from jiuzhou.web.collect.reads.wanted import Wanted
from jiuzhou.web.collect.reads.workbooks import write_customers_workbook
from jiuzhou.web.collect.writes.importing import steps
from jiuzhou.web.collect.writes.importing.files import Upload
from jiuzhou.web.jobs.worker import work
from jiuzhou.web.problems import ForbiddenError
from jiuzhou.web.store.models import AuditEntry, Customer, Import
from web_company import Company

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scores_rest")]


def imported_again(company: Company, path: Path, kept: Path) -> Import:
    kept.write_bytes(path.read_bytes())
    number = steps.bring(company.actor("planner"), [Upload("客户.xlsx", kept)])
    work(once=True, inline=True)
    steps.check(company.actor("planner"), number)
    work(once=True, inline=True)
    return Import.unscoped.get(pk=number)


def sheet_of(path: Path) -> list[list[Any]]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


def test_a_workbook_that_nobody_edited_changes_nothing(company: Company, tmp_path: Path) -> None:
    first = Customer.unscoped.filter(organisation=company.organisation, deleted_at=None).order_by("pk")[0]
    Customer.unscoped.filter(pk=first.pk).update(
        name="=1+1 公司",
        phone="007",
        products=["A", "B"],
        annual_revenue="1234.5600",
        extra={"店铺数": 12.0, "备注": "甲"},
    )
    Customer.unscoped.update(location_quality="city")
    path = tmp_path / "客户.xlsx"

    count = write_customers_workbook(company.actor("planner"), Wanted(), path, lang="zh")
    row = imported_again(company, path, tmp_path / "kept")

    assert row.counts["rejected"] == 0, row.problems
    told = row.counts["differences"]["customers"]
    assert (told["added"], told["changed"], told["unchanged"], told["skipped"]) == (0, 0, count, 0)


def test_an_edit_comes_back_as_the_one_cell_that_changes(company: Company, tmp_path: Path) -> None:
    Customer.unscoped.update(location_quality="city")
    path = tmp_path / "客户.xlsx"
    write_customers_workbook(company.actor("planner"), Wanted(), path, lang="zh", keys=frozenset({"C0002"}))
    headings, cells = sheet_of(path)
    cells[headings.index("industry")] = "医疗器械"
    with Workbook(path) as book:
        sheet = book.add_worksheet("客户")
        sheet.write_row(0, 0, headings)
        sheet.write_row(1, 0, cells)

    row = imported_again(company, path, tmp_path / "kept")

    cells = differences(company.actor("planner"), row.pk).items
    assert [(cell.customer, cell.column, cell.after) for cell in cells] == [("C0002", "industry", "医疗器械")]


def test_who_may_not_see_how_customers_are_reached_gets_no_such_column(company: Company, tmp_path: Path) -> None:
    path = tmp_path / "客户.xlsx"
    with pytest.raises(ForbiddenError):
        write_customers_workbook(company.actor("importer"), Wanted(), path, lang="zh")

    write_customers_workbook(company.actor("planner"), Wanted(), path, lang="zh")

    headings = sheet_of(path)[0]
    assert {"customer_id", "phone", "address"} <= {*headings}
    assert "tier" not in headings


def test_the_list_sends_it_and_the_ledger_knows(company: Company, signed_in: Callable[[str], Client]) -> None:
    answer = signed_in("team_lead").post("/customers/export", {"query": "", "workbook": "all"})

    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert answer.content[:2] == b"PK"
    assert AuditEntry.unscoped.filter(verb="customer.export").latest("pk").after["rows"] > 0
