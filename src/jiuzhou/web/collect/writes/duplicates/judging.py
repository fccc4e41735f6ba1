"""What a person says to a pair without merging it: these are two, later, or look again."""

from __future__ import annotations

from typing import Literal

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.writes.editing import must_hold
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import InvalidError, StaleError
from jiuzhou.web.store.models import Customer, DuplicatePair

Said = Literal["apart", "later", "open"]
SAID: tuple[Said, ...] = ("apart", "later", "open")


def judge(actor: Actor, pair: int, said: str, *, version: int) -> None:
    """
    Keep what somebody said to a pair.

    Parameters
    ----------
    said
        ``apart``: these are two; ``later``: put off; ``open``: to be looked at again.

    Raises
    ------
    NotFoundError, ForbiddenError
        If there is no such pair for this actor, or one of the two is not the actor's to change.
    StaleError
        If somebody said something to it first.
    """
    actor.must("duplicate.write")
    if said not in SAID:
        raise InvalidError({"state": say("duplicates.unknown_state")})
    row = one_visible(actor, DuplicatePair, pk=pair)
    for customer in visible_to(actor, Customer).filter(pk__in=(row.left_id, row.right_id)):
        must_hold(actor, customer)
    with transaction.atomic():
        same = visible_to(actor, DuplicatePair).filter(pk=pair, version=version).exclude(state="merged")
        changed = same.update(state=said, by=actor.user_id, at=timezone.now(), version=F("version") + 1)
        if not changed:
            now = visible_to(actor, DuplicatePair).filter(pk=pair).values("version", "state").first()
            raise StaleError(now["version"] if now else 0, {"state": now["state"] if now else "merged"})
        record(
            actor.origin, "duplicate.judge", "duplicate", str(pair), before={"state": row.state}, after={"state": said}
        )
