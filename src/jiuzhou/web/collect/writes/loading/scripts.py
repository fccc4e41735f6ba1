"""Policy and rules of a cycle, kept as the texts that people read and change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import transaction

from jiuzhou.adapters.policies import policy_text, rules_text
from jiuzhou.cycle import Cycle
from jiuzhou.web.store.models import PolicyVersion, RulesVersion

Kept = TypeVar("Kept", PolicyVersion, RulesVersion)


@dataclass(frozen=True, slots=True)
class Scripts:
    """The keys of the versions by which a cycle was made."""

    policy: int
    rules: int


def write_scripts(organisation: int, cycle: Cycle, now: datetime) -> Scripts:
    """Return the versions of policy and rules that ``cycle`` used; a text that is there already is not kept twice."""
    with transaction.atomic():
        return Scripts(
            policy=_version(PolicyVersion, organisation, policy_text(cycle.policy), now),
            rules=_version(RulesVersion, organisation, rules_text(cycle.rules), now),
        )


def _version(model: type[Kept], organisation: int, text: str, now: datetime) -> int:
    kept = model.unscoped.filter(organisation=organisation)
    same = kept.filter(text=text).order_by("-number").first()
    if same is not None:
        return int(same.pk)
    latest = kept.order_by("-number").first()
    made = model.unscoped.create(
        organisation_id=organisation,
        number=latest.number + 1 if latest else 1,
        text=text,
        state="published",
        at=now,
        published_at=now,
    )
    return int(made.pk)
