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
