"""Addresses of the team."""

from __future__ import annotations

from django.urls import path

from jiuzhou.web.places.team import pages

app_name = "team"
urlpatterns = [
    path("", pages.index, name="index"),
    path("partners/", pages.partners, name="partners"),
    path("<str:owner>/", pages.person, name="person"),
    path("<str:owner>/absences/", pages.absences, name="absences"),
]
