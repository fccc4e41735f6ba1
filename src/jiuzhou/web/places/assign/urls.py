"""Addresses of the Assign place."""

from __future__ import annotations

from django.urls import path

from jiuzhou.web.places.assign import approvals, decisions, moves, rules

app_name = "assign"
urlpatterns = [
    path("", rules.index, name="index"),
    path("rules/", rules.index, name="rules"),
    path("rules/edit", rules.edit, name="edit"),
    path("rules/check", rules.check, name="check"),
    path("rules/versions", rules.versions, name="versions"),
    path("rules/<int:rules>", rules.version, name="version"),
    path("rules/<int:rules>/text", rules.text, name="text"),
    path("rules/<int:rules>/restore", rules.restore, name="restore"),
    path("rules/<int:rules>/withdraw", rules.withdraw, name="withdraw"),
    path("decisions/", decisions.index, name="decisions"),
    path("decisions/<int:decision>", decisions.decision, name="decision"),
    path("decisions/<int:decision>/appeal", decisions.appeal, name="appeal"),
    path("appeals/", decisions.appeals, name="appeals"),
    path("appeals/<int:appeal>/answer", decisions.answer, name="answer"),
    path("approvals", approvals.index, name="approvals"),
    path("approvals/<int:approval>", approvals.decide, name="decide"),
    path("reassign/<str:customer>", moves.reassign, name="reassign"),
]
