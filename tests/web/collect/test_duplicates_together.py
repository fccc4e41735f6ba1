"""Several people at the same records at once: one wins, the others are told, nothing is half done."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiuzhou.kernel.errors import JiuzhouError
from jiuzhou.web.assign.writes.reassign import reassign
from jiuzhou.web.collect.writes.duplicates.merging import Wanted, merge
from jiuzhou.web.collect.writes.duplicates.unmerging import unmerge
from jiuzhou.web.collect.writes.editing import edit_customer
from jiuzhou.web.problems import ConflictError, NotFoundError, StaleError
from jiuzhou.web.store.models import Customer, Merge, Ownership
from web_company import Company
from web_threads import alone, in_threads, shared_database

pytestmark = pytest.mark.django_db(transaction=True)
TOLD = (ConflictError, StaleError, NotFoundError)


def wanted(company: Company, survivor: str, *others: str) -> Wanted:
    codes = [company.customers[name].code for name in (survivor, *others)]
    return Wanted(codes[0], dict.fromkeys(codes, 1), {})


def losers(results: list[object]) -> list[object]:
    return [result for result in results if isinstance(result, BaseException)]


def test_of_people_who_merge_the_same_records_one_does(company: Company, tmp_path: Path) -> None:
    planner = company.actor("planner")
    turns = [("own", "peer"), ("peer", "own"), ("own", "peer"), ("peer", "sibling")]
    with shared_database(tmp_path):
        results = in_threads(lambda number: merge(planner, wanted(company, *turns[number])), len(turns))
        rows = alone(lambda: list(Merge.unscoped.values_list("merged", "survivor")))
        gone = alone(lambda: set(Customer.unscoped.exclude(merged_into=None).values_list("pk", "merged_into")))
    assert len(rows) == len(results) - len(losers(results)) == 1
    assert all(isinstance(error, TOLD) for error in losers(results)), results
    assert gone == set(rows)


def test_a_merge_beside_an_edit_or_a_reassignment_is_refused_or_refuses_it(company: Company, tmp_path: Path) -> None:
    planner, own, peer = company.actor("planner"), company.customers["own"], company.customers["peer"]

    def work(number: int) -> object:
        if number == 0:
            return merge(planner, wanted(company, "own", "peer"))
        if number == 1:
            return edit_customer(planner, peer.code, version=1, changes={"name": "无锡恒达"})
        return reassign(planner, own.code, "R3", version=1, reason="客户要求")

    with shared_database(tmp_path):
        results = in_threads(work, 3)
        merged = alone(Merge.unscoped.exists)
        open_ = alone(lambda: sorted(Ownership.unscoped.filter(valid_to=None).values_list("customer", flat=True)))
        held = alone(
            lambda: sorted(
                Customer.unscoped.filter(
                    organisation=own.organisation_id, owner__isnull=False, deleted_at=None
                ).values_list("pk", flat=True)
            )
        )
    assert all(isinstance(error, TOLD) for error in losers(results)), results
    assert merged == (not isinstance(results[0], BaseException))
    assert len(losers(results)) == (2 if merged else 1)
    assert [key for key in open_ if key in held] == held, "everybody who is held is held once"


def test_of_people_who_take_the_same_records_apart_one_does(company: Company, tmp_path: Path) -> None:
    planner = company.actor("planner")
    (made,) = merge(planner, wanted(company, "own", "peer"))
    with shared_database(tmp_path):
        results = in_threads(lambda number: unmerge(planner, made), 3)
        back = alone(lambda: Customer.unscoped.get(pk=company.customers["peer"].pk).owner_id)
    assert len(losers(results)) == 2
    assert all(isinstance(error, JiuzhouError) for error in losers(results)), results
    assert back == company.owners["R2"].pk
