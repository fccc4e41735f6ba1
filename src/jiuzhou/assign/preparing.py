"""From the book to the scene that rules and strategies look at."""

from __future__ import annotations

from datetime import datetime

from jiuzhou.assign.policy import AssignPolicy
from jiuzhou.assign.records import Records, records
from jiuzhou.assign.roster import NOBODY, members, roster
from jiuzhou.assign.strategies.scene import Scene
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.plan import Plan
from jiuzhou.kernel.scores import Scores


def prepare(book: Book, plan: Plan | None, scores: Scores | None, policy: AssignPolicy, *, now: datetime) -> Scene:
    """Return the owners and customers of ``book`` as they stand at ``now``, every customer with its hours a year."""
    owners = roster(book, policy, now=now)
    works = frozenset(owners.ids[position] for position in members(owners.active))
    customers = records(book, plan, scores, active_owners=works)
    position = owners.positions()
    return Scene(
        roster=owners,
        records=customers,
        policy=policy,
        holder=tuple(position.get(owner, NOBODY) for owner in customers.values("owner_id")),
        steward=tuple(position.get(owner, NOBODY) for owner in customers.values("territory_owner")),
        hours=_hours(customers, policy),
        category=_categories(book),
        territory_names={territory.id: territory.name for territory in plan.territories} if plan else {},
        language=book.settings.language,
        zone=book.settings.zone,
    )


def _hours(customers: Records, policy: AssignPolicy) -> tuple[float, ...]:
    known = customers.values("workload")
    return tuple(policy.workload_hours if hours is None or hours != hours else max(0.0, hours) for hours in known)


def _categories(book: Book) -> dict[str, str]:
    products = book.table("products")
    pairs = zip(products["product_id"].to_pylist(), products["category"].to_pylist(), strict=True)
    return {product: category for product, category in pairs if category is not None}
