"""Addresses of service."""

from __future__ import annotations

from django.urls import path

from jiuzhou.web.places.service import pages, surveys

app_name = "service"
urlpatterns = [
    path("", pages.index, name="index"),
    path("team/", pages.team, name="team"),
    path("surveys/", surveys.index, name="surveys"),
    path("surveys/new/", surveys.new, name="survey_new"),
    path("surveys/<str:survey>/", surveys.show, name="survey"),
    path("surveys/<str:survey>/links/", surveys.links, name="survey_links"),
    path("surveys/<str:survey>/state/", surveys.state, name="survey_state"),
    path("actions/<int:action>/", pages.change_action, name="action"),
    path("visits/<int:visit>/", pages.change_visit, name="visit"),
]
