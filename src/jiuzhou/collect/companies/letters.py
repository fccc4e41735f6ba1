"""Texts made alike letter by letter: width, case, traditional characters, brackets, blanks and signs."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from jiuzhou.collect.companies.traditional import SIMPLIFIED

Letters = npt.NDArray[np.uint32]

_PLANE = 0x10000
_RARE_HAN, _BEHIND_HAN = 0x20000, 0x33480
_DROP, _GAP, _ROW = 0, 0x20, 0x0A
_OPEN, _CLOSE = "([{<【〔〈《「『［｛（﹝", ")]}>】〕〉》」』］｝）﹞"
_SILENT = "'’‘`´\u00ad\u200b\u200c\u200d\u2060\ufeff"
_MASK = "*"


def folded(texts: Sequence[str]) -> list[str]:
    """
    Return each text as it is compared.

    Letters and digits in half width and lower case without accents, traditional characters simplified, all brackets
    round, signs gone; a blank stays only between two Latin words, where it tells them apart. ``*``, with which
    numbers are masked, stays.
    """
    return _text_of(folded_letters(texts)).split("\n") if texts else []


def folded_letters(texts: Sequence[str]) -> Letters:
    """Return the letters of ``folded``, one text after the other, with the letter 10 (a new line) between them."""
    joined = "\n".join(texts)
    if joined.count("\n") >= len(texts):
        joined = "\n".join(text.replace("\n", " ") for text in texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return _without_gaps(_mapped(codes))


def _mapped(codes: Letters) -> Letters:
    mapped = _table()[np.minimum(codes, _PLANE)]
    rare = (codes >= _RARE_HAN) & (codes < _BEHIND_HAN)
    mapped[rare] = codes[rare]
    kept = mapped != _DROP
    return mapped if kept.all() else mapped[kept]


def _without_gaps(codes: Letters) -> Letters:
    gaps = np.flatnonzero(codes == _GAP)
    if not len(gaps):
        return codes
    # Of several blanks the last one counts: what stands before it is then a blank, and the one before that goes.
    after = codes[np.minimum(gaps + 1, len(codes) - 1)]
    last = np.concatenate([np.diff(gaps) != 1, [True]])
    first = np.concatenate([[True], np.diff(gaps) != 1])
    begins = np.maximum.accumulate(np.where(first, gaps, 0))
    before = np.where(begins > 0, codes[begins - 1], _ROW)
    keep = last & _is_latin(before) & _is_latin(after) & (gaps + 1 < len(codes))
    kept = np.ones(len(codes), dtype=bool)
    kept[gaps[~keep]] = False
    return codes[kept]


def _is_latin(codes: Letters) -> npt.NDArray[np.bool_]:
    return (codes >= 0x61) & (codes <= 0x7A) | (codes >= 0x30) & (codes <= 0x39)


def _text_of(codes: Letters) -> str:
    return codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")


@cache
def _table() -> Letters:
    table = np.array([_letter(chr(code)) for code in range(_PLANE)] + [_GAP], dtype=np.uint32)
    table[_ROW] = _ROW
    return table


def _letter(sign: str) -> int:
    if sign in _SILENT:
        return _DROP
    if sign in _OPEN:
        return ord("(")
    if sign in _CLOSE:
        return ord(")")
    plain = unicodedata.normalize("NFKC", SIMPLIFIED.get(sign, sign)).casefold()
    letter = plain if len(plain) == 1 else sign
    base = unicodedata.normalize("NFD", letter)[0]
    letter = SIMPLIFIED.get(letter, base if base.isascii() else letter)
    kind = unicodedata.category(letter)[0]
    if kind == "M":
        return _DROP
    return ord(letter) if kind in "LN" or letter == _MASK else _GAP
