"""Every strategy by the name rules give it; a new one is a function and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from jiuzhou.assign.rule_set import Argument
from jiuzhou.assign.strategies import people, scorers, skills
from jiuzhou.assign.strategies.scene import (
    Masks,
    Role,
    Scene,
    Strategy,
    nothing,
    nothing_or_text,
    one_of,
    some_texts,
    texts,
)

LEVELS = ("junior", "regular", "senior")
PARTNERS = ("distributor", "agent", "channel")
LOADS = ("hours", "customers", "share")


def _levels(argument: Argument) -> bool:
    return argument is None or (some_texts(argument) and set(texts(argument)) <= set(LEVELS))


def _partners(argument: Argument) -> bool:
    return argument is None or (some_texts(argument) and set(texts(argument)) <= set(PARTNERS))


def _filters(argument: Argument) -> bool:
    # prefer: names of filters, each alone or with an argument.
    if isinstance(argument, str | Mapping):
        argument = (argument,)
    return isinstance(argument, tuple) and bool(argument) and all(_is_filter(item) for item in argument)


def _is_filter(item: Argument) -> bool:
    name, argument = named_call(item)
    found = STRATEGIES.get(name)
    return found is not None and found.role is Role.FILTER and found.accepts(argument)


def named_call(item: Argument) -> tuple[str, Argument]:
    """Return the strategy an argument names, and its argument; an empty name where it names none."""
    if isinstance(item, str):
        return item, None
    if isinstance(item, Mapping) and len(item) == 1:
        ((name, argument),) = item.items()
        return name, argument
    return "", None


def preferred(scene: Scene, argument: Argument) -> list[Masks]:
    """Return the masks of the filters that ``prefer`` names, in order of weight."""
    items = argument if isinstance(argument, tuple) else (argument,)
    found = []
    for item in items:
        name, inner = named_call(item)
        bind = STRATEGIES[name].bind
        if bind:
            found.append(bind(scene, inner))
    return found


STRATEGIES: Mapping[str, Strategy] = {
    "territory": Strategy(Role.FILTER, one_of("owner", "team"), people.territory, soft=True, any_kind=True),
    "team": Strategy(Role.FILTER, some_texts, people.team, soft=True),
    "owner": Strategy(Role.FILTER, some_texts, people.named, any_kind=True),
    "manager": Strategy(Role.FILTER, nothing, people.manager),
    "partner": Strategy(Role.FILTER, _partners, people.partner, any_kind=True),
    "importance": Strategy(Role.FILTER, _levels, people.importance, soft=True),
    "industry": Strategy(Role.FILTER, nothing, skills.industry, soft=True),
    "product": Strategy(Role.FILTER, one_of("any", "all"), skills.product, soft=True),
    "need": Strategy(Role.FILTER, one_of("any", "all"), skills.need, soft=True),
    "background": Strategy(Role.FILTER, skills.background_argument, skills.background, soft=True),
    "language": Strategy(Role.FILTER, nothing, skills.language, soft=True),
    "skill": Strategy(Role.FILTER, some_texts, skills.skill, soft=True),
    "prefer": Strategy(Role.SCORER, _filters, preferred),
    "nearest": Strategy(Role.SCORER, nothing, scorers.nearest),
    "keep": Strategy(Role.KEEP, nothing, any_kind=True),
    "least_loaded": Strategy(Role.PICKER, one_of(*LOADS)),
    "round_robin": Strategy(Role.PICKER, nothing_or_text),
    "pool": Strategy(Role.POOL, nothing_or_text),
}
