"""Why a customer is where it is: the sentence first, then what proves it, then what would change it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jiuzhou.kernel.message import Message, message_of, say
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.assign.scripts import script_of, title_of, titles_of
from jiuzhou.web.assign.steps import (
    Candidate,
    Name,
    Stage,
    Tried,
    candidates,
    for_reader,
    stages,
    steps_tried,
    would_change,
)
from jiuzhou.web.store.models import Appeal, Customer, Decision, Owner
from jiuzhou.web.store.present import unwritten


@dataclass(frozen=True, slots=True)
class AppealView:
    """Somebody's request to look at a decision again, and its answer."""

    id: int
    by: str
    at: datetime
    text: str
    state: str
    answer: str
    answered_by: str
    answered_at: datetime | None
    may_answer: bool


@dataclass(frozen=True, slots=True)
class Why:
    """
    One decision, as its reader may see it.

    Attributes
    ----------
    id
        ``None`` for a move of a published plan that is not written down yet.
    whole
        Whether the reader sees colleagues' load and absence too.
    rules_number
        Number of the version of the rules in the list of versions; ``None`` where it is not kept, or none decided.
    """

    id: int | None
    customer_code: str
    customer_name: str
    customer_version: int
    sentence: Message
    outcome: str
    owner: str
    owner_code: str
    territory: str
    rule: str
    rule_title: Message
    by: str
    decided_at: datetime
    rules_version: str
    rules_number: int | None
    plan: str
    plan_code: str
    tried: tuple[Tried, ...]
    stages: tuple[Stage, ...]
    candidates: tuple[Candidate, ...]
    changes: tuple[Message, ...]
    appeals: tuple[AppealView, ...]
    whole: bool
    may_appeal: bool
    latest: bool

    @property
    def link(self) -> str:
        """The decision's page."""
        return f"/assign/decisions/{self.id}" if self.id is not None else ""


def why(actor: Actor, customer_code: str) -> Why | None:
    """Return why a customer is where it is at present; ``None`` where nothing was ever decided about it."""
    customer = one_visible(actor, Customer, code=customer_code)
    moving = _by_plan(actor, customer)
    if moving is not None:
        return moving
    row = _decisions(actor).filter(customer=customer).order_by("-decided_at", "-pk").first()
    return None if row is None else _why(actor, row, latest=True)


def why_decided(actor: Actor, decision_id: int) -> Why:
    """Return one decision."""
    row = one_visible(actor, Decision, pk=decision_id)
    row = _decisions(actor).get(pk=row.pk)
    later = visible_to(actor, Decision).filter(customer=row.customer_id, decided_at__gt=row.decided_at)
    return _why(actor, row, latest=not later.exists())


def sees_whole(actor: Actor) -> bool:
    """Return whether explanations show the actor colleagues' load and absence."""
    return actor.user_id is None or actor.manages or "auditor" in actor.roles


def sentence_of(actor: Actor, row: Decision) -> Message:
    """Return a decision's sentence as the actor may see it."""
    told = message_of({"code": row.code, "params": row.params})
    return for_reader(told, whole=sees_whole(actor), own=row.owner_id in actor.own_ids)


def _decisions(actor: Actor):  # type: ignore[no-untyped-def]
    return visible_to(actor, Decision).select_related("customer", "owner", "territory", "plan", "by")


def _why(actor: Actor, row: Decision, *, latest: bool) -> Why:
    script = script_of(actor.organisation_id, row.rules_version) if row.rules_version else None
    titles = titles_of(script.rules if script else None)
    whole = sees_whole(actor)
    name = _names(actor, row)
    appeals = _appeals(actor, row)
    return Why(
        id=row.pk,
        customer_code=row.customer.code,
        customer_name=row.customer.name,
        customer_version=row.customer.version,
        sentence=sentence_of(actor, row),
        outcome=row.outcome,
        owner=row.owner.name if row.owner else "",
        owner_code=row.owner.code if row.owner else "",
        territory=row.territory.name if row.territory else "",
        rule=row.rule,
        rule_title=title_of(row.rule, titles),
        by=row.by.name if row.by else "",
        decided_at=row.decided_at,
        rules_version=row.rules_version,
        rules_number=script.number if script else None,
        plan=row.plan.name if row.plan else "",
        plan_code=row.plan.code if row.plan else "",
        tried=steps_tried(row.trace, titles),
        stages=stages(row.trace, whole=whole, name=name),
        candidates=candidates(row.trace, whole=whole, name=name),
        changes=would_change(_known_only(row.trace, name), whole=whole),
        appeals=appeals,
        whole=whole,
        may_appeal=latest and actor.may("decision.appeal") and all(one.state != "open" for one in appeals),
        latest=latest,
    )


def _names(actor: Actor, row: Decision) -> Name:
    # Colleagues beyond the actor's sight stay numbers; the customer's own owner is on its page anyway.
    codes = {code for step in row.trace for code in (*step.get("out", ()), step.get("owner"), step.get("runner_up"))}
    codes.discard(None)
    known = {}
    if codes and sees_whole(actor):
        known = dict(visible_to(actor, Owner).filter(code__in=codes).values_list("code", "name"))
    if row.owner is not None:
        known[row.owner.code] = row.owner.name
    return lambda code: known.get(code, "")


def _known_only(trace: list[dict[str, object]], name: Name) -> list[dict[str, object]]:
    return [step for step in trace if step["step"] != "otherwise" or not step.get("owner") or name(str(step["owner"]))]


def _appeals(actor: Actor, row: Decision) -> tuple[AppealView, ...]:
    found = visible_to(actor, Appeal).filter(decision=row.pk).select_related("by", "answered_by").order_by("-at", "-pk")
    may_answer = actor.may("decision.answer")
    return tuple(
        AppealView(
            id=item.pk,
            by=item.by.name if item.by else "",
            at=item.at,
            text=item.text,
            state=item.state,
            answer=item.answer,
            answered_by=item.answered_by.name if item.answered_by else "",
            answered_at=item.answered_at,
            may_answer=may_answer and item.state == "open" and item.by_id != actor.user_id,
        )
        for item in found
    )


def _by_plan(actor: Actor, customer: Customer) -> Why | None:
    # Between a plan's coming into force and the writing of its moves the plan is why.
    if actor.settling is None:
        return None
    unit = unwritten(actor.settling).filter(customer=customer).select_related("plan", "owner", "territory").first()
    if unit is None or unit.owner is None:
        return None
    territory = unit.territory.name if unit.territory else ""
    return Why(
        id=None,
        customer_code=customer.code,
        customer_name=customer.name,
        customer_version=customer.version,
        sentence=say("plan.moved_by", plan=unit.plan.name, territory=territory),
        outcome="assigned",
        owner=unit.owner.name,
        owner_code=unit.owner.code,
        territory=territory,
        rule="plan",
        rule_title=say("assigning.by_plan"),
        by="",
        decided_at=unit.plan.activated_at or unit.plan.created_at,
        rules_version="",
        rules_number=None,
        plan=unit.plan.name,
        plan_code=unit.plan.code,
        tried=(),
        stages=(),
        candidates=(),
        changes=(),
        appeals=(),
        whole=sees_whole(actor),
        may_appeal=False,
        latest=True,
    )
