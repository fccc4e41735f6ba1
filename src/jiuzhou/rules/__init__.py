"""The rule language: conditions over the fields of one record, written by people, checked, explained and compiled."""

from __future__ import annotations

from jiuzhou.rules.check import check_types
from jiuzhou.rules.evaluate import explain, holds
from jiuzhou.rules.ibis_expression import to_ibis
from jiuzhou.rules.imply import implies, is_always, is_never
from jiuzhou.rules.parse import parse
from jiuzhou.rules.program import Program, rows
from jiuzhou.rules.schema import Schema, Type, type_of
from jiuzhou.rules.text import to_text
from jiuzhou.rules.tree import Condition, conjuncts, fields_of

__all__ = [
    "Condition",
    "Program",
    "Schema",
    "Type",
    "check_types",
    "conjuncts",
    "explain",
    "fields_of",
    "holds",
    "implies",
    "is_always",
    "is_never",
    "parse",
    "rows",
    "to_ibis",
    "to_text",
    "type_of",
]
