"""Addresses of the customers."""

from __future__ import annotations

from django.urls import path

from jiuzhou.web.places.customers import asking, changes, consents, importing, lists, pages

app_name = "customers"
urlpatterns = [
    path("", lists.index, name="index"),
    path("options", lists.options, name="options"),
    path("views", lists.keep, name="keep"),
    path("views/<int:view>/drop", lists.drop, name="drop"),
    path("export", lists.export, name="export"),
    path("exports/<int:run>", lists.exported, name="exported"),
    path("new", changes.new, name="new"),
    path("import", importing.index, name="import"),
    path("import/template", importing.template, name="import-template"),
    path("import/<int:upload>", importing.imported, name="imported"),
    path("import/<int:upload>/progress", importing.progress, name="import-progress"),
    path("import/<int:upload>/choose", importing.choose, name="import-choose"),
    path("import/<int:upload>/check", importing.check, name="import-check"),
    path("import/<int:upload>/correct", importing.correct, name="import-correct"),
    path("import/<int:upload>/mend", importing.mend, name="import-mend"),
    path("import/<int:upload>/forget", importing.forget, name="import-forget"),
    path("import/<int:upload>/apply", importing.apply, name="import-apply"),
    path("import/<int:upload>/undo", importing.undo, name="import-undo"),
    path("import/<int:upload>/give-up", importing.give_up, name="import-give-up"),
    path("import/<int:upload>/errors/<str:table>", importing.errors, name="import-errors"),
    path("<str:customer>", pages.customer, name="customer"),
    path("<str:customer>/peek", pages.peek, name="peek"),
    path("<str:customer>/about", pages.about, name="about"),
    path("<str:customer>/timeline", pages.timeline, name="timeline"),
    path("<str:customer>/owners", pages.owners, name="owners"),
    path("<str:customer>/calculation/<str:name>", pages.calculation, name="calculation"),
    path("<str:customer>/consents", consents.consents, name="consents"),
    path("<str:customer>/edit", changes.edit, name="edit"),
    path("<str:customer>/notes", changes.note, name="note"),
    path("<str:customer>/survey", asking.survey_link, name="survey"),
]
