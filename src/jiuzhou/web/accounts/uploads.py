"""Files that come in: written to disk as they arrive, never held in memory, stopped once they are too large."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest

from jiuzhou.web.problems import ProtocolError

FOLDER = "incoming"
USUAL = 72 << 20
"""Bytes of one request from anybody who is signed in."""
LARGE = 4 << 30
"""Bytes of one request from those who import."""


def incoming() -> Path:
    """Return the folder in which files arrive; on the disk where they will lie, so that keeping one moves no bytes."""
    folder = Path(settings.HOME) / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


class DiskUploadHandler(TemporaryFileUploadHandler):
    """Writes files into ``incoming``; more than the sender may send ends the connection."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._left = LARGE if _may_import(request) else USUAL

    def handle_raw_input(self, input_data: Any, META: dict[str, str], content_length: int, *more: Any) -> None:
        """Refuse at once what says itself that it is too large."""
        if content_length > self._left:
            raise StopUpload(connection_reset=True)

    def new_file(self, *given: Any, **more: Any) -> None:
        """Begin a file."""
        super(TemporaryFileUploadHandler, self).new_file(*given, **more)
        self.file = _Incoming(self.file_name or "", self.content_type or "", self.charset)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a piece of it."""
        self._left -= len(raw_data)
        if self._left < 0:
            raise StopUpload(connection_reset=True)
        super().receive_data_chunk(raw_data, start)


class _Incoming(TemporaryUploadedFile):
    def __init__(self, name: str, content_type: str, charset: str | None) -> None:
        file = NamedTemporaryFile(suffix=".upload", dir=incoming())  # noqa: SIM115 - it lives as long as the request
        super(TemporaryUploadedFile, self).__init__(file, name, content_type, 0, charset)


@dataclass(frozen=True, slots=True)
class Received:
    """A file that came in: what it is called, where it lies for the moment, and its SHA-256."""

    name: str
    path: Path
    digest: str


def receive(request: HttpRequest, name: str) -> tuple[Received, ...]:
    """
    Return the files of a request, on the disk: those of its form, or its body itself, which is then called ``name``.

    Raises
    ------
    ProtocolError
        If there is none.
    """
    if request.content_type == "multipart/form-data":
        files = [file for sent in request.FILES.lists() for file in sent[1]]
        found = tuple(_received(file) for file in files if isinstance(file, TemporaryUploadedFile))
    else:
        found = tuple(_body_of(request, name))
    if not found:
        raise ProtocolError(400, "api.no_file")
    return found


def _received(file: TemporaryUploadedFile) -> Received:
    file.flush()
    file.seek(0)
    told = sha256()
    for chunk in file.chunks():
        told.update(chunk)
    return Received(file.name or "", Path(file.temporary_file_path()), told.hexdigest())


def release(received: Iterable[Received]) -> None:
    """Delete those of the files that nobody kept."""
    for one in received:
        one.path.unlink(missing_ok=True)


def _body_of(request: HttpRequest, name: str) -> Iterator[Received]:
    told, path = sha256(), incoming() / f"{token_hex(12)}.upload"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while chunk := request.read(1 << 20):
            told.update(chunk)
            file.write(chunk)
    if path.stat().st_size:
        yield Received(name, path, told.hexdigest())
    else:
        path.unlink()


def _may_import(request: Any) -> bool:
    actor = getattr(request, "actor", None)
    return actor is not None and actor.may("import.run")
