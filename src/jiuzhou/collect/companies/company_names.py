"""The name of a company in its parts: what it is called, its legal form, its place, its branch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from jiuzhou.collect.companies.letters import folded
from jiuzhou.collect.companies.places import CHINA, is_place, place_at_end, place_at_start, places, short_name
from jiuzhou.collect.companies.spelling import edits
from jiuzhou.collect.companies.words import ASIDES, BRANCHES, FORMS, GROUP, LATIN_FORMS, LTD, PARTS, VAGUE_FORMS
from jiuzhou.geo.divisions import divisions

_LEAST = 2
_LONGEST_FORM = max(len(form) for form in FORMS)
_ENDS: Mapping[str, tuple[int, ...]] = {
    end: tuple(sorted({len(form) for form in FORMS if form[-1] == end}, reverse=True)) for end in {f[-1] for f in FORMS}
}
_LATIN = re.compile(rf" ?\b({'|'.join(sorted(LATIN_FORMS, key=len, reverse=True))})$")
_INNER = re.compile(r"^(.{2,}?(?:有限责任公司|有限公司|股份公司|集团公司|总公司))(.+)$")
_BRACKET = re.compile(r"\(([^()]*)\)?")
_BRANCH_ENDS = frozenset(branch[-3:] for branch in BRANCHES)
_BRANCH = re.compile(rf"(?:第?[一二三四五六七八九十\d]+)?(?:{'|'.join(BRANCHES)})$")
_COMMON = "有限公司"
_BEFORE_COMMON = frozenset(form[-6:-4] for form in FORMS if form.endswith(_COMMON))
_UNUSUAL = re.compile(r"[ 第〇零一二三四五六七八九十]")
_AND = re.compile(r"(?<=[a-z0-9]) and (?=[a-z0-9])")
_MANY_DIGITS = re.compile(r"[〇零一二三四五六七八九十]{2,}")
_ONE_DIGIT = re.compile(
    r"(?<=第)[一二三四五六七八九]|[一二三四五六七八九](?=公司|建|冶|局|院|中学|中$|小学|分厂|厂|队|处|所|号|店|部|车间|$)"
)
_DIGITS = {han: str(number) for number, han in enumerate("零一二三四五六七八九")} | {"〇": "0", "十": "10"}
_LONGEST_PLACE = 11
_COMPLETE = tuple(form for form in FORMS if form.endswith("公司"))

NAMES = pa.schema([(part, pa.string()) for part in ("core", "form", "place", "branch")])
"""What ``names_of_companies`` returns; a part that a name does not have is an empty text."""


@dataclass(frozen=True, slots=True)
class CompanyName:
    """
    One name in parts, in folded letters.

    Attributes
    ----------
    core
        What is left without the other parts and without blanks: 恒信精密机械. Never empty for a text with a letter.
    form
        Legal form as in ``words.FORMS``: ``ltd``, ``plc``, ``group``, …; empty where none is written.
    place
        Adcode of the place before or in brackets behind the name; ``CN`` for （中国）; empty where none is written.
    branch
        The part of the company meant: 上海分公司; empty for the company itself.
    behind
        Whether the place stands behind the core, in brackets or not, which makes another registered name.
    """

    core: str
    form: str = ""
    place: str = ""
    branch: str = ""
    behind: bool = False


def company_name(text: str) -> CompanyName:
    """Return the parts of one name."""
    letters = folded([text])[0]
    core, form, place, branch = _parts(letters)
    return CompanyName(
        core, form, place, branch, bool(place) and not place_at_start(letters.removeprefix("中国"), _LEAST)[1]
    )


def names_of_companies(names: pa.Array | pa.ChunkedArray) -> pa.Table:
    """
    Return the parts of each name, schema ``NAMES``, shape ``(n,)``; nulls where the name is null.

    Each different text is looked at once.
    """
    encoded = names.combine_chunks() if isinstance(names, pa.ChunkedArray) else names
    encoded = encoded.cast(pa.string()).dictionary_encode()
    columns: tuple[list[str], ...] = ([], [], [], [])
    put_core, put_form, put_place, put_branch = (column.append for column in columns)
    for text in folded(encoded.dictionary.to_pylist()):
        core, form, place, branch = _parts(text)
        put_core(core)
        put_form(form)
        put_place(place)
        put_branch(branch)
    parts = [pa.array(column, pa.string()).take(encoded.indices) for column in columns]
    return pa.Table.from_arrays(parts, schema=NAMES)


def _parts(text: str) -> tuple[str, str, str, str]:
    if len(text) <= _LONGEST_FORM and text in FORMS:
        return text, "", "", ""
    if "(" in text or ")" in text:
        text, form, place, branch = _without_brackets(text)
    else:
        form = place = branch = ""
    if text[-4:] != _COMMON and "限" in text[-6:]:
        text = _with_form_mended(text)
    if text[-4:] != _COMMON or text.find("公司") < len(text) - 2:
        text, ending = _without_branch(text)
        branch = ending or branch
    written, length = _form_at_end(text)
    if length:
        text, form = text[:-length].rstrip(), form or written
    code, end = place_at_start(text, _LEAST)
    if end:
        text, place = text[end:].lstrip(), place if place and place != CHINA else code
    elif not place and text.startswith("中国"):
        code, end = place_at_start(text[2:], _LEAST)
        text, place = (text[2 + end :], code) if end else (text, place)
    elif not place:
        code, end = place_at_end(text, 2 * _LEAST)
        text, place = (text[:-end], code) if end else (text, place)
    if _UNUSUAL.search(text):
        text = _without_variants(text)
    return text, form, place, branch


def _without_variants(text: str) -> str:
    text = _AND.sub(" ", text).replace(" ", "")
    text = _MANY_DIGITS.sub(_number, text)
    return _ONE_DIGIT.sub(lambda found: _DIGITS[found[0]], text)


def _number(found: re.Match[str]) -> str:
    han = found[0]
    if "十" not in han:
        return "".join(_DIGITS[digit] for digit in han)
    tens, _, ones = han.partition("十")
    plain = len(tens) <= 1 and len(ones) <= 1 and "十" not in ones
    return f"{_DIGITS[tens] if tens else 1}{_DIGITS[ones] if ones else 0}" if plain else han


def _with_form_mended(text: str) -> str:
    # 有限公可, 限有公司, 有限公公司: a slip in the words that nobody reads.
    if _form_at_end(text)[0] not in VAGUE_FORMS:
        return text
    for length in (4, 5, 3):
        if len(text) - length >= _LEAST and edits(text[-length:], _COMMON, most=1) == 1:
            return text[:-length] + _COMMON
    return text


def _form_at_end(text: str) -> tuple[str, int]:
    if text[-4:] == _COMMON and text[-6:-4] not in _BEFORE_COMMON and len(text) >= 4 + _LEAST:
        return LTD, 4
    last = text[-1:]
    if last.isascii():
        found = _LATIN.search(text)
        return (LATIN_FORMS[found[1]], len(text) - found.start()) if found and found.start() > 0 else ("", 0)
    for length in _ENDS.get(last, ()):
        form = FORMS.get(text[-length:])
        if form is not None and len(text) - length >= _LEAST:
            return form, length
    return "", 0


def _without_brackets(text: str) -> tuple[str, str, str, str]:
    form = place = branch = ""
    kept: list[str] = []
    end = 0
    for found in _BRACKET.finditer(text):
        inside = found[1].strip()
        kept.append(text[end : found.start()])
        end = found.end()
        if not inside or inside.startswith(ASIDES):
            continue
        code = is_place(inside)
        if code:
            place = place or code
        elif inside in FORMS and FORMS[inside] != GROUP:
            form = form or FORMS[inside]
        elif inside.endswith((*BRANCHES, *PARTS)):
            branch = branch or _named_branch(inside)
        elif "".join(kept).endswith(_COMPLETE):
            continue  # behind the whole name: a note of whoever keeps the file
        else:
            kept.append(inside)
    kept.append(text[end:].replace(")", ""))
    return "".join(kept) or text.strip("()"), form, place, branch


def _without_branch(text: str) -> tuple[str, str]:
    at, branch = text.find("公司"), ""
    if 0 < at < len(text) - 2:
        text, branch = _without_part(text)
    if text[-3:] in _BRANCH_ENDS or text[-2:] in _BRANCH_ENDS:
        text, ending = _without_ending(text)
        branch = ending or branch
    return text, branch


def _without_part(text: str) -> tuple[str, str]:
    found = _INNER.match(text)
    if found is None:
        return text, ""
    rest = found[2].strip()
    if rest in FORMS:
        return text, ""
    if rest.isascii():
        return found[1], ""  # the same name in English, or a note
    form, length = _form_at_end(rest)
    a_company = form and length < len(rest) and rest.endswith("公司") and not rest.endswith(("分公司", "支公司"))
    return (text, "") if a_company else (found[1], _named_branch(rest))


def _without_ending(text: str) -> tuple[str, str]:
    found = _BRANCH.search(text)
    if found is None or found.start() < _LEAST:
        return text, ""
    start = found.start()
    known = places().names
    for length in range(min(_LONGEST_PLACE, start - _LEAST), 1, -1):
        if text[start - length : start] in known:
            start -= length
            break
    return text[:start], _named_branch(text[start:])


def _named_branch(text: str) -> str:
    # 上海市分公司 and 上海分公司 are one branch.
    text = text.removeprefix("驻")
    code, end = place_at_start(text, 0)
    division = divisions().get(code) if code else None
    return short_name(division.name) + text[end:] if division else text
