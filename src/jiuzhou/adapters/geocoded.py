"""
Addresses looked up at a map service, each once: answers are kept in a file, and no more are asked for than was said.

A service that cannot be reached, or refuses, is not asked again in the same run; what is not known then stays open.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jiuzhou.adapters.geocoding import HOSTS, Fetch, geocoder_of
from jiuzhou.collect.addressing import Spot
from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.message import Message, say

KEY = "JIUZHOU_GEOCODER_KEY"
"""The environment variable that holds the user's own key."""
LIMIT = 1000
_SECONDS = {"amap": 0.35, "tencent": 0.25, "nominatim": 1.1}
"""From the beginning of one request to that of the next, below what each service allows."""


class Gazette:
    """
    What a service says of addresses, and what it said before.

    Parameters
    ----------
    service
        One of ``geocoding.HOSTS``.
    key
        The user's own key.
    path
        The file of answers; it holds addresses, so that only its owner may read it.
    limit
        Most addresses that the service is asked about in this run.
    fetch, clock, pause
        How a host is asked, the steady seconds, and how to wait for some.

    Raises
    ------
    InputError
        If there is no such service or no key, or the file of answers is none.
    """

    def __init__(
        self,
        service: str,
        key: str,
        path: Path,
        *,
        limit: int = LIMIT,
        fetch: Fetch | None = None,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._ask = geocoder_of(service, key, fetch=fetch)
        self._service, self._path, self._limit = service, path, limit
        self._clock, self._pause, self._last = clock, pause, float("-inf")
        self._known = _read(path, service)
        self._trouble: Message | None = None
        self.asked = self.found = self.remembered = self.open = 0

    def __call__(self, addresses: Sequence[str]) -> Mapping[str, Spot | None]:
        """Return where addresses are, as ``collect.addressing.Find`` says."""
        answers: dict[str, Spot | None] = {}
        for address in addresses:
            text = " ".join(address.split())
            if text in self._known:
                self.remembered += 1
            elif not self._look_up(text):
                self.open += 1
                continue
            answers[address] = self._known[text]
            self.found += answers[address] is not None
        return answers

    @property
    def notes(self) -> tuple[Message, ...]:
        """What came of it, in a sentence, and what went wrong, in another."""
        told = say(
            "adapters.geocoded",
            service=self._service,
            asked=self.asked,
            remembered=self.remembered,
            found=self.found,
            open=self.open,
        )
        return (told,) if self._trouble is None else (told, say("adapters.geocoding_ended", reason=self._trouble))

    def _look_up(self, text: str) -> bool:
        if self._trouble is not None or self.asked >= self._limit:
            return False
        wait = self._last + _SECONDS[self._service] - self._clock()
        if wait > 0:
            self._pause(wait)
        self._last = self._clock()
        self.asked += 1
        try:
            point = self._ask(text)
        except InputError as error:
            self._trouble = error.message
            return False
        spot = None if point is None else Spot(point.lon, point.lat, point.crs, point.quality)
        self._keep(text, spot)
        return True

    def _keep(self, text: str, spot: Spot | None) -> None:
        self._known[text] = spot
        line = {"service": self._service, "address": text, **(spot._asdict() if spot else {})}
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def gazette_of(service: str, out: Path, *, limit: int = LIMIT) -> Gazette:
    """
    Return the gazette of a Book, its answers beside the Book's folder, its key from the environment.

    Raises
    ------
    InputError
        As ``Gazette``, or if the environment has no key.
    """
    key = os.environ.get(KEY, "")
    if service in HOSTS and not key.strip():
        raise InputError("adapters.geocoder_no_key", service=service, variable=KEY)
    return Gazette(service, key, answers_of(out), limit=limit)


def answers_of(out: Path) -> Path:
    """Return the file in which the answers for a Book are kept, beside its folder."""
    whole = out.absolute()
    return whole.with_name(f"{whole.name}.addresses.jsonl")


def _read(path: Path, service: str) -> dict[str, Spot | None]:
    if not path.exists():
        return {}
    known: dict[str, Spot | None] = {}
    try:
        for line in path.read_text("utf-8").splitlines():
            told = _line(line)
            if told is not None and told["service"] == service:
                spot = Spot(told["lon"], told["lat"], told["crs"], told["quality"]) if "lon" in told else None
                known[str(told["address"])] = spot
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError("adapters.geocoder_answers", file=path.name) from None
    return known


def _line(line: str) -> dict[str, Any] | None:
    # A run that was killed while it wrote leaves half a line, which says nothing.
    try:
        told = json.loads(line)
    except ValueError:
        return None
    if not isinstance(told, dict):
        raise TypeError
    return told
