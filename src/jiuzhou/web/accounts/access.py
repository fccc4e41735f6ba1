"""
The one gate to the rows: ``visible_to(actor, Model)``.

Access follows ownership, the tree and dated grants as they are in the tables at this moment; nothing is copied, so
nothing has to be brought up to date. A model without a rule here cannot be reached at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from django.db.models import CharField, Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from jiuzhou.web.accounts.actor import Actor, valid_at
from jiuzhou.web.problems import NotFoundError
from jiuzhou.web.store import models
from jiuzhou.web.store.present import held_by

Row = TypeVar("Row", bound=Model)
ALL = Q()
NOTHING = Q(pk__in=())


def visible_to(actor: Actor, model: type[Row]) -> QuerySet[Row]:
    """
    Return the rows of ``model`` that ``actor`` may see.

    Raises
    ------
    LookupError
        If the model has no rule: such rows are nobody's to read.
    """
    if model not in RULES:
        raise LookupError(f"{model.__name__} has no rule of access")
    rows: QuerySet[Row] = model.unscoped.filter(organisation=actor.organisation_id)  # type: ignore[attr-defined]
    return rows if actor.user_id is None else rows.filter(RULES[model](actor))


def visible_along(actor: Actor, model: type[Row]) -> QuerySet[Row]:
    """
    Return the rows of customers that ``actor`` may see, each asked by itself: for a walk along an index that ends soon.

    The same rows as those of ``visible_to``, for who sees so many customers that they had better not be collected.
    """
    if actor.everywhere or RULES[model] is not _of_customer:
        return visible_to(actor, model)
    customers = visible_to(actor, models.Customer).filter(pk=OuterRef("customer"))
    rows: QuerySet[Row] = model.unscoped.filter(Exists(customers), organisation=actor.organisation_id)  # type: ignore[attr-defined]
    return rows


def one_visible(actor: Actor, model: type[Row], **key: object) -> Row:
    """
    Return the one row of ``model`` with ``key`` that ``actor`` may see.

    Raises
    ------
    NotFoundError
        If there is none, or none for this actor: the two are not told apart.
    """
    row = visible_to(actor, model).filter(**key).first()
    if row is None:
        raise NotFoundError
    return row


def customers_of(actor: Actor) -> Q:
    """Return the condition under which a customer is the actor's to see."""
    if actor.everywhere:
        return ALL
    held = held_by(actor.owner_ids, actor.territory_ids, settling=actor.settling)
    if actor.granted_ids is not None:
        return held | Q(pk__in=actor.granted_ids) if actor.granted_ids else held
    granted = models.Access.unscoped.filter(valid_at(timezone.now()), user=actor.user_id)
    return held | Q(pk__in=granted.values("customer"))


def _of_customer(actor: Actor) -> Q:
    if actor.everywhere:
        return Q(customer__deleted_at__isnull=True)
    return Q(customer__in=visible_to(actor, models.Customer).values("pk"))


def _pairs(actor: Actor) -> Q:
    # Of two customers nobody learns by one that the other is there.
    if actor.everywhere:
        return Q(left__deleted_at__isnull=True, right__deleted_at__isnull=True)
    customers = visible_to(actor, models.Customer).values("pk")
    return Q(left__in=customers, right__in=customers)


def _merges(actor: Actor) -> Q:
    if actor.everywhere:
        return Q(standing__deleted_at__isnull=True)
    return Q(standing__in=visible_to(actor, models.Customer).values("pk"))


def _sample_items(actor: Actor) -> Q:
    # One that stayed with a merged record, because the survivor is in the sample too, is seen with the survivor.
    merges = models.Merge.unscoped.filter(_merges(actor), organisation=actor.organisation_id, undone_at=None)
    return _of_customer(actor) | Q(customer__in=merges.values("merged"))


def _owners(actor: Actor) -> Q:
    if actor.everywhere:
        return ALL
    around = models.Owner.unscoped.filter(pk__in=actor.own_ids)
    return Q(pk__in=actor.owner_ids) | Q(pk__in=around.values("team")) | Q(pk__in=around.values("manager"))


def _of_owner(actor: Actor) -> Q:
    return ALL if actor.everywhere else Q(owner__in=actor.owner_ids)


def _territories(actor: Actor) -> Q:
    return ALL if actor.everywhere else Q(pk__in=actor.territory_ids) | Q(owner__in=actor.owner_ids)


def _of_territory(actor: Actor) -> Q:
    return ALL if actor.everywhere else Q(territory__in=actor.territory_ids) | Q(territory__owner__in=actor.owner_ids)


def _figures(actor: Actor) -> Q:
    # A figure of the whole company (neither territory nor owner) is for those who see the whole company.
    if actor.everywhere:
        return ALL
    named = Q(territory__isnull=False) | Q(owner__isnull=False)
    return named & (_of_territory(actor) | _of_owner(actor))


def _plans(actor: Actor) -> Q:
    if not actor.may("plan.read"):
        return NOTHING
    return ALL if actor.may("plan.write") else ~Q(state__in=("draft", "returned"))


def _plan_territories(actor: Actor) -> Q:
    # How far a territory lies from its target in the plan in force is a figure of the territory.
    plans = Q(plan__in=visible_to(actor, models.Plan).values("pk")) | Q(plan=actor.plan_in_force)
    if actor.everywhere:
        return plans
    return plans & (Q(owner__in=actor.owner_ids) | Q(standing__in=actor.territory_ids))


def _plan_units(actor: Actor) -> Q:
    plans = Q(plan__in=visible_to(actor, models.Plan).values("pk"))
    if actor.everywhere:
        return plans & Q(customer__deleted_at__isnull=True)
    return plans & _of_customer(actor)


def _of_plan(actor: Actor) -> Q:
    return Q(plan__in=visible_to(actor, models.Plan).values("pk"))


def _registrations(actor: Actor) -> Q:
    return ALL if actor.everywhere else Q(owner__in=actor.owner_ids) | Q(by=actor.user_id)


def _remarks(actor: Actor) -> Q:
    # What is said of a customer or a territory is for those who see it: free text names people and companies.
    if actor.everywhere:
        return _of_plan(actor)
    customers = Q(customer__in=visible_to(actor, models.Customer).values("pk"))
    territories = Q(territory__in=visible_to(actor, models.PlanTerritory).values("pk"))
    said = Q(by=actor.user_id) | customers | Q(customer__isnull=True) & (Q(territory__isnull=True) | territories)
    return _of_plan(actor) & said


def _samples(actor: Actor) -> Q:
    if not actor.may("sample.read"):
        return NOTHING
    if actor.everywhere:
        return ALL
    return Q(by=actor.user_id) | Q(pk__in=visible_to(actor, models.SampleItem).values("sample"))


def _own(actor: Actor) -> Q:
    return Q(user=actor.user_id)


def _runs(actor: Actor) -> Q:
    return ALL if actor.may("run.start") and actor.everywhere else Q(by=actor.user_id)


def _grants(actor: Actor) -> Q:
    return ALL if actor.may("user.read") else Q(user=actor.user_id)


def _substitutions(actor: Actor) -> Q:
    return ALL if actor.may("user.read") else Q(substitute=actor.user_id) | Q(owner__in=actor.owner_ids)


def _approvals(actor: Actor) -> Q:
    mine = Q(asked_by=actor.user_id)
    decided = Q(verb__in=[verb for verb in actor.verbs if actor.may(verb)])
    if actor.may("registration.decide") and not actor.everywhere:
        # A registration waits for those who see its owner, not for every manager.
        seen = visible_to(actor, models.Registration).annotate(text=Cast("pk", CharField())).values("text")
        decided &= ~Q(noun="registration") | Q(key__in=seen)
    return mine | decided


def _with(verb: str) -> Callable[[Actor], Q]:
    return lambda actor: ALL if actor.may(verb) else NOTHING


RULES: Mapping[type[Model], Callable[[Actor], Q]] = {
    models.Customer: lambda actor: Q(deleted_at__isnull=True) & customers_of(actor),
    models.CustomerScore: _of_customer,
    models.PeerScale: _with("customer.read"),
    models.Facet: lambda actor: ALL if actor.everywhere else NOTHING,
    models.Note: _of_customer,
    models.ConsentRecord: _of_customer,
    models.DuplicatePair: _pairs,
    models.Merge: _merges,
    models.Ownership: _of_customer,
    models.ScheduledMove: _of_customer,
    models.Decision: _of_customer,
    models.Appeal: lambda actor: Q(decision__in=visible_to(actor, models.Decision).values("pk")),
    models.Action: _of_customer,
    models.Visit: _of_customer,
    models.Questionnaire: _with("survey.read"),
    models.SurveyInvitation: _of_customer,
    models.SurveyAnswer: _of_customer,
    models.MarketFact: _with("market.read"),
    models.CompetitorFact: _with("market.read"),
    models.Registration: _registrations,
    models.Owner: _owners,
    models.OwnerScore: _of_owner,
    models.Absence: _of_owner,
    models.Territory: _territories,
    models.Target: _of_territory,
    models.Indicator: _figures,
    models.Alert: _figures,
    models.RegionScore: lambda actor: ALL if actor.everywhere else NOTHING,
    models.Plan: _plans,
    models.PlanTerritory: _plan_territories,
    models.PlanUnit: _plan_units,
    models.PlanChange: lambda actor: _of_plan(actor) if actor.everywhere else NOTHING,
    models.PlanRemark: _remarks,
    models.RulesVersion: _with("rules.read"),
    models.PolicyVersion: _with("policy.read"),
    models.Run: _runs,
    models.Schedule: _with("run.start"),
    models.Notice: _own,
    models.Approval: _approvals,
    models.Token: _own,
    models.SignIn: _own,
    models.SavedView: _own,
    models.RoleGrant: _grants,
    models.Access: _grants,
    models.Substitution: _substitutions,
    models.AuditEntry: _with("audit.read"),
    models.Webhook: _with("webhook.write"),
    models.FactBatch: _with("import.run"),
    models.Import: _with("import.run"),
    models.SavedMapping: _with("import.run"),
    models.Feed: _with("import.run"),
    models.FeedArrival: _with("import.run"),
    models.QualityReading: lambda actor: ALL if actor.everywhere else NOTHING,
    models.Sample: _samples,
    models.SampleItem: _sample_items,
}

UNREACHABLE: frozenset[type[Model]] = frozenset(
    {
        *(
            models.AuditHead,
            models.IdempotencyKey,
            models.OutboxEvent,
            models.RateCount,
            models.Tombstone,
            models.Tally,
        ),
        *(models.CompanyKey, models.RegistrationKey),
    }
)
"""Tables of the machinery, which no actor reads."""


def people_of(actor: Actor) -> QuerySet[models.User]:
    """Return the people whom ``actor`` may see: all of the organisation for those who administer, else only itself."""
    people = models.User.objects.filter(organisation=actor.organisation_id)
    return people if actor.may("user.read") else people.filter(pk__in=[actor.user_id])
