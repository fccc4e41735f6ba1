"""An ordered rule set as one compiled function: which rule is the first that holds for a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from jiuzhou.kernel.arrays import floats
from jiuzhou.rules.evaluate import Value
from jiuzhou.rules.source import to_python
from jiuzhou.rules.tree import Compare, Condition, Field, OneOf, Text, conjuncts, fields_of

NO_RULE = -1
_MAX_BRANCHES = 256
_MAX_LINES = 20_000


class Program:
    """
    The conditions of a rule set, compiled; the first that holds wins.

    Conditions must have passed ``check_types``. Where many of them ask one text field for fixed values, the function
    branches on that field first and tries only the rules that can hold there.

    Attributes
    ----------
    fields
        The fields the conditions name, in the order in which a row gives their values.
    """

    def __init__(self, conditions: Sequence[Condition]) -> None:
        self.conditions = tuple(conditions)
        self.fields = tuple(sorted({field.name for condition in conditions for field in fields_of(condition)}))
        self._variables = {name: f"v{place}" for place, name in enumerate(self.fields)}
        self._key = _index_field(self.conditions)
        self._place = self.fields.index(self._key) if self._key else 0
        self._branches, self._other = self._compiled_branches()
        self._each = self._compiled_each()
        self._misses = self._compiled_misses()

    def first(self, row: Sequence[Value], *, today: date) -> int:
        """Return the place of the first condition that holds for ``row``, counted from 0, or −1."""
        chain = self._branches.get(row[self._place], self._other) if self._key else self._other
        found: int = chain(row, today)
        return found

    def firsts(self, rows: Iterable[Sequence[Value]], *, today: date) -> np.ndarray:
        """Return ``first`` of every row, shape ``(n_rows,)``, int64."""
        if not self._key:
            return np.array([self._other(row, today) for row in rows], dtype=np.int64)
        place, branch, other = self._place, self._branches.get, self._other
        return np.array([branch(row[place], other)(row, today) for row in rows], dtype=np.int64)

    def after(self, row: Sequence[Value], place: int, *, today: date) -> int:
        """Return the place of the next condition after ``place`` that holds for ``row``, or −1."""
        for later in range(place + 1, len(self._each)):
            if self._each[later](row, today):
                return later
        return NO_RULE

    def misses(self, row: Sequence[Value], *, today: date) -> tuple[int, ...]:
        """
        Return what failed in every condition tried, up to the first that holds.

        Returns
        -------
        tuple[int, ...]
            For each condition tried a set of bits, bit *i* for its part *i* (as ``conjuncts`` counts them) that fails;
            the last is 0 where that condition holds, and then its length − 1 is what ``first`` returns.
        """
        found: tuple[int, ...] = self._misses(row, today)
        return found

    def _compiled_branches(self) -> tuple[Mapping[Value, Callable[..., int]], Callable[..., int]]:
        keys = [_index_values(condition, self._key) for condition in self.conditions]
        values = sorted({value for found in keys if found is not None for value in found})
        chains = [[place for place, found in enumerate(keys) if found is None]]
        chains += [[place for place, found in enumerate(keys) if found is None or value in found] for value in values]
        names = [f"chain{number}" for number in range(len(chains))]
        source = "\n".join(self._chain(name, places) for name, places in zip(names, chains, strict=True))
        functions = _run(source, names)
        return dict(zip(values, functions[1:], strict=True)), functions[0]

    def _chain(self, name: str, places: Sequence[int]) -> str:
        lines = [f"def {name}(row, today):", *self._unpack(places)]
        lines += [f"    if {self._said(place)}: return {place}" for place in places]
        return "\n".join([*lines, f"    return {NO_RULE}"])

    def _compiled_each(self) -> list[Callable[..., bool]]:
        names = [f"rule{place}" for place in range(len(self.conditions))]
        sources = [
            "\n".join([f"def {name}(row, today):", *self._unpack([place]), f"    return {self._said(place)}"])
            for place, name in enumerate(names)
        ]
        return _run("\n".join(sources), names)

    def _compiled_misses(self) -> Callable[..., tuple[int, ...]]:
        lines = ["def misses(row, today):", *self._unpack(range(len(self.conditions)))]
        tried: list[str] = []
        for place, condition in enumerate(self.conditions):
            parts = [to_python(part, self._variables) for part in conjuncts(condition)]
            bits = " | ".join(f"(0 if {part} else {1 << number})" for number, part in enumerate(parts))
            tried.append(f"m{place}")
            lines.append(f"    m{place} = {bits}")
            lines.append(f"    if not m{place}: return ({', '.join(tried)},)")
        lines.append(f"    return ({''.join(f'{name}, ' for name in tried)})")
        (function,) = _run("\n".join(lines), ["misses"])
        return function

    def _said(self, place: int) -> str:
        return to_python(self.conditions[place], self._variables)

    def _unpack(self, places: Iterable[int]) -> list[str]:
        used = sorted({field.name for place in places for field in fields_of(self.conditions[place])})
        return [f"    {self._variables[name]} = row[{self.fields.index(name)}]" for name in used]


def rows(columns: Mapping[str, pa.ChunkedArray | pa.Array], fields: Sequence[str]) -> list[tuple[Value, ...]]:
    """
    Return the records as a ``Program`` reads them.

    Parameters
    ----------
    columns
        Columns of one length by field name, at least those in ``fields``; moments already turned into local days.
    fields
        Which fields, in order; ``Program.fields``.

    Returns
    -------
    list[tuple[Value, ...]]
        One tuple for each record; numbers of every kind as ``float``.
    """
    lengths = {len(column) for column in columns.values()}
    if not fields:
        return [()] * (lengths.pop() if lengths else 0)
    return list(zip(*(as_numbers(columns[name]).to_pylist() for name in fields), strict=True))


def as_numbers(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """Return a numeric column as ``float64``, each decimal rounded to its nearest; others as they are."""
    if kinds.is_decimal(column.type):
        return pa.array(floats(column), from_pandas=True)
    return pc.cast(column, pa.float64(), safe=False) if kinds.is_integer(column.type) else column


def _index_field(conditions: Sequence[Condition]) -> str:
    # The text field that most rules pin to fixed values, if the branches stay few and the source small.
    counts: Counter[str] = Counter()
    for condition in conditions:
        counts.update({name for name, _ in map(_pinned, conjuncts(condition)) if name})
    for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        found = [_index_values(condition, name) for condition in conditions]
        values = {value for item in found if item is not None for value in item}
        lines = sum(len(item) if item is not None else len(values) for item in found)
        if count >= 3 and 2 <= len(values) <= _MAX_BRANCHES and lines <= _MAX_LINES:
            return name
    return ""


def _index_values(condition: Condition, field: str) -> frozenset[str] | None:
    found = [values for name, values in map(_pinned, conjuncts(condition)) if name and name == field]
    return frozenset.intersection(*found) if found else None


def _pinned(part: Condition) -> tuple[str, frozenset[str]]:
    match part:
        case Compare(op="==", left=Field(name=name), right=Text(value=value)):
            return name, frozenset({value})
        case Compare(op="==", left=Text(value=value), right=Field(name=name)):
            return name, frozenset({value})
        case OneOf(item=Field(name=name), values=values) if all(isinstance(value, Text) for value in values):
            return name, frozenset(value.value for value in values if isinstance(value, Text))
    return "", frozenset()


def _run(source: str, names: Sequence[str]) -> list[Callable[..., Any]]:
    space: dict[str, Any] = {"__builtins__": {}}
    exec(compile(source, "<rules>", "exec"), space)
    return [space[name] for name in names]
