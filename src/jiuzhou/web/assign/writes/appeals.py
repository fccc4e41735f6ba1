"""Appeals against decisions: asked by whoever is concerned, answered by somebody else."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from jiuzhou.kernel.errors import RefusedError
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.access import one_visible, visible_to
from jiuzhou.web.accounts.actor import Actor, valid_at
from jiuzhou.web.accounts.roles import VERBS
from jiuzhou.web.inbox.writes import notify, people_with
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import ConflictError, InvalidError
from jiuzhou.web.store.models import Appeal, Customer, Decision, RoleGrant, Territory

LONGEST = 2000
STATES = ("accepted", "rejected")


def appeal(actor: Actor, decision_id: int, text: str) -> int:
    """
    Ask for a decision to be looked at again; return the appeal's id.

    Raises
    ------
    InvalidError
        If it does not say why.
    ConflictError
        If the decision has been overtaken by another, or an appeal against it waits already.
    """
    actor.must("decision.appeal")
    text = _stated(text, "text", "assigning.appeal_text_needed")
    decision = one_visible(actor, Decision, pk=decision_id)
    if visible_to(actor, Decision).filter(customer=decision.customer_id, decided_at__gt=decision.decided_at).exists():
        raise ConflictError("assigning.decision_overtaken")
    customer = one_visible(actor, Customer, pk=decision.customer_id)
    try:
        with transaction.atomic():
            row = Appeal.unscoped.create(
                organisation_id=actor.organisation_id,
                decision=decision,
                by_id=actor.user_id,
                at=timezone.now(),
                text=text,
            )
            record(actor.origin, "decision.appeal", "decision", str(decision.pk), after={"appeal": row.pk})
            message = say("assigning.appeal_notice", customer=customer.name, by=actor.name)
            people = _answerers(actor, customer) - {actor.user_id}
            link = f"/assign/decisions/{decision.pk}"
            notify(actor.organisation_id, people, "appeal", message, link=link, key=f"appeal:{row.pk}")
    except IntegrityError:
        raise ConflictError("assigning.appeal_waits") from None
    return row.pk


def answer(actor: Actor, appeal_id: int, text: str, *, accepted: bool) -> int:
    """
    Answer somebody else's appeal; return the decision's id. An accepted one is followed by a reassignment by hand.

    Raises
    ------
    RefusedError
        If the appeal is the actor's own.
    ConflictError
        If somebody answered first.
    """
    actor.must("decision.answer")
    text = _stated(text, "answer", "assigning.answer_text_needed")
    row = one_visible(actor, Appeal, pk=appeal_id)
    if row.by_id == actor.user_id:
        raise RefusedError("assigning.own_appeal")
    state = STATES[0] if accepted else STATES[1]
    with transaction.atomic():
        waiting = Appeal.unscoped.filter(pk=row.pk, state="open")
        if not waiting.update(state=state, answer=text, answered_by_id=actor.user_id, answered_at=timezone.now()):
            raise ConflictError("assigning.appeal_answered")
        record(
            actor.origin, "decision.answer", "decision", str(row.decision_id), after={"appeal": row.pk, "state": state}
        )
        if row.by_id is not None:
            told: Message = say(f"assigning.appeal_was_{state}", by=actor.name)
            link = f"/assign/decisions/{row.decision_id}"
            notify(actor.organisation_id, [row.by_id], "appeal", told, link=link, key=f"answer:{row.pk}")
    return row.decision_id


def _stated(text: str, field: str, code: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= LONGEST:
        raise InvalidError({field: say(code, most=LONGEST)})
    return text


def _answerers(actor: Actor, customer: Customer) -> set[int]:
    # The managers above the customer's territory and its owner's team; those of the whole company where there is none.
    roles = [role for role, verbs in VERBS.items() if "decision.answer" in verbs]
    now = timezone.now()
    near = Q(territory__in=_above(customer.territory_id))
    if customer.owner is not None and customer.owner.team_id:
        near |= Q(role="team_lead", owner=customer.owner.team_id)
    grants = RoleGrant.unscoped.filter(
        valid_at(now),
        near,
        organisation=actor.organisation_id,
        role__in=roles,
    )
    found = set(grants.values_list("user_id", flat=True))
    return found or set(people_with(actor.organisation_id, "decision.answer"))


def _above(territory: int | None) -> list[int]:
    chain: list[int] = []
    while territory is not None and territory not in chain:
        chain.append(territory)
        territory = Territory.unscoped.values_list("parent", flat=True).get(pk=territory)
    return chain
