"""统一社会信用代码 and what stood before it, as people type them: put in order, checked, and a slip explained."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.geo.codes import PROVINCE_DIGITS
from jiuzhou.kernel.arrays import Ints, Mask
from jiuzhou.kernel.credit_code import LENGTH, LETTERS, ORGANISATION, Places, check_values, organisation_checks
from jiuzhou.kernel.message import Message, say

CREDIT, OLD, ORGANISATION_ONLY = "credit", "old", "organisation"
"""Kinds of number that are accepted: of 18 characters, of 15 (before 2015), the organisation code of 9 alone."""

_KINDS = ("", CREDIT, OLD, ORGANISATION_ONLY)
_NONE, _CREDIT, _OLD, _ORGANISATION = range(4)
_REASONS = ("", "credit_length", "credit_letter", "credit_check", "credit_masked")
_OLD_LENGTH, _ORGANISATION_LENGTH = 15, 9
_PLACES = np.full(256, -1, dtype=np.int8)
_PLACES[np.frombuffer(LETTERS.encode(), dtype=np.uint8)] = np.arange(len(LETTERS))
_OFTEN_MISTAKEN = str.maketrans("OISZV", "0152U")
_SIGNS = re.compile(r"[^0-9A-Z*]+")
_KINDS_OF_BODY = frozenset(
    {
        *("11", "12", "13", "19", "21", "29", "31", "32", "33", "34", "35", "39", "41", "49", "51", "52", "53", "54"),
        *("55", "59", "61", "62", "69", "71", "72", "79", "81", "89", "91", "92", "93", "A1", "A9", "N1", "N2", "N3"),
        *("N9", "Y1"),
    }
)
"""First two characters in use: the registering office and the kind of organisation (GB 32100-2015, tables 1 and 2)."""


@dataclass(frozen=True, slots=True)
class CompanyNumbers:
    """
    A column of tax numbers, put in order and checked; each attribute has shape ``(n,)``.

    Attributes
    ----------
    normalised
        In half width and upper case without blanks and signs; null where nothing was given.
    valid
        Whether the number is accepted: a credit code whose last character checks it, or an older number.
    kind
        ``credit``, ``old`` or ``organisation``; empty where not accepted.
    reason
        Why it is not accepted, as the last part of a code of the catalogue: ``credit_length``, ``credit_letter``,
        ``credit_check``, ``credit_masked``; empty where accepted or nothing was given.
    organisation
        The organisation code of nine characters, where an accepted number holds one that its own check confirms;
        else null.
    """

    normalised: pa.Array
    valid: Mask
    kind: pa.Array
    reason: pa.Array
    organisation: pa.Array


def credit_codes(texts: pa.Array | pa.ChunkedArray) -> CompanyNumbers:
    """Return the numbers in ``texts``, put in order and checked."""
    clean = _in_order(texts)
    lengths = pc.fill_null(pc.binary_length(clean), 0).to_numpy(zero_copy_only=False)
    long = _values(clean, lengths == LENGTH, LENGTH)
    is_credit = np.zeros(len(clean), dtype=bool)
    rows = np.flatnonzero(lengths == LENGTH)
    written = (long >= 0).all(axis=1)
    is_credit[rows] = written & _is_checked(np.maximum(long, 0))
    kind = np.select(
        [is_credit, _is_old(clean, lengths), _is_organisation(clean, lengths)], [_CREDIT, _OLD, _ORGANISATION], _NONE
    )
    reason = np.where(lengths == 0, 0, _REASONS.index("credit_length"))
    reason[rows] = np.where(written, _REASONS.index("credit_check"), _REASONS.index("credit_letter"))
    masked = pc.fill_null(pc.match_substring(clean, "*"), False).to_numpy(zero_copy_only=False)
    reason[masked] = _REASONS.index("credit_masked")
    reason[kind != _NONE] = 0
    return CompanyNumbers(
        clean,
        kind != _NONE,
        pa.array(_KINDS, pa.string()).take(pa.array(kind)),
        pa.array(_REASONS, pa.string()).take(pa.array(reason)),
        _organisations(clean, kind),
    )


def number_problem(text: str) -> Message | None:
    """Return what is wrong with a tax number; ``None`` where it is accepted or empty."""
    found = credit_codes(pa.array([text], pa.string()))
    reason = found.reason[0].as_py()
    return say(f"companies.{reason}", value=text, near=suggested_code(text)) if reason else None


def suggested_code(text: str) -> str:
    """
    Return the one valid credit code that ``text`` can be read as; empty where there is none or more than one.

    Letters that no code has are read as the digits they look like; after that one wrong character is allowed, where
    checks, office and area leave a single way to mend it.
    """
    clean = _tidy(text).translate(_OFTEN_MISTAKEN)
    if len(clean) != LENGTH or any(letter not in LETTERS for letter in clean):
        return ""
    values = np.array([LETTERS.index(letter) for letter in clean], dtype=np.int64)
    if _is_checked(values[None])[0]:
        return clean if clean != text else ""
    tried = np.repeat(values[None], LENGTH * len(LETTERS), axis=0)
    row = np.arange(len(tried))
    tried[row, row // len(LETTERS)] = row % len(LETTERS)
    mended = {"".join(LETTERS[place] for place in code) for code in tried[_is_twice_checked(tried)]}
    likely = [code for code in mended if code[:2] in _KINDS_OF_BODY and _is_area(code[2:8])]
    return likely[0] if len(likely) == 1 else ""


def _is_checked(values: Places) -> Mask:
    right: Mask = check_values(values[:, :17]) == values[:, 17]
    return right


def _is_twice_checked(values: Places) -> Mask:
    body = values[:, ORGANISATION]
    right: Mask = _is_checked(values) & (organisation_checks(body[:, :8]) == body[:, 8])
    return right


def _is_area(digits: str) -> bool:
    return digits.isdigit() and (digits[:2] in PROVINCE_DIGITS or digits[:2] == "10")


def _in_order(texts: pa.Array | pa.ChunkedArray) -> pa.Array:
    plain = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    plain = plain.cast(pa.string())
    messy = pc.fill_null(pc.invert(pc.match_substring_regex(plain, r"^[0-9A-Z]+$")), False)
    if not pc.any(messy).as_py():
        return plain
    tidy = [_tidy(text) or None for text in plain.filter(messy).to_pylist()]
    return pc.replace_with_mask(plain, messy, pa.array(tidy, pa.string()))


def _tidy(text: str) -> str:
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text).upper())


def _values(texts: pa.Array, chosen: Mask, width: int) -> Places:
    rows = pa.concat_arrays([texts.filter(pa.array(chosen))])
    if not len(rows):
        return np.zeros((0, width), dtype=np.int8)
    start = np.frombuffer(rows.buffers()[1], dtype=np.int32)[rows.offset]
    letters = np.frombuffer(rows.buffers()[2], dtype=np.uint8)[start : start + len(rows) * width]
    places: Places = _PLACES[letters.reshape(-1, width)]
    return places


def _is_old(texts: pa.Array, lengths: npt.NDArray[np.int32]) -> Mask:
    # A registration number (15 digits), or an old tax number: area and organisation code.
    likely = lengths == _OLD_LENGTH
    fits = pc.match_substring_regex(texts, r"^[0-9]{6}[0-9A-Z]{8}[0-9X]$")
    old: Mask = likely & pc.fill_null(fits, False).to_numpy(zero_copy_only=False)
    return old


def _is_organisation(texts: pa.Array, lengths: npt.NDArray[np.int32]) -> Mask:
    found: Mask = lengths == _ORGANISATION_LENGTH
    values = _values(texts, found, _ORGANISATION_LENGTH)
    right = (values >= 0).all(axis=1) & (organisation_checks(np.maximum(values, 0)[:, :8]) == values[:, 8])
    found[found] = right
    return found


def _organisations(texts: pa.Array, kind: Ints) -> pa.Array:
    none = pa.scalar(None, pa.string())
    parts = pc.if_else(pa.array(kind == _CREDIT), pc.utf8_slice_codeunits(texts, 8, 17), none)
    if (kind >= _OLD).any():
        parts = pc.if_else(pa.array(kind == _OLD), pc.utf8_slice_codeunits(texts, 6), parts)
        parts = pc.if_else(pa.array(kind == _ORGANISATION), texts, parts)
    sound = _is_organisation(parts, pc.fill_null(pc.binary_length(parts), 0).to_numpy(zero_copy_only=False))
    return parts if sound.sum() == len(parts) - parts.null_count else pc.if_else(pa.array(sound), parts, none)
