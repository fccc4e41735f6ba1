"""A Book made on disk from tables of any size: read in blocks, checked, and written all or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from jiuzhou.adapters.books import QUALITY, REJECTS, check_free, drop_old_tables
from jiuzhou.adapters.folders import staged
from jiuzhou.adapters.json_files import write_json
from jiuzhou.adapters.rejects import write_reject_blocks
from jiuzhou.adapters.shelves import DiskShelf
from jiuzhou.adapters.sources.book_toml import SETTINGS, settings_text
from jiuzhou.adapters.sources.places import open_sources
from jiuzhou.adapters.texts import Lang
from jiuzhou.collect import Quality, Wishes
from jiuzhou.collect.addressing import Find
from jiuzhou.collect.gathering import Progress, gather
from jiuzhou.collect.reading import no_customers

DOUBTS = "doubts"


def collect_into(
    folder: Path | str,
    *sources: Path | str,
    wishes: Wishes | None = None,
    lang: Lang | None = None,
    announce: Callable[[Progress], None] = lambda progress: None,
    find: Find | None = None,
) -> Quality:
    """
    Write the Book that the tables at ``sources`` make, all or nothing.

    Beside its tables and ``book.toml`` that is ``quality.json``, ``rejects/<table>.csv`` with the rows that were left
    out, and ``doubts/<table>.csv`` with what is doubtful about rows that were kept.

    Parameters
    ----------
    wishes
        What a person said about mapping and units.
    lang
        Language of reasons and suggestions; the Book's own where not given.
    announce
        Called after each block that was read.
    find
        Asked where the addresses of customers without coordinates are, such as a ``geocoded.Gazette``.

    Raises
    ------
    BookError
        If a file cannot be read, the tables are no Book, or not one customer was kept; nothing is written then.
    RefusedError
        If the folder holds tables in another form.
    """
    folder = Path(folder)
    check_free(folder)
    with open_sources(*sources) as (settings, found), staged(folder) as stage:
        shelf = DiskShelf(stage)
        quality = gather(found, settings, shelf, wishes=wishes, announce=announce, find=find)
        if not quality.tables["customers"].kept:
            raise no_customers(quality.tables["customers"], _first(shelf.rejects_path("customers")))
        spoken: Lang = lang or ("en" if settings.language == "en" else "zh")
        for name in quality.tables:
            _tell(shelf.rejects_path(name), stage / REJECTS / f"{name}.csv", spoken)
            _tell(shelf.doubts_path(name), stage / DOUBTS / f"{name}.csv", spoken)
        write_json(stage / QUALITY, "quality", quality.to_json())
        (stage / SETTINGS).write_text(settings_text(settings), "utf-8")
    drop_old_tables(list(quality.tables), folder)
    for name, table in quality.tables.items():
        for kind, rows in ((REJECTS, table.rejected), (DOUBTS, len(table.doubts))):
            if not rows:
                (folder / kind / f"{name}.csv").unlink(missing_ok=True)
    return quality


def _first(path: Path) -> pa.Table | None:
    return next((pa.Table.from_batches([batch]) for batch in pq.ParquetFile(path).iter_batches(1)), None)


def _tell(path: Path, told: Path, lang: Lang) -> None:
    """Turn rejects or doubts as they are kept into a file a person opens."""
    if not path.is_file():
        return
    told.parent.mkdir(exist_ok=True)
    with pq.ParquetFile(path) as file:
        blocks: Sequence[int] = range(file.num_row_groups)
        write_reject_blocks(told, (file.read_row_group(block) for block in blocks), lang)
    path.unlink()
