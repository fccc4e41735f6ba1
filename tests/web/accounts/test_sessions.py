"""Sessions end when they should: idle, old, ended by hand, or because the person is not who they were."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import time_machine
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from jiuzhou.web.accounts import tokens, writes
from jiuzhou.web.accounts.sessions import IDLE, LONGEST
from jiuzhou.web.store.models import RoleGrant, SignIn, User
from web_company import PASSWORD, Company
from web_visitors import enter, is_in

NEW = "a-longer-sentence-of-mine"


def test_a_session_gets_a_new_cookie_at_log_in(company: Company, settings: LazySettings) -> None:
    client = Client()
    client.get("/accounts/login/")
    session = client.session
    session["seen"] = 1
    session.save()
    before = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = before

    client.post("/accounts/login/", {"login": "rep@example.com", "password": PASSWORD})

    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before


def test_an_old_cookie_opens_nothing_after_log_out(company: Company, settings: LazySettings) -> None:
    client = enter("rep@example.com")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post("/accounts/logout/")

    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = cookie

    assert not is_in(thief)


def test_a_session_ends_after_eight_hours_of_nothing(company: Company) -> None:
    client, now = enter("rep@example.com"), timezone.now()

    with time_machine.travel(now + IDLE - timedelta(minutes=6)):
        assert is_in(client)
    with time_machine.travel(now + 2 * IDLE - timedelta(minutes=7)):
        assert is_in(client)
    with time_machine.travel(now + 3 * IDLE):
        assert not is_in(client)


def test_a_session_ends_after_seven_days_however_busy(company: Company) -> None:
    client, now = enter("rep@example.com"), timezone.now()
    moment = now
    while moment < now + LONGEST - timedelta(hours=7):
        moment += timedelta(hours=7)
        with time_machine.travel(moment):
            alive = is_in(client)
    assert alive

    with time_machine.travel(now + LONGEST + timedelta(minutes=1)):
        assert not is_in(client)


def test_deactivation_ends_sessions_and_tokens_with_the_next_request(company: Company) -> None:
    client = enter("rep@example.com")
    token = tokens.create_token(company.actor("rep"), "同步", ["read"], 30)
    assert is_in(client)
    assert tokens.actor_of_token(token, timezone.now()) is not None

    writes.deactivate_person(company.actor("admin"), company.people["rep"].pk)

    assert not is_in(client)
    assert tokens.actor_of_token(token, timezone.now()) is None
    writes.reactivate_person(company.actor("admin"), company.people["rep"].pk)
    assert not is_in(client)
    assert tokens.actor_of_token(token, timezone.now()) is None


def test_a_changed_password_ends_every_other_session_and_every_token(company: Company) -> None:
    here, there = enter("rep@example.com"), enter("rep@example.com")
    token = tokens.create_token(company.actor("rep"), "同步", ["read"], 30)

    answer = here.post("/settings/account/password/", {"password": PASSWORD, "new": NEW, "again": NEW})

    assert answer.status_code == 302
    assert is_in(here)
    assert not is_in(there)
    assert tokens.actor_of_token(token, timezone.now()) is None
    assert is_in(enter("rep@example.com", NEW))


def test_a_role_that_ends_closes_the_page_with_the_next_request(company: Company) -> None:
    client = enter("auditor@example.com")
    assert client.get("/settings/audit/").status_code == 200

    RoleGrant.unscoped.filter(user=company.people["auditor"]).update(valid_to=timezone.now())

    assert client.get("/settings/audit/").status_code == 403


def test_one_ends_another_session_of_ones_own(company: Company) -> None:
    here, there = enter("rep@example.com"), enter("rep@example.com")
    other = SignIn.unscoped.filter(user=company.people["rep"]).order_by("-pk")[0]
    assert here.get("/settings/account/").content.decode().count("/end/") >= 1

    assert here.post(f"/settings/account/sessions/{other.pk}/end/").status_code == 302

    assert is_in(here)
    assert not is_in(there)


def test_nobody_ends_a_session_of_somebody_else(company: Company) -> None:
    peer = enter("peer@example.com")
    theirs = SignIn.unscoped.get(user=company.people["peer"])

    assert enter("rep@example.com").post(f"/settings/account/sessions/{theirs.pk}/end/").status_code == 404
    assert is_in(peer)


def test_log_out_everywhere_ends_every_session_and_token(company: Company) -> None:
    here, there = enter("rep@example.com"), enter("rep@example.com")
    token = tokens.create_token(company.actor("rep"), "同步", ["read"], 30)

    assert here.post("/settings/account/sessions/end/").headers["Location"] == "/accounts/login/"

    assert not is_in(here)
    assert not is_in(there)
    assert tokens.actor_of_token(token, timezone.now()) is None


def test_an_administrator_signs_somebody_out(company: Company) -> None:
    client = enter("rep@example.com")

    writes.sign_out_person(company.actor("admin"), company.people["rep"].pk)

    assert not is_in(client)
    assert User.objects.get(pk=company.people["rep"].pk).is_active


def test_looking_at_pages_writes_nothing_within_five_minutes(company: Company) -> None:
    client = enter("rep@example.com")
    seen = SignIn.unscoped.get(user=company.people["rep"]).seen_at

    client.get("/settings/account/")

    assert SignIn.unscoped.get(user=company.people["rep"]).seen_at == seen


def test_cookies_are_bound_to_the_host_where_there_is_https(data_folder: Path) -> None:
    asked = "SESSION_COOKIE_NAME CSRF_COOKIE_NAME SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE SESSION_COOKIE_HTTPONLY"
    code = f"from jiuzhou.web import settings; print(*(getattr(settings, name) for name in {asked.split()!r}))"
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "JIUZHOU_HTTPS": "1", "JIUZHOU_HOSTS": "app.example.com", "JIUZHOU_HOME": str(data_folder)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert [name.startswith("__Host-") for name in told[:2]] == [True, True]
    assert told[2:] == ["True", "True", "True"]
