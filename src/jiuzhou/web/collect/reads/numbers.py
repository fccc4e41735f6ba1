"""Customers found by code, and by telephone or tax number where the person who asks may see them."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.store.finding import Found
from jiuzhou.web.store.models import Customer
from jiuzhou.web.store.spelling import fold

_LEAST = 4


def found_by_number(actor: Actor, visible: QuerySet[Customer], query: str, *, most: int) -> Found:
    """
    Return the customers among ``visible`` whose code, telephone or tax number begins with ``query``; ``most`` of them.

    Telephone and tax number take at least four digits, are found only by those who may see contacts, and not for
    customers of the pool, whose contacts are hidden until somebody takes them.
    """
    typed = "".join(query.split())
    if len(typed) < 2 or not typed.isascii() or not fold(typed):
        return Found(())
    found = [_begins("code", code) for code in dict.fromkeys((typed, typed.upper(), typed.lower()))]
    if sum(map(str.isdigit, typed)) >= _LEAST and actor.may("customer.contact"):
        owned = Q(owner__isnull=False)
        found += [owned & _begins("phone", typed), owned & _begins("tax_id", typed.upper())]
    # A union, not one condition with "or": each part is then planned by itself and has its own index.
    parts = (visible.filter(condition).order_by().values("pk")[: most + 1] for condition in found)
    first, *others = (visible.filter(pk__in=part).order_by().values_list("pk", flat=True) for part in parts)
    keys = list(first.union(*others)[: most + 1])
    return Found(keys[:most], cut=len(keys) > most)


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
