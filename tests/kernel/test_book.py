"""A Book's tables always have their known columns, so that no stage asks for them."""

from datetime import UTC, date, datetime

import pyarrow as pa
import pytest

from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.errors import BookError
from jiuzhou.kernel.tables import TABLES


def test_known_columns_come_first_and_extra_ones_are_kept() -> None:
    customers = pa.table({"颜色": ["red"], "customer_id": ["C1"], "potential": [12]})

    table = Book.of(BookSettings(), {"customers": customers}).table("customers")

    known = [column.name for column in TABLES["customers"].columns]
    assert table.column_names == [*known, "颜色"]
    assert str(table.schema.field("potential").type) == "decimal128(18, 4)"
    assert table["name"].to_pylist() == [None]


def test_an_absent_table_is_an_empty_one() -> None:
    book = Book.of(BookSettings(), {})

    assert book.table("orders").num_rows == 0
    assert "amount" in book.table("orders").column_names
    assert "orders" not in book


def test_a_table_without_its_required_column_is_refused() -> None:
    with pytest.raises(BookError) as refusal:
        Book.of(BookSettings(), {"customers": pa.table({"name": ["甲"]})})

    assert refusal.value.code == "kernel.missing_column"
    assert refusal.value.message.params["column"] == "customer_id"


def test_a_table_no_book_knows_is_refused() -> None:
    with pytest.raises(BookError) as refusal:
        Book.of(BookSettings(), {"custmers": pa.table({"customer_id": ["C1"]})})

    assert refusal.value.code == "kernel.unknown_table"


def test_the_book_describes_the_day_after_its_last_order_in_its_own_zone() -> None:
    orders = pa.table(
        {
            "order_id": ["O1"],
            "customer_id": ["C1"],
            "ordered_at": pa.array([datetime(2026, 3, 1, 20, tzinfo=UTC)], pa.timestamp("us", "UTC")),
            "amount": [1],
        }
    )

    assert Book.of(BookSettings(zone="Asia/Shanghai"), {"orders": orders}).as_of == date(2026, 3, 3)
    assert Book.of(BookSettings(as_of=date(2026, 1, 1)), {"orders": orders}).as_of == date(2026, 1, 1)


@pytest.mark.parametrize(
    "setting",
    [
        {"zone": "Asia/Nowhere"},
        {"currency": "yuan"},
        {"language": "fr"},
        {"fiscal_year_start": 13},
        {"crs": "epsg:4326"},
    ],
)
def test_settings_that_make_no_sense_are_refused(setting: dict[str, object]) -> None:
    with pytest.raises(BookError):
        BookSettings(**setting)  # type: ignore[arg-type]


def test_every_table_names_each_column_once_and_its_key_exists() -> None:
    for spec in TABLES.values():
        names = [column.name for column in spec.columns]
        assert len(names) == len(set(names)), spec.name
        assert set(spec.key) <= set(names), spec.name
        for column in spec.columns:
            table, _, referred = column.refers_to.partition(".")
            assert not table or TABLES[table].column(referred), f"{spec.name}.{column.name}"


def test_an_amount_without_a_currency_is_in_the_books_own() -> None:
    orders = pa.table({"order_id": ["a", "b", "c"], "currency": ["CNY", None, "USD"]})

    assert Book.of(BookSettings(), {}).in_own_currency(orders)["order_id"].to_pylist() == ["a", "b"]
