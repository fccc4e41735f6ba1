"""Mass assignment: what a form does not list is refused, on every page that takes a form, and changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from zlib import crc32

from django.test import Client
from hypothesis import settings

from jiuzhou.web.accounts.roles import VERBS
from web_company import Company, database_digest
from web_objects import Objects, build_objects
from web_routes import Route, routes

PEOPLE = ("planner", "admin", "rep", "regional_manager", "privacy_officer", "auditor", "importer", "partner_user")
UNLISTED = ("organisation_id", "owner_id", "is_active", "role", "state", "version__gt", "anything")
FULL = settings.get_current_profile_name() == "search"
"""`make drill` sends every name to every form; `make test` three to each, others for each."""
NO_FORM = {"account_logout", "openid_connect_login"}
"""They read nothing of what is sent but where to go next."""


def taking_forms() -> list[Route]:
    return [route for route in routes() if not route.is_api and "POST" in route.methods and route.name not in NO_FORM]


def unlisted(route: Route) -> tuple[str, ...]:
    turn = 0 if FULL else crc32(route.address.encode()) % len(UNLISTED)
    return (*UNLISTED[turn:], *UNLISTED[:turn])[: None if FULL else 3]


def visitor_of(route: Route, objects: Objects) -> tuple[str, str] | None:
    """Somebody who may use the form, and its address at an object that they see."""
    verb = route.door.verb if route.door else ""
    for person in PEOPLE:
        if verb in VERBS[person]:
            for _, keys, seen in objects.of(route, person):
                if seen:
                    return person, route.at(**keys)
    return None


def test_every_form_refuses_what_it_does_not_list(company: Company, signed_in: Callable[[str], Client]) -> None:
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    objects = build_objects(company)
    clients = {person: signed_in(person) for person in PEOPLE} | {"": Client()}
    before, taken, tried = database_digest(), [], 0
    for route in taking_forms():
        if route.door and not route.door.verb:
            person, address = "", route.at(**dict.fromkeys(route.arguments, "x"))
        else:
            found = visitor_of(route, objects)
            assert found is not None, f"nobody may use {route.address}"
            person, address = found
        clients[person].raise_request_exception = False
        for name in unlisted(route):
            answer = clients[person].post(address, {name: "1"})
            tried += 1
            # A link that opens nothing takes no form at all.
            told = "" if answer.streaming else answer.content.decode()
            if (answer.status_code, name in told) != (422, True) and not (answer.status_code == 410 and not person):
                taken.append(f"{route.address} as {person}: {name} -> {answer.status_code}")
                break
    assert not taken, "\n".join(["", *taken])
    assert database_digest() == before
    assert tried > 150
