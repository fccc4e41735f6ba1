"""The address of links to questions: a door that stands open to whoever has the link."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from jiuzhou.web.accounts.urls import opened
from jiuzhou.web.places.service import answering

urlpatterns = [
    path("<str:text>", csrf_exempt(opened(answering.answer, "GET", "POST")), name="survey-answer"),
]
