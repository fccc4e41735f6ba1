"""The address of the palette's results."""

from __future__ import annotations

from django.urls import path

from jiuzhou.web.places.palette.pages import find

urlpatterns = [path("find", find, name="search")]
