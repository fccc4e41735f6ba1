"""The tree of territories in memory, as far as one actor sees it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Node:
    """
    A territory.

    Attributes
    ----------
    parent_id
        May name a node that the actor does not see, and then this one is a root.
    deviation
        Workload over its target minus 1 in the plan in force; ``None`` where unknown, or where the actor reads no plan.
    """

    id: int
    code: str
    name: str
    parent_id: int | None = None
    owner_code: str = ""
    owner: str = ""
    owner_until: date | None = None
    colour: int = 0
    deviation: float | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """The nodes by id."""

    nodes: Mapping[int, Node] = field(default_factory=dict)

    @classmethod
    def of(cls, nodes: Iterable[Node]) -> Tree:
        """Return the tree of ``nodes``."""
        return cls({node.id: node for node in nodes})

    def find(self, code: str) -> Node | None:
        """Return the node of that code."""
        return next((node for node in self.nodes.values() if node.code == code), None)

    def path(self, node_id: int) -> tuple[Node, ...]:
        """Return the nodes from the root down to the node itself."""
        found: list[Node] = []
        seen: set[int] = set()
        place: int | None = node_id
        while place is not None and place in self.nodes and place not in seen:
            seen.add(place)
            found.append(self.nodes[place])
            place = self.nodes[place].parent_id
        return tuple(reversed(found))

    def children(self, node_id: int | None) -> tuple[Node, ...]:
        """Return the nodes just below a node, or the roots for ``None``, by name."""
        if node_id is None:
            below = [node for node in self.nodes.values() if node.parent_id not in self.nodes]
        else:
            below = [node for node in self.nodes.values() if node.parent_id == node_id]
        return tuple(sorted(below, key=lambda node: (node.name, node.code)))

    def below(self, node_id: int | None) -> frozenset[int]:
        """Return the ids of a node and of all below it; of every node for ``None``."""
        if node_id is None:
            return frozenset(self.nodes)
        under: dict[int | None, list[int]] = defaultdict(list)
        for node in self.nodes.values():
            under[node.parent_id].append(node.id)
        found: set[int] = set()
        waiting = [node_id]
        while waiting:
            place = waiting.pop()
            if place in self.nodes and place not in found:
                found.add(place)
                waiting += under[place]
        return frozenset(found)

    def leaves(self, node_id: int | None = None) -> tuple[Node, ...]:
        """Return the nodes at or below a node that have none below them, by name."""
        parents = {node.parent_id for node in self.nodes.values()}
        found = [self.nodes[place] for place in self.below(node_id) if place not in parents]
        return tuple(sorted(found, key=lambda node: (node.name, node.code)))
