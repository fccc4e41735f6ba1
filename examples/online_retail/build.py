"""
A Book from Online Retail II (Chen, D. 2012, UCI Machine Learning Repository, CC BY 4.0): real orders, invented places.

Run ``python examples/online_retail/build.py OUT``; ``README.md`` beside this file says what is real and what is drawn.
"""

from __future__ import annotations

import argparse
import shutil
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from jiuzhou.adapters.sources.book_toml import SETTINGS, settings_text
from jiuzhou.geo.cities import CITIES
from jiuzhou.kernel.book import BookSettings

HERE = Path(__file__).parent
DATA = HERE.parents[1].parent / "shared" / "data"
AS_OF = date(2011, 12, 10)
OVERLAP_FROM = datetime.fromisoformat("2010-12-01T00:00")
BEGINS = date(2009, 12, 1)
REPS = 24
HOURS = 1_600.0
KM_PER_DEGREE = 111.2

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Facts:
    """
    What the set holds, counted before anything is dropped, and what is written.

    Attributes
    ----------
    lines, customers, invoices, codes, countries
        Rows, and different values in them.
    returned, anonymous
        Lines with a negative quantity, and without a customer.
    overlap_lines, overlap_invoices
        What stands in both sheets; it is dropped from the first.
    written_lines, written_anonymous
        Order lines in the Book's folder, and those of them that collect will reject for want of a customer.
    """

    lines: int
    customers: int
    invoices: int
    codes: int
    countries: int
    returned: int
    anonymous: int
    overlap_lines: int
    overlap_invoices: int
    written_lines: int
    written_anonymous: int


def build(source: Path, places: Path, out: Path, *, seed: int = 7) -> Facts:
    """
    Return the facts of the set, after writing it as a Book into ``out``.

    Parameters
    ----------
    source
        ``online_retail_ii.parquet``; product names come from ``online_retail_ii_products.parquet`` beside it, if there.
    places
        ``cn_city_coordinates.parquet``: name, lon, lat.
    out
        Folder; files of the same names are replaced.
    seed
        Of the draws of places and owners.
    """
    lines = pq.read_table(source)
    kept = without_overlap(lines)
    placed, owned = np.random.SeedSequence(seed).spawn(2)
    people = customers(kept)
    lon, lat = draw_places(pq.read_table(places), people.num_rows, np.random.default_rng(placed))
    owners = owner_table()
    owner = draw_owners(lon, lat, owners, np.random.default_rng(owned))
    names = source.with_name("online_retail_ii_products.parquet")
    tables = {
        "customers": people.append_column("lon", pa.array(lon))
        .append_column("lat", pa.array(lat))
        .append_column("location_quality", pa.array(["exact"] * len(lon)))
        .append_column("owner_id", owner),
        "owners": owners,
        "ownership": ownership_table(people["customer_id"], owner),
        "products": product_table(kept, pq.read_table(names) if names.exists() else None),
        "orders": order_table(kept),
    }
    out.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        pq.write_table(table, out / f"{name}.parquet", compression="zstd")
    settings = BookSettings(zone="Europe/London", currency="GBP", language="en", as_of=AS_OF)
    (out / SETTINGS).write_text(settings_text(settings), "utf-8", newline="\n")
    for name in ("policy.toml", "rules.yaml"):
        shutil.copyfile(HERE / name, out / name)
    return facts(lines, kept)


def facts(lines: pa.Table, kept: pa.Table) -> Facts:
    """Return the facts of the whole set ``lines``, of which ``kept`` is written."""

    def different(column: str) -> int:
        return int(pc.count_distinct(lines[column]).as_py())

    dropped = lines.filter(_in_overlap(lines))
    return Facts(
        lines=lines.num_rows,
        customers=different("customer_id"),
        invoices=different("invoice"),
        codes=different("stock_code"),
        countries=different("country"),
        returned=int(pc.sum(pc.less(lines["quantity"], 0)).as_py() or 0),
        anonymous=lines["customer_id"].null_count,
        overlap_lines=dropped.num_rows,
        overlap_invoices=int(pc.count_distinct(dropped["invoice"]).as_py()),
        written_lines=kept.num_rows,
        written_anonymous=kept["customer_id"].null_count,
    )


def without_overlap(lines: pa.Table) -> pa.Table:
    """Return ``lines`` without those of the first sheet from December 2010 on, which the second one repeats."""
    return lines.filter(pc.invert(_in_overlap(lines)))


def order_table(lines: pa.Table) -> pa.Table:
    """
    Return the order lines of the Book, in the order of the set.

    Lines are numbered within their invoice, since the set does not; an amount is quantity x price to four decimals, in
    the Book's currency; lines without a customer stay, so that collect can say how many it rejects.
    """
    quantity = np.asarray(lines["quantity"], dtype=np.float64)
    amount = np.rint(quantity * np.asarray(lines["price"]) * 10_000).astype(np.int64)
    return pa.table(
        {
            "order_id": lines["invoice"],
            "customer_id": lines["customer_id"].cast(pa.string()),
            "ordered_at": lines["invoice_time"],
            "amount": _decimals(amount),
            "line_no": number_within(lines["invoice"]),
            "product_id": pc.utf8_trim_whitespace(lines["stock_code"]),
            "quantity": quantity,
        }
    )


def number_within(groups: pa.ChunkedArray) -> pa.Array:
    """Return 1, 2, 3… for the rows of each group, in the order in which they stand, wherever they stand."""
    codes = np.asarray(pc.dictionary_encode(groups.combine_chunks()).indices, dtype=np.int64)
    order = np.argsort(codes, kind="stable")
    where = np.arange(len(codes))
    opens = np.ones(len(codes), dtype=bool)
    opens[1:] = codes[order][1:] != codes[order][:-1]
    numbers = np.empty(len(codes), dtype=np.int64)
    numbers[order] = where - np.maximum.accumulate(np.where(opens, where, 0)) + 1
    return pa.array(numbers)


def customers(lines: pa.Table) -> pa.Table:
    """Return the customers by id, each with the country of most of its lines (of equals the first by name)."""
    counted = lines.filter(pc.is_valid(lines["customer_id"])).group_by(["customer_id", "country"])
    ranked = counted.aggregate([([], "count_all")]).sort_by(
        [("customer_id", "ascending"), ("count_all", "descending"), ("country", "ascending")]
    )
    ids = np.asarray(ranked["customer_id"])
    first = np.ones(len(ids), dtype=bool)
    first[1:] = ids[1:] != ids[:-1]
    one = ranked.filter(pa.array(first))
    return pa.table({"customer_id": one["customer_id"].cast(pa.string()), "country": one["country"]})


def product_table(lines: pa.Table, names: pa.Table | None) -> pa.Table:
    """
    Return the codes of ``lines`` in order, with their name and the median of the prices above zero.

    One code of the set also stands with a blank after it; the two are one product.
    """
    codes = pc.unique(pc.utf8_trim_whitespace(lines["stock_code"])).sort()
    sold = lines.filter(pc.greater(lines["price"], 0))
    place = np.asarray(pc.index_in(pc.utf8_trim_whitespace(sold["stock_code"]), codes), dtype=np.int64)
    price = np.asarray(sold["price"])
    order = np.lexsort((price, place))
    starts = np.searchsorted(place[order], np.arange(len(codes) + 1))
    known = starts[1:] > starts[:-1]
    middle = np.where(known, (starts[:-1] + starts[1:] - 1) // 2, 0)
    unit_price = np.rint(price[order][middle] * 10_000).astype(np.int64)
    table = pa.table({"product_id": codes, "unit_price": pc.if_else(pa.array(known), _decimals(unit_price), None)})
    if names is None:
        return table
    said = pc.utf8_trim_whitespace(names["description"]).take(pc.index_in(codes, names["stock_code"].combine_chunks()))
    return table.append_column("name", said)


def draw_places(places: pa.Table, count: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """
    Return longitude and latitude for ``count`` customers: a drawn place, and some kilometres around it.

    A place weighs the population of the nearest large city x exp(-km to it / 150), so that customers crowd where people
    do; the shift is normal with 2 km each way.
    """
    lon, lat = np.asarray(places["lon"]), np.asarray(places["lat"])
    city_lon, city_lat = np.array([city.lon for city in CITIES]), np.array([city.lat for city in CITIES])
    away = _km(lon[:, None], lat[:, None], city_lon[None], city_lat[None])
    nearest = np.argmin(away, axis=1)
    people = np.array([city.population for city in CITIES], dtype=np.float64)[nearest]
    weight = people * np.exp(-away[np.arange(len(lon)), nearest] / 150.0)
    drawn = rng.choice(len(lon), count, p=weight / weight.sum())
    shift = rng.normal(0.0, 2.0 / KM_PER_DEGREE, (count, 2))
    x, y = lon[drawn] + shift[:, 0] / np.cos(np.radians(lat[drawn])), lat[drawn] + shift[:, 1]
    return np.round(x, 5), np.round(y, 5)


def owner_table() -> pa.Table:
    """Return 24 invented reps, one in each of the largest cities."""
    homes = sorted(CITIES, key=lambda city: (-city.population, city.code))[:REPS]
    return pa.table(
        {
            "owner_id": [f"R{number:02d}" for number in range(1, REPS + 1)],
            "kind": ["rep"] * REPS,
            "name": [f"Rep {city.name_en}" for city in homes],
            "lat": [city.lat for city in homes],
            "lon": [city.lon for city in homes],
            "level": ["regular"] * REPS,
            "capacity_hours": [HOURS] * REPS,
            "weight": [1.0] * REPS,
            "active_from": [BEGINS] * REPS,
        }
    )


def draw_owners(lon: Floats, lat: Floats, owners: pa.Table, rng: np.random.Generator) -> pa.Array:
    """
    Return the present owner of each customer: grown, not planned.

    Three in four belong to the nearest rep, three in twenty to the second nearest, the rest to anyone; three in a
    hundred have none.
    """
    away = _km(lon[:, None], lat[:, None], np.asarray(owners["lon"])[None], np.asarray(owners["lat"])[None])
    ranked = np.argsort(away, axis=1, kind="stable")
    luck, anyone = rng.random(len(lon)), rng.integers(0, REPS, len(lon))
    owner = np.where(luck < 0.75, ranked[:, 0], np.where(luck < 0.9, ranked[:, 1], anyone))
    return owners["owner_id"].combine_chunks().take(pa.array(owner, mask=rng.random(len(lon)) < 0.03))


def ownership_table(ids: pa.ChunkedArray, owner: pa.Array) -> pa.Table:
    """Return one row for each customer with an owner, since the first day of the set."""
    table = pa.table({"customer_id": ids, "owner_id": owner}).filter(pc.is_valid(owner))
    role, since = pa.array(["primary"] * table.num_rows), pa.array([BEGINS] * table.num_rows, pa.date32())
    return table.append_column("role", role).append_column("valid_from", since)


def main() -> None:
    """Build the Book into the folder that the command line names, and print the facts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder of the Book")
    parser.add_argument("--source", type=Path, default=DATA / "online_retail_ii.parquet")
    parser.add_argument("--places", type=Path, default=DATA / "cn_city_coordinates.parquet")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    for name, count in asdict(build(given.source, given.places, given.out, seed=given.seed)).items():
        print(f"{name}: {count:,}")


def _in_overlap(lines: pa.Table) -> pa.ChunkedArray:
    return pc.and_(pc.equal(lines["sheet"], 2009), pc.greater_equal(lines["invoice_time"], pa.scalar(OVERLAP_FROM)))


def _decimals(ten_thousandths: Ints) -> pa.Array:
    # A decimal(18,4) is a 128-bit count of ten-thousandths, low half first; the high half repeats the sign.
    halves = np.stack([ten_thousandths, ten_thousandths >> 63], axis=1).astype("<i8")
    return pa.Array.from_buffers(pa.decimal128(18, 4), len(halves), [None, pa.py_buffer(halves.tobytes())])


def _km(lon: Floats, lat: Floats, to_lon: Floats, to_lat: Floats) -> Floats:
    east = (to_lon - lon) * np.cos(np.radians((lat + to_lat) / 2))
    return np.hypot(east, to_lat - lat) * KM_PER_DEGREE


if __name__ == "__main__":
    main()
