"""Files as companies have them: encodings, separators, workbooks, Parquet, Chinese names."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from jiuzhou.adapters.sources.csv_files import csv_source
from jiuzhou.adapters.sources.mappings import read_wishes
from jiuzhou.adapters.sources.parquet_files import parquet_source
from jiuzhou.adapters.sources.places import read_sources, whole_table
from jiuzhou.collect import BrokenRow, RawTable, Wishes
from jiuzhou.kernel.errors import BookError

TEXT = "客户编号,名称\n001,朱镕基\n002,𠮷野家，上海\n"
WHOLE = [{"客户编号": "001", "名称": "朱镕基"}, {"客户编号": "002", "名称": "𠮷野家，上海"}]


def read_csv(path: Path) -> RawTable:
    return whole_table(csv_source(path, "customers", path.parent))


def read_workbook(path: Path) -> dict[str, RawTable]:
    return read_sources(path)[1]


def read_parquet(path: Path) -> RawTable:
    return whole_table(parquet_source(path))


def written(folder: Path, content: bytes, name: str = "customers.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding_we_promise_gives_the_same_text(tmp_path: Path, encoding: str) -> None:
    raw = read_csv(written(tmp_path, TEXT.encode(encoding)))

    assert raw.table.to_pylist() == WHOLE
    assert raw.rows().tolist() == [2, 3]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("id,name\n1,María", "latin-1"),
        ("a,b\n1,é", "cp1252"),
    ],
)
def test_another_encoding_is_refused_and_never_becomes_nonsense(tmp_path: Path, text: str, encoding: str) -> None:
    with pytest.raises(BookError, match=r"adapters\.unknown_encoding"):
        read_csv(written(tmp_path, text.encode(encoding)))


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_told_from_the_heading(tmp_path: Path, separator: str) -> None:
    content = f'customer_id{separator}"name;,\t"\nC1{separator}x\n'

    assert read_csv(written(tmp_path, content.encode())).table["customer_id"].to_pylist() == ["C1"]


def test_rows_that_do_not_fit_are_kept_aside_under_their_numbers(tmp_path: Path) -> None:
    content = 'a,b\n\n1\n2,"x\ny"\n9,9,9\n3,z\n'

    raw = read_csv(written(tmp_path, content.encode()))

    assert raw.broken == (BrokenRow(3, ("1",)), BrokenRow(5, ("9", "9", "9")))
    assert list(zip(raw.rows().tolist(), raw.table["b"].to_pylist(), strict=True)) == [(2, ""), (4, "x\ny"), (6, "z")]


def test_a_separator_behind_every_row_does_no_harm(tmp_path: Path) -> None:
    raw = read_csv(written(tmp_path, b"a,b\n1,2,\n3,4,\n"))

    assert raw.table.to_pylist() == [{"a": "1", "b": "2"}, {"a": "3", "b": "4"}]
    assert raw.broken == ()


@pytest.mark.parametrize("content", ['a,b\n1,"un\n2,3\n4,5', 'a,b,c\n1,"un\n2,3,4\n4,5,6\n'])
def test_a_quotation_mark_that_is_never_closed_is_named_by_its_row(tmp_path: Path, content: str) -> None:
    with pytest.raises(BookError, match=r"adapters\.open_quote") as caught:
        read_csv(written(tmp_path, content.encode()))
    assert caught.value.message.params["row"] == 2


def test_a_formula_made_text_on_export_comes_back_as_it_was(tmp_path: Path) -> None:
    raw = read_csv(written(tmp_path, b"a,b\n1,'=1+1\n2,'tis\n3,'-x\n4,=1\n"))

    assert raw.table["b"].to_pylist() == ["=1+1", "'tis", "-x", "=1"]


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


def test_a_workbook_is_read_by_its_sheets_with_a_title_above_the_heading(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "公司数据.xlsx",
        {
            "客户": [
                ["客户清单"],
                [],
                ["客户编号", "名称", "创建时间", "潜力"],
                ["007", "甲", datetime.fromisoformat("2024-03-05T14:00"), 0.1 + 0.2],
                [],
                [8, True, 45356, 1234.5],
            ],
            "说明": [["随便写写"]],
        },
    )

    raw = read_workbook(path)["customers"]

    assert raw.serial_days
    assert raw.rows().tolist() == [4, 5, 6]
    assert raw.table.to_pylist()[0] == {
        "客户编号": "007",
        "名称": "甲",
        "创建时间": "2024-03-05 14:00:00",
        "潜力": "0.3",
    }
    assert raw.table.to_pylist()[2] == {"客户编号": "8", "名称": "true", "创建时间": "45356", "潜力": "1234.5"}


def test_a_workbook_with_one_sheet_may_carry_the_tables_name(tmp_path: Path) -> None:
    path = workbook(tmp_path / "客户.xlsx", {"Sheet1": [["customer_id"], ["C1"]], "Sheet2": []})

    assert read_workbook(path)["customers"].table["customer_id"].to_pylist() == ["C1"]


def test_one_far_cell_is_refused_before_the_reader_sees_it(tmp_path: Path) -> None:
    for column, code in ((16383, "adapters.too_many_columns"), (100, "adapters.too_many_cells")):
        path = tmp_path / "客户.xlsx"
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet("客户")
            sheet.write(0, 0, "customer_id")
            sheet.write(1_048_575, column, 1)
        with pytest.raises(BookError) as caught:
            read_workbook(path)
        assert caught.value.code == code


def test_a_workbook_that_unpacks_to_far_more_than_it_weighs_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "客户.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<a>" + b" " * (20 << 20))
    with pytest.raises(BookError, match=r"adapters\.file_too_large"):
        read_workbook(path)


def test_a_workbook_with_entities_of_its_own_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "客户.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname">]><a>&b;</a>')
    with pytest.raises(BookError, match=r"adapters\.no_workbook"):
        read_workbook(path)


def test_parquet_keeps_its_types_and_counts_records_from_one(tmp_path: Path) -> None:
    table = pa.table({"customer_id": [1, 2], "created_at": [date(2024, 3, 5), None], "needs": [["a"], []]})
    pq.write_table(table, tmp_path / "customers.parquet")

    raw = read_parquet(tmp_path / "customers.parquet")

    assert raw.table.equals(table)
    assert raw.rows().tolist() == [1, 2]


def test_parquet_with_records_in_its_cells_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"customer_id": ["C1"], "more": [{"a": 1}]}), tmp_path / "customers.parquet")
    with pytest.raises(BookError, match=r"adapters\.unsupported_type"):
        read_parquet(tmp_path / "customers.parquet")


def test_parquet_is_refused_by_the_rows_it_declares(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jiuzhou.adapters.sources.parquet_files.MAX_ROWS", 1)
    pq.write_table(pa.table({"customer_id": ["C1", "C2"]}), tmp_path / "customers.parquet")
    with pytest.raises(BookError, match=r"adapters\.too_many_rows"):
        read_parquet(tmp_path / "customers.parquet")


def test_a_folder_may_mix_forms_and_languages_and_hold_other_files(tmp_path: Path) -> None:
    written(tmp_path, TEXT.encode("gb18030"), "客户.csv")
    pq.write_table(pa.table({"product_id": ["P1"]}), tmp_path / "Products.parquet")
    workbook(tmp_path / "互动.xlsx", {"拜访记录": [["customer_id", "at", "kind"], ["001", "2024-01-01", "visit"]]})
    workbook(tmp_path / "notes.xlsx", {"Sheet1": [["nothing"]]})
    written(tmp_path, b"hello", "README.txt")
    written(tmp_path, b"a,b\n1,2", "other.csv")
    (tmp_path / "rejects").mkdir()
    written(tmp_path / "rejects", b"x", "customers.csv")
    written(tmp_path, b'zone = "Europe/Berlin"\nas_of = 2024-03-05\n', "book.toml")

    settings, sources = read_sources(tmp_path)

    assert list(sources) == ["customers", "products", "interactions"]
    assert (settings.zone, settings.as_of) == ("Europe/Berlin", date(2024, 3, 5))


def test_single_files_are_sources_too(tmp_path: Path) -> None:
    customers = written(tmp_path, b"customer_id\nC1\n", "customers.csv")
    owners = written(tmp_path, b"owner_id\tname\nR1\tx\n", "负责人.tsv")

    assert list(read_sources(customers, owners)[1]) == ["customers", "owners"]


def test_a_mapping_names_tables_in_either_language(tmp_path: Path) -> None:
    path = written(tmp_path, '["订单"]\ninvoice = "order_id"\n'.encode(), "mapping.toml")

    assert read_wishes(path) == Wishes({"orders": {"invoice": "order_id"}})


def test_a_mapping_says_units_and_switches_too(tmp_path: Path) -> None:
    text = 'lenient = true\n["订单"]\n"成交" = "amount"\n[units."订单"]\n"成交" = "万元"\n'
    found = read_wishes(written(tmp_path, text.encode(), "mapping.toml"))
    assert found == Wishes({"orders": {"成交": "amount"}}, {"orders": {"成交": "万元"}}, lenient=True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[units.orders]\na = "斤"\n', "adapters.unknown_unit"),
        ("units = 3\n", "adapters.bad_mapping"),
        ("orders = 3\n", "adapters.bad_mapping"),
        ('lenient = "ja"\n', "adapters.bad_switch"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_told_so(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(BookError, match=code):
        read_wishes(written(tmp_path, text.encode(), "mapping.toml"))
