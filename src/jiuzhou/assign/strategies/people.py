"""Filters by who the owner is: of the territory, a team, a rank, a partner of the region, or named."""

from __future__ import annotations

from jiuzhou.assign.roster import NOBODY
from jiuzhou.assign.rule_set import Argument
from jiuzhou.assign.strategies.scene import Masks, Scene, by_value, texts
from jiuzhou.rules.region import is_within


def territory(scene: Scene, argument: Argument) -> Masks:
    """Return the owner of the customer's territory, or with ``team`` everybody of that owner's team."""
    if argument != "team":
        return by_value(scene.steward, lambda owner: 0 if owner == NOBODY else 1 << owner)
    teams = scene.roster.teams

    def colleagues(owner: int) -> int:
        if owner == NOBODY:
            return 0
        return 1 << owner | scene.roster.where(lambda other: teams[owner] is not None and teams[other] == teams[owner])

    return by_value(scene.steward, colleagues)


def manager(scene: Scene, argument: Argument) -> Masks:
    """Return the first manager who works here, upwards from the territory's owner, else from the present owner."""
    roster = scene.roster

    def above(owner: int) -> int:
        seen = {owner}
        while owner != NOBODY:
            owner = roster.managers[owner]
            if owner in seen:
                return 0
            if owner != NOBODY and roster.active >> owner & 1:
                return 1 << owner
            seen.add(owner)
        return 0

    starts = [held if steward == NOBODY else steward for held, steward in zip(scene.holder, scene.steward, strict=True)]
    return by_value(starts, above)


def named(scene: Scene, argument: Argument) -> Masks:
    """Return the owners named by their ids."""
    wanted = texts(argument)
    owners = scene.roster.where(lambda position: scene.roster.ids[position] in wanted)
    return [owners] * scene.records.count


def team(scene: Scene, argument: Argument) -> Masks:
    """Return everybody of the teams named by their ids."""
    wanted = texts(argument)
    owners = scene.roster.where(lambda position: scene.roster.teams[position] in wanted)
    return [owners] * scene.records.count


def importance(scene: Scene, argument: Argument) -> Masks:
    """
    Return owners of sufficient rank.

    Without an argument key accounts and customers of an important tier get senior owners, and others may get anybody;
    with ranks named, every customer gets an owner of one of them.
    """
    levels = scene.roster.levels
    wanted = texts(argument)
    if wanted:
        owners = scene.roster.where(lambda position: levels[position] in wanted)
        return [owners] * scene.records.count
    senior = scene.roster.where(lambda position: levels[position] == "senior")
    values = zip(scene.records.values("key_account"), scene.records.values("tier"), strict=True)
    return by_value(
        values, lambda value: senior if value[0] or value[1] in scene.policy.important_tiers else scene.roster.everybody
    )


def partner(scene: Scene, argument: Argument) -> Masks:
    """Return the partners, of the kinds named if any, whose region holds the customer."""
    roster, kinds = scene.roster, texts(argument)
    partners = roster.where(
        lambda position: roster.kinds[position] == "partner" and (not kinds or roster.partner_types[position] in kinds)
    )

    def covering(code: str | None) -> int:
        def covers(position: int) -> bool:
            regions = roster.regions[position]
            return regions is None or (code is not None and is_within(code, regions))

        return partners & roster.where(covers)

    return by_value(scene.records.values("region_code"), covering)
