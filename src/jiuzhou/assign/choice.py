"""What one rule finds for one customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from jiuzhou.kernel.message import Message


@dataclass(frozen=True, slots=True)
class Found:
    """The owner's position, and why it is the one."""

    position: int
    why: Message


@dataclass(frozen=True, slots=True)
class ToPool:
    """The rule puts the customer into this pool (empty for the first)."""

    pool: str


@dataclass(frozen=True, slots=True)
class Empty:
    """Nobody is left: after which step, of how many, and when the first of those away returns."""

    stage: str
    before: int
    until: datetime | None = None


Choice: TypeAlias = Found | ToPool | Empty
