"""The forms of the settings: each lists its fields, and takes no other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel.numbers import list_currencies
from django import forms
from django.utils import timezone

from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.accounts.forms import StrictForm, email_field, password_field, told, wrong
from jiuzhou.web.accounts.reads import Choice
from jiuzhou.web.accounts.roles import SCOPES, VERBS
from jiuzhou.web.accounts.tokens import MOST_DAYS

LANGUAGES = ("zh", "en")
THEMES = ("system", "light", "dark")
KEYS = ("on", "off")


def said(prefix: str, values: Sequence[str]) -> list[tuple[str, str]]:
    """Return choices whose names are the sentences ``<prefix>_<value>``."""
    return [(value, told(say(f"{prefix}_{value}"))) for value in values]


def choices_of(items: Sequence[Choice], *, none: str = "settings.none_chosen") -> list[tuple[str, str]]:
    """Return choices of a read, after one that says what it means that none is chosen."""
    return [("", told(say(none))), *((item.value, item.name) for item in items)]


def moment_of(day: date | None, actor: Actor, *, end: bool = False) -> datetime | None:
    """Return the first moment of ``day`` in the actor's zone; with ``end``, the first moment after it."""
    if day is None:
        return None
    ordinal = date.fromordinal(day.toordinal() + 1) if end else day
    return datetime.combine(ordinal, time(), ZoneInfo(actor.zone))


def today_of(actor: Actor) -> date:
    """Return the day it is in the actor's zone."""
    return timezone.localtime(timezone.now(), ZoneInfo(actor.zone)).date()


def day_field(label: str, *, required: bool = True) -> forms.DateField:
    """Return the field of a day."""
    return forms.DateField(
        label=label, required=required, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class ProfileForm(StrictForm):
    """One's own name and ways of seeing."""

    name = forms.CharField(label="settings.name", max_length=120)
    language = forms.ChoiceField(label="settings.language")
    theme = forms.ChoiceField(label="settings.theme")
    keys = forms.ChoiceField(label="settings.keys")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "language", said("settings.language", LANGUAGES))
        _offer(self, "theme", said("settings.theme", THEMES))
        _offer(self, "keys", said("settings.keys", KEYS))


class PasswordForm(StrictForm):
    """The present password and a new one."""

    password = password_field("accounts.password_now")
    new = password_field("accounts.password_new", new=True)
    again = password_field("accounts.password_again", new=True)

    def clean(self) -> dict[str, Any]:
        """Return the fields if the new password is twice the same."""
        given = super().clean() or {}
        if {"new", "again"} <= set(given) and given["new"] != given["again"]:
            self.add_error("again", wrong("accounts.password_differs"))
        return given


class AddressForm(StrictForm):
    """A new address, and the password."""

    email = email_field("accounts.email_new")
    password = password_field("accounts.password_now")


class RemoveFactorForm(StrictForm):
    """The password, to take away the second factor."""

    password = password_field("accounts.password_now")


class TokenForm(StrictForm):
    """A new token."""

    name = forms.CharField(label="settings.token_name", max_length=120)
    scopes = forms.MultipleChoiceField(label="settings.token_scopes", widget=forms.CheckboxSelectMultiple)
    days = forms.IntegerField(label="settings.token_days", min_value=1, max_value=MOST_DAYS, initial=90)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "scopes", [(word, told(say(code))) for word, code in SCOPES.items()])


class OrganisationForm(StrictForm):
    """What the organisation is."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(label="settings.organisation_name", max_length=200)
    zone = forms.ChoiceField(label="settings.zone")
    currency = forms.ChoiceField(label="settings.currency")
    language = forms.ChoiceField(label="settings.organisation_language")
    publish_alone_below = forms.IntegerField(label="settings.publish_alone_below", min_value=0, max_value=10_000_000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix")))
        _offer(self, "zone", [(zone, zone.replace("_", " ")) for zone in zones])
        _offer(self, "currency", [(code, code) for code in sorted(list_currencies()) if len(code) == 3])
        _offer(self, "language", said("settings.language", LANGUAGES))


class InviteForm(StrictForm):
    """A person who is to come."""

    name = forms.CharField(label="settings.name", max_length=120)
    email = email_field()
    language = forms.ChoiceField(label="settings.language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "language", said("settings.language", LANGUAGES))


class RoleForm(StrictForm):
    """A role, what it is for, and from when to when."""

    role = forms.ChoiceField(label="settings.role")
    owner = forms.ChoiceField(label="settings.role_owner", required=False)
    territory = forms.ChoiceField(label="settings.role_territory", required=False)
    valid_from = day_field("settings.valid_from")
    valid_to = day_field("settings.valid_to", required=False)

    def __init__(self, *args: Any, owners: Sequence[Choice], territories: Sequence[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "role", said("settings.role", tuple(VERBS)))
        _offer(self, "owner", choices_of(owners))
        _offer(self, "territory", choices_of(territories))


class AccessForm(StrictForm):
    """A customer for somebody."""

    customer = forms.CharField(label="settings.access_customer", max_length=64)
    person = forms.ChoiceField(label="settings.person")
    may_write = forms.BooleanField(label="settings.access_may_write", required=False)
    reason = forms.CharField(label="settings.reason", max_length=500)
    valid_to = day_field("settings.valid_to", required=False)

    def __init__(self, *args: Any, people: Sequence[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "person", choices_of(people))


class StandInForm(StrictForm):
    """Somebody for an absent owner."""

    owner = forms.ChoiceField(label="settings.standin_owner")
    person = forms.ChoiceField(label="settings.standin_person")
    valid_from = day_field("settings.valid_from")
    valid_to = day_field("settings.valid_to_last")

    def __init__(self, *args: Any, owners: Sequence[Choice], people: Sequence[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "owner", choices_of(owners))
        _offer(self, "person", choices_of(people))


class PolicyForm(StrictForm):
    """A new policy, with its reason."""

    base = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    text = forms.CharField(
        label="settings.policy_text",
        max_length=200_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 28, "spellcheck": "false", "class": "code"}),
    )
    note = forms.CharField(label="settings.policy_note", max_length=500)


class AuditFilter(StrictForm):
    """What to look for in the trail."""

    person = forms.ChoiceField(label="settings.audit_person", required=False)
    noun = forms.ChoiceField(label="settings.audit_noun", required=False)
    key = forms.CharField(label="settings.audit_key", required=False, max_length=120)
    since = day_field("settings.audit_since", required=False)
    until = day_field("settings.audit_until", required=False)

    def __init__(self, *args: Any, people: Sequence[Choice], nouns: Sequence[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "person", choices_of(people, none="web.all"))
        _offer(self, "noun", choices_of(nouns, none="web.all"))


def _offer(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
