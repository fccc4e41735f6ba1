"""Queries: what a database holds becomes a table, nothing is ever written to it, and no password is shown."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from jiuzhou.adapters.sources.places import open_sources, read_sources, whole_table
from jiuzhou.adapters.sources.queries import open_query
from jiuzhou.adapters.texts import render
from jiuzhou.kernel.errors import BookError

FILL = (
    "create table t (id text, amount real, note text); insert into t values ('C1', 1.5, null), ('C2', 2.0, 'a\r\n\"b')"
)


@pytest.fixture
def database(tmp_path: Path) -> str:
    with closing(sqlite3.connect(tmp_path / "crm.db")) as connection:
        connection.executescript(FILL)
    return f"sqlite:///{tmp_path / 'crm.db'}"


def read(dsn: str, query: str, folder: Path) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = whole_table(open_query(dsn, query, "customers", folder)).table.to_pylist()
    return rows


def test_a_query_is_a_table_of_texts(database: str, tmp_path: Path) -> None:
    query = "-- all of them; really\nselect id as customer_id, amount, note from t order by id;"

    assert read(database, query, tmp_path) == [
        {"customer_id": "C1", "amount": "1.5", "note": ""},
        {"customer_id": "C2", "amount": "2", "note": 'a\r\n"b'},
    ]
    assert read(database, "with x as (select ';' as a) select * from x", tmp_path) == [{"a": ";"}]
    assert read(database, "select id from t where id = 'none'", tmp_path) == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("delete from t", "adapters.not_one_select"),
        ("select 1; drop table t", "adapters.not_one_select"),
        ("pragma query_only = off", "adapters.not_one_select"),
        ("", "adapters.not_one_select"),
        ("with x as (select 1) delete from t", "adapters.query_failed"),
        ("select load_extension('x')", "adapters.query_failed"),
        ("select * from nope", "adapters.query_failed"),
        ("select x'00' as odd from t", "adapters.unsupported_type"),
    ],
)
def test_what_does_not_only_read_is_refused_and_changes_nothing(
    database: str, tmp_path: Path, query: str, code: str
) -> None:
    before = (tmp_path / "crm.db").read_bytes()
    with pytest.raises(BookError) as caught:
        read(database, query, tmp_path)
    assert caught.value.code == code
    assert (tmp_path / "crm.db").read_bytes() == before


def test_duckdb_reads_its_own_file_and_no_other(tmp_path: Path) -> None:
    with closing(duckdb.connect(str(tmp_path / "x.duckdb"))) as connection:
        connection.execute(
            "create table t as select 1.50::decimal(9, 2) m, date '2024-03-05' d, ['a', 'b'] l, {'k': 1} s"
        )
    dsn = f"duckdb:///{tmp_path / 'x.duckdb'}"

    assert read(dsn, "select * from t", tmp_path) == [
        {"m": "1.50", "d": "2024-03-05", "l": '["a", "b"]', "s": '{"k": 1}'}
    ]
    for query in (f"select * from read_csv('{__file__}')", "with x as (select 1) insert into t select * from t"):
        with pytest.raises(BookError, match=r"adapters\.query_failed"):
            read(dsn, query, tmp_path)


def test_a_failed_connection_never_shows_a_password(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    for dsn, password in (
        ("postgresql://jim:geheim%23@127.0.0.1:1/x", None),
        ("postgresql://jim@127.0.0.1:1/geheim#", "geheim#"),
        ("postgresql://jim:x@127.0.0.1:geheim#/x", "geheim#"),
        ("mysql://jim:geheim#@host/x", None),
    ):
        with pytest.raises((BookError, ValueError)) as caught:
            open_query(dsn, "select 1", "customers", tmp_path, password=password)
        assert isinstance(caught.value, BookError)
        assert "geheim#" not in render(caught.value.message, "en")
        assert caught.value.__cause__ is None


def test_a_query_file_takes_its_place_among_tables(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_PASSWORD", "geheim")
    query = tmp_path / "客户.sql.toml"
    query.write_text(f'dsn = "{database}"\nquery = "select id from t"\npassword_env = "CRM_PASSWORD"\n', "utf-8")

    (source,) = read_sources(query)[1].values()

    assert source.file == "customers (sqlite)"
    assert source.table["id"].to_pylist() == ["C1", "C2"]
    with pytest.raises(BookError, match=r"adapters\.unknown_ending"), open_sources(query, trusted=False):
        pass


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('dsn = "sqlite:///x"', "adapters.bad_query_file"),
        ('dsn = "sqlite:///x"\nquery = "select 1"\nport = 1', "adapters.bad_query_file"),
        ('dsn = "sqlite:///x"\nquery = "select 1"\npassword_env = "NOT_SET_AT_ALL"', "adapters.no_password"),
        ('dsn = "sqlite:///no-such-file"\nquery = "select 1"', "adapters.no_such_path"),
        ('dsn = "x"\nquery = "select 1"', "adapters.unknown_dsn"),
    ],
)
def test_a_query_file_says_what_it_lacks(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "customers.sql.toml").write_text(text, "utf-8")
    with pytest.raises(BookError) as caught:
        read_sources(tmp_path / "customers.sql.toml")
    assert caught.value.code == code
