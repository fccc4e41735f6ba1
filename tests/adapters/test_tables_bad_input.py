"""Every way in which input can be no Book: one clear line in either language, and the exit code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from jiuzhou.adapters.books import collect_folder, read_book
from jiuzhou.adapters.rejects import suggestion_of
from jiuzhou.adapters.texts import LANGS, catalogue, render
from jiuzhou.kernel.column import Kind
from jiuzhou.kernel.errors import JiuzhouError
from jiuzhou.kernel.message import say

GOOD = b"customer_id,name\nC1,x\n"

BAD: Mapping[str, tuple[dict[str, bytes], str, tuple[str, ...]]] = {
    "an empty folder": ({}, "adapters.not_a_book", ("customers.csv",)),
    "a folder of other things": ({"photo.jpg": b"x", "a.csv": b"q"}, "adapters.not_a_book", ("photo.jpg",)),
    "no customers": ({"orders.csv": b"order_id\n1\n"}, "collect.missing_table", ("customers", "orders.csv")),
    "an empty file": ({"customers.csv": b""}, "adapters.empty_file", ("customers.csv",)),
    "an empty workbook": ({"customers.xlsx": b""}, "adapters.empty_file", ("customers.xlsx",)),
    "an empty parquet": ({"customers.parquet": b""}, "adapters.empty_file", ("customers.parquet",)),
    "only blank lines": ({"customers.csv": b"\n \n\n"}, "adapters.empty_file", ("customers.csv",)),
    "only a heading": ({"customers.csv": b"customer_id\n"}, "collect.empty_table", ("customers.csv",)),
    "no required column": (
        {"customers.csv": b"nom\nx\n"},
        "collect.missing_column",
        ("customers.csv", "customer_id", "nom", "1"),
    ),
    "a required column misspelt": (
        {"客户.csv": b"custmer_id\nx\n"},
        "collect.missing_column_near",
        ("客户.csv", "custmer_id", "customer_id"),
    ),
    "two columns for one": (
        {"customers.csv": "客户编号,客户ID\n1,2\n".encode()},
        "collect.two_columns",
        ("customers.csv", "客户编号", "客户ID"),
    ),
    "a heading twice": (
        {"customers.csv": b"customer_id,a,a\n1,2,3\n"},
        "collect.heading_twice",
        ("customers.csv", "a"),
    ),
    "latitude without longitude": (
        {"customers.csv": b"customer_id,lat\n1,2\n"},
        "collect.half_place_columns",
        ("customers.csv", "lat", "lon"),
    ),
    "all customers bad": (
        {"customers.csv": b"customer_id,lat,lon\nC1,121,31\n"},
        "collect.no_customers",
        ("customers.csv", "2", "lat", "121"),
    ),
    "another encoding": ({"customers.csv": "id,é\n1,ü\n".encode("latin-1")}, "adapters.unknown_encoding", ("UTF-8",)),
    "an open quotation mark": ({"customers.csv": b'customer_id,b\n1,"x\n2,y\n'}, "adapters.open_quote", ("2",)),
    "no real workbook": ({"customers.xlsx": b"hello"}, "adapters.no_workbook", ("customers.xlsx", ".xlsx")),
    "no real parquet": ({"customers.parquet": b"hello, world"}, "adapters.unreadable_table", ("customers.parquet",)),
    "an old workbook": ({"customers.xls": b"x"}, "adapters.old_workbook", ("customers.xls",)),
    "a table twice": (
        {"customers.csv": GOOD, "客户.csv": GOOD},
        "adapters.table_twice",
        ("customers.csv", "客户.csv"),
    ),
    "a table's name misspelt": (
        {"customers.csv": GOOD, "ordres.csv": b"a\n1\n"},
        "adapters.unknown_table_file",
        ("ordres.csv", "orders.csv"),
    ),
    "a broken book.toml": ({"customers.csv": GOOD, "book.toml": b"zone = "}, "adapters.no_toml", ("book.toml",)),
    "a setting misspelt": (
        {"customers.csv": GOOD, "book.toml": b'zoen = "x"'},
        "adapters.unknown_book_setting",
        ("zoen", "zone"),
    ),
    "a zone that is none": (
        {"customers.csv": GOOD, "book.toml": b'zone = "Asia/Atlantis"'},
        "kernel.unknown_zone",
        ("Asia/Atlantis",),
    ),
    "a currency that is none": (
        {"customers.csv": GOOD, "book.toml": b"currency = 5"},
        "kernel.bad_book_setting",
        ("currency", "5"),
    ),
    "a day that is none": (
        {"customers.csv": GOOD, "book.toml": b'as_of = "soon"'},
        "adapters.bad_as_of",
        ("as_of", "soon"),
    ),
    "a newer format": (
        {"customers.csv": GOOD, "book.toml": b"version = 99"},
        "adapters.other_format",
        ("book.toml", "99"),
    ),
}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", BAD)
def test_what_is_no_book_is_refused_in_one_line_that_names_the_place(tmp_path: Path, name: str, lang: str) -> None:
    files, code, named = BAD[name]
    for file, content in files.items():
        (tmp_path / file).write_bytes(content)

    with pytest.raises(JiuzhouError) as caught:
        read_book(tmp_path)

    sentence = render(caught.value.message, lang)  # type: ignore[arg-type]
    assert caught.value.code == code
    assert caught.value.exit_code == 2
    assert [word for word in named if word not in sentence] == []
    assert "\n" not in sentence
    assert sentence[-1] in ".。"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(files)


def test_a_path_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JiuzhouError, match=r"adapters\.no_such_path"):
        read_book(tmp_path / "nil")


def test_a_file_that_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "customers.pdf").write_bytes(b"x")
    with pytest.raises(JiuzhouError, match=r"adapters\.unknown_ending"):
        read_book(tmp_path / "customers.pdf")


def sound_files(folder: Path) -> dict[str, bytes]:
    pq.write_table(pa.table({"customer_id": ["C1", "客户"], "potential": [1.5, None]}), folder / "customers.parquet")
    with xlsxwriter.Workbook(str(folder / "customers.xlsx")) as book:
        book.add_worksheet("客户").write_row(0, 0, ["customer_id", "name"])
    (folder / "customers.csv").write_text('customer_id,名称,纬度,经度\nC1,"甲",31.2,121\n', "utf-8")
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_damaged_file_is_read_or_refused_and_never_brings_the_reader_down(tmp_path: Path) -> None:
    rng = np.random.default_rng(20)
    told: list[str] = []
    for name, content in sound_files(tmp_path).items():
        for _ in range(40):
            damaged = np.frombuffer(content, np.uint8).copy()
            damaged[rng.integers(0, len(damaged), 3)] = rng.integers(0, 256, 3)
            (tmp_path / name).write_bytes(damaged.tobytes())
            try:
                collect_folder(tmp_path / name)
            except JiuzhouError as error:
                told.append(render(error.message, "zh"))

    assert len(told) > 40
    assert [sentence for sentence in told if "\n" in sentence] == []


REASONS = (
    *("ragged_row", "missing_value", "unknown_choice", "out_of_range", "too_small", "too_large", "swapped_place"),
    *("no_place", "half_place", "ends_before_start", "other_currency", "rejected_reference", "unknown_reference"),
    *("shared_name", "duplicate_key"),
)
DOUBTS = (
    *("no_rate", "region_several", "region_elsewhere", "address_unsure"),
    *("point_zero", "point_swapped", "point_elsewhere", "geocode_unknown", "geocode_not_asked", "area_unknown"),
)


@pytest.mark.parametrize("lang", LANGS)
def test_every_reason_has_its_suggestion(lang: str) -> None:
    sentences = catalogue(lang)  # type: ignore[arg-type]
    given = {f"collect.bad_{kind}" for kind in Kind} | {f"collect.{name}" for name in (*REASONS, *DOUBTS)}
    reasons = {code.removesuffix("_fix") for code in sentences if code.startswith("collect.") and code.endswith("_fix")}

    assert reasons == given
    assert reasons <= set(sentences)
    near = suggestion_of(say("collect.unknown_reference", value="17", near="0017", file="客户.csv"))
    assert "0017" in render(near, lang)  # type: ignore[arg-type]
