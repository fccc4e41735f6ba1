"""The files of an import: kept under random names outside every address, of known kinds, within limits."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import file_digest
from pathlib import Path
from secrets import token_hex
from typing import Any

from django.conf import settings
from django.db.models import Q

from jiuzhou.kernel.errors import InputError
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.reads.importing.folders import FOLDER, home_of
from jiuzhou.web.store.models import Import

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".parquet", ".jsonl", ".ndjson", ".json")
MIB = 1 << 20
LARGEST, LARGEST_WORKBOOK = 1024 * MIB, 100 * MIB
QUOTA = 5 * 1024 * MIB
"""Bytes of files that one person may have lying here; those of imports that are long done are forgotten."""
MOST_FILES = 12
KEPT = timedelta(days=40)
"""How long files stay: longer than an import may be undone."""

_MAGIC = {".xlsx": b"PK\x03\x04", ".parquet": b"PAR1"}
_BINARY = (
    b"PK\x03\x04",
    b"PAR1",
    b"\xd0\xcf\x11\xe0",
    b"%PDF-",
    b"\x1f\x8b",
    b"\x7fELF",
    b"MZ\x90",
    b"\x89PNG",
    b"GIF8",
)
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in: what it was called, and where it lies for the moment."""

    name: str
    path: Path


def check_upload(upload: Upload) -> None:
    """
    Go on only if a file is of a kind that is read, as its name says, and not too large.

    Raises
    ------
    InputError
        If not.
    """
    name, ending = shown_name(upload.name), ending_of(upload.name)
    if ending not in ENDINGS:
        raise InputError("importing.unknown_ending", file=name, known="、".join(ENDINGS))
    size = upload.path.stat().st_size
    most = LARGEST_WORKBOOK if ending == ".xlsx" else LARGEST
    if size > most:
        raise InputError("importing.too_large", file=name, most=most // MIB)
    if size == 0:
        raise InputError("importing.empty", file=name)
    with upload.path.open("rb") as file:
        head = file.read(64)
    expected = _MAGIC.get(ending)
    if expected is not None and not head.startswith(expected):
        raise InputError("importing.not_what_it_says", file=name, ending=ending)
    if expected is None and head.startswith(_BINARY):
        raise InputError("importing.not_what_it_says", file=name, ending=ending)


def take_in(uploads: Sequence[Upload]) -> tuple[str, list[dict[str, Any]]]:
    """
    Move checked files to where they stay; return the folder's name and what is kept of each.

    Raises
    ------
    InputError
        If a file is not one that is read.
    """
    if not uploads:
        raise InputError("importing.no_file")
    if len(uploads) > MOST_FILES:
        raise InputError("importing.too_many_files", most=MOST_FILES)
    for upload in uploads:
        check_upload(upload)
    name = token_hex(16)
    folder = Path(settings.HOME) / FOLDER / name
    folder.mkdir(parents=True, mode=0o700)
    try:
        return name, [_moved(upload, folder) for upload in uploads]
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _moved(upload: Upload, folder: Path) -> dict[str, Any]:
    path = folder / f"{token_hex(12)}{ending_of(upload.name)}"
    shutil.move(upload.path, path)
    path.chmod(0o600)
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return {"name": shown_name(upload.name), "stored": path.name, "bytes": path.stat().st_size, "sha256": digest}


def check_quota(actor: Actor, coming: int) -> None:
    """
    Go on only if the person's files and ``coming`` bytes more stay within what each may have here.

    Raises
    ------
    InputError
        If not.
    """
    rows = Import.unscoped.filter(organisation=actor.organisation_id, by=actor.user_id, cleared_at=None)
    held = sum(int(file["bytes"]) for files in rows.values_list("files", flat=True) for file in files)
    if held + coming > QUOTA:
        raise InputError("importing.quota", held=held // MIB, most=QUOTA // MIB)


def forget_files(now: datetime) -> int:
    """Delete the files of imports that have had their time, and return how many imports that were."""
    past = Q(made_at__lt=now - KEPT) & (Q(undo_until=None) | Q(undo_until__lt=now))
    rows = list(Import.unscoped.filter(past, cleared_at=None).exclude(run__state__in=("queued", "running")))
    for row in rows:
        shutil.rmtree(home_of(row), ignore_errors=True)
        Import.unscoped.filter(pk=row.pk).update(cleared_at=now)
    return len(rows)


def ending_of(name: str) -> str:
    """Return the ending of a file's name, small letters."""
    return Path(name.replace("\\", "/").rpartition("/")[2]).suffix.casefold()


def shown_name(name: str) -> str:
    """Return what is kept of the name a file came with: its last part, without signs that are no letters."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return _plain(last)[-_LONGEST_NAME:] or "?"


def _plain(text: Iterable[str]) -> str:
    return "".join(sign for sign in text if sign.isprintable())
