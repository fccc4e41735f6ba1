"""What is asked of a customer in a sample, and how its answers become figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from jiuzhou.collect.verifying import ANSWER, FIELDS, judge
from jiuzhou.kernel.message import Json

__all__ = ["FIELDS", "LEAST", "MOST", "VERDICTS", "result_of"]

VERDICTS = ("right", "wrong", "unknown")
LEAST, MOST = 10, 500
"""Customers of a sample."""

_SAID = {"right": "√", "wrong": "×"}


def result_of(fields: Sequence[str], answers: Sequence[Mapping[str, Any]]) -> dict[str, Json]:
    """
    Return how accurate each field is, with its interval; a field that nobody knew of is left out.

    Parameters
    ----------
    answers
        Of each customer the verdict by field: ``{"phone": {"verdict": "right"}}``.
    """
    if not answers or not fields:
        return {}
    columns = {"customer_id": pa.array([str(place) for place in range(len(answers))], pa.string())}
    for name in fields:
        said = [_SAID.get(one.get(name, {}).get("verdict", "")) for one in answers]
        columns[f"{name}{ANSWER}"] = pa.array(said, pa.string())
    return {name: accuracy.to_json() for name, accuracy in judge(pa.table(columns)).items()}
