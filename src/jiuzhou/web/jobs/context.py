"""What a handler is given: its arguments, who asked, how to say how far it is, and how it learns to stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from jiuzhou.kernel.errors import RefusedError
from jiuzhou.kernel.message import Message
from jiuzhou.web.accounts.actor import Actor, actor_of, system_of
from jiuzhou.web.jobs.block import Block, Stop
from jiuzhou.web.store.models import Organisation, Run, User


class Cancelled(BaseException):
    """The person cancelled. Like a keyboard interrupt it is no ``Exception``, so that no handler swallows it."""


class Released(BaseException):
    """The worker is ending; another goes on from the last checkpoint."""


class Lost(BaseException):
    """Another worker has taken the run over: nothing more may be written for it."""


@dataclass(frozen=True, slots=True)
class RunContext:
    """
    One attempt at one run.

    Attributes
    ----------
    arguments
        As given to ``start``.
    state
        What the last ``checkpoint`` of an earlier attempt kept; empty at the first.
    """

    run_id: int
    organisation_id: int
    kind: str
    attempt: int
    arguments: Mapping[str, Any]
    state: Mapping[str, Any]
    asked_by: int | None
    for_system: bool
    block: Block

    @property
    def actor(self) -> Actor:
        """
        Who asked, with the rights of this moment; read it anew for each chunk.

        Raises
        ------
        RefusedError
            If the person is no longer there or no longer active.
        """
        if self.for_system:
            return system_of(Organisation.objects.get(pk=self.organisation_id))
        people = User.objects.select_related("organisation").filter(organisation=self.organisation_id, is_active=True)
        user = people.filter(pk=self.asked_by or 0).first()
        if user is None:
            raise RefusedError("jobs.asker_gone")
        return actor_of(user, now=timezone.now(), via="job")

    @property
    def stopped(self) -> bool:
        """Whether it must stop now; cheap enough for a kernel's loop."""
        return self.block.stop >= Stop.RELEASE

    @property
    def enough(self) -> bool:
        """Whether it should return the best it has so far, or stop altogether."""
        return self.block.stop >= Stop.ENOUGH

    def advance(self, done: int, total: int | None = None, stage: Message | None = None) -> None:
        """
        Say how far the work is, and stop here if that is asked.

        Parameters
        ----------
        done, total
            In whatever is counted: rows, territories, steps.

        Raises
        ------
        Cancelled, Released
            If it must stop.
        """
        self.block.tell(done, total, stage)
        self.leave_if_stopped()

    def leave_if_stopped(self) -> None:
        """Raise ``Cancelled`` or ``Released`` if the work must stop."""
        if self.block.stop is Stop.CANCEL:
            raise Cancelled
        if self.block.stop is Stop.RELEASE:
            raise Released

    def checkpoint(self, state: Mapping[str, Any]) -> None:
        """
        Keep ``state``, from which a later attempt goes on; inside ``atomic`` it holds exactly if the work does.

        Raises
        ------
        Lost
            If the run is another worker's by now; the transaction around it must not be committed.
        Cancelled, Released
            If it must stop; what is done since the last checkpoint is undone with the transaction.
        """
        self.leave_if_stopped()
        mine = Run.unscoped.filter(pk=self.run_id, state="running", attempt=self.attempt)
        if not mine.update(resume=dict(state)):
            raise Lost
