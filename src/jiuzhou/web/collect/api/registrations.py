"""Endpoints of companies at entry: whether one is there already, and the registrations of those that are worked on."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from ninja import Query, Router, Status
from pydantic import Field

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.collect.company import LEAST_DAYS, MOST_DAYS, RegistrationDraft
from jiuzhou.web.collect.reads import company_check, registrations
from jiuzhou.web.collect.writes import registrations as writes
from jiuzhou.web.collect.writes.company_check import check_company as check
from jiuzhou.web.collect.writes.registering import NAME, NOTE, REGION, TAX_ID, register_company
from jiuzhou.web.paging import Page
from jiuzhou.web.rest.schemas import Body, Cursor, Filters, Id, IfMatch, Limit, Listing, Moment, Said, Shape

router = Router()

State = Literal["waiting", "granted", "expired", "refused", "withdrawn", "won"]
Verdict = Literal["same", "similar"]
Reason = Annotated[str, Field(min_length=1, max_length=writes.REASON, pattern=r"\S")]


class CompanyMatch(Shape):
    """
    A company that is there already.

    ``code`` is empty and ``registration`` null where one does not see it; ``until`` is the last day on which it is
    protected.
    """

    kind: Literal["customer", "registration"]
    name: str
    verdict: Verdict
    reasons: list[Said]
    holder: Said
    until: date | None
    code: str
    registration: int | None


class CompanyCheck(Shape):
    """At most eight companies, the likeliest first; ``cut`` where not all names that begin alike were compared."""

    matches: list[CompanyMatch]
    cut: bool


class CompanyFinding(Shape):
    """What the check said of a company when the registration was made; ``name`` is empty where it is not told."""

    name: str
    verdict: Verdict
    said: list[Said]
    until: date | None


class RegistrationLine(Shape):
    """A registered company; ``customer`` is the customer that it became or is about, where one sees it."""

    id: int
    name: str
    tax_id: str
    region_code: str
    note: str
    owner: str
    owner_code: str
    by: str
    made_at: Moment
    state: State
    protected_until: date | None
    days_left: int | None
    reason: str
    decided_by: str
    decided_at: Moment | None
    extended: bool
    customer: str
    version: int


class RegistrationDetail(Shape):
    """A registered company with what the check said, and what one may do with it."""

    line: RegistrationLine
    found: list[CompanyFinding]
    may_decide: bool
    may_extend: bool
    may_withdraw: bool
    may_win: bool


class RegistrationFilters(Filters):
    """Whose, in which state."""

    box: Literal["all", "mine", "waiting"] = "all"
    state: State | Literal[""] = ""
    owner: Annotated[str, Field(max_length=64)] = ""


class NewRegistration(Body):
    """A company to be registered by its full name; ``on_behalf_of`` is an owner's code, empty for oneself."""

    name: Annotated[str, Field(min_length=1, max_length=NAME, pattern=r"\S")]
    tax_id: Annotated[str, Field(max_length=TAX_ID)] = ""
    region_code: Annotated[str, Field(max_length=REGION)] = ""
    note: Annotated[str, Field(max_length=NOTE)] = ""
    on_behalf_of: Annotated[str, Field(max_length=64)] = ""


class RegistrationRefusal(Body):
    """Why a registration is refused."""

    reason: Reason


class ProtectionDays(Shape):
    """For how many days a registration protects; ``version`` is for ``If-Match``."""

    days: int
    version: int


class NewProtectionDays(Body):
    """For how many days registrations protect from now on."""

    days: Annotated[int, Field(ge=LEAST_DAYS, le=MOST_DAYS)]


@router.get("/company-check", response=CompanyCheck)
@endpoint("customer.check")
def check_company(
    request: Asked,
    name: Annotated[str, Query("", max_length=300)] = "",
    tax_id: Annotated[str, Query("", max_length=32)] = "",
    phone: Annotated[str, Query("", max_length=64)] = "",
) -> company_check.CompanyCheck:
    """Return the companies of the whole organisation that one of this name or number is or may be."""
    return check(request.actor, name, tax_id, phone)


@router.get("/registrations", response=Listing[RegistrationLine])
@endpoint("registration.read")
def list_registrations(
    request: Asked, filters: Annotated[RegistrationFilters, Query()], limit: Limit = 50, cursor: Cursor = None
) -> Page[registrations.RegistrationLine]:
    """Return the registrations that one sees, the latest first."""
    wanted = filters.model_dump()
    return registrations.list_registrations(request.actor, **wanted, cursor=cursor, size=limit)


@router.post("/registrations", response={201: RegistrationDetail})
@endpoint("registration.write")
def create_registration(request: Asked, body: NewRegistration) -> Status[registrations.RegistrationDetail]:
    """Register a company: granted where nobody has it or works on it, else it waits for a manager."""
    about = body.model_dump(exclude={"on_behalf_of"})
    key = register_company(request.actor, RegistrationDraft(**about, owner=body.on_behalf_of))
    return Status(201, registrations.read_registration(request.actor, key))


@router.get("/registrations/{registration}", response=RegistrationDetail)
@endpoint("registration.read", noun="registration")
def read_registration(request: Asked, registration: Id) -> registrations.RegistrationDetail:
    """Return one registration."""
    return registrations.read_registration(request.actor, registration)


@router.post("/registrations/{registration}/grant", response=RegistrationDetail)
@endpoint("registration.decide", noun="registration")
def grant_registration(request: Asked, registration: Id, version: IfMatch) -> registrations.RegistrationDetail:
    """Grant a registration that waits; somebody else's."""
    writes.grant_registration(request.actor, registration, version=version)
    return registrations.read_registration(request.actor, registration)


@router.post("/registrations/{registration}/refuse", response=RegistrationDetail)
@endpoint("registration.decide", noun="registration")
def refuse_registration(
    request: Asked, registration: Id, body: RegistrationRefusal, version: IfMatch
) -> registrations.RegistrationDetail:
    """Refuse a registration that waits, and say why."""
    writes.refuse_registration(request.actor, registration, version=version, reason=body.reason)
    return registrations.read_registration(request.actor, registration)


@router.post("/registrations/{registration}/extend", response=RegistrationDetail)
@endpoint("registration.decide", noun="registration")
def extend_registration(request: Asked, registration: Id, version: IfMatch) -> registrations.RegistrationDetail:
    """Protect a company once more for as many days."""
    writes.extend_registration(request.actor, registration, version=version)
    return registrations.read_registration(request.actor, registration)


@router.post("/registrations/{registration}/withdraw", response=RegistrationDetail)
@endpoint("registration.write", noun="registration")
def withdraw_registration(request: Asked, registration: Id, version: IfMatch) -> registrations.RegistrationDetail:
    """Take a registration back: one's own, or as a manager anybody's whom one sees."""
    writes.withdraw_registration(request.actor, registration, version=version)
    return registrations.read_registration(request.actor, registration)


@router.get("/registration-days", response=ProtectionDays)
@endpoint("registration.read")
def read_registration_days(request: Asked) -> ProtectionDays:
    """Return for how many days a registration protects."""
    days, version = writes.protection_days(request.actor), writes.days_version(request.actor)
    return ProtectionDays(days=days, version=version)


@router.put("/registration-days", response=ProtectionDays)
@endpoint("registration.set")
def set_registration_days(request: Asked, body: NewProtectionDays, version: IfMatch) -> ProtectionDays:
    """Set for how many days registrations protect from now on."""
    new = writes.set_protection_days(request.actor, body.days, version=version)
    return ProtectionDays(days=body.days, version=new)
