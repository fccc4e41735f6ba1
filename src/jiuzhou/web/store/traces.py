"""
What a person is known by, found again in texts, JSON values and files in every way in which it may be written there.

A value counts as a trace by itself only if it is long enough to be nobody else's: a name of two characters stands in
half of all texts, and is looked for only where the text is known to be about the person.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

BLOT = "■"
"""What stands where a trace was."""

_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")
_LEAST_HAN, _LEAST_OTHER = 3, 5
_BLOCK = 1 << 22
_LARGEST_MEMBER = 1 << 30


@dataclass(frozen=True)
class Traces:
    """
    The values by which a person may be found.

    Attributes
    ----------
    values
        Name, telephone, e-mail, tax number, address, as they were kept.
    """

    values: tuple[str, ...]

    @staticmethod
    def of(values: Iterable[str]) -> Traces:
        """Return the traces of values, the longest first, each once, with telephones also without their signs."""
        given = [value.strip() for value in values if value and value.strip()]
        digits = [re.sub(r"\D", "", value) for value in given if re.fullmatch(r"[\d\s+().\-]{7,}", value)]
        return Traces(tuple(sorted({*given, *digits}, key=lambda value: (-len(value), value))))

    @cached_property
    def own(self) -> Traces:
        """Those that are long enough to be nobody else's."""
        return Traces(tuple(value for value in self.values if _tells(value)))

    @cached_property
    def written(self) -> tuple[str, ...]:
        """The values as texts may hold them: plain, in an address, in JSON."""
        forms = [(value, quote(value), quote_plus(value), json.dumps(value)[1:-1]) for value in self.values]
        return tuple(dict.fromkeys(form for each in forms for form in each))

    @cached_property
    def encoded(self) -> tuple[bytes, ...]:
        """The values as bytes of a file may hold them."""
        found = [form.encode(encoding, "ignore") for form in self.written for encoding in _ENCODINGS]
        return tuple(dict.fromkeys(form for form in found if form))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(map(re.escape, self.written)), re.IGNORECASE)

    @cached_property
    def _bytes(self) -> re.Pattern[bytes]:
        return re.compile(b"|".join(map(re.escape, self.encoded)), re.IGNORECASE)

    def blotted(self, value: Any) -> Any:
        """Return a text or JSON value with a blot in place of each trace."""
        if not self.values:
            return value
        if isinstance(value, str):
            return self._pattern.sub(BLOT, value)
        if isinstance(value, dict):
            return {self.blotted(name): self.blotted(item) for name, item in value.items()}
        return [self.blotted(item) for item in value] if isinstance(value, list) else value

    def in_text(self, text: str) -> bool:
        """Return whether a text holds a trace."""
        return bool(self.values) and self._pattern.search(text) is not None

    def in_file(self, path: Path) -> bool:
        """Return whether a file holds a trace, also inside a workbook or another zip; unreadable zips are said to."""
        if not self.values:
            return False
        if zipfile.is_zipfile(path):
            return self._in_zip(path)
        with path.open("rb") as file:
            return self._in_blocks(iter(lambda: file.read(_BLOCK), b""))

    def _in_zip(self, path: Path) -> bool:
        try:
            with zipfile.ZipFile(path) as archive:
                for member in archive.infolist():
                    if member.file_size > _LARGEST_MEMBER:
                        return True
                    with archive.open(member) as file:
                        if self._in_blocks(iter(lambda file=file: file.read(_BLOCK), b"")):  # type: ignore[misc]
                            return True
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
            return True
        return False

    def _in_blocks(self, blocks: Iterator[bytes]) -> bool:
        longest = max(map(len, self.encoded))
        kept = b""
        for block in blocks:
            if self._bytes.search(kept + block):
                return True
            kept = (kept + block)[-longest:]
        return False


def _tells(value: str) -> bool:
    han = sum("\u3400" <= sign <= "\u9fff" for sign in value)
    return han >= _LEAST_HAN or len(value) >= _LEAST_OTHER
