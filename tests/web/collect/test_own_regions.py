"""Own regions: brought level by level, named in lists and figures, exchanged and taken out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile

from jiuzhou.kernel.errors import BookError, InputError
from jiuzhou.web.collect.reads.customer import customer
from jiuzhou.web.collect.reads.listing import customers
from jiuzhou.web.collect.reads.options import options
from jiuzhou.web.collect.reads.quality.counting import count_customers
from jiuzhou.web.collect.reads.regions import region_levels
from jiuzhou.web.collect.reads.wanted import Wanted
from jiuzhou.web.collect.writes.regions import bring_regions, remove_regions
from jiuzhou.web.problems import ConflictError, ForbiddenError, InvalidError, NotFoundError
from jiuzhou.web.store.book import book_of
from jiuzhou.web.store.models import AuditEntry, Customer
from jiuzhou.web.store.own_regions import own_region_names
from jiuzhou.web.store.search import index_customers
from web_company import Company

pytestmark = pytest.mark.django_db(transaction=True)


def geojson(*regions: tuple[str, str, str | None, str]) -> bytes:
    """Unit squares side by side: code, name, parent, level."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": name, "parent_code": parent} | ({"level": level} if level else {}),
            "geometry": shapely.geometry.mapping(shapely.box(place / 10, 41.0, place / 10 + 0.1, 41.1)),
        }
        for place, (code, name, parent, level) in enumerate(regions)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


ALL = geojson(
    ("WEST", "西区", None, "片区"), ("GRID-1", "一号网格", "WEST", "网格"), ("GRID-2", "二号网格", "WEST", "网格")
)


def file_of(folder: Path, content: bytes) -> Path:
    path = folder / "incoming"
    path.write_bytes(content)
    return path


@pytest.fixture
def brought(company: Company, tmp_path: Path) -> Company:
    bring_regions(company.actor("importer"), "自有.geojson", file_of(tmp_path, ALL))
    for name, code in (("own", "GRID-1"), ("peer", "GRID-2"), ("sibling", "WEST"), ("partner", "DE-BY")):
        row = company.customers[name]
        row.region_code, row.country = code, "" if code != "DE-BY" else "DE"
        row.save()
    index_customers(Customer.unscoped.values_list("pk", flat=True))
    return company


def test_each_level_says_its_regions_customers_and_file(brought: Company) -> None:
    told = {one.level: one for one in region_levels(brought.actor("importer"))}

    assert {word: (one.regions, one.customers, one.file) for word, one in told.items()} == {
        "片区": (1, 1, "自有.geojson"),
        "网格": (2, 2, "自有.geojson"),
    }
    assert told["网格"].by == brought.people["importer"].name
    entry = AuditEntry.unscoped.filter(verb="regions.bring").latest("sequence")
    assert entry.after == {"level": "网格", "regions": 2}
    assert sorted(book_of(brought.organisation).tables["regions"]["region_code"].to_pylist()) == [
        "GRID-1",
        "GRID-2",
        "WEST",
    ]


def test_a_level_that_stands_is_exchanged_and_not_brought_twice(brought: Company, tmp_path: Path) -> None:
    actor = brought.actor("importer")
    grid = next(one for one in region_levels(actor) if one.level == "网格")
    newer = file_of(tmp_path, geojson(("GRID-1", "一号", "WEST", ""), ("GRID-9", "九号网格", "WEST", "")))
    with pytest.raises(ConflictError):
        bring_regions(actor, "b.geojson", newer, level="网格")
    with pytest.raises(ConflictError):
        bring_regions(actor, "b.geojson", newer, level="另一层")

    bring_regions(actor, "b.geojson", newer, replaces=grid.id)

    told = {one.level: (one.regions, one.customers, one.file) for one in region_levels(actor)}
    assert told["网格"] == (2, 1, "b.geojson")
    assert own_region_names(brought.organisation.pk).path("GRID-1") == ("西区", "一号")
    with pytest.raises(NotFoundError):
        bring_regions(actor, "b.geojson", newer, replaces=grid.id)


def test_a_level_taken_out_leaves_customers_their_codes(brought: Company) -> None:
    actor = brought.actor("importer")
    for one in region_levels(actor):
        remove_regions(actor, one.id)

    assert region_levels(actor) == ()
    assert Customer.unscoped.get(code=brought.customers["own"].code).region_code == "GRID-1"
    assert customer(actor, brought.customers["own"].code).place == ("GRID-1",)
    assert AuditEntry.unscoped.filter(verb="regions.remove").count() == 2


def test_a_bad_file_is_refused_with_place_and_remedy(company: Company, tmp_path: Path) -> None:
    actor = company.actor("importer")
    twice = geojson(("A", "甲", None, "片区"), ("A", "乙", None, "片区"))
    cases: list[tuple[str, bytes, type[Exception]]] = [
        ("a.geojson", b"{]", BookError),
        ("a.geojson", twice, BookError),
        ("a.geojson", b"", InputError),
        ("a.shp", ALL, InputError),
        ("a.geojson", geojson(("A", "甲", None, "")), InvalidError),
        ("a.geojson", geojson(("A" * 41, "甲", None, "片区")), InvalidError),
    ]
    for name, content, expected in cases:
        with pytest.raises(expected):
            bring_regions(actor, name, file_of(tmp_path, content))
    with pytest.raises(ForbiddenError):
        bring_regions(company.actor("rep"), "a.geojson", file_of(tmp_path, ALL))
    with pytest.raises(BookError) as told:
        bring_regions(actor, "a.geojson", file_of(tmp_path, twice))
    assert told.value.message.params["reason"].code == "geo.region_code_twice"  # type: ignore[union-attr]
    assert region_levels(actor) == ()


def test_lists_name_own_regions_and_are_narrowed_to_them_and_what_lies_in_them(brought: Company) -> None:
    actor = brought.actor("planner")
    own, peer, sibling = (brought.customers[name].code for name in ("own", "peer", "sibling"))

    def listed(code: str) -> set[str]:
        return {row.code for row in customers(actor, Wanted(filters={"region": (code,)})).rows}

    assert listed("WEST") == {own, peer, sibling}
    assert listed("GRID-1") == {own}
    row = next(row for row in customers(actor, Wanted(filters={"region": ("GRID-1",)})).rows)
    assert row.place == ("西区", "一号网格")
    assert customer(actor, own).place == ("西区", "一号网格")
    assert {"WEST", "GRID-1"} <= {option.value for option in options(actor)["region"]}


def test_figures_by_region_put_own_codes_under_their_top_and_foreign_ones_under_their_country(
    brought: Company,
) -> None:
    found = count_customers(brought.actor("planner"))
    regions = {one.code: one.count.customers for one in found.regions}

    assert (regions["WEST"], regions["DE"], found.all.doubts["region"]) == (3, 1, 0)
    assert next(one.name for one in found.regions if one.code == "WEST") == "西区"
    assert not any(code.startswith(("GR", "WE0", "DE0")) for code in regions)


def test_the_page_shows_them_and_takes_a_file(signed_in: Any, company: Company) -> None:
    client = signed_in("importer")
    bad = client.post("/settings/map/regions/", {"file": SimpleUploadedFile("a.geojson", b"{]"), "level": "网格"})
    good = client.post("/settings/map/regions/", {"file": SimpleUploadedFile("a.geojson", ALL), "level": ""})
    page = client.get("/settings/map/").content.decode()
    number = region_levels(company.actor("importer"))[0].id
    gone = client.post(f"/settings/map/regions/{number}/remove/")

    assert (bad.status_code, good.status_code, gone.status_code) == (422, 302, 302)
    assert "a.geojson" in bad.content.decode()
    assert [word for word in ("网格", "片区") if word not in page] == []
    assert len(region_levels(company.actor("importer"))) == 1


def test_who_may_not_import_sees_no_regions_on_the_page(signed_in: Any) -> None:
    page = signed_in("regional_manager").get("/settings/map/")

    assert "bring" not in page.content.decode()
    assert signed_in("regional_manager").post("/settings/map/regions/").status_code == 403


def test_programs_bring_exchange_and_remove_a_level(signed_in: Any, brought: Company) -> None:
    client = signed_in("importer")

    def ask(method: str, path: str, **given: Any) -> Any:
        return getattr(client, method)(
            f"/api/v1/collect/regions{path}", headers={"Idempotency-Key": uuid4().hex}, **given
        )

    streets = geojson(("S-1", "城南街道", None, ""))
    kind = {"content_type": "application/octet-stream"}
    made = ask("post", "?name=s.geojson&level=街道", data=streets, **kind)
    number = made.json()[0]["id"]
    newer = ask("post", f"/{number}/replace", data=geojson(("S-2", "城北街道", None, "")), **kind)
    refused = ask("post", "?name=s.geojson", data=b"{]", **kind)
    gone = ask("delete", f"/{newer.json()[0]['id']}")

    assert (made.status_code, newer.status_code, refused.status_code, gone.status_code) == (201, 201, 422, 204)
    assert (made.json()[0]["level"], newer.json()[0]["level"]) == ("街道", "街道")
    assert {one["level"] for one in ask("get", "").json()} == {"片区", "网格"}
