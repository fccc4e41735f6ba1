"""A link to a question for one customer, made on its page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.collect.invitations import LASTS_DAYS
from jiuzhou.web.collect.reads.customer import customer as read_customer
from jiuzhou.web.collect.reads.surveys import open_surveys
from jiuzhou.web.collect.writes.surveys import invite_one
from jiuzhou.web.places.shell import language_of


@door("survey.send", "GET", "POST", noun="customer", fields=("survey",))
def survey_link(request: Asked, customer: str) -> HttpResponse:
    """Show the open questions, or the link to one of them for this customer."""
    lang, address = language_of(request), ""
    detail = read_customer(request.actor, customer)
    chosen = request.POST.get("survey", "")[:40]
    if request.method == "POST":
        one = invite_one(request.actor, chosen, customer, days=LASTS_DAYS)
        address = request.build_absolute_uri(reverse("survey-answer", args=[one.text]))
    surveys = [
        (survey.code, survey.title_en if lang == "en" else survey.title_zh, f"surveys.kind_{survey.kind}")
        for survey in open_surveys(request.actor)
    ]
    context = {
        "detail": detail,
        "surveys": surveys,
        "chosen": next((title for code, title, _ in surveys if code == chosen), ""),
        "address": address,
        "days": LASTS_DAYS,
        "may_write": request.actor.may("survey.write"),
    }
    part = bool(request.headers.get("HX-Request"))
    return render(request, "customers/survey_part.html" if part else "customers/survey.html", context)
