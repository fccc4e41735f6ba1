"""Addresses of the customers."""

from __future__ import annotations

from django.urls import path

from jiuzhou.web.places.customers import changes, lists, pages

app_name = "customers"
urlpatterns = [
    path("", lists.index, name="index"),
    path("options", lists.options, name="options"),
    path("views", lists.keep, name="keep"),
    path("views/<int:view>/drop", lists.drop, name="drop"),
    path("export", lists.export, name="export"),
    path("exports/<int:run>", lists.exported, name="exported"),
    path("new", changes.new, name="new"),
    path("<str:customer>", pages.customer, name="customer"),
    path("<str:customer>/peek", pages.peek, name="peek"),
    path("<str:customer>/about", pages.about, name="about"),
    path("<str:customer>/timeline", pages.timeline, name="timeline"),
    path("<str:customer>/owners", pages.owners, name="owners"),
    path("<str:customer>/calculation/<str:name>", pages.calculation, name="calculation"),
    path("<str:customer>/edit", changes.edit, name="edit"),
    path("<str:customer>/notes", changes.note, name="note"),
]
