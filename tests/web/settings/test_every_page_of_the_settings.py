"""Every page of the settings, in both languages, for everybody who may open it and nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from jiuzhou.web.accounts.roles import VERBS
from jiuzhou.web.places.settings.tabs import SECTIONS

CHINESE = re.compile("[一-鿿]")
SignIn = Callable[[str], Client]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("word", "name", "verb"), SECTIONS, ids=[section[0] for section in SECTIONS])
def test_a_section_opens_for_the_administrator(signed_in: SignIn, lang: str, word: str, name: str, verb: str) -> None:
    answer = signed_in("admin" if verb in VERBS["admin"] else "privacy_officer").get(reverse(name), {"lang": lang})

    page = answer.content.decode()
    assert answer.status_code == 200
    assert page.count("<h1") == 1
    assert page.count("button primary") <= 1


@pytest.mark.parametrize("person", ["rep", "team_lead", "planner", "auditor", "privacy_officer", "admin"])
def test_a_section_opens_for_those_with_its_verb_and_is_refused_to_others(signed_in: SignIn, person: str) -> None:
    client = signed_in(person)

    for _, name, verb in SECTIONS:
        expected = 200 if verb in VERBS[person] else 403
        assert client.get(reverse(name)).status_code == expected, name
