"""Companies at entry: whether a name is a company's, how two are compared, and what a registration may say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa

from jiuzhou.collect.companies import CompanyName, Verdict, company_name, credit_codes, likeness
from jiuzhou.collect.companies.words import SOLE
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.store.company_keys import Held

LEAST_LETTERS = 2
"""Letters of the core of a name below which nobody is told anything."""

OTHERS = ("branch", "group", "namesake", "moved")
"""Why a company with the same name is another one: codes of ``entry.other_<code>``."""

STATES = ("waiting", "granted", "expired", "refused", "withdrawn", "won")
LEAST_DAYS, DAYS, MOST_DAYS = 1, 60, 365
"""For how many days a registration protects a company, unless the organisation sets another number."""

_LEAST_NUMBER = 9
_LEAST_CORE = 4
_MANY_LETTERS = 8
_MOST_SHOWN = 24
_OF_NUMBERS = frozenset({"companies.same_credit_code", "companies.same_typed_number", "entry.other_number"})
_INSTITUTIONS = (
    *("医院", "学校", "大学", "学院", "中学", "小学", "幼儿园", "研究院", "研究所", "设计院", "银行", "协会", "委员会"),
    *("政府", "管理局", "中心", "基金会", "出版社", "电视台", "酒店", "宾馆", "hospital", "university", "bank"),
)


@dataclass(frozen=True, slots=True)
class RegistrationDraft:
    """A company to be registered; ``owner`` is the code of who it is registered for, empty for oneself."""

    name: str
    tax_id: str = ""
    region_code: str = ""
    note: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """
    A company as it is typed.

    Attributes
    ----------
    numbers
        The tax number in the ways in which it may be kept; empty where it is none.
    """

    name: str
    parts: CompanyName
    number: str
    valid: bool
    numbers: tuple[str, ...]

    @property
    def says_enough(self) -> bool:
        """Whether there is enough to look for."""
        return bool(self.numbers) or sum(letter.isalnum() for letter in self.parts.core) >= LEAST_LETTERS


@dataclass(frozen=True, slots=True)
class Match:
    """A company that is there already, and how it stands to what was typed."""

    held: Held
    verdict: Verdict
    score: float
    reasons: tuple[Message, ...]


def asked_for(name: str, tax_id: str = "") -> Asked:
    """Return a name and a tax number as typed, in parts."""
    found = credit_codes(pa.array([tax_id.strip()], pa.string()))
    number = found.normalised[0].as_py() or ""
    numbers = tuple(sorted({number, tax_id.strip()})) if len(number) >= _LEAST_NUMBER else ()
    return Asked(name, company_name(name), number if numbers else "", bool(found.valid[0]), numbers)


def names_a_company(parts: CompanyName) -> bool:
    """
    Return whether a name is an organisation's beyond doubt, and not perhaps a person's.

    It has a legal form other than a sole owner's, is an institution's, names a place or branch beside a core of four
    letters, or has eight Chinese letters: 张伟 and 张伟个体户 are not, 苏州恒信精密 is.
    """
    if parts.form:
        return parts.form != SOLE
    if (
        parts.core.endswith(_INSTITUTIONS)
        or sum("\u4e00" <= letter <= "\u9fff" for letter in parts.core) >= _MANY_LETTERS
    ):
        return True
    return bool(parts.place or parts.branch) and len(parts.core) >= _LEAST_CORE


def matches_among(asked: Asked, held: Sequence[Held]) -> list[Match]:
    """Return those of ``held`` that are or may be the company asked for, the likeliest first."""
    numbers = _numbers_of(held) if asked.numbers else {}
    found = [match for one in held if (match := _match(asked, one, numbers.get(one.key, ("", False))))]
    ranked = sorted(found, key=rank_of)
    # Where the place stands in a name is only looked at in those that it may still move.
    exact = [
        _exact(asked, match) if match.verdict is Verdict.SAME or place < _MOST_SHOWN else match
        for place, match in enumerate(ranked)
    ]
    return sorted(exact, key=rank_of)


def rank_of(match: Match) -> tuple[bool, float, str]:
    """Return by what matches are ordered: the same before the similar, then the likest."""
    return match.verdict is not Verdict.SAME, -match.score, match.held.name


def _exact(asked: Asked, match: Match) -> Match:
    parts = company_name(match.held.name)
    if parts.behind == asked.parts.behind or _by_number(match):
        return match
    alike = likeness(asked.parts, parts)
    return Match(match.held, alike.verdict, alike.score, alike.reasons)


def _by_number(match: Match) -> bool:
    return any(reason.code in _OF_NUMBERS for reason in match.reasons)


def _match(asked: Asked, held: Held, number: tuple[str, bool]) -> Match | None:
    theirs, valid = number
    if asked.numbers and theirs == asked.number:
        code = "companies.same_credit_code" if asked.valid else "companies.same_typed_number"
        return Match(held, Verdict.SAME, 1.0, (say(code, number=asked.number),))
    if not asked.parts.core:
        return None
    alike = likeness(asked.parts, replace(held.parts, behind=asked.parts.behind))
    if alike.verdict is Verdict.DIFFERENT:
        return None
    if asked.valid and valid and theirs:
        # Two valid numbers are two companies, whatever they are called.
        return Match(held, Verdict.SIMILAR, alike.score * 0.5, (*alike.reasons, say("entry.other_number")))
    return Match(held, alike.verdict, alike.score, alike.reasons)


def _numbers_of(held: Sequence[Held]) -> dict[int, tuple[str, bool]]:
    given = [one for one in held if one.tax_id]
    found = credit_codes(pa.array([one.tax_id for one in given], pa.string()))
    numbers = zip(found.normalised.to_pylist(), found.valid.tolist(), strict=True)
    return {one.key: (number or "", valid) for one, (number, valid) in zip(given, numbers, strict=True)}


def is_standing(state: str, until: date | None, today: date) -> bool:
    """Return whether a registration still says something of its company: it waits, or protects it today."""
    return state == "waiting" or (state == "granted" and until is not None and until >= today)


def state_now(state: str, until: date | None, today: date) -> str:
    """Return the state of a registration on a day: one whose protection has ended is ``expired``."""
    return "expired" if state == "granted" and not is_standing(state, until, today) else state
