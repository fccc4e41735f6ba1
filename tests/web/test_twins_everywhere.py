"""Nothing hidden shows on any page or endpoint: every address that can be read, asked of two unlike companies."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from zlib import crc32

import pytest
import time_machine
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from hypothesis import settings

from jiuzhou.web.accounts.roles import VERBS
from jiuzhou.web.ledger import limits
from jiuzhou.web.ledger.limits import Rate, forget_leases
from web_company import Company
from web_figures import fill_figures
from web_hidden import change_hidden, seen_rows
from web_objects import Objects, build_objects
from web_routes import Route, routes
from web_twins import Differing, answers_of

SOME = ("partner_user", "regional_manager", "planner of E")
OTHERS = (
    "rep",
    *("team_lead", "channel_manager", "peer", "substitute"),
    *("auditor of E", "privacy_officer of E", "importer of E"),
)
FULL = settings.get_current_profile_name() == "search"
PEOPLE = (*SOME, *OTHERS) if FULL else SOME
"""`make drill` asks as all of them, about every object; `make test` as one of each kind, about a few for each route."""
ROLE = {"peer": "rep", "substitute": "rep"}
LEFT_OUT = {"account_logout", "inbox:open", "mfa_activate_totp"}
"""The way out, a page that marks what it shows as read, and a secret drawn anew each time."""
QUERIES = {
    "/customers/": (
        *(
            "?tab=pool",
            "?tab=mine",
            "?q=苏州",
            "?q=sz",
            "?q=暗",
            "?sort=-score",
            "?sort=name",
            "?owner=R3",
            "?territory=T3",
        ),
        *("?industry=医疗", "?tier=A", "?tier=B", "?region=110000", "?gap=phone"),
    ),
    "/palette/": ("?q=苏州", "?q=北京", "?q=C0", "?q=孙悦", "?q=plan", "?q=T3", "?q=暗"),
    "/service/": ("?all=1", "?owner=R3", "?owner=R1", "?when=late"),
    "/team/": ("?team=TEAM-N", "?team=TEAM-E"),
    "/monitor/": ("?state=all", "?scope=T3", "?scope=T1", "?scope=CN"),
    "/monitor/indicators/": ("?scope=T3", "?scope=E", "?region=110000", "?period=2026-Q2"),
    "/monitor/indicator/": ("?metric=sales", "?metric=sales&scope=N", "?metric=visits&period=2026"),
    "/plan/compare": ("?a=present&b=plan-active", "?plan=plan-active&all=1"),
    "/assign/": ("?owner=R3", "?q=北京", "?q=苏州"),
    "/inbox/": ("?box=asked", "?box=decided"),
    "/jobs/": ("?state=failed", "?state=succeeded"),
    "/": ("?metric=sales", "?metric=visits"),
    "/api/v1/customers": ("?q=苏州", "?q=暗", "?sort=-score", "?owner=R3", "?industry=医疗", "?limit=1", "?tab=pool"),
    "/api/v1/decisions": ("?owner=R3", "?q=北京", "?limit=1"),
    "/api/v1/alerts": ("?territory=T3",),
    "/api/v1/indicators": ("?territory=T3", "?territory=T1"),
    "/api/v1/service/today": ("?owner=R3", "?when=late"),
}
"""What narrows the lists of the main addresses, besides the addresses themselves."""


def readable(person: str, objects: Objects) -> Iterator[str]:
    """Every address the person's roles may read, at objects whether seen, hidden or missing, and narrowed."""
    person = person.partition(" of ")[0]
    verbs = VERBS[ROLE.get(person, person)]
    for route in routes():
        if route.door is None or "GET" not in route.methods or (route.door.verb and route.door.verb not in verbs):
            continue
        if route.name in LEFT_OUT:
            continue
        if route.door.verb:
            yield from (route.at(**keys) for keys in named_by(route, person, objects))
        yield from (route.address + query for query in QUERIES.get(route.address, ()))


def named_by(route: Route, person: str, objects: Objects) -> list[dict[str, object]]:
    """
    What a route is asked for: in the quick form two that are seen and one that is hidden or missing, others for each
    route, as that the hidden and the missing are answered alike is said for every route by the matrix.
    """
    cases = list(objects.of(route, person))
    seen, other = ([keys for _, keys, is_seen in cases if is_seen is wanted] for wanted in (True, False))
    if route.arguments:
        other.append(objects.missing(route))
    if FULL:
        return seen + other
    turn = crc32(f"{route.address}{person}".encode())
    return [group[(turn + n) % len(group)] for group, most in ((seen, 2), (other, 1)) for n in range(most) if group]


def sender(client: Client) -> Callable[[str], HttpResponse]:
    client.raise_request_exception = False

    def send(address: str) -> HttpResponse:
        with transaction.atomic():
            point = transaction.savepoint()
            answer = client.get(address)
            transaction.savepoint_rollback(point)
        return answer

    return send


@pytest.mark.parametrize("person", PEOPLE)
@time_machine.travel("2026-07-22T10:00:00+08:00", tick=False)
def test_no_page_and_no_endpoint_shows_what_is_hidden(
    person: str, company: Company, signed_in: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    monkeypatch.setattr(limits, "RATES", {kind: Rate(10_000_000, 60, 1000) for kind in limits.RATES})
    forget_leases()
    fill_figures(company)
    objects = build_objects(company)
    name, _, region = person.partition(" of ")
    if region:
        company.people[name].role_grants.update(territory=company.territories[region])
    actor, send = company.actor(name), sender(signed_in(name))
    addresses = sorted(set(readable(person, objects)))
    assert len(addresses) > 60
    seen, before = seen_rows(actor), answers_of(send, addresses)
    with transaction.atomic():
        point = transaction.savepoint()
        assert change_hidden(company, actor) > 50
        assert seen_rows(company.actor(name)) == seen, "the twins differ in something the actor may see"
        after = answers_of(send, addresses)
        transaction.savepoint_rollback(point)
    found = [
        Differing(address, *pair) for address, *pair in zip(addresses, before, after, strict=True) if pair[0] != pair[1]
    ]
    assert not found, "\n".join(["", f"{len(found)} of {len(addresses)}", *map(str, found)])
