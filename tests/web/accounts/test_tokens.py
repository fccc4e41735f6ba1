"""Tokens: never more than the person, only as long as the person, and dead when copied."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from jiuzhou.web.accounts import tokens
from jiuzhou.web.accounts.roles import SCOPES, VERBS
from jiuzhou.web.problems import ConflictError, ForbiddenError, InvalidError, NotFoundError
from jiuzhou.web.store.models import AuditEntry, RoleGrant, Token
from web_company import Company


def made(company: Company, person: str = "rep", *scopes: str, days: int = 30) -> str:
    return tokens.create_token(company.actor(person), "报表同步", scopes or ("read",), days)


def alive(text: str) -> bool:
    return tokens.actor_of_token(text, timezone.now()) is not None


def test_a_token_acts_in_its_owners_name_within_its_scopes(company: Company) -> None:
    actor = tokens.actor_of_token(made(company, "rep", "read"), timezone.now())

    assert actor is not None
    assert (actor.user_id, actor.via) == (company.people["rep"].pk, "token")
    assert actor.may("customer.read")
    assert not actor.may("customer.write")
    assert actor.owner_ids == company.actor("rep").owner_ids


def test_no_token_reaches_accounts_settings_or_tokens(company: Company) -> None:
    actor = tokens.actor_of_token(made(company, "admin", *SCOPES), timezone.now())

    assert actor is not None
    beyond = [verb for verb in VERBS["admin"] if verb.endswith(".write") and verb.startswith(("user", "role", "token"))]
    assert [verb for verb in beyond if actor.may(verb)] == []
    with pytest.raises(ForbiddenError):
        tokens.create_token(actor, "孩子", ["read"], 1)


def test_only_a_digest_is_kept(company: Company) -> None:
    text = made(company)

    row = Token.unscoped.values().get()
    assert text not in str(row)
    assert text.split("_", 2)[2] not in str(row)
    assert text not in str(list(AuditEntry.unscoped.values()))


def test_a_token_ends_with_its_day(company: Company) -> None:
    text, now = made(company, days=30), timezone.now()

    assert tokens.actor_of_token(text, now + timedelta(days=29, hours=23)) is not None
    assert tokens.actor_of_token(text, now + timedelta(days=30, seconds=1)) is None


def test_an_ended_token_opens_nothing(company: Company) -> None:
    text = made(company)

    tokens.revoke_token(company.actor("rep"), Token.unscoped.get().pk)

    assert not alive(text)


def test_the_next_token_kills_the_one_before(company: Company) -> None:
    first = made(company)
    second = tokens.rotate_token(company.actor("rep"), Token.unscoped.get().pk, 30)

    assert alive(second)
    assert tokens.actor_of_token(second, timezone.now()).scopes == frozenset({"read"})  # type: ignore[union-attr]
    assert not alive(first)


def test_an_old_token_used_again_ends_the_whole_line(company: Company) -> None:
    first = made(company)
    second = tokens.rotate_token(company.actor("rep"), Token.unscoped.get().pk, 30)
    other = made(company)

    assert not alive(first)

    assert not alive(second)
    assert alive(other)
    assert AuditEntry.unscoped.filter(verb="token.reuse").count() == 1
    alive(first)
    assert AuditEntry.unscoped.filter(verb="token.reuse").count() == 1


def test_a_token_is_replaced_once(company: Company) -> None:
    made(company)
    key = Token.unscoped.get().pk
    tokens.rotate_token(company.actor("rep"), key, 30)

    with pytest.raises(ConflictError):
        tokens.rotate_token(company.actor("rep"), key, 30)
    assert Token.unscoped.filter(revoked_at=None).count() == 1


def test_nobody_reaches_a_token_of_somebody_else(company: Company) -> None:
    text = made(company)
    key = Token.unscoped.get().pk

    for act in (tokens.revoke_token, lambda actor, token: tokens.rotate_token(actor, token, 1)):
        with pytest.raises(NotFoundError):
            act(company.actor("admin"), key)
    assert tokens.list_tokens(company.actor("admin"), now=timezone.now()) == ()
    assert alive(text)


def test_a_new_role_counts_at_once_and_a_managers_only_with_a_factor(company: Company) -> None:
    text = made(company)
    grant = {"organisation": company.organisation, "user": company.people["rep"], "valid_from": company.now}
    RoleGrant.unscoped.create(role="regional_manager", territory=company.territories["E"], **grant)

    assert not alive(text)
    Authenticator.objects.create(user=company.people["rep"], type="totp", data={})
    assert alive(text)


def test_use_is_written_at_most_once_a_minute(company: Company) -> None:
    text, now = made(company), timezone.now()
    seen = []
    for seconds in (0, 20, 59, 61, 90, 122):
        with time_machine.travel(now + timedelta(seconds=seconds), tick=False):
            tokens.actor_of_token(text, timezone.now())
        seen.append(Token.unscoped.get().last_used_at)

    assert len(set(seen)) == 3


@pytest.mark.parametrize(
    ("name", "scopes", "days", "field"),
    [
        ("", ["read"], 30, "name"),
        ("x" * 121, ["read"], 30, "name"),
        ("同步", [], 30, "scopes"),
        ("同步", ["everything"], 30, "scopes"),
        ("同步", [""], 30, "scopes"),
        ("同步", ["read"], 0, "days"),
        ("同步", ["read"], 367, "days"),
    ],
)
def test_a_token_without_name_scope_or_end_is_not_made(
    company: Company, name: str, scopes: list[str], days: int, field: str
) -> None:
    with pytest.raises(InvalidError) as raised:
        tokens.create_token(company.actor("rep"), name, scopes, days)

    assert list(raised.value.fields) == [field]
    assert not Token.unscoped.exists()


def test_nobody_collects_tokens_without_end(company: Company) -> None:
    for _ in range(tokens.MOST_TOKENS):
        made(company)

    with pytest.raises(ConflictError):
        made(company)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(st.text(), st.text().map("jz_".__add__), st.binary().map(lambda raw: raw.decode("latin-1"))))
def test_no_other_text_is_a_token(company: Company, text: str) -> None:
    assert tokens.actor_of_token(text, timezone.now()) is None


def test_the_page_shows_a_token_once(company: Company, signed_in) -> None:  # type: ignore[no-untyped-def]
    client = signed_in("rep")

    page = client.post("/settings/account/tokens/", {"name": "同步", "scopes": ["read"], "days": "30"}).content.decode()

    shown = page.split('data-testid="token">')[1].split("<")[0]
    assert alive(shown)
    assert shown not in client.get("/settings/account/").content.decode()
