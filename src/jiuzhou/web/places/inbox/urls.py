"""Addresses of the inbox."""

from __future__ import annotations

from django.urls import path

from jiuzhou.web.places.inbox import pages

app_name = "inbox"
urlpatterns = [
    path("", pages.index, name="index"),
    path("read", pages.read_all, name="read_all"),
    path("notices/<int:notice>", pages.open_notice, name="open"),
    path("approvals/<int:approval>", pages.decide, name="decide"),
]
