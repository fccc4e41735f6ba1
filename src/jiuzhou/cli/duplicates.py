"""``jiuzhou duplicates``: customers that are in a Book twice, to be reviewed and merged."""

from __future__ import annotations

from pathlib import Path

import click

from jiuzhou.cli.words import Speaker, Word, common, option, written
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.message import say

_PATH = click.Path(path_type=Path)


@click.command(cls=Word, help="cli.duplicates")
@click.argument("book", type=_PATH)
@option("--out", type=_PATH, required=True, help="cli.option_out")
@option("--apply", "merges", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="cli.option_apply")
@common
def duplicates(book: Path, out: Path, merges: Path | None, *, seed: int, as_json: bool, lang: str | None) -> None:
    """Find the customers that are in the Book twice, or merge them."""
    from jiuzhou.adapters.books import read_book
    from jiuzhou.adapters.folders import keep_apart
    from jiuzhou.adapters.merges import find_duplicates, write_duplicates

    speaker = Speaker.of(lang, as_json)
    keep_apart(book, out)
    speaker.progress("duplicates")
    clean = read_book(book)
    if merges is not None:
        _apply(clean, out, merges, speaker)
        return
    found = find_duplicates(clean)
    write_duplicates(found, clean, out, speaker.lang)
    counts = {
        "customers": clean.table("customers").num_rows,
        "pairs": found.pairs.num_rows,
        "merges": found.to_merge,
        "review": found.to_review,
    }
    speaker.end({**counts, "out": str(out.resolve())}, say("cli.duplicates_found", **counts), written(out))


def _apply(book: Book, out: Path, merges: Path, speaker: Speaker) -> None:
    from jiuzhou.adapters.merges import FOLDER, read_merges, write_merged

    after = write_merged(book, read_merges(merges), out)
    counts = {"merges": after.merged_customers.num_rows, "customers": after.book.table("customers").num_rows}
    folder = str((out / FOLDER).resolve())
    speaker.end({**counts, "out": str(out.resolve())}, say("cli.duplicates_applied", **counts, folder=folder))
