"""
The tree of territories as the Book and the cycle's plan describe it: the whole, its teams, and what each owner has.

A customer's present territory is the one the Book names, else the one its present owner leads. An owner whom the plan
gives no territory (who has left, or is a partner) keeps one of its own, so that the present stays readable.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import transaction

from jiuzhou.adapters.texts import Lang, render
from jiuzhou.cycle import Cycle
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import say
from jiuzhou.web.collect.writes.loading.columns import values
from jiuzhou.web.collect.writes.loading.neighbours import coloured, neighbours
from jiuzhou.web.collect.writes.loading.upsert import add_missing, columns_of, keys_of
from jiuzhou.web.store.models import Territory

WHOLE, PARTNERS = "ALL", "PARTNERS"


@dataclass(frozen=True, slots=True)
class Node:
    """
    One territory of the tree, by codes.

    Attributes
    ----------
    planned
        Whether the cycle's plan has it too.
    """

    code: str
    name: str
    parent: str
    level: str
    owner: str | None
    manager: str | None
    lat: float | None = None
    lon: float | None = None
    planned: bool = True


@dataclass(frozen=True, slots=True)
class Tree:
    """
    The nodes, parents before their children, and who is where at present.

    Attributes
    ----------
    led
        The territory of each owner that has one, by the owner's code.
    colours
        From 0 to 11, by code.
    """

    nodes: tuple[Node, ...]
    led: Mapping[str, str]
    colours: Mapping[str, int]

    def territories_of(self, book: Book, present: Sequence[str | None]) -> list[str]:
        """Return the present territory of each customer of ``book``, empty in the pool; ``present`` has the owners."""
        return _present_label(book, present, self.led)


def tree_of(cycle: Cycle, present: Sequence[str | None], lang: Lang) -> Tree:
    """Return the tree of the cycle's plan and of the present division; ``present`` is each customer's owner."""
    owners = {row["owner_id"]: row for row in cycle.book.table("owners").to_pylist()}
    planned = {territory.id: territory for territory in cycle.plan.territories}
    nodes = {WHOLE: Node(WHOLE, render(say("loading.whole"), lang), "", "nation", None, None)}
    led: dict[str, str] = {}
    for territory in cycle.plan.territories:
        parent = territory.parent or WHOLE
        if parent not in planned:
            nodes.setdefault(parent, _team(parent, owners))
        owner = owners.get(territory.owner_id or "", {})
        lon, lat = territory.centre
        nodes[territory.id] = Node(
            code=territory.id,
            name=territory.name or territory.id,
            parent=parent,
            level=territory.level,
            owner=territory.owner_id,
            manager=owner.get("manager_id"),
            lat=lat,
            lon=lon,
        )
        if territory.owner_id:
            led.setdefault(territory.owner_id, territory.id)
    for code in sorted({owner for owner in present if owner in owners and owner is not None} - set(led)):
        led[code] = _own(code, owners, nodes, lang)
    customers = cycle.book.table("customers")
    for code in sorted(set(customers["territory_id"].unique().to_pylist()) - {None, *nodes}):
        nodes[code] = Node(code, code, WHOLE, "", None, None, planned=False)
    return Tree(tuple(parents_first(nodes)), led, _colours(cycle, present, nodes, led))


def proposed_label(cycle: Cycle) -> list[str]:
    """Return the territory that the cycle's plan gives each customer of the Book; empty where it gives none."""
    units = cycle.plan.units
    held = dict(zip(units["customer_id"].to_pylist(), units["territory_id"].to_pylist(), strict=True))
    return [held.get(code) or "" for code in cycle.book.table("customers")["customer_id"].to_pylist()]


def write_tree(organisation: int, tree: Tree, owners: Mapping[str, int], since: datetime) -> dict[str, int]:
    """
    Return the keys of the territories by code, after those that were not there were added.

    Territories that stand already belong to the application: names, owners and the tree change there.
    """
    standing = Territory.unscoped.filter(organisation=organisation)
    with transaction.atomic():
        keys = keys_of(standing)
        for generation in _generations(tree.nodes):
            rows = [
                {
                    "code": node.code,
                    "name": node.name,
                    "parent_id": keys.get(node.parent),
                    "level": node.level,
                    "owner_id": owners.get(node.owner or ""),
                    "manager_id": owners.get(node.manager or ""),
                    "lat": node.lat,
                    "lon": node.lon,
                    "colour": tree.colours.get(node.code, 0),
                    "valid_from": since,
                }
                for node in generation
            ]
            add_missing(standing, ["code"], columns_of(rows), organisation=organisation)
            keys = keys_of(standing)
    return keys


def _present_label(book: Book, owners: Sequence[str | None], led: Mapping[str, str]) -> list[str]:
    named = values(book.table("customers"), "territory_id")
    return [(name or led.get(owner, "")) if owner else "" for owner, name in zip(owners, named, strict=True)]


def _team(code: str, owners: Mapping[str, Mapping[str, Any]]) -> Node:
    team = owners.get(code)
    if team is None:
        return Node(code, code, WHOLE, "region", None, None)
    return Node(code, team["name"] or code, WHOLE, "region", code, team["manager_id"])


def _own(code: str, owners: Mapping[str, Mapping[str, Any]], nodes: dict[str, Node], lang: Lang) -> str:
    owner = owners[code]
    if owner["kind"] == "team":
        nodes.setdefault(code, _team(code, owners))
        return code
    parent = owner["team_id"] or WHOLE
    if owner["kind"] == "partner":
        parent = PARTNERS
        name = render(say("loading.partners"), lang)
        nodes.setdefault(PARTNERS, Node(PARTNERS, name, WHOLE, "region", None, None, planned=False))
    elif parent != WHOLE:
        nodes.setdefault(parent, _team(parent, owners))
    own = f"T-{code}"
    level = owner["kind"] or "rep"
    place = (owner["lat"], owner["lon"])
    nodes.setdefault(
        own, Node(own, owner["name"] or code, parent, level, code, owner["manager_id"], *place, planned=False)
    )
    return own


def parents_first(nodes: Mapping[str, Node]) -> Iterable[Node]:
    """Yield the nodes so that each comes after the one above it; a circle comes last, as it is."""
    done: set[str] = {""}
    waiting = list(nodes.values())
    while waiting:
        ready = [node for node in waiting if node.parent in done] or waiting
        yield from ready
        done |= {node.code for node in ready}
        waiting = [node for node in waiting if node.code not in done]


def _generations(nodes: Iterable[Node]) -> list[list[Node]]:
    depth = {"": 0}
    found: list[list[Node]] = []
    for node in nodes:
        depth[node.code] = depth.get(node.parent, 0) + 1
        while len(found) < depth[node.code]:
            found.append([])
        found[depth[node.code] - 1].append(node)
    return found


def _colours(
    cycle: Cycle, owners: Sequence[str | None], nodes: Mapping[str, Node], led: Mapping[str, str]
) -> dict[str, int]:
    customers = cycle.book.table("customers")
    points = np.column_stack([_numbers(customers, "lon"), _numbers(customers, "lat")])
    beside: dict[str, set[str]] = {code: set() for code in nodes}
    for label in (_present_label(cycle.book, owners, led), proposed_label(cycle)):
        for code, others in neighbours(points, label).items():
            beside.setdefault(code, set()).update(others)
    return coloured(beside)


def _numbers(table: pa.Table, name: str) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values(table, name)], dtype=np.float64)
