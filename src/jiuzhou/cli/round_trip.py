"""A Book as a workbook that people edit, and back: ``export`` and ``import``."""

from __future__ import annotations

from pathlib import Path

import click

from jiuzhou.cli.words import Speaker, Word, common, option, written
from jiuzhou.kernel.message import say

_PATH = click.Path(path_type=Path)


@click.command("export", cls=Word, help="cli.export")
@click.argument("book", type=_PATH)
@option("--out", type=_PATH, required=True, help="cli.option_workbook")
@option("--table", "tables", multiple=True, help="cli.option_table")
@common
def export(book: Path, out: Path, tables: tuple[str, ...], *, seed: int, as_json: bool, lang: str | None) -> None:
    """Write the tables of a Book into one workbook."""
    from jiuzhou.adapters.books import read_book
    from jiuzhou.adapters.spreadsheets import write_workbook
    from jiuzhou.collect.aliases import table_of
    from jiuzhou.kernel.errors import InputError

    speaker = Speaker.of(lang, as_json)
    found = read_book(book)
    wanted = {table_of(name) or name for name in tables} or set(found.tables)
    unknown = sorted(wanted - set(found.tables))
    if unknown:
        raise InputError("cli.no_such_table", table=unknown[0], known=", ".join(found.tables))
    chosen = {name: found.tables[name] for name in found.tables if name in wanted}
    zone = found.settings.zone
    write_workbook(chosen, out, lang=speaker.lang, zone=zone)
    rows = sum(table.num_rows for table in chosen.values())
    speaker.end(
        {"tables": list(chosen), "rows": rows}, say("cli.exported", tables=len(chosen), rows=rows), written(out)
    )


@click.command("import", cls=Word, help="cli.import")
@click.argument("book", type=_PATH)
@click.argument("edited", type=_PATH, nargs=-1, required=True)
@option("--out", type=_PATH, required=True, help="cli.option_out")
@option("--remove", is_flag=True, help="cli.option_remove")
@option("--dry-run", is_flag=True, help="cli.option_dry_run")
@common
def take_over(
    book: Path,
    edited: tuple[Path, ...],
    out: Path,
    *,
    remove: bool,
    dry_run: bool,
    seed: int,
    as_json: bool,
    lang: str | None,
) -> None:
    """Take over what an edited copy says otherwise, and tell it cell by cell."""
    from jiuzhou.adapters.round_trip import take_over_edits

    speaker = Speaker.of(lang, as_json)
    speaker.progress("collect")
    taken = take_over_edits(book, edited, out, remove=remove, dry_run=dry_run, lang=speaker.lang)
    counts = {"added": taken.added, "changed": taken.changed, "missing": taken.missing, "rejected": taken.rejected}
    sentences = [say("cli.differences", cells=taken.cells, **counts)]
    if taken.missing:
        sentences.append(say("cli.missing_removed" if remove else "cli.missing_kept", count=taken.missing))
    speaker.end({**counts, "cells": taken.cells}, *sentences, written(out))
