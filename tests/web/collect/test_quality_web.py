"""Data quality: what is counted, for whom, and that every figure leads to exactly its customers."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.test import Client

from jiuzhou.kernel.credit_code import LETTERS, is_credit_code
from jiuzhou.web.accounts.actor import actor_of, system_of
from jiuzhou.web.collect.reads.doubts import DOUBTS, LOCATED, plain_doubts
from jiuzhou.web.collect.reads.listing import customers
from jiuzhou.web.collect.reads.quality.counting import count_customers
from jiuzhou.web.collect.reads.quality.shapes import FIELDS
from jiuzhou.web.collect.reads.quality.standing import quality_json, standing
from jiuzhou.web.collect.reads.wanted import wanted_of
from jiuzhou.web.collect.writes.quality import measure
from jiuzhou.web.problems import ForbiddenError
from jiuzhou.web.store.models import Customer, FactBatch, QualityReading, User
from jiuzhou.web.store.search import index_customers
from web_company import SEEN, Company

pytestmark = pytest.mark.django_db
SEERS = ("rep", "team_lead", "regional_manager", "planner", "partner_user", "auditor")


@pytest.fixture
def flawed(company: Company) -> Company:
    """Every customer of the company has flaws of its own."""
    changes = {
        "own": {"phone": "", "tax_id": "91320500MA1XQY2H4R", "lat": 31.3, "lon": 120.6, "location_quality": "exact"},
        "peer": {"phone": "123", "email": "nobody", "tax_id": "91320500MA1XQY2H4R", "lat": 31.5, "lon": None},
        "sibling": {"region_code": "999999", "lat": 10.0, "lon": 20.0, "location_quality": "unknown"},
        "formerly": {"address": "前进路 1 号", "location_quality": "district", "annual_revenue": 5},
        "partner": {"tax_id": "12", "region_code": "1201", "customer_since": datetime(2031, 1, 1, tzinfo=UTC)},
        "granted": {"region_code": "", "needs": ["a"], "parent": company.customers["deleted"]},
    }
    for name, values in changes.items():
        Customer.unscoped.filter(pk=company.customers[name].pk).update(**values)
    owner = company.owners["R2"]
    owner.active_to = date(2026, 6, 1)
    owner.save()
    index_customers([customer.pk for customer in company.customers.values()])
    return company


@pytest.mark.parametrize("person", SEERS)
def test_every_figure_leads_to_exactly_its_customers(flawed: Company, person: str) -> None:
    actor = flawed.actor(person)
    count = count_customers(actor)
    figures = {f"gap={name}": count.all.missing[name] for name in FIELDS}
    figures |= {f"doubt={name}": {**count.all.doubts, **count.twice}[name] for name in DOUBTS}
    figures |= {f"located={name}": count.all.located[name] for name in LOCATED}
    for filters, number in figures.items():
        name, value = filters.split("=")
        found = customers(actor, wanted_of({name: [value], "sort": ["name"]}))
        assert len(found.rows) == number, filters
        assert {row.code for row in found.rows} <= {flawed.customers[key].code for key in SEEN[person]}


def test_a_tax_number_is_doubted_exactly_where_its_last_character_does_not_check_it(company: Company) -> None:
    right = ["91320500MA1XQY2H4@".replace("@", sign) for sign in LETTERS]
    odd = ["91320500MA1XQYOH4" + sign for sign in LETTERS] + ["91320500ma1xqy2h4r", "9132050*MA1XQY2H4K"]
    made = [
        Customer(organisation=company.organisation, code=f"T{at}", name=f"税号{at}", tax_id=number, country="CN")
        for at, number in enumerate([*right, *odd])
    ]
    Customer.unscoped.bulk_create(made)

    doubted = Customer.unscoped.filter(plain_doubts(date(2026, 6, 1))["tax_id"], code__startswith="T")

    wrong = {one.tax_id for one in made if not is_credit_code(one.tax_id.upper())}
    assert set(doubted.values_list("tax_id", flat=True)) == wrong
    assert len(made) - len(wrong) in (1, 2)


def test_the_flaws_are_counted_by_hand(flawed: Company) -> None:
    found = count_customers(flawed.actor("planner"))
    assert found.all.customers == len(SEEN["planner"])
    assert found.all.doubts == {
        "phone": 1,
        "email": 1,
        "tax_id": 1,
        "region": 2,
        "place": 2,
        "owner": 2,
        "parent": 1,
        "later": 1,
    }
    assert found.twice == {"same_tax_id": 2, "same_phone": 5}
    assert found.all.located == {"exact": 1, "street": 0, "district": 1, "city": 0, "unstated": 2, "none": 3}
    assert found.all.invalid == 3
    assert found.uniqueness == pytest.approx(1 / 3)


def test_a_number_is_used_twice_only_where_both_customers_are_seen(flawed: Company) -> None:
    assert count_customers(flawed.actor("rep")).twice["same_tax_id"] == 0
    assert count_customers(flawed.actor("team_lead")).twice["same_tax_id"] == 2


def test_regions_add_up_and_the_worst_is_first(flawed: Company) -> None:
    found = count_customers(flawed.actor("planner"))
    assert sum(one.count.customers for one in found.regions) == found.all.customers
    shares = [one.completeness for one in found.regions]
    assert shares == sorted(shares)
    cities = count_customers(flawed.actor("planner"), "320000").regions
    assert {one.code for one in cities} == {"320500"}


def test_figures_of_other_tables_and_of_other_days_are_for_those_who_see_everything(flawed: Company) -> None:
    _facts(flawed)
    measure(flawed.organisation.pk)
    assert {line.name for line in standing(flawed.actor("planner")).tables} == {"owners", "orders"}
    rep = standing(flawed.actor("rep"))
    assert (rep.tables, rep.trend, rep.measured_at) == ((), (), None)
    assert set(quality_json(flawed.actor("rep"))["tables"]) == {"customers"}


def test_facts_are_measured_as_counted_by_hand(flawed: Company) -> None:
    _facts(flawed)
    reading = measure(flawed.organisation.pk)
    orders = reading.figures["tables"]["orders"]
    assert orders["kept"] == 5
    assert orders["completeness"]["product_id"] == pytest.approx(0.6)
    assert orders["doubts"] == {"orphans": 1}
    assert orders["later"] == 1
    assert orders["consistency"] == pytest.approx(1 - 2 / 5)
    assert orders["freshness_days"] == -1
    assert orders["uniqueness"] == pytest.approx(4 / 5)


def test_a_day_has_one_reading_and_days_make_a_line(flawed: Company) -> None:
    measure(flawed.organisation.pk)
    reading = measure(flawed.organisation.pk)
    assert QualityReading.unscoped.count() == 1
    QualityReading.unscoped.create(
        organisation=flawed.organisation,
        day=reading.day - timedelta(days=1),
        at=reading.at - timedelta(days=1),
        figures=reading.figures,
    )
    trend = standing(flawed.actor("planner")).trend
    assert [point.day for point in trend] == [reading.day - timedelta(days=1), reading.day]


def test_the_page_shows_everybody_their_own_figures(flawed: Company, signed_in, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    measure(flawed.organisation.pk)
    for person in SEERS:
        client = signed_in(person)
        client.get("/customers/quality")
        with django_assert_max_num_queries(16):
            page = client.get("/customers/quality?region=320000")
        assert page.status_code == 200
        assert "gap=phone" in page.content.decode() or person in ("partner_user",)


def test_quality_json_is_the_same_by_page_and_endpoint(flawed: Company, signed_in) -> None:  # type: ignore[no-untyped-def]
    measure(flawed.organisation.pk)
    client: Client = signed_in("planner")
    page = client.get("/customers/quality/file")
    assert page["Content-Disposition"] == 'attachment; filename="quality.json"'
    told = json.loads(page.content)
    endpoint = client.get("/api/v1/collect/quality").json()
    assert endpoint["tables"] == told["tables"]
    assert endpoint["regions"] == told["regions"]
    assert told["tables"]["customers"]["read"] == len(SEEN["planner"])


def test_only_those_who_may_start_work_measure(company: Company, signed_in) -> None:  # type: ignore[no-untyped-def]
    assert signed_in("rep").post("/customers/quality/measure").status_code == 403
    assert signed_in("planner").post("/customers/quality/measure").status_code == 302
    with pytest.raises(ForbiddenError):
        company.actor("rep").must("run.start")


def test_an_organisation_without_customers_is_told_so(company: Company) -> None:
    foreign = actor_of(User.objects.get(pk=company.people["foreign_admin"].pk), now=company.now)
    Customer.unscoped.filter(organisation=company.other).delete()
    found = standing(foreign)
    assert found.customers.all.customers == 0
    assert found.customers.completeness == 1.0
    assert measure(company.other.pk).figures["tables"]["customers"]["kept"] == 0
    assert system_of(company.other).everywhere


def _facts(company: Company) -> None:
    codes = [company.customers[name].code for name in ("own", "own", "peer", "partner")]
    table = pa.table(
        {
            "order_id": ["1", "2", "3", "4", "4"],
            "line_no": [1, 1, 1, 1, 1],
            "customer_id": [*codes, "nobody"],
            "product_id": ["p", None, "p", "p", None],
            "ordered_at": pa.array(
                [datetime(2026, *day, tzinfo=UTC) for day in ((6, 1), (6, 2), (6, 3), (6, 4), (7, 2))],
                pa.timestamp("us", "UTC"),
            ),
            "amount": [1.0, 2.0, 3.0, 4.0, 5.0],
        }
    )
    folder = Path(settings.HOME) / "facts"
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, folder / "orders.parquet")
    FactBatch.unscoped.create(
        organisation=company.organisation,
        table="orders",
        path="facts/orders.parquet",
        rows=5,
        digest="0" * 64,
        at=company.now,
    )
