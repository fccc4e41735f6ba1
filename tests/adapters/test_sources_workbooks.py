"""Workbooks: opened in a child that may die, read in blocks, with titles, two-row headings and hidden sheets."""

from __future__ import annotations

import csv
import errno
import io
import resource
import time
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.adapters.sources import unpacking
from jiuzhou.adapters.sources.headings import headings_of
from jiuzhou.adapters.sources.limited_child import text_of
from jiuzhou.adapters.sources.places import open_sources, read_sources, whole_table
from jiuzhou.adapters.sources.unpacking import unpack
from jiuzhou.adapters.sources.workbooks import workbook_sources
from jiuzhou.kernel.errors import BookError


def test_two_rows_of_headings_become_one_below_merged_cells(tmp_path: Path) -> None:
    path = tmp_path / "公司.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("联系人")
        sheet.merge_range(0, 1, 0, 5, "联系人一览表")
        sheet.merge_range(2, 1, 3, 1, "联系人编号")
        sheet.merge_range(2, 2, 3, 2, "客户编号")
        sheet.merge_range(2, 3, 2, 4, "联系人")
        sheet.merge_range(2, 5, 2, 6, "其他信息")
        sheet.write_row(3, 3, ["姓名", "电话", "邮箱", "角色"])
        sheet.write_row(4, 1, ["K1", "C1", "李", "138", "l@x.cn", "采购"])

    source = workbook_sources(path, tmp_path)["contacts"]
    block = next(source.blocks(None))

    assert source.headings == ("联系人编号", "客户编号", "联系人 姓名", "电话", "邮箱", "角色")
    assert source.found == {"sheet": "联系人", "heading_row": "4"}
    assert block.rows().tolist() == [5]
    assert [column[0].as_py() for column in block.table.columns] == ["K1", "C1", "李", "138", "l@x.cn", "采购"]


@pytest.mark.parametrize(
    ("rows", "merged", "expected"),
    [
        ([["客户编号", "名称"], ["C1", "甲"]], [], (["客户编号", "名称"], 1)),
        ([["客户编号", "名称"], ["", ""], ["C1", "甲"]], [(0, 0, 1, 0), (0, 1, 1, 1)], (["客户编号", "名称"], 2)),
        ([["客户编号", "说明", ""], ["C1", "甲", ""]], [(0, 1, 0, 2)], (["客户编号", "说明", ""], 1)),
        ([["客户", ""], ["编号", "名称"], ["C1", "甲"]], [(0, 0, 0, 1)], (["编号", "名称"], 2)),
        (
            [["客户编号", "联系人", ""], ["", "姓名", "电话"]],
            [(0, 1, 0, 2)],
            (["客户编号", "联系人 姓名", "联系人 电话"], 2),
        ),
        ([["", ""], ["", " "]], [], None),
    ],
)
def test_only_a_group_above_other_headings_becomes_part_of_them(
    rows: list[list[str]], merged: list[tuple[int, int, int, int]], expected: object
) -> None:
    assert headings_of(rows, merged, "customers") == expected


def test_a_hidden_sheet_is_read_and_said_to_be_hidden(tmp_path: Path) -> None:
    path = tmp_path / "公司.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("说明").write(0, 0, "x")
        hidden = book.add_worksheet("客户")
        hidden.write_row(0, 0, ["customer_id", "name"])
        hidden.write_row(1, 0, ["=1+1", "甲"])
        hidden.hide()

    with open_sources(path) as (_, sources):
        assert sources["customers"].found["hidden"] == "true"
        assert next(sources["customers"].blocks(None)).serial_days


def test_blocks_of_a_sheet_are_its_rows_and_cells_are_as_they_stand(tmp_path: Path) -> None:
    path, odd = tmp_path / "客户.xlsx", ['say "x"', "a\nb", "a\rb", "'=1", " pad ", "逗,号"]
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("客户")
        sheet.write_row(0, 0, ["customer_id", "name", ""])
        for number in range(300):
            sheet.write_row(number + 1, 0, [f"C{number}", odd[number % len(odd)]])

    source = workbook_sources(path, tmp_path, block_bytes=500)["customers"]
    blocks = list(source.blocks(None))

    assert len(blocks) > 5
    assert source.headings == ("customer_id", "name")
    assert whole_table(source).table["name"].to_pylist() == [odd[number % len(odd)] for number in range(300)]
    assert [block.first_row for block in blocks] == [int(block.rows()[0]) for block in blocks]
    assert next(source.blocks(blocks[3].mark)).table.equals(blocks[3].table)


@given(st.lists(st.text(max_size=8), min_size=2, max_size=2))
@settings(max_examples=50, deadline=None)
def test_any_text_survives_the_way_out_of_the_child(cells: list[str]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerow([text_of(cell) for cell in cells])
    assert next(csv.reader(io.StringIO(out.getvalue(), newline=""))) == cells


def test_cells_become_texts_without_loss() -> None:
    given_cells = [True, 8.0, 0.1, 1e20, date(2024, 3, 5), datetime.fromisoformat("2024-03-05T14:00"), None]
    as_text = ["true", "8", "0.1", "1e+20", "2024-03-05", "2024-03-05 14:00:00", ""]
    assert [text_of(cell) for cell in given_cells] == as_text


def far_workbook(path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("客户")
        sheet.write(0, 0, "customer_id")
        sheet.write(1_048_575, 16_383, 1)
    return path


def test_a_far_cell_kills_the_child_and_not_us(tmp_path: Path) -> None:
    path = far_workbook(tmp_path / "客户.xlsx")
    with pytest.raises(BookError, match=r"adapters\.unpacking_failed"):
        unpack(path, tmp_path, lambda names: names)


def test_a_child_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asleep = tmp_path / "asleep.py"
    asleep.write_text("import time\ntime.sleep(60)\n", "utf-8")
    monkeypatch.setattr(unpacking, "_CHILD", asleep)
    monkeypatch.setattr(unpacking, "PATIENCE_SECONDS", 0.1)
    before = time.monotonic()
    with pytest.raises(BookError, match=r"adapters\.unpacking_failed"):
        unpack(far_workbook(tmp_path / "x.xlsx"), tmp_path, lambda names: names)
    assert time.monotonic() - before < 30


def test_a_bomb_is_refused_by_its_directory_and_by_its_bytes_without_memory(tmp_path: Path) -> None:
    honest, lying = tmp_path / "客户.xlsx", tmp_path / "订单.xlsx"
    with (
        zipfile.ZipFile(honest, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(64):
            part.write(b"<row>" + b" " * (1 << 20))
    content = honest.read_bytes()
    size = (64 * ((1 << 20) + 5)).to_bytes(4, "little")
    lying.write_bytes(content.replace(size, (1000).to_bytes(4, "little")))
    assert content.count(size) > 0
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for path, code in ((honest, "adapters.file_too_large"), (lying, "adapters.no_workbook")):
        with pytest.raises(BookError) as caught:
            workbook_sources(path, tmp_path)
        assert caught.value.code == code
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 << 10


XXE = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/hostname"><!ENTITY c "&b;&b;">]>'


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/sharedStrings.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"]
)
def test_entities_in_any_part_are_refused(tmp_path: Path, part: str) -> None:
    sound, hostile = tmp_path / "sound.xlsx", tmp_path / "客户.xlsx"
    with xlsxwriter.Workbook(str(sound)) as book:
        book.add_worksheet("客户").write_row(0, 0, ["customer_id", "name"])
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(hostile, "w") as new:
        for name in old.namelist():
            new.writestr(name, (XXE.encode() if name == part else b"") + old.read(name))
    with pytest.raises(BookError, match=r"adapters\.no_workbook"):
        workbook_sources(hostile, tmp_path)


def test_a_full_disk_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> Path:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr("jiuzhou.adapters.sources.csv_files.as_utf8", full)
    (tmp_path / "customers.csv").write_text("customer_id\nC1\n", "utf-8")
    with pytest.raises(BookError, match=r"adapters\.unreadable_file"):
        read_sources(tmp_path)


@pytest.mark.parametrize(
    ("inside", "code"), [("EncryptedPackage", "adapters.locked_workbook"), ("Workbook", "adapters.old_workbook")]
)
def test_a_locked_workbook_and_one_of_the_old_kind_say_so(tmp_path: Path, inside: str, code: str) -> None:
    path = tmp_path / "客户.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000 + inside.encode("utf-16-le"))
    with pytest.raises(BookError) as caught:
        workbook_sources(path, tmp_path)
    assert caught.value.code == code


def test_what_was_unpacked_vanishes_with_the_context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    with xlsxwriter.Workbook(str(tmp_path / "客户.xlsx")) as book:
        book.add_worksheet("客户").write_row(0, 0, ["customer_id", "name"])

    with open_sources(tmp_path / "客户.xlsx") as (_, sources):
        assert list((tmp_path / "scratch").rglob("*.sheet"))
        assert next(sources["customers"].blocks(None)).table.num_rows == 0

    assert list((tmp_path / "scratch").iterdir()) == []


def test_nothing_is_left_behind_when_reading_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "customers.csv").write_bytes('客户编号,名称\n1,甲\n2,"乙\n'.encode("gb18030"))

    with pytest.raises(BookError, match=r"adapters\.open_quote"):
        read_sources(tmp_path / "customers.csv")

    assert [path.name for path in tmp_path.iterdir()] == ["customers.csv"]
