"""Nobody lands on an empty or refused page: what a person is shown first leads somewhere, whatever the role."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable
from urllib.parse import urljoin

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import settings

from jiuzhou.web.ledger.audit import Origin, record
from web_company import SEEN, Company
from web_figures import fill_figures

LINK = re.compile(r'(?:href|hx-get)="([^"#][^"]*)"')
ALIKE = ("peer", "substitute", "team_lead", "sibling_manager", "channel_manager")
"""Whose places are others' too: `make drill` goes through theirs as well."""
FULL = settings.get_current_profile_name() == "search"
PEOPLE = [person for person in SEEN if FULL or person not in ALIKE]
CHOICES = re.compile(r"\?(lang|theme|density)=")
LEFT_OUT = ("/static/", "/accounts/logout/")


def links_of(page: str, at: str) -> set[str]:
    found = {urljoin(at, html.unescape(link)) for link in LINK.findall(page)}
    return {link for link in found if link.startswith("/") and not link.startswith(LEFT_OUT)}


def followed(links: Iterable[str]) -> list[str]:
    """
    Links to follow: in the quick form three of those that differ only in the object they name, or only in the page
    whose language, theme or density they choose.
    """
    kinds: dict[str, list[str]] = {}
    for link in sorted(links):
        kind = link[chosen.start() :] if (chosen := CHOICES.search(link)) else re.sub(r"\d+", "", link)
        kinds.setdefault(kind, []).append(link)
    return [link for alike in kinds.values() for link in (alike if FULL else alike[:3])]


@pytest.mark.parametrize("person", PEOPLE)
def test_what_is_shown_on_the_first_page_and_in_each_place_leads_somewhere(
    person: str, company: Company, signed_in: Callable[[str], Client]
) -> None:
    fill_figures(company)
    client = signed_in(person)
    first = client.get("/")
    places = sorted(place.url for place in first.context["shell"].places)
    assert first.status_code == 200
    assert b"kpis" in first.content

    shown = dict.fromkeys(links_of(first.content.decode(), "/"), "/")
    for place in places:
        answer = client.get(place, follow=True)
        assert answer.status_code == 200, place
        shown |= dict.fromkeys(links_of(answer.content.decode(), place), place)
    refused = [
        f"{link} on {shown[link]}: {status}"
        for link in followed(shown)
        if (status := client.get(link).status_code) >= 400
    ]

    assert refused == []
    assert len(shown) > 10


@pytest.mark.parametrize("person", ["auditor", "privacy_officer"])
def test_who_looks_at_what_others_do_begins_with_the_trail(
    person: str, company: Company, signed_in: Callable[[str], Client]
) -> None:
    fill_figures(company)
    client, rep = signed_in(person), company.people["rep"]
    for verb, noun, key in (("access.refuse", "door", "plan.write"), ("login.failure", "user", str(rep.pk))):
        record(Origin(company.organisation.pk, rep.pk, "page"), verb, noun, key)
    record(Origin(company.organisation.pk, rep.pk, "page"), "customer.export", "customer", after={"rows": 3})

    page = client.get("/?lang=en").content.decode()

    trail = reverse("settings:audit")
    assert f'class="button primary" href="{trail}"' in page
    for sentence in ("1 requests were refused", "1 log-ins failed", "1 exports"):
        assert sentence in page
    assert client.get(f"{trail}?noun=door").status_code == 200


@pytest.mark.parametrize("person", ["auditor", "privacy_officer", "importer"])
def test_nothing_is_offered_for_mending_to_whom_may_not_mend_it(
    person: str, company: Company, signed_in: Callable[[str], Client]
) -> None:
    fill_figures(company)
    page = signed_in(person).get("/?lang=en").content.decode()

    assert "past due" not in page
    assert "have no coordinates" not in page
