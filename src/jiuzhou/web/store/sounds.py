"""How a name sounds: the key by which Chinese and other names stand in one alphabetical order."""

from __future__ import annotations

from functools import cache

LONGEST = 300


def sort_key(text: str) -> str:
    """
    Return ``text`` as its pinyin in lower case, one space between syllables: 苏州 A 厂 is ``su zhou a chang``.

    Where a character has several readings the word it stands in decides: 重庆 is ``chong qing``, 长沙 ``chang sha``.
    """
    return " ".join(_syllables(text)).casefold()[:LONGEST]


def initials(text: str) -> str:
    """Return the first letters of the syllables of ``text``: 苏州 A 厂 is ``szac``."""
    return "".join(syllable[0] for syllable in _syllables(text)).casefold()


def readings(text: str) -> list[str]:
    """Return the syllable of each character of ``text``, read in its word; nothing where a character has no reading."""
    found: list[str] = []
    phrases = _phrases()
    while len(found) < len(text):
        place = len(found)
        for length in (4, 3, 2):
            known = phrases.get(text[place : place + length])
            if known:
                break
        else:
            known = () if text[place].isascii() else _syllable(text[place])
        found += known or [""]
    return found


def _syllables(text: str) -> list[str]:
    if text.isascii():
        return text.split()
    pieces: list[str] = []
    plain = ""
    place = 0
    phrases = _phrases()
    while place < len(text):
        for length in (4, 3, 2):
            known = phrases.get(text[place : place + length])
            if known and place + length <= len(text):
                break
        else:
            length, known = 1, _syllable(text[place])
        if known is None:
            plain += text[place]
        else:
            pieces += [*plain.split(), *known]
            plain = ""
        place += length
    return [*pieces, *plain.split()]


@cache
def _syllable(character: str) -> tuple[str, ...] | None:
    from pypinyin import lazy_pinyin

    found = lazy_pinyin(character, errors=lambda _: "")
    return tuple(syllable for syllable in found if syllable) or None


@cache
def _phrases() -> dict[str, tuple[str, ...]]:
    """Return the words whose reading is not that of their characters, which are few among many."""
    from pypinyin.constants import PHRASES_DICT, PINYIN_DICT
    from pypinyin.contrib.tone_convert import to_normal

    usual = {chr(code): readings.split(",")[0] for code, readings in PINYIN_DICT.items()}
    odd = {}
    for phrase, readings in PHRASES_DICT.items():
        if len(phrase) > 4 or len(phrase) != len(readings):
            continue
        if any(usual.get(sign) != reading[0] for sign, reading in zip(phrase, readings, strict=True)):
            odd[phrase] = tuple(to_normal(reading[0]) for reading in readings)
    return odd
