"""Customers that are there twice: judged with reasons, merged, and taken apart again."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.adapters.texts import LANGS, render
from jiuzhou.collect.duplicates import (
    MERGES,
    PAIRS,
    clusters,
    evidence,
    link_model,
    marks,
    merge_rows,
    merged,
    proposals,
    unmerged,
)
from jiuzhou.collect.duplicates.streets import streets
from jiuzhou.demo.book import make_book
from jiuzhou.demo.credit_code import credit_codes
from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.errors import InputError

CODES = credit_codes(np.full(9, 320_500), np.arange(9)).to_pylist()
ALIKE = {
    "name": "苏州恒信精密机械有限公司",
    "phone": "0512-62881234",
    "email": "li@example.com",
    "address": "人民路8号",
}


def customers(*rows: dict[str, object]) -> pa.Table:
    named = [{"customer_id": f"C{at}", **row} for at, row in enumerate(rows)]
    names = list(dict.fromkeys(name for row in named for name in row))
    table = pa.table({name: pa.array([row.get(name) for row in named]) for name in names})
    return Book.of(BookSettings(), {"customers": table}).table("customers")


def pairs(*found: tuple[int, int, float]) -> pa.Table:
    weights = [weight for *_, weight in found]
    columns = ([left for left, *_ in found], [right for _, right, _ in found], weights)
    return pa.table([*map(pa.array, columns), pa.array([2**w / (1 + 2**w) for w in weights])], names=PAIRS.names).cast(
        PAIRS
    )


def merges(*rows: tuple[str, str]) -> pa.Table:
    return pa.Table.from_pylist(
        [{"survivor_id": a, "merged_id": b, "at": "2026-01-01", "by": "test", "evidence": "[]"} for a, b in rows],
        MERGES,
    )


def test_what_is_written_otherwise_has_the_same_marks() -> None:
    table = marks(
        customers(
            {**ALIKE, "address": "江苏省苏州市高新区人民路8号", "tax_id": CODES[0]},
            {
                "name": "江蘇省恒信精密機械（蘇州）有限公司",
                "phone": "+86 (512) 6288 1234",
                "email": "LI@EXAMPLE.COM",
                "address": "苏州 人民路８＃3楼",
                "tax_id": CODES[0].lower(),
            },
        )
    )

    for name in ("organisation", "phone", "email", "site", "street", "phone_area", "same_organisation"):
        assert table[name][0].as_py() is not None, name
        assert table[name][0] == table[name][1], name


def test_a_key_that_a_crowd_shares_is_no_key() -> None:
    table = marks(customers(*[{"name": f"甲{at}", "email": "info@example.com"} for at in range(31)]))

    assert table["same_email"].null_count == 31
    assert table["email"].null_count == 0


@pytest.mark.parametrize(
    ("one", "other", "same_street", "same_house"),
    [
        ("江苏省苏州市高新区人民路123号", "人民路１２３＃ 3楼", True, True),
        ("苏州市人民路123号", "苏州市人民路124号", True, False),
        ("城西街道科技大道9号", "科技大道9", True, True),
        ("柳林镇和平街9号", "柳林镇胜利街9号", False, False),
    ],
)
def test_an_address_ends_in_street_and_house(one: str, other: str, same_street: bool, same_house: bool) -> None:
    street, house = streets(pa.array([one, other, "Broadway", None]))

    assert (street[0] == street[1]) is np.bool_(same_street)
    assert (house[0] == house[1]) is np.bool_(same_house)
    assert street[2:].tolist() == [0, 0]


@given(st.lists(st.sampled_from(["恒信机械", "澜禾食品", "榆川商行", None]), min_size=2, max_size=20))
def test_chance_agreement_is_counted_exactly(names: list[str | None]) -> None:
    model = link_model(marks(customers(*[{"name": name} for name in names])))
    known = [name for name in names if name]
    hits = [a == b for a, b in combinations(known, 2)]

    share = next(item for item in model.comparisons if item.name == "name").levels[0].u

    assert share == pytest.approx(min(max(sum(hits) / len(hits), 1e-9), 0.999) if hits else 1e-9)


def test_pairs_join_into_groups_by_way_of_others() -> None:
    table = marks(customers(*[ALIKE] * 4, {"name": "别家"}))

    found = clusters(pairs((0, 1, 9.0), (1, 2, 8.0), (3, 4, -5.0)), table, certain=0.5)

    assert found.groups == ((0, 1, 2),)
    assert found.verdict == ("merge", "merge", "review")


def test_two_valid_credit_codes_are_never_one_company() -> None:
    table = marks(customers({**ALIKE, "tax_id": CODES[0]}, {**ALIKE, "tax_id": CODES[1]}))

    found = clusters(pairs((0, 1, 30.0)), table, certain=0.5)

    assert (found.groups, found.verdict) == ((), ("apart",))


@pytest.mark.parametrize(
    ("one", "other"),
    [("恒信机械有限公司", "恒信机械有限公司上海分公司"), ("苏州第一人民医院", "苏州第二人民医院")],
)
def test_neither_is_a_branch_its_head_nor_the_first_hospital_the_second(one: str, other: str) -> None:
    table = marks(customers({**ALIKE, "name": one}, {**ALIKE, "name": other}))

    assert clusters(pairs((0, 1, 30.0)), table, certain=0.5).verdict == ("apart",)


def test_a_record_that_fits_two_companies_goes_to_the_far_likelier_one_or_to_review() -> None:
    table = marks(customers({**ALIKE, "tax_id": CODES[0]}, {**ALIKE, "tax_id": CODES[1]}, ALIKE))

    clear = clusters(pairs((0, 2, 20.0), (1, 2, 5.0)), table, certain=0.5)
    open_question = clusters(pairs((0, 2, 7.0), (1, 2, 6.0)), table, certain=0.5)

    assert (clear.groups, clear.verdict) == (((0, 2),), ("merge", "review"))
    assert (open_question.groups, open_question.verdict) == ((), ("review", "review"))


@given(
    st.lists(st.integers(0, 3), min_size=2, max_size=9),
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), st.floats(-3, 20)), max_size=20),
)
def test_no_group_holds_two_credit_codes_and_the_order_of_pairs_is_nothing(
    owners: list[int], drawn: list[tuple[int, int, float]]
) -> None:
    table = marks(customers(*[{**ALIKE, "tax_id": CODES[owner] if owner else None} for owner in owners]))
    count = len(owners)
    best = {(a, b): weight for a, b, weight in drawn if a < b < count}
    given_pairs = [(a, b, weight) for (a, b), weight in sorted(best.items())]

    found = clusters(pairs(*given_pairs), table, certain=0.5)
    backwards = clusters(pairs(*given_pairs[::-1]), table, certain=0.5)

    assert found.groups == backwards.groups
    rows = [row for group in found.groups for row in group]
    assert len(rows) == len(set(rows))
    for group in found.groups:
        assert group == tuple(sorted(group))
        assert len({owners[row] for row in group if owners[row]}) <= 1


def test_the_evidence_of_a_pair_is_said_in_both_languages() -> None:
    table = customers(
        {**ALIKE, "tax_id": CODES[0]},
        {**ALIKE, "name": "苏州恒鑫精密机械有限公司", "tax_id": CODES[0], "address": "人民路9号"},
        {
            **ALIKE,
            "name": "苏州恒信机密精械有限公司",
            "tax_id": CODES[1],
            "phone": "62880000",
            "address": "无锡胜利街1号",
        },
    )

    found = evidence(pairs((0, 1, 9.0), (0, 2, 1.0)), marks(table), table)

    assert [message.code.removeprefix("companies.") for message in found[0]] == [
        *("same_credit_code", "one_letter", "same_phone", "same_email", "same_street"),
    ]
    assert [message.code.removeprefix("companies.") for message in found[1]] == [
        *("other_credit_code", "swapped", "other_phone", "same_email", "other_address"),
    ]
    assert all(render(message, lang) for messages in found for message in messages for lang in LANGS)


def test_the_record_with_a_valid_code_stays_then_the_one_with_a_history() -> None:
    table = customers(ALIKE, {**ALIKE, "tax_id": CODES[0]}, ALIKE, {"name": "x", "customer_id": "A"}, ALIKE)
    orders = pa.table({"order_id": ["O"], "customer_id": ["C2"], "ordered_at": ["2026-01-01"], "amount": [1]})
    orders = orders.set_column(2, "ordered_at", pa.array([0]).cast(pa.timestamp("us", tz="UTC")))
    book = Book.of(BookSettings(), {"customers": table, "orders": orders})

    found = proposals([(0, 1), (2, 4), (0, 4)], book)

    assert [(item.survivor, item.merged, item.reason.code) for item in found] == [
        (1, (0,), "companies.survives_code"),
        (2, (4,), "companies.survives_history"),
        (0, (4,), "companies.survives_id"),
    ]
    rows = merge_rows(found[:1], table["customer_id"], at="2026-07-01", by="li", evidence={0: "[]"})
    assert rows.to_pylist() == [
        {"survivor_id": "C1", "merged_id": "C0", "at": "2026-07-01", "by": "li", "evidence": "[]"}
    ]


@pytest.fixture(scope="module")
def book() -> Book:
    made = make_book(customers=60)
    return Book.of(made.settings, made.tables)


def bytes_of(book: Book) -> dict[str, bytes]:
    """Return the files that the Book would be on disk."""
    found = {}
    for name, table in book.tables.items():
        sink = pa.BufferOutputStream()
        pq.write_table(table.combine_chunks(), sink)
        found[name] = sink.getvalue().to_pybytes()
    return found


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), max_size=12))
def test_a_merge_taken_away_leaves_the_book_as_it_was_byte_for_byte(book: Book, drawn: list[tuple[int, int]]) -> None:
    leads = {f"C{lower:07d}": f"C{upper:07d}" for upper, lower in drawn if upper < lower}
    rows = [(survivor, gone) for gone, survivor in leads.items()]
    before = bytes_of(book)

    after = merged(book, merges(*rows))

    assert bytes_of(unmerged(after)) == before
    assert bytes_of(merged(book, merges()).book) == before
    ids = set(after.book.table("customers")["customer_id"].to_pylist())
    assert not ids & set(leads)
    for name, table in after.book.tables.items():
        assert table.num_rows == book.table(name).num_rows - (len(leads) if name == "customers" else 0)
        for column in ("customer_id", "parent_customer_id"):
            if column in table.column_names:
                assert set(table[column].drop_null().to_pylist()) <= ids
    assert sorted(after.merged_customers["customer_id"].to_pylist()) == sorted(leads)


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), min_size=1, max_size=8))
def test_leaving_out_one_merge_is_never_having_made_it(book: Book, drawn: list[tuple[int, int]]) -> None:
    leads = {f"C{lower:07d}": f"C{upper:07d}" for upper, lower in drawn if upper < lower}
    rows = [(survivor, gone) for gone, survivor in leads.items()]

    without = merged(unmerged(merged(book, merges(*rows))), merges(*rows[1:]))

    assert bytes_of(without.book) == bytes_of(merged(book, merges(*rows[1:])).book)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ((("C0000001", "X"),), "companies.merge_unknown"),
        ((("C0000001", "C0000003"), ("C0000002", "C0000003")), "companies.merged_twice"),
        ((("C0000001", "C0000002"), ("C0000002", "C0000001")), "companies.merge_circle"),
        ((("C0000001", "C0000001"),), "companies.merge_circle"),
    ],
)
def test_merges_that_make_no_sense_are_refused(book: Book, rows: tuple[tuple[str, str], ...], code: str) -> None:
    with pytest.raises(InputError) as refused:
        merged(book, merges(*rows))

    assert refused.value.code == code
    assert all(render(refused.value.message, lang) for lang in LANGS)


def test_nobody_becomes_its_own_parent() -> None:
    table = customers({**ALIKE}, {**ALIKE, "parent_customer_id": "C2"}, ALIKE)
    given_book = Book.of(BookSettings(), {"customers": table})

    after = merged(given_book, merges(("C1", "C2")))

    assert after.book.table("customers")["parent_customer_id"].to_pylist() == [None, None]
    assert bytes_of(unmerged(after)) == bytes_of(given_book)
