"""Endpoints of customers beside the single one: what narrows the list, who is there already, the list as a file."""

from __future__ import annotations

from typing import Annotated, Literal

from django.http import FileResponse
from ninja import Query, Router, Status

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.collect.api.customers import CustomerFilters
from jiuzhou.web.collect.reads import options
from jiuzhou.web.collect.reads.workbooks import WORKBOOK
from jiuzhou.web.collect.writes import exports
from jiuzhou.web.rest.schemas import Id, Shape

router = Router()


class FilterOption(Shape):
    """One value of a filter, and how it is called."""

    value: str
    name: str


class ExportStarted(Shape):
    """The id of the run that writes the file."""

    run: int


@router.get("/customer-filters", response=dict[str, list[FilterOption]])
@endpoint("customer.read")
def list_filters(request: Asked) -> dict[str, list[options.Option]]:
    """Return the values of each filter of the list of customers that has its own."""
    return {name: list(found) for name, found in options.options(request.actor).items()}


@router.post("/customer-exports", response={202: ExportStarted})
@endpoint("customer.export")
def export_customers(
    request: Asked, filters: Annotated[CustomerFilters, Query()], form: Literal["csv", "xlsx"] = "csv"
) -> Status[ExportStarted]:
    """
    Start writing the list of customers, narrowed as the list is, into a file; the run's id is the file's.

    As ``xlsx`` it is a workbook of what stands, to be edited and imported again.
    """
    run = exports.start_export(request.actor, filters.wanted().address, workbook=form == "xlsx")
    return Status(202, ExportStarted(run=run))


@router.get(
    "/customer-exports/{run}",
    response={200: None},
    openapi_extra={
        "responses": {
            200: {
                "description": "The file",
                "content": {
                    "text/csv": {"schema": {"type": "string"}},
                    WORKBOOK: {"schema": {"type": "string", "format": "binary"}},
                },
            }
        }
    },
)
@endpoint("customer.export", noun="run")
def read_export(request: Asked, run: Id) -> FileResponse:
    """Return the file that one's own run wrote, as CSV or as a workbook."""
    path = exports.exported_file(request.actor, run)
    kind = "text/csv; charset=utf-8" if path.suffix == ".csv" else WORKBOOK
    return FileResponse(path.open("rb"), content_type=kind, headers={"X-Content-Type-Options": "nosniff"})
