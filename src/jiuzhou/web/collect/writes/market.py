"""What is stated of markets and competitors; a correction is a new version, and the one before it stays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.market import DESCRIBED, KINDS, LIMITS, CompetitorDraft, MarketDraft, place_of
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import ConflictError, InvalidError, StaleError
from jiuzhou.web.store.models import CompetitorFact, MarketFact

Fact: TypeAlias = MarketFact | CompetitorFact
SOURCE, TEXT, NAME, STRENGTH = 300, 1000, 120, 500
MOST_PRICE = 1e13
_EARLIEST = date(1950, 1, 1)


def state_market(actor: Actor, draft: MarketDraft, *, version: int | None = None) -> int:
    """
    Return the id of the statement, which is in force from now on.

    Parameters
    ----------
    version
        Of the statement on the same place, kind and day that the writer has seen; 0 for none, ``None`` for whatever
        stands. The same statement again changes nothing.

    Raises
    ------
    InvalidError
        If a field makes no sense.
    ConflictError
        If ``version`` is 0 and something is stated already.
    StaleError
        If another version stands.
    """
    actor.must("market.write")
    wrong, place = _checked(draft.place, draft.at, draft.source, actor)
    wrong |= _wrong_market(draft)
    if wrong:
        raise InvalidError(wrong)
    measured = draft.kind not in DESCRIBED
    content = {
        "value": draft.value if measured else None,
        "text": "" if measured else draft.text.strip(),
        "source": draft.source.strip(),
    }
    return _state(actor, MarketFact, {"place": place, "kind": draft.kind, "at": draft.at}, content, version)


def state_competitor(actor: Actor, draft: CompetitorDraft, *, version: int | None = None) -> int:
    """Return the id of the statement on a competitor; ``version`` and what is raised as of ``state_market``."""
    actor.must("market.write")
    wrong, place = _checked(draft.place, draft.at, draft.source, actor, anywhere=True)
    wrong |= _wrong_competitor(draft)
    if wrong:
        raise InvalidError(wrong)
    names = {"name": draft.name.strip(), "place": place, "product": draft.product.strip(), "at": draft.at}
    price = None if draft.price is None else Decimal(repr(draft.price)).quantize(Decimal("0.0001"))
    content = {"price": price, "share": draft.share, "strength": draft.strength.strip()}
    return _state(actor, CompetitorFact, names, content | {"source": draft.source.strip()}, version)


def withdraw_market(actor: Actor, fact: int, *, version: int) -> None:
    """
    Take a statement back that should never have been made; its versions stay to be read.

    Raises
    ------
    NotFoundError
        If there is none.
    StaleError
        If it was corrected or taken back since ``version``.
    """
    _withdraw(actor, MarketFact, fact, version)


def withdraw_competitor(actor: Actor, fact: int, *, version: int) -> None:
    """Take a statement on a competitor back; raises as ``withdraw_market`` does."""
    _withdraw(actor, CompetitorFact, fact, version)


def _state(
    actor: Actor, model: type[Fact], names: Mapping[str, Any], content: Mapping[str, Any], version: int | None
) -> int:
    standing = visible_to(actor, model).filter(superseded_at__isnull=True, **names)
    now = timezone.now()
    try:
        with transaction.atomic():
            before = standing.select_for_update().first()
            if before is not None and all(getattr(before, name) == value for name, value in content.items()):
                return int(before.pk)
            if before is not None and version == 0:
                raise ConflictError("market.stated_already")
            if version is not None and version != (before.version if before else 0):
                raise StaleError(before.version if before else 0, {name: _now(before, name) for name in content})
            if before is not None:
                model.unscoped.filter(pk=before.pk).update(superseded_at=now)
            last = visible_to(actor, model).filter(**names).aggregate(last=Max("version"))["last"] or 0
            made = model.unscoped.create(
                organisation_id=actor.organisation_id,
                by_id=actor.user_id,
                recorded_at=now,
                version=last + 1,
                **names,
                **content,
            )
            told = {"place": made.place, "at": made.at, "version": made.version}
            record(actor.origin, "market.state", _NOUN[model], str(made.pk), after=told)
    except IntegrityError:
        raise ConflictError("market.stated_already") from None
    return int(made.pk)


_NOUN: Mapping[type[Fact], str] = {MarketFact: "market", CompetitorFact: "competitor"}


def _withdraw(actor: Actor, model: type[Fact], key: int, version: int) -> None:
    actor.must("market.write")
    row = one_visible(actor, model, pk=key)
    with transaction.atomic():
        same = model.unscoped.filter(pk=row.pk, version=version, superseded_at__isnull=True)
        if not same.update(superseded_at=timezone.now()):
            raise StaleError(row.version, {})
        record(actor.origin, "market.withdraw", _NOUN[model], str(row.pk), before={"place": row.place, "at": row.at})


def _now(row: Fact | None, name: str) -> Any:
    return None if row is None else getattr(row, name)


def _checked(
    place: str, at: date, source: str, actor: Actor, *, anywhere: bool = False
) -> tuple[dict[str, Message], str]:
    wrong: dict[str, Message] = {}
    code = "" if anywhere and not place.strip() else place_of(place)
    if code is None:
        wrong["place"] = say("market.place_unknown")
    today = timezone.now().astimezone(ZoneInfo(actor.zone)).date()
    if not _EARLIEST <= at <= today:
        wrong["at"] = say("market.day_range", first=_EARLIEST)
    if not source.strip():
        wrong["source"] = say("market.source_missing")
    wrong |= _too_long(source=(source, SOURCE))
    return wrong, code or ""


def _wrong_market(draft: MarketDraft) -> dict[str, Message]:
    if draft.kind not in KINDS:
        return {"kind": say("market.kind_missing")}
    if draft.kind in DESCRIBED:
        missing = {} if draft.text.strip() else {"text": say("market.text_missing")}
        return missing | _too_long(text=(draft.text, TEXT))
    least, most = LIMITS[draft.kind]
    if draft.value is None or not (math.isfinite(draft.value) and least <= draft.value <= most):
        return {"value": say(f"market.range_{draft.kind}")}
    return {}


def _wrong_competitor(draft: CompetitorDraft) -> dict[str, Message]:
    wrong = _too_long(name=(draft.name, NAME), product=(draft.product, NAME), strength=(draft.strength, STRENGTH))
    if not draft.name.strip():
        wrong["name"] = say("market.name_missing")
    if draft.price is not None and not 0 <= draft.price <= MOST_PRICE:
        wrong["price"] = say("market.range_price")
    if draft.share is not None and not 0 <= draft.share <= 1:
        wrong["share"] = say("market.range_share")
    return wrong


def _too_long(**texts: tuple[str, int]) -> dict[str, Message]:
    return {
        name: say("customers.too_long", most=most) if len(text) > most else say("customers.control_characters")
        for name, (text, most) in texts.items()
        if len(text) > most or any(ord(sign) < 32 and sign not in "\r\n\t" for sign in text)
    }
