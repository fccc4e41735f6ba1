"""Duplicates on disk: pairs for a person to review, merges proposed, and a Book after merges."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from jiuzhou.adapters.books import write_book
from jiuzhou.adapters.clock import today
from jiuzhou.adapters.exports import write_csv
from jiuzhou.adapters.folders import staged
from jiuzhou.adapters.linking import find_pairs
from jiuzhou.adapters.sources.charsets import encoding_of
from jiuzhou.adapters.texts import Lang, render
from jiuzhou.collect.duplicates import (
    MERGES,
    Clusters,
    Merged,
    Proposal,
    clusters,
    evidence,
    link_model,
    marks,
    merge_rows,
    merged,
    proposals,
)
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.message import Message, say

PAIRS_FILE, MERGES_FILE, FOLDER = "duplicates.csv", "merges.csv", "merges"
_BY = "jiuzhou duplicates"
_SIDE_BY_SIDE = ("customer_id", "name", "tax_id", "phone", "email", "address", "owner_id")


class Duplicates:
    """
    The duplicates of a Book.

    Attributes
    ----------
    pairs
        Every pair that may be one customer, schema ``PAIRS``.
    clusters
        What is to become of each pair.
    proposals
        The merges proposed.
    evidence
        For each pair, what speaks for and against it.
    """

    __slots__ = ("clusters", "evidence", "pairs", "proposals")

    def __init__(
        self,
        pairs: pa.Table,
        found: Clusters,
        merging: tuple[Proposal, ...],
        reasons: tuple[tuple[Message, ...], ...],
    ) -> None:
        self.pairs, self.clusters, self.proposals, self.evidence = pairs, found, merging, reasons

    @property
    def to_review(self) -> int:
        """How many pairs a person should look at."""
        return self.clusters.verdict.count("review")

    @property
    def to_merge(self) -> int:
        """How many customers would lead to another."""
        return sum(len(item.merged) for item in self.proposals)


def find_duplicates(book: Book, *, temp_folder: Path | None = None) -> Duplicates:
    """
    Return the duplicates among the customers of ``book``.

    Raises
    ------
    InputError
        If Splink is not installed.
    """
    customers = book.table("customers")
    compared = marks(customers)
    model = link_model(compared)
    pairs = find_pairs(compared, model, temp_folder=temp_folder)
    found = clusters(pairs, compared, certain=model.certain)
    kept = [verdict != "apart" for verdict in found.verdict]
    pairs = pairs.filter(pa.array(kept, pa.bool_()))
    found = Clusters(found.groups, tuple(verdict for verdict in found.verdict if verdict != "apart"))
    return Duplicates(pairs, found, proposals(found.groups, book), evidence(pairs, compared, customers))


def write_duplicates(found: Duplicates, book: Book, folder: Path, lang: Lang) -> None:
    """
    Write ``duplicates.csv``, the pairs with both records side by side, and ``merges.csv``, the merges proposed.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    customers = book.table("customers")
    with staged(folder) as stage:
        write_csv(_side_by_side(found, customers, lang), stage / PAIRS_FILE)
        write_csv(_proposed(found, customers, lang), stage / MERGES_FILE)


def read_merges(path: Path) -> pa.Table:
    """
    Return the merges in a file that ``write_duplicates`` wrote and a person may have shortened, schema ``MERGES``.

    A merge that has no moment yet gets today's.

    Raises
    ------
    InputError
        If a column is missing.
    """
    encoding = "utf-8-sig" if encoding_of(path) == "utf-8" else encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        rows = [{key: _unescaped(value) for key, value in row.items() if key} for row in csv.DictReader(file)]
    if rows and not {"survivor_id", "merged_id"} <= set(rows[0]):
        raise InputError("companies.merge_columns", file=path.name)
    kept = [row for row in rows if row["survivor_id"] and row["merged_id"]]
    for row in kept:
        row["at"] = row.get("at") or today().isoformat()
    return pa.Table.from_pylist([{name: row.get(name, "") for name in MERGES.names} for row in kept], MERGES)


def write_merged(book: Book, merges: pa.Table, folder: Path) -> Merged:
    """
    Write the Book after ``merges``, and in ``merges/`` the merges, the rows taken out and every reference moved.

    Raises
    ------
    InputError
        If a customer is not in the Book, is merged twice or is led back to itself.
    RefusedError
        If the folder holds tables in another form.
    """
    after = merged(book, merges)
    write_book(after.book, folder)
    with staged(folder / FOLDER) as stage:
        write_csv(merges, stage / MERGES_FILE)
        pq.write_table(after.merged_customers, stage / "merged_customers.parquet", compression="zstd")
        pq.write_table(after.moved, stage / "moved.parquet", compression="zstd")
    return after


def _side_by_side(found: Duplicates, customers: pa.Table, lang: Lang) -> pa.Table:
    verdicts = [render(say(f"companies.verdict_{verdict}"), lang) for verdict in found.clusters.verdict]
    columns: dict[str, pa.Array | pa.ChunkedArray] = {
        "verdict": pa.array(verdicts, pa.string()),
        "probability": pc.round(found.pairs["probability"], 4),
        "evidence": pa.array([_told(reasons, lang) for reasons in found.evidence], pa.string()),
    }
    for name in _SIDE_BY_SIDE:
        for side in ("left", "right"):
            columns[f"{side}_{name}"] = customers[name].take(found.pairs[side])
    order = pa.array([verdict != "review" for verdict in found.clusters.verdict], pa.bool_())
    table = pa.table({**columns, "order": order})
    keys = [("order", "ascending"), ("probability", "descending"), ("left_customer_id", "ascending")]
    return table.take(pc.sort_indices(table, [*keys, ("right_customer_id", "ascending")])).drop_columns(["order"])


def _proposed(found: Duplicates, customers: pa.Table, lang: Lang) -> pa.Table:
    table = merge_rows(found.proposals, customers["customer_id"], at="", by=_BY, evidence=_because(found))
    pairs = [(item, row) for item in found.proposals for row in item.merged]
    for name, rows in (
        ("survivor_name", [item.survivor for item, _ in pairs]),
        ("merged_name", [row for _, row in pairs]),
    ):
        table = table.append_column(name, customers["name"].take(pa.array(rows, pa.int64())))
    told = [render(item.reason, lang) for item, _ in pairs]
    table = table.append_column("reason", pa.array(told, pa.string()))
    order = ("survivor_id", "survivor_name", "merged_id", "merged_name", "reason", "at", "by", "evidence")
    return table.select(order).sort_by([("survivor_id", "ascending"), ("merged_id", "ascending")])


def _because(found: Duplicates) -> dict[int, str]:
    """Return by merged row what speaks for it: against the survivor, else against another of its group."""
    survivors = {row: item.survivor for item in found.proposals for row in item.merged}
    direct: dict[int, Sequence[Message]] = {}
    indirect: dict[int, Sequence[Message]] = {}
    sides = zip(found.pairs["left"].to_pylist(), found.pairs["right"].to_pylist(), strict=True)
    for (left, right), reasons, verdict in zip(sides, found.evidence, found.clusters.verdict, strict=True):
        if verdict != "merge":
            continue
        for row, other in ((left, right), (right, left)):
            (direct if survivors.get(row) == other else indirect).setdefault(row, reasons)
    return {
        row: json.dumps([reason.to_json() for reason in reasons], ensure_ascii=False)
        for row, reasons in (indirect | direct).items()
        if row in survivors
    }


def _told(reasons: Sequence[Message], lang: Lang) -> str:
    return ("" if lang == "zh" else " ").join(render(reason, lang) for reason in reasons)


def _unescaped(cell: str | None) -> str:
    # An exported cell that a spreadsheet would run begins with an apostrophe.
    return (cell or "").removeprefix("'").strip()
