"""Addresses of the jobs."""

from __future__ import annotations

from django.urls import path

from jiuzhou.web.places.jobs import pages

app_name = "jobs"
urlpatterns = [
    path("", pages.index, name="index"),
    path("tray", pages.tray, name="tray"),
    path("now", pages.now, name="now"),
    path("schedules", pages.schedule, name="schedule"),
    path("schedules/switch", pages.switch, name="switch"),
    path("verify", pages.verify, name="verify"),
    path("<int:run>", pages.run, name="run"),
    path("<int:run>/progress", pages.progress, name="progress"),
    path("<int:run>/cancel", pages.cancel, name="cancel"),
    path("<int:run>/enough", pages.enough, name="enough"),
    path("<int:run>/retry", pages.retry, name="retry"),
]
