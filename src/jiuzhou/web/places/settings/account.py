"""My account: name and ways of seeing, password, address, second factor, sessions, tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from jiuzhou.kernel.message import say
from jiuzhou.web.accounts import people, sessions, tokens
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.accounts.forms import StrictForm, told
from jiuzhou.web.accounts.lock import address_of
from jiuzhou.web.accounts.mail import can_mail
from jiuzhou.web.accounts.passwords import ALONE, WITH_FACTOR
from jiuzhou.web.places.settings.forms import AddressForm, PasswordForm, ProfileForm, RemoveFactorForm, TokenForm
from jiuzhou.web.places.settings.tabs import page
from jiuzhou.web.problems import InvalidError

_YEAR = 365 * 24 * 3600


@door("account.write", "GET", "POST")
def profile(request: Asked) -> HttpResponse:
    """Show one's own account, or change name and ways of seeing."""
    mine = people.profile_of(request.actor)
    if request.method != "POST":
        return _page(request, mine)
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _page(request, mine, {"form": form}, status=422)
    given = form.cleaned_data
    chosen = {name: given[name] for name in ("theme", "keys")}
    people.change_profile(request.actor, name=given["name"], language=given["language"], choices=chosen)
    response = redirect("accounts:profile")
    # The frame reads these, so that the next page already looks as chosen.
    for name, value in (("lang", given["language"]), ("theme", given["theme"]), ("keys", given["keys"])):
        response.set_cookie(name, value, max_age=_YEAR, samesite="Lax", secure=request.is_secure())
    messages.success(request, told(say("settings.kept")))
    return response


@door("account.write", "GET", "POST")
def password(request: Asked) -> HttpResponse:
    """Change one's own password: other sessions and every token end, this session goes on."""
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            _check(request, form.cleaned_data["password"])
            epoch = people.change_password(request.actor, form.cleaned_data["new"])
        except InvalidError as error:
            # The write speaks of the new password, the check of the present one.
            fields = error.fields
            form.refuse({("new" if item.code == "accounts.said" else name): item for name, item in fields.items()})
        else:
            user = people.user_of(request.actor)
            update_session_auth_hash(request, user)
            sessions.keep_session(request, epoch)
            messages.success(request, told(say("accounts.password_changed")))
            return redirect("accounts:profile")
    least = WITH_FACTOR if people.profile_of(request.actor).secured else ALONE
    return _form(request, form, "password", {"least": least})


@door("account.write", "GET", "POST")
def address(request: Asked) -> HttpResponse:
    """Ask for another address: a link goes to the new one, a notice to the present one."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            _check(request, form.cleaned_data["password"])
        except InvalidError as error:
            form.refuse(error.fields)
        else:

            def build(text: str) -> str:
                return request.build_absolute_uri(reverse("account_address_link", args=[text]))

            people.ask_for_address(request.actor, form.cleaned_data["email"], build)
            messages.success(request, told(say("accounts.address_asked", email=form.cleaned_data["email"])))
            return redirect("accounts:profile")
    return _form(request, form, "address", {"can_mail": can_mail()})


@door("account.write", "GET", "POST")
def factor_off(request: Asked) -> HttpResponse:
    """Take away one's own second factor."""
    form = RemoveFactorForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            _check(request, form.cleaned_data["password"])
        except InvalidError as error:
            form.refuse(error.fields)
        else:
            people.remove_factor(request.actor, form.cleaned_data["password"])
            messages.success(request, told(say("accounts.factor_is_off")))
            return redirect("accounts:profile")
    return _form(request, form, "factor_off", {"needed": request.actor.manages})


@door("account.write", "POST", noun="session")
def end_session(request: Asked, session: int) -> HttpResponse:
    """End one of one's own sessions."""
    StrictForm(request.POST)
    sessions.end_session(request.actor, session)
    messages.success(request, told(say("settings.session_ended")))
    return redirect("accounts:profile")


@door("account.write", "POST")
def sign_out_everywhere(request: Asked) -> HttpResponse:
    """End every session and token of one's own, this one too."""
    StrictForm(request.POST)
    people.sign_out_everywhere(request.actor)
    logout(request)
    messages.success(request, told(say("settings.signed_out_everywhere")))
    return redirect("account_login")


@door("token.write", "POST")
def add_token(request: Asked) -> HttpResponse:
    """Make a token and show its text, this once."""
    form = TokenForm(request.POST)
    mine = people.profile_of(request.actor)
    if form.is_valid():
        given = form.cleaned_data
        text = tokens.create_token(request.actor, given["name"], given["scopes"], given["days"])
        return _page(request, mine, {"token_text": text})
    return _page(request, mine, {"token_form": form}, status=422)


@door("token.write", "POST", noun="token")
def rotate_token(request: Asked, token: int) -> HttpResponse:
    """Make the token that takes the place of another, and show its text, this once."""
    StrictForm(request.POST)
    text = tokens.rotate_token(request.actor, token, 90)
    return _page(request, people.profile_of(request.actor), {"token_text": text})


@door("token.write", "POST", noun="token")
def end_token(request: Asked, token: int) -> HttpResponse:
    """End a token."""
    StrictForm(request.POST)
    tokens.revoke_token(request.actor, token)
    messages.success(request, told(say("settings.token_ended")))
    return redirect("accounts:profile")


def _check(request: Asked, given: str) -> None:
    people.check_password(request.actor, given, address=address_of(request), now=timezone.now())


def _form(request: Asked, form: StrictForm, name: str, context: Mapping[str, Any]) -> HttpResponse:
    status = 422 if form.errors else 200
    return page(request, "account", f"account_{name}", {"form": form, **context}, status=status)


def _page(
    request: Asked, mine: people.Profile, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    first = {
        "name": mine.name,
        "language": mine.language,
        "theme": mine.choices.get("theme", "system"),
        "keys": mine.choices.get("keys", "on"),
    }
    given: dict[str, Any] = {
        "mine": mine,
        "manages": request.actor.manages,
        "form": ProfileForm(initial=first),
        "token_form": TokenForm(auto_id="token_%s"),
        "sessions": sessions.list_sessions(request.actor, now=now, current=request.live.id),
        "tokens": tokens.list_tokens(request.actor, now=now),
        "demo": request.live.demo,
    }
    return page(request, "account", "account", given | dict(context or {}), status=status)
