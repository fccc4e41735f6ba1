"""Every group that is sure enough merged without being looked at, one after the other, at a person's word."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from jiuzhou.kernel.errors import JiuzhouError, RefusedError
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.duplicates import MOST
from jiuzhou.web.collect.reads.duplicate import counted, proposed, standing_counts
from jiuzhou.web.collect.reads.duplicates import Sought, can_compare, count_to_merge, pairs_of
from jiuzhou.web.collect.writes.duplicates.merging import Wanted, merge
from jiuzhou.web.jobs.kinds import kind_title
from jiuzhou.web.jobs.queue import start
from jiuzhou.web.jobs.states import WAITING_OR_RUNNING
from jiuzhou.web.problems import InvalidError
from jiuzhou.web.store.models import Customer, Run

COMPARE, MERGE = "customers.compare", "customers.merge"


def start_comparing(actor: Actor) -> int:
    """
    Return the run that compares all customers; the one that waits or runs already, where there is one.

    Raises
    ------
    RefusedError
        If Splink is not installed.
    """
    if not can_compare():
        raise RefusedError("duplicates.not_installed")
    return _started(actor, COMPARE)


def start_merging(actor: Actor, count: int) -> int:
    """
    Return the run that merges all pairs that are sure enough.

    Parameters
    ----------
    count
        How many pairs the person was told of.

    Raises
    ------
    InvalidError
        If it is another number by now.
    """
    actor.must("duplicate.merge_all")
    now = count_to_merge(actor)
    if now != count or not now:
        raise InvalidError({"count": say("duplicates.other_count", count=now)})
    return _started(actor, MERGE)


def merge_all(
    actor: Callable[[], Actor], *, advance: Callable[[int, int], None] = lambda done, total: None
) -> Mapping[str, int]:
    """
    Merge every group of pairs that are sure enough; return ``groups``, ``merged`` records and ``left`` groups.

    Each group is one transaction, so that a later attempt goes on with those that are left.

    Parameters
    ----------
    actor
        Returns who asked, with the rights of the moment.
    """
    pairs = pairs_of(actor(), Sought(verdict="merge")).order_by("pk").values_list("left", "right")
    groups = _groups(pairs.iterator(5_000))
    told = {"groups": 0, "merged": 0, "left": 0}
    for done, group in enumerate(groups):
        advance(done, len(groups))
        try:
            merged = _merge_group(actor(), group)
        except JiuzhouError:
            merged = 0
        told["groups"] += merged > 0
        told["merged"] += merged
        told["left"] += merged == 0
    advance(len(groups), len(groups))
    return told


def _started(actor: Actor, kind: str) -> int:
    running = visible_to(actor, Run).filter(kind=kind, state__in=WAITING_OR_RUNNING).order_by("pk").first()
    return int((running or start(actor, kind, {}, title=kind_title(kind))).pk)


def _groups(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    above: dict[int, int] = {}

    def root(key: int) -> int:
        while above.setdefault(key, key) != key:
            above[key] = above[above[key]]
            key = above[key]
        return key

    for left, right in pairs:
        one, other = sorted((root(left), root(right)))
        above[other] = one
    groups: dict[int, list[int]] = {}
    for key in sorted(above):
        groups.setdefault(root(key), []).append(key)
    return list(groups.values())


def _merge_group(actor: Actor, group: list[int]) -> int:
    found = counted(actor, visible_to(actor, Customer).filter(pk__in=group))
    rows = {row.code: row for row in found.order_by("code")}
    if not 2 <= len(rows) <= MOST:
        return 0
    survivor, _ = proposed(rows, standing_counts(actor.organisation_id, rows))
    return len(merge(actor, Wanted(survivor, {code: row.version for code, row in rows.items()}, {})))
