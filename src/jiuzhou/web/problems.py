"""
What can go wrong in a request, and the one table that gives each its HTTP status.

    JiuzhouError
    ├── InputError … 422              as everywhere: unreadable input, or input that makes no sense
    │   ├── InvalidError 422          a form or body whose fields are wrong, each with its sentence
    │   └── ProtocolError 4xx         a request refused for its form, before its content is looked at
    ├── RefusedError … 409            understood, and refused with a reason
    │   ├── ForbiddenError 403        the actor may not do this at all
    │   ├── ConflictError 409         something else happened first
    │   ├── StaleError 412            the page or ``If-Match`` is older than the row; carries the difference
    │   └── TooManyError 429          a rate or a day's limit
    └── NotFoundError 404             not there, or not for this actor: the same answer for both
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jiuzhou.kernel.errors import InputError, JiuzhouError, RefusedError
from jiuzhou.kernel.message import Message, Param


class NotFoundError(JiuzhouError):
    """Not there, or not for this actor; which of the two is not said."""

    def __init__(self) -> None:
        super().__init__("web.not_found")


class InvalidError(InputError):
    """
    Fields of a form or a body that are wrong.

    Attributes
    ----------
    fields
        What is wrong with each, by the field's name.
    """

    def __init__(self, fields: Mapping[str, Message]) -> None:
        self.fields = fields
        super().__init__("web.invalid", fields=tuple(sorted(fields)))


class ProtocolError(InputError):
    """
    A request of a program that is refused for its form, before its content is looked at.

    Attributes
    ----------
    status
        400 unreadable, 401 nobody, 405 method, 413 too large, 415 media type, 428 a header is missing.
    """

    def __init__(self, status: int, code: str, **params: Param) -> None:
        self.status = status
        super().__init__(code, **params)


class ForbiddenError(RefusedError):
    """The actor's roles do not include this."""

    def __init__(self, verb: str) -> None:
        self.verb = verb
        super().__init__("web.forbidden")


class ConflictError(RefusedError):
    """Something else happened first."""


class StaleError(RefusedError):
    """
    The page, or ``If-Match``, is older than the row.

    Attributes
    ----------
    version
        The row's version now.
    now
        The fields that differ, as they are now.
    """

    def __init__(self, version: int, now: Mapping[str, Any]) -> None:
        self.version = version
        self.now = now
        super().__init__("web.stale", version=version)


class TooManyError(RefusedError):
    """More than a limit allows; ``seconds`` until it may be tried again."""

    def __init__(self, code: str, *, seconds: int, **params: Param) -> None:
        self.seconds = seconds
        super().__init__(code, seconds=seconds, **params)


STATUS: tuple[tuple[type[JiuzhouError], int], ...] = (
    (NotFoundError, 404),
    (ForbiddenError, 403),
    (StaleError, 412),
    (TooManyError, 429),
    (InputError, 422),
    (RefusedError, 409),
)


def status_of(error: JiuzhouError) -> int:
    """Return the HTTP status of an error meant for a person; 500 for a kind the table does not know."""
    if isinstance(error, ProtocolError):
        return error.status
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)
