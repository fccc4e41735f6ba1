"""Telephone numbers and e-mail addresses in one form each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

FREE_MAIL = frozenset(
    {
        *("qq.com", "vip.qq.com", "foxmail.com", "163.com", "vip.163.com", "126.com", "yeah.net", "188.com", "139.com"),
        *("189.cn", "wo.cn", "sina.com", "sina.cn", "vip.sina.com", "sohu.com", "tom.com", "21cn.com", "aliyun.com"),
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "live.cn", "msn.com", "yahoo.com"),
        *("yahoo.cn", "yahoo.com.cn", "icloud.com", "me.com", "proton.me", "protonmail.com", "aol.com", "gmx.com"),
    }
)
"""Where anybody gets an address: sharing one of these says nothing about a company."""

_SEVERAL = re.compile(r"[,;/|、，；\n]")
_EXTENSION = re.compile(r"(?:转|分机|ext\.?|extension|x|#)\s*[:：]?\s*(\d{1,6})\D*$", re.IGNORECASE)
_SECOND_PART = re.compile(r"^(.*\d{7,8})\s*-\s*(\d{1,6})$")
_MOBILE = re.compile(r"1[3-9][\d*]{9}")
_LANDLINE = re.compile(r"0?(10|2\d|[3-9]\d{2})(\d{7,8})")
_HOTLINE = re.compile(r"[48]00\d{7}")
_ADDRESS = r"^[^@\s]+@[^@\s]+\.[^@\s.]{2,}$"
_TWO_DIGIT_AREAS = re.compile(r"0?(10|2\d)(\d{8})")


def phones(texts: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return each telephone number as ``phone_number`` does; null where there is none."""
    return _by_text(texts, r"^1[3-9][0-9*]{9}$", phone_number)


def phone_number(text: str) -> str:
    """
    Return the first number in ``text`` in one form; empty where there is none.

    A mobile number has 11 digits, a landline ``0512-62881234`` with its area code where one is written, an extension
    follows as ``-801``; +86 is left out, another country's number keeps its ``+``. Digits masked by ``*`` stay so.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    for part in _SEVERAL.split(plain):
        number = _one_number(part)
        if number:
            return number
    return ""


def emails(texts: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return each e-mail address in lower case and half width; null where there is none."""
    return _by_text(texts, r"^[a-z0-9._+-]+@[a-z0-9-]+(\.[a-z0-9-]+)+$", _one_address)


def company_domain(email: str) -> str:
    """Return the domain of an address; empty where anybody can have one there."""
    domain = email.rpartition("@")[2].casefold()
    return "" if domain in FREE_MAIL else domain


def _by_text(texts: pa.Array | pa.ChunkedArray, in_order: str, mend: Callable[[str], str]) -> pa.Array:
    plain = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    plain = plain.cast(pa.string())
    messy = pc.fill_null(pc.invert(pc.match_substring_regex(plain, in_order)), False)
    if not pc.any(messy).as_py():
        return plain
    encoded = plain.filter(messy).dictionary_encode()
    mended = pa.array([mend(text) or None for text in encoded.dictionary.to_pylist()], pa.string())
    return pc.replace_with_mask(plain, messy, mended.take(encoded.indices))


def _one_address(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip().strip("<>").removeprefix("mailto:").casefold()
    return plain if re.match(_ADDRESS, plain) else ""


def _one_number(text: str) -> str:
    extension = ""
    found = _EXTENSION.search(text) or _SECOND_PART.search(text)
    if found:
        extension = f"-{found[found.lastindex or 1]}"
        text = text[: found.start(found.lastindex or 1)]
    foreign = text.strip().startswith("+") or text.strip().startswith("00")
    digits = re.sub(r"[^\d*]", "", text)
    if foreign:
        digits = digits.removeprefix("00") if not text.strip().startswith("+") else digits
        if not digits.startswith("86"):
            return f"+{digits}{extension}" if len(digits) >= 7 else ""
    local = digits.removeprefix("86") if foreign or (len(digits) > 11 and digits.startswith("86")) else digits
    if len(local) == 12 and local.startswith("01") and _MOBILE.fullmatch(local[1:]):
        local = local[1:]  # 0 before a mobile number, as it was dialled from another city
    if _MOBILE.fullmatch(local):
        return local
    if _HOTLINE.fullmatch(local):
        return local + extension
    if local.startswith("0") or len(local) > 8:
        parts = _TWO_DIGIT_AREAS.fullmatch(local) or _LANDLINE.fullmatch(local)
        return f"0{parts[1]}-{parts[2]}{extension}" if parts else (local if len(local) >= 7 else "")
    return local + extension if len(local) >= 7 else ""
