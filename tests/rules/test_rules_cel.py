"""On records without nulls a condition means what the Common Expression Language makes it mean."""

from __future__ import annotations

from typing import Any

import pytest

from jiuzhou.rules import check_types, fields_of, holds, parse, to_text
from jiuzhou.rules.tree import Condition

from .author import SCHEMA, TODAY, Author

cel = pytest.importorskip("cel_expr_python.cel", reason="cel-expr-python (the lab group) is not installed")

RECORDS: list[dict[str, Any]] = [
    {"tier": "A", "industry": "医疗", "region_code": "440300", "score": 5.0, "visits": 0.0, "clv": 0.1}
    | {"key_account": True, "consent": False, "needs": ["x", "y"]},
    {"tier": "D'", "industry": 'a"b\\', "region_code": "US-CA", "score": -1.0, "visits": 5.0, "clv": 12345.6789}
    | {"key_account": False, "consent": False, "needs": []},
    {"tier": "", "industry": "医疗器械", "region_code": "450000", "score": 0.3, "visits": 1.0, "clv": 2.5}
    | {"key_account": True, "consent": True, "needs": [""]},
]


def is_shared(condition: Condition) -> bool:
    """Whether CEL knows every function in it."""
    return not any(call in to_text(condition) for call in ("daysSince", "within")) and bool(fields_of(condition))


def test_conditions_mean_what_cel_makes_of_them() -> None:
    author = Author(11)
    written = [parse(author.condition(3)) for _ in range(400)]
    conditions = [condition for condition in written if is_shared(condition)]
    assert len(conditions) > 100
    names = [name for name in SCHEMA if name != "created_at"]
    environment = cel.NewEnv(variables=dict.fromkeys(names, cel.Type.DYN))
    for condition in conditions:
        check_types(condition, SCHEMA)
        if "created_at" in {field.name for field in fields_of(condition)}:
            continue
        compiled = environment.compile(to_text(condition))
        for record in RECORDS:
            assert compiled.eval(data=record).value() is holds(condition, record, today=TODAY), to_text(condition)
