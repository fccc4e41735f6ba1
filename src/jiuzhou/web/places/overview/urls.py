"""Addresses of the first page."""

from __future__ import annotations

from django.urls import path

from jiuzhou.web.places.overview import pages

app_name = "overview"
urlpatterns = [
    path("", pages.index, name="index"),
    path("overview/", pages.index, name="overview"),
]
