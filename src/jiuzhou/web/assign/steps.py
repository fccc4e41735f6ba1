"""
A decision's steps as people read them, in two views.

A representative sees counts, what was asked, and what concerns the customer; a manager also sees which colleagues fell
out, whose load was compared with whose, and who is away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from jiuzhou.adapters.texts import catalogue
from jiuzhou.kernel.errors import RuleError
from jiuzhou.kernel.message import Message, Param, message_of, named, say
from jiuzhou.rules import parse
from jiuzhou.web.assign.sentences import condition_words

Trace = Sequence[Mapping[str, Any]]
Name = Callable[[str], str]
Group = Literal["selected", "available", "out"]

_LOADS = frozenset({"assign.why_hours", "assign.why_customers", "assign.why_share"})
_AWAY = frozenset({"assign.empty_available", "assign.empty_available_one"})


@dataclass(frozen=True, slots=True)
class Tried:
    """A rule that was tried: whether it held, and if not, what of it did not."""

    rule: Message
    held: bool
    text: Message


@dataclass(frozen=True, slots=True)
class Stage:
    """One question that narrowed the candidates; ``names`` of those who fell out are for managers, and only a few."""

    text: Message
    before: int
    after: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who was in question; ``count`` people where they are not named."""

    group: Group
    name: str
    reason: Message
    count: int = 1


def steps_tried(trace: Trace, titles: Mapping[str, Message]) -> tuple[Tried, ...]:
    """Return the rules in the order in which they were tried."""
    found: list[Tried] = []
    for step in trace:
        if step["step"] == "rules":
            found.append(Tried(say("assigning.more_rules", count=step["more"]), False, say("assigning.rules_missed")))
        if step["step"] == "rule":
            title = titles.get(step["rule"], named({}, step["rule"]))
            missed = step.get("failed")
            text = say("assigning.rule_missed", condition=words_of(missed)) if missed else say("assigning.rule_held")
            found.append(Tried(title, not missed, text))
        if step["step"] == "empty":
            by = criterion(step["by"])
            found[-1:] = [Tried(found[-1].rule, False, say("assigning.rule_empty", by=by))] if found else []
    return tuple(found)


def stages(trace: Trace, *, whole: bool, name: Name) -> tuple[Stage, ...]:
    """
    Return how the candidates of the deciding rule were narrowed.

    Parameters
    ----------
    whole
        Whether the reader may learn which colleagues fell out.
    name
        What an owner of a code is called.
    """
    found = []
    for step in _of_last_rule(trace):
        if step["step"] in ("filter", "score"):
            code = "assigning.asked" if step["step"] == "filter" else "assigning.preferred"
            names = tuple(name(code) for code in step.get("out", ())) if whole else ()
            found.append(Stage(say(code, by=criterion(step["by"])), step["before"], step["after"], names))
        elif step["step"] == "relax":
            found.append(Stage(say("assigning.relaxed", by=criterion(step["without"])), 0, 0))
    return tuple(found)


def candidates(trace: Trace, *, whole: bool, name: Name) -> tuple[Candidate, ...]:
    """Return who was chosen, who could have been, and who fell out at which question; names for managers only."""
    found: list[Candidate] = []
    for step in _of_last_rule(trace):
        if step["step"] == "filter" and step["before"] > step["after"]:
            found += _out(step, whole=whole, name=name)
        elif step["step"] == "score" and step["before"] > step["after"]:
            fell = step["before"] - step["after"]
            found.append(Candidate("available", "", say("assigning.less_fit", by=criterion(step["by"])), fell))
        elif step["step"] == "pick":
            found += _picked(step, whole=whole, name=name)
    order = ("selected", "available", "out")
    return tuple(sorted(found, key=lambda one: order.index(one.group)))


def would_change(trace: Trace, *, whole: bool) -> tuple[Message, ...]:
    """Return what would have led to another decision; comparisons with a colleague's load are for managers."""
    found = []
    for step in trace:
        if step["step"] == "otherwise" and (whole or "owner" not in step):
            told = message_of(step)
            condition = told.params.get("condition")
            if isinstance(condition, str):
                told = Message(told.code, {**told.params, "condition": words_of(condition)})
            found.append(told)
    return tuple(found)


def for_reader(message: Message, *, whole: bool, own: bool) -> Message:
    """
    Return a decision's sentence as the reader may see it.

    Parameters
    ----------
    whole
        The reader is a manager: nothing is left out.
    own
        The decision gave the customer to the reader: its own free time may be told, a colleague's return not.
    """
    if whole:
        return message
    if message.code in _AWAY:
        return say("assigning.empty_away")
    if message.code in _LOADS and not own:
        return say("assigning.why_load", count=message.params["count"])
    return Message(
        message.code,
        {name: _for_reader(value, own=own) for name, value in message.params.items()},
    )


def criterion(name: str) -> Message:
    """Return what a filter, a scorer or a picker is called."""
    base = name.partition(":")[0]
    for code in (f"assign.stage_{name}", f"assigning.by_{name.replace(':', '_')}", f"assigning.by_{base}"):
        if code in catalogue("en"):
            return say(code)
    return named({}, name)


@lru_cache(maxsize=2000)
def words_of(condition: str) -> Message:
    """Return the text of a condition in words; the text itself where it is of a language no longer spoken."""
    try:
        return condition_words(parse(condition, rule=""))
    except RuleError:
        return named({}, condition)


def _for_reader(value: Param, *, own: bool) -> Param:
    if isinstance(value, Message):
        return for_reader(value, whole=False, own=own)
    return tuple(_for_reader(item, own=own) for item in value) if isinstance(value, tuple) else value


def _of_last_rule(trace: Trace) -> Iterable[Mapping[str, Any]]:
    # Rules that found nobody stand before; what narrowed their candidates is not why this one decided.
    last = max((place for place, step in enumerate(trace) if step["step"] == "empty"), default=-1)
    return trace[last + 1 :]


def _out(step: Mapping[str, Any], *, whole: bool, name: Name) -> list[Candidate]:
    reason = say("assigning.out_by", by=criterion(step["by"]))
    named_here = [name(code) for code in step.get("out", ())] if whole else []
    rest = step["before"] - step["after"] - len(named_here)
    found = [Candidate("out", one, reason) for one in named_here]
    return [*found, Candidate("out", "", reason, rest)] if rest else found


def _picked(step: Mapping[str, Any], *, whole: bool, name: Name) -> list[Candidate]:
    by, figure = criterion(step["by"]), step.get("figure")
    told = say(f"assigning.chosen_{step['by'].replace(':', '_')}", figure=figure) if _has_figure(step) else None
    reason = told if whole and told else say("assigning.chosen_by", by=by)
    found = [Candidate("selected", name(step["owner"]), reason)]
    others = step["before"] - 1
    if whole and step.get("runner_up"):
        figure = step.get("runner_up_figure")
        code = f"assigning.chosen_{step['by'].replace(':', '_')}"
        reason = say(code, figure=figure) if figure is not None and code in catalogue("en") else reason
        found.append(Candidate("available", name(step["runner_up"]), reason))
        others -= 1
    if others > 0:
        found.append(Candidate("available", "", say("assigning.not_chosen", by=by), others))
    return found


def _has_figure(step: Mapping[str, Any]) -> bool:
    code = f"assigning.chosen_{step['by'].replace(':', '_')}"
    return step.get("figure") is not None and code in catalogue("en")
