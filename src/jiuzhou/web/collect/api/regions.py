"""Endpoints of the company's own regions: levels brought as GeoJSON, exchanged and taken out."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from ninja import Query, Router, Status

from jiuzhou.web.accounts.doors import Asked, endpoint
from jiuzhou.web.accounts.uploads import Received
from jiuzhou.web.collect.reads import regions
from jiuzhou.web.collect.writes.regions import ENDINGS, LARGEST, LONGEST_LEVEL, bring_regions, remove_regions
from jiuzhou.web.problems import ProtocolError
from jiuzhou.web.rest.marks import takes_files
from jiuzhou.web.rest.schemas import Id, Moment, Shape

router = Router()

Name = Annotated[str, Query("", max_length=200, description="The file's name, where it is the body.")]
Level = Annotated[
    str,
    Query("", max_length=LONGEST_LEVEL, description="The level's name; empty where the property `level` says it."),
]
System = Annotated[Literal["wgs84", "gcj02", "bd09"], Query("wgs84", description="Coordinate system of the file.")]

_FILE = {"type": "string", "format": "binary"}
_SENT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The GeoJSON file itself, or a form with one file.",
        "content": {
            "application/octet-stream": {"schema": _FILE},
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {"file": _FILE}, "required": ["file"]},
            },
        },
    }
}


class OwnRegionLevel(Shape):
    """A level of own regions; ``upload`` is the import that brought it, if one did."""

    id: int
    level: str
    regions: int
    customers: int
    file: str
    by: str
    at: Moment
    upload: int | None


@router.get("/collect/regions", response=list[OwnRegionLevel])
@endpoint("import.run")
def list_own_regions(request: Asked) -> tuple[regions.RegionLevel, ...]:
    """Return the levels of own regions, with how many regions each has and how many customers lie in them."""
    return regions.region_levels(request.actor)


@router.post("/collect/regions", response={201: list[OwnRegionLevel]}, openapi_extra=_SENT)
@takes_files(LARGEST + (1 << 20))
@endpoint("import.run")
def bring_own_regions(
    request: Asked, name: Name = "", level: Level = "", crs: System = "wgs84"
) -> Status[list[regions.RegionLevel]]:
    """Let the regions of a GeoJSON file hold from now on; return the levels that it brought."""
    return _brought(request, name, level, crs)


@router.get("/collect/regions/{batch}", response=OwnRegionLevel)
@endpoint("import.run", noun="batch")
def read_own_regions(request: Asked, batch: Id) -> regions.RegionLevel:
    """Return one level."""
    return regions.region_level(request.actor, batch)


@router.post("/collect/regions/{batch}/replace", response={201: list[OwnRegionLevel]}, openapi_extra=_SENT)
@takes_files(LARGEST + (1 << 20))
@endpoint("import.run", noun="batch")
def replace_own_regions(
    request: Asked, batch: Id, name: Name = "", level: Level = "", crs: System = "wgs84"
) -> Status[list[regions.RegionLevel]]:
    """Let a GeoJSON file take the place of a level; customers keep their codes."""
    return _brought(request, name, level, crs, batch)


@router.delete("/collect/regions/{batch}", response={204: None})
@endpoint("import.run", noun="batch")
def remove_own_regions(request: Asked, batch: Id) -> Status[None]:
    """Take a level out; customers keep their codes."""
    remove_regions(request.actor, batch)
    return Status(204, None)


def _brought(
    request: Asked, name: str, level: str, crs: str, replaces: int | None = None
) -> Status[list[regions.RegionLevel]]:
    received = cast("tuple[Received, ...]", request.received)  # type: ignore[attr-defined]
    if len(received) != 1:
        raise ProtocolError(400, "api.no_file")
    file, actor = received[0], request.actor
    called = file.name or name or f"body{ENDINGS[0]}"
    made = bring_regions(actor, called, file.path, level=level, crs=crs, replaces=replaces)
    return Status(201, [one for one in regions.region_levels(actor) if one.id in made])
