"""
What each field of each table tells of people, and what it is kept for.

The one place that export, erasure, retention and the record of processing are derived from. A field that stands in no
line here fails a test. References are not listed: one to a customer, an owner or a person is a pseudonym, any other
tells nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Field, Model

from jiuzhou.kernel.personal import Classified, Pii, Purpose, classify
from jiuzhou.web.store import models

_MACHINERY = frozenset({"id", "version"})
_PEOPLE = (models.Customer, models.Owner, models.User)
_SCRIPT = {"none planning": "number state at published_at", "free_text planning": "text note"}

MODELS: Mapping[type[Model], Mapping[str, Classified]] = {
    model: classify(lines)
    for model, lines in {
        models.Absence: {"personal staffing": "starts_at ends_at", "sensitive staffing": "reason"},
        models.Access: {"none serving": "may_write valid_from valid_to", "free_text serving": "reason"},
        models.Action: {
            "none serving": "kind priority due_on value_at_stake expected_value code state closed_at",
            "none marketing": "marketing",
            "free_text serving": "params note",
        },
        models.Alert: {
            "none measuring": "key kind severity since value threshold size customer_count state snoozed_until",
            "pseudonym measuring": "customers",
            "free_text measuring": "cause action note",
        },
        models.Appeal: {"none planning": "at state answered_at", "free_text planning": "text answer"},
        models.Approval: {
            "none planning": "noun key code verb asked_at decided_at outcome link",
            "free_text planning": "params note answer",
        },
        models.AuditEntry: {
            "none evidence": "sequence at origin verb noun before after note previous digest",
            "pseudonym evidence": "who key",
        },
        models.AuditHead: {"none evidence": "sequence digest"},
        models.CompanyKey: {"pseudonym serving": "key"},
        models.CompetitorFact: {
            "none planning": "place at source recorded_at superseded_at name product price share strength",
        },
        models.ConsentRecord: {
            "pseudonym marketing": "contact",
            "personal marketing": "given at",
            "none marketing": "purpose source",
            "free_text marketing": "wording",
        },
        models.Customer: {
            "pseudonym serving": "code",
            "personal serving": "name sort_key tax_id language needs products",
            "contact serving": "phone email address",
            "contact planning": "lat lon",
            "personal marketing": "birth_year sex occupation interests consent_marketing consent_at",
            "sensitive marketing": "income_band values",
            "free_text serving": "extra",
            "none planning": "key_account country region_code province city crs location_quality potential workload "
            "visits_per_year visit_hours pool locked",
            "none measuring": "industry size_band annual_revenue channel customer_since",
            "none running": "deleted_at erased_at",
        },
        models.CustomerScore: {
            "none measuring": "tier score score_parts rfm abc abc_profit recency_days frequency monetary revenue_12m "
            "profit clv clv_low clv_high p_alive expected_90d churn_risk csat nps_group loyalty workload potential "
            "as_of versions last_visit_on by_score by_clv by_revenue by_risk by_recency",
        },
        models.Decision: {
            "none planning": "key outcome rule code rules_version decided_at recorded_at",
            "free_text planning": "params trace",
        },
        models.DuplicatePair: {
            "none running": "probability weight verdict state at found_at",
            "pseudonym running": "names",
            "free_text running": "evidence",
        },
        models.Facet: {"none serving": "kind", "free_text serving": "value"},
        models.FactBatch: {"none running": "table path rows digest at retired_at"},
        models.Feed: {
            "none running": "kind place table most_rejected lenient active every_minutes at_time next_at looked_at "
            "made_at changed_at removed_at",
            "free_text running": "name seen said",
        },
        models.FeedArrival: {
            "none running": "mark look bytes sha256 state tries at ended_at cleared_at",
            "free_text running": "name reason",
        },
        models.IdempotencyKey: {
            "none running": "key digest status effect created_at request",
            "free_text running": "answer",
        },
        models.Import: {
            "none running": "folder state counts round progress made_at checked_at applied_at undo_until undone_at "
            "cleared_at",
            "free_text running": "files found choices corrections quality problems places reason",
        },
        models.Indicator: {"none measuring": "period metric value baseline complete metric_version"},
        models.MarketFact: {
            "none planning": "place at source recorded_at superseded_at kind value text",
        },
        models.Merge: {
            "none running": "moved row at undone_at",
            "personal serving": "before after",
        },
        models.Note: {
            "none serving": "kind at minutes key recorded_at",
            "free_text serving": "text outcome topic people",
        },
        models.Notice: {"none serving": "kind code at read_at key link", "free_text serving": "params"},
        models.Organisation: {
            "none running": "slug name zone currency language as_of choices large swapped_at created_at",
        },
        models.OutboxEvent: {
            "none running": "key kind created_at next_try_at tries sent_at dead_at trouble",
            "free_text running": "body",
        },
        models.Owner: {
            "pseudonym staffing": "code",
            "personal staffing": "name sort_key level skills active_from active_to",
            "sensitive staffing": "lat lon",
            "none staffing": "kind partner_type capacity_hours capacity_customers weight zone calendar",
        },
        models.OwnerScore: {
            "personal staffing": "customers workload revenue attainment visits_due visits_made coverage csat "
            "csat_answers nps nps_answers complaints overdue",
            "none staffing": "as_of",
        },
        models.Ownership: {
            "none planning": "role product_line source valid_from valid_to recorded_at closed_at superseded_at",
        },
        models.PeerScale: {"none measuring": "industry tier metric customers scale as_of"},
        models.Plan: {
            "none planning": "code name state solver_status seed effort objective lower_bound bound_message activities "
            "metrics effective_on created_at submitted_at approved_at activated_at archived_at",
            "free_text planning": "note violations",
        },
        models.PlanChange: {
            "none planning": "number at",
            "free_text planning": "label",
            "pseudonym planning": "changes",
        },
        models.PlanRemark: {
            "none planning": "kind at answered_at accepted",
            "free_text planning": "text answer cost",
        },
        models.PlanTerritory: {
            "none planning": "code name parent_code level lat lon measures targets deviation in_band contiguous "
            "customers colour locked",
        },
        models.PlanUnit: {"none planning": "previous_territory customer_version locked moved settled"},
        models.PolicyVersion: _SCRIPT,
        models.QualityReading: {"none measuring": "day at figures"},
        models.Questionnaire: {
            "none measuring": "code kind title_zh title_en question_zh question_en scale_max topic takes_comment "
            "opens_on closes_on closed_at made_at",
        },
        models.RateAtDoor: {"none security": "kind window count", "pseudonym security": "whom"},
        models.RateCount: {"none security": "kind window count"},
        models.RegionScore: {
            "none measuring": "region_code parent_code name level customers revenue revenue_before profit potential "
            "growth csat csat_answers nps nps_answers complaints penetration share as_of",
        },
        models.Registration: {
            "none serving": "region_code made_at state protected_until decided_at extended_at",
            "free_text serving": "name tax_id note found reason",
        },
        models.RegistrationKey: {"pseudonym serving": "key"},
        models.RoleGrant: {"none security": "role valid_from valid_to"},
        models.RulesVersion: _SCRIPT,
        models.Run: {
            "none running": "kind state progress done done_before total key attempt attempts worker for_system "
            "created_at due_at started_at heartbeat_at finished_at cancel_at enough_at seen_at",
            "free_text running": "title arguments stage resume result reason history",
        },
        models.Sample: {
            "none measuring": "seed size region_code fields state drawn_at closed_at applied_at result",
        },
        models.SampleItem: {"none measuring": "outcome checked_at", "free_text measuring": "drawn answers"},
        models.SavedMapping: {"none running": "table shape columns units crs at"},
        models.SavedView: {"none serving": "place", "free_text serving": "name query"},
        models.Schedule: {"none running": "kind arguments every_minutes at_time next_at active"},
        models.ScheduledMove: {
            "none planning": "due_at done_at cancelled_at",
            "free_text planning": "reason",
        },
        models.SignIn: {
            "none security": "digest epoch began_at seen_at ended_at",
            "personal security": "agent",
            "contact security": "address",
        },
        models.Substitution: {"none staffing": "valid_from valid_to"},
        models.SurveyAnswer: {
            "none measuring": "at changed_at score scale_max language",
            "free_text measuring": "comment",
        },
        models.SurveyInvitation: {"pseudonym measuring": "key", "none measuring": "at"},
        models.Tally: {
            "none measuring": "name reach sequence counted_at seconds asked_at",
            "free_text measuring": "body",
        },
        models.Target: {"none planning": "period metric value currency"},
        models.Territory: {"none planning": "code name level lat lon colour valid_from valid_to"},
        models.Token: {
            "none security": "prefix digest scopes family epoch created_at expires_at last_used_at revoked_at "
            "rotated_at",
            "free_text security": "name",
        },
        models.Tombstone: {"pseudonym evidence": "digest", "none evidence": "kind at"},
        models.User: {
            "contact security": "email",
            "personal security": "name last_login deactivated_at",
            "sensitive security": "password",
            "none security": "is_active epoch created_at language choices",
        },
        models.Visit: {
            "none serving": "planned_on due_on days_late visits_per_year code state minutes closed_at",
            "free_text serving": "params note",
        },
        models.Webhook: {
            "none running": "url kinds active created_at",
            "sensitive running": "secret",
        },
    }.items()
}
"""Model → field → what it tells of people and what it is kept for."""

ON_CUSTOMERS: Mapping[type[Model], str] = {
    models.CustomerScore: "customer",
    models.ConsentRecord: "customer",
    models.Note: "customer",
    models.Action: "customer",
    models.Visit: "customer",
    models.Decision: "customer",
    models.Appeal: "decision__customer",
    models.Ownership: "customer",
    models.ScheduledMove: "customer",
    models.Access: "customer",
    models.PlanUnit: "customer",
    models.PlanRemark: "customer",
    models.SurveyInvitation: "customer",
    models.SurveyAnswer: "customer",
    models.CompanyKey: "customer",
    models.Registration: "customer",
    models.DuplicatePair: "left right",
    models.Merge: "standing",
    models.SampleItem: "customer",
}
"""Models of which each row belongs to one customer, with the way there; two ways where it tells of two."""


@dataclass(frozen=True, slots=True)
class Place:
    """One field, where it stands, and its class."""

    table: str
    field: str
    classified: Classified


def class_of(model: type[Model], field: Field[Any, Any]) -> Classified:
    """
    Return the class of a model's field.

    Raises
    ------
    LookupError
        If nobody said what it tells of people.
    """
    if field.name in _MACHINERY:
        return Classified(Pii.NONE, Purpose.RUNNING)
    if field.is_relation:
        related: Any = field.related_model
        return Classified(Pii.PSEUDONYM if related in _PEOPLE else Pii.NONE, Purpose.RUNNING)
    found = MODELS.get(model, {}).get(field.name)
    if found is None:
        raise LookupError(f"{model.__name__}.{field.name} is not classified")
    return found


def fields_of(model: type[Model], *classes: Pii) -> Iterator[str]:
    """Yield the fields of a model that are of one of ``classes``."""
    return (name for name, found in MODELS[model].items() if found.pii in classes)
