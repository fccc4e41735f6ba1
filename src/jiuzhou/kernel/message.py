"""A thing to say, before it is said in a language: a code and its parameters. Texts are rendered at the edge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias

Param: TypeAlias = "str | int | float | bool | date | datetime | Decimal | Message | tuple[Param, ...] | None"
Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"


@dataclass(frozen=True, slots=True)
class Message:
    """
    What is to be said: a code of the catalogue and the parameters of its sentence.

    Attributes
    ----------
    code
        ``<word>.<what>``, such as ``collect.missing_column``; the word names the catalogue file that holds the
        sentence in each language.
    params
        Values for the sentence's placeholders; a ``Message`` among them is rendered in the same language.
    """

    code: str
    params: Mapping[str, Param] = field(default_factory=dict)

    def to_json(self) -> dict[str, Json]:
        """Return the message as plain JSON values, the form in which it is stored."""
        return {"code": self.code, "params": self.plain_params()}

    def plain_params(self) -> dict[str, Json]:
        """Return the parameters as plain JSON values."""
        return {name: _plain(value) for name, value in self.params.items()}


def say(code: str, **params: Param) -> Message:
    """Return the message ``code`` with ``params``; shorter to read than the class where many are made."""
    return Message(code, params)


def named(names: Mapping[str, str], otherwise: str) -> Message:
    """Return a name given in one or both languages, said in the reader's; ``otherwise`` where there is none."""
    any_name = next(iter(names.values()), otherwise)
    return Message("kernel.named", {lang: names.get(lang) or any_name for lang in ("zh", "en")})


def message_of(stored: Mapping[str, Any]) -> Message:
    """Return the message that ``Message.to_json`` stored: lists come back as tuples, inner messages as messages."""
    return Message(str(stored["code"]), {name: _param(value) for name, value in stored["params"].items()})


def message_from(code: str, params: str | None) -> Message:
    """Return a message kept in two columns of a table: its code, and its parameters as a JSON object."""
    return message_of({"code": code, "params": json.loads(params or "{}")})


def _param(value: Any) -> Param:
    if isinstance(value, Mapping):
        return message_of(value)
    return tuple(_param(item) for item in value) if isinstance(value, list) else value


def _plain(value: Param) -> Json:
    if isinstance(value, Message):
        return value.to_json()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    return value
