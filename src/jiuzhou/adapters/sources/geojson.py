"""Regions of one's own out of a GeoJSON file, as a table of the Book."""

from __future__ import annotations

from pathlib import Path

from jiuzhou.adapters.reasons import why
from jiuzhou.collect import RawTable, Source
from jiuzhou.collect.raw import source_of
from jiuzhou.kernel.errors import BookError, InputError

LARGEST = 256 << 20
"""Bytes of a file that is read whole."""


def geojson_source(path: Path) -> Source:
    """
    Return the regions of a GeoJSON file as table ``regions``, with the neighbours that share a border.

    Raises
    ------
    BookError
        If the file cannot be read, is larger than 256 MiB, or holds no regions; the sentence names the file and the
        feature.
    """
    from jiuzhou.geo.own_regions import read_own_regions

    try:
        if path.stat().st_size > LARGEST:
            raise BookError("adapters.geojson_too_large", file=path.name, most=LARGEST >> 20)
        content = path.read_bytes()
    except OSError as error:
        raise BookError("adapters.unreadable_file", file=path.name, reason=why(error)) from None
    try:
        table = read_own_regions(content).table
    except InputError as error:
        raise BookError("adapters.bad_geojson", file=path.name, reason=error.message) from None
    return source_of(RawTable(path.name, table, first_row=1))
