"""What may be wrong about a customer as it stands: conditions that a database tests, and that a list is narrowed by."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Length, StrIndex, Substr, Upper
from django.db.models.lookups import Exact, GreaterThan, LessThan

from jiuzhou.geo.provinces import PROVINCES
from jiuzhou.kernel.credit_code import LENGTH, LETTERS, WEIGHTS
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.store.finding import own_keys
from jiuzhou.web.store.models import Customer

INVALID = ("phone", "email", "tax_id", "region", "place")
"""Values that are not of the form that they should have."""
INCONSISTENT = ("owner", "parent", "later")
"""Values that do not fit others."""
TWICE = ("same_tax_id", "same_phone")
"""Values that another customer in sight has too."""
DOUBTS = (*INVALID, *INCONSISTENT, *TWICE)

LOCATED = ("exact", "street", "district", "city", "unstated", "none")
"""
How exactly a customer's place is known: a point, a street, the centre of a district or city, coordinates of unknown
exactness, or nothing.
"""

_FEWEST_DIGITS = 7
_TAX_LENGTHS = (15, 18, 20)
_IN_NO_CODE = "IOSVZ*"
_CODE_LENGTH = 6
_SOUTH, _NORTH, _WEST, _EAST = 3.0, 54.0, 73.0, 136.0
_AT_HOME = Q(country__in=("", "CN"))


def doubt_condition(names: Iterable[str], *, today: date, visible: QuerySet[Customer], own: Collection[str] = ()) -> Q:
    """
    Return the condition under which a customer has one of the doubts ``names``.

    Parameters
    ----------
    today
        The organisation's day.
    visible
        The customers among which a value may be found a second time.
    own
        Codes of the company's own regions, which are in order.
    """
    plain, condition = plain_doubts(today, own), Q(pk__in=())
    for name in names:
        condition |= plain[name] if name in plain else twice(visible, name.removeprefix("same_"))
    return condition


def in_sight(actor: Actor) -> QuerySet[Customer]:
    """Return the customers that ``actor`` sees, by their keys where they are few: others are not gone through."""
    visible = visible_to(actor, Customer)
    keys = None if actor.everywhere else own_keys(visible)
    return visible if keys is None else visible_to(actor, Customer).filter(pk__in=keys)


def plain_doubts(today: date, own: Collection[str] = ()) -> Mapping[str, Q]:
    """Return the conditions that need no look at other customers; ``own`` are codes of the company's own regions."""
    phone, tax, region = Length("phone"), Length("tax_id"), Length("region_code")
    provinces = [province.code[:2] for province in PROVINCES]
    outside = Q(lat__lt=_SOUTH) | Q(lat__gt=_NORTH) | Q(lon__lt=_WEST) | Q(lon__gt=_EAST)
    half = Q(lat__isnull=True, lon__isnull=False) | Q(lat__isnull=False, lon__isnull=True)
    return {
        "phone": Q(GreaterThan(phone, 0)) & Q(LessThan(phone, _FEWEST_DIGITS)),
        "email": ~Q(email="") & ~Q(email__contains="@"),
        "tax_id": _AT_HOME & ~Q(tax_id="") & (_other_lengths(tax) | Q(Exact(tax, LENGTH)) & _unchecked()),
        "region": _AT_HOME
        & ~Q(region_code__in=["", *own])
        & (~Q(province__in=provinces) | Q(LessThan(region, _CODE_LENGTH)) | Q(GreaterThan(region, _CODE_LENGTH))),
        "place": half | _AT_HOME & outside,
        "owner": Q(owner__active_to__lt=today),
        "parent": Q(parent__deleted_at__isnull=False) | Q(parent__erased_at__isnull=False),
        "later": Q(customer_since__gte=datetime.combine(today + timedelta(days=2), time(), tzinfo=UTC)),
    }


def twice(visible: QuerySet[Customer], field: str) -> Q:
    """Return the condition under which another of ``visible`` has the same value in ``field``."""
    return Q(**{f"{field}__in": repeated(visible, field).values(field)})


def repeated(visible: QuerySet[Customer], field: str) -> QuerySet[Customer, dict[str, object]]:
    """Return the values of ``field`` that several of ``visible`` have, with how many have each as ``held``."""
    given = visible.exclude(**{field: ""}).order_by().values(field)
    found: QuerySet[Customer, dict[str, object]] = given.annotate(held=Count("pk")).filter(held__gt=1)
    return found


def located_condition(names: Iterable[str]) -> Q:
    """Return the condition under which a customer's place is known as one of ``LOCATED`` says."""
    condition = Q(pk__in=())
    for name in names:
        condition |= _LOCATED[name]
    return condition


_CENTRES = ("street", "district", "city")
_PLACED = Q(lat__isnull=False)
_LOCATED: Mapping[str, Q] = {
    "exact": _PLACED & Q(location_quality="exact"),
    **{name: Q(location_quality=name) for name in _CENTRES},
    "unstated": _PLACED & Q(location_quality__in=("", "unknown")),
    "none": Q(lat__isnull=True) & ~Q(location_quality__in=_CENTRES),
}


def _unchecked() -> Q:
    """
    Return the condition under which the last of 18 characters does not check the others.

    Characters that no code has stand at no place in ``LETTERS``, which the sum alone would let pass once in 31 times.
    """
    places = [StrIndex(Value(LETTERS), Upper(Substr("tax_id", at + 1, 1))) - 1 for at in range(LENGTH)]
    total: Any = sum((place * weight for place, weight in zip(places, WEIGHTS, strict=True)), start=Value(0))
    condition = ~Q(Exact(total % len(LETTERS), 0))
    for sign in _IN_NO_CODE:
        condition |= Q(tax_id__icontains=sign)
    return condition


def _other_lengths(length: Length) -> Q:
    # The lengths that a number of the tax office has, old or new: between them there is none.
    low, middle, high = _TAX_LENGTHS
    return (
        Q(LessThan(length, low))
        | (Q(GreaterThan(length, low)) & Q(LessThan(length, middle)))
        | (Q(GreaterThan(length, middle)) & Q(LessThan(length, high)))
        | Q(GreaterThan(length, high))
    )
