"""
The shapes in which programs and the application speak, and the parameters that endpoints take.

What comes in is strict: a field that is not listed is refused, and so is a number that is none. What goes out is built
from the frozen values that reads return, field by field as listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Generic, TypeVar

from django.http import HttpRequest
from ninja import Header, Query
from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import PydanticCustomError

from jiuzhou.adapters.texts import Lang, render
from jiuzhou.kernel.message import Message, message_of
from jiuzhou.web.paging import MAX_SIZE

Item = TypeVar("Item")
MAX_BULK = 1000
"""Most ids in one request."""


UNWRITABLE = re.compile("[\x00\ud800-\udfff]")
"""What no database takes in a text."""


class Body(BaseModel):
    """What a request says: exactly these fields, without leniency about their types."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, str_max_length=20_000, frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _writable(cls, value: Any) -> Any:
        if any(UNWRITABLE.search(text) for text in _texts(value)):
            raise PydanticCustomError("unwritable", "a text that no database takes")
        return value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


class Filters(BaseModel):
    """What narrows a list: the parameters of an address, each with its type and its limits."""

    model_config = ConfigDict(allow_inf_nan=False, frozen=True)


class Shape(BaseModel):
    """What an answer says, read off a frozen value of the same names."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class Listing(Shape, Generic[Item]):
    """
    One page of a list.

    ``next`` and ``previous`` are values for ``cursor``; null where there is no such page.
    """

    items: list[Item]
    next: str | None
    previous: str | None


class Sentence(Shape):
    """A message: its code and parameters, which do not change, and its text in the language of the request."""

    code: str
    params: dict[str, Any]
    text: str


def _said(value: Any, info: ValidationInfo) -> Any:
    message = message_of(value) if isinstance(value, dict) and value else value
    if not isinstance(message, Message):
        return value or None
    request: HttpRequest | None = (info.context or {}).get("request")
    lang: Lang = "en" if getattr(request, "lang", "zh") == "en" else "zh"
    try:
        text = render(message, lang)
    except KeyError:
        # Stored by another version: a program still gets the code, and the list is not lost for one sentence.
        text = message.code
    return Sentence(code=message.code, params=message.plain_params(), text=text)


Said = Annotated[Sentence, BeforeValidator(_said)]
"""A kernel ``Message``, or one as it is stored."""

SaidMaybe = Annotated[Sentence | None, BeforeValidator(_said)]
"""The same where there may be none."""

Line = Annotated[str, Field(max_length=500, pattern="^[^\\x00-\\x1f\\x7f]*$")]
"""A text of one line."""


def _written_out(kind: str) -> BeforeValidator:
    def checked(value: Any) -> Any:
        # Pydantic would take a number for seconds since 1970.
        if isinstance(value, int | float) or (isinstance(value, str) and not _DATE.match(value)):
            raise PydanticCustomError(kind, "not written as a date")
        return value

    return BeforeValidator(checked)


_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Day = Annotated[date, Field(strict=False), _written_out("date_parsing")]
TimeOfDay = Annotated[str, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""Hours and minutes in the organisation's zone: ``02:30``."""

Moment = Annotated[AwareDatetime, Field(strict=False), _written_out("datetime_parsing")]
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Code = Annotated[str, Field(min_length=1, max_length=64)]
Note = Annotated[str, Field(max_length=1000)]

Limit = Annotated[int, Query(50, ge=1, le=MAX_SIZE, description="Items on a page.")]
Cursor = Annotated[
    str | None, Query(None, max_length=1000, description="`next` or `previous` of the page seen; the first without.")
]


def _version(value: Any) -> Any:
    text = value.strip() if isinstance(value, str) else ""
    digits = text[1:-1] if len(text) > 2 and text[0] == text[-1] == '"' else ""
    if not digits.isascii() or not digits.isdigit() or len(digits) > 9:
        raise ValueError("If-Match")
    return int(digits)


_Version = Annotated[int, BeforeValidator(_version), WithJsonSchema({"type": "string", "pattern": '^"[0-9]{1,9}"$'})]
IfMatch = Annotated[
    _Version, Header(alias="If-Match", description="The `ETag` of the object as it was read: its version in quotes.")
]
"""The version that a write expects; without it the request is refused with 428."""
