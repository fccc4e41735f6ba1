"""Numbers, amounts and yes or no, as people write them; refused where two readings are possible."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jiuzhou.kernel.arrays import mask_of
from jiuzhou.kernel.column import ARROW, Kind
from jiuzhou.kernel.money import UNIT

MONEY_LIMIT = 1e14 - 1
"""Amounts of this size or more do not fit ``decimal(18, 4)``."""

NUMBER_LIMIT = 1e18
"""No number of a company's is as large; beyond it products of numbers would run out of floats."""

SIGNS = {
    "¥": ("CNY", "JPY"),
    "€": ("EUR",),
    "£": ("GBP", "EGP", "GIP", "FKP"),
    "$": ("USD", "HKD", "TWD", "SGD", "AUD", "CAD", "NZD", "MXN", "BRL", "CLP", "COP", "ARS"),
}
"""The currencies that a sign may stand for."""

_WIDE = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_WIDE |= {0x3000: " ", 0xFFE5: "¥", 0xFFE1: "£", 0x2212: "-"}
_ANY_WIDE = "[\uff01-\uff5e\u3000\uffe5\uffe1\u2212]"
_PLAIN = r"^-?[0-9]+(\.[0-9]+)?$"
_PLAIN_MONEY = r"^-?[0-9]{1,13}(\.[0-9]{1,4})?$"
_NUMBER = r"^-?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
_COMMA_DECIMALS = r"^[^0-9.,]*([0-9]{1,3}(\.[0-9]{3})+|[0-9]+)(,[0-9]+)?[^0-9.,]*$"
_GROUPED = r"^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?([^0-9,.].*)?$"
_TENS = (("万亿", "E12"), ("千万", "E7"), ("百万", "E6"), ("亿", "E8"), ("万", "E4"), ("千", "E3"))
_YES = frozenset(("是", "true", "1", "1.0", "yes", "y", "t", "√", "真", "有", "对"))
_NO = frozenset(("否", "false", "0", "0.0", "no", "n", "f", "×", "假", "无", "错"))


def narrow(texts: pa.Array) -> pa.Array:
    """Return ``texts`` with full-width letters, digits and signs as ASCII."""
    wide = pc.match_substring_regex(texts, _ANY_WIDE)
    if not pc.any(wide).as_py():
        return texts
    folded = [text.translate(_WIDE) for text in texts.filter(wide).to_pylist()]
    return pc.replace_with_mask(texts, wide, pa.array(folded, pa.string()))


def parse_number(texts: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """
    Return ``texts`` as floats, and which of them are numbers below 10^18.

    Parameters
    ----------
    texts
        Not null, trimmed. ASCII after width folding; thousands may be grouped with commas, 万 and 亿 and % may follow.
    """
    return _floats(_canonical(texts, percent=True))


def parse_money(texts: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """
    Return ``texts`` as ``decimal(18, 4)``, rounded half-even and never through a float, and which are amounts.

    Parameters
    ----------
    texts
        As for ``parse_number``; a currency sign may stand before, 元 behind, and brackets mean a minus.
    """
    if pc.all(pc.match_substring_regex(texts, _PLAIN_MONEY)).as_py():
        return texts.cast(ARROW[Kind.MONEY]), np.ones(len(texts), dtype=bool)
    said = _canonical(_without_signs(texts), percent=False)
    size, good = _floats(said)
    good &= mask_of(pc.fill_null(pc.less(pc.abs(size), MONEY_LIMIT), False))
    plain = good & mask_of(pc.match_substring_regex(said, r"^-?[0-9]{1,14}(\.[0-9]{1,18})?$"))
    digits = pc.if_else(pa.array(plain), said, pa.scalar(None, pa.string()))
    amounts = round_money(digits.cast(pa.decimal128(38, 18)))
    if not (odd := good & ~plain).any():
        return amounts, good
    rest = [Decimal(text).quantize(UNIT, ROUND_HALF_EVEN) for text in said.filter(pa.array(odd)).to_pylist()]
    return pc.replace_with_mask(amounts, pa.array(odd), pa.array(rest, ARROW[Kind.MONEY])), good


def parse_integer(texts: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """Return ``texts`` as whole numbers below 10^18, and which are such; ``12.0`` is 12 and ``12.5`` is none."""
    said = _canonical(texts, percent=False)
    plain = mask_of(pc.match_substring_regex(said, r"^-?[0-9]{1,18}$"))
    whole = pc.if_else(pa.array(plain), said, pa.scalar(None, pa.string())).cast(pa.int64())
    odd = ~plain & mask_of(pc.match_substring_regex(said, _NUMBER))
    if not odd.any():
        return whole, plain
    given = [Decimal(text) for text in said.filter(pa.array(odd)).to_pylist()]
    fits = [abs(value) < 10**18 and value == value.to_integral_value() for value in given]
    rest = [int(value) if fit else None for value, fit in zip(given, fits, strict=True)]
    good = plain.copy()
    good[odd] = fits
    return pc.replace_with_mask(whole, pa.array(odd), pa.array(rest, pa.int64())), good


def parse_yes_no(texts: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """Return ``texts`` such as 是, no, TRUE, 0 as booleans, and which of them are one."""
    said = [text.casefold() for text in narrow(texts).to_pylist()]
    values = [True if text in _YES else False if text in _NO else None for text in said]
    return pa.array(values, pa.bool_()), np.array([value is not None for value in values], dtype=bool)


def round_money(amounts: pa.Array) -> pa.Array:
    """Return decimals of any scale as the Book's ``decimal(18, 4)``, rounded half-even."""
    return pc.round(amounts, 4, "half_to_even").cast(ARROW[Kind.MONEY])


def with_decimal_points(column: pa.Array) -> pa.Array:
    """Return texts such as ``1.234,50`` as ``1234.50``; what is no text, or no such number, as it is."""
    if not pa.types.is_string(column.type):
        return column
    said = narrow(column)
    comma = pc.fill_null(pc.match_substring_regex(said, _COMMA_DECIMALS), False)
    pointed = pc.replace_substring(pc.replace_substring(said, ".", ""), ",", ".")
    return pc.if_else(comma, pointed, column)


def in_units(column: pa.Array, word: str) -> pa.Array:
    """
    Return amounts written in a larger unit as they are to be read: texts with the unit's word, numbers multiplied.

    Parameters
    ----------
    word
        千, 万, 百万, 亿, or empty. A text that says such a word itself is left at its word.
    """
    if not word:
        return column
    if not pa.types.is_string(column.type):
        factor = 10 ** int(dict(_TENS)[word][1:])
        number = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
        return pc.multiply(column.cast(pa.float64() if number else pa.decimal128(38, 10)), factor)
    bare = pc.replace_substring_regex(pc.utf8_trim_whitespace(column), r"\s*元([)）]?)$", r"\1")
    mine = pc.and_(
        pc.match_substring_regex(bare, r"[0-9０-９][)）]?$"), pc.invert(pc.match_substring_regex(bare, "[万亿千百]"))
    )
    return pc.if_else(pc.fill_null(mine, False), pc.replace_substring_regex(bare, r"([)）]?)$", rf"{word}\1"), column)


def other_currency(texts: pa.Array, currencies: pa.Array) -> np.ndarray:
    """Return where the sign before an amount contradicts its currency's ISO code, shape ``(n,)``."""
    narrowed = narrow(texts)
    wrong = np.zeros(len(texts), dtype=bool)
    for sign, codes in SIGNS.items():
        has = pc.fill_null(pc.match_substring(narrowed, sign), False)
        wrong |= mask_of(has) & ~mask_of(pc.is_in(currencies, value_set=pa.array(codes)))
    return wrong


def _canonical(texts: pa.Array, *, percent: bool) -> pa.Array:
    plain = pc.match_substring_regex(texts, _PLAIN)
    if pc.all(plain).as_py():
        return texts
    said = narrow(texts.filter(pc.invert(plain)))
    grouped = pc.match_substring_regex(said, _GROUPED)
    said = pc.if_else(grouped, pc.replace_substring(said, ",", ""), said)
    for word, power in (*_TENS, ("%", "E-2")) if percent else _TENS:
        said = pc.replace_substring_regex(said, rf"^([+-]?[0-9.]+)\s*{word}$", rf"\1{power}")
    said = pc.replace_substring_regex(said, r"^\+([0-9.])", r"\1")
    return pc.replace_with_mask(texts, pc.invert(plain), said)


def _floats(said: pa.Array) -> tuple[pa.Array, np.ndarray]:
    numbers = pc.if_else(pc.match_substring_regex(said, _NUMBER), said, pa.scalar(None, pa.string())).cast(pa.float64())
    good = mask_of(pc.fill_null(pc.less(pc.abs(numbers), NUMBER_LIMIT), False))
    return pc.if_else(pa.array(good), numbers, pa.scalar(None, pa.float64())), good


def _without_signs(texts: pa.Array) -> pa.Array:
    signed = pc.match_substring_regex(texts, r"[¥$£€￥＄￡元(（]")
    if not pc.any(signed).as_py():
        return texts
    said = narrow(texts.filter(signed))
    said = pc.replace_substring_regex(said, r"^\(([^-+()]+)\)$", r"-\1")
    said = pc.replace_substring_regex(said, r"^([+-]?)\s*[¥$£€]\s*([+-]?)", r"\1\2")
    said = pc.replace_substring_regex(said, r"\s*元$", "")
    return pc.replace_with_mask(texts, signed, said)
