"""
The folder of a source: what lies in it, what is claimed, and where it goes.

Every step goes through a handle of the folder, never through its path, and follows no link: whoever may write into the
folder cannot lead a step elsewhere by putting a link in its way.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from jiuzhou.kernel.errors import InputError, RefusedError
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.collect.feeds import DONE, FAILED, TAKEN, is_unfinished
from jiuzhou.web.collect.writes.importing.files import (
    ENDINGS,
    LARGEST,
    LARGEST_WORKBOOK,
    MIB,
    ending_of,
    shown_name,
)

MOST_ENTRIES = 10_000
_LONGEST_NAME = 200
_INNER = (TAKEN, DONE, FAILED)


@dataclass(frozen=True, slots=True)
class Found:
    """
    Something that lies in the folder.

    Attributes
    ----------
    look
        Its size and its time: another look is another file.
    written
        When it was written, in nanoseconds, as its sender says.
    changed
        When anything about it last changed, in seconds of the clock of the disk.
    refused
        Why it is not taken; ``None`` where it may be.
    """

    name: str
    bytes: int
    look: str
    written: int
    changed: float
    refused: Message | None


class Folder:
    """One open folder with ``taken``, ``done`` and ``failed`` in it; close it after use."""

    def __init__(self, path: Path) -> None:
        self._here = _opened(str(path), None, path.name)
        self._inner: dict[str, int] = {}
        try:
            for name in _INNER:
                with suppress(FileExistsError):
                    os.mkdir(name, 0o770, dir_fd=self._here)
                self._inner[name] = _opened(name, self._here, f"{path.name}/{name}")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the folder."""
        for handle in (*self._inner.values(), self._here):
            os.close(handle)

    def found(self) -> list[Found]:
        """Return what lies in the folder, the oldest first; hidden, temporary and own names are passed over."""
        with os.scandir(self._here) as entries:
            names = [entry.name for entry in islice(entries, MOST_ENTRIES)]
        told = [_told(name, self._here) for name in names if name not in _INNER and not is_unfinished(name)]
        return sorted((one for one in told if one is not None), key=lambda one: (one.written, one.name))

    def claim(self, found: Found, mark: str) -> bool:
        """Move a file to ``taken``, where its name begins with ``mark``; return whether it was still there."""
        try:
            os.rename(found.name, f"{mark}-{found.name}", src_dir_fd=self._here, dst_dir_fd=self._inner[TAKEN])
        except FileNotFoundError:
            return False
        return True

    def claimed(self) -> dict[str, str]:
        """Return the names of the files in ``taken``, by mark."""
        with os.scandir(self._inner[TAKEN]) as entries:
            names = sorted(entry.name for entry in entries)
        return {mark: name for mark, _, name in (name.partition("-") for name in names) if name}

    def copy(self, mark: str, target: Path) -> None:
        """
        Copy a claimed file to ``target``.

        Raises
        ------
        InputError
            If it is gone, no file of its own, or too large.
        """
        name = self._named(mark, TAKEN)
        if name is None:
            raise InputError("feeds.gone")
        own = name.partition("-")[2]
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        try:
            handle = os.open(name, flags, dir_fd=self._inner[TAKEN])
        except OSError as error:
            raise InputError("feeds.not_readable", file=shown_name(own)) from error
        with os.fdopen(handle, "rb") as source, target.open("xb") as copy:
            refused = _refusal(own, os.fstat(source.fileno()))
            if refused is not None:
                raise InputError(refused.code, **refused.params)
            shutil.copyfileobj(source, copy, 1 << 20)

    def put_away(self, mark: str, folder: str) -> None:
        """Move a claimed file to ``done`` or ``failed``; nothing happens where that is done."""
        name = self._named(mark, TAKEN)
        if name is not None:
            os.rename(name, name, src_dir_fd=self._inner[TAKEN], dst_dir_fd=self._inner[folder])

    def write_beside(self, mark: str, folder: str, ending: str, content: bytes) -> None:
        """Write a file beside one that was put away, with its name and ``ending``."""
        name = self._named(mark, folder)
        if name is None:
            return
        beside, inner = f"{name}{ending}", self._inner[folder]
        with suppress(FileNotFoundError):
            os.unlink(beside, dir_fd=inner)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(beside, flags, 0o660, dir_fd=inner), "wb") as file:
            file.write(content)

    def forget(self, mark: str) -> None:
        """Delete what is left of an arrival."""
        for inner in self._inner.values():
            with os.scandir(inner) as entries:
                names = [entry.name for entry in entries if entry.name.startswith(f"{mark}-")]
            for name in names:
                with suppress(OSError):
                    os.unlink(name, dir_fd=inner)

    def _named(self, mark: str, folder: str) -> str | None:
        with os.scandir(self._inner[folder]) as entries:
            names = [entry.name for entry in entries if entry.name.startswith(f"{mark}-")]
        return min(names, key=len, default=None)


@contextmanager
def opened(path: Path) -> Iterator[Folder]:
    """
    Yield the folder at ``path``.

    Raises
    ------
    InputError
        If it is not there, or a link.
    """
    folder = Folder(path)
    try:
        yield folder
    finally:
        folder.close()


def make_folder(path: Path) -> None:
    """Make the folder of a source, with those in it, if it is not there."""
    _must_have_handles()
    path.mkdir(parents=True, exist_ok=True, mode=0o770)
    with opened(path):
        pass


def _opened(name: str, beside: int | None, told: str) -> int:
    _must_have_handles()
    try:
        return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=beside)
    except OSError as error:
        raise InputError("feeds.no_folder", folder=told) from error


def _must_have_handles() -> None:
    if os.open not in os.supports_dir_fd:
        raise RefusedError("feeds.no_handles")


def _told(name: str, folder: int) -> Found | None:
    try:
        about = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return None
    changed = max(about.st_mtime, about.st_ctime)
    look = f"{about.st_size}:{about.st_mtime_ns}" if stat.S_ISREG(about.st_mode) else f"{about.st_ino}"
    return Found(name, about.st_size, look, about.st_mtime_ns, changed, _refusal(name, about))


def _refusal(name: str, about: os.stat_result) -> Message | None:
    shown, ending = shown_name(name), ending_of(name)
    if stat.S_ISDIR(about.st_mode):
        return say("feeds.is_folder", file=shown)
    if not stat.S_ISREG(about.st_mode) or about.st_nlink > 1:
        return say("feeds.is_no_file", file=shown)
    if shown != name or len(os.fsencode(name)) > _LONGEST_NAME:
        return say("feeds.bad_name", file=shown[:60])
    if ending not in ENDINGS:
        return say("importing.unknown_ending", file=shown, known=ENDINGS)
    most = LARGEST_WORKBOOK if ending == ".xlsx" else LARGEST
    if about.st_size > most:
        return say("importing.too_large", file=shown, most=most // MIB)
    if about.st_size == 0:
        return say("importing.empty", file=shown)
    return None
