"""The work that waits for a person: planned visits and next actions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Sum, Value, When
from django.utils import timezone

from jiuzhou.kernel.message import Message, message_of
from jiuzhou.web.accounts.access import visible_along, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.accounts.tallies import Tallied, sees_many, tallied
from jiuzhou.web.paging import page_of
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.serve.shapes import (
    ActionLine,
    Asked,
    TeamLine,
    TeamWork,
    Today,
    VisitLine,
    week_end,
)
from jiuzhou.web.store.models import Action, Customer, Organisation, Owner, Visit
from jiuzhou.web.store.present import with_present_owner
from jiuzhou.web.store.today import working_day

VISITS = "visit"
"""The kind that stands for planned visits among the kinds of next actions."""
_PAGE = 20
_VISITS_SHOWN = 60
_NUMBER = 5


def read_today(actor: Actor, asked: Asked, *, cursor: str = "") -> Today:
    """
    Return the visits and next actions of one owner; of the actor's own customers where none is asked for.

    Raises
    ------
    NotFoundError
        If the owner asked for is not there for this actor.
    """
    owners = _owners(actor)
    as_of, today = _days(actor, owners)
    people = _people(actor, asked, owners)
    actions, visits = _open(actor, people)
    count = partial(_counts, actions, visits, today)
    counted = tallied(actor, "open", count) if people is None else Tallied(count()[1])
    numbers, stake, planned = _read_counts(counted.rows)
    if people is None and sees_many(actor):
        actions = visible_along(actor, Action).filter(state="open")
        visits = visible_along(actor, Visit).filter(state="planned")
    shown = _between(actions, "due_on", asked.when, today)
    shown = shown.filter(kind=asked.kind) if asked.kind else shown
    page = page_of(
        shown.select_related("customer", "customer__scores", "customer__owner"),
        lambda action: action_line(action, today),
        order=("-priority", "id"),
        cursor=cursor or None,
        size=_PAGE,
    )
    return Today(
        today=today,
        as_of=as_of,
        owner=asked.owner,
        visits=() if asked.kind not in ("", VISITS) or cursor else _visits(visits, asked.when, today),
        actions=page.items,
        next=page.next,
        previous=page.previous,
        counts=_by_when(numbers, planned, asked.kind),
        visit_counts=planned,
        kinds=_by_kind(numbers, planned, asked.when),
        stake=stake,
        counted_at=counted.at,
        owners=tuple((owner.code, owner.name) for owner in owners if owner.kind != "team"),
    )


def read_team(actor: Actor) -> TeamWork:
    """Return the open work of every owner whom the actor may see, the latest first."""
    everybody = _owners(actor)
    as_of, today = _days(actor, everybody)
    owners = [owner for owner in everybody if owner.kind != "team"]
    counted = tallied(actor, "team", partial(_count_team, actor, today))
    work = {row[0]: row[1:] for row in counted.rows}
    lines = [_team_line(owner, work[owner.pk]) for owner in owners if owner.pk in work]
    busy = [line for line in lines if line.actions or line.late_visits or line.visits_today or line.visits_week]
    busy.sort(key=lambda line: (-line.late_visits, -line.stake, line.code))
    return TeamWork(today, as_of, tuple(busy), counted.at)


def count_team(actor: Actor) -> tuple[int, list[Any]]:
    """Return how many pieces of work wait where the actor sees, and for each owner how many of which kind."""
    return _count_team(actor, working_today(actor))


def _count_team(actor: Actor, today: date) -> tuple[int, list[Any]]:
    present = with_present_owner(visible_to(actor, Customer), settling=actor.settling)
    seen = present.annotate(who=F("owner_now")).values("who").order_by()
    is_open, late = Q(actions__state="open"), Q(actions__due_on__lt=today)
    since = timezone.now() - timedelta(days=7)
    acting = seen.annotate(
        number=Count("actions", filter=is_open),
        late=Count("actions", filter=is_open & late),
        stake=Sum("actions__value_at_stake", filter=is_open),
        done=Count("actions", filter=Q(actions__state="done", actions__closed_at__gte=since)),
    )
    planned = Q(visits__state="planned")
    visiting = seen.annotate(
        late=Count("visits", filter=planned & Q(visits__planned_on__lt=today)),
        now=Count("visits", filter=planned & Q(visits__planned_on=today)),
        week=Count("visits", filter=planned & Q(visits__planned_on__gt=today, visits__planned_on__lte=week_end(today))),
        done=Count("visits", filter=Q(visits__state="done", visits__closed_at__gte=since)),
    )
    of_visits = {row["who"]: row for row in visiting}
    rows = [_work(row, of_visits.get(row["who"], {})) for row in acting if row["who"] is not None]
    return sum(row[_NUMBER] for row in rows), rows


def action_line(action: Action, today: date) -> ActionLine:
    """Return a next action as a list shows it."""
    customer = action.customer
    late = (today - action.due_on).days if action.due_on and action.due_on < today else 0
    return ActionLine(
        id=action.pk,
        customer=customer.name or customer.code,
        customer_code=customer.code,
        place=customer.address,
        phone=customer.phone,
        tier=_tier(customer),
        owner=customer.owner.name if customer.owner else "",
        kind=action.kind,
        reason=_told(action.code, action.params),
        due_on=action.due_on,
        days_late=late,
        value=action.value_at_stake,
        state=action.state,
        note=action.note,
        version=action.version,
    )


def visit_line(visit: Visit, today: date) -> VisitLine:
    """Return a planned visit as a list shows it."""
    customer = visit.customer
    return VisitLine(
        id=visit.pk,
        customer=customer.name or customer.code,
        customer_code=customer.code,
        place=customer.address,
        phone=customer.phone,
        tier=_tier(customer),
        owner=visit.owner.name,
        planned_on=visit.planned_on,
        days_late=max(0, (today - visit.planned_on).days),
        reason=_told(visit.code, visit.params),
        state=visit.state,
        note=visit.note,
        version=visit.version,
    )


def read_action(actor: Actor, action_id: int) -> ActionLine:
    """Return one next action."""
    rows = visible_to(actor, Action).select_related("customer", "customer__scores", "customer__owner")
    action = rows.filter(pk=action_id).first()
    if action is None:
        raise NotFoundError
    return action_line(action, _days(actor)[1])


def read_visit(actor: Actor, visit_id: int) -> VisitLine:
    """Return one planned visit."""
    visit = visible_to(actor, Visit).select_related("customer", "customer__scores", "owner").filter(pk=visit_id).first()
    if visit is None:
        raise NotFoundError
    return visit_line(visit, _days(actor)[1])


def working_today(actor: Actor) -> date:
    """Return the day of the organisation's work."""
    return _days(actor)[1]


def _days(actor: Actor, owners: Sequence[Owner] = ()) -> tuple[date | None, date]:
    if owners:
        as_of = owners[0].organisation.as_of
    else:
        as_of = Organisation.objects.values_list("as_of", flat=True).get(pk=actor.organisation_id)
    return as_of, working_day(as_of, now=timezone.now(), zone=actor.zone)


def _owners(actor: Actor) -> list[Owner]:
    rows = visible_to(actor, Owner).select_related("organisation")
    if not actor.everywhere:
        rows = rows.filter(pk__in=actor.owner_ids)
    return list(rows.order_by("sort_key", "name", "code"))


def _people(actor: Actor, asked: Asked, owners: list[Owner]) -> set[int] | None:
    if asked.owner:
        found = {owner.pk for owner in owners if owner.code == asked.owner}
        if not found:
            raise NotFoundError
        return found
    return set(actor.own_ids) or None


def count_open(actor: Actor) -> tuple[int, list[Any]]:
    """Return how many actions and visits are open where the actor sees, and how many of each kind and time."""
    return _counts(*_open(actor, None), working_today(actor))


def _open(actor: Actor, people: set[int] | None) -> tuple[QuerySet[Action], QuerySet[Visit]]:
    actions = visible_to(actor, Action).filter(state="open")
    visits = visible_to(actor, Visit).filter(state="planned")
    if people is None:
        return actions, visits
    seen = with_present_owner(visible_to(actor, Customer), settling=actor.settling)
    theirs = seen.filter(Q(owner_now__in=people)).values("pk")
    return actions.filter(customer__in=theirs), visits.filter(customer__in=theirs)


def _bucket(field: str, today: date) -> Case:
    return Case(
        When(**{f"{field}__lt": today}, then=Value("late")),
        When(**{field: today}, then=Value("today")),
        When(**{f"{field}__gt": today, f"{field}__lte": week_end(today)}, then=Value("week")),
        default=Value("later"),
        output_field=CharField(),
    )


def _between(rows: QuerySet[Any], field: str, when: str, today: date) -> QuerySet[Any]:
    return rows.annotate(bucket=_bucket(field, today)).filter(bucket=when) if when else rows


def _counts(actions: QuerySet[Action], visits: QuerySet[Visit], today: date) -> tuple[int, list[Any]]:
    acting = actions.annotate(bucket=_bucket("due_on", today)).values("kind", "bucket").order_by()
    visiting = visits.annotate(bucket=_bucket("planned_on", today)).values("bucket").order_by()
    rows = [
        [row["kind"], row["bucket"], row["number"], _written(row["stake"])]
        for row in acting.annotate(number=Count("pk"), stake=Sum("value_at_stake"))
    ]
    rows += [[VISITS, row["bucket"], row["number"], "0"] for row in visiting.annotate(number=Count("pk"))]
    return sum(row[2] for row in rows), rows


def _read_counts(rows: list[Any]) -> tuple[Mapping[tuple[str, str], int], Decimal, Mapping[str, int]]:
    numbers = {(kind, bucket): number for kind, bucket, number, _ in rows if kind != VISITS}
    planned = {bucket: number for kind, bucket, number, _ in rows if kind == VISITS}
    return numbers, sum((Decimal(stake) for *_, stake in rows), Decimal()), planned


def _written(stake: object) -> str:
    return "0" if stake is None else str(stake)


def _by_when(numbers: Mapping[tuple[str, str], int], planned: Mapping[str, int], kind: str) -> Mapping[str, int]:
    found: dict[str, int] = defaultdict(int)
    for (of, bucket), number in numbers.items():
        if kind in ("", of):
            found[bucket] += number
    for bucket, number in planned.items():
        if kind in ("", VISITS):
            found[bucket] += number
    return found


def _by_kind(numbers: Mapping[tuple[str, str], int], planned: Mapping[str, int], when: str) -> Mapping[str, int]:
    found: dict[str, int] = defaultdict(int)
    for (kind, bucket), number in numbers.items():
        if when in ("", bucket):
            found[kind] += number
    visits = sum(number for bucket, number in planned.items() if when in ("", bucket))
    return {VISITS: visits, **found} if visits else found


def _visits(visits: QuerySet[Visit], when: str, today: date) -> tuple[VisitLine, ...]:
    rows = _between(visits, "planned_on", when, today) if when else visits.filter(planned_on__lte=week_end(today))
    rows = rows.select_related("customer", "customer__scores", "owner").order_by("planned_on", "id")
    return tuple(visit_line(visit, today) for visit in rows[:_VISITS_SHOWN])


def _work(acting: Mapping[str, Any], visiting: Mapping[str, Any]) -> list[Any]:
    visits = [visiting.get(name, 0) for name in ("late", "now", "week")]
    done = acting["done"] + visiting.get("done", 0)
    return [acting["who"], *visits, acting["late"], acting["number"], _written(acting["stake"]), done]


def _team_line(owner: Owner, work: Sequence[Any]) -> TeamLine:
    late_visits, visits_today, visits_week, late_actions, actions, stake, done_week = work
    return TeamLine(
        code=owner.code,
        name=owner.name,
        late_visits=late_visits,
        visits_today=visits_today,
        visits_week=visits_week,
        late_actions=late_actions,
        actions=actions,
        stake=Decimal(stake),
        done_week=done_week,
    )


def _tier(customer: Customer) -> str:
    scores = getattr(customer, "scores", None)
    return scores.tier if scores else ""


def _told(code: str, params: Mapping[str, Any]) -> Message:
    return message_of({"code": code, "params": params})
