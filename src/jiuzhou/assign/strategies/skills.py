"""Filters by what the owner can: skills are written ``kind:value``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jiuzhou.assign.roster import Roster
from jiuzhou.assign.rule_set import Argument
from jiuzhou.assign.strategies.scene import Masks, Scene, by_value, texts


def industry(scene: Scene, argument: Argument) -> Masks:
    """Return those who know the customer's industry; everybody where it is unknown."""
    return by_value(scene.records.values("industry"), _single(scene.roster, "industry"))


def language(scene: Scene, argument: Argument) -> Masks:
    """Return those who speak the customer's language; everybody for the company's own and where it is unknown."""
    speaks = _single(scene.roster, "language")

    def owners(spoken: str | None) -> int:
        return scene.roster.everybody if spoken == scene.language else speaks(spoken)

    return by_value(scene.records.values("language"), owners)


def product(scene: Scene, argument: Argument) -> Masks:
    """Return those who know any (with ``all``: every one) of the products the customer buys, or their categories."""
    has = _having(scene.roster)

    def knows(item: str) -> int:
        return has(f"product:{item}") | has(f"product:{scene.category.get(item, item)}")

    return _several(scene, "products", knows, argument)


def need(scene: Scene, argument: Argument) -> Masks:
    """Return those who answer any (with ``all``: every one) of the customer's needs."""
    has = _having(scene.roster)
    return _several(scene, "needs", lambda item: has(f"need:{item}"), argument)


def background(scene: Scene, argument: Argument) -> Masks:
    """
    Return those with a professional background: the one named, one of several, or the one its industry asks for.

    An industry that the mapping does not name, or an unknown one, asks for none.
    """
    has = _having(scene.roster)
    if isinstance(argument, Mapping):
        asked = {name: texts(value) for name, value in argument.items()}

        def owners(name: str | None) -> int:
            wanted = asked.get(name or "", ())
            return _any(has(f"background:{item}") for item in wanted) if wanted else scene.roster.everybody

        return by_value(scene.records.values("industry"), owners)
    fits = _any(has(f"background:{item}") for item in texts(argument))
    return [fits] * scene.records.count


def skill(scene: Scene, argument: Argument) -> Masks:
    """Return those who have all of the skills named, each as ``kind:value``."""
    wanted = set(texts(argument))
    fits = scene.roster.where(lambda position: wanted <= scene.roster.skills[position])
    return [fits] * scene.records.count


def background_argument(argument: Argument) -> bool:
    """Accept a background, several, or a mapping from industries to either."""
    if isinstance(argument, Mapping):
        return bool(argument) and all(texts(value) for value in argument.values())
    return bool(texts(argument))


def _having(roster: Roster) -> Callable[[str], int]:
    owners: dict[str, int] = {}
    for position, skills in enumerate(roster.skills):
        for item in skills:
            owners[item] = owners.get(item, 0) | 1 << position
    return lambda item: owners.get(item, 0)


def _single(roster: Roster, kind: str) -> Callable[[Any], int]:
    has = _having(roster)
    return lambda value: roster.everybody if value is None else has(f"{kind}:{value}")


def _several(scene: Scene, field: str, knows: Callable[[str], int], argument: Argument) -> Masks:
    everybody = scene.roster.everybody

    def owners(items: tuple[str, ...]) -> int:
        if not items:
            return everybody
        return _all((knows(item) for item in items), everybody) if argument == "all" else _any(map(knows, items))

    values = (tuple(item for item in value or () if item) for value in scene.records.values(field))
    return by_value(values, owners)


def _any(owners: Iterable[int]) -> int:
    found = 0
    for those in owners:
        found |= those
    return found


def _all(owners: Iterable[int], everybody: int) -> int:
    found = everybody
    for those in owners:
        found &= those
    return found
