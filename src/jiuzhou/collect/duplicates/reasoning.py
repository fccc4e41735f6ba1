"""Why two customers are taken for one, said in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyarrow as pa

from jiuzhou.collect.companies import company_name, credit_codes, emails, phones
from jiuzhou.collect.companies.spelling import differing, edits
from jiuzhou.kernel.message import Message, say

_COMPARED = ("name", "tax_id", "phone", "email", "address")


def evidence(pairs: pa.Table, marks: pa.Table, customers: pa.Table) -> tuple[tuple[Message, ...], ...]:
    """
    Return what speaks for and against each pair, the strongest first.

    Parameters
    ----------
    pairs
        Schema ``PAIRS``; keep to the pairs that are shown, since each becomes several sentences.
    marks
        As ``marks`` returns them for ``customers``.
    """
    sides = []
    for side in ("left", "right"):
        texts = customers.select(_COMPARED).take(pairs[side])
        sides.append(_plain(texts, marks.take(pairs[side])).to_pylist())
    return tuple(tuple(_found(one, other)) for one, other in zip(*sides, strict=True))


def _plain(texts: pa.Table, marks: pa.Table) -> pa.Table:
    codes = credit_codes(texts["tax_id"])
    return pa.table(
        {
            "written": texts["name"],
            "tax_id": codes.normalised,
            "phone_number": phones(texts["phone"]),
            "mail": emails(texts["email"]),
            "address": texts["address"],
            **{name: marks[name] for name in _MARKS},
        }
    )


_MARKS = ("core", "bag", "branch", "area", "organisation", "number", "phone", "email", "street", "site")


def _found(one: Mapping[str, object], other: Mapping[str, object]) -> Iterable[Message]:
    if _differ(one, other, "organisation"):
        yield say("companies.other_credit_code", left=_text(one, "tax_id"), right=_text(other, "tax_id"))
    if _differ(one, other, "branch"):
        branches = (company_name(_text(side, "written")).branch or "—" for side in (one, other))
        yield say("companies.other_branch", **dict(zip(("left", "right"), branches, strict=True)))
    if _agree(one, other, "organisation"):
        yield say("companies.same_credit_code", number=_text(one, "tax_id"))
    elif _agree(one, other, "number"):
        yield say("companies.same_typed_number", number=_text(one, "tax_id"))
    yield from _names(one, other)
    if _agree(one, other, "phone"):
        yield say("companies.same_phone", phone=_text(one, "phone_number"))
    elif _differ(one, other, "phone"):
        yield say("companies.other_phone", left=_text(one, "phone_number"), right=_text(other, "phone_number"))
    if _agree(one, other, "email"):
        yield say("companies.same_email", email=_text(one, "mail"))
    yield from _places(one, other)


def _names(one: Mapping[str, object], other: Mapping[str, object]) -> Iterable[Message]:
    left, right = (company_name(_text(side, "written")) for side in (one, other))
    if not left.core or not right.core:
        return
    if left.core == right.core:
        yield say("companies.same_core", core=left.core)
    elif _agree(one, other, "bag"):
        yield say("companies.swapped", left=left.core, right=right.core)
    elif edits(left.core, right.core, most=1) == 1:
        first, second = differing(left.core, right.core)
        told = {"left": first or "—", "right": second or "—"}
        yield say("companies.one_letter", **told, first=left.core, second=right.core)
    else:
        yield say("companies.names_differ", left=left.core, right=right.core)


def _places(one: Mapping[str, object], other: Mapping[str, object]) -> Iterable[Message]:
    told = {"left": _text(one, "address") or "—", "right": _text(other, "address") or "—"}
    if _agree(one, other, "site") and not _differ(one, other, "area"):
        yield say("companies.same_address", **told)
    elif _agree(one, other, "street") and not _differ(one, other, "area"):
        yield say("companies.same_street", **told)
    elif _differ(one, other, "site"):
        yield say("companies.other_address", **told)
    if _differ(one, other, "area"):
        yield say("companies.other_city")


def _agree(one: Mapping[str, object], other: Mapping[str, object], name: str) -> bool:
    return one[name] is not None and one[name] == other[name]


def _differ(one: Mapping[str, object], other: Mapping[str, object], name: str) -> bool:
    return one[name] is not None and other[name] is not None and one[name] != other[name]


def _text(side: Mapping[str, object], name: str) -> str:
    return str(side[name] or "")
