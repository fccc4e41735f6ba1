"""Samples of customers for people to check, and what their answers say of the whole Book."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.parse import as_text, plain
from jiuzhou.kernel.arrays import Ints, mask_of
from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.message import Json

FIELDS = ("name", "phone", "address", "tax_id", "region_code", "industry", "owner_id")
"""What is checked of a customer, where the Book has it."""

ANSWER = "_right"
"""What stands behind a field's name in the heading of the column for its answer."""

_RIGHT = pa.array(["对", "是", "√", "✓", "正确", "ok", "yes", "y", "right", "true", "1"])
_Z = 1.959963984540054  # the normal distribution's 97.5 % point


@dataclass(frozen=True, slots=True)
class Accuracy:
    """
    How often a field was right among those checked.

    Attributes
    ----------
    checked, right
        Cells with an answer, and those that were right.
    low, high
        The 95 % interval of the share that is right in the whole Book, 0 to 1 (Wilson 1927).
    """

    checked: int
    right: int
    low: float
    high: float

    def to_json(self) -> dict[str, Json]:
        """Return the figures as plain JSON values."""
        share = self.right / self.checked if self.checked else None
        return {"checked": self.checked, "right": self.right, "share": share, "low": self.low, "high": self.high}


def draw(customers: pa.Table, *, size: int = 50, seed: int = 7) -> pa.Table:
    """
    Return a sample of customers with a column for the answer behind each field: every province by its share.

    Parameters
    ----------
    size
        Customers; all of them where there are fewer.
    seed
        The same seed draws the same customers from the same table.
    """
    fields = [name for name in FIELDS if name in customers.column_names and _is_known(customers[name])]
    rows = pa.array(_chosen(customers, min(size, customers.num_rows), np.random.default_rng(seed)))
    columns = {"customer_id": customers["customer_id"].take(rows)}
    for name in fields:
        columns[name] = as_text(plain(customers[name].take(rows)))
        columns[f"{name}{ANSWER}"] = pa.nulls(len(rows), pa.string())
    return pa.table(columns)


def judge(checked: pa.Table) -> dict[str, Accuracy]:
    """
    Return how accurate each field is, by the answers in a sample given back; fields without an answer are left out.

    An answer is right where it says so (对, √, ok, yes …) or repeats the cell; anything else is the right value.

    Raises
    ------
    InputError
        If the table has no column of answers.
    """
    fields = [name.removesuffix(ANSWER) for name in checked.column_names if name.endswith(ANSWER)]
    if "customer_id" not in checked.column_names or not fields:
        raise InputError("collect.no_sample", ending=ANSWER)
    found = {}
    for name in fields:
        answer, right = _answers(checked, name)
        if answered := int(answer.sum()):
            found[name] = _accuracy(answered, int((answer & right).sum()))
    return found


def right_values(checked: pa.Table) -> dict[str, Mapping[str, str]]:
    """Return what the answers put in the place of wrong cells: by field, the right value of each customer."""
    found: dict[str, Mapping[str, str]] = {}
    customers = as_text(plain(checked["customer_id"])).to_pylist()
    for name in [column.removesuffix(ANSWER) for column in checked.column_names if column.endswith(ANSWER)]:
        answer, right = _answers(checked, name)
        texts = _texts(checked, f"{name}{ANSWER}").to_pylist()
        wrong = np.flatnonzero(answer & ~right).tolist()
        if wrong:
            found[name] = {customers[place]: texts[place] for place in wrong}
    return found


def _chosen(customers: pa.Table, size: int, rng: np.random.Generator) -> Ints:
    codes = pc.utf8_slice_codeunits(pc.fill_null(as_text(plain(customers["region_code"])), ""), 0, 2)
    group = codes.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    # Shuffled, then by province, then every k-th: each province has its share to within one.
    order = rng.permutation(customers.num_rows)
    order = order[np.argsort(group[order], kind="stable")]
    step = customers.num_rows / max(size, 1)
    return np.sort(order[(np.arange(size) * step + rng.uniform(0, step)).astype(np.int64)])


def _answers(checked: pa.Table, name: str) -> tuple[np.ndarray, np.ndarray]:
    given = _texts(checked, f"{name}{ANSWER}")
    cell = _texts(checked, name) if name in checked.column_names else pa.nulls(len(given), pa.string())
    says_so = pc.is_in(pc.utf8_lower(given), value_set=_RIGHT)
    right = pc.or_(says_so, pc.fill_null(pc.equal(given, cell), False))
    return mask_of(given.is_valid()), mask_of(right)


def _accuracy(checked: int, right: int) -> Accuracy:
    share, z2 = right / checked, _Z * _Z
    middle = (share + z2 / (2 * checked)) / (1 + z2 / checked)
    half = _Z * sqrt(share * (1 - share) / checked + z2 / (4 * checked * checked)) / (1 + z2 / checked)
    return Accuracy(checked, right, max(middle - half, 0.0), min(middle + half, 1.0))


def _texts(table: pa.Table, name: str) -> pa.Array:
    texts = pc.utf8_trim_whitespace(as_text(plain(table[name])))
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _is_known(column: pa.ChunkedArray) -> bool:
    return bool(column.null_count < len(column))
