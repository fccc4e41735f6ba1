"""
What makes a password good enough: long, not on the list of common ones, not one's own name. Nothing is asked of its
signs, and nothing expires.
"""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.forms import told, wrong
from jiuzhou.web.store.models import User

ALONE = 15
WITH_FACTOR = 8


def shortest_for(user: User | None) -> int:
    """Return how many signs the person's password needs: fewer once a second factor is set up."""
    secured = user is not None and user.pk and Authenticator.objects.filter(user_id=user.pk, type="totp").exists()
    return WITH_FACTOR if secured else ALONE


class LongEnough:
    """15 signs, or 8 beside a second factor (NIST SP 800-63B-4)."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse a password that is too short."""
        least = shortest_for(user)
        if len(password) < least:
            raise wrong("accounts.password_short", least=least)

    def get_help_text(self) -> str:
        """Return what is asked for."""
        return told(say("accounts.password_hint", least=ALONE))


class NotCommon(password_validation.CommonPasswordValidator):
    """Not on Django's list of the 20,000 most common ones, and not the same few signs over and over."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse a password that is guessed first."""
        repeated = len(set(password.casefold())) < 5 or _repeats(password.casefold())
        try:
            super().validate(password, user)
            super().validate(password.rstrip("0123456789!"), user)
        except ValidationError:
            repeated = True
        if repeated:
            raise wrong("accounts.password_common")

    def get_help_text(self) -> str:
        """Return what is asked for."""
        return told(say("accounts.password_common"))


def _repeats(password: str) -> bool:
    # abcabcabcabcabc, 123456789012345: a few signs from the beginning again.
    return any(password[step:] == password[:-step] for step in range(1, min(12, len(password) - 4) + 1))


class NotOneself(password_validation.UserAttributeSimilarityValidator):
    """Not like one's own name or address."""

    def __init__(self) -> None:
        super().__init__(user_attributes=("name", "email"))

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse a password that says who one is."""
        try:
            super().validate(password, user)
        except ValidationError:
            raise wrong("accounts.password_oneself") from None

    def get_help_text(self) -> str:
        """Return what is asked for."""
        return told(say("accounts.password_oneself"))
