"""Splink finds the pairs: the same ones on one thread and two, and says how to install it where it is missing."""

from __future__ import annotations

import sys

import numpy as np
import pyarrow as pa
import pytest

from jiuzhou.adapters.linking import find_pairs
from jiuzhou.adapters.texts import LANGS, render
from jiuzhou.collect.duplicates import clusters, link_model, marks
from jiuzhou.demo.book import make_book
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.errors import InputError

COPIES = 40


@pytest.fixture(scope="module")
def table() -> pa.Table:
    """500 customers of the demo, then 40 of them as somebody else typed them."""
    made = make_book(customers=500)
    originals = Book.of(made.settings, made.tables).table("customers")
    copies = []
    for at, row in enumerate(originals.slice(0, COPIES).to_pylist()):
        row |= {"customer_id": f"D{at}", "tax_id": None, "region_code": None}
        name = row["name"].removesuffix("有限公司")
        kind = at % 4
        row["name"] = [name, name.replace("机", "機"), name[:-1] + "岚", name[:2] + "市" + name[2:]][kind]
        row |= {"phone": None} if at % 3 else {"email": None}
        copies.append(row)
    return pa.concat_tables([originals, pa.Table.from_pylist(copies, originals.schema)])


def test_copies_are_found_and_nothing_else_is_merged(table: pa.Table) -> None:
    compared = marks(table)

    model = link_model(compared)

    found = clusters(find_pairs(compared, model), compared, certain=model.certain)

    wanted = {(at, 500 + at) for at in range(COPIES)}
    assert set(found.groups) <= wanted
    assert len(found.groups) >= COPIES - 2


def test_customers_that_are_there_once_are_not_merged(table: pa.Table) -> None:
    bare = {name: pa.nulls(500, pa.string()) for name in ("tax_id", "phone", "email", "address")}
    once = table.slice(0, 500)
    for name, nothing in bare.items():
        once = once.set_column(once.schema.get_field_index(name), name, nothing)
    compared = marks(once)
    model = link_model(compared)

    found = clusters(find_pairs(compared, model), compared, certain=model.certain)

    assert found.groups == ()


def test_a_name_alone_is_for_a_person_to_judge() -> None:
    made = make_book(customers=500)
    customers = Book.of(made.settings, made.tables).table("customers").select(["customer_id", "name"])
    twice = pa.concat_tables([customers, customers.slice(7, 1).set_column(0, "customer_id", pa.array(["D"]))])
    compared = marks(Book.of(made.settings, {"customers": twice}).table("customers"))
    model = link_model(compared)

    found = clusters(find_pairs(compared, model), compared, certain=model.certain)

    assert found.groups == ()
    assert "review" in found.verdict


def test_threads_and_order_change_nothing(table: pa.Table) -> None:
    compared = marks(table)
    model = link_model(compared)

    one = find_pairs(compared, model, threads=1)
    two = find_pairs(compared, model, threads=2, memory_limit="500MB")

    assert one.equals(two)
    turned = find_pairs(marks(table.take(pa.array(np.arange(table.num_rows)[::-1]))), model)
    last = table.num_rows - 1
    assert {
        (last - b, last - a) for a, b in zip(*(turned[side].to_pylist() for side in ("left", "right")), strict=True)
    } == {*zip(*(one[side].to_pylist() for side in ("left", "right")), strict=True)}


def test_no_records_make_no_pairs(table: pa.Table) -> None:
    for rows in (0, 1):
        compared = marks(table.slice(0, rows))
        assert find_pairs(compared, link_model(compared)).num_rows == 0


def test_records_without_any_key_make_no_pairs() -> None:
    customers = Book.of(*_bare()).table("customers")
    compared = marks(customers)

    assert find_pairs(compared, link_model(compared)).num_rows == 0


def _bare() -> tuple[object, dict[str, pa.Table]]:
    made = make_book(customers=1)
    return made.settings, {"customers": pa.table({"customer_id": ["A", "B", "C"]})}


def test_without_splink_one_sentence_says_how_to_get_it(table: pa.Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "splink", None)
    compared = marks(table)

    with pytest.raises(InputError) as refused:
        find_pairs(compared, link_model(compared))

    assert all("jiuzhou[dedupe]" in render(refused.value.message, lang) for lang in LANGS)
