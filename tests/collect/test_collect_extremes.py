"""Numbers larger than a float counts by one, from texts and from typed columns: kept or rejected, never a crash."""

from __future__ import annotations

import pyarrow as pa
import pytest

from jiuzhou.collect import Collected, RawTable, read
from jiuzhou.kernel.book import BookSettings


def collected(**column: pa.Array) -> Collected:
    owners = pa.table({"owner_id": ["R1"], **column})
    customers = pa.table({"customer_id": ["C1"]})
    sources = {
        name: RawTable(f"{name}.parquet", table) for name, table in (("customers", customers), ("owners", owners))
    }
    return read(sources, BookSettings())


@pytest.mark.parametrize(
    "given", [pa.array(["9007199254740993"]), pa.array([2**53 + 1]), pa.array([2**53 + 1], "uint64")]
)
def test_a_whole_number_beyond_the_floats_is_kept_to_the_last_digit(given: pa.Array) -> None:
    found = collected(capacity_customers=given)

    assert found.book.table("owners")["capacity_customers"].to_pylist() == [2**53 + 1]


@pytest.mark.parametrize("given", [pa.array(["1" + "0" * 18]), pa.array([2**60]), pa.array([2**63 + 5], pa.uint64())])
def test_a_whole_number_that_does_not_fit_is_rejected(given: pa.Array) -> None:
    found = collected(capacity_customers=given)

    assert found.rejects["owners"]["code"].to_pylist() == ["collect.bad_integer"]


def test_a_typed_whole_number_may_stand_where_any_number_may() -> None:
    found = collected(capacity_hours=pa.array([2**59]))

    assert found.book.table("owners")["capacity_hours"].to_pylist() == [float(2**59)]


def test_a_typed_amount_that_does_not_fit_is_rejected() -> None:
    owners = pa.table({"customer_id": ["C1", "C2"], "potential": pa.array([2**60, 7])})

    found = read({"customers": RawTable("customers.parquet", owners)}, BookSettings())

    assert found.rejects["customers"]["code"].to_pylist() == ["collect.bad_money"]
    assert found.book.table("customers")["customer_id"].to_pylist() == ["C2"]


@pytest.mark.parametrize("given", [pa.array(["1e300"]), pa.array([1e300]), pa.array([float("inf")])])
def test_a_number_no_company_has_is_rejected(given: pa.Array) -> None:
    found = collected(weight=given)

    assert found.rejects["owners"]["code"].to_pylist() == ["collect.bad_number"]
