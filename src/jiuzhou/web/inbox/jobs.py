"""The outbox, drained; where a receiver is given up, those who look after webhooks are told."""

from __future__ import annotations

from django.utils import timezone

from jiuzhou.kernel.message import say
from jiuzhou.web.inbox.writes import notify, people_with
from jiuzhou.web.ledger.outbox import Drained, drain


def drain_outbox() -> Drained:
    """Send what others are to be told, as far as it is due."""
    done = drain()
    today = timezone.now().date().isoformat()
    for organisation_id, url in done.given_up:
        notify(
            organisation_id,
            people_with(organisation_id, "webhook.write"),
            "webhook",
            say("inbox.receiver_given_up", url=url),
            link="/settings/webhooks/",
            key=f"webhook:{url[:90]}:{today}",
        )
    return done
