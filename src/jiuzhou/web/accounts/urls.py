"""
The addresses under ``/accounts/``: django-allauth's log-in and second factor, and our own pages around them.

allauth brings many more (sign-up, names, codes by mail, passkeys, connections): they have no address here.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.socialaccount import views as social
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import path
from django.views.generic import RedirectView

from jiuzhou.web.accounts import company, entrance
from jiuzhou.web.accounts.doors import Door, door
from jiuzhou.web.accounts.forms import refuse_unlisted

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
    "socialaccount_login_cancelled": "says that the company's log-in was cancelled",
    "openid_connect_login": "begins the company's log-in",
    "openid_connect_callback": "ends it; state, nonce and signature are checked",
}
"""Views that everybody may enter, with the reason; every other view has a verb."""


_LOGIN = account.LoginView.as_view(extra_context={"company_login": company.log_in_address})


def opened(view: View, *methods: str, fields: Iterable[str] | None = None) -> View:
    """Return ``view`` behind a door that stands open: everybody may enter, by these methods, with these fields."""
    mark = Door("", methods, fields=None if fields is None else frozenset(fields))

    @functools.wraps(view)
    def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in (*mark.methods, "HEAD" if "GET" in mark.methods else ""):
            return HttpResponseNotAllowed(mark.methods)
        if request.method == "POST" and mark.fields is not None:
            refuse_unlisted(request.POST, mark.fields)
        answer: HttpResponse = view(request, *args, **kwargs)
        return answer

    entered.door = mark  # type: ignore[attr-defined]
    return entered


def _own(view: View, *methods: str, fields: Iterable[str] | None = None) -> View:
    return door("account.write", *methods, fields=fields)(view)


urlpatterns = [
    path("login/", opened(_LOGIN, *_BOTH, fields=("login", "password", "next")), name="account_login"),
    path("logout/", opened(account.logout, *_BOTH, fields=("next",)), name="account_logout"),
    path("reset/", opened(entrance.ask, *_BOTH), name="account_reset_password"),
    path("reset/sent/", opened(entrance.sent, "GET"), name="account_reset_sent"),
    path("reset/<str:text>/", opened(entrance.reset, *_BOTH), name="account_reset_link"),
    path("invited/<str:text>/", opened(entrance.invited, *_BOTH), name="account_invite_link"),
    path("address/<str:text>/", opened(entrance.confirm_address, *_BOTH), name="account_address_link"),
    path("second-factor/check/", opened(factor.authenticate, *_BOTH, fields=("code", "next")), name="mfa_authenticate"),
    path(
        "second-factor/set/",
        _own(RedirectView.as_view(pattern_name="accounts:profile"), "GET"),
        name="mfa_deactivate_totp",  # where allauth leads who has set it up already
    ),
    path("second-factor/set-up/", _own(totp.activate_totp, *_BOTH, fields=("code", "next")), name="mfa_activate_totp"),
    path("second-factor/codes/", _own(codes.view_recovery_codes, "GET"), name="mfa_view_recovery_codes"),
    path(
        "second-factor/codes/new/",
        _own(codes.generate_recovery_codes, *_BOTH, fields=()),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "second-factor/",
        _own(RedirectView.as_view(pattern_name="accounts:profile"), "GET"),
        name="mfa_index",
    ),
    path("again/", _own(account.reauthenticate, *_BOTH, fields=("password", "next")), name="account_reauthenticate"),
    path("again/code/", _own(factor.reauthenticate, *_BOTH, fields=("code", "next")), name="mfa_reauthenticate"),
    path("company/cancelled/", opened(social.login_cancelled, "GET"), name="socialaccount_login_cancelled"),
    path(
        "company/<str:provider_id>/login/", opened(company.begin, "POST", fields=("next",)), name="openid_connect_login"
    ),
    path("company/<str:provider_id>/login/callback/", opened(company.finish, "GET"), name="openid_connect_callback"),
]
