"""Groups of companies with their subsidiaries, branches and sites."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.adapters.texts import LANGS, render
from jiuzhou.collect.companies import groups_of
from jiuzhou.demo.credit_code import credit_codes
from jiuzhou.kernel.book import Book, BookSettings


def book(sites: list[tuple[str, str]] | None = None, **columns: list[object]) -> Book:
    tables = {"customers": pa.table(columns)}
    if sites:
        tables["sites"] = pa.table(
            {"site_id": [site for site, _ in sites], "customer_id": [owner for _, owner in sites]}
        )
    return Book.of(BookSettings(), tables)


def members(given_book: Book) -> list[tuple[str, str, str | None, str, str]]:
    rows = groups_of(given_book).table.to_pylist()
    return [tuple(row[name] for name in ("group_id", "customer_id", "site_id", "role", "basis")) for row in rows]  # type: ignore[misc]


def test_a_parent_heads_its_subsidiaries_their_branches_and_all_their_sites() -> None:
    found = members(
        book(
            customer_id=["A", "B", "C", "D"],
            name=["恒信集团", "恒信机械有限公司", "恒信机械有限公司上海分公司", "别家"],
            parent_customer_id=[None, "A", "B", None],
            sites=[("S1", "B"), ("S2", "D")],
        )
    )

    assert found == [
        ("A", "A", None, "head", "stated"),
        ("A", "B", "S1", "site", "stated"),
        ("A", "B", None, "subsidiary", "stated"),
        ("A", "C", None, "branch", "stated"),
        ("D", "D", "S2", "site", "stated"),
    ]


def test_names_and_numbers_propose_groups_where_none_is_stated() -> None:
    code = credit_codes(np.array([320_500]), np.array([7]))[0].as_py()
    found = members(
        book(
            customer_id=["A", "B", "C", "D", "E"],
            name=["苏州恒信精密机械有限公司", "恒信精密机械集团", "恒信精密机械无锡分公司", "澜禾仓库", "澜禾食品"],
            tax_id=[None, None, None, code, code[8:17]],
        )
    )

    assert found == [
        ("B", "A", None, "subsidiary", "proposed"),
        ("B", "B", None, "head", "proposed"),
        ("B", "C", None, "branch", "proposed"),
        ("D", "D", None, "head", "proposed"),
        ("D", "E", None, "site", "proposed"),
    ]


def test_customers_that_are_each_others_parent_are_reported_and_left_out() -> None:
    given_book = book(
        customer_id=["A", "B", "C", "D"],
        name=["甲公司", "乙公司", "丙公司", "丁公司"],
        parent_customer_id=["B", "A", "A", "D"],
    )

    found = groups_of(given_book)

    assert found.table.num_rows == 0
    assert [message.params["customers"] for message in found.cycles] == [("A", "B"), ("D",)]
    assert all(render(message, lang) for message in found.cycles for lang in LANGS)


@given(st.lists(st.integers(-1, 9), min_size=1, max_size=10))
def test_every_customer_with_a_parent_is_in_one_group_or_in_a_circle(parents: list[int]) -> None:
    count = len(parents)
    ids = [f"C{row}" for row in range(count)]
    above = [None if parent < 0 or parent >= count else ids[parent] for parent in parents]

    found = groups_of(book(customer_id=ids, name=[None] * count, parent_customer_id=above))

    grouped = found.table["customer_id"].to_pylist()
    assert len(grouped) == len(set(grouped))
    for row, parent in enumerate(above):
        seen, at = set(), ids[row]
        while at is not None and at not in seen:
            seen.add(at)
            at = above[int(at[1:])]
        in_circle = at is not None
        assert (ids[row] in grouped) == (not in_circle and (parent is not None or ids[row] in above))
