"""The labelled addresses are well formed and have not been touched."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from jiuzhou.geo.divisions import Division, divisions, maps_available

FILE = Path(__file__).with_name("labelled_addresses.tsv")
FROZEN = "955c27df742361f47b82058201872293292eb1fa96adcea5c9c15a8f62a88c89"
KINDS = {
    "full",
    "no_suffix",
    "level_missing",
    "short_form",
    "development_zone",
    "old_name",
    "messy",
    "pinyin_mix",
    "long_name",
    "street_trap",
}
NOT_SURE = "?"
WITHOUT_COUNTIES = {"441900", "442000", "460400", "620200"}
FIRST_MADE_UP = "90"

built = pytest.mark.skipif(not maps_available(), reason="this installation was built without map files")


class Row(NamedTuple):
    kind: str
    address: str
    adcode: str
    note: str


@cache
def labelled() -> tuple[Row, ...]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        heading, *rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True)
    assert tuple(heading) == Row._fields
    return tuple(Row(*row) for row in rows)


def label_of(row: Row) -> Division:
    found = divisions().by_code.get(row.adcode)
    assert found is not None, row
    return found


def sure() -> tuple[Row, ...]:
    return tuple(row for row in labelled() if row.adcode != NOT_SURE)


def test_the_labelled_addresses_are_frozen() -> None:
    assert hashlib.sha256(FILE.read_text(encoding="utf-8").encode()).hexdigest() == FROZEN


def test_there_are_enough_addresses_of_each_of_the_ten_kinds() -> None:
    kinds = Counter(row.kind for row in labelled())

    assert set(kinds) == KINDS
    assert min(kinds.values()) >= 36
    assert len(labelled()) >= 360


def test_no_address_stands_twice_or_between_blanks() -> None:
    addresses = [row.address for row in labelled()]

    assert not [address for address, times in Counter(addresses).items() if times > 1]
    assert all(field == field.strip() for row in labelled() for field in row)
    assert all(address and address.isprintable() for address in (text.replace("\u3000", " ") for text in addresses))


def test_every_label_is_six_digits_or_says_that_nothing_is_sure() -> None:
    assert not [row for row in sure() if not re.fullmatch(r"[1-9]\d{5}", row.adcode)]
    assert not [row for row in labelled() if row.adcode == NOT_SURE and not row.note]


def test_the_page_about_the_addresses_counts_them_rightly() -> None:
    page = FILE.with_suffix(".md").read_text(encoding="utf-8")
    kinds = Counter(row.kind for row in labelled())

    assert re.findall(r"^\| (\w+) \| (\d+) \|", page, re.MULTILINE) == [(kind, str(n)) for kind, n in kinds.items()]
    assert f"{len(labelled())} invented addresses" in page


@built
def test_every_label_is_a_division_in_force() -> None:
    tree = divisions()

    assert not [row for row in sure() if row.adcode not in tree.by_code or tree.path(row.adcode) == ()]
    assert not [row for row in sure() if label_of(row).code != getattr(tree.get(row.adcode), "code", None)]


@built
def test_a_label_above_the_district_says_why() -> None:
    tree = divisions()
    above = [row for row in sure() if label_of(row).level != "district" and tree.children(row.adcode)]

    assert not [row for row in above if not row.note]
    assert len(above) < len(labelled()) // 5


@built
def test_no_label_is_a_code_that_only_some_lists_have() -> None:
    districts = [row for row in sure() if label_of(row).level == "district"]

    assert not [row for row in districts if row.adcode[4:] >= FIRST_MADE_UP]
    assert not [row for row in districts if label_of(row).parent in WITHOUT_COUNTIES]


@built
def test_the_addresses_cover_every_province() -> None:
    assert {row.adcode[:2] for row in sure()} == {division.code[:2] for division in divisions().of_level("province")}
