"""Endpoints of customers beside the single one: what narrows the list, who is there already, the list as a file."""

from __future__ import annotations

from typing import Annotated

from django.http import FileResponse
from ninja import Query, Router, Status

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.collect.api.customers import CustomerFilters
from jiuzhou.web.collect.reads import options, twins
from jiuzhou.web.collect.writes import exports
from jiuzhou.web.rest.schemas import Id, Shape

router = Router()


class FilterOption(Shape):
    """One value of a filter, and how it is called."""

    value: str
    name: str


class CustomerTwin(Shape):
    """A customer with the same name, but for blanks, width and signs, or the same tax number."""

    code: str
    name: str
    same_tax_id: bool


class ExportStarted(Shape):
    """The id of the run that writes the file."""

    run: int


@router.get("/customer-filters", response=dict[str, list[FilterOption]])
@endpoint("customer.read")
def list_filters(request: Asked) -> dict[str, list[options.Option]]:
    """Return the values of each filter of the list of customers that has its own."""
    return {name: list(found) for name, found in options.options(request.actor).items()}


@router.get("/customer-twins", response=list[CustomerTwin])
@endpoint("customer.write")
def list_twins(
    request: Asked,
    name: Annotated[str, Query("", max_length=300)] = "",
    tax_id: Annotated[str, Query("", max_length=32)] = "",
) -> tuple[twins.Twin, ...]:
    """Return the customers one sees that a new one of this name or tax number would be a second time."""
    return twins.twins(request.actor, name, tax_id)


@router.post("/customer-exports", response={202: ExportStarted})
@endpoint("customer.export")
def export_customers(request: Asked, filters: Annotated[CustomerFilters, Query()]) -> Status[ExportStarted]:
    """Start writing the list of customers, narrowed as the list is, into a file; the run's id is the file's."""
    return Status(202, ExportStarted(run=exports.start_export(request.actor, filters.wanted().address)))


@router.get(
    "/customer-exports/{run}",
    response={200: None},
    openapi_extra={
        "responses": {200: {"description": "The file", "content": {"text/csv": {"schema": {"type": "string"}}}}}
    },
)
@endpoint("customer.export", noun="run")
def read_export(request: Asked, run: Id) -> FileResponse:
    """Return the file that one's own run wrote, as CSV."""
    path = exports.exported_file(request.actor, run)
    return FileResponse(
        path.open("rb"), content_type="text/csv; charset=utf-8", headers={"X-Content-Type-Options": "nosniff"}
    )
