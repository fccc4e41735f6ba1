"""Endpoints of imports: files brought, mapped, checked, put right, written and taken back."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from django.http import HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from jiuzhou.adapters.texts import Lang
from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.accounts.uploads import LARGE, Received
from jiuzhou.web.collect.reads.importing import shapes, views
from jiuzhou.web.collect.reads.importing.differences import Differences, differences
from jiuzhou.web.collect.writes.importing import steps
from jiuzhou.web.collect.writes.importing.files import Upload
from jiuzhou.web.rest.marks import takes_files
from jiuzhou.web.rest.schemas import Body, Cursor, Id, IfMatch, Limit, Listing, Moment, Said, SaidMaybe, Shape

router = Router()

Heading = Annotated[str, Field(max_length=500)]
Cell = Annotated[str, Field(max_length=2000)]
TableName = Annotated[str, Query("customers", min_length=1, max_length=30, description="A table of the import.")]

_FILE = {"type": "string", "format": "binary"}
_SENT = {
    "requestBody": {
        "required": True,
        "description": "The file itself, or a form with one or more files.",
        "content": {
            "application/octet-stream": {"schema": _FILE},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"files": {"type": "array", "items": _FILE, "minItems": 1}},
                    "required": ["files"],
                }
            },
        },
    }
}
_CSV = {"responses": {200: {"description": "The file", "content": {"text/csv": {"schema": {"type": "string"}}}}}}


class ImportStarted(Shape):
    """The import, and the run that works on it."""

    id: int
    run: int | None


class ImportSummary(Shape):
    """An import of the list; figures are null until they are known."""

    id: int
    state: str
    files: str
    by: str
    made_at: Moment
    tables: list[str]
    read: int | None
    rejected: int | None
    added: int | None
    updated: int | None
    may_undo: bool


class ImportHeading(Shape):
    """A column of a file: what it is taken for (empty: kept as it is), how sure that is, and its unit."""

    heading: str
    samples: list[str]
    column: str
    trust: str
    unit: str


class ImportPart(Shape):
    """
    A file or a sheet; ``table`` is empty where it is left out.

    ``lenient``: rows are kept without bad cells; ``geocode``: a map service is asked where addresses are.
    """

    key: str
    name: str
    rows: int
    about: dict[str, str]
    table: str
    crs: str
    encoding: str
    lenient: bool
    geocode: bool
    headings: list[ImportHeading]
    missing: list[str]


class ImportTable(Shape):
    """How good one table was."""

    name: str
    read: int
    kept: int
    rejected: int
    repeated: int


class ImportTrouble(Shape):
    """One kind of problem; ``value`` is what the cells say where all say the same."""

    table: str
    column: str
    code: str
    reason: Said
    suggestion: Said
    value: str | None
    near: str
    count: int
    row: int


class ImportChangedCell(Shape):
    """One cell that an import changes: what stands there and what comes instead; empty for nothing."""

    customer: str
    name: str
    column: str
    before: str
    after: str


class ImportDifference(Shape):
    """What an import changes of one table; ``next`` is the start of the cells after these."""

    counts: dict[str, int]
    items: list[ImportChangedCell]
    start: int
    next: int | None


class ImportDetail(Shape):
    """One import."""

    id: int
    state: str
    version: int
    made_at: Moment
    parts: list[ImportPart]
    tables: list[ImportTable]
    troubles: list[ImportTrouble]
    counts: dict[str, Any]
    corrections: list[dict[str, Any]]
    reason: SaidMaybe
    mends: int | None
    good: int
    may_undo: bool
    applied_at: Moment | None
    undo_until: Moment | None
    undone_at: Moment | None


class BadRow(Shape):
    """A row that could not be taken."""

    row: int
    column: str
    code: str
    reason: Said
    suggestion: Said
    cells: dict[str, str]


class BadRows(Shape):
    """Some of the rows; ``next`` is the ``start`` of those after them."""

    items: list[BadRow]
    total: int
    next: int | None


class PartChoice(Body):
    """What a part is; what is not named stays."""

    table: Annotated[str, Field(max_length=30)] | None = None
    columns: Annotated[dict[Heading, Annotated[str, Field(max_length=60)]], Field(max_length=500)] | None = None
    units: Annotated[dict[Heading, Annotated[str, Field(max_length=10)]], Field(max_length=500)] | None = None
    crs: Literal["wgs84", "gcj02", "bd09"] | None = None
    encoding: Annotated[str, Field(max_length=20)] | None = None
    lenient: bool | None = None


class ImportMapping(Body):
    """By part."""

    parts: Annotated[dict[Annotated[str, Field(max_length=200)], PartChoice], Field(min_length=1, max_length=200)]


class CellCorrection(Body):
    """What cells should say: that of one row, or all under a heading that say ``value``."""

    table: Annotated[str, Field(max_length=30)]
    heading: Heading
    value: Cell = ""
    replacement: Cell
    row: Annotated[int, Field(ge=1, le=2**53)] | None = None


class ImportCorrections(Body):
    """All corrections that hold from now on."""

    corrections: Annotated[list[CellCorrection], Field(max_length=1000)]


@router.get("/collect/imports", response=Listing[ImportSummary])
@endpoint("import.run")
def list_imports(request: Asked, cursor: Cursor = None, limit: Limit = 50) -> Any:
    """Return the imports, the latest first."""
    return views.imports(request.actor, cursor=cursor, size=limit)


@router.post("/collect/imports", response={202: ImportStarted}, openapi_extra=_SENT)
@takes_files(LARGE)
@endpoint("import.run")
def create_import(
    request: Asked,
    name: Annotated[str, Query("", max_length=200, description="The file's name, where it is the body.")] = "",
    table: Annotated[str, Query("", max_length=30, description="The table that each file is.")] = "",
) -> Status[ImportStarted]:
    """Bring files and begin to look at them; nothing of the company's data changes before the import is applied."""
    received = cast("tuple[Received, ...]", request.received)  # type: ignore[attr-defined]
    uploads = [Upload(one.name or f"{table}.csv", one.path) for one in received]
    return Status(202, _started(request, steps.bring(request.actor, uploads, table=table)))


@router.get("/collect/imports/{upload}", response=ImportDetail)
@endpoint("import.run", noun="upload")
def read_import(request: Asked, upload: Id) -> shapes.ImportView:
    """Return one import."""
    return views.one_import(request.actor, upload)


@router.put("/collect/imports/{upload}/mapping", response=ImportDetail)
@endpoint("import.run", noun="upload")
def map_import(request: Asked, upload: Id, body: ImportMapping, if_match: IfMatch) -> shapes.ImportView:
    """Say what files and headings mean; another table or encoding is looked at anew."""
    given = {key: choice.model_dump(exclude_none=True) for key, choice in body.parts.items()}
    steps.choose(request.actor, upload, version=if_match, choices=given)
    return views.one_import(request.actor, upload)


@router.put("/collect/imports/{upload}/corrections", response=ImportDetail)
@endpoint("import.run", noun="upload")
def correct_import(request: Asked, upload: Id, body: ImportCorrections, if_match: IfMatch) -> shapes.ImportView:
    """Put cells right; the corrections hold once the import is checked again."""
    given = [one.model_dump() for one in body.corrections]
    steps.put_right(request.actor, upload, version=if_match, corrections=given, replace=True)
    return views.one_import(request.actor, upload)


@router.post("/collect/imports/{upload}/check", response={202: ImportStarted})
@endpoint("import.run", noun="upload")
def check_import(request: Asked, upload: Id) -> Status[ImportStarted]:
    """Begin to check every row."""
    steps.check(request.actor, upload)
    return Status(202, _started(request, upload))


@router.post("/collect/imports/{upload}/apply", response={202: ImportStarted})
@endpoint("import.run", noun="upload")
def apply_import(request: Asked, upload: Id) -> Status[ImportStarted]:
    """Begin to write the good rows."""
    steps.apply(request.actor, upload)
    return Status(202, _started(request, upload))


@router.post("/collect/imports/{upload}/undo", response={202: ImportStarted})
@endpoint("import.run", noun="upload")
def undo_import(request: Asked, upload: Id) -> Status[ImportStarted]:
    """Begin to take the import back."""
    steps.undo(request.actor, upload)
    return Status(202, _started(request, upload))


@router.post("/collect/imports/{upload}/give-up", response=ImportDetail)
@endpoint("import.run", noun="upload")
def give_up_import(request: Asked, upload: Id) -> shapes.ImportView:
    """Give up an import of which nothing was written."""
    steps.give_up(request.actor, upload)
    return views.one_import(request.actor, upload)


@router.get("/collect/imports/{upload}/rejects", response=BadRows)
@endpoint("import.run", noun="upload")
def list_rejects(
    request: Asked,
    upload: Id,
    table: TableName = "customers",
    start: Annotated[int, Query(0, ge=0, le=2**31, description="How many to pass over.")] = 0,
) -> shapes.BadRows:
    """Return 50 rows of a table that could not be taken, in the order of the file."""
    return views.bad_rows(request.actor, upload, table, start=start)


@router.get("/collect/imports/{upload}/difference", response=ImportDifference)
@endpoint("import.run", noun="upload")
def read_difference(
    request: Asked,
    upload: Id,
    table: TableName = "customers",
    start: Annotated[int, Query(0, ge=0, le=2**31, description="How many cells to pass over.")] = 0,
) -> Differences:
    """Return 50 cells of a table that an import changes, in the order of the file, and how many there are."""
    return differences(request.actor, upload, table=table, start=start)


@router.get("/collect/imports/{upload}/error-file", response={200: None}, openapi_extra=_CSV)
@endpoint("import.run", noun="upload")
def read_error_file(request: Asked, upload: Id, table: TableName = "customers") -> HttpResponse:
    """Return the rows of a table that could not be taken as CSV; mended and sent again it touches only these rows."""
    lang: Lang = "en" if getattr(request, "lang", "zh") == "en" else "zh"
    content = views.error_file(request.actor, upload, table, lang)
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers={"X-Content-Type-Options": "nosniff"})


def _started(request: Asked, number: int) -> ImportStarted:
    run = views.one_import(request.actor, number).run
    return ImportStarted(id=number, run=run.id if run else None)
