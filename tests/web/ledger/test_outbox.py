"""What others are told: only what became true, at least once, signed, and never for ever."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.utils import timezone

from jiuzhou.kernel.errors import InputError, RefusedError
from jiuzhou.web.inbox import jobs as inbox_jobs
from jiuzhou.web.ledger import outbox, webhooks
from jiuzhou.web.ledger.outbound import TroubleError
from jiuzhou.web.ledger.outbox import MOST_TRIES, drain, tell
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store.models import Notice, OutboxEvent, Webhook
from web_company import Company

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/jiuzhou"


@pytest.fixture(autouse=True)
def _allowed(settings: LazySettings) -> None:
    settings.OUTBOUND = True


@pytest.fixture
def webhook(company: Company) -> Webhook:
    webhooks.add_webhook(company.actor("admin").origin, URL, ["plan.published"])
    return Webhook.unscoped.get()


class Receiver:
    """Answers with the statuses given, the last one for ever, and remembers the keys it was told."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.keys: list[str] = []

    def __call__(self, event: OutboxEvent) -> int:
        self.keys.append(event.key)
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]


def test_an_event_reaches_the_receiver_once(company: Company, webhook: Webhook) -> None:
    key = tell(company.organisation.pk, "plan.published", {"plan": "H2"})
    receiver = Receiver(200)

    assert drain(send=receiver).sent == 1
    assert drain(send=receiver).sent == 0
    assert receiver.keys == [key]


def test_nothing_is_told_of_what_was_rolled_back(company: Company, webhook: Webhook) -> None:
    def undone() -> None:
        with transaction.atomic():
            tell(company.organisation.pk, "plan.published", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()

    assert OutboxEvent.unscoped.count() == 0


def test_only_what_was_asked_for_and_only_ones_own(company: Company, webhook: Webhook) -> None:
    tell(company.organisation.pk, "alert.raised", {})
    tell(company.other.pk, "plan.published", {})

    assert OutboxEvent.unscoped.count() == 0


def test_nothing_is_told_where_calling_out_is_switched_off(
    company: Company, webhook: Webhook, settings: LazySettings
) -> None:
    waiting = tell(company.organisation.pk, "plan.published", {})
    settings.OUTBOUND = False
    tell(company.organisation.pk, "plan.published", {})
    receiver = Receiver(200)

    assert drain(send=receiver).sent == 0
    assert receiver.keys == []
    assert [event.key for event in OutboxEvent.unscoped.all()] == [waiting]
    with pytest.raises(RefusedError, match=r"ledger\.outbound_off"):
        webhooks.add_webhook(company.actor("admin").origin, URL, [])


def test_a_failure_is_tried_again_later_and_then_given_up(company: Company, webhook: Webhook) -> None:
    tell(company.organisation.pk, "plan.published", {})
    receiver, now, pauses = Receiver(500), timezone.now(), []
    for _ in range(MOST_TRIES):
        done = drain(now=now, send=receiver)
        event = OutboxEvent.unscoped.get()
        pauses.append(event.next_try_at - now)
        assert drain(now=now + timedelta(seconds=10), send=receiver) == outbox.Drained(0, 0, ())
        now = event.next_try_at

    assert done.given_up == ((company.organisation.pk, URL),)
    assert (event.trouble, event.tries, event.sent_at) == ("status_500", MOST_TRIES, None)
    assert event.dead_at is not None
    assert pauses[:3] == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]
    assert drain(now=now + timedelta(days=1), send=receiver).sent == 0


def test_a_receiver_that_heals_is_told_in_the_end(company: Company, webhook: Webhook) -> None:
    key = tell(company.organisation.pk, "plan.published", {})
    receiver, now = Receiver(503, 302, 200), timezone.now()
    for _ in range(3):
        drain(now=now, send=receiver)
        now += timedelta(hours=1)

    event = OutboxEvent.unscoped.get()
    assert receiver.keys == [key] * 3
    assert (event.trouble, event.sent_at is None) == ("", False)


def test_one_that_died_after_sending_is_told_again_under_the_same_key(company: Company, webhook: Webhook) -> None:
    key = tell(company.organisation.pk, "plan.published", {})
    heard: list[str] = []

    def dying(event: OutboxEvent) -> int:
        heard.append(event.key)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        drain(send=dying)
    receiver = Receiver(200)
    drain(now=timezone.now() + timedelta(minutes=2), send=receiver)

    assert heard + receiver.keys == [key, key]


def test_an_event_in_another_workers_hands_is_left_alone(company: Company, webhook: Webhook) -> None:
    tell(company.organisation.pk, "plan.published", {})
    others: list[int] = []

    def both(event: OutboxEvent) -> int:
        others.append(drain(send=Receiver(200)).sent)
        return 200

    assert drain(send=both).sent == 1
    assert others == [0]


def test_those_who_look_after_webhooks_are_told_once_a_day(
    company: Company, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_up = outbox.Drained(0, 0, ((company.organisation.pk, URL),))
    monkeypatch.setattr(inbox_jobs, "drain", lambda: given_up)
    inbox_jobs.drain_outbox()
    inbox_jobs.drain_outbox()

    notice = Notice.unscoped.get()
    assert (notice.user, notice.code) == (company.people["admin"], "inbox.receiver_given_up")


def test_the_signature_can_be_checked_by_whoever_has_the_secret(company: Company) -> None:
    _, secret = webhooks.add_webhook(company.actor("admin").origin, URL, [])
    key = tell(company.organisation.pk, "plan.published", {"plan": "下半年"})
    heard: dict[str, object] = {}

    def send(target: object, body: bytes, headers: dict[str, str]) -> int:
        heard.update(headers, body=body)
        return 200

    assert webhooks.deliver(OutboxEvent.unscoped.get(), send=send) == 200  # type: ignore[arg-type]
    stamp, _, told = str(heard["Jiuzhou-Signature"]).partition(",v1=")
    body = heard["body"]
    assert isinstance(body, bytes)
    assert told == hmac.new(secret.encode(), f"{stamp[2:]}.".encode() + body, sha256).hexdigest()
    assert heard["Jiuzhou-Event"] == key
    assert json.loads(body)["body"] == {"plan": "下半年"}


@pytest.mark.parametrize("send", [lambda *_: _raise(TroubleError("not_public")), lambda *_: 418])
def test_nothing_the_receiver_said_is_kept(
    company: Company, webhook: Webhook, send: Callable[[OutboxEvent], int]
) -> None:
    tell(company.organisation.pk, "plan.published", {})
    drain(send=send)

    assert OutboxEvent.unscoped.get().trouble in ("not_public", "status_418")


def test_an_address_that_leads_inside_is_not_taken(company: Company) -> None:
    with pytest.raises(InputError, match=r"ledger\.url_not_public"):
        webhooks.add_webhook(company.actor("admin").origin, "https://192.168.0.1/", [])
    with pytest.raises(InputError, match=r"ledger\.unknown_kind"):
        webhooks.add_webhook(company.actor("admin").origin, URL, ["everything"])


def test_webhooks_are_seen_and_changed_by_their_own_company_only(company: Company, webhook: Webhook) -> None:
    foreign = company.actor("foreign_admin").origin
    assert webhooks.list_webhooks(company.other.pk) == ()
    with pytest.raises(NotFoundError):
        webhooks.remove_webhook(foreign, webhook.pk)
    with pytest.raises(NotFoundError):
        webhooks.set_active(foreign, webhook.pk, active=False)

    (shown,) = webhooks.list_webhooks(company.organisation.pk)
    assert (shown.url, shown.active, shown.waiting) == (URL, True, 0)
    assert webhook.secret not in repr(shown)


def test_events_that_were_sent_are_forgotten_after_a_week(company: Company, webhook: Webhook) -> None:
    tell(company.organisation.pk, "plan.published", {})
    drain(send=Receiver(200))

    assert outbox.prune(timezone.now()) == 0
    assert outbox.prune(timezone.now() + timedelta(days=8)) == 1


def _raise(error: Exception) -> int:
    raise error
