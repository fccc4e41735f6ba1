"""assign: rules and the plan decide who owns which customer, and say why."""

from __future__ import annotations

from jiuzhou.assign.checking import Finding, check
from jiuzhou.assign.deciding import decide
from jiuzhou.assign.policy import AssignPolicy
from jiuzhou.assign.reading import read_rules
from jiuzhou.assign.records import fields
from jiuzhou.assign.result import Assignment
from jiuzhou.assign.rule_set import RuleSet
from jiuzhou.assign.standard import standard_rules
from jiuzhou.assign.writing import plain_rules

__all__ = [
    "AssignPolicy",
    "Assignment",
    "Finding",
    "RuleSet",
    "check",
    "decide",
    "fields",
    "plain_rules",
    "read_rules",
    "standard_rules",
]
