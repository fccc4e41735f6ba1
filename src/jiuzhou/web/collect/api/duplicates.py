"""Endpoints of customers that are there twice: pairs, what is said to them, merges, and merges undone."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Query, Router, Status
from pydantic import Field

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.collect.duplicates import MOST
from jiuzhou.web.collect.reads import duplicate, duplicates
from jiuzhou.web.collect.writes.duplicates.all import start_merging
from jiuzhou.web.collect.writes.duplicates.judging import judge
from jiuzhou.web.collect.writes.duplicates.merging import Wanted, merge
from jiuzhou.web.collect.writes.duplicates.unmerging import unmerge
from jiuzhou.web.paging import Page
from jiuzhou.web.rest.schemas import Body, Code, Cursor, Filters, Id, IfMatch, Limit, Listing, Said, Shape

router = Router()

Kept = Literal[
    "name",
    "tax_id",
    "phone",
    "email",
    "address",
    "region_code",
    "place",
    "industry",
    "size_band",
    "channel",
    "annual_revenue",
    "needs",
    "products",
    "parent",
    "customer_since",
]


class DuplicateSide(Shape):
    """One customer of a pair."""

    code: str
    name: str
    owner: str
    territory: str


class Duplicate(Shape):
    """Two customers that may be one; ``probability`` from 0 to 1, ``evidence`` with the strongest first."""

    id: int
    left: DuplicateSide
    right: DuplicateSide
    probability: float
    verdict: Literal["merge", "review"]
    state: Literal["open", "later", "apart", "merged"]
    evidence: list[Said]
    by: str
    at: datetime | None
    found_at: datetime
    version: int


class DuplicateRecord(Shape):
    """One record as it would be merged, with the orders and visits that count for it."""

    side: DuplicateSide
    version: int
    orders: int
    visits: int


class DuplicateField(Shape):
    """One field side by side, in the order of the records; ``kept`` is the code whose value stays by default."""

    name: Kept
    values: list[Any]
    same: bool
    kept: str


class DuplicateGroup(Shape):
    """A pair with all records that would be merged with it, and the survivor that is proposed."""

    pair: Duplicate
    pairs: list[Duplicate]
    records: list[DuplicateRecord]
    fields: list[DuplicateField]
    survivor: str
    reason: Said
    crosses: bool
    version: int


class MergeOfCustomers(Shape):
    """One record merged into another; ``standing`` is the code that stands for both today."""

    id: int
    survivor: DuplicateSide
    merged: DuplicateSide
    standing: str
    by: str
    at: datetime
    undone_by: str
    undone_at: datetime | None
    may_undo: bool


class DuplicateFilters(Filters):
    """What people said to the pairs, how sure they are, where they lie, whom they concern."""

    state: Literal["open", "later", "apart"] = "open"
    verdict: Literal["", "merge", "review"] = ""
    territory: Annotated[str, Field(max_length=64)] = ""
    customer: Annotated[str, Field(max_length=64)] = ""


class RecordSeen(Body):
    """A record as it was read."""

    code: Code
    read_version: Annotated[int, Field(ge=1, le=2**31 - 1)]


class MergeAsked(Body):
    """What becomes one: the survivor's code, every record as it was read, and whose value of a field stays."""

    survivor: Code
    customers: Annotated[list[RecordSeen], Field(min_length=2, max_length=MOST)]
    keep: Annotated[dict[Kept, Code], Field(default_factory=dict)]


class MergeDone(Shape):
    """The survivor, and the merges that lead to it, in the order in which they were made."""

    survivor: str
    merges: list[int]


class Judgement(Body):
    """What is said to a pair: these are two, later, or look again."""

    said: Literal["apart", "later", "open"]


class MergeAll(Body):
    """How many pairs the caller read that there are to merge."""

    count: Annotated[int, Field(ge=1)]


class RunBegun(Shape):
    """The run that does it."""

    run: int


class Restored(Shape):
    """The customer that is there again."""

    code: str


@router.get("/duplicates", response=Listing[Duplicate])
@endpoint("duplicate.read")
def list_duplicates(
    request: Asked, filters: Annotated[DuplicateFilters, Query()], limit: Limit = 50, cursor: Cursor = None
) -> Page[duplicates.PairLine]:
    """Return pairs of customers that may be one, the most certain first."""
    sought = duplicates.Sought(filters.state, filters.verdict, filters.territory, filters.customer)
    return duplicates.list_pairs(request.actor, sought, cursor=cursor, size=limit)


@router.get("/duplicates/{pair}", response=DuplicateGroup)
@endpoint("duplicate.read", noun="pair")
def read_duplicate(request: Asked, pair: Id, alone: bool = False) -> duplicate.Group:
    """Return a pair with its records side by side; ``alone`` leaves out others that surely are the same customer."""
    return duplicate.read_group(request.actor, pair, alone=alone)


@router.post("/duplicates/{pair}/judge", response=DuplicateGroup)
@endpoint("duplicate.write", noun="pair")
def judge_duplicate(request: Asked, pair: Id, body: Judgement, version: IfMatch) -> duplicate.Group:
    """Keep that two customers are two, or put the question off."""
    judge(request.actor, pair, body.said, version=version)
    return duplicate.read_group(request.actor, pair, alone=True)


@router.post("/merges", response={201: MergeDone})
@endpoint("duplicate.write")
def merge_customers(request: Asked, body: MergeAsked) -> Status[dict[str, Any]]:
    """Make one customer of several records, all or none."""
    versions = {seen.code: seen.read_version for seen in body.customers}
    keep = {str(field): code for field, code in body.keep.items()}
    merges = merge(request.actor, Wanted(body.survivor, versions, keep))
    return Status(201, {"survivor": body.survivor, "merges": list(merges)})


@router.post("/merges/all", response={202: RunBegun})
@endpoint("duplicate.merge_all")
def merge_all_duplicates(request: Asked, body: MergeAll) -> Status[dict[str, int]]:
    """Start to merge every pair that is sure enough; ``count`` must be the number of them."""
    return Status(202, {"run": start_merging(request.actor, body.count)})


@router.get("/merges", response=Listing[MergeOfCustomers])
@endpoint("duplicate.read")
def list_merges(
    request: Asked, customer: str = "", limit: Limit = 50, cursor: Cursor = None
) -> Page[duplicates.MergeLine]:
    """Return merges, the latest first; those that concern one customer, where its code is given."""
    return duplicates.list_merges(request.actor, customer=customer[:64], cursor=cursor, size=limit)


@router.post("/merges/{merge}/undo", response=Restored)
@endpoint("duplicate.write", noun="merge")
def undo_merge(request: Asked, merge: Id) -> dict[str, str]:
    """Take two records apart again, as they were."""
    return {"code": unmerge(request.actor, merge)}
