"""What it means that two engines give the same scores."""

from __future__ import annotations

import math

from jiuzhou.kernel.scores import Scores

TABLES = ("customers", "regions", "owners", "products", "forecast")


def assert_same_scores(found: Scores, expected: Scores) -> None:
    """Money, counts, classes and days are the same; other numbers agree to nine digits or the sixth decimal."""
    for name in TABLES:
        table, other = getattr(found, name), getattr(expected, name)
        assert table.schema == other.schema
        for column in table.column_names:
            for one, two in zip(table[column].to_pylist(), other[column].to_pylist(), strict=True):
                if isinstance(one, float) and isinstance(two, float):
                    assert math.isclose(one, two, rel_tol=1e-9, abs_tol=1e-6), (name, column)
                else:
                    assert one == two, (name, column)
    assert found.notes == expected.notes
