"""Log-in through the company's identity provider: it opens the door to people who are here, and to nobody else."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.messages.storage.session import SessionStorage
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from jiuzhou.web.accounts import adapter as adapters
from jiuzhou.web.store.models import RoleGrant, User
from web_company import Company


def arrive(monkeypatch: pytest.MonkeyPatch, email: str, *, verified: object = True) -> tuple[HttpRequest, str]:
    """Somebody comes back from the provider; return the request and where they are led."""
    request = RequestFactory().get("/accounts/company/sso/login/callback/")
    request.session = SessionStore()
    request.user = None  # type: ignore[assignment]
    request._messages = SessionStorage(request)  # type: ignore[attr-defined]
    arrived = SocialLogin(
        user=User(email=email),
        account=SocialAccount(provider="sso", uid="42"),
        email_addresses=[EmailAddress(email=email, verified=verified)],
    )
    monkeypatch.setattr(adapters, "redirect", lambda name: HttpResponse(status=302, headers={"Location": f"to:{name}"}))
    with context.request_context(request), pytest.raises(ImmediateHttpResponse) as raised:
        adapters.CompanyAdapter(request).pre_social_login(request, arrived)
    return request, raised.value.response.headers["Location"]


def test_somebody_who_is_here_comes_in_by_a_verified_address(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    request, where = arrive(monkeypatch, "REP@example.com")

    assert where == "/"
    assert request.user.pk == company.people["rep"].pk
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize(
    ("email", "verified"),
    [("rep@example.com", False), ("rep@example.com", None), ("rep@example.com", "true"), ("new@example.com", True)],
)
def test_nobody_else_comes_in_and_nobody_comes_to_be(
    company: Company, monkeypatch: pytest.MonkeyPatch, email: str, verified: object
) -> None:
    people, roles = User.objects.count(), RoleGrant.unscoped.count()

    request, where = arrive(monkeypatch, email, verified=verified)

    assert where == "to:socialaccount_login_error"
    assert not request.user
    assert (User.objects.count(), RoleGrant.unscoped.count()) == (people, roles)


def test_somebody_who_was_shut_out_stays_out(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.filter(email="rep@example.com").update(is_active=False)

    assert arrive(monkeypatch, "rep@example.com")[1] == "to:socialaccount_login_error"


def test_a_manager_is_asked_for_the_second_factor_there_too(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    request, where = arrive(monkeypatch, "planner@example.com")

    assert where == "/accounts/second-factor/check/"
    assert not request.user
