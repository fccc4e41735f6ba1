"""Regions, owners and products on one small Book, reckoned by hand."""

from datetime import date
from decimal import Decimal

import pytest

from jiuzhou.evaluate import score
from jiuzhou.evaluate.regions import ancestors

AS_OF = date(2026, 1, 1)

CUSTOMERS = [
    {"customer_id": "ann", "region_code": "310101", "owner_id": "li", "territory_id": "east", "visits_per_year": 4.0},
    {"customer_id": "bob", "region_code": "310104", "owner_id": "li", "territory_id": "east", "visits_per_year": 2.0},
    {"customer_id": "cai", "region_code": "320505", "owner_id": "wu", "territory_id": "east", "workload": 5.0},
    {"customer_id": "dan", "region_code": None, "owner_id": None},
]
ORDERS = [
    # order, customer, day, amount, cost, product, owner
    ("o1", "ann", "2025-02-01", 100, 60, "pump", None),  # li held ann then
    ("o2", "ann", "2025-09-01", 200, 120, "pump", "wu"),  # the order names wu
    ("o3", "bob", "2025-09-01", 50, None, "valve", None),  # wu held bob in summer 2025
    ("o4", "bob", "2025-11-01", 70, 30, "pump", None),  # nobody held him: present owner li
    ("o5", "cai", "2024-05-01", 80, 40, "pump", None),  # the year before
    ("o6", "cai", "2025-05-01", 120, 60, "hose", None),
    ("o7", "ann", "2025-12-20", -20, 12, "pump", None),  # a return
    ("o8", "cai", "2025-12-20", 30, 10, "hose", None),  # not yet due
]


@pytest.fixture(scope="module")
def scores(engine, book_of):
    names = ("order_id", "customer_id", "ordered_at", "amount", "cost", "product_id", "owner_id")
    book = book_of(
        customers=CUSTOMERS,
        orders=[dict(zip(names, row, strict=True)) | {"quantity": 1.0} for row in ORDERS],
        owners=[{"owner_id": "li", "name": "李"}, {"owner_id": "wu", "name": "吴"}, {"owner_id": "xu", "name": "徐"}],
        ownership=[
            {"customer_id": "ann", "owner_id": "li", "role": "primary", "valid_from": date(2024, 1, 1)},
            {
                "customer_id": "bob",
                "owner_id": "wu",
                "role": "primary",
                "valid_from": date(2025, 6, 1),
                "valid_to": date(2025, 11, 1),
            },
            {"customer_id": "bob", "owner_id": "xu", "role": "secondary", "valid_from": date(2025, 6, 1)},
            {
                "customer_id": "cai",
                "owner_id": "xu",
                "role": "primary",
                "valid_from": date(2025, 1, 1),
                "recorded_at": "2026-02-01",
            },
        ],
        payments=[
            {"payment_id": "y1", "order_id": "o1", "paid_at": "2025-03-01", "amount": 90},
            {"payment_id": "y2", "order_id": "o2", "paid_at": "2026-01-05", "amount": 200},
            {"payment_id": "y3", "order_id": "o3", "paid_at": "2025-09-05", "amount": 10, "due_at": "2026-06-01"},
        ],
        targets=[
            {"territory_id": "east", "period": "2025", "metric": "revenue", "value": 400.0},
            {"territory_id": "east", "period": "2025-Q4", "metric": "revenue", "value": 1.0},
            {"territory_id": "east", "period": "2026", "metric": "revenue", "value": 9e9},
            {"territory_id": "T-wu", "period": "2025-12", "metric": "revenue", "value": 60.0},
            {"territory_id": "east", "period": "soon", "metric": "revenue", "value": 1.0},
            {"territory_id": "east", "period": "2025", "metric": "visits", "value": 7.0},
        ],
        market=[
            {"region_code": "310000", "at": date(2024, 1, 1), "market_size": 1},
            {"region_code": "310000", "at": date(2025, 1, 1), "market_size": 4000},
            {"region_code": "310000", "at": date(2026, 1, 1), "market_size": 1},
        ],
        regions=[{"region_code": "310000", "name": "上海市"}],
        products=[
            {"product_id": "pump", "name": "泵", "unit_cost": 1},
            {"product_id": "valve", "unit_cost": 30},
            {"product_id": "idle", "name": "闲"},
        ],
        surveys=[
            {"customer_id": "ann", "at": "2025-03-01", "kind": "nps", "score": 3.0},
            {"customer_id": "ann", "at": "2025-04-01", "kind": "nps", "score": 9.0},
            {"customer_id": "bob", "at": "2025-04-01", "kind": "nps", "score": 6.0},
            {"customer_id": "cai", "at": "2025-04-01", "kind": "nps", "score": 10.0},
            {"customer_id": "ann", "at": "2025-04-01", "kind": "csat", "score": 4.0},
            {"customer_id": "ann", "at": "2025-05-01", "kind": "csat", "score": 3.0},
            {"customer_id": "bob", "at": "2025-05-01", "kind": "csat", "score": 5.0},
        ],
        interactions=[
            {"customer_id": "ann", "at": "2025-05-01", "kind": "visit"},
            {"customer_id": "ann", "at": "2025-06-01", "kind": "visit", "owner_id": "wu"},
            {"customer_id": "ann", "at": "2024-06-01", "kind": "visit"},
            {"customer_id": "bob", "at": "2025-06-01", "kind": "complaint"},
        ],
    )
    return score(book, as_of=AS_OF, engine=engine)


def by_id(table, key):
    return {row[key]: row for row in table.to_pylist()}


def test_the_whole_tree_above_each_customer_is_there(scores):
    found = [(row["region_code"], row["level"], row["parent_code"]) for row in scores.regions.to_pylist()]

    assert found == [
        ("310000", "province", None),
        ("310100", "prefecture", "310000"),
        ("310101", "district", "310100"),
        ("310104", "district", "310100"),
        ("320000", "province", None),
        ("320500", "prefecture", "320000"),
        ("320505", "district", "320500"),
        ("unknown", "unknown", None),
    ]


def test_a_region_adds_up_its_customers(scores):
    shanghai, suzhou = (by_id(scores.regions, "region_code")[code] for code in ("310000", "320500"))

    assert shanghai["name"] == "上海市"
    assert (shanghai["customers"], shanghai["revenue"], shanghai["revenue_before"]) == (2, Decimal(400), Decimal(0))
    assert shanghai["growth"] is None
    assert shanghai["profit"] == Decimal(400 - (60 + 120 - 12) - (30 + 30))
    assert (shanghai["csat"], shanghai["csat_answers"]) == (pytest.approx(2 / 3, abs=1e-6), 3)
    assert (shanghai["nps"], shanghai["nps_answers"], shanghai["nps_response"]) == (0.0, 2, 1.0)
    assert (shanghai["complaints"], shanghai["share"]) == (1, 0.1)
    assert (suzhou["revenue"], suzhou["growth"], suzhou["nps"]) == (Decimal(150), 0.875, 100.0)
    assert suzhou["csat"] is None
    assert suzhou["share"] is None


def test_customers_without_a_region_stay_visible(scores):
    unknown = by_id(scores.regions, "region_code")["unknown"]

    assert (unknown["customers"], unknown["penetration"], unknown["revenue"]) == (1, 0.0, Decimal(0))


def test_a_sale_is_credited_to_the_owner_on_the_order_date(scores):
    found = by_id(scores.owners, "owner_id")

    assert found["li"]["revenue"] == Decimal(100 + 70 - 20)
    assert found["wu"]["revenue"] == Decimal(200 + 50 + 120 + 30)
    assert found["xu"]["revenue"] == Decimal(0)


def test_a_target_is_held_against_its_longest_running_period(scores):
    found = by_id(scores.owners, "owner_id")

    assert found["li"]["attainment"] == pytest.approx(150 / 400)
    assert found["wu"]["attainment"] == pytest.approx(30 / 60)
    assert found["xu"]["attainment"] is None
    unread = next(note for note in scores.notes if note.code == "evaluate.bad_target_period")
    assert unread.params == {"period": "soon"}


def test_visits_are_counted_against_those_due(scores):
    found = by_id(scores.owners, "owner_id")

    assert (found["li"]["visits_made"], found["li"]["visits_due"], found["li"]["coverage"]) == (1, 6.0, 0.166667)
    assert (found["wu"]["visits_made"], found["wu"]["visits_due"], found["wu"]["coverage"]) == (1, None, None)
    assert (found["xu"]["customers"], found["xu"]["workload"]) == (0, 0.0)


def test_what_is_unpaid_after_its_due_day_is_overdue(scores):
    found = by_id(scores.owners, "owner_id")

    assert found["li"]["overdue"] == Decimal(10 + 200 + 70)
    assert found["wu"]["overdue"] == Decimal(120)  # o5 lies before the first order that was ever paid


def test_products_are_classed_and_an_idle_one_stays_in_the_list(scores):
    found = by_id(scores.products, "product_id")

    assert list(found) == ["hose", "idle", "pump", "valve"]
    assert (found["pump"]["revenue"], found["pump"]["margin"]) == (Decimal(350), Decimal(350 - 60 - 120 - 30 + 12))
    assert (found["pump"]["customers"], found["pump"]["quantity"], found["pump"]["abc"]) == (2, 4.0, "A")
    assert (found["valve"]["margin"], found["valve"]["margin_rate"], found["valve"]["abc"]) == (Decimal(20), 0.4, "B")
    assert (found["hose"]["abc"], found["idle"]["abc"]) == ("A", "C")
    assert (found["idle"]["revenue"], found["idle"]["customers"], found["idle"]["margin"]) == (Decimal(0), 0, None)


@pytest.mark.parametrize(
    ("code", "parents", "chain"),
    [
        ("310101", {}, ["310101", "310100", "310000"]),
        ("310100", {}, ["310100", "310000"]),
        ("310000", {}, ["310000"]),
        ("BR-SP", {}, ["BR-SP", "BR"]),
        ("GB", {}, ["GB"]),
        ("shop", {"shop": "310101"}, ["shop", "310101", "310100", "310000"]),
        ("a", {"a": "b", "b": "a"}, ["a", "b"]),
    ],
)
def test_the_regions_above_a_code(code, parents, chain):
    assert ancestors(code, parents) == chain
