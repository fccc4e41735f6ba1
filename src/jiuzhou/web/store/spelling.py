"""
A name as the words it is found by, and what somebody types as phrases of such words.

Words are plain letters, digits and Han, so that every database takes them whole. Each begins with its kind: ``n`` two
neighbouring characters of the name, ``u`` one character, ``b`` two neighbouring syllables, ``i`` two neighbouring
initials, ``f`` the first initial, ``t`` a tag. Neighbours make phrases: 苏州康 is ``n苏州 n州康``, one after the other.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2s
from itertools import groupby, pairwise

from jiuzhou.web.store.sounds import readings

LONGEST = 40
"""Characters of one typed word that are looked at."""

_GAP = "z"
_WAYS = 48
_READ_TWICE = {
    "重": "zhong",
    "长": "zhang",
    "厦": "sha",
    "曾": "zeng",
    "单": "shan",
    "解": "xie",
    "仇": "qiu",
    "朴": "pu",
    "查": "zha",
    "乐": "yue",
    "行": "hang",
    "都": "dou",
    "盛": "cheng",
    "车": "ju",
    "覃": "qin",
    "尉": "yu",
    "大": "dai",
    "莞": "wan",
    "六": "lu",
    "台": "tai",
    "番": "pan",
    "铅": "yan",
    "丽": "li",
    "会": "kuai",
    "石": "dan",
    "阿": "e",
    "区": "ou",
    "任": "ren",
    "缪": "mou",
    "华": "hua",
    "燕": "yan",
    "宁": "ning",
    "传": "chuan",
    "调": "diao",
    "参": "shen",
    "和": "huo",
    "合": "ge",
    "卡": "qia",
    "角": "jue",
    "降": "xiang",
    "强": "jiang",
    "省": "xing",
    "荥": "ying",
    "泊": "po",
    "泌": "bi",
    "邗": "han",
    "堡": "bu",
    "埔": "pu",
}
"""Characters of surnames, places and firms that people read in a second way."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand one after the other; the last may go on where ``open`` is set."""

    words: tuple[str, ...]
    open: bool = False


Alternative = tuple[Phrase, ...]
"""Phrases that must all be there."""

Term = tuple[Alternative, ...]
"""Alternatives of which one must hold."""


def fold(text: str) -> str:
    """Return the letters, digits and Han of ``text``, without width, case, accents, blanks and punctuation."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text)).casefold()
    return "".join(character for character in plain if character.isalnum())


def words_of(name: str) -> list[str]:
    """Return the words by which ``name`` is found, neighbours one after the other."""
    folded = fold(name)
    if not folded:
        return []
    return [*_written(folded), *_said(folded)]


def terms_of(query: str) -> tuple[Term, ...] | None:
    """Return what must be found for ``query``: a term for each typed word; ``None`` where nothing can be looked for."""
    words = [fold(word)[:LONGEST] for word in unicodedata.normalize("NFKC", query).split()]
    terms = tuple(_term(word) for word in words if word)
    return terms or None


def holds(name: str, terms: Sequence[Term]) -> bool:
    """Return whether ``name`` is found by all of ``terms``, as an index of its words would say."""
    spoken = Spoken(name)
    return all(any(all(spoken.has(phrase) for phrase in way) for way in term) for term in terms)


def tag(kind: str, value: object) -> Phrase:
    """Return the word of a value of a field, which may be any text."""
    return Phrase((f"t{kind}{blake2s(str(value).encode(), digest_size=5).hexdigest()}",))


def warm() -> None:
    """Read the tables of sounds, which takes a second once in each process."""
    terms_of("suzhou")
    words_of("苏州")


class Spoken:
    """A name asked for phrases; how it sounds is worked out only if its characters do not answer already."""

    def __init__(self, name: str) -> None:
        self.folded = fold(name)
        self._written: str | None = None

    def has(self, phrase: Phrase) -> bool:
        """Return whether the words of ``phrase`` stand one after the other."""
        return f" {' '.join(phrase.words)}{'' if phrase.open else ' '}" in self._text(phrase.words[0][0])

    def _text(self, kind: str) -> str:
        if kind in "nu":
            if self._written is None:
                self._written = f" {' '.join(_written(self.folded))} "
            return self._written
        return _said_text(self.folded)


def _mark(character: str) -> str:
    common = "一" <= character <= "鿿" or (character.isascii() and character.isalnum())
    return character if common else f"q{ord(character):x}q"


def _written(folded: str) -> list[str]:
    if not folded:
        return []
    marks = [_mark(character) for character in folded]
    neighbours = ["n" + "".join(pair) for pair in pairwise(marks)]
    return [*neighbours, "n" + marks[-1], _GAP, *sorted({"u" + mark for mark in marks}), _GAP]


def _said(folded: str) -> list[str]:
    words: list[str] = []
    for way in _ways(folded) if folded else ():
        words += [*_sounds(way), _GAP, *_initials(folded, way), _GAP]
    return words


@lru_cache(maxsize=20_000)
def _said_text(folded: str) -> str:
    # The names of people and places, and those of the best customers, are asked for with every letter that is typed.
    return f" {' '.join(_said(folded))} "


def _ways(folded: str) -> Iterator[list[str]]:
    usual = readings(folded)
    yield usual
    odd = [place for place, character in enumerate(folded) if _READ_TWICE.get(character, usual[place]) != usual[place]]
    for place in odd[:3]:
        # Only the neighbourhood is said again: nobody types a whole name around one odd reading.
        around = ["" if abs(at - place) > 3 else syllable for at, syllable in enumerate(usual)]
        around[place] = _READ_TWICE[folded[place]]
        yield around


def _sounds(way: Sequence[str]) -> Iterator[str]:
    for spoken, run in groupby(way, key=bool):
        if spoken:
            syllables = list(run)
            yield from (f"b{first}0{second}" for first, second in pairwise(syllables))
            yield f"b{syllables[-1]}0"
        yield _GAP


def _initials(folded: str, way: Sequence[str]) -> Iterator[str]:
    letters = [
        syllable[0] if syllable else character if character.isascii() else ""
        for character, syllable in zip(folded, way, strict=True)
    ]
    if letters[0]:
        yield "f" + letters[0]
    for known, run in groupby(letters, key=bool):
        if known:
            yield from ("i" + first + second for first, second in pairwise(run))
        yield _GAP


def _term(word: str) -> Term:
    marks = [_mark(character) for character in word]
    if len(word) == 1:
        single: Term = ((Phrase(("u" + marks[0],)),),)
        return (*single, (Phrase(("f" + word,)),)) if word.isascii() else single
    ways: list[Alternative] = [(Phrase(tuple("n" + "".join(pair) for pair in pairwise(marks))),)]
    if word.isascii():
        ways.append((Phrase(tuple("i" + first + second for first, second in pairwise(word))),))
        ways += [(phrase,) for phrase in _spoken_ways(word)]
        return tuple(ways)
    runs = ["".join(run) for _, run in groupby(word, key=str.isascii)]
    if len(runs) > 1:
        # 苏州kang: each run is looked for by itself, in the first way that is its own.
        for spelled in _each_way([_term(run) for run in runs]):
            ways.append(spelled)
    return tuple(ways[:_WAYS])


def _each_way(terms: Sequence[Term]) -> Iterator[Alternative]:
    if not terms:
        yield ()
        return
    for way in terms[0]:
        for rest in _each_way(terms[1:]):
            yield (*way, *rest)


def _spoken_ways(word: str) -> Iterator[Phrase]:
    if not word.isalpha():
        return
    for syllables in _cuts(word)[:_WAYS]:
        if len(syllables) == 1:
            (only,) = syllables
            if len(only) > 2:
                yield Phrase((f"b{only}",), open=True)
            elif only in _syllables():
                yield Phrase((f"b{only}0",), open=True)
        else:
            yield Phrase(tuple(f"b{first}0{second}" for first, second in pairwise(syllables)), open=True)


@cache
def _syllables() -> frozenset[str]:
    from pypinyin.constants import PINYIN_DICT
    from pypinyin.contrib.tone_convert import to_normal

    toned = {reading for all_readings in PINYIN_DICT.values() for reading in all_readings.split(",")}
    plain = {to_normal(reading) for reading in toned}
    return frozenset(syllable for syllable in plain if syllable.isascii() and syllable.isalpha())


@cache
def _beginnings() -> frozenset[str]:
    return frozenset(syllable[:length] for syllable in _syllables() for length in range(1, len(syllable) + 1))


def _cuts(word: str) -> list[tuple[str, ...]]:
    """Return each way in which ``word`` is syllables, the last one perhaps only begun."""
    after: list[list[tuple[str, ...]]] = [[] for _ in range(len(word) + 1)]
    for start in range(len(word) - 1, -1, -1):
        if word[start:] in _beginnings():
            after[start].append((word[start:],))
        for end in range(start + 1, min(len(word), start + 6) + 1):
            if word[start:end] in _syllables():
                after[start] += [(word[start:end], *rest) for rest in after[end]]
        # Real names have few and long syllables; 聊 is liao long before it is li a o.
        after[start].sort(key=len)
        del after[start][_WAYS:]
    return after[0]
