"""Regions of the company's own that came in place the customers who come after them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from jiuzhou.geo.own_regions import read_own_regions
from jiuzhou.web.collect.writes.editing import edit_customer
from jiuzhou.web.collect.writes.importing import steps
from jiuzhou.web.collect.writes.importing.files import Upload
from jiuzhou.web.jobs.worker import work
from jiuzhou.web.store.models import Customer, Import
from web_company import Company

pytestmark = pytest.mark.django_db

ROME = (12.48, 41.89)
CUSTOMERS = f"客户编号,客户名称,国家,region_code,经度,纬度\nN1,Uno,IT,,{ROME[0]},{ROME[1]}\nN2,乙,,七号网格,,\n"


def drawn(code: str) -> pa.Table:
    boxes = {code: shapely.box(12.0, 41.5, 13.0, 42.2), "GRID-7": shapely.box(120.5, 31.2, 120.65, 31.35)}
    features = [
        {
            "type": "Feature",
            "properties": {"code": key, "name": "七号网格" if key == "GRID-7" else key},
            "geometry": shapely.geometry.mapping(box),
        }
        for key, box in boxes.items()
    ]
    return read_own_regions(json.dumps({"type": "FeatureCollection", "features": features})).table


@pytest.fixture
def bring(company: Company, tmp_path: Path) -> Callable[[str, Path], Import]:
    def bring_and_apply(name: str, path: Path) -> Import:
        actor = company.actor("importer")
        number = steps.bring(actor, [Upload(name, path)])
        for act in (steps.check, steps.apply):
            work(once=True, inline=True)
            act(actor, number)
        work(once=True, inline=True)
        return Import.unscoped.get(pk=number)

    return bring_and_apply


def test_regions_that_came_in_place_the_customers_after_them(
    bring: Callable[[str, Path], Import], company: Company, tmp_path: Path
) -> None:
    regions, customers = tmp_path / "regions.parquet", tmp_path / "客户.csv"
    pq.write_table(drawn("A-REGION-WITH-A-LONG-CODE"), regions)
    customers.write_text(CUSTOMERS, "utf-8")

    assert bring("regions.parquet", regions).state == "imported"
    row = bring("客户.csv", customers)

    codes = dict(Customer.unscoped.filter(code__in=("N1", "N2")).values_list("code", "region_code"))
    assert (row.counts["rejected"], codes) == (0, {"N1": "A-REGION-WITH-A-LONG-CODE", "N2": "GRID-7"})


def test_without_them_nothing_is_placed(bring: Callable[[str, Path], Import], company: Company, tmp_path: Path) -> None:
    customers = tmp_path / "客户.csv"
    customers.write_text(CUSTOMERS, "utf-8")

    bring("客户.csv", customers)

    assert Customer.unscoped.get(code="N1").region_code == ""


def test_a_region_of_ones_own_does_not_keep_the_rest_from_being_changed(company: Company) -> None:
    customer = company.customers["own"]
    Customer.unscoped.filter(pk=customer.pk).update(region_code="GRID-7")

    edit_customer(
        company.actor("rep"),
        customer.code,
        version=customer.version,
        changes={"region_code": "GRID-7", "industry": "医疗"},
    )

    row = Customer.unscoped.get(pk=customer.pk)
    assert (row.region_code, row.industry) == ("GRID-7", "医疗")
