"""Groups of companies: those stated by a parent, and those that names and numbers propose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.companies.company_names import names_of_companies
from jiuzhou.collect.companies.numbers import credit_codes
from jiuzhou.kernel.arrays import Ints, Mask, indices
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import Message, say

GROUPS = pa.schema([(name, pa.string()) for name in ("group_id", "customer_id", "site_id", "role", "basis", "reason")])
"""One row for each member: role ``head``, ``subsidiary``, ``branch`` or ``site``, basis ``stated`` or ``proposed``."""

_LEAST_CORE, _MOST_MEMBERS = 3, 200
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Groups:
    """
    The groups among the customers of a Book.

    Attributes
    ----------
    table
        Schema ``GROUPS``, in the order of group, then customer; ``group_id`` is the ``customer_id`` of the head.
        ``site_id`` is set in rows of the table ``sites``. ``reason`` is empty for what is stated, else the last part
        of a code of the catalogue.
    cycles
        Customers that are each other's parent, a message each; none of them is put into a group.
    """

    table: pa.Table
    cycles: tuple[Message, ...]


def groups_of(book: Book) -> Groups:
    """Return the groups that ``parent_customer_id`` states, and those proposed for customers that state none."""
    customers = book.table("customers")
    ids = customers["customer_id"].combine_chunks()
    parents = indices(customers["parent_customer_id"], ids)
    roots, circling = _roots(parents)
    names = names_of_companies(customers["name"])
    branches = pc.fill_null(pc.not_equal(names["branch"], ""), False).to_numpy()
    stated = _stated(parents, roots, circling, branches)
    taken = np.zeros(len(ids), dtype=bool)
    taken[[row for members in stated.values() for row, _, _ in members]] = True
    proposed = _proposed(customers, names, ~taken & ~circling)
    table = _table(ids, {**stated, **proposed}, set(stated), book.table("sites"))
    return Groups(table, tuple(_cycles(parents, circling, ids)))


_Member = tuple[int, str, str]
"""Row of the customer, role, reason."""


def _roots(parents: Ints) -> tuple[Ints, Mask]:
    # Each step doubles how far up a row looks; a row that looks at no root after all steps runs in a circle.
    above = np.where(parents < 0, np.arange(len(parents)), parents)
    for _ in range(max(1, len(parents)).bit_length()):
        above = above[above]
    circling: Mask = parents[above] >= 0
    return above, circling


def _stated(parents: Ints, roots: Ints, circling: Mask, branches: Mask) -> Mapping[int, list[_Member]]:
    groups: dict[int, list[_Member]] = defaultdict(list)
    for row in np.flatnonzero((parents >= 0) & ~circling).tolist():
        groups[int(roots[row])].append((row, "branch" if branches[row] else "subsidiary", ""))
    return {head: [(head, "head", ""), *members] for head, members in groups.items()}


def _proposed(customers: pa.Table, names: pa.Table, free: Mask) -> Mapping[int, list[_Member]]:
    ids = customers["customer_id"].to_pylist()
    branch, form = names["branch"].to_pylist(), names["form"].to_pylist()
    groups: dict[int, list[_Member]] = {}
    taken: set[int] = set()
    for reason, members in _sharing(customers, names, free):
        rows = [row for row in members if row not in taken]
        whole = [row for row in rows if not branch[row]]
        if len(rows) < 2 or not whole:
            continue
        head = min(whole, key=lambda row: (form[row] != "group", ids[row]))
        role = "site" if reason == "same_organisation" else "subsidiary"
        others = [(row, "branch" if branch[row] else role, reason) for row in rows if row != head]
        groups[head] = [(head, "head", reason), *others]
        taken.update(rows)
    return groups


def _sharing(customers: pa.Table, names: pa.Table, free: Mask) -> Iterable[tuple[str, Sequence[int]]]:
    organisation = credit_codes(customers["tax_id"]).organisation
    long = pc.greater_equal(pc.utf8_length(names["core"]), _LEAST_CORE)
    core = pc.if_else(pc.fill_null(long, False), names["core"], pa.scalar(None, pa.string())).combine_chunks()
    for reason, keys in (("same_organisation", organisation), ("same_core_name", core)):
        known = np.flatnonzero(free & pc.is_valid(keys).to_numpy(zero_copy_only=False))
        encoded = keys.take(pa.array(known)).dictionary_encode().indices.to_numpy()
        order = np.argsort(encoded, kind="stable")
        bounds = np.flatnonzero(np.diff(encoded[order])) + 1
        for part in np.split(order, bounds):
            if 2 <= len(part) <= _MOST_MEMBERS:
                yield reason, known[part].tolist()


def _table(ids: pa.Array, groups: Mapping[int, list[_Member]], stated: set[int], sites: pa.Table) -> pa.Table:
    rows = [(head, *member, head in stated) for head, members in groups.items() for member in members]
    member_rows = pa.array([row for _, row, _, _, _ in rows], pa.int64())
    members = pa.table(
        {
            "group_id": ids.take(pa.array([head for head, *_ in rows], pa.int64())),
            "customer_id": ids.take(member_rows),
            "site_id": pa.nulls(len(rows), pa.string()),
            "role": pa.array([role for _, _, role, _, _ in rows], pa.string()),
            "basis": pa.array(["stated" if is_stated else "proposed" for *_, is_stated in rows], pa.string()),
            "reason": pa.array([reason for _, _, _, reason, _ in rows], pa.string()),
        }
    )
    return pa.concat_tables([members, _sites(members, sites)]).cast(GROUPS).sort_by(_ORDER)


_ORDER = [("group_id", "ascending"), ("customer_id", "ascending"), ("site_id", "ascending")]


def _sites(members: pa.Table, sites: pa.Table) -> pa.Table:
    # A customer in no group whose sites are known is the head of its own.
    at = indices(sites["customer_id"], members["customer_id"])
    known = pa.array(at, mask=at < 0)
    count = sites.num_rows
    return pa.table(
        {
            "group_id": pc.coalesce(members["group_id"].take(known), sites["customer_id"]),
            "customer_id": sites["customer_id"],
            "site_id": sites["site_id"],
            "role": pa.array(["site"] * count, pa.string()),
            "basis": pa.array(["stated"] * count, pa.string()),
            "reason": pa.array([""] * count, pa.string()),
        }
    )


def _cycles(parents: Ints, circling: Mask, ids: pa.Array) -> Iterable[Message]:
    seen: set[int] = set()
    for start in np.flatnonzero(circling).tolist():
        path: list[int] = []
        row = start
        while row not in seen:
            seen.add(row)
            path.append(row)
            row = int(parents[row])
        if row in path:
            circle = path[path.index(row) :]
            shown = tuple(ids[at].as_py() for at in circle[:_SHOWN])
            yield say("companies.circle", customers=shown, count=len(circle))
