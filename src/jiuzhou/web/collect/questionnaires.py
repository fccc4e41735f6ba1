"""The kinds of questions that customers are asked: their scales, and how answers become one figure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

KINDS = ("csat", "nps", "ces", "loyalty", "need", "brand")
SCALES: Mapping[str, tuple[int, ...]] = {
    "csat": (5, 10),
    "nps": (10,),
    "ces": (7, 5),
    "loyalty": (5, 10),
    "need": (5, 10),
    "brand": (5, 10),
}
"""The scales that a question of each kind may have; the first is the usual one."""

MEASURES: Mapping[str, str] = {
    "csat": "top_two",
    "nps": "nps",
    "ces": "mean",
    "loyalty": "mean",
    "need": "mean",
    "brand": "mean",
}
"""What answers of each kind are told by."""

LONGEST_COMMENT = 2000
_PROMOTER, _DETRACTOR = 9, 6
_LOW_SHARE = 0.4
"""2 of 5: the top of the lower end of a scale of satisfaction."""

_SURE = 1.96
FEW = 10
"""Answers below which a figure is no more than a hint."""


@dataclass(frozen=True, slots=True)
class Result:
    """
    What the answers come to.

    Attributes
    ----------
    measure
        ``top_two`` (share of the two best scores, 0 to 1), ``nps`` (−100 to 100) or ``mean`` (on the scale).
    value
        ``None`` while nobody has answered.
    low, high
        The 95 % interval of ``value``: Wilson's for a share, the normal one for the others; ``None`` below ten answers,
        or where all of them are the same and the normal interval would be none.
    n
        How many answered.
    """

    measure: str
    value: float | None
    n: int
    low: float | None = None
    high: float | None = None


def lowest_of(kind: str) -> int:
    """Return the lowest score of a kind: recommending begins at 0, everything else at 1."""
    return 0 if kind == "nps" else 1


def is_low(kind: str, score: int, scale_max: int) -> bool:
    """Return whether somebody should come back to who answered this: NPS up to 6, satisfaction up to 2 of 5."""
    if kind == "nps":
        return score <= _DETRACTOR
    return kind == "csat" and score <= math.floor(_LOW_SHARE * scale_max + 1e-9)


def result_of(kind: str, counts: Mapping[int, int], scale_max: int) -> Result:
    """
    Return what the answers to a question come to.

    Parameters
    ----------
    counts
        How many gave each score.
    """
    measure, n = MEASURES[kind], sum(counts.values())
    if not n:
        return Result(measure, None, 0)
    if measure == "top_two":
        best = sum(number for score, number in counts.items() if score >= scale_max - 1)
        return Result(measure, best / n, n, *(_wilson(best, n) if n >= FEW else (None, None)))
    value = {score: _worth(kind, score) for score in counts}
    mean = sum(value[score] * number for score, number in counts.items()) / n
    spread = sum((value[score] - mean) ** 2 * number for score, number in counts.items())
    if n < FEW or not spread:
        return Result(measure, mean, n)
    half = _SURE * math.sqrt(spread / (n - 1) / n)
    least, most = (-100.0, 100.0) if kind == "nps" else (float(lowest_of(kind)), float(scale_max))
    return Result(measure, mean, n, max(least, mean - half), min(most, mean + half))


def _worth(kind: str, score: int) -> float:
    if kind != "nps":
        return float(score)
    return 100.0 if score >= _PROMOTER else -100.0 if score <= _DETRACTOR else 0.0


def _wilson(hits: int, n: int) -> tuple[float, float]:
    # Wilson (1927): unlike the normal interval it stays within 0 and 1 and holds for few answers.
    share, square = hits / n, _SURE * _SURE
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = _SURE * math.sqrt(share * (1 - share) / n + square / (4 * n * n)) / (1 + square / n)
    return max(0.0, middle - half), min(1.0, middle + half)
