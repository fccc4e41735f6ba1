"""One rule's strategies on one customer: from all owners to one, to a pool, or to nobody and which step emptied it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any

from jiuzhou.assign.choice import Choice, Empty, Found, ToPool
from jiuzhou.assign.ledger import Ledger
from jiuzhou.assign.picking import Pick, pick
from jiuzhou.assign.roster import NOBODY, Roster, members
from jiuzhou.assign.rule_set import Call, OnEmpty, Rule
from jiuzhou.assign.strategies.registry import STRATEGIES
from jiuzhou.assign.strategies.scene import Role, Scene
from jiuzhou.assign.trace import Scribe, written
from jiuzhou.assign.turns import Rotation
from jiuzhou.assign.wording import filter_name, why_alone, why_best
from jiuzhou.kernel.message import Json, Message, say

_FEW = 3
_DEFAULT_PICKER = Call("least_loaded", "hours")


@dataclass(frozen=True, slots=True)
class _Case:
    # One customer under one rule, with the steps written so far and the filters it has passed.
    rule: Rule
    row: int
    steps: list[str]
    passed: list[str]


@dataclass(frozen=True, slots=True)
class Step:
    """
    A strategy bound to the scene.

    Attributes
    ----------
    name
        What it is called in words and traces.
    any_kind
        Whether it brings in teams and partners that fit; otherwise a rule is about reps.
    """

    name: str
    call: Call
    role: Role
    soft: bool
    any_kind: bool
    bound: Any


@dataclass(frozen=True, slots=True)
class BoundRule:
    """A rule whose strategies know the scene."""

    rule: Rule
    steps: tuple[Step, ...]


def bind(rule: Rule, scene: Scene) -> BoundRule:
    """Return ``rule`` with its strategies prepared for every customer of the scene."""
    steps = []
    for call in rule.then:
        strategy = STRATEGIES[call.strategy]
        bound = strategy.bind(scene, call.argument) if strategy.bind else None
        name = filter_name(call.strategy, call.argument)
        steps.append(Step(name, call, strategy.role, strategy.soft, strategy.any_kind, bound))
    return BoundRule(rule, tuple(steps))


class Chooser:
    """Applies bound rules to one customer after the other; the ledger and the rotation are the only things changed."""

    def __init__(self, scene: Scene, ledger: Ledger, rotation: Rotation, scribe: Scribe) -> None:
        self._scene = scene
        self._roster = scene.roster
        self._reps = scene.roster.where(lambda position: scene.roster.kinds[position] == "rep")
        self._hours = scene.hours
        self._ledger = ledger
        self._rotation = rotation
        self._scribe = scribe
        self._territories = [scene.territory_names.get(one, one) for one in scene.records.values("territory")]

    def attempt(self, rule: BoundRule, row: int, steps: list[str]) -> Choice:
        """
        Return whom ``rule`` finds for the customer ``row``; what was done is appended to ``steps``.

        With ``on_empty: relax`` soft filters are dropped, the last first, until somebody is left.
        """
        if not rule.steps:
            return Empty("nothing", 0)
        todo = list(rule.steps)
        result = self._run(rule, todo, row, steps)
        while isinstance(result, Empty) and rule.rule.on_empty is OnEmpty.RELAX:
            soft = [place for place, step in enumerate(todo) if step.soft]
            if not soft:
                break
            dropped = todo.pop(soft[-1])
            steps.append(written({"step": "relax", "without": dropped.name}))
            result = self._run(rule, todo, row, steps)
        return result

    def _run(self, rule: BoundRule, todo: Sequence[Step], row: int, steps: list[str]) -> Choice:
        case, holder = _Case(rule.rule, row, steps, []), self._holder(row)
        asked = self._reps
        for step in todo:
            if step.any_kind:
                asked |= holder if step.role is Role.KEEP else step.bound[row]
        owners = asked & self._roster.active
        steps.append(self._scribe.stage("active", asked.bit_count(), owners.bit_count()))
        if not owners:
            return Empty("active", asked.bit_count())
        for place, step in enumerate(todo):
            match step.role:
                case Role.FILTER:
                    left = owners & step.bound[row]
                    steps.append(self._scribe.stage(step.name, owners.bit_count(), left.bit_count()))
                    if not left:
                        return Empty(step.name, owners.bit_count())
                    owners = left
                    case.passed.append(step.name)
                case Role.KEEP:
                    if self._ledger.room(owners & holder, self._hours[row]):
                        return self._kept(case, owners)
                case Role.POOL:
                    return ToPool(step.call.argument if isinstance(step.call.argument, str) else "")
                case _:
                    return self._best(case, owners, todo[place:])
        return self._best(case, owners, ())

    def _best(self, case: _Case, fit: int, todo: Sequence[Step]) -> Found | Empty:
        owners = self._free(case, fit)
        if isinstance(owners, Empty):
            return owners
        picker = next((step.call for step in todo if step.role is Role.PICKER), _DEFAULT_PICKER)
        if picker.strategy == "round_robin":
            takers = owners & self._rotation.takers
            case.steps.append(self._stage("weight", owners, takers))
            if not takers:
                return Empty("weight", owners.bit_count())
            owners = takers
        only: Message | None = None
        if owners.bit_count() == 1:
            only = why_alone(case.passed, fit.bit_count(), self._territories[case.row] or "")
        for step in todo:
            if step.role is Role.SCORER and owners.bit_count() > 1:
                owners, only = self._scored(case, step, owners)
        group = picker.argument if isinstance(picker.argument, str) else str(case.rule.id)
        chosen = pick(picker, owners, self._ledger, self._rotation, group=group)
        case.steps.extend(_pick_steps(chosen, owners.bit_count(), self._roster))
        return Found(chosen.position, only or chosen.why)

    def _free(self, case: _Case, fit: int) -> int | Empty:
        here = fit & (self._roster.present | self._holder(case.row))
        case.steps.append(self._stage("available", fit, here))
        if not here:
            return Empty("available", fit.bit_count(), min(self._roster.back[position] for position in members(fit)))
        free = self._ledger.room(here, self._hours[case.row])
        case.steps.append(self._stage("capacity", here, free))
        return free or Empty("capacity", here.bit_count())

    def _kept(self, case: _Case, owners: int) -> Found:
        position = self._scene.holder[case.row]
        step: dict[str, Json] = {"step": "pick", "by": "keep", "before": owners.bit_count()}
        case.steps.append(written(step | {"owner": self._roster.ids[position]}))
        return Found(position, say("assign.why_keep"))

    def _holder(self, row: int) -> int:
        # Somebody away keeps its own customers: a holiday hands nobody over.
        position = self._scene.holder[row]
        return 0 if position == NOBODY else (1 << position) & self._roster.active

    def _stage(self, by: str, before: int, after: int) -> str:
        gone = before & ~after
        few = tuple(self._roster.ids[position] for position in members(gone)) if gone.bit_count() <= _FEW else ()
        return self._scribe.stage(by, before.bit_count(), after.bit_count(), few)

    def _scored(self, case: _Case, step: Step, owners: int) -> tuple[int, Message | None]:
        by, before, figure, best = step.call.strategy, owners.bit_count(), inf, owners
        if by == "prefer":
            for masks in step.bound:
                best = best & masks[case.row] or best
        else:
            best, figure = step.bound(case.row, owners)
        after, known = best.bit_count(), figure if isfinite(figure) else None
        case.steps.append(written({"step": "score", "by": by, "before": before, "after": after, "figure": known}))
        return best, why_best(step.call, before, known) if after == 1 else None


def _pick_steps(chosen: Pick, before: int, roster: Roster) -> list[str]:
    step: dict[str, Json] = {"step": "pick", "by": chosen.by, "before": before, "owner": roster.ids[chosen.position]}
    step["figure"] = chosen.figure
    if chosen.runner_up is None:
        return [written(step)]
    runner_up = roster.ids[chosen.runner_up]
    step |= {"runner_up": runner_up, "runner_up_figure": chosen.runner_up_figure}
    told = chosen.otherwise(roster.names[chosen.position], roster.names[chosen.runner_up])
    return [written(step), written({"step": "otherwise", "owner": runner_up, **told.to_json()})]
