"""Sums over a great many customers are kept for who sees the same, and what they are of is said."""

from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from jiuzhou.web.accounts import tallies
from jiuzhou.web.accounts.access import visible_along, visible_to
from jiuzhou.web.accounts.tallies import COUNTS, Tallied, recount, tallied
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.monitor.reads import count_cells
from jiuzhou.web.resource.reads import read_people
from jiuzhou.web.serve.reads import read_team, read_today
from jiuzhou.web.serve.shapes import Asked
from jiuzhou.web.store.models import Access, Action, Customer, Note, Tally, Visit
from web_company import SEEN, Company
from web_figures import fill_figures

pytestmark = pytest.mark.django_db


@pytest.fixture
def large(company: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    monkeypatch.setattr(tallies, "KEPT_FROM", 1)
    monkeypatch.setattr(tallies, "LEAST_OWNERS", 2)
    company.organisation.large = True
    company.organisation.save()
    return company


def cells(company: Company, person: str) -> Tallied:
    actor = company.actor(person)
    return tallied(actor, "cells", partial(count_cells, actor))


def number(counted: Tallied) -> int:
    return sum(row[2] for row in counted.rows)


def change(company: Company) -> None:
    """A customer more of R1's, as an audited act."""
    record(company.actor("admin").origin, "customer.write", "customer", "C9", after={"new": True})
    Customer.unscoped.create(
        organisation=company.organisation,
        code="C9999",
        owner=company.owners["R1"],
        territory=company.territories["T1"],
    )


def test_few_customers_are_counted_every_time(company: Company) -> None:
    before = number(cells(company, "planner"))
    change(company)

    assert number(cells(company, "planner")) == before + 1
    assert not Tally.unscoped.exists()


def test_what_nobody_changed_is_not_counted_again(large: Company) -> None:
    actor = large.actor("planner")
    before = cells(large, "planner")

    def never() -> tuple[int, list[object]]:
        raise AssertionError("counted again")

    assert tallied(actor, "cells", never) == before


def test_a_kept_sum_says_of_when_it_is_once_something_changed(large: Company) -> None:
    before = cells(large, "planner")
    change(large)

    after = cells(large, "planner")

    assert before.at is None
    assert (after.rows, after.at is not None) == (before.rows, True)


def test_the_worker_counts_anew_what_somebody_looked_at(large: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "_LEAST_REST", timedelta())
    monkeypatch.setattr(tallies, "REST", 0)
    before = cells(large, "planner")
    change(large)
    untouched = recount()
    cells(large, "planner")

    assert (untouched, recount()) == (0, 1)
    after = cells(large, "planner")
    assert (number(after), after.at) == (number(before) + 1, None)


def test_an_old_sum_is_counted_anew_at_once(large: Company) -> None:
    before = number(cells(large, "planner"))
    change(large)
    Tally.unscoped.update(counted_at=timezone.now() - tallies.LONGEST)

    assert (number(cells(large, "planner")), cells(large, "planner").at) == (before + 1, None)


def test_everybody_gets_the_sum_of_their_own_sight(large: Company) -> None:
    people = ("planner", "regional_manager", "sibling_manager", "team_lead", "rep", "partner_user", "planner")

    found = {person: number(cells(large, person)) for person in people}

    assert found == {person: len(SEEN[person]) for person in people}


def test_a_taken_right_holds_at_once(large: Company) -> None:
    assert number(cells(large, "regional_manager")) == 3
    large.territories["T2"].parent = large.territories["N"]
    large.territories["T2"].save()

    assert number(cells(large, "regional_manager")) == 1


def test_a_customer_granted_to_one_person_is_in_nobody_elses_sum(large: Company) -> None:
    cells(large, "regional_manager")
    Access.unscoped.create(
        organisation=large.organisation,
        user=large.people["regional_manager"],
        customer=large.customers["sibling"],
        reason="x",
        valid_from=timezone.now() - timedelta(days=1),
    )

    assert number(cells(large, "regional_manager")) == 4


@pytest.mark.parametrize("person", ["planner", "regional_manager", "sibling_manager", "team_lead"])
def test_pages_say_the_same_of_kept_sums(company: Company, monkeypatch: pytest.MonkeyPatch, person: str) -> None:
    fill_figures(company)
    usual = _pages(company, person)
    monkeypatch.setattr(tallies, "KEPT_FROM", 1)
    monkeypatch.setattr(tallies, "LEAST_OWNERS", 2)
    company.organisation.large = True
    company.organisation.save()

    assert [_pages(company, person), _pages(company, person)] == [usual, usual]
    assert set(Tally.unscoped.values_list("name", flat=True)) <= set(COUNTS)


@pytest.mark.parametrize("person", SEEN)
def test_rows_asked_one_by_one_are_the_rows_that_are_visible(company: Company, person: str) -> None:
    fill_figures(company)
    actor = company.actor(person)

    for model in (Action, Visit, Note, Customer):
        along = set(visible_along(actor, model).values_list("pk", flat=True))
        assert along == set(visible_to(actor, model).values_list("pk", flat=True))


def _pages(company: Company, person: str) -> list[object]:
    actor = company.actor(person)
    return [read_people(actor), read_team(actor), read_today(actor, Asked("", "", ""))]
