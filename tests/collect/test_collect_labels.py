"""The labelled pairs of company names are well formed and have not been touched."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("labelled_companies.tsv")
FROZEN = "b18d44b44167fbac1393e050feb2fe49ad46be3d7716b20eb54c6330ffbec98f"
KINDS = {
    "suffix",
    "brackets",
    "traditional",
    "place_prefix",
    "branch",
    "group",
    "typo",
    "short_name",
    "spacing_case",
    "similar_but_different",
    "number_words",
    "english",
}
ONLY_DIFFERENT = "similar_but_different"


class Pair(NamedTuple):
    kind: str
    left: str
    right: str
    same: str
    note: str


@cache
def labelled() -> tuple[Pair, ...]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        heading, *rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE, strict=True)
    assert tuple(heading) == Pair._fields
    return tuple(Pair(*row) for row in rows)


def test_the_labelled_companies_are_frozen() -> None:
    assert hashlib.sha256(FILE.read_text(encoding="utf-8").encode()).hexdigest() == FROZEN


def test_there_are_enough_pairs_of_each_kind() -> None:
    kinds = Counter(pair.kind for pair in labelled())

    assert set(kinds) == KINDS
    assert min(kinds.values()) >= 10
    assert len(labelled()) >= 160


def test_about_half_of_the_pairs_are_the_same_company() -> None:
    answers = Counter(pair.same for pair in labelled())

    assert set(answers) == {"0", "1"}
    assert 0.4 <= answers["1"] / answers.total() <= 0.6


def test_every_kind_has_both_answers_but_the_one_of_different_companies() -> None:
    answers = {(pair.kind, pair.same) for pair in labelled()}

    assert answers == {(kind, same) for kind in KINDS for same in "01"} - {(ONLY_DIFFERENT, "1")}


def test_no_pair_stands_twice_or_pairs_a_name_with_itself() -> None:
    pairs = [frozenset((pair.left, pair.right)) for pair in labelled()]

    assert all(len(pair) == 2 for pair in pairs)
    assert not [pair for pair, times in Counter(pairs).items() if times > 1]
    assert all(field == field.strip() and field.isprintable() for pair in labelled() for field in pair)
    assert all(pair.left and pair.right for pair in labelled())


def test_the_page_about_the_pairs_counts_them_rightly() -> None:
    page = FILE.with_suffix(".md").read_text(encoding="utf-8")
    counts = Counter((pair.kind, pair.same) for pair in labelled())
    kinds = dict.fromkeys(pair.kind for pair in labelled())

    assert re.findall(r"^\| (\w+) \| (\d+) \| (\d+) \|", page, re.MULTILINE) == [
        (kind, str(counts[kind, "1"]), str(counts[kind, "0"])) for kind in kinds
    ]
    assert f"{len(labelled())} pairs" in page
