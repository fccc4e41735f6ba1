"""The steps of a decision, one sentence each, for whoever asks why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from jiuzhou.adapters.texts import catalogue
from jiuzhou.kernel.message import Message, message_of, say


def step_messages(trace: Iterable[Mapping[str, Any]], titles: Mapping[str, Message]) -> list[Message]:
    """Return one sentence for each step of ``trace``, in order; ``titles`` are the rules' names by id."""
    return [_sentence({**step, "rule": titles.get(step.get("rule", ""), step.get("rule"))}) for step in trace]


def _sentence(step: Mapping[str, Any]) -> Message:
    kind = step["step"]
    if kind == "otherwise":
        return message_of(step)
    if kind == "rule":
        missed = step.get("failed")
        return say("cli.step_missed", rule=step["rule"], condition=missed) if missed else _held(step)
    by = _criterion(step.get("by") or step.get("without") or "")
    if kind == "filter":
        return say("cli.step_filter", by=by, before=step["before"], after=step["after"])
    if kind == "score":
        return say("cli.step_score", by=by, before=step["before"], after=step["after"])
    if kind == "pick" and step["by"] == "keep":
        return say("cli.step_keep", before=step["before"])
    if kind == "pick":
        return say("cli.step_pick", by=by, owner=step.get("owner"), before=step["before"])
    if kind == "empty":
        return say("cli.step_empty", rule=step["rule"], by=by)
    if kind == "relax":
        return say("cli.step_relax", by=by)
    return say("cli.step_more", count=step.get("more", 0))


def _held(step: Mapping[str, Any]) -> Message:
    return say("cli.step_held", rule=step["rule"])


def _criterion(name: str) -> Message | str:
    known = (code for code in (f"assign.stage_{name}", f"cli.by_{name}") if code in catalogue("en"))
    code = next(known, None)
    return say(code) if code else name
