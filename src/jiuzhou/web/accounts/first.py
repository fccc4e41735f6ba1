"""The first person of a company: an organisation and its administrator, made from the command line."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from jiuzhou.kernel.errors import InputError, RefusedError
from jiuzhou.web.ledger.audit import Origin, record
from jiuzhou.web.store.models import Organisation, RoleGrant, User


def is_founded() -> bool:
    """Return whether there is any organisation."""
    return Organisation.objects.exists()


def found(
    organisation: str, *, email: str, name: str, zone: str, currency: str, language: str, phrase: str
) -> tuple[Organisation, User]:
    """
    Return a new organisation and its first administrator.

    Raises
    ------
    InputError
        If address, zone, currency or pass phrase are no good.
    RefusedError
        If there is an organisation already: further people are invited by its administrators.
    """
    if is_founded():
        raise RefusedError("loading.founded_already")
    check_company(email, zone, currency)
    user = User(email=email, name=name or email.partition("@")[0], language=language)
    try:
        validate_password(phrase, user)
    except ValidationError as error:
        raise InputError("loading.phrase_refused", text=" ".join(error.messages)) from None
    user.set_password(phrase)
    with transaction.atomic():
        company = Organisation.objects.create(
            slug="company", name=organisation, zone=zone, currency=currency, language=language
        )
        user.organisation = company
        user.save()
        RoleGrant.unscoped.create(organisation=company, user=user, role="admin", valid_from=timezone.now())
        record(Origin(company.pk, None, "command"), "organisation.found", "organisation", company.slug)
    return company, user


def check_company(email: str, zone: str, currency: str) -> None:
    """
    Go on only if these make sense; nothing of the database is asked.

    Raises
    ------
    InputError
        If address, zone or currency are no good.
    """
    try:
        validate_email(email)
    except ValidationError:
        raise InputError("loading.no_address", email=email) from None
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise InputError("loading.no_zone", zone=zone) from None
    if not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        raise InputError("loading.no_currency", currency=currency)
