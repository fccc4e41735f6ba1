"""People at the door: log-in as a browser does it, with a password and, where one is set up, a second factor."""

from __future__ import annotations

import re

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.utils import timezone

from web_company import FACTOR, PASSWORD


def code_now(secret: str = FACTOR) -> str:
    """The six digits that an authenticator shows at this moment."""
    return format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30))


def try_password(
    client: Client, email: str, password: str = PASSWORD, address: str = "198.51.100.7", **more: str
) -> str:
    """Send the log-in form, and return where it leads: an address, or the sentence of the page."""
    answer = client.post(
        "/accounts/login/", {"login": email, "password": password}, REMOTE_ADDR=address, headers=more or None
    )
    return answer.headers["Location"] if answer.status_code == 302 else told_by(answer.content.decode())


def enter(email: str, password: str = PASSWORD, code: str | None = None) -> Client:
    """Sign in and return the browser."""
    client = Client()
    where = try_password(client, email, password)
    if where.startswith("/accounts/second-factor/check/"):
        answer = client.post(where, {"code": code or code_now()})
        assert answer.status_code == 302, told_by(answer.content.decode())
    return client


def is_in(client: Client) -> bool:
    """Whether the browser is signed in."""
    return client.get("/settings/account/").status_code == 200


def told_by(page: str) -> str:
    """The sentences of a page's banners and field errors."""
    found = re.findall(r'class="banner danger".*?<span class="grow">(.*?)</span>', page, re.DOTALL)
    found += re.findall(r'class="field-error".*?<span>(.*?)</span>', page, re.DOTALL)
    return " ".join(found)
