"""Why, as messages: a sentence a representative can read to a customer, with counts and no colleague's figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from jiuzhou.assign.choice import Empty
from jiuzhou.assign.rule_set import Argument, Call, Pool, Rule
from jiuzhou.assign.strategies.registry import named_call
from jiuzhou.assign.strategies.scene import Scene
from jiuzhou.kernel.message import Message, say

_LIMITS = ("active", "available", "capacity", "weight")


def filter_name(strategy: str, argument: Argument) -> str:
    """Return the name under which a filter is spoken of: the territory's team is not the territory's owner."""
    return "colleague" if (strategy, argument) == ("territory", "team") else strategy


def why_alone(passed: Sequence[str], fit: int, territory: str) -> Message:
    """
    Return why there was nobody to choose between.

    Parameters
    ----------
    passed
        Filters the only candidate passed.
    fit
        How many fitted before absence and capacity were asked.
    """
    if fit > 1:
        return say("assign.why_room", count=fit)
    for filter_name in ("owner", "territory", "manager", "partner"):
        if filter_name in passed:
            return say(f"assign.why_{filter_name}", territory=territory)
    return say("assign.why_only", criteria=criteria(passed)) if passed else say("assign.why_alone")


def why_best(scorer: Call, count: int, figure: float | None) -> Message:
    """Return why a scorer left one of ``count`` candidates."""
    if scorer.strategy == "prefer":
        items = scorer.argument if isinstance(scorer.argument, tuple) else (scorer.argument,)
        return say(
            "assign.why_prefer", count=count, criteria=criteria([filter_name(*named_call(item)) for item in items])
        )
    return say("assign.why_nearest", count=count, km=figure)


def why_empty(empty: Empty, zone: str) -> Message:
    """Return which step left nobody."""
    if empty.stage == "nothing":
        return say("assign.why_rule")
    if empty.stage not in _LIMITS:
        return say("assign.empty_filter", stage=say(f"assign.stage_{empty.stage}"))
    code = f"assign.empty_{empty.stage}" + ("_one" if empty.before == 1 else "")
    if empty.until is not None:
        return say(code, count=empty.before, until=_day(empty.until, zone))
    return say(code, count=empty.before)


def skipped(rule: Rule, empty: Empty, scene: Scene) -> Message:
    """Return that ``rule`` held but found nobody, as the first half of a sentence."""
    return say("assign.first_empty", rule=rule.title, why=why_empty(empty, scene.zone))


def pool_name(pool: Pool | None) -> Message:
    """Return what people call the pool; the public pool's general name where the rules name none."""
    return pool.title if pool else say("assign.public_pool")


def criteria(filters: Sequence[str]) -> tuple[Message, ...]:
    """Return what the filters ask for, as words."""
    return tuple(say(f"assign.stage_{name}") for name in dict.fromkeys(filters))


def _day(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).date().isoformat()
