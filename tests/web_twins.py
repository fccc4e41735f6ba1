"""
The twin test: what an actor may not see does not show, not even in a count, an order, a cursor or an answer's length.

The same requests are made of two companies that differ only in rows which the actor may not see; every byte of every
answer must be the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.http import HttpResponse

from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.store.models import (
    Action,
    Alert,
    Customer,
    CustomerScore,
    Decision,
    Notice,
    Ownership,
    PlanUnit,
    Run,
    User,
    Visit,
)
from web_company import Company

_RANDOM = re.compile(
    rb"csrfmiddlewaretoken\" value=\"[^\"]+|X-CSRFToken[^}]+|nonce=\"[^\"]+|name=\"key\" value=\"[^\"]+"
)

_HEADERS = ("Date", "Content-Security-Policy", "Content-Length")
"""What differs between any two answers, or with the body."""

_STRANGERS = ("R3", "P1", "R1", "R2")

Send = Callable[[str], HttpResponse]


@dataclass(frozen=True)
class Differing:
    """A request whose answers differ between the twins."""

    request: str
    first: bytes
    second: bytes

    def __str__(self) -> str:
        at = next(
            (i for i, (one, other) in enumerate(zip(self.first, self.second, strict=False)) if one != other),
            min(len(self.first), len(self.second)),
        )
        around = slice(max(0, at - 80), at + 80)
        return f"{self.request}\n  {self.first[around]!r}\n  {self.second[around]!r}"


def assert_twins(company: Company, actor: Actor, send: Send, requests: Sequence[str]) -> None:
    """
    Assert that ``send`` answers each of ``requests`` with the same bytes before and after hidden rows are changed.

    Parameters
    ----------
    actor
        Who ``send`` sends as; what this actor may see stays as it is.
    """
    seen = _seen(actor)
    before = answers_of(send, requests)
    with _another(company, actor):
        assert _seen(actor) == seen, "the twins differ in something the actor may see"
        after = answers_of(send, requests)
    found = [
        Differing(request, *pair) for request, *pair in zip(requests, before, after, strict=True) if pair[0] != pair[1]
    ]
    assert not found, "\n".join(["", *map(str, found)])


def answers_of(send: Send, requests: Iterable[str]) -> list[bytes]:
    """What each of ``requests`` is answered, as bytes without what differs between any two answers."""
    return [_told(send(request)) for request in requests]


def _told(response: HttpResponse) -> bytes:
    body = b"".join(response) if response.streaming else response.content
    headers = {name: value for name, value in response.items() if name not in _HEADERS}
    return repr((response.status_code, sorted(headers.items()))).encode() + _RANDOM.sub(b"", body)


def _seen(actor: Actor) -> list[object]:
    models = (Customer, CustomerScore, Ownership, Decision, Action, Visit, PlanUnit, Alert, Notice, Run)
    return [list(visible_to(actor, model).order_by("pk").values_list()) for model in models]  # type: ignore[type-var]


@contextmanager
def _another(company: Company, actor: Actor) -> Iterator[None]:
    # Everything in here is undone, so that the same company serves the next actor.
    with transaction.atomic():
        point = transaction.savepoint()
        _change_what_is_hidden(company, actor)
        yield
        transaction.savepoint_rollback(point)


def _change_what_is_hidden(company: Company, actor: Actor) -> None:
    visible = set(visible_to(actor, Customer).values_list("pk", flat=True))
    hidden = Customer.unscoped.exclude(pk__in=visible)
    for row in hidden.filter(deleted_at__isnull=True):
        Customer.unscoped.filter(pk=row.pk).update(name=f"完全不同{row.pk}", sort_key="zzz", industry="别的行业")
        CustomerScore.unscoped.filter(pk=row.pk).update(score=99, tier="A")
        for model, fields in ((Action, {"kind": "call"}), (Visit, {"planned_on": company.now.date()})):
            if row.organisation_id == company.organisation.pk and row.owner_id is not None:
                more = {"owner_id": row.owner_id} if model is Visit else {}
                model.unscoped.create(
                    organisation_id=row.organisation_id, customer=row, code="web.house", params={}, **fields, **more
                )
    # Of another team where there is one: the load of one's own team as a whole is declassified.
    owner = next((company.owners[code] for code in _STRANGERS if company.owners[code].pk not in actor.owner_ids), None)
    for number in range(3):
        made = Customer.unscoped.create(
            organisation=company.organisation if owner else company.other,
            code=f"ZZ{number:03d}",
            name=f"苏州看不见的客户{number}",
            sort_key="aaa",
            industry="医疗",
            owner=owner,
            region_code="320500",
        )
        if made.pk in set(visible_to(actor, Customer).values_list("pk", flat=True)):
            made.delete()
            continue
        CustomerScore.unscoped.create(
            organisation_id=made.organisation_id, customer=made, score=100 - number, tier="A", as_of=company.now.date()
        )
    _change_the_rest(company, actor)


def _change_the_rest(company: Company, actor: Actor) -> None:
    other = User.objects.exclude(pk=actor.user_id).filter(organisation=company.organisation).first()
    assert other is not None
    Notice.unscoped.create(
        organisation=company.organisation, user=other, kind="run", code="web.house", at=company.now + timedelta(hours=1)
    )
    if not actor.everywhere:
        Run.unscoped.create(organisation=company.organisation, kind="cycle.run", by=other, state="failed")
        hidden = [one for one in company.territories.values() if one.pk not in actor.territory_ids and one.owner_id]
        for territory in hidden:
            if territory.owner_id not in actor.owner_ids:
                Alert.unscoped.create(
                    organisation=company.organisation,
                    key=f"twin-{territory.code}",
                    kind="overloaded",
                    severity="high",
                    territory=territory,
                    since=company.now.date(),
                    cause={"code": "web.house", "params": {}},
                    action={"code": "web.house", "params": {}},
                )
