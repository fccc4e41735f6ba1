"""Paging by cursor: every row once, in order, forwards and back, whatever the size."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiuzhou.kernel.errors import InputError
from jiuzhou.web.paging import leaf_of, page_of
from jiuzhou.web.store.models import CustomerScore, Notice
from web_company import Company

ORDER = ("-score", "customer")


def codes(company: Company, size: int) -> list[list[int]]:
    rows, pages, cursor = CustomerScore.unscoped.all(), [], None
    while True:
        page = page_of(rows, lambda row: row.pk, order=ORDER, cursor=cursor, size=size)
        pages.append(list(page.items))
        cursor = page.next
        if cursor is None:
            return pages


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(size=st.integers(1, 9), scores=st.lists(st.sampled_from([1.0, 2.0, 2.5]), min_size=8, max_size=8))
def test_every_row_comes_once_and_in_order(company: Company, size: int, scores: list[float]) -> None:
    for row, score in zip(CustomerScore.unscoped.order_by("pk"), scores, strict=False):
        CustomerScore.unscoped.filter(pk=row.pk).update(score=score)
    expected = list(CustomerScore.unscoped.order_by(*ORDER).values_list("pk", flat=True))

    assert [pk for page in codes(company, size) for pk in page] == expected


def test_rows_of_one_millisecond_come_once_each(company: Company) -> None:
    at = company.now.replace(microsecond=123_000)
    for step in range(4):
        Notice.unscoped.create(
            organisation=company.organisation,
            user=company.people["rep"],
            kind="test",
            code="jobs.notice_done",
            at=at + timedelta(microseconds=step * 300),
        )
    order, found, cursor = ("-at", "-id"), [], None
    while True:
        page = page_of(Notice.unscoped.all(), lambda row: row.pk, order=order, cursor=cursor, size=1)
        found += page.items
        cursor = page.next
        if cursor is None:
            break

    assert found == list(Notice.unscoped.order_by(*order).values_list("pk", flat=True))
    assert len(found) == 4


def test_the_way_back_is_the_way_there(company: Company) -> None:
    rows = CustomerScore.unscoped.all()
    first = page_of(rows, lambda row: row.pk, order=ORDER, size=3)
    second = page_of(rows, lambda row: row.pk, order=ORDER, cursor=first.next, size=3)

    back = page_of(rows, lambda row: row.pk, order=ORDER, cursor=second.previous, size=3)

    assert back.items == first.items
    assert back.previous is None
    assert back.next == first.next


@pytest.mark.parametrize("cursor", ["nonsense", "W10", "eyJhIjoxfQ", "é", "W2ZhbHNlLCBbImlkIl0sIFsxXV0"])
def test_a_cursor_of_another_list_is_refused(company: Company, cursor: str) -> None:
    with pytest.raises(InputError):
        page_of(CustomerScore.unscoped.all(), lambda row: row.pk, order=ORDER, cursor=cursor)


@given(rows=st.lists(st.integers(), max_size=40), size=st.integers(1, 9))
def test_leaves_of_known_rows_are_all_of_them_in_order(rows: list[int], size: int) -> None:
    found, start = list[int](), "0"
    while True:
        leaf = leaf_of(rows, start, size=size)
        found += leaf.rows
        if leaf.previous is not None:
            assert leaf_of(rows, str(leaf.previous), size=size).next == int(start)
        if leaf.next is None:
            break
        start = str(leaf.next)

    assert found == rows
    assert leaf.total == len(rows)


@pytest.mark.parametrize("start", ["", "-1", "x", "９", "99", "9" * 30])
def test_a_start_that_is_none_is_the_first(start: str) -> None:
    assert leaf_of([1, 2, 3], start, size=2).rows == (1, 2)
