"""The tables, a file for each noun."""

from jiuzhou.web.store.models.account import Access, RoleGrant, SavedView, SignIn, Substitution, Token, User
from jiuzhou.web.store.models.advice import Action, Visit
from jiuzhou.web.store.models.alert import Alert, Indicator, Target
from jiuzhou.web.store.models.customer import Customer, Facet
from jiuzhou.web.store.models.decision import Appeal, Decision
from jiuzhou.web.store.models.duplicate import DuplicatePair, Merge
from jiuzhou.web.store.models.fact import FactBatch
from jiuzhou.web.store.models.feed import Feed, FeedArrival
from jiuzhou.web.store.models.importing import Import, SavedMapping
from jiuzhou.web.store.models.inbox import Approval, Notice
from jiuzhou.web.store.models.ledger import (
    AuditEntry,
    AuditHead,
    IdempotencyKey,
    OutboxEvent,
    RateAtDoor,
    RateCount,
    Webhook,
)
from jiuzhou.web.store.models.market import CompetitorFact, MarketFact
from jiuzhou.web.store.models.note import Note
from jiuzhou.web.store.models.organisation import Organisation
from jiuzhou.web.store.models.owner import Absence, Owner
from jiuzhou.web.store.models.ownership import Ownership, ScheduledMove
from jiuzhou.web.store.models.plan import Plan, PlanChange, PlanRemark, PlanTerritory, PlanUnit
from jiuzhou.web.store.models.privacy import ConsentRecord, Tombstone
from jiuzhou.web.store.models.quality import QualityReading, Sample, SampleItem
from jiuzhou.web.store.models.registration import CompanyKey, Registration, RegistrationKey
from jiuzhou.web.store.models.run import Run, Schedule
from jiuzhou.web.store.models.score import CustomerScore, OwnerScore, PeerScale, RegionScore
from jiuzhou.web.store.models.script import PolicyVersion, RulesVersion
from jiuzhou.web.store.models.survey import Questionnaire, SurveyAnswer, SurveyInvitation
from jiuzhou.web.store.models.tally import Tally
from jiuzhou.web.store.models.territory import Territory

__all__ = [
    "Absence",
    "Access",
    "Action",
    "Alert",
    "Appeal",
    "Approval",
    "AuditEntry",
    "AuditHead",
    "CompanyKey",
    "CompetitorFact",
    "ConsentRecord",
    "Customer",
    "CustomerScore",
    "Decision",
    "DuplicatePair",
    "Facet",
    "FactBatch",
    "Feed",
    "FeedArrival",
    "IdempotencyKey",
    "Import",
    "Indicator",
    "MarketFact",
    "Merge",
    "Note",
    "Notice",
    "Organisation",
    "OutboxEvent",
    "Owner",
    "OwnerScore",
    "Ownership",
    "PeerScale",
    "Plan",
    "PlanChange",
    "PlanRemark",
    "PlanTerritory",
    "PlanUnit",
    "PolicyVersion",
    "QualityReading",
    "Questionnaire",
    "RateAtDoor",
    "RateCount",
    "RegionScore",
    "Registration",
    "RegistrationKey",
    "RoleGrant",
    "RulesVersion",
    "Run",
    "Sample",
    "SampleItem",
    "SavedMapping",
    "SavedView",
    "Schedule",
    "ScheduledMove",
    "SignIn",
    "Substitution",
    "SurveyAnswer",
    "SurveyInvitation",
    "Tally",
    "Target",
    "Territory",
    "Token",
    "Tombstone",
    "User",
    "Visit",
    "Webhook",
]
