"""The demo book behaves like a company: one world whatever the batch, seasons, lost customers, uneven owners."""

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from jiuzhou.calendar import spring_festival
from jiuzhou.demo import DemoBook, make_batches, make_book
from jiuzhou.demo.credit_code import is_credit_code
from jiuzhou.demo.people import rep_count
from jiuzhou.demo.places import NORTH_JIANGSU, REGIONS, region_of
from jiuzhou.demo.rhythm import rhythm
from jiuzhou.demo.service import SPIKE_DAYS
from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.moments import local_days
from jiuzhou.kernel.tables import TABLES

ZONE = "Asia/Shanghai"


@pytest.fixture(scope="module")
def book() -> DemoBook:
    return make_book()


def days(book: DemoBook) -> list[date]:
    """The day of each order, once an order."""
    orders = book.tables["orders"]
    once = orders.filter(pc.and_(pc.equal(orders["line_no"], 1), pc.starts_with(orders["order_id"], "SO")))
    found: list[date] = local_days(once["ordered_at"], ZONE).to_pylist()
    return found


def flat(parts: list[pa.Table]) -> pa.Table:
    return pa.concat_tables(parts).combine_chunks()


def test_the_batch_changes_where_pieces_end_and_nothing_else() -> None:
    by_one = list(make_batches(customers=2_500, batch=1))
    by_two = list(make_batches(customers=2_500, batch=2_000))

    assert (len(by_one), len(by_two)) == (4, 3)
    for name in by_one[1]:
        pieces = [flat([piece[name] for piece in pieces[1:]]) for pieces in (by_one, by_two)]
        assert pieces[0].equals(pieces[1]), name


def test_a_smaller_book_is_the_beginning_of_a_larger_one(book: DemoBook) -> None:
    small = make_book(customers=1_100)

    last = pa.scalar("C0001100")
    for name in ("customers", "sites", "contacts", "ownership", "orders", "deals", "interactions", "surveys"):
        large = book.tables[name]
        assert small.tables[name].equals(large.filter(pc.less_equal(large["customer_id"], last)).combine_chunks()), name
    paid = book.tables["payments"]
    among = pc.is_in(paid["order_id"], pc.unique(small.tables["orders"]["order_id"]))
    assert small.tables["payments"].equals(paid.filter(among).combine_chunks())


def test_every_reference_leads_somewhere(book: DemoBook) -> None:
    for name, table in book.tables.items():
        for column in TABLES[name].columns:
            if column.refers_to and column.name in table.column_names:
                other, _, key = column.refers_to.partition(".")
                known = pc.is_in(table[column.name].drop_null(), book.tables[other][key].combine_chunks())
                assert pc.all(known).as_py() in (True, None), f"{name}.{column.name}"
    orders = pc.unique(book.tables["orders"]["order_id"])
    assert pc.all(pc.is_in(book.tables["payments"]["order_id"], orders)).as_py()


def test_every_key_names_one_row_and_every_value_is_in_range(book: DemoBook) -> None:
    for name, table in book.tables.items():
        spec = TABLES[name]
        key = [column for column in spec.key if column in table.column_names]
        if key:
            assert table.group_by(key).aggregate([]).num_rows == table.num_rows, name
        for column in spec.columns:
            if column.name not in table.column_names:
                continue
            values = table[column.name]
            assert not (column.required and values.null_count), f"{name}.{column.name}"
            if column.low is not None:
                assert pc.min(values).as_py() is None or pc.min(values).as_py() >= column.low, f"{name}.{column.name}"
            if column.high is not None:
                assert pc.max(values).as_py() is None or pc.max(values).as_py() <= column.high, f"{name}.{column.name}"
            if column.choices:
                assert set(pc.unique(values).to_pylist()) <= {*column.choices, None}, f"{name}.{column.name}"


def test_the_book_has_the_size_that_was_asked_for(book: DemoBook) -> None:
    owners = book.tables["owners"]
    active = owners.filter(pc.and_(pc.equal(owners["kind"], "rep"), pc.is_null(owners["active_to"])))

    assert book.tables["customers"].num_rows == 3_000
    assert active.num_rows == 24 == rep_count(3_000)
    assert Counter(owners["kind"].to_pylist())["team"] == 5
    assert Counter(owners["kind"].to_pylist())["partner"] == 3
    assert 80_000 < book.tables["orders"].num_rows < 120_000
    assert len(set(book.tables["customers"]["name"].to_pylist())) == 3_000


def test_orders_lie_in_the_two_years_and_seldom_at_a_weekend(book: DemoBook) -> None:
    ordered = days(book)

    assert min(ordered) >= date(2024, 7, 1)
    assert max(ordered) < date(2026, 7, 1)
    assert sum(day.weekday() >= 5 for day in ordered) / len(ordered) < 0.04


def test_spring_festival_empties_the_order_books_wherever_it_falls(book: DemoBook) -> None:
    counted = Counter(days(book))

    def weekly(first: date) -> float:
        return sum(counted[first + timedelta(days=day)] for day in range(7))

    for year in (2025, 2026):
        festival = spring_festival(year)
        usual = np.mean([weekly(festival + timedelta(weeks=week)) for week in (-6, -5, -4, 4, 5, 6)])
        assert weekly(festival) < 0.1 * usual
        assert weekly(festival + timedelta(weeks=1)) < 0.75 * usual


def test_the_year_ends_busier_than_summer(book: DemoBook) -> None:
    months = Counter((day.year, day.month) for day in days(book))

    for year in (2024, 2025):
        assert months[year, 11] + months[year, 12] > 1.25 * (months[year, 7] + months[year, 8])


def test_each_regions_business_grows_at_its_own_rate(book: DemoBook) -> None:
    orders, turn = book.tables["orders"], date(2025, 7, 1)
    placed = zip(
        local_days(orders["ordered_at"], ZONE).to_pylist(), orders["ship_region_code"].to_pylist(), strict=True
    )
    counts = Counter((region_of(code), day >= turn) for day, code in placed if code)
    pace = rhythm(date(2026, 7, 1))
    years = [pace.time_of(np.arange(5), np.full(5, pace.end_day - back)) for back in (0, 365, 730)]

    second_over_first = (years[0] - years[1]) / (years[1] - years[2])
    assert np.allclose(second_over_first, [1 + region.growth for region in REGIONS], atol=0.03)
    assert counts[1, True] / counts[1, False] > counts[2, True] / counts[2, False] + 0.1


def test_some_buyers_are_lost_and_those_who_would_not_recommend_more_often(book: DemoBook) -> None:
    orders, surveys = book.tables["orders"], book.tables["surveys"]
    last = orders.group_by("customer_id").aggregate([("ordered_at", "max")])
    gone = [day < date(2025, 7, 1) for day in local_days(last["ordered_at_max"], ZONE).to_pylist()]
    lost = dict(zip(last["customer_id"].to_pylist(), gone, strict=True))
    asked = surveys.filter(pc.equal(surveys["kind"], "nps"))
    answers = zip(asked["customer_id"].to_pylist(), asked["score"].to_pylist(), strict=True)
    known = [(score, lost[customer]) for customer, score in answers if customer in lost]

    assert 0.1 < np.mean(gone) < 0.35
    assert np.mean([out for score, out in known if score <= 6]) > 1.2 * np.mean(
        [out for score, out in known if score > 8]
    )


def test_ownership_is_uneven_and_partly_vacant(book: DemoBook) -> None:
    owners, customers = book.tables["owners"], book.tables["customers"]
    counts = Counter(customers["owner_id"].to_pylist())
    left = owners.filter(pc.is_valid(owners["active_to"]))["owner_id"].to_pylist()
    reps = [counts[f"R{number:04d}"] for number in range(1, 25)]

    assert max(reps) > 3 * np.median(reps) or max(reps) > 4 * min(reps)
    assert 60 < counts[None] < 400
    assert sum(counts[owner] for owner in left) > 20
    assert 3 <= pc.sum(customers["locked"]).as_py() <= 60


def test_the_ownership_table_agrees_with_the_customers_and_with_when_people_worked(book: DemoBook) -> None:
    held = book.tables["ownership"]
    now = held.filter(pc.and_(pc.equal(held["role"], "primary"), pc.is_null(held["valid_to"])))
    stated = dict(zip(now["customer_id"].to_pylist(), now["owner_id"].to_pylist(), strict=True))
    customers = book.tables["customers"]
    joined = dict(
        zip(
            book.tables["owners"]["owner_id"].to_pylist(), book.tables["owners"]["active_from"].to_pylist(), strict=True
        )
    )

    for customer, owner in zip(customers["customer_id"].to_pylist(), customers["owner_id"].to_pylist(), strict=True):
        assert stated.get(customer) == owner
    for owner, since, until in zip(
        held["owner_id"].to_pylist(), held["valid_from"].to_pylist(), held["valid_to"].to_pylist(), strict=True
    ):
        assert since >= joined[owner], owner
        assert until is None or until > since


def test_tax_ids_check_and_phones_can_belong_to_nobody(book: DemoBook) -> None:
    customers = book.tables["customers"]

    assert all(is_credit_code(code) for code in customers["tax_id"].to_pylist())
    assert len(set(customers["tax_id"].to_pylist())) == 3_000
    assert all("****" in phone for phone in customers["phone"].to_pylist())
    assert all(mail.endswith("@example.com") for mail in customers["email"].drop_null().to_pylist())


def test_places_are_in_china_and_unknown_where_they_say_so(book: DemoBook) -> None:
    customers = book.tables["customers"]
    quality = customers["location_quality"]
    pointed = pc.is_in(quality, pa.array(["exact", "street"]))

    assert pc.is_valid(customers["lat"]).equals(pointed)
    assert pc.is_null(customers["region_code"]).equals(pc.equal(quality, "unknown"))
    west, south = (pc.min_max(customers[axis])["min"].as_py() for axis in ("lon", "lat"))
    assert west > 73
    assert south > 17.5
    assert 0.004 < pc.mean(pc.equal(quality, "unknown")).as_py() < 0.02


def test_late_deliveries_flare_up_in_northern_jiangsu(book: DemoBook) -> None:
    events = book.tables["interactions"]
    late = events.filter(pc.and_(pc.equal(events["kind"], "complaint"), pc.equal(events["topic"], "到货延迟")))
    home = dict(
        zip(
            book.tables["customers"]["customer_id"].to_pylist(),
            book.tables["customers"]["region_code"].to_pylist(),
            strict=True,
        )
    )
    start = date(2026, 7, 1) - timedelta(days=SPIKE_DAYS)
    counts = Counter(
        (home[customer] in NORTH_JIANGSU, day >= start)
        for customer, day in zip(late["customer_id"].to_pylist(), local_days(late["at"], ZONE).to_pylist(), strict=True)
    )

    assert counts[True, True] > 40
    assert counts[True, True] > 3 * counts[True, False]
    elsewhere = counts[False, True] / SPIKE_DAYS / max(counts[False, False] / (730 - SPIKE_DAYS), 1e-9)
    assert elsewhere < 5


def test_returns_are_negative_in_every_figure(book: DemoBook) -> None:
    orders = book.tables["orders"]
    back = orders.filter(pc.starts_with(orders["order_id"], "RT"))

    assert 0.005 < back.num_rows / orders.num_rows < 0.03
    for column in ("amount", "quantity", "cost"):
        assert pc.all(pc.less(back[column], 0)).as_py()
    assert pc.min(orders.filter(pc.starts_with(orders["order_id"], "SO"))["amount"]).as_py() > 0


@pytest.mark.parametrize("customers", [0, -1, 5_000_001])
def test_a_size_out_of_range_is_refused_in_words(customers: int) -> None:
    with pytest.raises(InputError) as refused:
        make_book(customers=customers)

    assert refused.value.code == "demo.bad_size"
