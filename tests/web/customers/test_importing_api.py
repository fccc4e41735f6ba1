"""Imports by a program: the same steps as the wizard, once however often a request is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jiuzhou.web.jobs.worker import work
from jiuzhou.web.store.models import Customer, Import

pytestmark = pytest.mark.django_db
TEXT = "customer_id,name,annual_revenue\nP1,甲公司,12\nP2,乙公司,abc\n"


class Program:
    """A program that keeps to the conventions."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def post(self, path: str, *, key: str | None = None, **more: Any) -> Any:
        headers = {"Idempotency-Key": key or uuid4().hex}
        more = more or {"data": "", "content_type": "application/json"}
        return self.client.post(f"/api/v1/collect/imports{path}", headers=headers, **more)

    def put(self, path: str, body: Any, version: int) -> Any:
        return self.client.put(
            f"/api/v1/collect/imports{path}",
            body,
            content_type="application/json",
            headers={"If-Match": f'"{version}"'},
        )

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/v1/collect/imports{path}")


@pytest.fixture
def program(signed_in: Callable[[str], Client]) -> Program:
    return Program(signed_in("importer"))


def sent(program: Program, text: str = TEXT) -> dict[str, Any]:
    answer = program.post("?name=list.csv&table=customers", data=text.encode(), content_type="application/octet-stream")
    assert answer.status_code == 202, answer.content
    work(once=True, inline=True)
    return program.get(f"/{answer.json()['id']}").json()  # type: ignore[no-any-return]


def pressed(program: Program, number: int, act: str) -> dict[str, Any]:
    answer = program.post(f"/{number}/{act}")
    assert answer.status_code == 202, answer.content
    work(once=True, inline=True)
    return program.get(f"/{number}").json()  # type: ignore[no-any-return]


def test_a_program_goes_all_the_way_and_back(program: Program) -> None:
    before = Customer.unscoped.count()
    row = sent(program)
    assert (row["state"], row["parts"][0]["table"]) == ("looked", "customers")
    number = row["id"]

    row = pressed(program, number, "check")
    assert (row["good"], row["troubles"][0]["value"]) == (1, "abc")
    fix = {"table": "customers", "heading": "annual_revenue", "value": "abc", "replacement": "9"}
    row = program.put(f"/{number}/corrections", {"corrections": [fix]}, row["version"]).json()
    row = pressed(program, number, "check")
    assert row["good"] == 2
    row = pressed(program, number, "apply")
    assert (row["state"], row["counts"]["added"]) == ("imported", 2)
    row = pressed(program, number, "undo")
    assert (row["state"], Customer.unscoped.count()) == ("undone", before)


def test_the_same_upload_sent_twice_is_one_import(program: Program) -> None:
    key = uuid4().hex
    given: dict[str, Any] = {"data": TEXT.encode(), "content_type": "application/octet-stream", "key": key}

    first, second = (program.post("?name=list.csv", **given) for _ in range(2))
    other = program.post("?name=list.csv", **{**given, "data": b"customer_id\nZ\n"})

    assert first.json() == second.json()
    assert other.status_code == 422
    assert Import.unscoped.count() == 1


def test_files_come_in_a_form_too(program: Program) -> None:
    answer = program.post("", data={"files": SimpleUploadedFile("客户.csv", TEXT.encode())})

    assert answer.status_code == 202
    assert Import.unscoped.get().files[0]["name"] == "客户.csv"


def test_a_mapping_is_said_and_its_faults_are_named(program: Program) -> None:
    row = sent(program)
    columns = {"customer_id": "customer_id", "name": "customer_id", "annual_revenue": ""}

    wrong = program.put(f"/{row['id']}/mapping", {"parts": {"0": {"columns": columns}}}, row["version"])
    stale = program.put(f"/{row['id']}/mapping", {"parts": {"0": {"crs": "gcj02"}}}, row["version"] - 1)
    fine = program.put(f"/{row['id']}/mapping", {"parts": {"0": {"crs": "gcj02"}}}, row["version"])

    assert (wrong.status_code, stale.status_code, fine.status_code) == (422, 412, 200)
    assert fine.json()["parts"][0]["crs"] == "gcj02"


def test_rejects_are_listed_and_given_as_a_file(program: Program) -> None:
    row = pressed(program, sent(program)["id"], "check")

    rows = program.get(f"/{row['id']}/rejects?table=customers").json()
    file = program.get(f"/{row['id']}/error-file?table=customers")

    assert rows["total"] == 1
    assert rows["items"][0]["cells"]["name"] == "乙公司"
    assert file["Content-Type"].startswith("text/csv")
    assert program.get(f"/{row['id']}/rejects?table=orders").status_code == 404


@pytest.mark.parametrize(
    ("query", "data", "status"),
    [("?name=a.exe", b"x", 422), ("?name=a.csv", b"", 400), ("?table=nothing&name=a.csv", b"x", 422)],
)
def test_what_cannot_be_taken_is_refused(program: Program, query: str, data: bytes, status: int) -> None:
    answer = program.post(query, data=data, content_type="application/octet-stream")

    assert answer.status_code == status
    assert not Import.unscoped.exists()


def test_an_import_that_nothing_was_written_of_is_given_up(program: Program) -> None:
    row = sent(program)

    answer = program.post(f"/{row['id']}/give-up")

    assert answer.json()["state"] == "cancelled"
    assert program.post(f"/{row['id']}/check").status_code == 409
