"""
E1: every route × verb × person × object. What an answer must be follows from the table of roles and from the hand-made
tables of who sees what; a refusal must leave the database as it was.
"""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import pytest
from django.db import connection, transaction
from django.test import Client
from hypothesis import settings

from jiuzhou.web.accounts.roles import VERBS
from web_company import Company, database_digest
from web_objects import Objects, build_objects
from web_routes import METHODS, Route, routes

OPEN = re.compile(
    r"^/(healthz|readyz|accounts/(address|company|invited|reset)/.*|accounts/(login|logout|second-factor/check)/|s/.*)$"
)
"""
Addresses that anybody may call: health, the ways to sign in, and the questions of signed links, which show the name of
the company that asks and nothing else of it.
"""

FULL = settings.get_current_profile_name() == "search"
"""`make drill` tries everybody and every relation; `make test` one of each kind and two of each route and person."""

SOME = (
    *("rep", "substitute", "regional_manager", "planner", "importer", "partner_user", "auditor", "privacy_officer"),
    *("admin", "foreign_admin"),
)
LIKE_THEM = ("peer", "team_lead", "sibling_manager", "channel_manager")
PEOPLE = (*SOME, *LIKE_THEM) if FULL else SOME
ROLE_OF = {"peer": "rep", "substitute": "rep", "sibling_manager": "regional_manager", "foreign_admin": "admin"}
HOUSEKEEPING = re.compile(
    r'"(django_session|store_audit\w+|axes_\w+|store_idempotencykey|store_rate\w*|store_token|store_counter\w*)"'
)
NEEDS_MORE = {"monitor:breakdown", "plan:compare-map", "customers:exported", "read_export", "read_why"} | {
    *("list_rejects", "read_error_file"),
}
"""Pages about something that the query names."""
READ_MARKS = {"inbox:open"}
"""A page whose opening is the reader's own mark."""
WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE)", re.IGNORECASE)


@dataclass
class Watch:
    """Notes each write to a table of the company, and lets it pass."""

    writes: list[str] = field(default_factory=list)

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        done = execute(sql, params, many, context)
        if WRITES.match(sql) and not HOUSEKEEPING.search(sql) and context["cursor"].rowcount != 0:
            self.writes.append(sql[:120])
        return done


class Asking:
    """
    What one client is answered. Each request leaves everything as it was, so that the same need not be made twice: that
    for what is missing, and those of addresses that several routes share.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._answers: dict[tuple[str, str], tuple[int, bytes, Watch]] = {}

    def of(self, method: str, address: str) -> tuple[int, bytes, Watch]:
        if (method, address) not in self._answers:
            self._answers[method, address] = ask(self._client, method, address)
        return self._answers[method, address]


def guarded() -> list[Route]:
    return [route for route in routes() if route.door is not None and route.door.verb]


@functools.cache
def routes_at() -> dict[str, list[Route]]:
    found: dict[str, list[Route]] = {}
    for route in routes():
        found.setdefault(route.address, []).append(route)
    return found


def test_every_route_has_a_door_or_is_known_to_be_open() -> None:
    free = [route.address for route in routes() if route not in guarded()]
    assert [address for address in free if not OPEN.match(address)] == []


def test_every_verb_of_a_door_is_some_roles() -> None:
    verbs = frozenset[str]().union(*VERBS.values())
    assert {route.door.verb for route in guarded() if route.door} <= verbs


def test_every_address_with_a_key_says_what_it_names(company: Company) -> None:
    objects = build_objects(company)
    for route in guarded():
        if route.arguments:
            assert route.door is not None
            assert route.door.noun in objects.nouns, f"{route.address}: noun {route.door.noun!r} has no objects"


@pytest.fixture(scope="module")
def cases() -> list[Route]:
    return guarded()


@pytest.mark.parametrize("person", ["nobody", *PEOPLE])
def test_each_person_gets_what_the_tables_say(
    person: str, company: Company, cases: list[Route], signed_in: Callable[[str], Client]
) -> None:
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    objects = build_objects(company)
    client = Client() if person == "nobody" else signed_in(person)
    client.raise_request_exception = False
    before = database_digest()
    asking = Asking(client)
    wrong = [fault for route in cases for fault in faults(route, person, asking, objects)]
    assert not wrong, "\n".join(["", *wrong])
    assert database_digest() == before


def faults(route: Route, person: str, asking: Asking, objects: Objects) -> Iterator[str]:
    for number, (relation, keys, seen) in enumerate(chosen(route, person, objects)):
        address = route.at(**keys)
        missing = route.at(**objects.missing(route)) if route.arguments else address
        # A method that the address does not take is refused whatever the object.
        for method in (*route.methods, *(untaken(route) if person in ("nobody", "planner") and not number else ())):
            status, body, watch = asking.of(method, address)
            place = f"{person}: {method} {route.address} ({relation}) -> {status}"
            expected = wanted(route, method, person, seen)
            if route.name == "mfa_view_recovery_codes":
                expected |= {404}  # who has no second factor has no codes
            if status >= 500 or (expected and status not in expected):
                yield f"{place}, expected {sorted(expected)}"
            if status in (401, 403, 404, 405) and watch.writes:
                yield f"{place} but wrote {watch.writes[0]}"
            if method == "GET" and watch.writes and route.name not in READ_MARKS:
                yield f"{place} read, but wrote {watch.writes[0]}"
            if status == 404 and route.arguments and method in route.methods and not seen:
                other = asking.of(method, missing)
                if (other[0], _without_keys(other[1])) != (404, _without_keys(body)):
                    yield f"{place}: hidden and missing differ"


def untaken(route: Route) -> Sequence[str]:
    """The methods that a route does not answer; one of them in the quick form."""
    others = [method for method in METHODS if method not in route.methods]
    return others if FULL else [others[crc32(route.address.encode()) % len(others)]]


def chosen(route: Route, person: str, objects: Objects) -> Iterator[tuple[str, dict[str, object], bool]]:
    """
    Every relation in the full form; else one object that is seen and one that is not, others for each route. Who lacks
    the verb is refused whatever the object, and then asks for one.
    """
    cases = list(objects.of(route, person))
    if FULL:
        yield from cases
        return
    turn = crc32(f"{route.address}{person}".encode())
    for kinds in ((True,), (False,)) if has_verb(route, person) else ((True, False),):
        alike = [case for case in cases if case[2] in kinds]
        if alike:
            yield alike[turn % len(alike)]


def ask(client: Client, method: str, address: str) -> tuple[int, bytes, Watch]:
    watch, kept = Watch(), client.cookies.output()
    extra = {"HTTP_IF_MATCH": '"1"', "HTTP_IDEMPOTENCY_KEY": "k"} if address.startswith("/api/") else {}
    kind = "application/json" if address.startswith("/api/") else "application/x-www-form-urlencoded"
    with ExitStack() as stack:
        stack.enter_context(transaction.atomic())
        stack.enter_context(connection.execute_wrapper(watch))
        data = {} if method == "GET" else {"data": "{}" if "json" in kind else "", "content_type": kind}
        answer = getattr(client, method.lower())(address, **data, **extra)
        body = b"" if answer.streaming else answer.content
        transaction.set_rollback(True)
    client.cookies.clear()
    client.cookies.load(kept.replace("Set-Cookie: ", ""))
    return answer.status_code, body, watch


def wanted(route: Route, method: str, person: str, seen: bool) -> set[int]:
    """The statuses that the tables allow; empty where any answer but a refusal of access will do."""
    assert route.door is not None
    if person == "nobody":
        return {401, 405} if route.is_api else {302}
    if method not in route.methods:
        also = [other for other in routes_at()[route.address] if method in other.methods]
        above = {302} if method == "GET" and not route.is_api else set()  # the page above a form's address
        return set() if also else {403, 404, 405} | above
    if not has_verb(route, person):
        return {403, 404}
    if not seen:
        return {404} if method == "GET" else {404, 409, 412, 422, 428}
    # The second object may be another's; a grant to look is none to change; some pages need what is not asked here.
    elsewhere = {404} if len(route.arguments) > 1 or method != "GET" or route.name in NEEDS_MORE else set()
    return (
        elsewhere
        | {200, 201, 202, 204, 302, 303, 400, 409, 412, 413, 422, 428, 429}
        | ({403} if method != "GET" else set())
    )


def has_verb(route: Route, person: str) -> bool:
    assert route.door is not None
    return person != "nobody" and (not route.door.verb or route.door.verb in VERBS[ROLE_OF.get(person, person)])


def _without_keys(body: bytes) -> bytes:
    # What differs between any two answers: nonces and tokens, and the address itself where a page links to itself.
    return re.sub(rb'nonce="[^"]*"|[A-Za-z0-9]{64}|/[a-z/]+/[A-Za-z0-9_-]+[^"]*', b"", body)
