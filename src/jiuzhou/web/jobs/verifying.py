"""``audit.verify``: the whole audit chain is followed, and each place where it does not hold is named."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from jiuzhou.kernel.message import say
from jiuzhou.web.jobs.anchors import last_anchor
from jiuzhou.web.jobs.context import RunContext
from jiuzhou.web.ledger.audit import broken_links, record
from jiuzhou.web.store.models import AuditHead

MOST_NAMED = 100
_STEP = 500


def verify_audit(run: RunContext) -> Mapping[str, Any]:
    """Return how many entries were followed, and the numbers of those at which the chain is broken."""
    actor = run.actor
    actor.must("audit.read")
    head = AuditHead.unscoped.filter(organisation=actor.organisation_id).first()
    total = head.sequence if head else 0
    stage = say("jobs.stage_audit")
    run.advance(0, total, stage)

    def passed(sequence: int) -> None:
        if sequence % _STEP == 0:
            run.advance(sequence, total, stage)

    links = broken_links(actor.organisation_id, anchor=last_anchor(actor.organisation_id), passed=passed)
    broken = list(itertools.islice(links, MOST_NAMED))
    record(run.actor.origin, "audit.verify", "audit", after={"entries": total, "broken": broken})
    if broken:
        message = say("jobs.audit_broken", count=len(broken), first=broken[0])
    else:
        message = say("jobs.audit_whole", count=total)
    return {"message": message.to_json(), "entries": total, "broken": broken}
