"""The life of a run, computed in the test's own process: queued, done once, resumed, refused, told about."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from jiuzhou.kernel.errors import InputError, RefusedError
from jiuzhou.kernel.message import message_of, say
from jiuzhou.web.jobs import reads, states
from jiuzhou.web.jobs.block import Block, Stop
from jiuzhou.web.jobs.context import RunContext
from jiuzhou.web.jobs.execution import execute
from jiuzhou.web.jobs.kinds import Kind
from jiuzhou.web.jobs.queue import cancel, enough, retry, start, take_ended
from jiuzhou.web.jobs.recovery import Watch
from jiuzhou.web.jobs.worker import work
from jiuzhou.web.problems import ConflictError, ForbiddenError, NotFoundError
from jiuzhou.web.store.models import AuditEntry, Run
from web_company import Company

pytestmark = pytest.mark.django_db

TITLE = say("jobs.verify")


class Desk:
    """What the handlers of these tests do, and what they were given."""

    def __init__(self) -> None:
        self.seen: list[RunContext] = []
        self.does: Callable[[RunContext], Mapping[str, Any]] = lambda run: {}

    def __call__(self, run: RunContext) -> Mapping[str, Any]:
        self.seen.append(run)
        return self.does(run)


desk = Desk()


def handle(run: RunContext) -> Mapping[str, Any]:
    return desk(run)


@pytest.fixture(autouse=True)
def kinds(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Desk:
    settings.JOB_KINDS = {"test.work": Kind(f"{__name__}:handle", anytime=True)}
    monkeypatch.setattr("jiuzhou.web.jobs.execution.handler_of", lambda kind: handle)
    desk.__init__()  # type: ignore[misc]
    return desk


def queued(company: Company, **more: Any) -> Run:
    return start(company.actor("planner"), "test.work", {"n": 3}, title=TITLE, **more)


def done_now() -> None:
    work(once=True, inline=True)


def test_a_run_is_done_with_its_arguments_and_its_askers_rights(company: Company) -> None:
    desk.does = lambda run: {"message": say("jobs.audit_whole", count=7).to_json(), "link": "/plan/x"}
    run = queued(company)

    done_now()

    view = reads.one(company.actor("planner"), run.pk)
    assert (view.state, view.progress, view.link) == ("succeeded", 1.0, "/plan/x")
    assert view.message == say("jobs.audit_whole", count=7)
    assert desk.seen[0].arguments == {"n": 3}
    assert desk.seen[0].actor.user_id == company.people["planner"].pk
    assert [item.what.code for item in view.history][-1] == "jobs.was_asked"


def test_the_same_key_is_the_same_run(company: Company) -> None:
    first, second = queued(company, key="one"), queued(company, key="one")

    done_now()
    third = queued(company, key="one")

    assert first.pk == second.pk == third.pk
    assert len(desk.seen) == 1


def test_what_stands_back_is_done_after_what_somebody_asked_for_later(company: Company, settings: LazySettings) -> None:
    settings.JOB_KINDS |= {"test.behind": Kind(f"{__name__}:handle", stands_back=True)}
    for kind in ("test.behind", "test.work"):
        start(company.actor("planner"), kind, {}, title=TITLE)

    work(once=True, inline=True)

    assert [run.kind for run in desk.seen] == ["test.work", "test.behind"]


def test_a_run_of_a_transaction_that_fails_is_never_done(company: Company) -> None:
    from django.db import transaction

    def rolled_back() -> None:
        with transaction.atomic():
            queued(company)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        rolled_back()
    done_now()

    assert desk.seen == []
    assert DBTaskResult.objects.count() == Run.unscoped.count() == 0


def test_a_run_waits_for_its_time(company: Company) -> None:
    queued(company, due_at=timezone.now() + timedelta(hours=1))

    done_now()

    assert desk.seen == []


def test_who_may_not_start_a_kind_starts_nothing(company: Company) -> None:
    with pytest.raises(ForbiddenError):
        start(company.actor("rep"), "test.work", {}, title=TITLE)
    with pytest.raises(InputError):
        start(company.actor("planner"), "test.nothing", {}, title=TITLE)
    assert Run.unscoped.count() == 0


def test_a_colleagues_run_is_not_there(company: Company) -> None:
    run = queued(company)

    for person in ("rep", "importer"):
        actor = company.actor(person)
        seen = [item.id for item in reads.listed(actor).items]
        assert (run.pk in seen) == (person == "importer")
    with pytest.raises(NotFoundError):
        cancel(company.actor("rep"), run.pk)


def test_a_waiting_run_is_cancelled_at_once(company: Company) -> None:
    run = queued(company)

    cancel(company.actor("planner"), run.pk)
    done_now()

    assert Run.unscoped.get().state == "cancelled"
    assert desk.seen == []
    with pytest.raises(ConflictError):
        cancel(company.actor("planner"), run.pk)


def test_a_refusal_ends_it_with_its_sentence(company: Company) -> None:
    def refuse(run: RunContext) -> Mapping[str, Any]:
        raise RefusedError("jobs.does_not_run")

    desk.does = refuse
    run = queued(company)

    done_now()

    view = reads.one(company.actor("planner"), run.pk)
    assert (view.state, view.message) == ("failed", say("jobs.does_not_run"))
    assert len(desk.seen) == 1


def test_a_fault_names_itself_and_is_not_tried_again(company: Company, caplog: pytest.LogCaptureFixture) -> None:
    def stumble(run: RunContext) -> Mapping[str, Any]:
        raise KeyError("secret value")

    desk.does = stumble
    run = queued(company)

    done_now()

    row = Run.unscoped.get(pk=run.pk)
    assert (row.state, row.reason["params"]) == ("failed", {"error": "KeyError", "run": run.pk})
    assert "secret value" not in str(row.history)


def test_what_is_short_of_memory_is_tried_three_times(company: Company) -> None:
    def swell(run: RunContext) -> Mapping[str, Any]:
        raise MemoryError

    desk.does = swell
    run = queued(company)

    done_now()

    row = Run.unscoped.get(pk=run.pk)
    assert (row.state, row.attempt, len(desk.seen)) == ("failed", 3, 3)
    assert row.reason["code"] == "jobs.gave_up"
    message_of(row.reason)


def test_a_full_disk_rests_and_goes_on_from_the_checkpoint(company: Company) -> None:
    def fill(run: RunContext) -> Mapping[str, Any]:
        at = run.state.get("at", 0)
        run.checkpoint({"at": at + 1})
        if at == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return {"at": at}

    desk.does = fill
    run = queued(company)
    done_now()
    assert (Run.unscoped.get().state, Run.unscoped.get().reason["code"]) == ("paused", "jobs.no_space")

    retry(company.actor("planner"), run.pk, reason="扩容了")
    done_now()

    row = Run.unscoped.get()
    assert (row.state, row.result) == ("succeeded", {"at": 1})
    assert AuditEntry.unscoped.filter(verb="run.retry", note="扩容了").count() == 1


def test_only_what_has_stopped_is_tried_again(company: Company) -> None:
    run = queued(company)
    done_now()

    with pytest.raises(ConflictError):
        retry(company.actor("planner"), run.pk)


def test_rights_are_those_of_the_moment(company: Company) -> None:
    def look(run: RunContext) -> Mapping[str, Any]:
        company.people["planner"].role_grants.update(valid_to=timezone.now())
        return {"may": run.actor.may("run.start")}

    desk.does = look
    queued(company)

    done_now()

    assert Run.unscoped.get().result == {"may": False}


def test_a_person_who_left_leaves_no_rights_behind(company: Company) -> None:
    desk.does = lambda run: {"may": run.actor.may("run.start")}
    queued(company)
    planner = company.people["planner"]
    planner.is_active = False
    planner.save()

    done_now()

    assert (Run.unscoped.get().state, Run.unscoped.get().reason["code"]) == ("failed", "jobs.asker_gone")


def test_an_attempt_that_was_overtaken_writes_nothing(company: Company) -> None:
    def overtaken(run: RunContext) -> Mapping[str, Any]:
        Run.unscoped.filter(pk=run.run_id).update(attempt=run.attempt + 1, resume={"at": "theirs"})
        run.checkpoint({"at": "mine"})
        return {}

    desk.does = overtaken
    run = queued(company)

    done_now()

    row = Run.unscoped.get(pk=run.pk)
    assert (row.state, row.resume, row.result) == ("running", {"at": "theirs"}, {})


@pytest.mark.parametrize(("asked", "state"), [(Stop.CANCEL, "cancelled"), (Stop.RELEASE, "queued")])
def test_a_run_stops_at_its_next_step(company: Company, asked: Stop, state: str) -> None:
    block = Block()
    reached = []

    def steps(run: RunContext) -> Mapping[str, Any]:
        for step in range(10):
            if step == 4:
                block.ask(asked)
            run.advance(step, 10)
            reached.append(step)
        return {}

    desk.does = steps
    run = queued(company)
    row = states.claim(run.pk, worker="here:1")
    assert row is not None

    execute(row.pk, row.attempt, block)

    assert (Run.unscoped.get(pk=run.pk).state, reached) == (state, [0, 1, 2, 3])


def test_enough_returns_the_best_so_far(company: Company) -> None:
    block = Block()

    def search(run: RunContext) -> Mapping[str, Any]:
        best = 0
        while not run.enough:
            best += 1
            run.advance(best, 100)
            if best == 5:
                block.ask(Stop.ENOUGH)
        return {"best": best}

    desk.does = search
    run = queued(company)
    with pytest.raises(ConflictError):
        enough(company.actor("planner"), run.pk)
    row = states.claim(run.pk, worker="here:1")
    assert row is not None
    enough(company.actor("planner"), run.pk)

    execute(row.pk, row.attempt, block)

    assert Run.unscoped.get().result == {"best": 5}


def test_a_run_whose_worker_is_gone_goes_on_and_is_given_up_in_the_end(company: Company) -> None:
    run = queued(company)
    watch = Watch()
    for attempt in (1, 2, 3):
        row = states.claim(run.pk, worker=f"{_this_machine()}:999999999")
        assert row is not None
        assert row.attempt == attempt
        assert watch.recover() == 1

    row = Run.unscoped.get(pk=run.pk)
    assert (row.state, row.reason["code"]) == ("failed", "jobs.gave_up")


def test_a_run_of_another_machine_is_left_alone_while_its_heart_beats(company: Company) -> None:
    run = queued(company)
    row = states.claim(run.pk, worker="elsewhere:1")
    assert row is not None
    watch = Watch(patience=-1.0)
    assert watch.recover() == 0

    assert states.beat(run.pk, row.attempt, None)
    assert watch.recover() == 0
    assert watch.recover() == 1


def test_a_run_that_lost_its_place_in_the_queue_gets_one(company: Company) -> None:
    run = queued(company)
    DBTaskResult.objects.all().delete()
    watch = Watch(patience=-1.0)

    assert watch.recover() == 1
    assert watch.recover() == 0
    done_now()

    assert Run.unscoped.get(pk=run.pk).state == "succeeded"


def test_the_end_is_told_once(company: Company) -> None:
    queued(company)
    done_now()

    assert len(take_ended(company.actor("planner"))) == 1
    assert take_ended(company.actor("planner")) == ()
    assert take_ended(company.actor("admin")) == ()


def test_progress_gives_the_time_that_is_left(company: Company) -> None:
    run = queued(company)
    row = states.claim(run.pk, worker="here:1")
    assert row is not None
    began = timezone.now() - timedelta(seconds=30)
    Run.unscoped.filter(pk=run.pk).update(started_at=began, done=40, total=100, done_before=10, progress=0.4)

    view = reads.one(company.actor("planner"), run.pk)

    assert view.progress == 0.4
    assert view.seconds_left == pytest.approx(60, abs=2)
    assert reads.count_running(company.actor("planner")) == 1
    assert reads.count_running(company.actor("admin")) == 0


def test_verifying_the_audit_chain_finds_what_was_changed(company: Company) -> None:
    actor = company.actor("auditor")
    first = start(actor, "audit.verify", {}, title=TITLE)
    AuditEntry.unscoped.filter(sequence=1).update(verb="run.forged")
    from jiuzhou.web.jobs.verifying import verify_audit

    context = RunContext(first.pk, actor.organisation_id, "audit.verify", 1, {}, {}, actor.user_id, False, Block())
    assert verify_audit(context)["broken"] == [1]


def test_a_block_gives_back_what_was_told() -> None:
    block = Block()
    block.tell(3, None, say("jobs.stage_audit"))
    told = block.progress()
    assert told is not None
    assert (told.done, told.total, told.stage) == (3, None, say("jobs.stage_audit").to_json())
    block.tell(3, 10, say("jobs.gave_up", reason="长" * 3000))
    assert block.progress() is not None
    block.ask(Stop.CANCEL)
    block.ask(Stop.ENOUGH)
    assert block.stop is Stop.CANCEL


def test_a_worker_told_to_stop_takes_nothing(company: Company) -> None:
    queued(company)
    stop = threading.Event()
    stop.set()

    work(stop=stop, inline=True)

    assert Run.unscoped.get().state == "queued"


def _this_machine() -> str:
    from jiuzhou.web.jobs.names import worker_name

    return worker_name().rpartition(":")[0]
