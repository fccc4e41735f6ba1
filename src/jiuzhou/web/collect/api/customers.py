"""Endpoints of customers: the list, one customer, what happened with it, and what may be changed by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Query, Router, Status
from pydantic import Field

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.collect.reads import customer as one
from jiuzhou.web.collect.reads import listing, timeline
from jiuzhou.web.collect.reads.wanted import FILTERS, Wanted
from jiuzhou.web.collect.writes.editing import create_customer as create
from jiuzhou.web.collect.writes.editing import edit_customer as edit
from jiuzhou.web.collect.writes.notes import LONGEST, MOST_MINUTES, log_note
from jiuzhou.web.rest.schemas import (
    Body,
    Code,
    Cursor,
    Filters,
    Id,
    IfMatch,
    Limit,
    Line,
    Listing,
    Moment,
    Said,
    Shape,
)

router = Router()

Sort = Literal[
    "name",
    "-name",
    "score",
    "-score",
    "clv",
    "-clv",
    "revenue",
    "-revenue",
    "risk",
    "-risk",
    "recency",
    "-recency",
]
Name = Annotated[str, Field(max_length=300, pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$")]
Words = Annotated[list[Annotated[str, Field(min_length=1, max_length=120)]], Field(default_factory=list, max_length=10)]
Items = Annotated[list[Annotated[str, Field(min_length=1, max_length=60)]], Field(default_factory=list, max_length=30)]


# fmt: off
Gap = Literal[
    "phone", "address", "place", "industry", "needs", "score", "name", "email", "tax_id", "region", "revenue", "size",
    "channel", "owner", "since",
]
Doubt = Literal["phone", "email", "tax_id", "region", "place", "owner", "parent", "later", "same_tax_id", "same_phone"]
# fmt: on
Located = Literal["exact", "street", "district", "city", "unstated", "none"]


class CustomerLine(Shape):
    """A customer of the list; ``owner`` is empty for one of the public pool."""

    code: str
    name: str
    tier: str
    score: float | None
    key_account: bool
    industry: str
    region_code: str
    owner: str
    owner_code: str
    territory: str
    territory_code: str
    pool: str
    revenue_12m: Decimal | None
    clv: Decimal | None
    risk: float | None
    last_order_on: date | None
    version: int


class CustomerPage(Listing[CustomerLine]):
    """
    One page of customers.

    ``total`` is null where nobody counted; ``more`` says that there are more than that; ``best`` that so many match
    that only the best scored are listed.
    """

    total: int | None
    more: bool
    best: bool


class CustomerDetail(Shape):
    """
    A customer; telephone, e-mail, address and tax number are dots where ``masked``.

    ``person``: ``birth_year``, ``sex``, ``occupation``, ``income_band``, ``interests``, ``values`` as far as they are
    known; nothing where ``masked``.
    """

    code: str
    name: str
    key_account: bool
    industry: str
    size_band: str
    channel: str
    place: list[str]
    region_code: str
    owner: str
    owner_code: str
    owner_kind: str
    territory: str
    territory_code: str
    pool: str
    locked: bool
    since: Moment | None
    next_visit: date | None
    phone: str
    email: str
    address: str
    tax_id: str
    masked: bool
    consent_marketing: bool | None
    needs: list[str]
    products: list[str]
    annual_revenue: Decimal | None
    language: str
    customer_since: Moment | None
    version: int
    person: dict[str, Any]
    extra: dict[str, Any]


class OwnershipSpell(Shape):
    """One owner's time with a customer."""

    owner: str
    role: str
    source: str
    valid_from: Moment
    valid_to: Moment | None
    recorded_at: Moment
    corrected: bool


class TimelineEvent(Shape):
    """One thing that happened with a customer."""

    at: Moment
    kind: str
    title: Said
    text: Said
    quote: str
    who: str


class TimelinePage(Shape):
    """One page of events, the latest first."""

    events: list[TimelineEvent]
    next: str | None


class ContactPerson(Shape):
    """A person at a customer."""

    name: str
    role: str
    phone: str
    email: str


class CustomerChanges(Body):
    """What is to be changed of a customer; what is left out stays. Who has it is changed by reassigning it."""

    name: Name = ""
    phone: Annotated[Line, Field(max_length=64)] = ""
    email: Annotated[str, Field(max_length=254, pattern="^([!-~]+@[!-~]+)?$")] = ""
    tax_id: Annotated[Line, Field(max_length=32)] = ""
    address: Line = ""
    region_code: Annotated[Line, Field(max_length=40)] = ""
    industry: Annotated[Line, Field(max_length=60)] = ""
    size_band: Annotated[Line, Field(max_length=30)] = ""
    channel: Annotated[Line, Field(max_length=30)] = ""
    needs: Items
    products: Items
    consent_marketing: bool | None = None


class NewCustomer(CustomerChanges):
    """
    A customer to be added.

    ``another`` says why it is another company than those of the same name; ``registration`` is the id of the registered
    company that it is.
    """

    name: Name
    another: Literal["", "branch", "group", "namesake", "moved"] = ""
    registration: Id | None = None


class Made(Shape):
    """The code of what was made."""

    code: str


class NewNote(Body):
    """A follow-up, or what was heard: what was done, when, for how long, who took part, and with what outcome."""

    kind: Literal["visit", "call", "email", "message", "interview", "focus_group", "callback", "review"]
    at: Moment
    text: Annotated[str, Field(max_length=LONGEST)] = ""
    minutes: Annotated[int, Field(ge=0, le=MOST_MINUTES)] | None = None
    outcome: Annotated[str, Field(max_length=60)] = ""
    topic: Annotated[str, Field(max_length=60)] = ""
    people: Annotated[str, Field(max_length=300)] = ""


class Noted(Shape):
    """The id of a follow-up."""

    id: int


class CustomerFilters(Filters):
    """What narrows the list of customers; values of one filter are alternatives."""

    tab: Literal["all", "mine", "pool"] = "all"
    q: Annotated[str, Field(max_length=100)] = ""
    sort: Sort = "-score"
    tier: Annotated[list[Literal["A", "B", "C", "D"]], Field(default_factory=list, max_length=4)]
    value: Annotated[list[Literal["A", "B", "C"]], Field(default_factory=list, max_length=3)]
    risk: Annotated[list[Literal["high", "middle", "low", "unknown"]], Field(default_factory=list, max_length=4)]
    key: Annotated[list[Literal["yes"]], Field(default_factory=list, max_length=1)]
    gap: Annotated[list[Gap], Field(default_factory=list, max_length=10)]
    doubt: Annotated[list[Doubt], Field(default_factory=list, max_length=10)]
    located: Annotated[list[Located], Field(default_factory=list, max_length=6)]
    unvisited: Annotated[list[Literal["30", "60", "90", "180"]], Field(default_factory=list, max_length=1)]
    owner: Words
    territory: Words
    region: Words
    industry: Words
    channel: Words
    need: Words
    product: Words

    def wanted(self) -> Wanted:
        """Return the same as the list's read takes it."""
        values = {name: tuple(getattr(self, name)) for name in FILTERS}
        kept = {name: given for name, given in values.items() if given}
        return Wanted(tab=self.tab, query=self.q.strip(), filters=kept, sort=self.sort)


@router.get("/customers", response=CustomerPage)
@endpoint("customer.read")
def list_customers(
    request: Asked, filters: Annotated[CustomerFilters, Query()], limit: Limit = 50, cursor: Cursor = None
) -> CustomerPage:
    """Return the customers one may see, in any order, narrowed by any of the filters."""
    page = listing.customers(request.actor, filters.wanted(), cursor=cursor, size=limit)
    return CustomerPage(
        items=[CustomerLine.model_validate(row) for row in page.rows],
        next=page.next,
        previous=page.previous,
        total=page.total,
        more=page.more,
        best=page.best,
    )


@router.post("/customers", response={201: Made})
@endpoint("customer.write")
def create_customer(request: Asked, body: NewCustomer) -> Status[Made]:
    """Add a customer: one's own, or the public pool's where one sells for nobody."""
    fields = body.model_dump(exclude_unset=True, exclude={"another", "registration"})
    code = create(request.actor, fields, another=body.another, registration=body.registration)
    return Status(201, Made(code=code))


@router.get("/customers/{customer}", response=CustomerDetail)
@endpoint("customer.read", noun="customer")
def read_customer(request: Asked, customer: Code) -> one.Detail:
    """Return one customer."""
    return one.customer(request.actor, customer)


@router.patch("/customers/{customer}", response=CustomerDetail)
@endpoint("customer.write", noun="customer")
def edit_customer(request: Asked, customer: Code, body: CustomerChanges, version: IfMatch) -> one.Detail:
    """Change a customer; only what the body names."""
    edit(request.actor, customer, version=version, changes=body.model_dump(exclude_unset=True))
    return one.customer(request.actor, customer)


@router.get("/customers/{customer}/ownership", response=list[OwnershipSpell])
@endpoint("customer.read", noun="customer")
def list_ownership(request: Asked, customer: Code) -> tuple[one.Spell, ...]:
    """Return who had a customer, the latest first."""
    return one.spells(request.actor, customer)


@router.get("/customers/{customer}/timeline", response=TimelinePage)
@endpoint("customer.read", noun="customer")
def read_timeline(
    request: Asked,
    customer: Code,
    group: Literal["", "orders", "visits", "voice", "money", "owners"] = "",
    cursor: Cursor = None,
) -> timeline.Timeline:
    """Return what happened with a customer, the latest first."""
    return timeline.timeline(request.actor, customer, group=group, cursor=cursor)


@router.get("/customers/{customer}/contacts", response=list[ContactPerson])
@endpoint("customer.read", noun="customer")
def list_contacts(request: Asked, customer: Code) -> tuple[timeline.Contact, ...]:
    """Return the people at a customer; how they are reached only to those who may see it."""
    return timeline.contacts(request.actor, customer)


@router.post("/customers/{customer}/notes", response={201: Noted})
@endpoint("visit.write", noun="customer")
def create_note(request: Asked, customer: Code, body: NewNote) -> Status[Noted]:
    """Note a follow-up."""
    given = body.model_dump()
    return Status(201, Noted(id=log_note(request.actor, customer, **given)))
