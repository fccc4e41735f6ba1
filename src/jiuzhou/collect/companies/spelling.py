"""How far two short texts are apart, letter by letter."""

from __future__ import annotations

from jiuzhou.collect.companies.words import TELLING


def edits(left: str, right: str, *, most: int) -> int:
    """
    Return how many letters were put in, left out, replaced or swapped with their neighbour.

    Optimal string alignment distance (Damerau 1964); ``most + 1`` stands for anything above ``most``.
    """
    if abs(len(left) - len(right)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for at, letter in enumerate(left, start=1):
        following = [at]
        for place, other in enumerate(right, start=1):
            best = min(row[place] + 1, following[place - 1] + 1, row[place - 1] + (letter != other))
            if before and place > 1 and letter == right[place - 2] and left[at - 2] == other:
                best = min(best, before[place - 2] + 1)
            following.append(best)
        if min(following) > most:
            return most + 1
        before, row = row, following
    return min(row[-1], most + 1)


def differing(left: str, right: str) -> tuple[str, str]:
    """Return what is left of each text without the beginning and the end that both share."""
    start = 0
    while start < min(len(left), len(right)) and left[start] == right[start]:
        start += 1
    end = 0
    while end < min(len(left), len(right)) - start and left[-1 - end] == right[-1 - end]:
        end += 1
    return left[start : len(left) - end], right[start : len(right) - end]


def shared_pairs(left: str, right: str) -> float:
    """Return which part of their neighbouring letters two texts share, 0 to 1 (Dice 1945)."""
    one = {left[at : at + 2] for at in range(len(left) - 1)}
    other = {right[at : at + 2] for at in range(len(right) - 1)}
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else float(left == right)


def tells_apart(left: str, right: str) -> bool:
    """Return whether all that differs are letters that tell one company from its neighbour: 第一, 第二; 东, 西."""
    one, other = differing(left, right)
    return bool(one or other) and {*one, *other} <= TELLING and sorted(one) != sorted(other)
