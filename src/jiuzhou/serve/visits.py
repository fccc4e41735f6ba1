"""The visits of the next weeks: what the service level owes, the most overdue first, within each week's capacity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from jiuzhou.calendar import WorkCalendar, company_calendar, owner_calendars
from jiuzhou.kernel.arrays import EPOCH, Floats, Ints, day_number, indices
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.ids import OwnerId
from jiuzhou.kernel.message import Message, say
from jiuzhou.serve.actions import params_of
from jiuzhou.serve.facts import NEVER, Facts
from jiuzhou.serve.policy import ServePolicy

VISITS = pa.schema(
    [
        ("owner_id", pa.string()),
        ("customer_id", pa.string()),
        ("planned_on", pa.date32()),
        ("due_on", pa.date32()),  # by the service level; before planned_on it is late
        ("week", pa.int64()),  # 1 is the week of the first working day from today
        ("days_late", pa.int64()),  # on planned_on; 0 where in time
        ("visits_per_year", pa.float64()),
        ("code", pa.string()),
        ("params", pa.string()),
    ]
)
"""One row for each planned visit, by owner, day and customer."""

_WORKDAYS = 5


@dataclass(frozen=True, slots=True)
class _Visit:
    row: int
    planned: int
    due: int
    week: int


def plan_visits(book: Book, facts: Facts, policy: ServePolicy, *, today: date) -> tuple[pa.Table, tuple[Message, ...]]:
    """
    Return the visits each owner makes in the next ``plan_weeks`` weeks, and what did not fit.

    In each week an owner takes the visits due by its end, the one that is late by most of its own interval first (then
    by worth, then by id), up to ``visits_per_week``, fewer in a week cut by holidays, absence or having begun. The
    visits of a week lie on the owner's working days, ordered by place so that one day's lie near each other. A further
    visit to the same customer falls due one interval after the planned one.

    Returns
    -------
    tuple
        Table ``VISITS`` and the notes.
    """
    company = company_calendar(book)
    start = _start(company, today)
    calendars = owner_calendars(book)
    near = _near_order(book, facts.ids)
    base = np.where(facts.visit_due > NEVER, facts.visit_due, np.int64(day_number(today)))
    owned: dict[str, list[int]] = {}
    for row in np.flatnonzero(facts.interval > 0).tolist():
        owned.setdefault(facts.owners[row], []).append(row)
    visits: list[_Visit] = []
    waiting = 0
    for owner in sorted(owned):
        rows = np.array(owned[owner], dtype=np.int64)
        weeks = _weeks(calendars.get(OwnerId(owner), company), start, policy.plan_weeks)
        mine, left = _weeks_of(facts, rows, base[rows], near, weeks, policy)
        visits += mine
        waiting += left
    notes = (say("serve.visits_waiting", count=waiting, weeks=policy.plan_weeks),) if waiting else ()
    return _table(facts, visits), notes


def _weeks(calendar: WorkCalendar, start: date, count: int) -> list[list[int]]:
    # A day on which the owner is away for even an hour takes no visit.
    monday = start - timedelta(days=start.weekday())
    weeks = [[monday + timedelta(days=7 * week + day) for day in range(7)] for week in range(count)]
    whole = sum(end - start for start, end in calendar.hours) / 60
    return [
        [day_number(day) for day in week if day >= start and _working_hours(calendar, day) == whole] for week in weeks
    ]


def _working_hours(calendar: WorkCalendar, day: date) -> float:
    return sum((end - start).total_seconds() for start, end in calendar.open_intervals(day)) / 3600


def _start(calendar: WorkCalendar, today: date) -> date:
    later = (today + timedelta(days=ahead) for ahead in range(7))
    return next((day for day in later if calendar.is_workday(day)), today)


def _near_order(book: Book, ids: pa.Array) -> Ints:
    # Place of each customer in a walk by division, then west to east: cheap, and good enough to group a day.
    people = book.table("customers")
    order = people.select(["customer_id", "region_code", "lon", "lat"]).sort_by(
        [("region_code", "ascending"), ("lon", "ascending"), ("lat", "ascending"), ("customer_id", "ascending")]
    )
    return indices(ids, order["customer_id"])


def _weeks_of(
    facts: Facts, rows: Ints, due: Ints, near: Ints, weeks: list[list[int]], policy: ServePolicy
) -> tuple[list[_Visit], int]:
    due = due.copy()
    interval = np.maximum(np.rint(facts.interval[rows]).astype(np.int64), 1)
    each_day = -(-policy.visits_per_week // _WORKDAYS)
    planned: list[_Visit] = []
    end = 0
    for number, days in enumerate(weeks, start=1):
        if not days:
            continue
        end = days[-1]
        room = min(policy.visits_per_week, each_day * len(days))
        chosen = _most_late(facts.worth[rows], due, interval, end)[:room]
        chosen = chosen[np.argsort(near[rows[chosen]], kind="stable")]
        for place, at in enumerate(chosen.tolist()):
            day = days[min(place * len(days) // max(len(chosen), 1), len(days) - 1)]
            planned.append(_Visit(int(rows[at]), day, int(due[at]), number))
            due[at] = day + interval[at]
    return planned, int(np.count_nonzero(due <= end))


def _most_late(worth: Floats, due: Ints, interval: Ints, end: int) -> npt.NDArray[np.intp]:
    late = (end - due) / interval
    open_rows = np.flatnonzero(due <= end)
    order = np.lexsort((open_rows, -worth[open_rows], -late[open_rows]))
    return open_rows[order]


def _table(facts: Facts, visits: list[_Visit]) -> pa.Table:
    ids = facts.ids.to_pylist()
    visits = sorted(visits, key=lambda visit: (facts.owners[visit.row], visit.planned, ids[visit.row]))
    reasons = [_reason(facts, visit) for visit in visits]
    return pa.table(
        {
            "owner_id": [facts.owners[visit.row] for visit in visits],
            "customer_id": [ids[visit.row] for visit in visits],
            "planned_on": pa.array([visit.planned for visit in visits], pa.int32()).cast(pa.date32()),
            "due_on": pa.array([visit.due for visit in visits], pa.int32()).cast(pa.date32()),
            "week": [visit.week for visit in visits],
            "days_late": [max(visit.planned - visit.due, 0) for visit in visits],
            "visits_per_year": [_a_year(facts, visit) for visit in visits],
            "code": [reason.code for reason in reasons],
            "params": [params_of(reason) for reason in reasons],
        },
        schema=VISITS,
    )


def _a_year(facts: Facts, visit: _Visit) -> float:
    return round(365.0 / float(facts.interval[visit.row]), 2)


def _reason(facts: Facts, visit: _Visit) -> Message:
    return say(
        "serve.visit_planned",
        tier=facts.tiers[visit.row],
        visits=_a_year(facts, visit),
        due=EPOCH + timedelta(days=visit.due),
    )
