"""Every customer of a book to exactly one owner, to the public pool, or to nobody with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.assign.checking import refuse_faulty
from jiuzhou.assign.choice import Choice, Empty, Found, ToPool
from jiuzhou.assign.choosing import BoundRule, Chooser, bind
from jiuzhou.assign.ledger import Ledger
from jiuzhou.assign.policy import AssignPolicy
from jiuzhou.assign.preparing import prepare
from jiuzhou.assign.records import fields
from jiuzhou.assign.result import Assignment
from jiuzhou.assign.roster import NOBODY
from jiuzhou.assign.rule_set import OnEmpty, Rule, RuleSet
from jiuzhou.assign.strategies.scene import Scene
from jiuzhou.assign.tables import load_table, lock_violations
from jiuzhou.assign.trace import Scribe, written
from jiuzhou.assign.turns import Rotation
from jiuzhou.assign.wording import pool_name, skipped, why_empty
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.decision import DECISIONS, Outcome
from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.message import Message, Param, say
from jiuzhou.kernel.moments import MOMENT
from jiuzhou.kernel.plan import Plan
from jiuzhou.kernel.scores import Scores
from jiuzhou.rules import Program, rows

_HANDS_ON = (OnEmpty.NEXT, OnEmpty.RELAX)
LOCK = "lock"
"""Stands as the rule of decisions that a lock made."""
STILL_THERE = "still-there"
"""Stands as the rule of decisions under ``scope: gaps`` about customers whose owner works here."""


def decide(
    book: Book,
    plan: Plan | None,
    scores: Scores | None,
    *,
    rules: RuleSet,
    policy: AssignPolicy | None = None,
    now: datetime,
) -> Assignment:
    """
    Return who owns each customer of ``book``, by which rule and why.

    Locked customers keep their owner. The others are decided one by one in the policy's order, each against the load
    of those before it, so that a batch gives what the same customers would have got one at a time. No limit is ever
    exceeded but by locks. An owner away at ``now`` gets nothing new and keeps what it has.

    Parameters
    ----------
    plan
        Territories and their owners; ``None`` where there are none yet.
    scores
        What evaluation found; ``None`` leaves the fields it would give null.
    now
        The moment of the decision, with a zone.

    Returns
    -------
    Assignment
        One decision for each customer; the same input gives the same, byte for byte.

    Raises
    ------
    RuleError
        If ``check`` finds an error in the rules.
    InputError
        If ``now`` has no zone.
    """
    if now.tzinfo is None:
        raise InputError("assign.naive_now", now=now.isoformat())
    refuse_faulty(rules, fields(book))
    moment = now.astimezone(UTC)
    scene = prepare(book, plan, scores, policy or AssignPolicy(), now=moment)
    run = _Run(scene, rules, today=moment.astimezone(ZoneInfo(scene.zone)).date())
    endings = run.kept()
    endings |= {row: run.decided(row) for row in _order(book, scene) if row not in endings}
    away = (scene.roster.active & ~scene.roster.present) | run.ledger.full
    return Assignment(
        decisions=_decisions(scene, [endings[row] for row in range(scene.records.count)], rules, moment),
        load=load_table(scene, run.ledger),
        violations=lock_violations(scene, run.ledger),
        turns=run.rotation.memory(away),
    )


@dataclass(frozen=True, slots=True)
class _Ending:
    outcome: Outcome
    owner: str | None
    rule: str
    reason: Message
    trace: str = "[]"


class _Run:
    """One call of ``decide``: the scene, the rules prepared for it, and the load as it grows."""

    def __init__(self, scene: Scene, rules: RuleSet, *, today: date) -> None:
        self.scene, self.rules, self.today = scene, rules, today
        self.ledger = Ledger(scene.roster, max(scene.hours, default=0.0))
        self.rotation = Rotation(scene.roster, rules.turns, on_return=scene.policy.on_return)
        self.ordered = rules.every
        self.program = Program([rule.when for rule in self.ordered])
        self.values = rows(scene.records.columns, self.program.fields)
        self.scribe = Scribe(self.ordered, most_rules=scene.policy.trace_rules)
        self.chooser = Chooser(scene, self.ledger, self.rotation, self.scribe)
        self.bound: dict[int, BoundRule] = {}

    def kept(self) -> dict[int, _Ending]:
        """Return the decisions about customers who stay; what is handed out later sees their load."""
        scene, found = self.scene, {}
        gaps = scene.policy.scope == "gaps"
        columns = (scene.records.values(name) for name in ("locked", "owner_id"))
        for row, (locked, owner) in enumerate(zip(*columns, strict=True)):
            holder = scene.holder[row]
            name = owner if holder == NOBODY else scene.roster.names[holder]
            if locked and owner is not None:
                found[row] = _Ending(Outcome.KEPT, owner, LOCK, say("assign.locked", owner=name))
            elif gaps and holder != NOBODY and scene.roster.active >> holder & 1:
                found[row] = _Ending(Outcome.KEPT, owner, STILL_THERE, say("assign.still_there", owner=name))
            if row in found and holder != NOBODY:
                self.ledger.add(holder, scene.hours[row])
        return found

    def decided(self, row: int) -> _Ending:
        """Return the decision about one customer, and put it on the owner's load."""
        values, first = self.values[row], None
        misses = self.program.misses(values, today=self.today)
        tried, near_miss = self.scribe.tried(misses)
        steps, place = [tried], len(misses) - 1
        while True:
            rule = self.ordered[place]
            found = self.chooser.attempt(self._bound(place), row, steps)
            if not isinstance(found, Empty) or rule.on_empty not in _HANDS_ON:
                break
            steps.append(written({"step": "empty", "rule": rule.id, "by": found.stage, "then": "next"}))
            first = first or skipped(rule, found, self.scene)
            place = self.program.after(values, place, today=self.today)
            steps.append(self.scribe.holds(self.ordered[place]))
        steps += [near_miss] if near_miss else []
        return replace(self._ended(rule, found, row, first or ""), trace=f"[{','.join(steps)}]")

    def _ended(self, rule: Rule, found: Choice, row: int, first: Message | str) -> _Ending:
        title = rule.title
        if isinstance(found, Found):
            self.ledger.add(found.position, self.scene.hours[row])
            kept = found.position == self.scene.holder[row]
            names: dict[str, Param] = {"rule": title, "owner": self.scene.roster.names[found.position]}
            reason = say("assign.kept" if kept else "assign.assigned", first=first, why=found.why, **names)
            outcome = Outcome.KEPT if kept else Outcome.ASSIGNED
            return _Ending(outcome, self.scene.roster.ids[found.position], rule.id, reason)
        if isinstance(found, ToPool):
            pool, why = found.pool, say("assign.why_rule")
        else:
            last_resort = rule is self.rules.fallback and not rule.then
            pool, why = rule.pool, say("assign.why_fallback") if last_resort else why_empty(found, self.scene.zone)
        if isinstance(found, ToPool) or rule.on_empty is OnEmpty.POOL:
            name = pool_name(self.rules.pool(pool))
            return _Ending(
                Outcome.POOLED, None, rule.id, say("assign.pooled", first=first, rule=title, pool=name, why=why)
            )
        code = "assign.held" if rule.on_empty is OnEmpty.HOLD else "assign.failed"
        return _Ending(Outcome.UNASSIGNED, None, rule.id, say(code, first=first, rule=title, why=why))

    def _bound(self, place: int) -> BoundRule:
        if place not in self.bound:
            self.bound[place] = bind(self.ordered[place], self.scene)
        return self.bound[place]


def _order(book: Book, scene: Scene) -> list[int]:
    if scene.policy.order == "importance":
        columns = (scene.records.values(name) for name in ("key_account", "tier", "score"))
        keys = [
            (not key_account, tier is None, tier or "", -(score or 0.0), row)
            for row, (key_account, tier, score) in enumerate(zip(*columns, strict=True))
        ]
        return [key[-1] for key in sorted(keys)]
    created = book.table("customers").sort_by("customer_id")["created_at"]
    micros = pc.fill_null(pc.cast(created, pa.int64()), np.iinfo(np.int64).min)
    found: list[int] = np.argsort(micros.to_numpy(), kind="stable").tolist()
    return found


def _decisions(scene: Scene, endings: Sequence[_Ending], rules: RuleSet, moment: datetime) -> pa.Table:
    columns = {
        "customer_id": scene.records.columns["customer_id"],
        "outcome": [ending.outcome.value for ending in endings],
        "owner_id": [ending.owner for ending in endings],
        "territory_id": scene.records.columns["territory"],
        "rule": [ending.rule for ending in endings],
        "code": [ending.reason.code for ending in endings],
        "params": [written(ending.reason.plain_params()) for ending in endings],
        "trace": [ending.trace for ending in endings],
        "decided_at": pa.array([moment] * len(endings), MOMENT),
        "rules_version": [rules.version] * len(endings),
    }
    return pa.table(columns, schema=DECISIONS)
