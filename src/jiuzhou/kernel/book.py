"""The Book: every table of one company, clean, in one value that all stages read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.kernel.column import TableSpec
from jiuzhou.kernel.errors import BookError
from jiuzhou.kernel.moments import MOMENT, local_days
from jiuzhou.kernel.tables import TABLES


@dataclass(frozen=True, slots=True)
class BookSettings:
    """
    What ``book.toml`` says of the whole Book.

    Attributes
    ----------
    zone
        IANA time zone in which naive times are read and days are counted.
    currency
        ISO 4217 code of every amount that names none.
    language
        ``zh`` or ``en``: what the company's people read first.
    fiscal_year_start
        Month, 1 to 12.
    as_of
        The day the Book describes; nothing later may be known. ``None`` means the day after its last order.
    crs
        Coordinate system of places that name none: ``wgs84``, ``gcj02`` or ``bd09``.
    company
        The company's name, for the head of its reports; may be empty.
    """

    zone: str = "Asia/Shanghai"
    currency: str = "CNY"
    language: str = "zh"
    fiscal_year_start: int = 1
    as_of: date | None = None
    crs: str = "wgs84"
    company: str = ""

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (KeyError, ValueError, OSError):
            raise BookError("kernel.unknown_zone", zone=self.zone) from None
        checks = {
            "currency": len(self.currency) == 3 and self.currency.isupper(),
            "language": self.language in ("zh", "en"),
            "fiscal_year_start": 1 <= self.fiscal_year_start <= 12,
            "crs": self.crs in ("wgs84", "gcj02", "bd09"),
        }
        for name, holds in checks.items():
            if not holds:
                raise BookError("kernel.bad_book_setting", setting=name, value=str(getattr(self, name)))

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names ``book.toml`` may use."""
        return tuple(item.name for item in fields(cls))


@dataclass(frozen=True, slots=True)
class Book:
    """
    The tables of one company.

    Every table present has every known column of ``kernel.tables``, in that order and type (null where the source gave
    none), then the company's own extra columns; a stage never asks whether a column exists. Make one with
    ``Book.of``.
    """

    settings: BookSettings = field(default_factory=BookSettings)
    tables: Mapping[str, pa.Table] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: BookSettings, tables: Mapping[str, pa.Table]) -> Book:
        """
        Return a Book whose tables have their known columns, cast and in order.

        Parameters
        ----------
        tables
            Clean tables by name; each value already fits its column's kind.

        Raises
        ------
        BookError
            If a name is no table of a Book, or a required column is missing.
        """
        unknown = sorted(set(tables) - set(TABLES))
        if unknown:
            raise BookError("kernel.unknown_table", table=unknown[0], known=", ".join(TABLES))
        return cls(settings, {name: conform(tables[name], TABLES[name]) for name in TABLES if name in tables})

    def __contains__(self, name: str) -> bool:
        return name in self.tables and self.tables[name].num_rows > 0

    @property
    def as_of(self) -> date:
        """The day the Book describes: as its settings say, else the day after its last order."""
        if self.settings.as_of:
            return self.settings.as_of
        latest = pc.max(self.table("orders")["ordered_at"])
        last: date | None = local_days(pa.array([latest], MOMENT), self.settings.zone)[0].as_py()
        if last is None:
            raise BookError("kernel.no_day")
        return last + timedelta(days=1)

    @property
    def now(self) -> datetime:
        """The first moment of ``as_of`` in the Book's zone: the moment at which decisions are made."""
        return datetime.combine(self.as_of, time(), tzinfo=ZoneInfo(self.settings.zone)).astimezone(UTC)

    def table(self, name: str) -> pa.Table:
        """Return the table ``name``; an empty one with the known columns where the Book has none."""
        found = self.tables.get(name)
        return TABLES[name].arrow.empty_table() if found is None else found

    def in_own_currency(self, table: pa.Table) -> pa.Table:
        """Return the rows whose ``currency`` is the Book's, or not stated, which means the same."""
        return table.filter(pc.fill_null(pc.equal(table["currency"], self.settings.currency), True))


def conform(table: pa.Table, spec: TableSpec) -> pa.Table:
    """
    Return a table with every known column, cast and in order, then the others.

    Raises
    ------
    BookError
        If a required column is missing.
    """
    columns: dict[str, pa.ChunkedArray | pa.Array] = {}
    for column in spec.columns:
        if column.name in table.column_names:
            columns[column.name] = _cast(table[column.name], column.arrow)
        elif column.required:
            raise BookError("kernel.missing_column", table=spec.name, column=column.name)
        else:
            columns[column.name] = pa.nulls(table.num_rows, column.arrow)
    columns |= {name: table[name] for name in table.column_names if name not in columns}
    return pa.table(columns)


def _cast(values: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    # Arrow takes no whole numbers into decimal(18, 4) directly, however small they are.
    wide = pa.types.is_decimal(kind) and pa.types.is_integer(values.type)
    return (values.cast(pa.decimal128(38, kind.scale)) if wide else values).cast(kind)
