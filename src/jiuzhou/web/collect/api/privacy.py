"""Endpoints of people's data: one person's, handed out or erased; consents; how long data are kept, and what for."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ninja import Router, Status
from pydantic import Field

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.collect.reads.privacy import consents
from jiuzhou.web.collect.reads.privacy.processing import record_of_processing
from jiuzhou.web.collect.writes.privacy import retention
from jiuzhou.web.collect.writes.privacy.consent import LONGEST, record_consent
from jiuzhou.web.collect.writes.privacy.erasing import ask_to_erase
from jiuzhou.web.collect.writes.privacy.handing import hand_out
from jiuzhou.web.rest.schemas import Body, Code, IfMatch, Moment, Shape

router = Router()


class WhoseData(Body):
    """Whose data are meant: the customer's and everybody's at it, or those of the contact of this code."""

    contact: Annotated[str, Field(max_length=64)] = ""


class Erasing(WhoseData):
    """The code of the customer, or of the contact, once more: nothing brings back what is gone."""

    typed: Code


class ErasingStarted(Shape):
    """The id of the run that erases."""

    run: int


class PersonalDataFile(Shape):
    """Everything that is kept of one person: the rows of each table, by field."""

    format: str
    version: Annotated[int, Field(ge=1)]
    customer: str
    contact: str
    made_at: Moment
    tables: dict[str, list[dict[str, Any]]]


class ConsentLine(Shape):
    """One answer to a purpose: given or withdrawn, when, to which words, how it was said, and who wrote it down."""

    at: Moment
    purpose: str
    given: bool
    wording: str
    source: str
    by: str


class NewConsent(Body):
    """Consent given, or refused or withdrawn; to which words; how it was said."""

    given: bool
    wording: Annotated[str, Field(max_length=LONGEST, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    source: Literal["api", "form", "paper", "phone", "message"] = "api"


class RetentionRule(Shape):
    """For how many days a kind of data is kept (null: kept), what happens then, and to how many rows now."""

    kind: str
    days: int | None
    does: Literal["deleted", "emptied"]
    due: int


class RetentionRules(Shape):
    """The rule of each kind, and the version that a change must name."""

    rules: list[RetentionRule]
    version: int


class RetentionDays(Body):
    """Days by kind; null keeps a kind. Kinds that are not named stay as they are."""

    days: Annotated[dict[str, int | None], Field(max_length=20)]


@router.post("/customers/{customer}/personal-data", response=PersonalDataFile)
@endpoint("privacy.export", noun="customer")
def read_personal_data(request: Asked, customer: Code, body: WhoseData) -> dict[str, Any]:
    """Return everything that is kept of one person; the audit trail notes who took how many rows."""
    return hand_out(request.actor, customer, contact=body.contact).to_json()


@router.post("/customers/{customer}/erasure", response={202: ErasingStarted})
@endpoint("privacy.erase", noun="customer")
def erase_person(request: Asked, customer: Code, body: Erasing) -> Status[ErasingStarted]:
    """Erase a customer's personal data, or one contact's; figures and ownership stay. The body repeats the code."""
    run = ask_to_erase(request.actor, customer, typed=body.typed, contact=body.contact)
    return Status(202, ErasingStarted(run=run))


@router.get("/customers/{customer}/consents", response=list[ConsentLine])
@endpoint("customer.read", noun="customer")
def list_consents(request: Asked, customer: Code) -> tuple[consents.Consent, ...]:
    """Return what a customer said to marketing, the latest first."""
    return consents.consents(request.actor, customer)


@router.post("/customers/{customer}/consents", response={201: list[ConsentLine]})
@endpoint("consent.write", noun="customer")
def create_consent(request: Asked, customer: Code, body: NewConsent) -> Status[tuple[consents.Consent, ...]]:
    """Record that a customer agreed to marketing or withdrew; it holds at once. For who may change the customer."""
    record_consent(request.actor, customer, given=body.given, wording=body.wording, source=body.source)
    return Status(201, consents.consents(request.actor, customer))


@router.get("/privacy/processing", response=dict[str, Any])
@endpoint("privacy.export")
def read_processing(request: Asked) -> dict[str, Any]:
    """Return the record of processing (PIPL 55, GDPR Art. 30), generated from the classification of the data."""
    days = retention.days_by_kind(request.actor)
    return record_of_processing(request.actor, days).to_json()


@router.get("/privacy/retention", response=RetentionRules)
@endpoint("privacy.export")
def read_retention(request: Asked) -> dict[str, Any]:
    """Return for how long each kind of data is kept, and what a run would remove at this moment."""
    return {"rules": retention.rules(request.actor), "version": retention.version_of(request.actor)}


@router.put("/privacy/retention", response=RetentionRules)
@endpoint("privacy.erase")
def set_retention(request: Asked, body: RetentionDays, version: IfMatch) -> dict[str, Any]:
    """Set for how many days kinds of data are kept."""
    retention.keep_rules(request.actor, body.days, version=version)
    return {"rules": retention.rules(request.actor), "version": retention.version_of(request.actor)}
