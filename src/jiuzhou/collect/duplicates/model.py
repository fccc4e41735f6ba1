"""
How likely two customers are one, as plain data: what is compared, and how often each outcome is met.

The model is that of Fellegi and Sunter (1969). How often two *different* customers agree by chance is counted in the
data; how often two records of one customer agree is fixed here, so that the same tables give the same pairs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from jiuzhou.kernel.arrays import integers


@dataclass(frozen=True, slots=True)
class Level:
    """
    One outcome of a comparison.

    Attributes
    ----------
    name
        What evidence calls it.
    equal
        Column of ``marks`` whose values are equal; empty for the outcome of all other pairs.
    m
        Chance of it between two records of one customer.
    near
        Whether the names must be apart by no more than one letter.
    ends
        Whether instead one name must end in the other.
    share
        Which part of the pairs that agree in ``equal`` meet the other conditions by chance, 0 to 1.
    u
        Chance of it between two customers: counted in the data by ``link_model``.
    """

    name: str
    equal: str
    m: float
    near: bool = False
    ends: bool = False
    share: float = 1.0
    u: float = 0.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """
    One thing that two customers are compared by.

    Attributes
    ----------
    known
        The column that both must know; else the comparison says nothing.
    levels
        From the best outcome to the last, which takes the rest.
    """

    name: str
    known: str
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class LinkModel:
    """
    What ``adapters.linking`` runs.

    Attributes
    ----------
    keys
        Columns; only pairs that agree in one of them are looked at.
    prior
        Chance that two customers drawn at random are one.
    least
        Probability from which a pair is handed on.
    certain
        Probability from which a pair without a rival is merged: higher where no number, telephone or address shows
        that there are twins at all, since a name alone proves little.
    """

    comparisons: tuple[Comparison, ...]
    keys: tuple[str, ...]
    prior: float
    least: float
    certain: float


def _plain(name: str, known: str, m: float, *others: Level, share: float = 1.0) -> Comparison:
    levels = (Level("same", known, m, share=share), *others)
    return Comparison(name, known, (*levels, Level("other", "", 1.0 - sum(level.m for level in levels))))


COMPARISONS = (
    # Whoever shares a credit code or an address of mail is hardly ever another customer, so that counting those who
    # do would count the very twins that are looked for.
    _plain("number", "organisation", 0.99999, share=1e-3),
    _plain("typed_number", "number", 0.9, share=0.1),
    _plain("phone", "phone", 0.8),
    _plain("email", "email", 0.9, share=0.1),
    _plain(
        "name",
        "core",
        0.73,
        Level("swapped", "bag", 0.04),
        Level("near", "head", 0.06, near=True, share=0.02),
        Level("near_head", "rest", 0.05, near=True, share=0.05),
        Level("same_head", "head", 0.05),
        Level("ends_alike", "", 0.02, ends=True, share=1e-5),
        Level("same_rest", "rest", 0.02),
    ),
    _plain("place", "area", 0.97),
    _plain("address", "site", 0.85, Level("same_street", "street", 0.05)),
    _plain("part", "branch", 0.99),
)
"""What is compared; ``part`` keeps a branch from its head."""

KEYS = (
    *("same_organisation", "same_email", "begin_area", "frame_area", "site_head", "site_tail", "phone_area"),
    *("phone_head", "same_number"),
)

LIKELY = 0.1
"""
Probability from which a pair is handed on.

Without a rival and with nothing against it, such a pair is merged (see ``LinkModel.certain``):
``benchmarks/duplicates.py`` measures how often rightly. The others are for a person to look at.
"""

_SURE_KEYS = ("same_organisation", "same_email", "phone_head", "site_head")
_FOUND_BY_ONE = 1 / 3
"""Keys that hardly ever join two customers, and which part of all twins the best of them is taken to find."""

_FEWEST_TWINS, _LEAST_OPEN, _BY_NAME_ALONE = 0.003, 0.3, 0.99

_LEAST_U, _MOST_U = 1e-9, 0.999


def link_model(marks: pa.Table, *, least: float = LIKELY) -> LinkModel:
    """
    Return the model for the customers in ``marks``, with every chance agreement counted among them.

    Parameters
    ----------
    least
        Probability from which pairs are wanted, 0 to 1.
    """
    counted = tuple(_counted(comparison, marks) for comparison in COMPARISONS)
    # Twins are as many as sure keys find; among pairs whose credit codes do not say at once that they are others.
    count = max(1, marks.num_rows)
    twins = max(_pairs_sharing(marks, key) for key in _SURE_KEYS) / _FOUND_BY_ONE / count
    numbered = 1.0 - marks["organisation"].null_count / count
    prior = min(0.1, max(twins, _FEWEST_TWINS) / max(1.0 - numbered**2, _LEAST_OPEN) / count)
    return LinkModel(counted, KEYS, prior, least, LIKELY if twins > _FEWEST_TWINS else _BY_NAME_ALONE)


def _pairs_sharing(marks: pa.Table, key: str) -> float:
    values = integers(marks[key], missing=-1)
    counts = np.bincount(values[values >= 0]).astype(np.float64)
    return float((counts * (counts - 1)).sum() / 2)


def _counted(comparison: Comparison, marks: pa.Table) -> Comparison:
    # Pairs of the first outcome would meet the conditions of the following ones too, and are not counted there.
    first = agreement(marks, comparison.known)
    shares: list[float] = []
    for level in comparison.levels[:-1]:
        met = agreement(marks, level.equal) - (first if shares else 0.0) if level.equal else 1.0
        shares.append(max(level.share * met, _LEAST_U))
    return replace(
        comparison,
        levels=tuple(
            replace(level, u=min(max(share, _LEAST_U), _MOST_U))
            for level, share in zip(comparison.levels, [*shares, 1.0 - sum(shares)], strict=True)
        ),
    )


def agreement(marks: pa.Table, column: str) -> float:
    """Return the chance that two rows drawn at random, both known in ``column``, have the same value."""
    values = integers(marks[column], missing=-1)
    counts = np.bincount(values[values >= 0]).astype(np.float64)
    known = counts.sum()
    return float((counts * (counts - 1)).sum() / (known * (known - 1))) if known > 1 else 0.0


def evidence_levels() -> Mapping[str, tuple[str, ...]]:
    """Return the names of the outcomes of each comparison, the last and weakest first, as Splink numbers them."""
    return {item.name: tuple(level.name for level in reversed(item.levels)) for item in COMPARISONS}
