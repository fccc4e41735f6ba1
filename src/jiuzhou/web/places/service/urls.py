"""Addresses of service."""

from __future__ import annotations

from django.urls import path

from jiuzhou.web.places.service import pages

app_name = "service"
urlpatterns = [
    path("", pages.index, name="index"),
    path("team/", pages.team, name="team"),
    path("actions/<int:action>/", pages.change_action, name="action"),
    path("visits/<int:visit>/", pages.change_visit, name="visit"),
]
