"""The app that owns the templates and their tags."""

from __future__ import annotations

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """The screens."""

    name = "jiuzhou.web.places"
    label = "places"
