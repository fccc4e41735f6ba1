"""Online Retail II as a Book: the facts of the set come out exactly, and what is invented is drawn as stated."""

import importlib.util
import sys
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from jiuzhou.adapters.books import collect_folder
from jiuzhou.geo.cities import CITIES

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
SCRIPT = ROOT / "examples" / "online_retail" / "build.py"
MADE_OF = ("customers", "orders", "owners", "ownership", "products")


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("online_retail_build", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


example = load()


def lines(*rows: tuple[str, str, int, datetime, float, int | None, str, int]) -> pa.Table:
    names = ("invoice", "stock_code", "quantity", "invoice_time", "price", "customer_id", "country", "sheet")
    kinds = (
        pa.string(),
        pa.string(),
        pa.int32(),
        pa.timestamp("us"),
        pa.float64(),
        pa.int32(),
        pa.string(),
        pa.int32(),
    )
    columns = zip(*rows, strict=True)
    return pa.table({name: pa.array(column, kind) for name, column, kind in zip(names, columns, kinds, strict=True)})


EARLY, LATE = datetime.fromisoformat("2010-11-30T09:00"), datetime.fromisoformat("2010-12-02T09:00")
SMALL = lines(
    ("100", "A", 2, EARLY, 1.25, 7, "France", 2009),
    ("101", "B", 1, LATE, 3.0, 8, "Spain", 2009),
    ("101", "B", 1, LATE, 3.0, 8, "Spain", 2010),
    ("100", "B ", -1, EARLY, 2.0, 7, "Germany", 2009),
    ("102", "C", 5, LATE, 0.0, None, "Spain", 2010),
)


def test_the_second_copy_of_the_doubled_days_is_the_one_that_stays() -> None:
    kept = example.without_overlap(SMALL)

    assert kept["invoice"].to_pylist() == ["100", "101", "100", "102"]
    assert kept["sheet"].to_pylist() == [2009, 2010, 2009, 2010]


def test_lines_are_numbered_within_their_invoice_wherever_they_stand() -> None:
    assert example.number_within(SMALL["invoice"]).to_pylist() == [1, 1, 2, 2, 1]


def test_an_amount_is_quantity_times_price_and_a_return_is_negative() -> None:
    orders = example.order_table(SMALL)

    assert orders["amount"].to_pylist() == [Decimal(text) for text in ("2.5", "3", "3", "-2", "0")]
    assert orders["customer_id"].to_pylist() == ["7", "8", "8", "7", None]


def test_of_two_countries_equally_often_the_first_by_name_is_the_customers() -> None:
    assert example.customers(SMALL).to_pylist() == [
        {"customer_id": "7", "country": "France"},
        {"customer_id": "8", "country": "Spain"},
    ]


def test_a_products_price_is_the_middle_one_above_zero_and_a_blank_makes_no_other_product() -> None:
    names = pa.table({"stock_code": ["A", "B"], "description": [" LANTERN ", "MUG"]})

    products = example.product_table(SMALL, names)

    assert products["product_id"].to_pylist() == ["A", "B", "C"]
    assert products["unit_price"].to_pylist() == [Decimal("1.25"), Decimal("3"), None]
    assert products["name"].to_pylist() == ["LANTERN", "MUG", None]


def test_customers_crowd_around_large_cities_and_the_draw_repeats() -> None:
    largest = max(CITIES, key=lambda city: city.population)
    places = pa.table({"name": ["town", "desert"], "lon": [largest.lon + 0.1, 84.0], "lat": [largest.lat, 39.0]})

    lon, lat = example.draw_places(places, 500, np.random.default_rng(1))
    again = example.draw_places(places, 500, np.random.default_rng(1))

    assert float(np.mean(lon > 95)) > 0.99
    assert np.array_equal(lon, again[0])
    assert np.array_equal(lat, again[1])


def test_most_customers_belong_to_the_nearest_rep_and_a_few_to_nobody() -> None:
    owners = example.owner_table()
    lon, lat = np.full(2_000, owners["lon"][4].as_py()), np.full(2_000, owners["lat"][4].as_py())

    owner = example.draw_owners(lon, lat, owners, np.random.default_rng(3))

    counts = {item["values"]: item["counts"] for item in owner.value_counts().to_pylist()}
    assert 0.68 < counts["R05"] / 2_000 < 0.78
    assert 0.015 < counts[None] / 2_000 < 0.05


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, object]:
    if not SHARED.exists():
        pytest.skip("The real data are not beside the project.")
    out = tmp_path_factory.mktemp("retail")
    return out, example.build(SHARED / "online_retail_ii.parquet", SHARED / "cn_city_coordinates.parquet", out)


@pytest.mark.shared
def test_the_cleaning_facts_come_out_exactly(built: tuple[Path, object]) -> None:
    assert built[1] == example.Facts(
        lines=1_067_370,
        customers=5_942,
        invoices=53_628,
        codes=5_305,
        countries=43,
        returned=22_950,
        anonymous=243_007,
        overlap_lines=22_523,
        overlap_invoices=1_088,
        written_lines=1_044_847,
        written_anonymous=235_287,
    )


@pytest.mark.shared
def test_no_order_line_is_written_twice_and_no_invoice_is_lost(built: tuple[Path, object]) -> None:
    orders = pq.read_table(built[0] / "orders.parquet", columns=["order_id", "line_no"])

    assert orders.group_by(["order_id", "line_no"]).aggregate([]).num_rows == orders.num_rows
    assert pc.count_distinct(orders["order_id"]).as_py() == 53_628


@pytest.mark.shared
def test_collect_rejects_the_lines_without_customer_and_no_other_row(built: tuple[Path, object]) -> None:
    collected = collect_folder(built[0])

    rejected = {name: table.num_rows for name, table in collected.rejects.items() if table.num_rows}
    assert rejected == {"orders": 235_287}
    assert pc.unique(collected.rejects["orders"]["column"]).to_pylist() == ["customer_id"]
    assert collected.book.table("orders").num_rows == 1_044_847 - 235_287
    assert collected.book.table("customers").num_rows == 5_942
    assert (collected.book.settings.currency, str(collected.book.as_of)) == ("GBP", "2011-12-10")


@pytest.mark.shared
def test_the_same_seed_draws_the_same_places_and_another_seed_others(
    built: tuple[Path, object], tmp_path: Path
) -> None:
    places = pq.read_table(SHARED / "cn_city_coordinates.parquet")
    said = pq.read_table(built[0] / "customers.parquet")
    streams = {seed: np.random.SeedSequence(seed).spawn(2)[0] for seed in (7, 8)}

    drawn = {seed: example.draw_places(places, said.num_rows, np.random.default_rng(streams[seed])) for seed in streams}

    assert np.array_equal(np.asarray(said["lon"]), drawn[7][0])
    assert not np.array_equal(np.asarray(said["lon"]), drawn[8][0])
    assert sorted(path.stem for path in built[0].glob("*.parquet")) == sorted(MADE_OF)
