"""The lock against guessing: ten tries, then ever longer waits, from any address; a right password shows nothing."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
import time_machine
from django.test import Client, RequestFactory
from django.test.utils import override_settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.web.accounts.lock import FREE, MOST, address_of, lock_of, try_attempt, unlock
from jiuzhou.web.store.models import AuditEntry
from web_company import PASSWORD, Company
from web_visitors import code_now, enter, is_in, try_password

EMAIL = "rep@example.com"
WRONG = "wrong-wrong-wrong-wrong"
pytestmark = pytest.mark.django_db


def test_two_hundred_tries_from_one_address_stop_after_ten(company: Company) -> None:
    looked_at = sum(try_attempt(EMAIL, "198.51.100.7", timezone.now()) is None for _ in range(200))

    assert looked_at == FREE


def test_two_hundred_tries_from_a_hundred_addresses_stop_after_ten(company: Company) -> None:
    looked_at = sum(try_attempt(EMAIL, f"198.51.100.{n % 100}", timezone.now()) is None for n in range(200))

    assert looked_at == FREE


def test_a_right_password_during_the_lock_answers_like_a_wrong_one(company: Company) -> None:
    for _ in range(FREE):
        try_password(Client(), EMAIL, WRONG)

    wrong, right = Client(), Client()
    assert try_password(wrong, EMAIL, WRONG) == try_password(right, EMAIL, PASSWORD)
    assert "登录已暂停" in try_password(right, EMAIL, PASSWORD)
    assert not is_in(right)


def test_the_lock_of_an_address_nobody_has_looks_the_same(company: Company) -> None:
    for email in (EMAIL, "nobody@example.com"):
        for _ in range(FREE):
            try_password(Client(), email, WRONG)

    assert try_password(Client(), EMAIL) == try_password(Client(), "nobody@example.com")


def test_each_further_failure_doubles_the_wait(company: Company) -> None:
    now, waits = timezone.now(), []
    for _ in range(FREE + 4):
        lock = try_attempt(EMAIL, "198.51.100.7", now)
        if lock is not None:
            assert lock.until is not None
            waits.append((lock.until - now) / timedelta(minutes=1))
            now = lock.until + timedelta(seconds=1)
            assert try_attempt(EMAIL, "198.51.100.7", now) is None

    assert waits == [1, 2, 4, 8]


def test_no_account_is_tried_more_than_a_hundred_times_however_long_one_waits(company: Company) -> None:
    now, looked_at = timezone.now(), 0
    for n in range(400):
        looked_at += try_attempt(EMAIL, f"198.51.100.{n % 200}", now) is None
        now += timedelta(hours=25)

    lock = lock_of(EMAIL, now)
    assert looked_at == MOST
    assert lock is not None
    assert lock.until is None


def test_an_administrator_opens_a_closed_account(company: Company) -> None:
    now = timezone.now()
    for n in range(150):
        try_attempt(EMAIL, f"198.51.100.{n}", now + n * timedelta(hours=25))
    assert "登录已关闭" in try_password(Client(), EMAIL)
    person = company.people["rep"].pk
    admin = enter("admin@example.com")

    assert admin.post(f"/settings/people/{person}/unlock/").status_code == 302

    assert is_in(enter(EMAIL))
    assert AuditEntry.unscoped.filter(verb="user.unlock", key=str(person)).count() == 1


def test_coming_in_forgets_the_failures_before(company: Company) -> None:
    for _ in range(3):
        for _ in range(FREE - 1):
            try_password(Client(), EMAIL, WRONG)
        assert is_in(enter(EMAIL))


def test_a_second_factor_is_guessed_ten_times_at_most(company: Company) -> None:
    client = Client()
    try_password(client, "planner@example.com")
    for _ in range(FREE):
        client.post("/accounts/second-factor/check/", {"code": "000000"})

    answer = client.post("/accounts/second-factor/check/", {"code": code_now()})

    assert "登录已暂停" in answer.content.decode()
    assert not is_in(client)


def test_the_right_password_again_does_not_open_the_lock_of_the_second_factor(company: Company) -> None:
    for _ in range(FREE):
        client = Client()
        try_password(client, "planner@example.com")
        client.post("/accounts/second-factor/check/", {"code": "000000"})

    client = Client()
    try_password(client, "planner@example.com")
    assert "登录已暂停" in client.post("/accounts/second-factor/check/", {"code": code_now()}).content.decode()


def test_a_forged_forwarding_header_changes_nothing_without_a_proxy(company: Company) -> None:
    for n in range(FREE):
        try_password(Client(), EMAIL, WRONG, **{"X-Forwarded-For": f"203.0.113.{n}"})

    assert "登录已暂停" in try_password(Client(), EMAIL, **{"X-Forwarded-For": "203.0.113.99"})


@given(forged=st.lists(st.ip_addresses(v=4).map(str), max_size=4), hops=st.integers(1, 3))
def test_only_what_our_own_proxies_wrote_is_believed(forged: list[str], hops: int) -> None:
    ours = [f"192.0.2.{n}" for n in range(1, hops + 1)]
    request = RequestFactory().get("/", headers={"X-Forwarded-For": ", ".join(forged + ours)}, REMOTE_ADDR="10.0.0.1")

    with override_settings(TRUSTED_PROXIES=hops):
        assert address_of(request) == ours[0]
    with override_settings(TRUSTED_PROXIES=0):
        assert address_of(request) == "10.0.0.1"


def test_a_lock_fills_no_ledger(company: Company) -> None:
    for _ in range(40):
        try_password(Client(), EMAIL, WRONG)

    assert AuditEntry.unscoped.filter(verb="login.failure").count() == FREE


def test_failures_a_day_ago_still_count(company: Company) -> None:
    with time_machine.travel(timezone.now() - timedelta(days=1), tick=False):
        for _ in range(FREE + 1):
            try_attempt(EMAIL, "198.51.100.7", timezone.now())

    assert try_attempt(EMAIL, "198.51.100.7", timezone.now()) is None
    assert try_attempt(EMAIL, "198.51.100.7", timezone.now()) is not None


def test_an_unknown_address_takes_as_long_as_a_known_one(company: Company) -> None:
    unknown, taken = "nobody@example.com", dict[str, float]()
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.PBKDF2PasswordHasher"]):
        company.people["rep"].set_password(PASSWORD)
        company.people["rep"].save()
        for round_ in range(25):
            for email in (EMAIL, unknown):
                started = time.process_time()
                try_password(Client(), email, WRONG)
                # The quickest of all rounds: what a busy machine adds is no property of the log-in.
                taken[email] = min(taken.get(email, 60), time.process_time() - started)
                unlock(email)
            if round_ >= 4 and _apart(taken[EMAIL], taken[unknown]) <= 0.10:
                break

    assert _apart(taken[EMAIL], taken[unknown]) <= 0.10, taken


def _apart(one: float, other: float) -> float:
    return abs(one - other) / max(one, other)
