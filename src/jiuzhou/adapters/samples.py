"""Samples of customers as workbooks, and Books with the answers taken over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.adapters.books import put_book, read_book
from jiuzhou.adapters.folders import keep_apart, staged
from jiuzhou.adapters.json_files import write_json
from jiuzhou.adapters.sources.places import read_table
from jiuzhou.adapters.spreadsheets import write_workbook
from jiuzhou.adapters.texts import Lang
from jiuzhou.collect.verifying import Accuracy, draw, judge, right_values
from jiuzhou.kernel.book import Book

SAMPLE, ACCURACY = "verify.xlsx", "accuracy.json"


@dataclass(frozen=True, slots=True)
class Judged:
    """How accurate each field is, and how many cells of the Book the answers put right."""

    accuracy: Mapping[str, Accuracy]
    corrected: int


def draw_sample(book: Path, out: Path, *, size: int, seed: int, lang: Lang) -> int:
    """Write ``verify.xlsx`` into ``out`` and return how many customers it has."""
    found = read_book(book)
    sample = draw(found.table("customers"), size=size, seed=seed)
    with staged(out) as stage:
        write_workbook({"customers": sample}, stage / SAMPLE, lang=lang, zone=found.settings.zone)
    return int(sample.num_rows)


def judge_sample(book: Path, checked: Path, out: Path) -> Judged:
    """
    Write the Book with the right values of a sample given back into ``out``, and ``accuracy.json``.

    Raises
    ------
    InputError
        If the sample cannot be read or has no answers.
    """
    keep_apart(book, out)
    found = read_book(book)
    answers = read_table(checked, "customers").table
    accuracy, values = judge(answers), right_values(answers)
    corrected, cells = _put_right(found.table("customers"), values)
    with staged(out) as stage:
        put_book(Book.of(found.settings, {**found.tables, "customers": corrected}), stage)
        figures = {name: one.to_json() for name, one in accuracy.items()}
        write_json(stage / ACCURACY, "accuracy", {"fields": figures})
    return Judged(accuracy, cells)


def _put_right(customers: pa.Table, values: Mapping[str, Mapping[str, str]]) -> tuple[pa.Table, int]:
    cells = 0
    for name, right in values.items():
        place = pc.index_in(customers["customer_id"], value_set=pa.array(list(right), pa.string()))
        told = pa.array(list(right.values()), pa.string()).take(place.combine_chunks())
        column = pc.coalesce(told, customers[name].combine_chunks())
        customers = customers.set_column(customers.schema.get_field_index(name), name, column)
        cells += len(place) - place.null_count
    return customers, cells
