"""The rules: a new version is submitted with its reason, and published by a second person."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from jiuzhou.kernel.errors import RuleError
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.assign.reads.rules import findings_of, in_force
from jiuzhou.web.assign.scripts import LONGEST, normal, rules_of
from jiuzhou.web.inbox.writes import ask, withdraw
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.ledger.outbox import tell
from jiuzhou.web.problems import ConflictError, InvalidError, StaleError
from jiuzhou.web.store.models import RulesVersion

LONGEST_NOTE = 500


def submit_rules(actor: Actor, *, text: str, note: str, base: int) -> int:
    """
    Ask for ``text`` to become the rules, and return its version's number.

    Parameters
    ----------
    note
        Why; not empty.
    base
        Number of the version that was changed; 0 for the standard rules.

    Raises
    ------
    InvalidError
        If the text is faulty, is what holds already, or has no note.
    StaleError
        If another version was published since.
    ConflictError
        If another version waits for its approval.
    """
    actor.must("rules.write")
    present = in_force(actor)
    number = present.version.number if present.version else 0
    if base != number:
        raise StaleError(number, {"rules": say("assigning.version_number", number=number)})
    text = normal(text)
    wrong = _wrong(actor, text, note, present.text)
    if wrong:
        raise InvalidError(wrong)
    versions = visible_to(actor, RulesVersion)
    if versions.filter(state="review").exists():
        raise ConflictError("assigning.rules_wait")
    latest = versions.order_by("-number").values_list("number", flat=True).first() or 0
    try:
        with transaction.atomic():
            _insert(actor, latest + 1, text, note.strip())
    except IntegrityError:
        raise ConflictError("assigning.rules_wait") from None
    return latest + 1


def restore_rules(actor: Actor, number: int, *, note: str, base: int) -> int:
    """Ask for an older version to hold again, as a new one; return the new one's number."""
    actor.must("rules.write")
    row = one_visible(actor, RulesVersion, number=number)
    return submit_rules(actor, text=row.text, note=note, base=base)


def withdraw_rules(actor: Actor, number: int) -> None:
    """Take back a version that waits; only who submitted it may."""
    actor.must("rules.write")
    row = one_visible(actor, RulesVersion, number=number)
    with transaction.atomic():
        mine = RulesVersion.unscoped.filter(pk=row.pk, state="review", by=actor.user_id)
        if not mine.update(state="withdrawn", version=F("version") + 1):
            raise ConflictError("assigning.not_waiting")
        withdraw(actor, "rules", str(number))
        record(actor.origin, "rules.withdraw", "rules", str(number))


def decide_rules(actor: Actor, key: str, outcome: str, answer: str) -> None:
    """Carry out a second person's decision about the version ``key``, in the transaction of the decision."""
    actor.must("rules.approve")
    row = one_visible(actor, RulesVersion, number=int(key))
    waiting = RulesVersion.unscoped.filter(pk=row.pk, state="review").exclude(by=actor.user_id)
    now = timezone.now()
    if outcome == "approved":
        done = waiting.update(state="published", published_by=actor.user_id, published_at=now, version=F("version") + 1)
    else:
        done = waiting.update(state="returned", version=F("version") + 1)
    if not done:
        raise ConflictError("assigning.not_waiting")
    if outcome == "approved":
        record(actor.origin, "rules.publish", "rules", key, after={"number": row.number})
        tell(actor.organisation_id, "rules.published", {"number": row.number})


def _insert(actor: Actor, number: int, text: str, note: str) -> None:
    RulesVersion.unscoped.create(
        organisation_id=actor.organisation_id,
        number=number,
        text=text,
        note=note,
        state="review",
        by_id=actor.user_id,
        at=timezone.now(),
    )
    record(actor.origin, "rules.submit", "rules", str(number), note=note)
    message = say("assigning.approve_rules", number=number)
    ask(actor, "rules", str(number), message, verb="rules.approve", link=f"/assign/rules/{number}", note=note)


def _wrong(actor: Actor, text: str, note: str, present: str) -> dict[str, Message]:
    wrong: dict[str, Message] = {}
    if not 1 <= len(note.strip()) <= LONGEST_NOTE:
        wrong["note"] = say("assigning.note_needed", most=LONGEST_NOTE)
    if len(text) > LONGEST:
        wrong["text"] = say("assigning.rules_long", most=LONGEST)
    elif text == normal(present):
        wrong["text"] = say("assigning.rules_same")
    elif (fault := first_fault(actor, text)) is not None:
        wrong["text"] = fault
    return wrong


def first_fault(actor: Actor, text: str) -> Message | None:
    """Return the first thing that keeps ``text`` from being used as rules; ``None`` where nothing does."""
    try:
        rules = rules_of(text)
    except RuleError as error:
        return error.message
    errors = [finding.message for finding in findings_of(actor, rules) if finding.level == "error"]
    return errors[0] if errors else None
