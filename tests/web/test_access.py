"""Who sees which customer: ownership, the tree, grants and absence, read anew each time."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.utils import timezone

from jiuzhou.web.accounts import actor
from jiuzhou.web.accounts.access import RULES, UNREACHABLE, one_visible, visible_to
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.models import Customer, Organisation, RateAtDoor, User
from jiuzhou.web.store.models.scoped import Scoped
from web_company import SEEN, Company, stand_in


def seen(company: Company, person: str) -> set[str]:
    codes = set(visible_to(company.actor(person), Customer).values_list("pk", flat=True))
    return {key for key, customer in company.customers.items() if customer.pk in codes}


@pytest.mark.parametrize("person", SEEN)
@pytest.mark.parametrize("most", [actor.MOST_LENT, 0], ids=["shown to few", "shown to many"])
def test_each_role_sees_exactly_its_customers(
    company: Company, person: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actor, "MOST_LENT", most)

    assert seen(company, person) == SEEN[person]


def test_a_substitute_sees_the_absent_colleagues_customers_and_no_longer(company: Company) -> None:
    absence = stand_in(company, "substitute", "R1")
    assert "own" in seen(company, "substitute")

    absence.valid_to = timezone.now()
    absence.save()

    assert "own" not in seen(company, "substitute")


def test_a_customer_that_changes_hands_changes_eyes_at_once(company: Company) -> None:
    Customer.unscoped.filter(pk=company.customers["own"].pk).update(owner=company.owners["R3"], territory=None)

    assert "own" not in seen(company, "rep")
    assert "own" in seen(company, "substitute")


def test_a_role_that_ended_shows_nothing(company: Company) -> None:
    company.people["planner"].role_grants.update(valid_to=timezone.now() - timedelta(seconds=1))

    assert seen(company, "planner") == set()


def test_what_is_hidden_and_what_is_not_there_are_the_same(company: Company) -> None:
    rep = company.actor("rep")
    for code in (company.customers["peer"].code, "C9999"):
        with pytest.raises(NotFoundError):
            one_visible(rep, Customer, code=code)


def test_every_table_of_an_organisation_has_a_rule_or_is_out_of_reach() -> None:
    models = {model for model in apps.get_app_config("store").get_models() if issubclass(model, Scoped)}
    assert models == set(RULES) | set(UNREACHABLE)
    assert {model for model in apps.get_app_config("store").get_models() if model not in models} == {
        Organisation,
        RateAtDoor,
        User,
    }


def test_no_table_has_a_manager_that_forgets_who_asks() -> None:
    assert [model for model in RULES if hasattr(model, "objects")] == []
