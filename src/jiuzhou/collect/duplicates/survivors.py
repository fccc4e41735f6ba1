"""Which record of a customer stays when its records are merged, and why that one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.companies import credit_codes
from jiuzhou.kernel.arrays import Ints
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import Message, say

_HISTORY = ("orders", "deals", "interactions", "ownership", "contacts", "contracts", "sites", "surveys")
_REASONS = ("survives_code", "survives_history", "survives_owner", "survives_filled", "survives_age", "survives_id")


@dataclass(frozen=True, slots=True)
class Proposal:
    """
    One merge that is proposed.

    Attributes
    ----------
    survivor, merged
        Rows of the customers: the record that stays, and those that lead to it from then on.
    reason
        Why that record stays.
    """

    survivor: int
    merged: tuple[int, ...]
    reason: Message


def proposals(groups: Sequence[Sequence[int]], book: Book) -> tuple[Proposal, ...]:
    """
    Return for each group of rows which record stays.

    The first of these that tells them apart decides: a valid credit code; more orders, deals, contacts and other rows;
    an owner; more columns filled; the earlier creation; the smaller ``customer_id``.
    """
    customers = book.table("customers")
    ranks = _ranks(customers, book)
    ids = customers["customer_id"].to_pylist()
    found = []
    for group in groups:
        ordered = sorted(group, key=lambda row: (*(-int(rank[row]) for rank in ranks), ids[row]))
        best, next_best = ordered[0], ordered[1]
        decided = next(
            (reason for reason, rank in zip(_REASONS, ranks, strict=False) if rank[best] != rank[next_best]),
            _REASONS[-1],
        )
        merged = tuple(sorted(ordered[1:]))
        found.append(Proposal(best, merged, say(f"companies.{decided}", customer=ids[best], count=len(merged))))
    return tuple(found)


def _ranks(customers: pa.Table, book: Book) -> tuple[Ints, ...]:
    filled = np.zeros(customers.num_rows, dtype=np.int64)
    for name in customers.column_names:
        filled += pc.is_valid(customers[name]).to_numpy().astype(np.int64)
    created = pc.fill_null(customers["created_at"].cast(pa.int64()), np.iinfo(np.int64).max).to_numpy()
    return (
        credit_codes(customers["tax_id"]).valid.astype(np.int64),
        _rows_elsewhere(customers, book),
        pc.is_valid(customers["owner_id"]).to_numpy().astype(np.int64),
        filled,
        -created,
    )


def _rows_elsewhere(customers: pa.Table, book: Book) -> Ints:
    total = np.zeros(customers.num_rows, dtype=np.int64)
    ids = customers["customer_id"].combine_chunks()
    for name in _HISTORY:
        if name in book:
            at = pc.index_in(book.table(name)["customer_id"], value_set=ids)
            total += np.bincount(pc.drop_null(at).to_numpy(), minlength=len(total))
    return total


def merge_rows(found: Sequence[Proposal], ids: pa.Array, at: str, by: str, evidence: Mapping[int, str]) -> pa.Table:
    """
    Return the rows of the table ``merges`` that carry the proposals out.

    Parameters
    ----------
    ids
        ``customer_id`` by row.
    at, by
        When and who, as they are kept: an ISO moment, and a user or ``"jiuzhou duplicates"``.
    evidence
        By merged row, what speaks for it, as JSON.
    """
    pairs = [(item.survivor, row) for item in found for row in item.merged]
    names = ids.to_pylist()
    return pa.table(
        {
            "survivor_id": pa.array([names[survivor] for survivor, _ in pairs], pa.string()),
            "merged_id": pa.array([names[row] for _, row in pairs], pa.string()),
            "at": pa.array([at] * len(pairs), pa.string()),
            "by": pa.array([by] * len(pairs), pa.string()),
            "evidence": pa.array([evidence.get(row, "[]") for _, row in pairs], pa.string()),
        }
    )
