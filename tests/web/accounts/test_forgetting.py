"""Sessions, sign-ins, keys, counts and answers go when their time has come, by themselves and not before."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from jiuzhou.web.accounts import pruning, tokens
from jiuzhou.web.accounts.lock import MOST
from jiuzhou.web.accounts.pruning import KEPT
from jiuzhou.web.collect.writes.exports import file_of
from jiuzhou.web.jobs.upkeep import Upkeep
from jiuzhou.web.ledger import outbox
from jiuzhou.web.ledger.pruning import prune as prune_ledger
from jiuzhou.web.store.forgetting import forget
from jiuzhou.web.store.models import IdempotencyKey, OutboxEvent, RateCount, SignIn, Token, Webhook
from web_company import Company
from web_visitors import enter, is_in

DAY = timedelta(days=1)


def sign_in(company: Company, number: int, seen_at: datetime, ended_at: datetime | None = None) -> SignIn:
    return SignIn.unscoped.create(
        organisation=company.organisation,
        user=company.people["rep"],
        digest=sha256(str(number).encode()).hexdigest(),
        epoch=1,
        began_at=seen_at,
        seen_at=seen_at,
        ended_at=ended_at,
    )


def a_token(company: Company, prefix: str, **more: Any) -> Token:
    return Token.unscoped.create(
        organisation=company.organisation,
        user=company.people["rep"],
        name=prefix,
        prefix=prefix,
        digest=sha256(prefix.encode()).hexdigest(),
        epoch=1,
        **({"family": prefix} | more),
    )


def test_sessions_that_ran_out_go_and_living_ones_stay(company: Company) -> None:
    browser = enter("rep@example.com")
    old = SessionStore()
    old["sign_in"] = "x"
    old.set_expiry(timezone.now() - DAY)
    old.create()

    assert pruning.prune() == 1

    assert not Session.objects.filter(session_key=old.session_key).exists()
    assert is_in(browser)


def test_how_somebody_signed_in_is_kept_for_ninety_days(company: Company) -> None:
    now = timezone.now()
    kept = [sign_in(company, 1, now), sign_in(company, 2, now - KEPT + DAY, now - KEPT + DAY)]
    for number, moment in ((3, now - KEPT - DAY), (4, now - 2 * KEPT)):
        sign_in(company, number, moment, moment if number == 4 else None)

    assert pruning.prune() == 2
    assert set(SignIn.unscoped.all()) == set(kept)


def test_dead_tokens_go_unless_their_successor_lives(company: Company) -> None:
    now = timezone.now()
    past, ahead = now - KEPT - DAY, now + DAY
    kept = [
        a_token(company, "living", expires_at=ahead),
        a_token(company, "ended", expires_at=ahead, revoked_at=now - DAY),
        a_token(company, "rotated", family="one", expires_at=ahead, revoked_at=past, rotated_at=past),
        a_token(company, "next", family="one", expires_at=ahead),
    ]
    a_token(company, "revoked", expires_at=ahead, revoked_at=past)
    a_token(company, "expired", expires_at=past)

    assert pruning.prune() == 2
    assert set(Token.unscoped.all()) == set(kept)


def test_a_copied_token_is_found_out_after_the_pruning_too(company: Company) -> None:
    rep = company.actor("rep")
    first = tokens.create_token(rep, "同步", ["read"], 366)
    second = tokens.rotate_token(rep, Token.unscoped.get().pk, 366)
    Token.unscoped.filter(rotated_at__isnull=False).update(revoked_at=timezone.now() - KEPT - DAY)

    pruning.prune()

    assert tokens.actor_of_token(first, timezone.now()) is None
    assert tokens.actor_of_token(second, timezone.now()) is None


def test_failures_of_long_ago_go_and_closed_accounts_stay_closed(company: Company) -> None:
    for name, failures, days in (("a", 3, 31), ("b", 3, 1), ("c", MOST, 31)):
        row = AccessAttempt.objects.create(
            username=name, ip_address="0.0.0.0", user_agent="", failures_since_start=failures
        )
        AccessAttempt.objects.filter(pk=row.pk).update(attempt_time=timezone.now() - days * DAY)

    pruning.prune()

    assert set(AccessAttempt.objects.values_list("username", flat=True)) == {"b", "c"}


def test_events_that_were_given_up_go_after_a_month(company: Company) -> None:
    now = timezone.now()
    hook = Webhook.unscoped.create(organisation=company.organisation, url="https://a.example.com", secret="x" * 20)
    for key, moment in (("new", now - 29 * DAY), ("old", now - 31 * DAY)):
        OutboxEvent.unscoped.create(
            organisation=company.organisation,
            webhook=hook,
            key=key,
            created_at=moment,
            next_try_at=moment,
            dead_at=moment,
        )

    assert outbox.prune(now) == 1
    assert OutboxEvent.unscoped.get().key == "new"


def test_many_rows_go_a_few_at_a_time(company: Company) -> None:
    rep = company.people["rep"]
    RateCount.unscoped.bulk_create(
        RateCount(organisation=company.organisation, user=rep, kind="read", window=window) for window in range(1203)
    )

    assert forget(RateCount.unscoped.filter(window__lt=1202)) == 1202
    assert RateCount.unscoped.get().window == 1202


def test_files_of_exports_lie_for_a_week(company: Company) -> None:
    for run, days in ((1, 6), (2, 8)):
        file_of(run).parent.mkdir(parents=True, exist_ok=True)
        file_of(run).write_text("name")
        moment = (timezone.now() - days * DAY).timestamp()
        os.utime(file_of(run), (moment, moment))

    Upkeep().tend(everything=True)

    assert file_of(1).exists()
    assert not file_of(2).exists()


@pytest.mark.django_db
def test_the_worker_does_all_of_it_by_itself(company: Company) -> None:
    long_ago, rep = timezone.now() - 400 * DAY, company.people["rep"]
    common = {"organisation": company.organisation, "user": rep}
    sign_in(company, 1, long_ago)
    a_token(company, "expired", expires_at=long_ago)
    IdempotencyKey.unscoped.create(**common, key="k", request="POST /", digest="d", created_at=long_ago)
    RateCount.unscoped.create(**common, kind="read", window=int(long_ago.timestamp()))
    Client().get("/accounts/login/")

    Upkeep().tend(everything=True)

    assert [model.unscoped.count() for model in (SignIn, Token, IdempotencyKey, RateCount)] == [0, 0, 0, 0]
    assert prune_ledger() == 0
