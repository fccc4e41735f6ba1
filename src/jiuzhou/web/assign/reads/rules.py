"""The rules: in order, each as a sentence with how many customers it decided about; their versions and differences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max

from jiuzhou.adapters.policies import rules_text
from jiuzhou.assign import check, fields, standard_rules
from jiuzhou.assign.checking import Finding
from jiuzhou.assign.rule_set import Rule, RuleSet
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.errors import RuleError
from jiuzhou.kernel.message import Message, named, say
from jiuzhou.rules import Schema, Type, to_text
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.accounts.policies import Line, difference
from jiuzhou.web.assign.scripts import LONGEST, normal, rules_of
from jiuzhou.web.assign.sentences import rule_sentence
from jiuzhou.web.paging import Page, page_of
from jiuzhou.web.store.models import Customer, Decision, RulesVersion

_LOOKED_AT = 50
"""Customers whose own columns are looked at for the fields that rules may name."""


@dataclass(frozen=True, slots=True)
class RuleLine:
    """
    One rule in its place.

    Attributes
    ----------
    place
        From 1; 0 for the fallback.
    matched
        Customers it decided about the last time these rules ran; ``None`` where they have not run.
    share
        Of all decided then.
    """

    place: int
    id: str
    title: Message
    sentence: Message
    note: Message | None
    condition: str
    matched: int | None
    share: float | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """A version in the list."""

    number: int
    state: str
    note: str
    by: str
    at: datetime | None
    published_by: str
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class RulesView:
    """
    One version of the rules.

    Attributes
    ----------
    version
        ``None`` for the standard rules, used where nobody wrote any.
    ran_at
        When decisions were last made by these rules.
    others
        Customers kept by a lock or as they were, beside the rules.
    findings
        About the whole set.
    lines
        What the text changed against the version before it.
    """

    version: Version | None
    rules_version: str
    rules: tuple[RuleLine, ...]
    findings: tuple[Finding, ...]
    text: str
    ran_at: datetime | None
    decided: int
    others: int
    before: int | None
    lines: tuple[Line, ...]
    in_force: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """
    What a text says as rules.

    Attributes
    ----------
    problem
        Why it says none; ``None`` where it does.
    findings
        About its rules and about the whole set.
    """

    problem: Message | None
    rules: tuple[RuleLine, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def whole(self) -> tuple[Finding, ...]:
        """The findings that are of no single rule."""
        return tuple(finding for finding in self.findings if not finding.rule)


def checked(actor: Actor, text: str) -> Checked:
    """Return what ``text`` says as rules and what is wrong with it, before anybody submits it."""
    actor.must("rules.write")
    if len(text) > LONGEST:
        return Checked(say("assigning.rules_long", most=LONGEST))
    try:
        rules = rules_of(normal(text))
    except RuleError as error:
        return Checked(error.message)
    findings = findings_of(actor, rules)
    return Checked(None, lines_of(rules, findings), findings)


def in_force(actor: Actor) -> RulesView:
    """Return the rules in force: the latest published version, or the standard rules."""
    actor.must("rules.read")
    row = visible_to(actor, RulesVersion).filter(state="published").order_by("-number").first()
    return _standard(actor) if row is None else _view(actor, row)


def read_version(actor: Actor, number: int) -> RulesView:
    """Return one version of the rules."""
    actor.must("rules.read")
    return _view(actor, one_visible(actor, RulesVersion, number=number))


def list_versions(actor: Actor, *, cursor: str | None = None) -> Page[Version]:
    """Return the versions, the latest first."""
    actor.must("rules.read")
    rows = visible_to(actor, RulesVersion).select_related("by", "published_by")
    return page_of(rows, _version, order=("-number", "id"), cursor=cursor, size=20)


def waiting_version(actor: Actor) -> Version | None:
    """Return the version that waits for a second person; ``None`` where none does."""
    rows = visible_to(actor, RulesVersion).select_related("by", "published_by").filter(state="review")
    row = rows.order_by("-number").first()
    return _version(row) if row else None


def findings_of(actor: Actor, rules: RuleSet) -> tuple[Finding, ...]:
    """Return what is wrong with ``rules`` for this organisation's customers."""
    return check(rules, schema_of(actor))


def schema_of(actor: Actor) -> Schema:
    """Return the fields that rules may name: those of every Book, and the company's own columns."""
    own: dict[str, Type] = {}
    for extra in visible_to(actor, Customer).exclude(extra={}).values_list("extra", flat=True)[:_LOOKED_AT]:
        own |= {str(name): _type_of(value) for name, value in extra.items() if value is not None}
    return {**own, **fields(Book())}


def lines_of(
    rules: RuleSet, findings: Sequence[Finding], matched: Mapping[str, int] | None = None
) -> tuple[RuleLine, ...]:
    """Return every rule of ``rules`` as a line."""
    total = sum(matched.values()) if matched else 0
    return tuple(
        RuleLine(
            place=0 if rule is rules.fallback else place,
            id=str(rule.id),
            title=rule.title,
            sentence=rule_sentence(rule, rules),
            note=_note(rule),
            condition=to_text(rule.when),
            matched=None if matched is None else matched.get(str(rule.id), 0),
            share=matched.get(str(rule.id), 0) / total if matched and total else None,
            findings=tuple(finding for finding in findings if finding.rule == rule.id),
        )
        for place, rule in enumerate(rules.every, 1)
    )


def _view(actor: Actor, row: RulesVersion) -> RulesView:
    before = (
        visible_to(actor, RulesVersion).filter(number__lt=row.number, state="published").order_by("-number").first()
    )
    latest = visible_to(actor, RulesVersion).filter(state="published").aggregate(number=Max("number"))["number"]
    lines = difference(before.text if before else "", row.text)
    try:
        rules = rules_of(row.text)
    except RuleError as error:
        broken = (Finding("error", "", error.message),)
        return RulesView(
            _version(row), "", (), broken, row.text, None, 0, 0, before.number if before else None, lines, False
        )
    ran_at, matched = _matched(actor, rules.version)
    findings = findings_of(actor, rules)
    known = {str(rule.id) for rule in rules.every}
    return RulesView(
        version=_version(row),
        rules_version=rules.version,
        rules=lines_of(rules, findings, matched if ran_at else None),
        findings=tuple(finding for finding in findings if not finding.rule),
        text=row.text,
        ran_at=ran_at,
        decided=sum(matched.values()),
        others=sum(count for rule, count in matched.items() if rule not in known),
        before=before.number if before else None,
        lines=lines,
        in_force=row.number == latest,
    )


def _standard(actor: Actor) -> RulesView:
    rules = standard_rules()
    ran_at, matched = _matched(actor, rules.version)
    return RulesView(
        version=None,
        rules_version=rules.version,
        rules=lines_of(rules, (), matched if ran_at else None),
        findings=(),
        text=rules_text(rules),
        ran_at=ran_at,
        decided=sum(matched.values()),
        others=0,
        before=None,
        lines=(),
        in_force=True,
    )


def _matched(actor: Actor, version: str) -> tuple[datetime | None, Counter[str]]:
    made = visible_to(actor, Decision).filter(rules_version=version)
    ran_at = made.aggregate(at=Max("decided_at"))["at"]
    if ran_at is None:
        return None, Counter()
    counts = made.filter(decided_at=ran_at).values_list("rule").annotate(count=Count("pk")).order_by()
    return ran_at, Counter(dict(counts))


def _version(row: RulesVersion) -> Version:
    return Version(
        number=row.number,
        state=row.state,
        note=row.note,
        by=row.by.name if row.by else "",
        at=row.at,
        published_by=row.published_by.name if row.published_by else "",
        published_at=row.published_at,
    )


def _note(rule: Rule) -> Message | None:
    return named(rule.notes, "") if rule.notes else None


def _type_of(value: object) -> Type:
    if isinstance(value, bool):
        return Type.YES_NO
    if isinstance(value, int | float):
        return Type.NUMBER
    return Type.LIST if isinstance(value, list) else Type.TEXT
