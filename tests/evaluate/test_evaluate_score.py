"""The whole stage on small Books: against a plain oracle, and its laws."""

import json
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jiuzhou.adapters.engines import duckdb_engine
from jiuzhou.evaluate import METRICS, EvaluatePolicy, score
from jiuzhou.evaluate.prepare import prepare, year_earlier
from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.scores import CUSTOMER_SCORES

AS_OF = date(2026, 1, 1)
YEAR = date(2025, 1, 1)
IDS = [f"c{i}" for i in range(7)]


def _day(*parts):
    return datetime(*parts)  # noqa: DTZ001 - read in the Book's zone, as a file's naive time is


lines = st.lists(
    st.fixed_dictionaries(
        {
            "customer_id": st.sampled_from(IDS[:6]),
            "order_id": st.sampled_from(["o1", "o2", "o3"]),
            "ordered_at": st.datetimes(_day(2023, 12, 1), _day(2026, 1, 3)).map(lambda at: at.isoformat()),
            "amount": st.integers(-300, 900).map(lambda cents: cents / 4),
            "cost": st.one_of(st.none(), st.integers(0, 400).map(lambda cents: cents / 4)),
            "currency": st.sampled_from([None, "CNY", "CNY", "USD"]),
        }
    ),
    max_size=40,
)
answers = st.lists(
    st.fixed_dictionaries(
        {
            "customer_id": st.sampled_from(IDS),
            "at": st.datetimes(_day(2024, 11, 1), _day(2026, 1, 3)).map(lambda at: at.isoformat()),
            "kind": st.sampled_from(["csat", "nps"]),
            "score": st.integers(1, 5).map(float),
            "scale_max": st.sampled_from([None, 5.0, 10.0]),
        }
    ),
    max_size=20,
)


def customers(ids=IDS):
    return [{"customer_id": customer, "created_at": "2023-01-01"} for customer in ids]


def rows_by_id(table, key="customer_id"):
    return {row[key]: row for row in table.to_pylist()}


def day_of(text):
    return datetime.fromisoformat(text).date()


def oracle_purchases(orders):
    """Recency, frequency, money, revenue and profit of each customer, one line at a time."""
    known = [line for line in orders if day_of(line["ordered_at"]) < AS_OF and line["currency"] != "USD"]
    any_cost = any(line["cost"] is not None for line in known)
    found = {}
    for customer in IDS:
        own = [(day_of(line["ordered_at"]), Decimal(str(line["amount"])), line["cost"]) for line in known]
        own = [item for item, line in zip(own, known, strict=True) if line["customer_id"] == customer]
        days = {day for day, amount, _ in own if amount > 0}
        year = [item for item in own if item[0] >= YEAR]
        revenue = sum((amount for _, amount, _ in year), Decimal(0))
        costs = [None if cost is None else Decimal(str(cost)) * (-1 if amount < 0 else 1) for _, amount, cost in year]
        found[customer] = {
            "recency_days": (AS_OF - max(days)).days if days else None,
            "frequency": len(days) if known else None,
            "monetary": sum((amount for _, amount, _ in own), Decimal(0)) if known else None,
            "revenue_12m": revenue if known else None,
            "profit": revenue - sum(costs) if any_cost and None not in costs else None,
        }
    return found


def oracle_digits(found):
    bought = [customer for customer in IDS if found[customer]["recency_days"] is not None]

    def digit(customer, value):
        own = value(customer)
        below = sum(value(other) < own for other in bought)
        equal = sum(value(other) == own for other in bought)
        return str(1 + int(5 * Fraction(2 * below + equal, 2 * len(bought))))

    measures = (
        lambda customer: -found[customer]["recency_days"],
        lambda customer: found[customer]["frequency"],
        lambda customer: found[customer]["monetary"],
    )
    return {c: "".join(digit(c, value) for value in measures) if c in bought else None for c in IDS}


def oracle_abc(values):
    total = sum((value for value in values.values() if value and value > 0), Decimal(0))
    reached, classes = Decimal(0), {}
    for customer, value in sorted(values.items(), key=lambda item: (-(item[1] or 0), item[0])):
        if value is None or value <= 0:
            classes[customer] = None if value is None else "C"
            continue
        share = float(reached) / float(total)
        classes[customer] = "A" if share < 0.8 else "B" if share < 0.95 else "C"
        reached += value
    return classes


def oracle_voice(replies):
    start = AS_OF - timedelta(days=365)
    found = {customer: {"csat": None, "nps_group": None} for customer in IDS}
    for customer in IDS:
        own = [r for r in replies if r["customer_id"] == customer and start <= day_of(r["at"]) < AS_OF]
        marks = [(r["score"] - 1) / ((r["scale_max"] or 5) - 1) for r in own if r["kind"] == "csat"]
        if marks:
            found[customer]["csat"] = sum(marks) / len(marks)
        told = [(day_of(r["at"]), min(10, r["score"] * 10 / (r["scale_max"] or 10))) for r in own if r["kind"] == "nps"]
        if told:
            last = max(day for day, _ in told)
            points = min(points for day, points in told if day == last)
            found[customer]["nps_group"] = "promoter" if points >= 9 else "passive" if points >= 7 else "detractor"
    return found


@settings(deadline=None, max_examples=3, suppress_health_check=[HealthCheck.too_slow])
@given(lines, answers)
def test_scores_are_those_of_a_plain_reckoning(engine, book_of, orders, replies):
    orders = [line | {"line_no": place} for place, line in enumerate(orders)]

    scores = score(book_of(customers=customers(), orders=orders, surveys=replies), as_of=AS_OF, engine=engine)

    found, bought, voice = rows_by_id(scores.customers), oracle_purchases(orders), oracle_voice(replies)
    digits = oracle_digits(bought)
    classes = oracle_abc({customer: bought[customer]["revenue_12m"] for customer in IDS})
    for customer in IDS:
        row = found[customer]
        assert {name: row[name] for name in bought[customer]} == bought[customer]
        assert row["rfm"] == digits[customer]
        assert row["abc"] == classes[customer]
        assert row["csat"] == pytest.approx(voice[customer]["csat"], abs=1e-5)
        assert row["nps_group"] == voice[customer]["nps_group"]


def buyers(count=60, seed=0):
    """Customers whose n-th member buys more often the larger n, with sundry other rows."""
    orders, replies, events = [], [], []
    for i in range(count):
        customer = f"k{i:03d}"
        day = date(2024, 1, 3) + timedelta(days=i % 29)
        number = 0
        while day < AS_OF - timedelta(days=(i * 7) % 200):
            amount = 100 + (i * 37 + number * 11 + seed) % 90
            orders.append((customer, f"{customer}-{number}", day, amount))
            day, number = day + timedelta(days=12 + (i * 13 + number * 17) % (20 + 5 * (count - i))), number + 1
        replies.append({"customer_id": customer, "at": "2025-06-01", "kind": "nps", "score": float(i % 11)})
        events.append({"customer_id": customer, "at": "2025-07-01", "kind": ("visit", "complaint", "usage")[i % 3]})
    # One who only ever sent something back, so that no model may trip over it.
    orders.append(("k060", "k060-0", date(2025, 3, 3), -50))
    return {
        "customers": [{"customer_id": "k060"}]
        + [
            {
                "customer_id": f"k{i:03d}",
                "region_code": ("310101", "310104", "320505", None)[i % 4],
                "industry": ("医疗", "制造")[i % 2],
                "owner_id": f"r{i % 3}",
                "visits_per_year": 4.0,
                "key_account": i == 0,
            }
            for i in range(count)
        ],
        "owners": [{"owner_id": f"r{i}", "name": f"销售{i}"} for i in range(3)],
        "orders": [
            {
                "order_id": order,
                "customer_id": customer,
                "ordered_at": f"{day}T10:00",
                "amount": amount,
                "cost": amount * 0.75,
                "product_id": f"p{amount % 3}",
            }
            for customer, order, day, amount in orders
        ],
        "surveys": replies,
        "interactions": events,
    }


@pytest.fixture(scope="module")
def ordinary(engine, book_of):
    return score(book_of(**buyers()), as_of=AS_OF, engine=engine)


def tables_of(scores):
    return scores.customers, scores.regions, scores.owners, scores.products


def test_the_customers_table_begins_with_the_contract(ordinary):
    known = ordinary.customers.schema

    assert [known.field(i) for i in range(len(CUSTOMER_SCORES))] == list(CUSTOMER_SCORES)
    assert ordinary.customers["customer_id"].to_pylist() == [f"k{i:03d}" for i in range(61)]


def test_each_metric_stands_in_the_table_of_its_subject(ordinary):
    for metric in METRICS.values():
        assert metric.column in getattr(ordinary, metric.subject).column_names, metric.key
    assert ordinary.versions == {key: METRICS[key].version for key in sorted(METRICS)}
    assert json.loads(ordinary.customers["versions"][0].as_py())["tier"] == METRICS["tier"].version


def test_ranges_hold_for_every_customer(ordinary):
    for row in ordinary.customers.to_pylist()[:60]:
        assert 0 <= row["p_alive"] <= 1
        assert row["churn_risk"] == pytest.approx(1 - row["p_alive"], abs=2e-6)
        assert row["clv_low"] <= row["clv"] <= row["clv_high"]
        assert 0 <= row["score"] <= 100
        assert 0 <= row["loyalty"] <= 100
        assert row["expected_90d"] == row["expected_horizon"]
        assert row["tier"] in "ABCD"
        assert row["workload"] > 0
        assert row["potential"] >= row["revenue_12m"]


def test_a_customer_of_returns_only_is_no_buyer(ordinary):
    row = rows_by_id(ordinary.customers)["k060"]

    assert (row["frequency"], row["monetary"], row["rfm"], row["p_alive"]) == (0, Decimal(-50), None, None)
    assert (row["abc"], row["clv"], row["loyalty"]) == ("C", None, None)


def test_the_tier_follows_the_score_except_for_key_accounts(ordinary):
    for row in ordinary.customers.to_pylist():
        reached = "A" if row["score"] >= 75 else "B" if row["score"] >= 55 else "C" if row["score"] >= 30 else "D"
        assert row["tier"] == (min(reached, "B") if row["customer_id"] == "k000" else reached)


def test_the_score_is_the_stated_weighted_mean_of_mid_ranks(ordinary):
    rows = ordinary.customers.to_pylist()
    measures = {
        "revenue": "revenue_12m",
        "profit": "profit",
        "frequency": "frequency",
        "recency": "recency_days",
        "clv": "clv",
        "potential": "potential",
    }
    weights = EvaluatePolicy().weights
    for row in rows[:60]:
        total = 0.0
        for part, column in measures.items():
            sign = -1 if part == "recency" else 1
            known = [other[column] for other in rows if other[column] is not None]
            below = sum(sign * value < sign * row[column] for value in known)
            total += weights[part] * (below + known.count(row[column]) / 2) / len(known)
        assert row["score"] == pytest.approx(100 * total / sum(weights.values()), abs=1e-3)
        assert row["score_parts"] == 6


def test_results_depend_neither_on_threads_nor_on_the_order_of_rows(ordinary, book_of):
    backwards = {name: rows[::-1] for name, rows in buyers().items()}

    with duckdb_engine(threads=1, memory_limit="500MB") as single:
        again = score(book_of(**backwards), as_of=AS_OF, engine=single)

    assert tables_of(again) == tables_of(ordinary)
    assert again.notes == ordinary.notes


def test_nothing_at_or_after_the_day_is_used(ordinary, engine, book_of):
    tables = buyers()
    late = [f"2026-01-0{i}T0{i}:00" for i in range(1, 8)]
    tables["orders"] = tables["orders"] + [
        {"order_id": f"late{i}", "customer_id": f"k{i:03d}", "ordered_at": at, "amount": 9999, "cost": None}
        for i, at in enumerate(late)
    ]
    tables["surveys"] = tables["surveys"] + [
        {"customer_id": f"k{i:03d}", "at": at, "kind": "nps", "score": 0.0} for i, at in enumerate(late)
    ]
    tables["interactions"] = tables["interactions"] + [
        {"customer_id": f"k{i:03d}", "at": at, "kind": "complaint"} for i, at in enumerate(late)
    ]

    assert tables_of(score(book_of(**tables), as_of=AS_OF, engine=engine)) == tables_of(ordinary)


def test_days_are_those_of_the_book_s_zone(engine, book_of):
    orders = [
        {"order_id": "o1", "customer_id": "a", "ordered_at": "2025-12-31T23:30", "amount": 5},
        {"order_id": "o2", "customer_id": "b", "ordered_at": "2026-01-01T00:30", "amount": 5},
    ]
    shanghai = book_of(customers=customers("ab"), orders=orders)
    london = Book.of(BookSettings(zone="Europe/London"), shanghai.tables)

    def known_days(book):
        return {line["customer_id"]: line["day"] for line in known_lines(book, engine)[0]}

    assert known_days(shanghai) == {"a": date(2025, 12, 31)}
    assert known_days(london) == {"a": date(2025, 12, 31), "b": date(2025, 12, 31)}


def known_lines(book, engine):
    known = prepare(book, as_of=AS_OF, policy=EvaluatePolicy())
    return engine.to_pyarrow(known["lines"]).to_pylist(), known.notes


def test_the_back_test_is_told(ordinary):
    told = next(note for note in ordinary.notes if note.code == "evaluate.backtest")

    assert told.params["days"] == 90
    assert told.params["bias"] == pytest.approx(told.params["predicted"] / told.params["actual"] - 1, abs=0.01)


def codes(scores):
    return {note.code for note in scores.notes}


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ({}, {"evaluate.no_orders", "evaluate.no_surveys", "evaluate.few_repeaters"}),
        ({"customers": customers()}, {"evaluate.no_orders", "evaluate.no_surveys", "evaluate.few_repeaters"}),
        (
            {
                "customers": customers(["solo"]),
                "orders": [{"order_id": "o", "customer_id": "solo", "ordered_at": "2025-05-05", "amount": 10}],
            },
            {"evaluate.no_costs", "evaluate.no_surveys", "evaluate.few_repeaters", "evaluate.forecast_untried"},
        ),
        (
            {
                "customers": customers(),
                "orders": [
                    {"order_id": f"o{c}", "customer_id": c, "ordered_at": "2025-05-05", "amount": 10, "cost": 7}
                    for c in IDS
                ],
            },
            {"evaluate.no_surveys", "evaluate.few_repeaters", "evaluate.forecast_untried"},
        ),
        (
            {
                "customers": customers(["back"]),
                "orders": [{"order_id": "o", "customer_id": "back", "ordered_at": "2025-05-05", "amount": -10}],
            },
            {"evaluate.no_costs", "evaluate.no_surveys", "evaluate.few_repeaters"},
        ),
    ],
    ids=["nothing", "no orders", "a single customer", "one-time buyers", "only a return"],
)
def test_a_thin_book_gives_empty_scores_and_says_why(engine, book_of, tables, expected):
    scores = score(book_of(**tables), as_of=AS_OF, engine=engine)

    assert codes(scores) == expected
    rows = scores.customers.to_pylist()
    assert len(rows) == len(tables.get("customers", ()))
    for row in rows:
        assert row["tier"] in "ABCD"
        assert (row["p_alive"], row["clv"], row["csat"]) == (None, None, None)
        assert (row["frequency"] is None) == ("orders" not in tables)
        assert (row["profit"] is None) == (not any("cost" in line for line in tables.get("orders", ())))


def test_other_currencies_and_strangers_are_left_out_and_counted(engine, book_of):
    orders = [
        {"order_id": "o1", "customer_id": "a", "ordered_at": "2025-05-05", "amount": 10, "currency": "CNY"},
        {"order_id": "o2", "customer_id": "a", "ordered_at": "2025-05-06", "amount": 99, "currency": "USD"},
        {"order_id": "o3", "customer_id": "nobody", "ordered_at": "2025-05-06", "amount": 99, "currency": None},
    ]

    kept, notes = known_lines(book_of(customers=customers("a"), orders=orders), engine)

    assert [line["order_id"] for line in kept] == ["o1"]
    params = {note.code: note.params for note in notes}
    assert params["evaluate.other_currency"] == {"lines": 1, "currency": "CNY"}
    assert params["evaluate.lines_of_strangers"] == {"rows": 1}


def test_stated_workload_and_potential_go_before_estimates(engine, book_of):
    people = [
        {"customer_id": "said", "workload": 7.0, "potential": 500, "visits_per_year": 9.0, "visit_hours": 2.0},
        {"customer_id": "visited", "visits_per_year": 9.0, "visit_hours": 2.0},
        {"customer_id": "neither"},
    ]
    orders = [{"order_id": "o", "customer_id": "visited", "ordered_at": "2025-05-05", "amount": 10}]

    found = rows_by_id(score(book_of(customers=people, orders=orders), as_of=AS_OF, engine=engine).customers)

    columns = ("workload", "workload_source", "potential", "potential_source")
    assert tuple(found["said"][name] for name in columns) == (7.0, "stated", Decimal(500), "stated")
    assert tuple(found["visited"][name] for name in columns) == (18.0, "visits", Decimal(10), "own_revenue")
    hours = EvaluatePolicy().tier_hours[found["neither"]["tier"]]
    assert tuple(found["neither"][name] for name in columns) == (hours, "tier", None, "none")


def test_peers_lend_their_revenue_to_a_customer_without_a_stated_potential(ordinary):
    sources = Counter(row["potential_source"] for row in ordinary.customers.to_pylist())

    assert sources["peers_all"] == 1
    assert set(sources) == {"peers_segment", "own_revenue", "peers_all"}
    for row in ordinary.customers.to_pylist()[:60]:
        assert (row["potential"] == row["revenue_12m"]) or row["potential_source"] == "peers_segment"


def test_a_policy_moves_weights_cuts_and_hours(engine, book_of):
    policy = EvaluatePolicy(
        weights={"recency": 1.0},
        tier_floors={"A": 100.0, "B": 100.0, "C": 0.0},
        tier_hours={"A": 1.0, "B": 1.0, "C": 5.5, "D": 1.0},
        abc_cuts=(0.0, 0.0),
        key_account_tier="D",
        backtest_days=0,
        horizon_days=30,
    )

    scores = score(book_of(**buyers()), policy=policy, as_of=AS_OF, engine=engine)

    rows = scores.customers.to_pylist()
    found = {(row["tier"], row["workload"], row["abc"], row["score_parts"]) for row in rows[:60]}
    assert found == {("C", 5.5, "C", 1)}
    assert all(row["expected_horizon"] < row["expected_90d"] for row in rows[:60])
    assert "evaluate.backtest" not in codes(scores)
    freshest = max(rows[:60], key=lambda row: row["score"])
    assert freshest["recency_days"] == min(row["recency_days"] for row in rows[:60])


def test_a_year_earlier_is_the_same_day_of_the_calendar():
    assert year_earlier(date(2026, 1, 1)) == date(2025, 1, 1)
    assert year_earlier(date(2024, 2, 29)) == date(2023, 2, 28)
    assert year_earlier(date(2024, 2, 29), 4) == date(2020, 2, 29)
