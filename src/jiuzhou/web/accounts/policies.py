"""The policy of the organisation: every version as text, what each changed, and a new one with its reason."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import IntegrityError, transaction
from django.utils import timezone

from jiuzhou.adapters.policies import policy_of_text, policy_text
from jiuzhou.kernel.errors import PolicyError
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.paging import Page, page_of
from jiuzhou.web.problems import InvalidError, StaleError
from jiuzhou.web.store.models import PolicyVersion

LONGEST = 100_000
"""Signs of a policy."""

LineKind = Literal["same", "out", "in"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a difference."""

    kind: LineKind
    text: str


@dataclass(frozen=True, slots=True)
class Version:
    """A version in the list."""

    number: int
    note: str
    by: str
    at: datetime
    published: bool


@dataclass(frozen=True, slots=True)
class VersionShape:
    """A version with its text, and what it changed against the one before it."""

    version: Version
    text: str
    before: int | None
    lines: tuple[Line, ...]


def list_policies(actor: Actor, *, cursor: str | None = None) -> Page[Version]:
    """Return one page of the versions, the latest first."""
    actor.must("policy.read")
    rows = visible_to(actor, PolicyVersion).select_related("by")
    return page_of(rows, _version, order=("-number", "id"), cursor=cursor, size=20)


def read_policy_version(actor: Actor, number: int) -> VersionShape:
    """
    Return one version.

    Raises
    ------
    NotFoundError
        If there is no such version.
    """
    actor.must("policy.read")
    row = one_visible(actor, PolicyVersion, number=number)
    before = visible_to(actor, PolicyVersion).filter(number__lt=number).order_by("-number").first()
    return VersionShape(
        version=_version(row),
        text=row.text,
        before=before.number if before else None,
        lines=difference(before.text if before else "", row.text),
    )


def text_in_force(actor: Actor) -> tuple[int, str]:
    """Return the number and text of the latest version; 0 and the defaults where there is none yet."""
    actor.must("policy.read")
    from jiuzhou.cycle import Policy

    row = visible_to(actor, PolicyVersion).filter(state="published").order_by("-number").first()
    return (row.number, row.text) if row else (0, policy_text(Policy()))


def publish_policy(actor: Actor, *, text: str, note: str, base: int) -> int:
    """
    Make ``text`` the policy from now on, and return its number.

    Parameters
    ----------
    note
        Why; not empty.
    base
        The number of the version that was changed.

    Raises
    ------
    InvalidError
        If the text is no policy, is the one in force, or has no note.
    StaleError
        If somebody published another version since.
    """
    actor.must("policy.write")
    number, present = text_in_force(actor)
    if base != number:
        raise StaleError(number, {"text": present})
    text = text.replace("\r\n", "\n").strip() + "\n"
    wrong: dict[str, Message] = {}
    if not note.strip():
        wrong["note"] = say("accounts.note_needed")
    if text == present:
        wrong["text"] = say("accounts.policy_same")
    elif reason := _wrong_with(text):
        wrong["text"] = reason
    if wrong:
        raise InvalidError(wrong)
    latest = visible_to(actor, PolicyVersion).order_by("-number").values_list("number", flat=True).first() or 0
    now = timezone.now()
    try:
        with transaction.atomic():
            PolicyVersion.unscoped.create(
                organisation_id=actor.organisation_id,
                number=latest + 1,
                text=text,
                note=note.strip(),
                state="published",
                by_id=actor.user_id,
                at=now,
                published_by_id=actor.user_id,
                published_at=now,
            )
            record(
                actor.origin,
                "policy.publish",
                "policy",
                str(latest + 1),
                before={"number": number},
                after={"number": latest + 1},
                note=note.strip(),
            )
    except IntegrityError:
        number, present = text_in_force(actor)
        raise StaleError(number, {"text": present}) from None
    return latest + 1


def difference(before: str, after: str) -> tuple[Line, ...]:
    """Return what ``after`` changed, line by line, with three lines around each change; empty where nothing did."""
    signs: dict[str, LineKind] = {" ": "same", "-": "out", "+": "in"}
    found = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=3)
    return tuple(Line(signs[line[0]], line[1:]) for line in list(found)[2:] if line[0] in signs)


def _wrong_with(text: str) -> Message | None:
    if len(text) > LONGEST:
        return say("accounts.policy_long", most=LONGEST)
    try:
        policy_of_text(text, "policy.toml")
    except PolicyError as error:
        return error.message
    return None


def _version(row: PolicyVersion) -> Version:
    return Version(row.number, row.note, row.by.name if row.by else "", row.at, row.state == "published")
