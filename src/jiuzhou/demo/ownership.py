"""Who has which customer, since when, and who had it before: grown over years, and therefore uneven."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from jiuzhou.demo.columns import concat, dates, numbered, pick, table_of
from jiuzhou.demo.people import Sellers
from jiuzhou.demo.places import REGIONS, draw_by_row
from jiuzhou.demo.streams import BLOCK, Topic, stream
from jiuzhou.demo.world import World
from jiuzhou.kernel.arrays import Ints, Mask

_PARTNER_OF = {"west": 0, "south": 1, "north": 2}


@dataclass(frozen=True, slots=True)
class Ownership:
    """
    Owners of a block of customers; -1 where there is none. All have shape ``(BLOCK,)``.

    Attributes
    ----------
    owner, previous
        Positions in the sellers: now, and before ``since``.
    since
        Day, after 1970-01-01, from which ``owner`` has it.
    specialist
        The expert beside the owner of a key account.
    """

    owner: Ints
    previous: Ints
    since: Ints
    specialist: Ints

    def ids(self, sellers: Sellers) -> pa.Array:
        """Return the present owners' ids; null where there is none."""
        return pick(sellers.ids, self.owner)

    def on(self, customer: Ints, day: Ints) -> Ints:
        """Return who had each customer on each day, as positions in the sellers."""
        had: Ints = np.where(day >= self.since[customer], self.owner[customer], self.previous[customer])
        return had


def own(
    world: World, block: int, *, city: Ints, channel: Ints, head: Mask, prospect: Mask, first_day: Ints
) -> Ownership:
    """Return the owners of a block of customers."""
    rng = stream(world.seed, Topic.OWNERS, block)
    owner, previous = _drawn(world, city, rng), _drawn(world, city, rng)
    forerunner = world.sellers.forerunner[owner]
    owner = np.where((forerunner >= 0) & (rng.random(BLOCK) < 0.4), forerunner, owner)
    partner = np.array([_PARTNER_OF.get(region.code, -1) for region in REGIONS])[world.places.region[city]]
    resold = (channel == 2) & (partner >= 0) & (rng.random(BLOCK) < 0.12)
    owner = np.where(resold, world.sellers.reps + world.sellers.departed + partner, owner)
    owner = np.where((rng.random(BLOCK) < np.where(prospect, 0.5, 0.045)) & ~head, -1, owner)
    end = world.rhythm.end_day
    since = np.maximum(first_day, end - rng.integers(300, 731, BLOCK))
    since = np.maximum(since, np.where(owner >= 0, world.sellers.joined[owner], 0))
    departed = (owner >= world.sellers.reps) & (owner < world.sellers.reps + world.sellers.departed)
    since = np.where(departed, np.minimum(since, np.maximum(first_day, end - 200)), since)
    # Whoever began later than the customer has it from somebody: from a rep who was there, else from the team's head.
    newer = (owner >= 0) & (world.sellers.joined[owner] > first_day)
    handed = (since > first_day + 30) & (newer | (rng.random(BLOCK) < 0.55))
    heads = np.array([reps[0] for reps in world.sellers.by_region])[world.places.region[city]]
    previous = np.where(world.sellers.joined[previous] > first_day, heads, previous)
    previous = np.where(handed & (previous != owner), previous, -1)
    since = np.where(handed | newer | (owner < 0), since, first_day)
    specialist = np.where(head & (rng.random(BLOCK) < 0.5), _drawn(world, city, rng), -1)
    return Ownership(owner, previous, since, np.where(specialist == owner, -1, specialist))


def ownership_table(world: World, number: Ints, owned: Ownership, first_day: Ints) -> pa.Table:
    """Return the ownership rows of a block: present owners, former owners, specialists; by customer."""
    former = (owned.previous >= 0) & (owned.since > first_day) & (owned.previous != owned.owner)
    parts = []
    for has, who, role in (
        (owned.owner >= 0, owned.owner, "primary"),
        (former, owned.previous, "primary"),
        (owned.specialist >= 0, owned.specialist, "specialist"),
    ):
        rows = np.flatnonzero(has)
        begins = first_day[rows] if who is owned.previous else owned.since[rows]
        begins = np.maximum(begins, world.sellers.joined[who[rows]])
        parts.append(
            table_of(
                "ownership",
                {
                    "customer_id": numbered("C", number[rows], 7),
                    "owner_id": pick(world.sellers.ids, who[rows]),
                    "role": [role] * len(rows),
                    "valid_from": dates(begins),
                    "valid_to": dates(owned.since[rows], known=np.full(len(rows), who is owned.previous)),
                    "product_line": pa.array(["软件" if role == "specialist" else None] * len(rows), pa.string()),
                },
            )
        )
    return concat(parts).sort_by([("customer_id", "ascending"), ("valid_from", "ascending"), ("role", "ascending")])


def _drawn(world: World, city: Ints, rng: np.random.Generator) -> Ints:
    sellers = world.sellers
    shared = np.isnan(sellers.habit[city]) | (rng.random(BLOCK) < 0.25)
    draws = np.where(shared, rng.random(BLOCK), sellers.habit[city])
    owner = sellers.near[city, draw_by_row(sellers.chance, city, draws)]
    anywhere, part = rng.random(BLOCK) < 0.09, rng.random(BLOCK)
    for region, reps in enumerate(sellers.by_region):
        mine = anywhere & (world.places.region[city] == region)
        owner[mine] = reps[(part[mine] * len(reps)).astype(np.int64)]
    return owner
