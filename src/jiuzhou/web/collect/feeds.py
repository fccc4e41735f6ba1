"""What a source of data is: its kinds, the names it may have, when it is looked at, and where its files lie."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path

from django.conf import settings

FOLDER = "feeds"
KINDS = ("folder", "query")
TAKEN, DONE, FAILED = "taken", "done", "failed"
QUERY_ENDING = ".sql.toml"
NAME, MOST_FEEDS, MOST_A_LOOK = 60, 50, 50
REJECTED_SHARE = 0.05
QUIET_SECONDS = 10
"""A file is whole once it has not changed for so long."""
TRIES = 3
KEPT = timedelta(days=40)
"""How long files stay in ``done`` and ``failed``."""

_PLACE = re.compile(r"[^\W_][\w-]{0,39}")
_UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".swp", "~")


@dataclass(frozen=True, slots=True)
class FeedDraft:
    """
    How a source is to be.

    Attributes
    ----------
    place
        The name of its folder, or of its query's file, below the organisation's folder.
    table
        The table of the Book that every file is; empty where the file tells.
    most_rejected
        The share of rows, 0 to 1, above which a file waits for a person.
    lenient
        Whether a row is kept without a cell that is no good.
    every_minutes, at_time
        When it is looked at; one of the two.
    """

    name: str
    kind: str
    place: str
    table: str = ""
    most_rejected: float = REJECTED_SHARE
    lenient: bool = False
    every_minutes: int | None = None
    at_time: time | None = None


def is_place(name: str) -> bool:
    """Return whether a folder or a query may be called so: letters, digits, ``-`` and ``_``, at most 40."""
    return _PLACE.fullmatch(name) is not None


def is_unfinished(name: str) -> bool:
    """Return whether a name says that somebody still writes or hides the file."""
    return name.startswith((".", "~$")) or name.casefold().endswith(_UNFINISHED)


def home_of_feeds(slug: str) -> Path:
    """Return the folder below which all sources of an organisation lie."""
    return Path(settings.HOME) / FOLDER / slug


def where(slug: str, kind: str, place: str) -> str:
    """Return where a source lies within the data folder, as people are told."""
    return f"{FOLDER}/{slug}/{place}{QUERY_ENDING if kind == 'query' else ''}"
