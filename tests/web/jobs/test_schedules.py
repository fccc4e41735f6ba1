"""Work that starts by itself: once for each time, however late, also in the nights in which clocks change."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.kernel.errors import InputError
from jiuzhou.web.jobs import reads
from jiuzhou.web.jobs.anchors import anchor_file, last_anchor, write_anchors
from jiuzhou.web.jobs.schedules import next_time, set_schedule, start_due, switch_schedule
from jiuzhou.web.jobs.upkeep import Upkeep, prune
from jiuzhou.web.ledger.audit import broken_links, record
from jiuzhou.web.problems import ForbiddenError, InvalidError, NotFoundError
from jiuzhou.web.store.models import AuditEntry, AuditHead, Run, Schedule
from web_company import Company, build_company
from web_threads import alone, in_threads, shared_database

ZONES = ("Asia/Shanghai", "Asia/Kathmandu", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")
NIGHTS = (
    *(datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 4, 5, tzinfo=UTC)),
    *(datetime(2026, 10, 4, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)),
    *(datetime(2028, 2, 29, tzinfo=UTC), datetime(2026, 12, 31, tzinfo=UTC), datetime(2038, 1, 19, tzinfo=UTC)),
)


def runs_of(at_time: time, zone: str, begin: datetime, days: int) -> list[datetime]:
    found, moment = [], begin
    while moment < begin + timedelta(days=days):
        moment = next_time(moment, now=moment, every_minutes=None, at_time=at_time, zone=zone)
        found.append(moment)
    return found


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("at_time", [time(0, 0), time(1, 45), time(2, 15), time(2, 30), time(3, 0)])
def test_a_daily_run_comes_once_on_each_day_there_is(zone: str, at_time: time) -> None:
    for night in NIGHTS:
        begin = night - timedelta(days=3)

        found = runs_of(at_time, zone, begin, 7)

        days = Counter(moment.astimezone(ZoneInfo(zone)).date() for moment in found)
        assert max(days.values()) == 1
        assert len(days) == (max(days) - min(days)).days + 1
        shift = [abs(_minutes(moment.astimezone(ZoneInfo(zone)).time()) - _minutes(at_time)) for moment in found]
        assert max(shift) <= 60


@given(
    step=st.integers(1, 3 * 24 * 60),
    late=st.integers(-3 * 3600, 40 * 24 * 3600),
)
def test_a_run_every_so_often_keeps_its_beat_and_catches_up_once(step: int, late: int) -> None:
    last = datetime(2026, 3, 29, tzinfo=UTC)
    now = last + timedelta(seconds=late)

    found = next_time(last, now=now, every_minutes=step, at_time=None, zone="Europe/Berlin")

    assert found > max(last, now)
    assert (found - last) % timedelta(minutes=step) == timedelta(0)
    assert found - max(last, now) <= timedelta(minutes=step)


def test_a_schedule_says_when() -> None:
    with pytest.raises(InputError):
        next_time(timezone.now(), now=timezone.now(), every_minutes=None, at_time=None, zone="UTC")


@pytest.mark.django_db
def test_what_was_missed_is_done_once_and_waits_for_the_run_before(company: Company) -> None:
    schedule = set_schedule(company.actor("auditor"), "audit.verify", every_minutes=60)
    now = schedule.next_at + timedelta(days=3)

    assert start_due(now=now) == 1
    assert start_due(now=now) == 0
    assert start_due(now=now + timedelta(hours=5)) == 0
    run = Run.unscoped.get()
    assert (run.for_system, run.by) == (True, None)
    Run.unscoped.update(state="succeeded")
    assert start_due(now=now + timedelta(hours=5)) == 1


@pytest.mark.django_db
def test_a_schedule_is_set_changed_and_shown_by_those_who_may(company: Company) -> None:
    with pytest.raises(ForbiddenError):
        set_schedule(company.actor("rep"), "audit.verify", every_minutes=60)
    set_schedule(company.actor("admin"), "audit.verify", every_minutes=60)
    set_schedule(company.actor("admin"), "audit.verify", at_time=time(2, 30))

    shown = reads.schedules(company.actor("admin"))

    assert [item.when.code for item in shown] == ["jobs.every_day"]
    assert reads.schedules(company.actor("rep")) == ()


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_starts_a_run(tmp_path: Path) -> None:
    company = build_company()
    schedule = set_schedule(company.actor("auditor"), "audit.verify", every_minutes=60)
    due = schedule.next_at + timedelta(minutes=1)

    with shared_database(tmp_path):
        started = in_threads(lambda number: start_due(now=due), 8)
        runs = alone(lambda: (Run.unscoped.count(), Schedule.unscoped.get().next_at))

    assert sorted(str(one) for one in started) == ["0"] * 7 + ["1"]
    assert runs == (1, schedule.next_at + timedelta(hours=1))


@pytest.mark.django_db
def test_an_anchor_shows_a_tail_that_was_cut(company: Company) -> None:
    origin = company.actor("admin").origin
    for number in range(5):
        record(origin, "user.read", "user", str(number))
    assert write_anchors() == 1
    assert write_anchors() == 0
    record(origin, "user.read", "user", "6")
    with anchor_file().open("a") as file:
        file.write('{"organisation": 1, "seq')

    AuditEntry.unscoped.filter(sequence__gt=3).delete()
    last = AuditEntry.unscoped.latest("sequence")
    AuditHead.unscoped.update(sequence=3, digest=last.digest)

    organisation = company.organisation.pk
    assert list(broken_links(organisation)) == []
    assert list(broken_links(organisation, anchor=last_anchor(organisation))) == [5]


@pytest.mark.django_db
def test_old_runs_go_and_those_with_a_key_stay(company: Company) -> None:
    long_ago = timezone.now() - timedelta(days=200)
    common = {"organisation": company.organisation, "kind": "audit.verify", "finished_at": long_ago}
    for state, key in (("succeeded", None), ("succeeded", "kept"), ("paused", None)):
        Run.unscoped.create(**common, state=state, key=key)

    assert prune() == 1
    assert Run.unscoped.count() == 2


@pytest.mark.django_db
def test_a_duty_that_fails_keeps_no_other_from_being_done(
    company: Company, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("jiuzhou.web.jobs.upkeep.start_due", fail)
    record(company.actor("admin").origin, "user.read", "user")

    Upkeep().tend(everything=True)

    assert last_anchor(company.organisation.pk) is not None
    assert "schedules failed" in caplog.text


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "when", "wrong"),
    [
        ("plan.solve", {"every_minutes": 60}, "kind"),
        ("audit.verify", {}, "every_minutes"),
        ("audit.verify", {"every_minutes": 60, "at_time": time(2, 30)}, "every_minutes"),
        ("audit.verify", {"every_minutes": 4}, "every_minutes"),
        ("audit.verify", {"every_minutes": 10_081}, "every_minutes"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(
    company: Company, kind: str, when: dict[str, Any], wrong: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        set_schedule(company.actor("admin" if kind == "audit.verify" else "planner"), kind, **when)

    assert set(caught.value.fields) == {wrong}
    assert not Schedule.unscoped.exists()


@pytest.mark.django_db
def test_a_schedule_rests_and_goes_on_from_now(company: Company) -> None:
    actor = company.actor("admin")
    schedule = set_schedule(actor, "audit.verify", every_minutes=60)
    Schedule.unscoped.update(next_at=schedule.next_at - timedelta(days=3))

    switch_schedule(actor, "audit.verify", active=False)
    assert start_due() == 0

    switch_schedule(actor, "audit.verify", active=True)
    assert start_due() == 0
    assert Schedule.unscoped.get().next_at > timezone.now()
    with pytest.raises(NotFoundError):
        switch_schedule(actor, "scores.settle", active=False)
