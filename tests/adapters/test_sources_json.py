"""JSON lines and lists: every digit kept, every bad line aside, in blocks of any size."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.adapters.sources.json_lines import json_source
from jiuzhou.adapters.sources.places import read_sources, whole_table
from jiuzhou.collect import BrokenRow, RawTable
from jiuzhou.kernel.errors import BookError


def read(folder: str | Path, content: str | bytes, block_bytes: int = 1 << 20) -> RawTable:
    path = Path(folder) / "customers.jsonl"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return whole_table(json_source(path, Path(folder), block_bytes=block_bytes))


@pytest.mark.parametrize("block_bytes", [1, 40, 1 << 20])
def test_lines_become_rows_and_bad_ones_are_kept_aside_under_their_numbers(tmp_path: Path, block_bytes: int) -> None:
    lines = ['{"id":1,"名":"甲"}', "", "{oops", '{"id":2,"new":true}', "[1]", '{"id":1,"id":2}', '{"id":"\\ud800"}']

    raw = read(tmp_path, "\n".join(lines), block_bytes)

    assert raw.table.column_names == ["id", "名", "new"]
    assert raw.table["id"].to_pylist() == ["1", None, "2"]
    assert raw.table["new"].to_pylist() == [None, None, "true"]
    assert raw.rows().tolist() == [1, 2, 4]
    assert raw.broken == tuple(BrokenRow(number, (lines[number - 1],)) for number in (3, 5, 6, 7))


def test_no_digit_is_lost_and_inner_objects_are_flattened_once(tmp_path: Path) -> None:
    row = '{"a":0.10,"b":12345678901234567890,"c":NaN,"at":{"city":"沪","no":1.50},"l":["x",1.0],"g":{"t":[[1.5]]}}'

    raw = read(tmp_path, row)

    assert raw.table.to_pylist() == [
        {
            "a": "0.10",
            "b": "12345678901234567890",
            "c": "NaN",
            "at.city": "沪",
            "at.no": "1.50",
            "l": '["x", 1.0]',
            "g": '{"t": [[1.5]]}',
        }
    ]


def test_a_list_of_objects_is_read_like_lines(tmp_path: Path) -> None:
    raw = read(tmp_path, '\ufeff [ {"a": 1,\n "b": "x\\ny"},\r\n{"a": 2}, 3 ] ')

    assert raw.table.to_pylist() == [{"a": "1", "b": "x\ny"}, {"a": "2", "b": None}]
    assert raw.broken == (BrokenRow(3, ("3",)),)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("[]", "adapters.empty_file"),
        ("", "adapters.empty_file"),
        ("hello", "adapters.no_objects"),
        ('[{"a":1},{"a"', "adapters.no_objects"),
        ("[" * 100_000, "adapters.no_objects"),
        ('{"a":' * 100_000, "adapters.no_objects"),
        ('{"a.b":1,"a":{"b":2}}', "adapters.no_objects"),
        (json.dumps({str(number): 1 for number in range(501)}), "adapters.too_many_columns"),
    ],
)
def test_what_holds_no_objects_is_refused(tmp_path: Path, content: str, code: str) -> None:
    with pytest.raises(BookError) as caught:
        read(tmp_path, content)
    assert caught.value.code == code


PLAIN = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
ROWS = st.lists(st.dictionaries(st.sampled_from(["a", "b", "名称", ""]), PLAIN, min_size=1), min_size=1, max_size=8)


@given(ROWS, st.sampled_from(["utf-8", "utf-16", "gb18030"]), st.booleans(), st.integers(1, 60), st.booleans())
@settings(max_examples=100, deadline=None)
def test_any_rows_written_are_read_back(
    rows: list[dict[str, str | None]], encoding: str, is_list: bool, block_bytes: int, ascii_only: bool
) -> None:
    texts = [json.dumps(row, ensure_ascii=ascii_only) for row in rows]
    with TemporaryDirectory() as folder:
        try:
            raw = read(folder, (json.dumps(rows) if is_list else "\n".join(texts)).encode(encoding), block_bytes)
        except BookError as error:  # too few signs to tell the encoding by: refused, never read wrongly
            if (error.code, encoding) != ("adapters.unknown_encoding", "gb18030"):
                raise
            return

    keys = list(dict.fromkeys(key for row in rows for key in row))
    as_read = [column.to_pylist() for column in raw.table.columns]
    assert as_read == [[row.get(key) for row in rows] for key in keys]
    assert raw.first_row == 1


def test_json_takes_its_place_among_tables(tmp_path: Path) -> None:
    (tmp_path / "客户.jsonl").write_text('{"customer_id":"C1"}\n', "utf-8")
    (tmp_path / "orders.json").write_text('[{"order_id":"O1"}]', "utf-8")
    (tmp_path / "quality.json").write_text("{}", "utf-8")

    assert list(read_sources(tmp_path)[1]) == ["customers", "orders"]
