"""Columns of the company's own that hold a part of the address, and the names in them that no place has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher, get_close_matches
from functools import cache
from itertools import takewhile

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.aliases import folded
from jiuzhou.collect.areas import OwnAreas
from jiuzhou.collect.points import Doubts
from jiuzhou.geo.addresses import locate, locate_all
from jiuzhou.geo.codes import current_code, plain_code
from jiuzhou.geo.divisions import divisions
from jiuzhou.kernel.arrays import in_one_piece
from jiuzhou.kernel.message import Json

AREA_HEADINGS: tuple[frozenset[str], ...] = (
    frozenset(("省", "省份", "所在省", "所属省", "所属省份", "省市", "省自治区", "省级", "province", "state")),
    frozenset(
        ("市", "城市", "地市", "地级市", "所在市", "所在城市", "所属城市", "地区市", "市级", "city", "prefecture")
    ),
    frozenset(("区", "县", "区县", "县区", "县市", "区县市", "所在区", "所在区县", "所属区县", "district", "county")),
    frozenset(("街道", "乡镇", "街道乡镇", "乡镇街道", "镇街", "town", "street")),
)
"""Headings of the company's own columns that hold a part of the address, from large to small, as ``folded``."""

_LEVELS = ("province", "prefecture", "district")
_NO_NAMES = frozenset(
    ("市辖区", "县", "区", "省直辖县级行政区划", "自治区直辖县级行政区划", "其他", "其它", "无", "不详", "未知")
)
"""What such columns say where there is nothing to say."""
_ALIKE = 0.6
_COMPARED = 20
FIRM = 0.5
"""Least confidence in a name by which it is taken for the division's."""


def unknown_areas(table: pa.Table, own: OwnAreas | None) -> Iterator[Doubts]:
    """
    Yield the doubts about names of provinces, cities and districts that no place has, column by column.

    A district that resembles none is passed over: development zones and new towns are many, and no list has them all.
    """
    for level, headings in zip(_LEVELS, AREA_HEADINGS, strict=False):
        for column in table.column_names:
            if folded(column) in headings and is_text(table[column].type):
                yield _unknown(column, in_one_piece(pc.cast(table[column], pa.string())), level, own)


def area_named(text: str) -> tuple[str | None, tuple[str, ...]]:
    """
    Return the code of the division that a person names, and those of all divisions that it may mean.

    Parameters
    ----------
    text
        An adcode, also an older one, or a name such as 苏州, 苏州市 or 江苏省苏州市.

    Returns
    -------
    tuple
        The code, or ``None``: then the codes of several, or none at all.
    """
    if plain_code(text) is not None:
        code = current_code(text)
        return (code if code and divisions().get(code) else None), ()
    found = locate(text)
    if found.code is None or found.confidence < FIRM or found.candidates:
        return None, found.candidates
    return found.code, ()


def _unknown(column: str, written: pa.Array, level: str, own: OwnAreas | None) -> Doubts:
    encoded = written.dictionary_encode()
    texts = [(text or "").strip() for text in encoded.dictionary.to_pylist()]
    read = locate_all(pa.array(texts, pa.string())).select(["region_code", "candidates"]).to_pylist()
    wrong: dict[int, Mapping[str, Json]] = {}
    for place, (text, found) in enumerate(zip(texts, read, strict=True)):
        if not _is_name(text) or found["region_code"] or found["candidates"] or (own and own.stated(text)):
            continue
        near = _nearest(text, _names(level))
        if near or level != "district":
            wrong[place] = {"value": text, "near": near}
    at = pc.fill_null(encoded.indices, len(texts)).to_numpy()
    rows = np.flatnonzero(np.isin(at, list(wrong)))
    return Doubts(column, "collect.area_unknown", rows, [wrong[place] for place in at[rows].tolist()])


def _nearest(text: str, names: Sequence[str]) -> str:
    """Of names that are equally alike, the one that begins as the text does: 杭洲市 is 杭州市 rather than 株洲市."""
    alike = get_close_matches(text, names, n=_COMPARED, cutoff=_ALIKE)
    ratios = [SequenceMatcher(None, name, text).ratio() for name in alike]
    best = [name for name, ratio in zip(alike, ratios, strict=True) if ratio == ratios[0]]
    return max(best, key=lambda name: _begins_alike(name, text), default="")


def _begins_alike(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _is_name(text: str) -> bool:
    return len(text) > 1 and not text.isascii() and text not in _NO_NAMES


def is_text(kind: pa.DataType) -> bool:
    """Return whether a column of that type holds texts."""
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(value) or pa.types.is_large_string(value))


@cache
def _names(level: str) -> tuple[str, ...]:
    return tuple(division.name for division in divisions().by_code.values() if division.level == level)
