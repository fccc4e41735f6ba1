"""What two customers are compared by: their columns in one form, as numbers that are equal where the values are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.collect.companies import credit_codes, emails, names_of_companies, phones
from jiuzhou.collect.companies.places import place_at_start
from jiuzhou.collect.duplicates.streets import streets
from jiuzhou.geo.codes import current_code, prefecture_of
from jiuzhou.kernel.arrays import ArrowColumn, Ints, integers

MARKS = (
    *("core", "bag", "head", "rest", "branch", "area", "organisation", "number", "phone", "email", "street", "site"),
    *("same_organisation", "same_email", "same_number"),
    *("begin_area", "frame_area", "site_head", "site_tail", "phone_area", "phone_head"),
)
"""
Columns of ``marks``: numbers, equal where the values are, null where nothing is known.

``bag`` stands for the letters of the core in any order, ``head`` and ``rest`` for the first two and the others;
``area`` is the prefecture; ``number`` a tax number that is not valid; ``site`` street and house. The last nine are
keys, known only where a few customers share them: ``begin`` is the first four letters of the core, ``tail`` its last
two, ``frame`` head and tail.
"""

CROWD = 30
"""A key that more customers share says little of any two of them, and pairs grow with the square of a crowd."""

_MOST_OF_ONE = 200
_BRAND = 2
_ROW = 10
_BUCKET_BITS = 21
_MIX = np.uint64(0x9E37_79B9_7F4A_7C15)
_NOTHING = -1


def marks(customers: pa.Table) -> pa.Table:
    """
    Return the columns of ``MARKS``, ``row``, the customer's position, and ``letters``, its core as text.

    Shape ``(n,)`` each.

    Parameters
    ----------
    customers
        The table ``customers`` of a Book.
    """
    names = names_of_companies(customers["name"])
    numbers = credit_codes(customers["tax_id"])
    unchecked = pc.if_else(pa.array(numbers.valid), pa.scalar(None, pa.string()), numbers.normalised)
    street, site = streets(customers["address"])
    core = names["core"].combine_chunks()
    found = {
        "core": _coded(core),
        "bag": _bags(core),
        "head": _coded(pc.utf8_slice_codeunits(core, 0, _BRAND)),
        "rest": _coded(pc.utf8_slice_codeunits(core, _BRAND)),
        "branch": _coded(names["branch"], empty=True),
        "area": _areas(names["place"], customers),
        "organisation": _coded(numbers.organisation),
        "number": _coded(unchecked),
        "phone": _coded(phones(customers["phone"])),
        "email": _coded(emails(customers["email"])),
        "street": np.where(street == 0, _NOTHING, _ranks(street)),
        "site": np.where(site == 0, _NOTHING, _ranks(site)),
    }
    found |= _keys(found, core)
    columns = {name: pa.array(found[name].astype(np.int32), mask=found[name] < 0) for name in MARKS}
    return pa.table({"row": pa.array(np.arange(customers.num_rows, dtype=np.int64)), **columns, "letters": core})


def _keys(found: Mapping[str, Ints], core: pa.Array) -> Mapping[str, Ints]:
    begin = _coded(pc.utf8_slice_codeunits(core, 0, 2 * _BRAND))
    tail = _coded(pc.utf8_slice_codeunits(core, -_BRAND))
    site = _shared_pairs(found["site"], found["area"])
    keys = {
        "begin_area": (begin, found["area"]),
        "frame_area": (_paired(found["head"], tail), found["area"]),
        "site_head": (site, found["head"]),
        "site_tail": (site, tail),
        "phone_area": (found["phone"], found["area"]),
        "phone_head": (found["phone"], found["head"]),
    }
    shared = {name: _shared_pairs(*pair) for name, pair in keys.items()}
    single = {f"same_{name}": _shared(found[name]) for name in ("email", "number")}
    single["same_organisation"] = _shared(found["organisation"], most=_MOST_OF_ONE)
    return {**single, **shared}


def _bags(texts: pa.Array) -> Ints:
    # A sum does not mind the order of what it adds; mixing makes equal sums of other letters as rare as 2^-64.
    plain = [text or "" for text in texts.to_pylist()]
    letters = np.frombuffer("\n".join(["", *plain]).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    mixed = letters.astype(np.uint64) * _MIX
    mixed = (mixed ^ (mixed >> np.uint64(29))) * _MIX
    sums = np.add.reduceat(mixed, np.flatnonzero(letters == _ROW)) if len(plain) else mixed
    empty = pc.fill_null(pc.equal(texts, ""), True).to_numpy(zero_copy_only=False)
    return np.where(empty, _NOTHING, _ranks(sums.view(np.int64)))


def _coded(texts: ArrowColumn, *, empty: bool = False) -> Ints:
    plain = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    encoded = plain.dictionary_encode()
    codes = integers(encoded.indices, missing=_NOTHING)
    if empty:
        return codes
    blank = pc.index(encoded.dictionary, "").as_py()
    return np.where(codes == blank, _NOTHING, codes) if blank >= 0 else codes


def _areas(places: ArrowColumn, customers: pa.Table) -> Ints:
    # The name says it best; a region may be missing, or be one of the company's own; the address is read last.
    named = _prefectures(places)
    stated = _prefectures(customers["region_code"])
    area = np.where(named >= 0, named, stated)
    unknown = np.flatnonzero(area < 0)
    addresses = customers["address"].take(pa.array(unknown)).to_pylist()
    area[unknown] = [_prefecture(place_at_start(address or "", 0)[0]) for address in addresses]
    return area


def _prefectures(codes: ArrowColumn) -> Ints:
    plain = codes.combine_chunks() if isinstance(codes, pa.ChunkedArray) else codes
    encoded = plain.dictionary_encode()
    known = np.array([_prefecture(code or "") for code in encoded.dictionary.to_pylist()] + [_NOTHING], dtype=np.int64)
    return known[integers(encoded.indices, missing=_NOTHING)]


def _prefecture(code: str) -> int:
    found = prefecture_of(current_code(code) or "")
    return int(found) if found else _NOTHING


def _paired(left: Ints, right: Ints) -> Ints:
    """Return one number for each pair of values, or nothing where one of the two is unknown."""
    known = (left >= 0) & (right >= 0)
    return np.where(known, left * (int(right.max(initial=0)) + 1) + right, _NOTHING)


def _shared_pairs(left: Ints, right: Ints) -> Ints:
    # Most pairs of values come once. Counting them by a hash first leaves few to be told apart exactly.
    pairs = _paired(left, right)
    buckets = ((pairs.astype(np.uint64) * _MIX) >> np.uint64(64 - _BUCKET_BITS)).astype(np.int64)
    often = np.bincount(buckets, minlength=1 << _BUCKET_BITS) > 1
    maybe = (pairs >= 0) & often[buckets]
    codes = np.full(len(pairs), _NOTHING, dtype=np.int64)
    codes[maybe] = _ranks(pairs[maybe])
    return _shared(codes)


def _ranks(values: Ints) -> Ints:
    return np.asarray(pa.array(values).dictionary_encode().indices.to_numpy(), dtype=np.int64)


def _shared(codes: Ints, *, most: int = CROWD) -> Ints:
    # A value that one customer alone has makes no pair, and one that a crowd has makes too many.
    counts = np.bincount(codes[codes >= 0], minlength=1)
    share = counts[np.maximum(codes, 0)]
    return np.where((codes >= 0) & (share > 1) & (share <= most), codes, _NOTHING)
