"""An engine, and Books written as short rows."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from jiuzhou.adapters.engines import duckdb_engine
from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.column import Kind
from jiuzhou.kernel.moments import MOMENT
from jiuzhou.kernel.tables import TABLES

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="session")
def engine():
    with duckdb_engine(threads=2) as backend:
        yield backend


def _cell(value, column):
    if value is not None and column and column.kind is Kind.MOMENT and isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=SHANGHAI)
    if value is not None and column and column.kind is Kind.MONEY:
        return Decimal(str(value))
    return value


def make_book(*, settings=None, **tables):
    """Book of tables given as lists of dicts; moments as naive texts in Shanghai, money as any number."""
    made = {}
    for name, rows in tables.items():
        spec = TABLES[name]
        names = [column.name for column in spec.columns if column.required or any(column.name in row for row in rows)]
        fields = [(column, spec.column(column).arrow) for column in names]
        made[name] = pa.table(
            {
                column: pa.array([_cell(row.get(column), spec.column(column)) for row in rows], kind)
                for column, kind in fields
            }
        )
    return Book.of(settings or BookSettings(), made)


@pytest.fixture(scope="session")
def book_of():
    assert MOMENT.tz == "UTC"
    return make_book
