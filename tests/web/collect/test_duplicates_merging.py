"""Records made one, and taken apart again as they were."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.apps import apps
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from jiuzhou.kernel.errors import RefusedError
from jiuzhou.web.collect.duplicates import KEPT
from jiuzhou.web.collect.reads.customer import customer as read_customer
from jiuzhou.web.collect.reads.samples import read_sample
from jiuzhou.web.collect.reads.timeline import timeline
from jiuzhou.web.collect.writes.consents import note_consent
from jiuzhou.web.collect.writes.duplicates.merging import Wanted, merge
from jiuzhou.web.collect.writes.duplicates.unmerging import unmerge
from jiuzhou.web.collect.writes.editing import edit_customer
from jiuzhou.web.collect.writes.importing.checking import standing_of
from jiuzhou.web.collect.writes.importing.customers import Ground, link_parents
from jiuzhou.web.collect.writes.samples import answer_item
from jiuzhou.web.problems import ConflictError, ForbiddenError, InvalidError, NotFoundError, StaleError
from jiuzhou.web.store import models
from jiuzhou.web.store.book import book_of
from jiuzhou.web.store.models import Action, AuditEntry, Customer, DuplicatePair, Merge, Note, Notice, Ownership
from web_company import Company, build_company

OWN = {"AuditEntry", "AuditHead", "DuplicatePair", "Merge", "Notice", "RateCount", "RateAtDoor", "IdempotencyKey"}
"""What a merge and its undoing leave behind: the ledger, their own rows, and that people were told."""

DERIVED = {"CompanyKey", "Facet"}
"""What is filed anew whenever a customer is written."""


def everything() -> Mapping[str, str]:
    """A digest of each table, but for versions and for what a merge is meant to leave."""
    found = {}
    for model in apps.get_app_config("store").get_models():
        if model.__name__ in OWN | DERIVED:
            continue
        fields = [item.attname for item in model._meta.concrete_fields if item.name != "version"]
        rows = list(model._base_manager.order_by("pk").values_list(*fields))
        found[model.__name__] = sha256(repr(rows).encode()).hexdigest()
    return found


def wanted(company: Company, survivor: str, *others: str, **keep: str) -> Wanted:
    rows = [Customer.unscoped.get(pk=company.customers[name].pk) for name in (survivor, *others)]
    codes = {name: company.customers[name].code for name in (survivor, *others)}
    kept = {field: codes[name] for field, name in keep.items()}
    return Wanted(codes[survivor], {row.code: row.version for row in rows}, kept)


def furnish(company: Company) -> None:
    """Something of everything hangs on a customer."""
    for name in ("own", "peer", "pool"):
        row = company.customers[name]
        noted(company, row, "same")
        Action.unscoped.create(organisation=company.organisation, customer=row, kind="call", code="web.house")
        models.Visit.unscoped.create(
            organisation=company.organisation,
            customer=row,
            owner=company.owners["R1"],
            planned_on=date(2026, 7, 2),
            code="web.house",
        )
        note_consent(row, given=name != "peer", at=company.now, by=None, source="page")
        models.ScheduledMove.unscoped.create(
            organisation=company.organisation, customer=row, owner=company.owners["R3"], due_at=company.now
        )
    survey = models.Questionnaire.unscoped.create(
        organisation=company.organisation, code="q", kind="csat", scale_max=5, opens_on=date(2026, 1, 1),
        made_at=company.now, title_zh="问", title_en="Q", question_zh="问？", question_en="Q?",
    )  # fmt: skip
    for name in ("own", "peer"):
        row = company.customers[name]
        asked = models.SurveyInvitation.unscoped.create(
            organisation=company.organisation, questionnaire=survey, customer=row, key=name, at=company.now
        )
        models.SurveyAnswer.unscoped.create(
            organisation=company.organisation, questionnaire=survey, invitation=asked, customer=row, at=company.now,
            changed_at=company.now, score=4, scale_max=5, language="zh",
        )  # fmt: skip
    for names in (("own", "peer"), ("peer", "sibling")):
        sample = models.Sample.unscoped.create(
            organisation=company.organisation, seed=7, size=2, fields=["name"], drawn_at=company.now
        )
        for name in names:
            models.SampleItem.unscoped.create(
                organisation=company.organisation, sample=sample, customer=company.customers[name],
                drawn={"name": {"text": name}},
            )  # fmt: skip
    Customer.unscoped.filter(pk=company.customers["pool"].pk).update(parent=company.customers["peer"])
    Customer.unscoped.filter(pk=company.customers["own"].pk).update(parent=company.customers["peer"], phone="")


def noted(company: Company, row: Customer, key: str) -> None:
    moment = company.now - timedelta(days=3)
    Note.unscoped.create(organisation=company.organisation, customer=row, kind="visit", at=moment, text="谈了", key=key)


def orders(company: Company, *codes: str) -> None:
    folder = Path(settings.HOME) / "facts" / "orders"
    folder.mkdir(parents=True)
    table = pa.table(
        {
            "order_id": [f"O{number}" for number in range(len(codes))],
            "customer_id": list(codes),
            "ordered_at": pa.array([company.now] * len(codes), pa.timestamp("us", "UTC")),
            "amount": [Decimal(100)] * len(codes),
            "channel": [None] * len(codes),
            "owner_id": [None] * len(codes),
        },
        schema=pa.schema(
            [
                *(("order_id", pa.string()), ("customer_id", pa.string())),
                *(("ordered_at", pa.timestamp("us", "UTC")), ("amount", pa.decimal128(18, 4))),
                *(("channel", pa.string()), ("owner_id", pa.string())),
            ]
        ),
    )
    pq.write_table(table, folder / "a.parquet")
    models.FactBatch.unscoped.create(
        organisation=company.organisation, table="orders", path="facts/orders/a.parquet", rows=len(codes),
        digest="0", at=company.now,
    )  # fmt: skip


def test_a_merged_record_is_gone_from_everywhere_and_what_hung_on_it_is_the_survivors(company: Company) -> None:
    furnish(company)
    own, peer = company.customers["own"], company.customers["peer"]
    merge(company.actor("planner"), wanted(company, "own", "peer"))
    with pytest.raises(NotFoundError):
        read_customer(company.actor("planner"), peer.code)
    assert read_customer(company.actor("planner"), own.code).phone == "13800001234"
    assert not Action.unscoped.filter(customer=peer).exists()
    # A note that the survivor has under the same key stays where it is.
    assert Note.unscoped.filter(customer=own).count() == 1
    assert not Ownership.unscoped.filter(customer=peer, valid_to=None).exists()
    assert Ownership.unscoped.get(customer=own, valid_to=None).owner == company.owners["R1"]
    gone = Customer.unscoped.get(pk=peer.pk)
    assert (gone.merged_into_id, gone.owner_id, gone.deleted_at is not None) == (own.pk, None, True)
    assert Customer.unscoped.get(pk=company.customers["pool"].pk).parent_id == own.pk
    assert Customer.unscoped.get(pk=own.pk).parent_id is None, "nobody is above itself"
    assert "customer.merge" in AuditEntry.unscoped.filter(key=peer.code).values_list("verb", flat=True)


def test_what_is_to_be_checked_goes_with_the_survivor_unless_that_is_to_be_checked_too(company: Company) -> None:
    furnish(company)
    own, peer = company.customers["own"], company.customers["peer"]
    planner, (both, other) = company.actor("planner"), models.Sample.unscoped.order_by("pk")
    merge(planner, wanted(company, "own", "peer"))
    found = {one.customer_code: one for one in read_sample(planner, both.pk).items.items}
    assert {code: (one.merged_into, one.open) for code, one in found.items()} == {
        own.code: ("", True),
        peer.code: (own.code, False),
    }
    assert read_sample(planner, both.pk).line.items == 1
    assert models.SampleItem.unscoped.filter(sample=other, customer=own).exists()
    with pytest.raises(ConflictError) as refused:
        answer_item(planner, found[peer.code].id, {"name": {"verdict": "right"}}, version=1)
    assert refused.value.message.code == "samples.is_merged"


def test_who_refused_marketing_in_one_record_is_not_asked_because_of_the_other(company: Company) -> None:
    Customer.unscoped.filter(pk=company.customers["own"].pk).update(consent_marketing=True)
    Customer.unscoped.filter(pk=company.customers["peer"].pk).update(consent_marketing=False)
    merge(company.actor("planner"), wanted(company, "own", "peer"))
    assert Customer.unscoped.get(pk=company.customers["own"].pk).consent_marketing is False


def test_taking_apart_leaves_every_table_as_it_was(company: Company) -> None:
    furnish(company)
    before = everything()
    made = merge(company.actor("planner"), wanted(company, "own", "peer", "pool", name="peer", phone="pool"))
    assert everything() != before
    for one in reversed(made):
        unmerge(company.actor("planner"), one)
    assert everything() == before
    assert list(Merge.unscoped.values_list("before", "after", "moved")) == [({}, {}, {})] * 2


class Laws(TestCase):
    """Laws of merges in any order."""

    @tried(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def test_whatever_is_merged_in_whatever_order_is_as_it_was_once_it_is_undone_in_reverse(self, data: Any) -> None:
        company = build_company()
        furnish(company)
        before = everything()
        live = ["own", "peer", "pool", "sibling", "formerly"]
        made: list[int] = []
        for _ in range(data.draw(st.integers(1, 3))):
            group = data.draw(st.lists(st.sampled_from(live), min_size=2, max_size=3, unique=True))
            keep = data.draw(st.dictionaries(st.sampled_from(sorted(KEPT)), st.sampled_from(group), max_size=4))
            made += merge(company.actor("planner"), wanted(company, *group, **keep))
            live = [name for name in live if name not in group[1:]]
            if len(live) < 2:
                break
        for one in reversed(made):
            unmerge(company.actor("planner"), one)
        assert everything() == before


def test_facts_of_a_merged_record_count_for_the_one_that_stands_for_it_through_a_chain(company: Company) -> None:
    own, peer, pool = (company.customers[name] for name in ("own", "peer", "pool"))
    orders(company, own.code, peer.code, peer.code, pool.code)
    planner = company.actor("planner")
    first = merge(planner, wanted(company, "peer", "pool"))
    second = merge(planner, wanted(company, "own", "peer"))
    assert len(timeline(planner, own.code, group="orders").events) == 4
    assert set(book_of(company.organisation).table("orders")["customer_id"].to_pylist()) == {own.code}
    with pytest.raises(RefusedError) as caught:
        unmerge(planner, first[0])
    assert caught.value.message.code == "duplicates.later_first"
    assert unmerge(planner, second[0]) == peer.code
    assert len(timeline(planner, peer.code, group="orders").events) == 3
    assert len(timeline(planner, own.code, group="orders").events) == 1
    assert unmerge(planner, first[0]) == pool.code
    assert len(timeline(planner, peer.code, group="orders").events) == 2


def test_what_was_changed_after_the_merge_stays_when_it_is_undone(company: Company) -> None:
    planner, own = company.actor("planner"), company.customers["own"]
    (made,) = merge(planner, wanted(company, "own", "peer", name="peer", channel="peer"))
    merged = Customer.unscoped.get(pk=own.pk)
    assert merged.name == "无锡恒达纺织有限公司"
    edit_customer(planner, own.code, version=merged.version, changes={"name": "康明集团"})
    noted(company, own, "later")
    unmerge(planner, made)
    assert Customer.unscoped.get(pk=own.pk).name == "康明集团"
    assert Note.unscoped.get(key="later").customer_id == own.pk


def test_one_who_may_not_reassign_does_not_take_a_customer_from_its_owner(company: Company) -> None:
    Customer.unscoped.filter(pk=company.customers["peer"].pk).update(territory=company.territories["T1"])
    Customer.unscoped.filter(pk=company.customers["pool"].pk).update(owner=company.owners["R1"], pool="")
    with pytest.raises(NotFoundError):
        merge(company.actor("partner_user"), wanted(company, "own", "peer"))
    with pytest.raises(ForbiddenError):
        merge(company.actor("importer"), wanted(company, "own", "peer"))
    assert merge(company.actor("rep"), wanted(company, "own", "pool")) != ()


def test_both_owners_are_told(company: Company) -> None:
    merge(company.actor("team_lead"), wanted(company, "own", "peer"))
    told = dict(Notice.unscoped.filter(code__startswith="duplicates.").values_list("user", "code"))
    assert told == {
        company.people["peer"].pk: "duplicates.yours_is_merged",
        company.people["rep"].pk: "duplicates.yours_took_in",
    }


def test_a_page_that_is_older_than_a_record_merges_nothing(company: Company) -> None:
    asked = wanted(company, "own", "peer")
    own = company.customers["own"]
    edit_customer(company.actor("planner"), own.code, version=1, changes={"name": "康明"})
    with pytest.raises(StaleError):
        merge(company.actor("planner"), asked)
    assert not Merge.unscoped.exists()


def test_who_comes_second_is_told_that_it_is_merged(company: Company) -> None:
    asked = wanted(company, "own", "peer")
    (made,) = merge(company.actor("planner"), asked)
    with pytest.raises(ConflictError):
        merge(company.actor("planner"), asked)
    unmerge(company.actor("planner"), made)
    with pytest.raises(ConflictError):
        unmerge(company.actor("planner"), made)


@pytest.mark.parametrize(
    "given",
    [
        lambda company: Wanted(company.customers["own"].code, {company.customers["own"].code: 1}, {}),
        lambda company: Wanted("C9999", wanted(company, "own", "peer").versions, {}),
        lambda company: Wanted(
            company.customers["own"].code,
            wanted(company, "own", "peer").versions,
            {"name": company.customers["pool"].code},
        ),
        lambda company: Wanted(
            company.customers["own"].code,
            wanted(company, "own", "peer").versions,
            {"owner": company.customers["own"].code},
        ),
    ],
    ids=["one alone", "another survivor", "another's value", "no such field"],
)
def test_a_choice_that_is_none_is_refused(company: Company, given: Any) -> None:
    with pytest.raises(InvalidError):
        merge(company.actor("planner"), given(company))


def test_a_pair_that_is_merged_and_undone_is_two_customers(company: Company) -> None:
    left, right = sorted((company.customers["own"], company.customers["peer"]), key=lambda row: row.pk)
    pair = DuplicatePair.unscoped.create(
        organisation=company.organisation, left=left, right=right, probability=0.99, weight=9, verdict="merge",
        names="", found_at=company.now,
    )  # fmt: skip
    (made,) = merge(company.actor("planner"), wanted(company, "own", "peer"))
    pair.refresh_from_db()
    assert (pair.state, pair.by) == ("merged", company.people["planner"])
    unmerge(company.actor("planner"), made)
    pair.refresh_from_db()
    assert pair.state == "apart"


def test_an_import_knows_a_merged_code_and_leads_daughters_to_the_survivor(company: Company) -> None:
    own, peer, pool = (company.customers[name] for name in ("own", "peer", "pool"))
    merge(company.actor("planner"), wanted(company, "own", "peer"))
    known = standing_of(company.organisation.pk)["customers"]
    assert peer.code in known.ids.to_pylist()
    assert peer.name not in known.names.to_pylist()
    ground = Ground(company.organisation.pk, "wgs84", {}, {}, frozenset(), company.now, 0, "")
    link_parents(ground, {pool.code: peer.code, own.code: peer.code})
    assert Customer.unscoped.get(pk=pool.pk).parent_id == own.pk
    assert Customer.unscoped.get(pk=own.pk).parent_id is None
