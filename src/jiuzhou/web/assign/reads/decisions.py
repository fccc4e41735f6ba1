"""The list of decisions: who was given whom, by which rule, the latest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from jiuzhou.kernel.message import Message, message_of
from jiuzhou.web.accounts.access import visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.assign.reads.reasons import sentence_of
from jiuzhou.web.assign.scripts import OTHER_RULES, script_of, title_of, titles_of
from jiuzhou.web.paging import Page, page_of
from jiuzhou.web.store import finding
from jiuzhou.web.store.models import Appeal, Customer, Decision, Owner
from jiuzhou.web.store.spelling import terms_of

OUTCOMES = ("assigned", "kept", "pooled", "unassigned")


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    Which decisions to show; empty is all.

    Attributes
    ----------
    rule
        Id of a rule; ``lock``, ``manual``, ``plan`` for decisions that no rule made.
    owner
        Code of the owner who got the customer.
    since, until
        Days of the organisation's zone, both included.
    query
        Part of the customer's name, pinyin or initials, or its code.
    """

    outcome: str = ""
    rule: str = ""
    owner: str = ""
    since: date | None = None
    until: date | None = None
    query: str = ""


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """One decision in the list."""

    id: int
    customer_code: str
    customer_name: str
    outcome: str
    owner: str
    rule_title: Message
    sentence: Message
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Choices:
    """What the list can be narrowed by."""

    rules: tuple[tuple[str, Message], ...]
    owners: tuple[tuple[str, str], ...]


def list_decisions(actor: Actor, wanted: Wanted, *, cursor: str | None = None, size: int = 50) -> Page[DecisionLine]:
    """Return one page of the decisions about customers the actor may see."""
    actor.must("decision.read")
    rows = _narrowed(actor, visible_to(actor, Decision), wanted).select_related("customer", "owner")
    script = script_of(actor.organisation_id, "")
    titles = titles_of(script.rules if script else None)
    return page_of(
        rows,
        lambda row: DecisionLine(
            id=row.pk,
            customer_code=row.customer.code,
            customer_name=row.customer.name,
            outcome=row.outcome,
            owner=row.owner.name if row.owner else "",
            rule_title=_title(row, titles),
            sentence=sentence_of(actor, row),
            decided_at=row.decided_at,
        ),
        order=("-decided_at", "-id"),
        cursor=cursor,
        size=size,
    )


def choices(actor: Actor) -> Choices:
    """Return the rules and owners by which the list can be narrowed."""
    script = script_of(actor.organisation_id, "")
    rules = [(str(rule.id), rule.title) for rule in script.rules.every] if script else []
    rules += [(rule, title) for rule, title in OTHER_RULES.items() if rule]
    owners = visible_to(actor, Owner).order_by("sort_key", "code").values_list("code", "name")[:300]
    return Choices(tuple(rules), tuple(owners))


def count_appeals(actor: Actor) -> int:
    """Return how many appeals wait for an answer that the actor may give."""
    if not actor.may("decision.answer"):
        return 0
    return visible_to(actor, Appeal).filter(state="open").exclude(by=actor.user_id).count()


@dataclass(frozen=True, slots=True)
class AppealLine:
    """An appeal in the list of those that wait."""

    id: int
    decision_id: int
    customer_name: str
    by: str
    at: datetime
    text: str
    may_answer: bool


def open_appeals(actor: Actor, *, most: int = 50) -> tuple[AppealLine, ...]:
    """Return the appeals that wait for an answer, the oldest first."""
    rows = visible_to(actor, Appeal).filter(state="open").select_related("by", "decision__customer")
    may = actor.may("decision.answer")
    return tuple(
        AppealLine(
            id=row.pk,
            decision_id=row.decision_id,
            customer_name=row.decision.customer.name,
            by=row.by.name if row.by else "",
            at=row.at,
            text=row.text,
            may_answer=may and row.by_id != actor.user_id,
        )
        for row in rows.order_by("at", "pk")[:most]
    )


def _narrowed(actor: Actor, rows: QuerySet[Decision], wanted: Wanted) -> QuerySet[Decision]:
    zone = ZoneInfo(actor.zone)
    if wanted.outcome:
        rows = rows.filter(outcome=wanted.outcome)
    if wanted.rule:
        rows = rows.filter(rule=wanted.rule)
    if wanted.owner:
        rows = rows.filter(owner__in=visible_to(actor, Owner).filter(code=wanted.owner).values("pk"))
    if wanted.since:
        rows = rows.filter(decided_at__gte=datetime.combine(wanted.since, time.min, tzinfo=zone))
    if wanted.until:
        rows = rows.filter(decided_at__lt=datetime.combine(wanted.until + timedelta(days=1), time.min, tzinfo=zone))
    if wanted.query:
        rows = _found(actor, rows, wanted.query)
    return rows


def _found(actor: Actor, rows: QuerySet[Decision], query: str) -> QuerySet[Decision]:
    seen = visible_to(actor, Customer)
    coded = list(seen.filter(code=query).values_list("pk", flat=True))
    terms = terms_of(query)
    if terms is None:
        return rows.filter(customer__in=coded)
    found = finding.all_of(seen, terms, everything=actor.everywhere)
    if found is None:
        # Of so many the latest are soon met on the way, and each is asked there.
        return finding.matched(rows, terms, field="customer_id")
    return finding.among(rows, [*coded, *found], field="customer")


def _title(row: Decision, titles: dict[str, Message]) -> Message:
    stated = row.params.get("rule")
    if isinstance(stated, dict) and "code" in stated:
        return message_of(stated)
    return title_of(row.rule, titles)
