"""Which sign a table writes before the decimals, found out from its cells."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_ROWS = 20_000
_BOTH = {
    ",": r"^[+-]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]+$",
    ".": r"^[+-]?[0-9]{1,3}(,[0-9]{3})+\.[0-9]+$",
}
"""Thousands and decimals in one cell: no doubt is possible."""

# One sign alone: decimals where not just three digits follow, thousands where three follow twice.
_ONE = {
    ",": r"^[+-]?([0-9]+,([0-9]{1,2}|[0-9]{4,})|0,[0-9]+|[0-9]{1,3}(\.[0-9]{3}){2,})$",
    ".": r"^[+-]?([0-9]*\.([0-9]{1,2}|[0-9]{4,})|0\.[0-9]+|[0-9]{1,3}(,[0-9]{3}){2,})$",
}


def decimal_of(table: pa.Table) -> str | None:
    """
    Return ``","`` or ``"."``, whichever explains the numbers of the first rows; ``None`` where neither or both do.

    Amounts such as 1.234,50 outweigh days and versions such as 12.5 beside them.
    """
    texts = [pc.utf8_trim_whitespace(column) for column in table.slice(0, _ROWS).columns]
    for forms in (_BOTH, _ONE):
        seen = [sign for sign, form in forms.items() if any(_has(column, form) for column in texts)]
        if seen:
            return seen[0] if len(seen) == 1 else None
    return None


def _has(texts: pa.ChunkedArray, form: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(texts, form)).as_py())
