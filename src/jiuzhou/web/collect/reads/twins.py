"""Customers that a new one may be the same as."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.store.finding import among, search
from jiuzhou.web.store.models import Customer
from jiuzhou.web.store.spelling import fold

_MOST = 5


@dataclass(frozen=True, slots=True)
class Twin:
    """A customer with the same tax number, or the same name but for blanks, width and signs."""

    code: str
    name: str
    same_tax_id: bool


def twins(actor: Actor, name: str, tax_id: str) -> tuple[Twin, ...]:
    """Return the customers that ``actor`` sees and that ``name`` or ``tax_id`` would be a second time."""
    visible = visible_to(actor, Customer)
    number = tax_id.strip().upper()
    found: dict[int, Customer] = {}
    if number and actor.may("customer.contact"):
        found |= {row.pk: row for row in visible.filter(Q(owner__isnull=False), tax_id=number)[:_MOST]}
    wanted = fold(name)
    alike = search(visible, actor.organisation_id, name, everything=actor.everywhere) if wanted else None
    if alike:
        # A name that thousands hold, a mere "company", is nobody's whole name but by chance.
        rows = among(visible, alike.keys).values_list("pk", "name")
        same = [key for key, other in rows if fold(other) == wanted][:_MOST]
        found |= {row.pk: row for row in visible.filter(pk__in=same)}
    return tuple(
        Twin(row.code, row.name, bool(number) and row.tax_id == number) for row in list(found.values())[:_MOST]
    )
