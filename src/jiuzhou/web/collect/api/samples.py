"""Endpoints of samples: draw one, answer for its customers, close it, take the right values over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from ninja import Router, Status
from pydantic import Field

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.collect.reads import samples
from jiuzhou.web.collect.sampling import LEAST, MOST
from jiuzhou.web.collect.writes.samples import (
    LONGEST_VALUE,
    SampleDraft,
    answer_item,
    apply_sample,
    close_sample,
    draw_sample,
)
from jiuzhou.web.paging import Page
from jiuzhou.web.rest.schemas import Body, Cursor, Id, IfMatch, Limit, Line, Listing, Moment, Shape

router = Router()

Checked = Literal["name", "phone", "address", "tax_id", "region_code", "industry", "owner_id"]


class Sample(Shape):
    """
    Customers drawn by lot to be checked.

    ``items`` and ``checked`` count the customers that one sees; ``mine`` are those that wait for one.
    """

    id: int
    state: Literal["open", "closed"]
    size: int
    seed: int
    territory_code: str
    region_code: str
    by: str
    drawn_at: Moment
    closed_at: Moment | None
    applied_at: Moment | None
    items: int
    checked: int
    mine: int
    version: int


class SampleResult(Shape):
    """How accurate a field was: right among checked, with the 95 % interval."""

    field: str
    checked: int
    right: int
    share: float
    low: float
    high: float


class ClosedSample(Sample):
    """A sample, with the result of each field once it is closed, and what became of the right values."""

    result: list[SampleResult]
    outcomes: dict[str, int]


class SampleField(Shape):
    """One field: its value at the draw, dots where it is hidden; what was answered; what became of the right value."""

    name: str
    drawn: str
    masked: bool
    verdict: Literal["", "right", "wrong", "unknown"]
    right: str
    outcome: str


class SampleItem(Shape):
    """
    A customer of a sample; ``owner`` is who is to check it, empty for whoever drew it.

    ``merged_into`` is the code of the record of the same sample that it was merged into; nothing is asked of it then.
    """

    id: int
    sample: int
    customer_code: str
    customer: str
    owner: str
    checked_by: str
    checked_at: Moment | None
    fields: list[SampleField]
    merged_into: str
    version: int


class NewSample(Body):
    """What is to be drawn, from the customers one sees."""

    size: Annotated[int, Field(ge=LEAST, le=MOST)] = 50
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 7
    territory: Annotated[Line, Field(max_length=64)] = ""
    region_code: Annotated[Line, Field(max_length=12)] = ""
    by_owners: bool = True


class Answer(Body):
    """Whether a field is right; of a wrong one the right value, where it is known."""

    field: Checked
    verdict: Literal["right", "wrong", "unknown"]
    text: Annotated[Line, Field(max_length=LONGEST_VALUE)] = ""


class Answers(Body):
    """Answers for fields of one customer; others keep theirs."""

    answers: Annotated[list[Answer], Field(min_length=1, max_length=7)]


class Applied(Shape):
    """How many right values had which outcome: applied, same, newer, invalid, by_hand, refused."""

    outcomes: dict[str, int]


@router.get("/samples", response=Listing[Sample])
@endpoint("sample.read")
def list_samples(request: Asked, limit: Limit = 50, cursor: Cursor = None) -> Page[samples.SampleLine]:
    """Return the samples, the latest first."""
    return samples.list_samples(request.actor, cursor=cursor, size=limit)


@router.post("/samples", response={201: Sample})
@endpoint("sample.write")
def create_sample(request: Asked, body: NewSample) -> Status[samples.SampleLine]:
    """Draw a sample."""
    draft = SampleDraft(body.size, body.seed, body.territory, body.region_code, body.by_owners)
    sample = draw_sample(request.actor, draft)
    return Status(201, samples.read_sample(request.actor, sample, size=1).line)


@router.get("/samples/{sample}", response=ClosedSample)
@endpoint("sample.read", noun="sample")
def read_sample(request: Asked, sample: Id) -> ClosedSample:
    """Return one sample with its result."""
    found = samples.read_sample(request.actor, sample, size=1)
    line = Sample.model_validate(found.line).model_dump()
    result = [SampleResult.model_validate(one) for one in found.result]
    return ClosedSample(**line, result=result, outcomes=dict(found.outcomes))


@router.get("/samples/{sample}/items", response=Listing[SampleItem])
@endpoint("sample.read", noun="sample")
def list_sample_items(request: Asked, sample: Id, limit: Limit = 50, cursor: Cursor = None) -> Page[samples.ItemLine]:
    """Return the customers of a sample that one sees."""
    return samples.read_sample(request.actor, sample, cursor=cursor, size=limit).items


@router.post("/samples/{sample}/close", response=Sample)
@endpoint("sample.write", noun="sample")
def close_one_sample(request: Asked, sample: Id, version: IfMatch) -> samples.SampleLine:
    """Take no more answers, and reckon how accurate each field is."""
    close_sample(request.actor, sample, version=version)
    return samples.read_sample(request.actor, sample, size=1).line


@router.post("/samples/{sample}/apply", response=Applied)
@endpoint("sample.write", noun="sample")
def apply_one_sample(request: Asked, sample: Id, version: IfMatch) -> Applied:
    """Write the right values to the customers; a newer edit stays."""
    return Applied(outcomes=apply_sample(request.actor, sample, version=version))


@router.get("/sample-items/{item}", response=SampleItem)
@endpoint("sample.read", noun="item")
def read_sample_item(request: Asked, item: Id) -> samples.ItemLine:
    """Return one customer of a sample."""
    return samples.read_item(request.actor, item)


@router.patch("/sample-items/{item}", response=SampleItem)
@endpoint("sample.answer", noun="item")
def answer_sample_item(request: Asked, item: Id, body: Answers, version: IfMatch) -> samples.ItemLine:
    """Say of fields of a customer whether they are right."""
    given: dict[str, Mapping[str, str]] = {
        one.field: {"verdict": one.verdict, "text": one.text} for one in body.answers
    }
    answer_item(request.actor, item, given, version=version)
    return samples.read_item(request.actor, item)
