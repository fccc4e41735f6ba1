"""Plans as lists and pages show them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from jiuzhou.kernel.message import Message, message_of, say
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.divide.figures import activities_of
from jiuzhou.web.divide.history import redone_by, turns_of, undone_by
from jiuzhou.web.divide.life import Standing, open_steps
from jiuzhou.web.divide.reads.territories import checks_of, leaves, rows_of
from jiuzhou.web.divide.shapes import PlanHead, PlanRow, PlanView, Remark, StepRow
from jiuzhou.web.paging import Page, page_of
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.models import Plan, PlanChange, PlanRemark, PlanTerritory

ORDER = ("-created_at", "-id")


def list_plans(
    actor: Actor, *, states: Collection[str] = (), cursor: str | None = None, size: int = 50
) -> Page[PlanRow]:
    """Return the plans that ``actor`` may see, the latest first; only those in ``states`` where some are given."""
    rows = _shown(actor).select_related("base", "created_by")
    rows = rows.filter(state__in=states) if states else rows
    return page_of(rows, lambda row: _row(row, actor), order=ORDER, cursor=cursor, size=size)


def count_by_state(actor: Actor) -> dict[str, int]:
    """Return how many plans are in each state."""
    found: dict[str, int] = {}
    for state in _shown(actor).values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def choices(actor: Actor) -> tuple[tuple[str, str, bool], ...]:
    """Return code, name and whether it is in force, of the latest hundred plans, for a choice."""
    rows = _shown(actor).order_by(*ORDER).values_list("code", "name", "pk")[:100]
    return tuple((code, name, key == actor.plan_in_force) for code, name, key in rows)


def plan_head(actor: Actor, code: str) -> PlanHead:
    """
    Return what the plan ``code`` is, and what ``actor`` may do with it.

    Raises
    ------
    NotFoundError
        If there is none, or none for this actor.
    """
    plan = find_plan(actor, code)
    territories = list(visible_to(actor, PlanTerritory).filter(plan=plan))
    return head_of(actor, plan, [one.measures for one in leaves(territories)], edited=plan.changes.exists())


def plan_view(actor: Actor, code: str) -> PlanView:
    """Return the page of the plan ``code``; territories are those that ``actor`` may see, its figures are whole."""
    plan = find_plan(actor, code)
    rows = visible_to(actor, PlanTerritory).filter(plan=plan).select_related("owner")
    territories = leaves(list(rows.order_by("code")))
    changes = list(visible_to(actor, PlanChange).filter(plan=plan).select_related("by").order_by("number"))
    turns = turns_of([(one.number, one.changes) for one in changes])
    undone = undone_by(turns)
    head = head_of(actor, plan, [one.measures for one in territories], edited=undone is not None)
    remarks = visible_to(actor, PlanRemark).filter(plan=plan)
    remarks = remarks.select_related("by", "answered_by", "territory", "customer").order_by("-at", "-pk")
    table = rows_of(territories, head.measure)
    unassigned = _left_out(actor, plan)
    return PlanView(
        head=head,
        territories=table,
        unassigned=unassigned,
        checks=checks_of(table, plan.violations, unassigned),
        remarks=tuple(_remark(one) for one in remarks[:200]),
        history=_history(changes, turns),
        can_undo=head.editable and undone is not None,
        can_redo=head.editable and redone_by(turns) is not None,
    )


def plan_board(actor: Actor, code: str) -> PlanView:
    """Return the page of the plan ``code`` without what was said and done: head and territories only."""
    plan = find_plan(actor, code)
    rows = visible_to(actor, PlanTerritory).filter(plan=plan).select_related("owner")
    territories = leaves(list(rows.order_by("code")))
    head = head_of(actor, plan, [one.measures for one in territories], edited=plan.changes.exists())
    return PlanView(head, rows_of(territories, head.measure), 0, (), (), (), can_undo=False, can_redo=False)


def find_plan(actor: Actor, code: str) -> Plan:
    """Return the row of the plan ``code`` with the people and the base it names; for reads that add to it."""
    rows = _shown(actor).select_related("base", "created_by", "submitted_by", "approved_by")
    plan = rows.filter(code=code).first()
    if plan is None:
        raise NotFoundError
    return plan


def head_of(actor: Actor, plan: Plan, measures: Collection[Mapping[str, float]], *, edited: bool) -> PlanHead:
    """Return what a plan is, from its row and what its territories weigh."""
    activities = activities_of(plan.activities, measures)
    standing = Standing(plan.state, plan.submitted_by_id, plan.activated_at, plan.archived_at)
    gap = None if edited else _gap(plan)
    return PlanHead(
        code=plan.code,
        name=plan.name,
        note=plan.note,
        state=plan.state,
        version=plan.version,
        base=plan.base.code if plan.base else "",
        base_name=plan.base.name if plan.base else "",
        in_force=plan.pk == actor.plan_in_force,
        settling=plan.pk == actor.settling,
        overtaken=plan.base_id != actor.plan_in_force and plan.state not in ("active", "archived"),
        effective_on=plan.effective_on,
        created_by=plan.created_by.name if plan.created_by else "",
        created_at=plan.created_at,
        submitted_by=plan.submitted_by.name if plan.submitted_by else "",
        submitted_at=plan.submitted_at,
        approved_by=plan.approved_by.name if plan.approved_by else "",
        approved_at=plan.approved_at,
        activated_at=plan.activated_at,
        archived_at=plan.archived_at,
        seed=plan.seed,
        effort=plan.effort,
        measure=activities[0],
        activities=activities,
        figures=figures_of(plan.metrics),
        gap=gap,
        gap_note=_bound_note(plan, gap, edited=edited),
        edited=edited,
        steps=open_steps(standing, actor, now=timezone.now()),
    )


def figures_of(metrics: Mapping[str, Any]) -> dict[str, float]:
    """Return stored metrics as plain figures by key."""
    return {key: float(one["value"]) for key, one in metrics.items()}


def _left_out(actor: Actor, plan: Plan) -> int:
    # Who sees a part of the company is told the plan's own figure, as it was measured; nothing is counted for them.
    if not actor.everywhere:
        return int(figures_of(plan.metrics).get("unassigned", 0.0))
    return plan.units.filter(territory__isnull=True, customer__deleted_at__isnull=True).count()


def _shown(actor: Actor) -> QuerySet[Plan]:
    # A plan that is still being written is archived without a day.
    return visible_to(actor, Plan).exclude(Q(state="archived") & Q(archived_at__isnull=True))


def _row(plan: Plan, actor: Actor) -> PlanRow:
    figures = figures_of(plan.metrics)
    main = next((key for one in plan.activities if (key := f"max_deviation_{one['key']}") in figures), None)
    main = main or next((key for key in sorted(figures) if key.startswith("max_deviation_")), "")
    return PlanRow(
        code=plan.code,
        name=plan.name,
        state=plan.state,
        base=plan.base.name if plan.base else "",
        in_force=plan.pk == actor.plan_in_force,
        effective_on=plan.effective_on,
        by=plan.created_by.name if plan.created_by else "",
        at=plan.created_at,
        out_of_band=figures.get("out_of_band"),
        deviation=figures.get(main),
        handover_customers=figures.get("handover_customers"),
        handover_share=figures.get("handover_share"),
    )


def _gap(plan: Plan) -> float | None:
    if plan.objective is None or not plan.lower_bound or plan.lower_bound <= 0:
        return None
    return plan.objective / plan.lower_bound - 1


def _bound_note(plan: Plan, gap: float | None, *, edited: bool) -> Message | None:
    if edited:
        return say("plan.gap_after_edit")
    if gap is not None:
        return say("plan.gap_proven", gap=gap)
    return message_of(plan.bound_message) if plan.bound_message else None


def _remark(row: PlanRemark) -> Remark:
    return Remark(
        id=row.pk,
        kind=row.kind,
        text=row.text,
        by=row.by.name if row.by else "",
        at=row.at,
        territory=row.territory.name if row.territory else "",
        customer=row.customer.name if row.customer else "",
        customer_code=row.customer.code if row.customer else "",
        cost=row.cost,
        answer=row.answer,
        answered_by=row.answered_by.name if row.answered_by else "",
        accepted=row.accepted if row.answered_at else None,
    )


def _history(changes: list[PlanChange], turns: Any) -> tuple[StepRow, ...]:
    live: dict[int, frozenset[int]] = {0: frozenset()}
    at = 0
    for turn in turns:
        back = turn.back_to
        live[turn.number] = live.get(back, frozenset()) if back is not None else live[at] | {turn.number}
        at = turn.number
    back_steps = {turn.number for turn in turns if turn.back_to is not None}
    return tuple(
        StepRow(
            number=one.number,
            label=message_of(one.label),
            by=one.by.name if one.by else "",
            at=one.at,
            undone=one.number not in live[at] and one.number not in back_steps,
        )
        for one in reversed(changes)
    )
