"""Rejected rows as files a person opens in a spreadsheet: the row as it was, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa

from jiuzhou.adapters.exports import write_blocks, write_csv
from jiuzhou.adapters.folders import staged
from jiuzhou.adapters.texts import Lang, render
from jiuzhou.collect.findings import reason_of
from jiuzhou.kernel.message import Message, say


def write_rejects(rejects: Mapping[str, pa.Table], folder: Path | str, lang: Lang) -> None:
    """
    Write ``<table>.csv`` into ``folder`` for each table with rejected rows; files of tables without any vanish.

    Parameters
    ----------
    rejects
        By table, as collect returns them.
    folder
        Usually ``rejects`` in the folder of the Book; not made where nothing was rejected.
    lang
        Language of reason and suggestion.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    folder = Path(folder)
    full = {name: table for name, table in rejects.items() if table.num_rows}
    for path in sorted(folder.glob("*.csv")):
        if path.stem in rejects and path.stem not in full:
            path.unlink()
    if full:
        with staged(folder) as stage:
            for name, table in full.items():
                write_csv(told(table, lang), stage / f"{name}.csv")


def write_reject_blocks(path: Path, blocks: Iterable[pa.Table], lang: Lang) -> None:
    """Write the rejects of one table, block by block, as the file a person opens."""
    write_blocks((told(block, lang) for block in blocks), path)


def told(rejects: pa.Table, lang: Lang) -> pa.Table:
    """Return a table of rejects with ``reason`` and ``suggestion`` in words where its parameters were."""
    pairs = list(zip(rejects["code"].to_pylist(), rejects["params"].to_pylist(), strict=True))
    reasons = {pair: reason_of(*pair) for pair in dict.fromkeys(pairs)}
    words = {pair: (render(reason, lang), render(suggestion_of(reason), lang)) for pair, reason in reasons.items()}
    without = rejects.drop_columns(["params"])
    without = without.append_column("reason", pa.array([words[pair][0] for pair in pairs], pa.string()))
    return without.append_column("suggestion", pa.array([words[pair][1] for pair in pairs], pa.string()))


def suggestion_of(reason: Message) -> Message:
    """Return what to do about a reason: a near match where one was found, else what helps in general."""
    ending = "near" if reason.params.get("near") else "fix"
    return say(f"{reason.code}_{ending}", **reason.params)
