"""
Forms that take the fields they list and nothing else.

``StrictForm`` is what every place builds its forms on: a field that the form does not name is an error of the request
(422), never a value that slips through to a write.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language

from jiuzhou.adapters.texts import Lang, render
from jiuzhou.kernel.message import Message, Param, say
from jiuzhou.web.problems import InvalidError

ALWAYS = frozenset({"csrfmiddlewaretoken", "key"})
"""Names that every form may carry."""


class StrictForm(forms.Form):
    """
    A form that refuses what it does not list.

    ``ThingForm(request.POST)`` raises ``InvalidError`` (422) where the request carries a field that the form does not
    name. ``form.refuse({...})`` takes the sentences of a write's ``InvalidError`` to their fields.
    """

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        if data is not None:
            refuse_unlisted(data, self._names())

    def refuse(self, wrong: Mapping[str, Message]) -> None:
        """Put what a write said of each field where the person reads it; what has no field stands above the form."""
        for name, message in wrong.items():
            self.add_error(name if name in self.fields else None, told(message))

    def _names(self) -> Iterator[str]:
        for name, field in self.fields.items():
            prefixed = self.add_prefix(name)
            yield prefixed
            yield from (prefixed + part for part in getattr(field.widget, "widgets_names", ()))


def refuse_unlisted(data: Iterable[str], listed: Iterable[str]) -> None:
    """
    Go on only if all names in ``data`` are ``listed``.

    Raises
    ------
    InvalidError
        If there is another, with each such name.
    """
    unknown = set(data) - ALWAYS - set(listed)
    if unknown:
        raise InvalidError({name[:60]: say("accounts.unknown_field", field=name[:60]) for name in sorted(unknown)})


def told(message: Message) -> str:
    """Return the sentence of ``message`` in the language of the request."""
    return render(message, current_lang())


def wrong(code: str, **params: Param) -> ValidationError:
    """Return the error of a field, as a sentence in the language of the request."""
    return ValidationError(told(say(code, **params)), code=code)


def current_lang() -> Lang:
    """Return the language that the request is answered in."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def email_field(label: str = "accounts.email") -> forms.EmailField:
    """Return the field of an e-mail address that browsers and password managers recognise."""
    widget = forms.EmailInput(attrs={"autocomplete": "username", "inputmode": "email", "spellcheck": "false"})
    return forms.EmailField(label=label, max_length=254, widget=widget)


def password_field(label: str = "accounts.password", *, new: bool = False) -> forms.CharField:
    """Return the field of a password: the present one, or a new one."""
    kind = "new-password" if new else "current-password"
    return forms.CharField(
        label=label, max_length=256, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": kind})
    )


def code_field(label: str = "accounts.code") -> forms.CharField:
    """Return the field of a code from an authenticator, or a recovery code."""
    attributes = {"autocomplete": "one-time-code", "inputmode": "text", "spellcheck": "false"}
    return forms.CharField(label=label, max_length=40, widget=forms.TextInput(attrs=attributes))
