"""Every field says what it tells of people; what hangs on a customer is found by it."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db.models import Model

from jiuzhou.kernel.personal import BOOK, Pii, classify
from jiuzhou.kernel.tables import TABLES
from jiuzhou.web.store import models
from jiuzhou.web.store.classified import MODELS, ON_CUSTOMERS, class_of

ALL = sorted(apps.get_app_config("store").get_models(), key=lambda model: model.__name__)
WRITTEN_BY_HAND = {"text", "note", "comment", "answer", "reason", "wording"}


@pytest.mark.parametrize("model", ALL, ids=[model.__name__ for model in ALL])
def test_every_field_of_every_model_says_what_it_tells_of_people(model: type[Model]) -> None:
    told = {field.name: class_of(model, field) for field in model._meta.concrete_fields}
    fields = {field.name for field in model._meta.concrete_fields if not field.is_relation}
    assert set(told) == {field.name for field in model._meta.concrete_fields}
    assert set(MODELS[model]) == fields - {"id", "version"}, "a line for a field that there no longer is"


def test_every_known_column_of_every_table_of_the_book_says_what_it_tells_of_people() -> None:
    added_by_the_store = {"payments": {"customer_id"}}
    for name, table in TABLES.items():
        columns = {column.name for column in table.columns} | added_by_the_store.get(name, set())
        assert set(BOOK[name]) == columns, name
    assert set(BOOK) == set(TABLES)


def test_a_column_that_the_book_does_not_know_may_hold_anything() -> None:
    from jiuzhou.kernel.personal import class_of as class_of_column

    assert class_of_column("orders", "driver_remark").pii is Pii.FREE_TEXT


def test_a_field_given_twice_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="phone"):
        classify({"contact serving": "phone", "none serving": "phone"})


def test_words_written_by_hand_are_free_text_wherever_they_stand() -> None:
    scripts = {
        models.PolicyVersion,
        models.RulesVersion,
        models.AuditEntry,
        models.MarketFact,
        models.Import,
        models.Run,
    }
    for model in set(ALL) - scripts:
        for name in WRITTEN_BY_HAND & set(MODELS[model]):
            assert MODELS[model][name].pii in (Pii.FREE_TEXT, Pii.SENSITIVE), f"{model.__name__}.{name}"


def test_every_model_with_a_reference_to_a_customer_is_known_to_hang_on_one() -> None:
    hanging = {
        model
        for model in ALL
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is models.Customer
    }
    assert hanging - {models.Customer} <= set(ON_CUSTOMERS)
