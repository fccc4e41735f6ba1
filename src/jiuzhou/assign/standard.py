"""The rules of a company that has written none."""

from __future__ import annotations

from jiuzhou.assign.reading import read_rules
from jiuzhou.assign.rule_set import RuleSet


def standard_rules() -> RuleSet:
    """
    Return the rules used where a company has none: the territory's owner, else a colleague, else the public pool.

    Colleagues are those of the owner's team, the least loaded first; then everybody.
    """
    mapping = {
        "version": 1,
        "rules": [
            {
                "id": "territory",
                "name": {"zh": "区域负责人", "en": "Territory owner"},
                "when": "territory_owner != null",
                "then": ["territory"],
                "on_empty": "next",
            },
            {
                "id": "team",
                "name": {"zh": "同团队同事", "en": "Colleagues of the team"},
                "when": "territory_owner != null",
                "then": [{"territory": "team"}, "keep", {"least_loaded": "hours"}],
                "on_empty": "next",
            },
            {
                "id": "anybody",
                "name": {"zh": "空闲最多的人", "en": "Whoever has most time"},
                "when": "true",
                "then": ["keep", {"prefer": ["industry", "language"]}, {"least_loaded": "hours"}],
                "on_empty": "next",
            },
        ],
        "fallback": {"name": {"zh": "兜底", "en": "Fallback"}, "then": [], "on_empty": "pool"},
        "pools": [{"id": "public", "name": {"zh": "公海", "en": "Public pool"}}],
    }
    return read_rules(mapping, "standard")
