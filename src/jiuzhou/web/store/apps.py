"""The one Django app that owns tables."""

from __future__ import annotations

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """The tables of the web application."""

    name = "jiuzhou.web.store"
    label = "store"
    default_auto_field = "django.db.models.BigAutoField"
