"""Addresses of the monitor."""

from __future__ import annotations

from django.urls import path

from jiuzhou.web.places.monitor import alerts, pages

app_name = "monitor"
urlpatterns = [
    path("", alerts.index, name="index"),
    path("alerts/<int:alert>/", alerts.show, name="alert"),
    path("alerts/<int:alert>/state/", alerts.change, name="alert_state"),
    path("indicators/", pages.indicators, name="indicators"),
    path("indicator/", pages.breakdown, name="breakdown"),
    path("territories/", pages.territories, name="territories"),
    path("territories/<str:territory>/", pages.territory, name="territory"),
]
