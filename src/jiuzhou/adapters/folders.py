"""Writing into a folder so that a reader finds all of a result or none of it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jiuzhou.adapters.reasons import why
from jiuzhou.kernel.errors import InputError


@contextmanager
def staged(out: Path) -> Iterator[Path]:
    """
    Yield a folder to write into; when the block ends well its files move to ``out``, when it fails they vanish.

    Files of ``out`` with other names stay. Each file is replaced in one step, after all of them were written.

    Raises
    ------
    InputError
        If ``out`` is a file or cannot be written to.
    """
    created = not out.exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
        stage = Path(tempfile.mkdtemp(prefix=".writing-", dir=out))
    except OSError as error:
        raise InputError("adapters.unwritable_folder", folder=str(out), reason=why(error)) from None
    try:
        yield stage
        for path in sorted(path for path in stage.rglob("*") if path.is_file()):
            target = out / path.relative_to(stage)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
    except BaseException:
        shutil.rmtree(stage, ignore_errors=True)
        if created:
            shutil.rmtree(out, ignore_errors=True)
        raise
    shutil.rmtree(stage, ignore_errors=True)


def keep_apart(book: Path, out: Path) -> None:
    """
    Refuse to write results among the tables they were made from, where the next reading would take them for tables.

    Raises
    ------
    InputError
        If ``out`` is the folder of the Book.
    """
    folder = book.parent if book.is_file() else book
    if out.resolve() == folder.resolve():
        raise InputError("adapters.out_is_book", folder=str(out))
