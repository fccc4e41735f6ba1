"""Customers found by code, and by telephone or tax number where the person who asks may see them."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.store.models import Customer
from jiuzhou.web.store.spelling import fold

_LEAST = 4
_MOST = 200


def found_by_number(actor: Actor, visible: QuerySet[Customer], query: str) -> list[int]:
    """
    Return the keys of the customers among ``visible`` whose code, telephone or tax number begins with ``query``.

    Telephone and tax number take at least four digits, are found only by those who may see contacts, and not for
    customers of the pool, whose contacts are hidden until somebody takes them.
    """
    typed = "".join(query.split())
    if len(typed) < 2 or not typed.isascii() or not fold(typed):
        return []
    found = [_begins("code", code) for code in dict.fromkeys((typed, typed.upper(), typed.lower()))]
    if sum(map(str.isdigit, typed)) >= _LEAST and actor.may("customer.contact"):
        owned = Q(owner__isnull=False)
        found += [owned & _begins("phone", typed), owned & _begins("tax_id", typed.upper())]
    # A union, not one condition with "or": each part is then planned by itself and has its own index.
    first, *others = (visible.filter(condition).order_by().values_list("pk", flat=True) for condition in found)
    return list(first.union(*others)[:_MOST])


def _begins(field: str, start: str) -> Q:
    # The bounds let an index be used whatever the collation; the condition itself makes the answer exact.
    condition = Q(**{f"{field}__gte": start, f"{field}__startswith": start})
    after = _after(start)
    return condition & Q(**{f"{field}__lt": after}) if after else condition


def _after(start: str) -> str:
    for place in range(len(start) - 1, -1, -1):
        character = start[place]
        if character.isalnum() and character not in "9zZ":
            return start[:place] + chr(ord(character) + 1)
    return ""
