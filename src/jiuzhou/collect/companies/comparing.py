"""Whether two names are of one company, and why: what is shown while somebody types a new customer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from jiuzhou.collect.companies.company_names import CompanyName, company_name
from jiuzhou.collect.companies.places import lies_in, place_name
from jiuzhou.collect.companies.spelling import differing, edits, shared_pairs, tells_apart
from jiuzhou.collect.companies.words import FACTORY, LIMITED, PARTNERSHIP, VAGUE_FORMS
from jiuzhou.kernel.message import Message, say

_BRAND = 2
_TELLING_NAME = 4
_SIMILAR = 0.5
_OF_PARTNERS = frozenset({FACTORY, PARTNERSHIP})


class Verdict(StrEnum):
    """What two names are to each other."""

    SAME = "same"
    SIMILAR = "similar"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Likeness:
    """
    How alike two names are.

    Attributes
    ----------
    score
        0, nothing in common, to 1, the same in every part; an order for a list, no probability.
    verdict
        ``same``: one company by its name; ``similar``: a person should look.
    reasons
        What is equal and what is not, each as a message.
    """

    score: float
    verdict: Verdict
    reasons: tuple[Message, ...]


def compare(left: str, right: str) -> Likeness:
    """Return how alike two names of companies are."""
    return likeness(company_name(left), company_name(right))


def likeness(left: CompanyName, right: CompanyName) -> Likeness:
    """Return how alike two names in parts are."""
    if not left.core or not right.core:
        return Likeness(0.0, Verdict.DIFFERENT, (say("companies.no_name"),))
    core = _same_core(left, right) if left.core == right.core else _near_core(left.core, right.core)
    return core if core.verdict is Verdict.DIFFERENT else _weighed(core, left, right)


def blocking_keys(name: CompanyName) -> tuple[str, ...]:
    """
    Return the texts under which a name is filed, so that names alike share at least one.

    The core itself, and the pairs among its first three letters: one letter more, less, other or swapped leaves at
    least one of them.
    """
    core = name.core
    pairs = (core[0:2], core[1:3], core[0:1] + core[2:3])
    return tuple(dict.fromkeys((core, *(pair for pair in pairs if len(pair) == _BRAND)))) if core else ()


def _same_core(left: CompanyName, right: CompanyName) -> Likeness:
    return Likeness(1.0, Verdict.SAME, (say("companies.same_core", core=left.core),))


def _near_core(left: str, right: str) -> Likeness:
    short, long = sorted((left, right), key=len)
    apart = edits(left, right, most=2)
    if apart == 1 and len(short) > _BRAND:
        return _one_slip(left, right)
    if len(short) >= _BRAND and long.startswith(short):
        return Likeness(0.7, Verdict.SIMILAR, (say("companies.begins_alike", short=short, long=long),))
    shared = shared_pairs(left, right)
    if shared >= _SIMILAR and short[:_BRAND] == long[:_BRAND]:
        return Likeness(0.5 + 0.3 * shared, Verdict.SIMILAR, (say("companies.shares_much", left=left, right=right),))
    return Likeness(round(0.5 * shared, 3), Verdict.DIFFERENT, (say("companies.other_core", left=left, right=right),))


def _one_slip(left: str, right: str) -> Likeness:
    one, other = differing(left, right)
    if tells_apart(left, right):
        return Likeness(0.4, Verdict.DIFFERENT, (say("companies.tells_apart", left=one, right=other),))
    if sorted(left) == sorted(right):
        same = len(left) > _TELLING_NAME and left[:_BRAND] == right[:_BRAND]
        reason = say("companies.swapped", left=left, right=right)
        return Likeness(0.95 if same else 0.85, Verdict.SAME if same else Verdict.SIMILAR, (reason,))
    reason = say("companies.one_letter", left=one or "—", right=other or "—", first=left, second=right)
    return Likeness(0.8, Verdict.SIMILAR, (reason,))


def _weighed(core: Likeness, left: CompanyName, right: CompanyName) -> Likeness:
    findings = [found for found in (_branch(left, right), _place(left, right), _form(left, right)) if found]
    score, verdict = core.score, core.verdict
    for found in findings:
        score *= found.score
        verdict = max(verdict, found.verdict, key=_ORDER.index)
    reasons = (*core.reasons, *(reason for found in findings for reason in found.reasons))
    return Likeness(round(score, 3), verdict, reasons)


_ORDER = (Verdict.SAME, Verdict.SIMILAR, Verdict.DIFFERENT)


def _branch(left: CompanyName, right: CompanyName) -> Likeness | None:
    if left.branch == right.branch:
        return None
    told = {"left": left.branch or "—", "right": right.branch or "—"}
    return Likeness(0.8, Verdict.SIMILAR, (say("companies.other_branch", **told),))


def _place(left: CompanyName, right: CompanyName) -> Likeness | None:
    if left.place == right.place:
        moved = left.behind != right.behind
        return Likeness(0.95, Verdict.SIMILAR, (say("companies.place_moved"),)) if moved else None
    told = {"left": place_name(left.place) or "—", "right": place_name(right.place) or "—"}
    if not left.place or not right.place:
        return Likeness(0.9, Verdict.SIMILAR, (say("companies.one_place", **told),))
    if lies_in(left.place, right.place) or lies_in(right.place, left.place):
        return Likeness(0.9, Verdict.SIMILAR, (say("companies.wider_place", **told),))
    brief = len(left.core) < _TELLING_NAME
    verdict = Verdict.DIFFERENT if brief else Verdict.SIMILAR
    return Likeness(0.6, verdict, (say("companies.other_place", **told),))


def _form(left: CompanyName, right: CompanyName) -> Likeness | None:
    if left.form == right.form:
        return None
    told = {"left": _form_name(left.form), "right": _form_name(right.form)}
    if left.form in VAGUE_FORMS or right.form in VAGUE_FORMS:
        group = "group" in (left.form, right.form)
        verdict = Verdict.SIMILAR if group else Verdict.SAME
        return Likeness(0.9 if group else 0.98, verdict, (say("companies.no_form", **told),))
    if {left.form, right.form} in (LIMITED, _OF_PARTNERS):
        return Likeness(0.95, Verdict.SAME, (say("companies.other_form", **told),))
    return Likeness(0.85, Verdict.SIMILAR, (say("companies.other_form", **told),))


def _form_name(form: str) -> Message:
    return say(f"companies.form_{form or 'none'}")
