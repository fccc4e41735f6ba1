"""Pages for people who are not signed in: ask for a new password, set it by a link, confirm a new address."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.forms import StrictForm, email_field, password_field, told, wrong
from jiuzhou.web.accounts.links import Opened, Purpose, open_link
from jiuzhou.web.accounts.lock import address_of, try_attempt
from jiuzhou.web.accounts.mail import can_mail
from jiuzhou.web.accounts.passwords import shortest_for
from jiuzhou.web.accounts.people import ask_for_reset, change_address, reset_password
from jiuzhou.web.problems import InvalidError


class AskForm(StrictForm):
    """The address whose password is forgotten."""

    email = email_field()


class NewPasswordForm(StrictForm):
    """A new password, twice."""

    password = password_field("accounts.password_new", new=True)
    again = password_field("accounts.password_again", new=True)

    def clean(self) -> dict[str, str]:
        """Return the fields if both are the same."""
        given = super().clean() or {}
        if {"password", "again"} <= set(given) and given["password"] != given["again"]:
            self.add_error("again", wrong("accounts.password_differs"))
        return given


def ask(request: HttpRequest) -> HttpResponse:
    """Ask for a link to a new password; the answer is the same whether the address is known or not."""
    form = AskForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        email = form.cleaned_data["email"]
        if try_attempt(f"reset:{email}", address_of(request), timezone.now(), closes=False) is None:
            ask_for_reset(email, lambda text: _address(request, "reset", text))
        return redirect("account_reset_sent")
    return render(request, "account/reset.html", {"form": form, "can_mail": can_mail()})


def sent(request: HttpRequest) -> HttpResponse:
    """Say that a link is on its way, if there is such an account."""
    return render(request, "account/reset_sent.html")


def set_by_link(request: HttpRequest, purpose: Purpose, text: str) -> HttpResponse:
    """Set a new password with a link of a letter or an invitation."""
    opened = open_link(text, purpose)
    if opened is None:
        return render(request, "account/link_dead.html", {"purpose": purpose}, status=410)
    form = NewPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            reset_password(opened, form.cleaned_data["password"])
        except InvalidError as error:
            form.refuse(error.fields)
        else:
            messages.success(request, told(say("accounts.password_set")))
            return redirect(settings.LOGIN_URL)
    least = shortest_for(opened.user)
    return render(request, "account/set_password.html", {"form": form, "opened": opened, "least": least})


def confirm_address(request: HttpRequest, text: str) -> HttpResponse:
    """Confirm a new address: looking at the link changes nothing, the button does."""
    opened: Opened | None = open_link(text, "address")
    if opened is None:
        return render(request, "account/link_dead.html", {"purpose": "address"}, status=410)
    if request.method == "POST":
        StrictForm(request.POST)
        change_address(opened)
        messages.success(request, told(say("accounts.address_is_changed")))
        return redirect(settings.LOGIN_URL)
    return render(request, "account/address.html", {"email": opened.value})


def reset(request: HttpRequest, text: str) -> HttpResponse:
    """Set a new password with the link of a letter."""
    return set_by_link(request, "reset", text)


def invited(request: HttpRequest, text: str) -> HttpResponse:
    """Set the first password with the link of an invitation."""
    return set_by_link(request, "invite", text)


def _address(request: HttpRequest, name: str, text: str) -> str:
    return request.build_absolute_uri(reverse(f"account_{name}_link", args=[text]))
