"""What an endpoint says of itself beside its door."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def secret(view: Callable[P, R]) -> Callable[P, R]:
    """Mark an endpoint whose answer must not be kept for a repeat of the request; it stands above ``@endpoint``."""
    view.secret = True  # type: ignore[attr-defined]
    return view


def takes_files(most: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """
    Mark an endpoint to which files are sent, as ``multipart/form-data`` or one as the body itself; above ``@endpoint``.

    The gate lays them down on the disk, of at most ``most`` bytes together, as ``request.received``.
    """

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        view.takes_files = most  # type: ignore[attr-defined]
        return view

    return decorate
