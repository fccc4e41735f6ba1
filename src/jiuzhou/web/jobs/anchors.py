"""
Anchors of the audit chain: its last number and digest, written outside the database every hour.

A chain whose tail was cut still holds link by link; only a place that the database cannot reach shows the cut.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from jiuzhou.web.store.models import AuditHead


def anchor_file() -> Path:
    """Return the file of the anchors; an operator may point it at storage that the database's machine cannot change."""
    return Path(settings.HOME) / "anchors" / "audit.jsonl"


def write_anchors() -> int:
    """Append the head of each organisation's chain that has moved since its last anchor, and return how many."""
    kept = _last()
    moved = [
        head for head in AuditHead.unscoped.order_by("pk") if head.sequence > kept.get(head.organisation_id, (0,))[0]
    ]
    if not moved:
        return 0
    path = anchor_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    at = timezone.now().isoformat()
    with path.open("a", encoding="utf-8") as file:
        for head in moved:
            told = {"organisation": head.organisation_id, "sequence": head.sequence, "digest": head.digest, "at": at}
            file.write(json.dumps(told) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return len(moved)


def last_anchor(organisation_id: int) -> tuple[int, str] | None:
    """Return the number and digest of the organisation's last anchor; ``None`` where there is none yet."""
    return _last().get(organisation_id)


def _last() -> dict[int, tuple[int, str]]:
    found: dict[int, tuple[int, str]] = {}
    path = anchor_file()
    if not path.is_file():
        return found
    for line in path.read_text("utf-8").splitlines():
        try:
            told = json.loads(line)
        except ValueError:
            continue  # torn by a power cut while it was written; the one before it holds
        found[told["organisation"]] = (told["sequence"], told["digest"])
    return found
