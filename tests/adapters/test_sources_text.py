"""Text tables in blocks: whatever the encoding, the signs and the size of a block, the same rows come out."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jiuzhou.adapters.sources.csv_files import csv_source
from jiuzhou.adapters.sources.decimals import decimal_of
from jiuzhou.adapters.sources.places import whole_table
from jiuzhou.adapters.sources.records import whole_records
from jiuzhou.collect import RawTable, Source
from jiuzhou.kernel.errors import BookError

SIMPLIFIED = "华东医疗器械有限公司上海浦东新区张江路西安交大附属医院北京朝阳国贸科技股份深圳南山客户名称地址电话"
TRADITIONAL = "華東醫療器械有限公司臺北市信義區國泰世華銀行臺灣積體電路製造高雄市客戶編號名稱地址聯絡電話負責人"
ENCODINGS = {
    **dict.fromkeys(("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"), SIMPLIFIED + TRADITIONAL + "𠮷镕é"),
    **dict.fromkeys(("gbk", "gb18030"), SIMPLIFIED),
    **dict.fromkeys(("big5", "cp950"), TRADITIONAL),
}
STRANGERS = {
    "shift_jis": "株式会社東京都港区六本木顧客番号名前住所電話担当者売上トヨタ自動車ひらがな",
    "euc_jp": "株式会社東京都港区六本木顧客番号名前住所電話担当者売上トヨタ自動車ひらがな",
    "euc_kr": "고객번호이름주소전화번호담당자서울특별시강남구테헤란로삼성전자주식회사",
    "cp1252": "éàèçùêîôûñäöüß",
    "cp1251": "клиентномеримяадрестелефонМоскваулица",
    "koi8-r": "клиентномеримяадрестелефонМоскваулица",
}


def rows_of(signs: str, count: int) -> str:
    """A table of ``count`` rows that walks through ``signs`` in ever new order."""
    cells = ((signs[(i * 7) % len(signs) :] + signs)[: 4 + i % 5] for i in range(count))
    return "id,name\n" + "".join(f"{i},{cell}\n" for i, cell in enumerate(cells))


def opened(folder: str | Path, content: bytes, **options: object) -> Source:
    path = Path(folder) / "customers.csv"
    path.write_bytes(content)
    return csv_source(path, "customers", Path(folder), **options)  # type: ignore[arg-type]


def cells_of(raw: RawTable) -> list[tuple[int, tuple[str, ...]]]:
    columns = [column.to_pylist() for column in raw.table.columns]
    return sorted([*zip(raw.rows().tolist(), zip(*columns, strict=True), strict=True), *map(_aside, raw.broken)])


def _aside(row: object) -> tuple[int, tuple[str, ...]]:
    return row.row, row.cells  # type: ignore[attr-defined]


@pytest.mark.parametrize("count", [12, 60, 20_000])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_text_of_every_encoding_we_read_is_identical(tmp_path: Path, encoding: str, count: int) -> None:
    text = rows_of(ENCODINGS[encoding], count)

    raw = whole_table(opened(tmp_path, text.encode(encoding)))

    assert raw.table["name"].to_pylist() == [line.split(",")[1] for line in text.splitlines()[1:]]


@pytest.mark.parametrize("count", [1, 3, 12, 60, 20_000])
@pytest.mark.parametrize("encoding", STRANGERS)
def test_what_is_not_certain_is_refused_with_how_it_would_begin(tmp_path: Path, encoding: str, count: int) -> None:
    with pytest.raises(BookError, match=r"adapters\.unknown_encoding") as caught:
        opened(tmp_path, rows_of(STRANGERS[encoding], count).encode(encoding))
    preview = str(caught.value.message.params["preview"])
    is_plain = encoding in ("shift_jis", "euc_jp", "euc_kr") and count >= 12
    assert preview in " ".join(rows_of(STRANGERS[encoding], count).split()) or not is_plain


@pytest.mark.parametrize("encoding", STRANGERS)
def test_an_encoding_that_a_person_states_is_taken(tmp_path: Path, encoding: str) -> None:
    text = rows_of(STRANGERS[encoding], 9)

    raw = whole_table(opened(tmp_path, text.encode(encoding), encoding=encoding.replace("koi8-r", "koi8_r")))

    assert "".join(raw.table["name"].to_pylist()) == "".join(line.split(",")[1] for line in text.splitlines()[1:])


def test_an_encoding_stated_wrongly_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BookError, match=r"adapters\.wrong_encoding"):
        opened(tmp_path, b"id,name\n1,\xff\n", encoding="gb18030")
    with pytest.raises(BookError, match=r"adapters\.unknown_codec"):
        opened(tmp_path, b"id\n1\n", encoding="rot13")


def test_the_row_is_named_from_which_on_a_file_changes_its_encoding(tmp_path: Path) -> None:
    mixed = rows_of(SIMPLIFIED, 50).encode() + "51,上海\n".encode("gb18030")
    with pytest.raises(BookError, match=r"adapters\.mixed_encoding") as caught:
        opened(tmp_path, mixed)
    assert caught.value.message.params["row"] == 52


def test_signs_beyond_ascii_far_down_a_file_are_seen(tmp_path: Path) -> None:
    ascii_rows = "".join(f"{i},{'x' * 90}\n" for i in range(15_000))
    text = f"id,name\n{ascii_rows}" + rows_of(SIMPLIFIED, 40).partition("\n")[2]

    raw = whole_table(opened(tmp_path, text.encode("gbk")))

    assert raw.table["name"].to_pylist()[-40:] == [line.split(",")[1] for line in text.splitlines()[-40:]]


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04xx", b"PAR1xx", b"%PDF-1.7", b"\xd0\xcf\x11\xe0", b"\n<!DOCTYPE html><table>"]
)
def test_a_file_of_another_kind_is_told_by_how_it_begins(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(BookError, match=r"adapters\.other_content"):
        opened(tmp_path, content)


CELL = st.text(st.sampled_from([*"ab,;|\t\"\r\n '=+-", "客", "é", "𠮷", "\ufeff", "\u202e", "\u200b"]), max_size=6)
TABLE = st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=8))
WRITTEN = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"])


@given(
    TABLE, WRITTEN, st.sampled_from(",;\t|"), st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.integers(1, 60)
)
@settings(max_examples=150, deadline=None)
def test_any_table_written_is_read_back_whatever_its_form(
    table: list[list[str]], encoding: str, separator: str, quoting: int, block_bytes: int
) -> None:
    width = len(table[0]) if table else 1
    headings = ["客户编号", "客户名称", "联系电话", "联系地址"][:width]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, quoting=quoting).writerows([headings, *table])  # type: ignore[arg-type]

    with TemporaryDirectory() as folder:
        source = opened(folder, out.getvalue().encode(encoding), block_bytes=block_bytes)
        raw = whole_table(source)

    as_read = [
        [cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "\r", "\t") else cell for cell in row]
        for row in table
    ]
    assert source.headings == tuple(headings)
    assert [list(cells) for _, cells in cells_of(raw)] == as_read
    assert raw.rows().tolist() == list(range(2, len(table) + 2))


ODD = st.text('a,"\n\r', max_size=40)


@given(ODD, st.integers(1, 30))
@example('1,5" x\n2,"p\nq"\n3,4\n', 1)
@example('1,"a""\n""b"\n2,c\n', 5)
@example("1,2\r3,4\r\n5,6\r", 3)
@settings(max_examples=200, deadline=None)
def test_blocks_of_any_size_are_the_whole_and_a_mark_gives_its_block_again(text: str, block_bytes: int) -> None:
    content = f"customer_id,name\n{text}".encode()
    with TemporaryDirectory() as folder:
        try:
            whole = cells_of(whole_table(opened(folder, content)))
        except BookError as error:
            with pytest.raises(BookError, match=error.code):
                whole_table(opened(folder, content, block_bytes=block_bytes))
            return
        source = opened(folder, content, block_bytes=block_bytes)
        blocks = list(source.blocks(None))
        again = [next(source.blocks(block.mark)) for block in blocks]
        rest = [block.mark for block in source.blocks(blocks[-1].mark)]

    assert [cell for block in blocks for cell in cells_of(block)] == whole
    assert [cells_of(block) for block in again] == [cells_of(block) for block in blocks]
    assert [block.mark for block in again] == [block.mark for block in blocks]
    assert rest == [blocks[-1].mark]
    assert all(block.mark is not None and block.mark.row == block.first_row for block in blocks)


def test_marks_ascend_to_the_size_of_the_source(tmp_path: Path) -> None:
    source = opened(tmp_path, rows_of(SIMPLIFIED, 500).encode("gb18030"), block_bytes=1000)

    marks = [block.mark for block in source.blocks(None)]

    offsets = [mark.offset for mark in marks if mark is not None]
    assert len(offsets) > 5
    assert offsets == sorted(set(offsets))
    assert source.size > offsets[-1]


def test_a_mark_that_opens_nothing_does_not_move_a_boundary_into_a_cell() -> None:
    assert whole_records(b'1,5" x\n2,"p\nq', ",") == (7, True)
    assert whole_records(b'1,"a"\n2,"p\n', ",") == (6, True)
    assert whole_records(b"1\r2\r", ",") == (2, False)
    assert whole_records(b"", ",") == (0, False)


@pytest.mark.parametrize("block_bytes", [64, 1 << 20])
def test_a_quotation_mark_that_swallows_the_rest_is_named_by_its_row_in_any_block(
    tmp_path: Path, block_bytes: int
) -> None:
    rows = "".join(f"{i},x\n" for i in range(200))
    with pytest.raises(BookError, match=r"adapters\.open_quote") as caught:
        whole_table(opened(tmp_path, f'a,b\n{rows}7,"un\n{rows}'.encode(), block_bytes=block_bytes))
    assert caught.value.message.params["row"] == 202


def test_a_row_without_end_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jiuzhou.adapters.sources.text_blocks.MAX_RECORD", 1000)
    with pytest.raises(BookError, match=r"adapters\.endless_row"):
        whole_table(opened(tmp_path, b"a,b\n1,2\n3," + b"x" * 9000, block_bytes=64))


@pytest.mark.parametrize(
    ("text", "separator", "headings", "first_row"),
    [
        ("sep=;\nid;name\n1;2\n", ";", ("id", "name"), 3),
        ("客户编号|名称\n1|2\n", "|", ("客户编号", "名称"), 2),
        ("客户清单,,\n导出,2024,年\n客户编号,名称,电话\n1,2,3\n", ",", ("客户编号", "名称", "电话"), 4),
        ("公司客户\ncustomer_id,name\n1,2\n", ",", ("customer_id", "name"), 3),
        ("nom,typ\n1,客户\n", ",", ("nom", "typ"), 2),
        ("\ufeff\n\nid\n1\n", ",", ("id",), 4),
        ("a,,b,\n1,,2,\n", ",", ("a", "b"), 2),
        ("a,,b\n1,,2\n1,x,2\n", ",", ("a", "column_2", "b"), 2),
    ],
)
def test_headings_are_found_below_titles_and_between_blanks(
    tmp_path: Path, text: str, separator: str, headings: tuple[str, ...], first_row: int
) -> None:
    source = opened(tmp_path, text.encode())

    assert source.headings == headings
    assert (source.found["separator"], source.found["heading_row"]) == (separator, str(first_row - 1))
    assert next(source.blocks(None)).first_row == first_row


@pytest.mark.parametrize(
    ("cells", "sign"),
    [
        (["1.234,50", "7"], ","),
        (["0,125"], ","),
        (["1.234.567"], ","),
        (["1,234.50", "7"], "."),
        (["3.5", "10"], "."),
        (["1.234,50", "12.5"], ","),
        (["1.234,50", "1,234.50"], None),
        (["1,234", "1.234"], None),
        (["1,5", "1.5"], None),
        (["2024.03.05", "客户", ""], None),
    ],
)
def test_the_decimal_sign_is_found_where_only_one_reading_is_possible(
    tmp_path: Path, cells: list[str], sign: str | None
) -> None:
    source = opened(tmp_path, ("id;amount\n" + "".join(f"C{i};{cell}\n" for i, cell in enumerate(cells))).encode())

    assert source.found.get("decimal") == sign
    assert decimal_of(whole_table(source).table) == sign


def test_odd_texts_pass_unharmed(tmp_path: Path) -> None:
    odd = ["x" * 140_000, "😀‮אב", "a\u200bb", "é", "e\u0301", "007", "a\x00b", "\x1b[31m"]

    raw = whole_table(opened(tmp_path, ("id,name\n" + "".join(f"1,{text}\n" for text in odd)).encode()))

    assert raw.table["name"].to_pylist() == odd


def test_a_giant_cell_in_a_row_that_does_not_fit_is_kept_aside_too(tmp_path: Path) -> None:
    raw = whole_table(opened(tmp_path, f"id,name\n1,{'x' * 140_000},3\n".encode()))

    assert len("".join(raw.broken[0].cells)) > 140_000
