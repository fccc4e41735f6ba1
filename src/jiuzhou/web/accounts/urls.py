"""
The addresses under ``/accounts/``: django-allauth's log-in and second factor, and our own pages around them.

allauth brings many more (sign-up, names, codes by mail, passkeys, connections): they have no address here.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as company
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import path, reverse_lazy
from django.views.generic import RedirectView

from jiuzhou.web.accounts import entrance
from jiuzhou.web.accounts.doors import Door, door

View = Callable[..., Any]
_BOTH = ("GET", "POST")

OPEN_VIEWS: Mapping[str, str] = {
    "account_login": "the log-in itself",
    "account_logout": "leaving; without a session it leads to the log-in",
    "account_reset_password": "for people who cannot sign in; tells nobody whether an address is known",
    "account_reset_sent": "says the same to everybody",
    "account_reset_link": "opens with a signed link, once, for an hour",
    "account_invite_link": "opens with a signed link, once, for three days",
    "account_address_link": "opens with a signed link, once, for an hour",
    "mfa_authenticate": "the second step of a log-in whose first was right",
    "socialaccount_login_error": "says that the company's log-in did not lead to a person",
    "socialaccount_login_cancelled": "says that the company's log-in was cancelled",
    "openid_connect_login": "begins the company's log-in",
    "openid_connect_callback": "ends it; state and nonce are checked by allauth",
}
"""Views that everybody may enter, with the reason; every other view has a verb."""


_LOGIN = account.LoginView.as_view(
    extra_context={"company_login": settings.OIDC_ISSUER and reverse_lazy("openid_connect_login", args=["sso"])}
)


def opened(view: View, *methods: str) -> View:
    """Return ``view`` behind a door that stands open: everybody may enter, by these methods."""
    mark = Door("", methods)

    @functools.wraps(view)
    def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in (*mark.methods, "HEAD" if "GET" in mark.methods else ""):
            return HttpResponseNotAllowed(mark.methods)
        answer: HttpResponse = view(request, *args, **kwargs)
        return answer

    entered.door = mark  # type: ignore[attr-defined]
    return entered


def _own(view: View, *methods: str) -> View:
    return door("account.write", *methods)(view)


urlpatterns = [
    path("login/", opened(_LOGIN, *_BOTH), name="account_login"),
    path("logout/", opened(account.logout, *_BOTH), name="account_logout"),
    path("reset/", opened(entrance.ask, *_BOTH), name="account_reset_password"),
    path("reset/sent/", opened(entrance.sent, "GET"), name="account_reset_sent"),
    path("reset/<str:text>/", opened(entrance.reset, *_BOTH), name="account_reset_link"),
    path("invited/<str:text>/", opened(entrance.invited, *_BOTH), name="account_invite_link"),
    path("address/<str:text>/", opened(entrance.confirm_address, *_BOTH), name="account_address_link"),
    path("second-factor/check/", opened(factor.authenticate, *_BOTH), name="mfa_authenticate"),
    path(
        "second-factor/set/",
        _own(RedirectView.as_view(pattern_name="accounts:profile"), "GET"),
        name="mfa_deactivate_totp",  # where allauth leads who has set it up already
    ),
    path("second-factor/set-up/", _own(totp.activate_totp, *_BOTH), name="mfa_activate_totp"),
    path("second-factor/codes/", _own(codes.view_recovery_codes, "GET"), name="mfa_view_recovery_codes"),
    path("second-factor/codes/new/", _own(codes.generate_recovery_codes, *_BOTH), name="mfa_generate_recovery_codes"),
    path(
        "second-factor/",
        _own(RedirectView.as_view(pattern_name="accounts:profile"), "GET"),
        name="mfa_index",
    ),
    path("again/", _own(account.reauthenticate, *_BOTH), name="account_reauthenticate"),
    path("again/code/", _own(factor.reauthenticate, *_BOTH), name="mfa_reauthenticate"),
]

if settings.OIDC_ISSUER:
    urlpatterns += [
        path("company/refused/", opened(social.login_error, "GET"), name="socialaccount_login_error"),
        path("company/cancelled/", opened(social.login_cancelled, "GET"), name="socialaccount_login_cancelled"),
        path("company/<str:provider_id>/login/", opened(company.login, "POST"), name="openid_connect_login"),
        path(
            "company/<str:provider_id>/login/callback/", opened(company.callback, "GET"), name="openid_connect_callback"
        ),
    ]
