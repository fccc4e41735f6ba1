"""What people do with alerts: put them off, finish them, take them up again."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.access import one_visible
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import InvalidError, StaleError
from jiuzhou.web.store.models import Alert
from jiuzhou.web.store.today import working_day

REST_DAYS = (7, 14, 30)
NOTE_LENGTH = 1000


def snooze_alert(actor: Actor, *, alert_id: int, version: int, days: int, note: str = "") -> None:
    """
    Put an alert off for a number of days, 1 to 90; it is open again after them.

    Raises
    ------
    NotFoundError
        If there is none for this actor.
    StaleError
        If somebody changed it since ``version``.
    InvalidError
        If the days are out of range.
    """
    if not 1 <= days <= 90:
        raise InvalidError({"days": say("watching.days_range", least=1, most=90)})
    alert = one_visible(actor, Alert, pk=alert_id)
    today = working_day(alert.organisation.as_of, now=timezone.now(), zone=actor.zone)
    _settle(actor, alert, version=version, state="snoozed", until=today + timedelta(days=days), note=note)


def handle_alert(actor: Actor, *, alert_id: int, version: int, note: str) -> None:
    """
    Finish an alert, with a note of what was done.

    Raises
    ------
    NotFoundError
        If there is none for this actor.
    StaleError
        If somebody changed it since ``version``.
    InvalidError
        If the note is empty.
    """
    if not note.strip():
        raise InvalidError({"note": say("watching.note_missing")})
    alert = one_visible(actor, Alert, pk=alert_id)
    _settle(actor, alert, version=version, state="handled", until=None, note=note)


def reopen_alert(actor: Actor, *, alert_id: int, version: int, note: str = "") -> None:
    """
    Take an alert up again.

    Raises
    ------
    NotFoundError
        If there is none for this actor.
    StaleError
        If somebody changed it since ``version``.
    """
    alert = one_visible(actor, Alert, pk=alert_id)
    _settle(actor, alert, version=version, state="open", until=None, note=note)


def _settle(actor: Actor, alert: Alert, *, version: int, state: str, until: date | None, note: str) -> None:
    note = note.strip()[:NOTE_LENGTH]
    asked = (state, until, note)
    if (alert.state, alert.snoozed_until, alert.note) == asked and alert.handled_by_id == actor.user_id:
        return  # the same request again: it is done, and stands in the ledger once
    with transaction.atomic():
        changed = Alert.unscoped.filter(pk=alert.pk, version=version).update(
            state=state, snoozed_until=until, note=note, handled_by=actor.user_id, version=F("version") + 1
        )
        if not changed:
            now = Alert.unscoped.get(pk=alert.pk)
            raise StaleError(now.version, {"state": now.state, "note": now.note})
        record(
            actor.origin,
            f"alert.{_ACTS[state]}",
            "alert",
            alert.key,
            before={"state": alert.state, "until": alert.snoozed_until},
            after={"state": state, "until": until},
        )


_ACTS = {"snoozed": "snooze", "handled": "handle", "open": "reopen"}
