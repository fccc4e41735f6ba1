"""Ties log-in, log-out and failures to sessions and ledger, once Django is ready."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who may come in."""

    name = "jiuzhou.web.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen for people who come and go."""
        from jiuzhou.web.accounts import sessions

        sessions.listen()
