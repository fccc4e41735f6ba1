"""The wizard: a messy file from the upload to the customers, and back, as a person clicks through it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jiuzhou.web.jobs.worker import work
from jiuzhou.web.store.models import Customer, Import, Notice, Run
from web_company import Company

pytestmark = pytest.mark.django_db

MESSY = """客户编号,客户名称,年营业额(万元),纬度,经度,行业
C0002,江苏康明,120,31.3,120.6,医疗
N1,苏州新元医疗有限公司,abc,31.31,120.61,医疗
N2,无锡大地纺织有限公司,abc,31.5,120.3,纺织
N3,常州小河贸易有限公司,8,118.9,32.1,贸易
N1,苏州新元医疗有限公司,5,31.3,120.6,医疗
"""


@pytest.fixture
def importer(signed_in: Callable[[str], Client]) -> Client:
    return signed_in("importer")


def uploaded(client: Client, text: str | bytes = MESSY, name: str = "客户.csv") -> Import:
    content = text if isinstance(text, bytes) else text.encode("gb18030")
    answer = client.post("/customers/import", {"files": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content.decode()
    work(once=True, inline=True)
    return Import.unscoped.latest("pk")


def press(client: Client, row: Import, act: str, /, **fields: object) -> str:
    """Send one of the page's forms, do what it started, and return the page after it."""
    row.refresh_from_db()
    answer = client.post(f"/customers/import/{row.pk}/{act}", {"version": row.version, **fields})
    assert answer.status_code == 302, answer.content.decode()
    work(once=True, inline=True)
    row.refresh_from_db()
    return client.get(answer["Location"]).content.decode()


def checked(client: Client, row: Import) -> str:
    return press(client, row, "choose", then="check")


def test_a_messy_file_passes_through_and_back(importer: Client, company: Company) -> None:
    before = Customer.unscoped.count()
    row = uploaded(importer)

    page = importer.get(f"/customers/import/{row.pk}").content.decode()
    assert "GB18030" in page
    assert re.search(r'<option value="万元" selected>', page)
    page = checked(importer, row)
    assert "应用到 2 行" in page
    assert "对调 1 行的经纬度" in page
    page = press(
        importer, row, "correct", table="customers", heading="年营业额(万元)", value="abc", replacement="12", row=""
    )
    assert "待检查" in page
    press(importer, row, "mend", table="customers", code="collect.swapped_place")
    page = press(importer, row, "check")
    assert (row.counts["kept"], row.counts["repeated"]) == (4, 1)
    assert "先导入 4 行" in page
    assert "苏州市" in importer.get(f"/customers/import/{row.pk}?step=place").content.decode()
    page = press(importer, row, "apply")
    assert (row.state, Customer.unscoped.count()) == ("imported", before + 3)
    assert Customer.unscoped.get(code="N1").annual_revenue == 120_000
    page = press(importer, row, "undo")
    assert (row.state, Customer.unscoped.count()) == ("undone", before)
    assert "已撤销" in importer.get("/customers/import").content.decode()


def test_the_error_file_comes_back_and_touches_only_its_rows(importer: Client) -> None:
    row = uploaded(importer)
    checked(importer, row)
    press(importer, row, "apply")
    untouched = Customer.unscoped.get(code="C0002", organisation=row.organisation_id).version
    answer = importer.get(f"/customers/import/{row.pk}/errors/customers")
    text = answer.content.decode("utf-8-sig")
    assert text.splitlines()[0].endswith('"行号","问题列","错误代码","原因","建议","导入编号"')
    assert answer["Content-Disposition"].startswith("attachment")

    mended = uploaded(importer, text.replace('"abc"', '"9"').encode(), "错误行.csv")
    checked(importer, mended)
    press(importer, mended, "apply")

    assert mended.mends == row
    assert (mended.counts["added"], mended.counts["updated"]) == (1, 1)
    assert Customer.unscoped.get(code="N2").annual_revenue == 90_000
    assert Customer.unscoped.get(code="C0002", organisation=row.organisation_id).version == untouched


def test_one_row_is_mended_in_its_place(importer: Client) -> None:
    row = uploaded(importer)
    checked(importer, row)

    page = importer.get(f"/customers/import/{row.pk}?step=check&rows=customers").content.decode()
    assert "改这一行" in page
    press(importer, row, "correct", table="customers", heading="年营业额(万元)", value="", replacement="3", row="4")
    press(importer, row, "check")

    assert row.counts["kept"] == 3


def test_another_table_is_looked_at_anew(importer: Client) -> None:
    row = uploaded(importer, "产品编号,品名,单价\nP1,试剂,12\n", "清单.csv")

    press(importer, row, "choose", **{"0-table": "products"})

    assert row.choices["0"]["columns"] == {"产品编号": "product_id", "品名": "name", "单价": "unit_price"}


def test_a_mapping_is_remembered_by_the_shape_of_the_file(importer: Client) -> None:
    first = uploaded(importer, "代号甲,客户名称\nX1,甲\n")
    press(importer, first, "choose", **{"0-column-0": "customer_id", "0-column-1": "name"})

    second = uploaded(importer, "代号甲,客户名称\nX2,乙\n", "another.csv")

    assert second.choices["0"]["columns"] == {"代号甲": "customer_id", "客户名称": "name"}


def test_a_column_that_must_be_there_is_asked_for(importer: Client) -> None:
    row = uploaded(importer, "公司,电话\n甲,1\n")

    page = importer.get(f"/customers/import/{row.pk}").content.decode()
    answer = importer.post(f"/customers/import/{row.pk}/choose", {"version": row.version, "then": "check"})

    assert "还缺“客户编号”" in page
    assert answer.status_code == 422


def test_what_cells_hold_is_shown_as_text(importer: Client) -> None:
    row = uploaded(
        importer, '客户编号,客户名称,年营业额\nA1,<script>alert(1)</script>,"""><img src=x onerror=alert(1)>"\n'
    )
    page = importer.get(f"/customers/import/{row.pk}").content.decode() + checked(importer, row)

    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_the_same_files_again_say_when_they_came_and_change_nothing(importer: Client) -> None:
    row = uploaded(importer)
    checked(importer, row)
    press(importer, row, "apply")

    again = uploaded(importer)
    page = checked(importer, again)
    press(importer, again, "apply")

    assert "再导入一次不会重复" in page
    assert "&lt;time" not in page
    assert (again.counts["added"], again.counts["updated"], again.counts["unchanged"]) == (0, 0, 2)


def test_an_import_that_a_later_one_corrected_is_not_taken_back_and_says_why_on_its_page(importer: Client) -> None:
    orders = "订单编号,行号,客户编号,下单日期,金额\nO1,1,C0002,2026-03-05,120\n"
    rows = []
    for name, text in (("first.csv", orders), ("second.csv", orders.replace("120", "130"))):
        rows.append(uploaded(importer, text, name))
        checked(importer, rows[-1])
        before = importer.get(f"/customers/import/{rows[-1].pk}?step=import").content.decode()
        after = press(importer, rows[-1], "apply")

    assert "现有内容" in before
    assert "导入前" in after
    refused = press(importer, rows[0], "undo")
    assert f"之后的导入 {rows[1].pk}“second.csv”更正了这次导入带来的记录。" in refused
    assert rows[0].state == "imported"
    assert "删除这次新增的 0 条记录" in press(importer, rows[1], "undo")
    assert "删除这次新增的 1 条记录" in press(importer, rows[0], "undo")


def test_an_import_and_what_follows_it_leave_one_notice(importer: Client, company: Company) -> None:
    row = uploaded(importer)
    checked(importer, row)
    press(importer, row, "apply")
    while Run.unscoped.filter(state="queued").exists():
        work(once=True, inline=True)

    assert Run.unscoped.filter(kind="scores.renew", state="succeeded").exists()
    notices = Notice.unscoped.filter(user=company.people["importer"])
    assert [(notice.code, "客户.csv" in str(notice.params)) for notice in notices] == [("jobs.notice_succeeded", True)]


def test_a_formula_in_the_error_file_is_text(importer: Client) -> None:
    row = uploaded(importer, "客户编号,客户名称,年营业额\nA1,=cmd|x,abc\n")
    checked(importer, row)

    text = importer.get(f"/customers/import/{row.pk}/errors/customers").content.decode("utf-8-sig")

    assert "'=cmd|x" in text


@pytest.mark.parametrize("person", ["rep", "team_lead", "auditor"])
def test_who_may_not_import_sees_nothing_of_it(signed_in: Callable[[str], Client], person: str) -> None:
    client = signed_in(person)

    assert client.get("/customers/import").status_code in (403, 302)
    assert "导入记录" not in client.get("/customers/", follow=True).content.decode()
