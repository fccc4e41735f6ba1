"""
Many rows at once, column by column, in the database's own fastest way.

The rows go past ``Model.save``: nothing is filled in by itself, no signal is sent. Moments such as ``recorded_at`` are
given by the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction

Columns = Mapping[str, Sequence[Any]]

_AS_IT_IS = (
    models.CharField,
    models.TextField,
    models.FloatField,
    models.IntegerField,
    models.BooleanField,
    models.ForeignKey,
)


def count_spread(model: type[models.Model]) -> None:
    """
    Let PostgreSQL count how the values of a table that was just filled are spread.

    Its own count comes a minute later, and what is asked before then may read the whole table for each row. SQLite
    takes the right index without.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {_quoted(model._meta.db_table)}")


def insert_rows(model: type[models.Model], columns: Columns) -> int:
    """
    Return how many rows were inserted: one for each value of the columns.

    Parameters
    ----------
    columns
        Values by the field's ``attname`` (``owner_id``), all of one length; a field that is not named gets its default.
    """
    count = len(next(iter(columns.values()), ()))
    if count == 0:
        return 0
    concrete = (field for field in model._meta.concrete_fields if not field.generated)
    fields = [field for field in concrete if not isinstance(field, models.AutoField)]
    given = [_prepared(field, columns[field.attname]) if field.attname in columns else None for field in fields]
    filled = [
        values if values is not None else list(_prepared(field, [field.get_default()])) * count
        for field, values in zip(fields, given, strict=True)
    ]
    table, names = _quoted(model._meta.db_table), [_quoted(field.column) for field in fields]
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({', '.join(names)}) FROM STDIN") as copy:
                for row in zip(*filled, strict=True):
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(names))
            cursor.executemany(
                f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})", list(zip(*filled, strict=True))
            )
    return count


def update_rows(
    model: type[models.Model], keys: Sequence[Any], columns: Columns, *, raise_version: bool = False
) -> int:
    """
    Return how many rows were updated: the row of each primary key gets the values at the same place of the columns.

    Parameters
    ----------
    raise_version
        Whether ``version`` goes up by one, so that a page which shows the row as it was is noticed.
    """
    if not keys:
        return 0
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    filled = [_prepared(by_name[name], values) for name, values in columns.items()]
    sets = [f"{_quoted(by_name[name].column)} = %s" for name in columns]
    if raise_version:
        sets.append(f"{_quoted('version')} = {_quoted('version')} + 1")
    table, key = _quoted(model._meta.db_table), _quoted(model._meta.pk.column)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET {', '.join(sets)} WHERE {key} = %s", list(zip(*filled, keys, strict=True))
        )
    return len(keys)


def _prepared(field: models.Field[Any, Any], values: Sequence[Any]) -> Sequence[Any]:
    if isinstance(field, _AS_IT_IS):
        return values
    # The connection itself, not the proxy that finds it for each thread anew: this runs for every value.
    database = connections[DEFAULT_DB_ALIAS]
    if isinstance(field, models.JSONField):
        return _few_prepared(lambda value: field.get_db_prep_save(value, database), values)
    return list(_each_prepared(lambda value: field.get_db_prep_save(value, database), values))


def _each_prepared(prepare: Callable[[Any], Any], values: Sequence[Any]) -> Iterator[Any]:
    # In a column of days the last value is often the next one too.
    last, done = object(), None
    for value in values:
        if value is not last:
            last, done = value, prepare(value)
        yield done


def _few_prepared(prepare: Callable[[Any], Any], values: Sequence[Any]) -> list[Any]:
    empty: dict[type, Any] = {list: prepare([]), dict: prepare({})}
    return [empty[type(value)] if not value and type(value) in empty else prepare(value) for value in values]


def _quoted(name: str | None) -> str:
    return connection.ops.quote_name(name or "")
