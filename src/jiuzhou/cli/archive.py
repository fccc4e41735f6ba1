"""
One file that holds a company's data as they were at one moment: the database, the facts its manifest names, a digest of
each.

The layout is a tar, compressed: ``backup.json`` first, then the files. A file beside it, ``….sha256``, tells whether
the whole came over. Restoring unpacks beside the target and moves it into place only when everything was verified.
"""

from __future__ import annotations

import json
import os
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from jiuzhou import __version__
from jiuzhou.kernel.errors import InputError, RefusedError

FORMAT, VERSION = "jiuzhou.backup", 1
_MANIFEST, _SQLITE, _DUMP = "backup.json", "jiuzhou.sqlite3", "database.dump"
_KEYS = ("secret.key", "audit.key")
_ANCHORS = ("anchors/audit.jsonl", "anchors/erased.jsonl")

Chain = Literal["holds", "unknown"]


@dataclass(frozen=True, slots=True)
class Saved:
    """What was written: bytes, SHA-256, and how many files of facts are in it."""

    size: int
    digest: str
    facts: int


@dataclass(frozen=True, slots=True)
class Brought:
    """What lies unpacked beside its target, and is still to be verified."""

    stage: Path
    home: Path
    created_at: str
    facts: int
    vendor: str

    def verify(self, erased: Path | None = None) -> tuple[Chain, int]:
        """
        Move the unpacked folder into place after its database and its audit chain were found whole.

        Parameters
        ----------
        erased
            The list of who was erased since the backup was made.

        Returns
        -------
        tuple[Chain, int]
            ``unknown`` where the key of the audit chain is not there; how many people were erased once more.

        Raises
        ------
        RefusedError
            If something is not whole; then nothing stands in the target.
        """
        from jiuzhou.cli.verifying import verify_home

        try:
            found = verify_home(self.stage, self.vendor, erased)
            if self.home.exists():
                self.home.rmdir()
            self.stage.replace(self.home)
        except BaseException:
            shutil.rmtree(self.stage, ignore_errors=True)
            raise
        return found


def save(file: Path, *, with_keys: bool) -> Saved:
    """
    Return what was written into ``file``: the opened data folder as it is now, also while people work in it.

    Raises
    ------
    InputError
        If the file is there already.
    RefusedError
        If a fact file of the manifest is missing or changed, or PostgreSQL's own program is not there.
    """
    from django.conf import settings
    from django.utils import timezone

    from jiuzhou.cli.dumping import dump_postgres
    from jiuzhou.web.store.soundness import copy_database, facts_of, one_moment

    if file.exists():
        raise InputError("backup.file_there", file=str(file))
    home = Path(settings.HOME)
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as folder:
        copy = Path(folder) / "database"
        embedded = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
        if embedded:
            copy_database(copy)
            facts = facts_of(copy)
        else:
            with one_moment() as snapshot:
                dump_postgres(copy, snapshot)
                facts = facts_of(None)
        inside = {(_SQLITE if embedded else _DUMP): copy}
        inside |= {name: home / name for name in (*facts, *(_KEYS if with_keys else ()), *_ANCHORS)}
        inside = {name: path for name, path in inside.items() if name not in _ANCHORS or path.is_file()}
        listed = {name: _described(name, path, facts.get(name)) for name, path in inside.items()}
        manifest = {
            "format": FORMAT,
            "version": VERSION,
            "program": __version__,
            "created_at": timezone.now().isoformat(),
            "database": "sqlite" if embedded else "postgresql",
            "files": listed,
        }
        digest = _write(Path(folder) / "archive", manifest, inside, file)
    return Saved(file.stat().st_size, digest, len(facts))


def unpack(file: Path, home: Path, *, keys: Path | None) -> Brought:
    """
    Return the backup unpacked beside ``home``, every file's digest verified.

    Parameters
    ----------
    keys
        Folder of the key files, where they are not in the backup.

    Raises
    ------
    InputError
        If there is no such file, or it is cut, changed, or none of ours.
    RefusedError
        If ``home`` holds something.
    """
    if home.exists() and (home.is_file() or any(home.iterdir())):
        raise RefusedError("backup.home_taken", home=str(home))
    if not file.is_file():
        raise InputError("backup.no_file", file=str(file))
    _check_beside(file)
    home.parent.mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(prefix=".restoring-", dir=home.parent))
    try:
        with _opened(file) as archive:
            manifest = _manifest(archive, file)
            _extract(archive, manifest["files"], stage, file)
        for name in _KEYS if keys else ():
            if (keys / name).is_file():  # type: ignore[operator]
                shutil.copyfile(keys / name, stage / name)  # type: ignore[operator]
                (stage / name).chmod(0o600)
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        raise
    facts = sum(name.startswith("facts/") for name in manifest["files"])
    return Brought(stage, home, manifest["created_at"], facts, manifest["database"])


def _described(name: str, path: Path, digest: str | None) -> dict[str, Any]:
    if not path.is_file():
        raise RefusedError("backup.fact_missing", file=name)
    with path.open("rb") as file:
        found = file_digest(file, "sha256").hexdigest()
    if digest is not None and found != digest:
        raise RefusedError("backup.fact_changed", file=name)
    return {"bytes": path.stat().st_size, "sha256": found}


def _write(draft: Path, manifest: Mapping[str, Any], inside: Mapping[str, Path], file: Path) -> str:
    note = draft.with_name(_MANIFEST)
    note.write_text(json.dumps(manifest, ensure_ascii=False, indent=1), "utf-8")
    with tarfile.open(draft, "w:gz", compresslevel=1) as archive:
        for name, path in {_MANIFEST: note, **inside}.items():
            archive.add(path, name, recursive=False, filter=_nameless)
    draft.chmod(0o600)
    with draft.open("rb") as written:
        digest = file_digest(written, "sha256").hexdigest()
        os.fsync(written.fileno())
    beside = draft.with_name("digest")
    beside.write_text(f"{digest}  {file.name}\n", "utf-8")
    beside.replace(_beside(file))
    draft.replace(file)
    return digest


def _nameless(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.sha256")


def _check_beside(file: Path) -> None:
    beside = _beside(file)
    if not beside.is_file():
        raise InputError("backup.no_digest", file=str(beside))
    with file.open("rb") as written:
        digest = file_digest(written, "sha256").hexdigest()
    if beside.read_text("utf-8").split(maxsplit=1)[:1] != [digest]:
        raise InputError("backup.damaged", file=str(file))


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, "r:gz") as archive:
            yield archive
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk, not the file
        raise InputError("backup.damaged", file=str(file)) from None


def _manifest(archive: tarfile.TarFile, file: Path) -> dict[str, Any]:
    first = archive.next()
    content = archive.extractfile(first) if first is not None and first.name == _MANIFEST else None
    try:
        found: dict[str, Any] = json.loads(content.read(64 << 20)) if content else {}
    except ValueError:
        found = {}
    if found.get("format") != FORMAT:
        raise InputError("backup.none_of_ours", file=str(file))
    if found["version"] > VERSION:
        raise InputError("backup.newer", file=str(file), program=found["program"])
    return found


def _extract(archive: tarfile.TarFile, listed: Mapping[str, Mapping[str, Any]], stage: Path, file: Path) -> None:
    missing = set(listed)
    for member in archive:
        if member.name == _MANIFEST:
            continue
        path = PurePosixPath(member.name)
        if member.name not in missing or not member.isfile() or path.is_absolute() or ".." in path.parts:
            raise InputError("backup.none_of_ours", file=str(file))
        missing.discard(member.name)
        target = stage / path
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        digest = sha256()
        content = archive.extractfile(member)
        assert content is not None
        with target.open("wb") as out:
            while block := content.read(1 << 20):
                digest.update(block)
                out.write(block)
        target.chmod(0o600)
        if digest.hexdigest() != listed[member.name]["sha256"]:
            raise InputError("backup.damaged", file=str(file))
    if missing:
        raise InputError("backup.damaged", file=str(file))
