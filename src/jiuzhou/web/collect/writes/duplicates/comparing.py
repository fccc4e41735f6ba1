"""All customers held against each other, and the pairs that may be one written down for people to judge."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from jiuzhou.adapters.linking import find_pairs
from jiuzhou.collect.duplicates import PAIRS, clusters, evidence, link_model, marks
from jiuzhou.web.store.faults import fault
from jiuzhou.web.store.models import Customer, DuplicatePair

MEMORY = "1GB"
_COLUMNS = ("name", "tax_id", "phone", "email", "address", "region_code")
_AT_ONCE = 5_000
_CHUNK = 500
_UNJUDGED = ("open", "later")

Advance = Callable[[int, int, str], None]


def compare(organisation: int, *, advance: Advance = lambda done, total, step: None) -> Mapping[str, int]:
    """
    Find the customers of an organisation that may be there twice; return ``customers``, ``pairs``, ``new``.

    What nobody judged yet and is no longer found goes; what somebody declared apart stays so, unless a name changed.

    Parameters
    ----------
    advance
        Told how much of the whole is done and what comes next: ``read``, ``compare``, ``write``.

    Raises
    ------
    InputError
        If Splink is not installed.
    """
    advance(0, 4, "read")
    customers = _customers(organisation)
    advance(1, 4, "compare")
    compared = marks(customers)
    pairs, verdicts = _found(compared)
    advance(3, 4, "write")
    told = {"customers": customers.num_rows, "pairs": pairs.num_rows, "new": 0}
    for start in range(0, pairs.num_rows, _CHUNK):
        part = pairs.slice(start, _CHUNK)
        told["new"] += _write(organisation, part, verdicts[start : start + _CHUNK], compared, customers)
        fault("comparing.written")
    _forget(organisation, pairs, customers)
    return told


def _found(compared: pa.Table) -> tuple[pa.Table, list[str]]:
    if compared.num_rows < 2:
        return PAIRS.empty_table(), []
    model = link_model(compared)
    pairs = find_pairs(compared, model, memory_limit=MEMORY, threads=1, temp_folder=_folder())
    verdicts = clusters(pairs, compared, certain=model.certain).verdict
    possible = pa.array([verdict != "apart" for verdict in verdicts], pa.bool_())
    return pairs.filter(possible), [verdict for verdict in verdicts if verdict != "apart"]


def _customers(organisation: int) -> pa.Table:
    rows = Customer.unscoped.filter(organisation=organisation, deleted_at__isnull=True, erased_at__isnull=True)
    values = rows.order_by("pk").values_list("pk", *_COLUMNS).iterator(_AT_ONCE)
    schema = pa.schema([("pk", pa.int64()), *((name, pa.string()) for name in _COLUMNS)])
    return pa.Table.from_batches(_batches(values, schema), schema)


def _batches(rows: Iterator[tuple[Any, ...]], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    # Column by column and some at a time: a row as a Python value takes ten times its room.
    while part := list(islice(rows, _AT_ONCE)):
        columns = zip(*part, strict=True)
        arrays = [
            pa.array([None if value == "" else value for value in column], field.type)
            for column, field in zip(columns, schema, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(arrays, schema=schema)


def _folder() -> Path:
    # Names may spill onto the disk here; what a killed comparison left goes with the next.
    folder = Path(settings.HOME) / "comparing"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    return folder


def _write(organisation: int, pairs: pa.Table, verdicts: Sequence[str], compared: pa.Table, customers: pa.Table) -> int:
    reasons = evidence(pairs, compared, customers)
    sides = [customers.select(["pk", "name"]).take(pairs[side]).to_pylist() for side in ("left", "right")]
    figures = zip(pairs["probability"].to_pylist(), pairs["weight"].to_pylist(), verdicts, reasons, strict=True)
    now, fresh, again = timezone.now(), list[DuplicatePair](), list[DuplicatePair]()
    with transaction.atomic():
        standing = _standing(organisation, [side["pk"] for side in sides[0]])
        for one, other, (probability, weight, verdict, told) in zip(*sides, figures, strict=True):
            made = DuplicatePair(
                organisation_id=organisation,
                left_id=one["pk"],
                right_id=other["pk"],
                probability=probability,
                weight=weight,
                verdict=verdict,
                evidence=[message.to_json() for message in told],
                names=_digest(one["name"], other["name"]),
                found_at=now,
            )
            there = standing.get((one["pk"], other["pk"]))
            if there is None:
                fresh.append(made)
            elif there.state in _UNJUDGED or (there.state == "apart" and there.names != made.names):
                again.append(_renewed(there, made))
        there_still = set(_alive([key for row in fresh for key in (row.left_id, row.right_id)]))
        fresh = [row for row in fresh if {row.left_id, row.right_id} <= there_still]
        DuplicatePair.unscoped.bulk_create(fresh, ignore_conflicts=True)
        DuplicatePair.unscoped.bulk_update(again, ("probability", "weight", "verdict", "evidence", "names", "state"))
    return len(fresh)


def _standing(organisation: int, left: Sequence[int]) -> dict[tuple[int, int], DuplicatePair]:
    rows = DuplicatePair.unscoped.select_for_update().filter(organisation=organisation, left__in=left)
    return {(row.left_id, row.right_id): row for row in rows.order_by("pk")}


def _alive(keys: Sequence[int]) -> Iterator[int]:
    # Somebody may have gone while the pairs were reckoned.
    return iter(Customer.unscoped.filter(pk__in=keys, deleted_at=None, erased_at=None).values_list("pk", flat=True))


def _renewed(there: DuplicatePair, made: DuplicatePair) -> DuplicatePair:
    for name in ("probability", "weight", "verdict", "evidence", "names"):
        setattr(there, name, getattr(made, name))
    there.state = "open" if there.state == "apart" else there.state
    return there


def _forget(organisation: int, pairs: pa.Table, customers: pa.Table) -> None:
    keys = customers["pk"]
    found = set(zip(keys.take(pairs["left"]).to_pylist(), keys.take(pairs["right"]).to_pylist(), strict=True))
    rows = DuplicatePair.unscoped.filter(organisation=organisation, state__in=_UNJUDGED)
    live = rows.filter(left__deleted_at=None, right__deleted_at=None).order_by("pk")
    gone = [key for key, *sides in live.values_list("pk", "left", "right") if tuple(sides) not in found]
    for start in range(0, len(gone), _CHUNK):
        with transaction.atomic():
            rows.filter(pk__in=gone[start : start + _CHUNK]).delete()


def _digest(left: str | None, right: str | None) -> str:
    return blake2b(f"{left or ''}\x1f{right or ''}".encode(), digest_size=16).hexdigest()
