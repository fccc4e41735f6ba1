"""Sources of data: what is put into a folder, or found by a query, comes in by itself, or waits for a person."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from jiuzhou.web.collect.feeds import FeedDraft, home_of_feeds
from jiuzhou.web.collect.writes.feeds.setting import (
    add_feed,
    change_feed,
    forget_arrived,
    look_now,
    remove_feed,
    start_due_feeds,
)
from jiuzhou.web.collect.writes.importing import steps
from jiuzhou.web.collect.writes.privacy.files import clear_exports
from jiuzhou.web.jobs.worker import work
from jiuzhou.web.problems import ConflictError, ForbiddenError, InvalidError, NotFoundError, StaleError
from jiuzhou.web.store.holdings import Subject
from jiuzhou.web.store.models import AuditEntry, Customer, Feed, FeedArrival, Import, Notice, Run
from jiuzhou.web.store.traces import Traces
from web_company import Company

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(os.open not in os.supports_dir_fd, reason="folders are walked by handles"),
]

CUSTOMERS = "客户编号,客户名称,电话\nN1,苏州新元医疗有限公司,0512-1234567\nN2,无锡大地纺织有限公司,13900000002\n"
OWED = "客户编号,客户名称,年营业额\nN1,苏州新元医疗有限公司,12\nN2,无锡大地纺织有限公司,abc\nN3,常州小河有限公司,7\n"


@pytest.fixture
def feed(company: Company) -> Feed:
    """A folder of the company, looked at every hour."""
    return Feed.unscoped.get(
        pk=add_feed(company.actor("importer"), FeedDraft("CRM", "folder", "crm", every_minutes=60))
    )


@pytest.fixture
def here(company: Company, feed: Feed) -> Path:
    return home_of_feeds(company.organisation.slug) / "crm"


@pytest.fixture
def look(company: Company, feed: Feed) -> Callable[[], Feed]:
    def look_once() -> Feed:
        look_now(company.actor("importer"), feed.pk)
        work(once=True, inline=True)
        return Feed.unscoped.get(pk=feed.pk)

    return look_once


def put(folder: Path, name: str, content: str | bytes, *, age: float = 60) -> Path:
    """Put a file into a folder that was written ``age`` seconds ago, as far as one can tell."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    then = timezone.now().timestamp() - age
    os.utime(path, (then, then))
    return path


@pytest.fixture(autouse=True)
def quiet_by_time_of_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file's own time can be set, the time of its entry cannot: tests go by the former."""
    from jiuzhou.web.collect.writes.feeds import folders

    whole = folders._told

    def told(name: str, folder: int) -> folders.Found | None:
        found = whole(name, folder)
        if found is None:
            return None
        about = os.stat(name, dir_fd=folder, follow_symlinks=False)
        return replace(found, changed=about.st_mtime)

    monkeypatch.setattr(folders, "_told", told)


def states() -> list[tuple[str, str]]:
    return list(FeedArrival.unscoped.order_by("pk").values_list("name", "state"))


def inner(folder: Path, name: str) -> list[str]:
    return sorted(path.name.partition("-")[2] for path in (folder / name).iterdir())


def test_a_file_that_was_put_in_comes_in_and_is_put_away(here: Path, look: Callable[[], Feed]) -> None:
    put(here, "客户.csv", CUSTOMERS)

    feed = look()

    arrival = FeedArrival.unscoped.get()
    assert arrival.state == "done", arrival.reason
    assert arrival.upload is not None
    assert (arrival.upload.state, arrival.upload.feed, arrival.upload.counts["added"]) == ("imported", feed, 2)
    assert Customer.unscoped.get(code="N1").name == "苏州新元医疗有限公司"
    assert (inner(here, "done"), inner(here, "taken"), inner(here, "failed")) == (["客户.csv"], [], [])
    assert feed.said == {"code": "feeds.said_taken", "params": {"done": 1, "failed": 0, "unchanged": 0}}
    assert AuditEntry.unscoped.filter(verb="import.apply").count() == 1


def test_the_same_content_again_changes_nothing_and_says_so(here: Path, look: Callable[[], Feed]) -> None:
    put(here, "a.csv", CUSTOMERS)
    look()
    Customer.unscoped.filter(code="N1").update(phone="10086")

    put(here, "b.csv", CUSTOMERS)
    look()

    assert states() == [("a.csv", "done"), ("b.csv", "unchanged")]
    assert Customer.unscoped.get(code="N1").phone == "10086"
    assert Import.unscoped.count() == 1
    assert inner(here, "done") == ["a.csv", "b.csv"]


def test_other_rows_with_nothing_new_in_them_change_nothing(here: Path, look: Callable[[], Feed]) -> None:
    put(here, "a.csv", CUSTOMERS)
    look()

    put(here, "b.csv", "\n".join(CUSTOMERS.splitlines()[:2]))
    look()

    assert states() == [("a.csv", "done"), ("b.csv", "unchanged")]
    assert FeedArrival.unscoped.get(name="b.csv").reason["code"] == "feeds.nothing_new"


def test_files_come_in_in_the_order_in_which_they_were_written(here: Path, look: Callable[[], Feed]) -> None:
    put(here, "b.csv", CUSTOMERS.replace("1234567", "1111111"), age=90)
    put(here, "a.csv", CUSTOMERS.replace("1234567", "2222222"), age=60)

    look()

    assert states() == [("b.csv", "done"), ("a.csv", "done")]
    assert Customer.unscoped.get(code="N1").phone == "0512-2222222"


@pytest.mark.parametrize("name", [".hidden.csv", "~$客户.csv", "a.csv.part", "a.csv.tmp", "a.csv~"])
def test_what_is_hidden_or_unfinished_is_left(name: str, here: Path, look: Callable[[], Feed]) -> None:
    path = put(here, name, CUSTOMERS)

    look()

    assert path.exists()
    assert states() == []


def test_what_is_still_being_written_is_taken_once_it_rests(here: Path, look: Callable[[], Feed]) -> None:
    path = put(here, "a.csv", CUSTOMERS, age=0)
    first = look()
    assert (states(), first.said["code"]) == ([], "feeds.said_arriving")

    Feed.unscoped.update(looked_at=timezone.now() - timedelta(seconds=11))
    look()

    assert not path.exists()
    assert states() == [("a.csv", "done")]


def test_many_bad_rows_wait_for_a_person_and_later_files_wait_their_turn(
    company: Company, here: Path, look: Callable[[], Feed]
) -> None:
    put(here, "a.csv", OWED, age=90)
    put(here, "b.csv", CUSTOMERS, age=60)

    feed = look()
    look()

    arrival = FeedArrival.unscoped.get()
    assert (arrival.state, arrival.reason["params"]) == ("waiting", {"rejected": 1, "read": 3, "most": 0.05})
    assert arrival.upload is not None
    assert arrival.upload.state == "checked"
    assert not Customer.unscoped.filter(code="N1").exists()
    notice = Notice.unscoped.get(code="feeds.notice_waits")
    assert (notice.user, notice.link) == (company.people["importer"], f"/customers/import/{arrival.upload.pk}")
    assert (here / "b.csv").exists()
    assert feed.said["code"] == "feeds.said_waits"

    steps.apply(company.actor("importer"), arrival.upload.pk)
    work(once=True, inline=True)
    look()

    assert states() == [("a.csv", "done"), ("b.csv", "done")]
    assert inner(here, "done") == ["a.csv", "a.csv.errors.csv", "b.csv"]
    errors = next((here / "done").glob("*a.csv.errors.csv")).read_text("utf-8-sig")
    assert "abc" in errors


def test_a_share_that_is_allowed_comes_in_and_its_bad_rows_lie_beside_it(
    company: Company, feed: Feed, here: Path, look: Callable[[], Feed]
) -> None:
    draft = FeedDraft("CRM", "folder", "crm", most_rejected=0.5, every_minutes=60)
    change_feed(company.actor("importer"), feed.pk, draft, version=feed.version)
    put(here, "a.csv", OWED)

    look()

    assert states() == [("a.csv", "done")]
    assert inner(here, "done") == ["a.csv", "a.csv.errors.csv"]
    assert set(Customer.unscoped.filter(code__startswith="N").values_list("code", flat=True)) == {"N1", "N3"}


def test_a_lenient_source_keeps_a_row_without_its_bad_cell(
    company: Company, feed: Feed, here: Path, look: Callable[[], Feed]
) -> None:
    draft = FeedDraft("CRM", "folder", "crm", lenient=True, every_minutes=60)
    change_feed(company.actor("importer"), feed.pk, draft, version=feed.version)
    put(here, "a.csv", OWED)

    look()

    assert states() == [("a.csv", "done")]
    assert Customer.unscoped.get(code="N2").annual_revenue is None


def test_a_shape_that_is_not_sure_waits_once_and_then_comes_in_as_a_person_said(
    company: Company, here: Path, look: Callable[[], Feed]
) -> None:
    odd = "KD,MC\nN1,苏州新元医疗有限公司\n"
    put(here, "客户1.csv", odd)
    look()
    arrival = FeedArrival.unscoped.get()
    assert arrival.state == "waiting"
    upload = arrival.upload
    assert upload is not None

    actor = company.actor("importer")
    choice = {"0": {"table": "customers", "columns": {"KD": "customer_id", "MC": "name"}}}
    steps.choose(actor, upload.pk, version=Import.unscoped.get(pk=upload.pk).version, choices=choice)
    steps.check(actor, upload.pk)
    work(once=True, inline=True)
    steps.apply(actor, upload.pk)
    work(once=True, inline=True)
    put(here, "客户2.csv", odd.replace("N1", "N9"))
    look()

    assert states() == [("客户1.csv", "done"), ("客户2.csv", "done")]
    assert Customer.unscoped.filter(code__in=("N1", "N9")).count() == 2


def test_what_cannot_be_read_fails_with_a_reason_beside_it(
    company: Company, here: Path, look: Callable[[], Feed]
) -> None:
    put(here, "a.xlsx", b"no workbook at all")

    look()

    arrival = FeedArrival.unscoped.get()
    assert (arrival.state, arrival.reason["code"]) == ("failed", "importing.not_what_it_says")
    assert inner(here, "failed") == ["a.xlsx", "a.xlsx.errors.csv"]
    assert Notice.unscoped.get(code="feeds.notice_failed").user == company.people["importer"]


def test_links_folders_and_odd_things_are_refused_once_and_left(
    here: Path, tmp_path: Path, look: Callable[[], Feed]
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(CUSTOMERS, "utf-8")
    (here / "link.csv").symlink_to(secret)
    os.link(secret, here / "twice.csv")
    (here / "more.csv").mkdir()
    os.mkfifo(here / "pipe.csv")
    put(here, "picture.png", b"\x89PNG")
    put(here, "empty.csv", b"")
    for path in here.glob("*.csv"):
        os.utime(path, (0, 0), follow_symlinks=False)

    look()
    look()

    found = dict(FeedArrival.unscoped.values_list("name", "reason__code"))
    assert found == {
        "link.csv": "feeds.is_no_file",
        "twice.csv": "feeds.is_no_file",
        "more.csv": "feeds.is_folder",
        "pipe.csv": "feeds.is_no_file",
        "picture.png": "importing.unknown_ending",
        "empty.csv": "importing.empty",
    }
    assert FeedArrival.unscoped.exclude(state="refused").count() == 0
    assert (here / "link.csv").is_symlink()
    assert not Customer.unscoped.filter(code="N1").exists()


def test_a_link_in_place_of_an_own_folder_is_not_followed(here: Path, tmp_path: Path, look: Callable[[], Feed]) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (here / "taken").rmdir()
    (here / "taken").symlink_to(elsewhere)
    put(here, "a.csv", CUSTOMERS)

    feed = look()

    assert list(elsewhere.iterdir()) == []
    assert (here / "a.csv").exists()
    assert feed.said["code"] == "feeds.no_folder"


def test_taking_the_import_back_takes_back_what_came_in(company: Company, here: Path, look: Callable[[], Feed]) -> None:
    put(here, "a.csv", CUSTOMERS)
    look()
    upload = Import.unscoped.get()

    steps.undo(company.actor("importer"), upload.pk)
    work(once=True, inline=True)
    assert not Customer.unscoped.filter(code="N1").exists()

    put(here, "a.csv", CUSTOMERS)
    look()
    assert Customer.unscoped.filter(code="N1").exists()


def test_a_source_is_looked_at_when_its_time_has_come_and_once(company: Company, feed: Feed) -> None:
    Feed.unscoped.update(next_at=timezone.now() - timedelta(hours=5))

    assert (start_due_feeds(), start_due_feeds()) == (1, 0)

    row = Feed.unscoped.get(pk=feed.pk)
    assert timezone.now() < row.next_at <= timezone.now() + timedelta(hours=1)
    assert Run.unscoped.get(kind="feed.look").for_system


def test_a_source_at_rest_or_removed_is_not_looked_at(company: Company, feed: Feed) -> None:
    actor = company.actor("importer")
    draft = FeedDraft("CRM", "folder", "crm", every_minutes=60)
    change_feed(actor, feed.pk, draft, version=1, active=False)
    Feed.unscoped.update(next_at=timezone.now() - timedelta(hours=5))
    assert start_due_feeds() == 0

    remove_feed(actor, feed.pk, version=2)

    with pytest.raises(NotFoundError):
        look_now(actor, feed.pk)


def test_looking_twice_at_once_is_one_run(company: Company, feed: Feed) -> None:
    actor = company.actor("importer")

    assert look_now(actor, feed.pk) == look_now(actor, feed.pk)
    with pytest.raises(ConflictError, match="busy"):
        remove_feed(actor, feed.pk, version=1)


def test_a_query_comes_in_when_it_finds_something_else(company: Company, tmp_path: Path) -> None:
    folder = home_of_feeds(company.organisation.slug)
    folder.mkdir(parents=True)
    database = tmp_path / "crm.db"
    with sqlite3.connect(database) as crm:
        crm.execute("CREATE TABLE c (customer_id TEXT, name TEXT, phone TEXT)")
        crm.execute("INSERT INTO c VALUES ('N1', '苏州新元, 医疗', '0512-1234567')")
    (folder / "customers.sql.toml").write_text(f'dsn = "sqlite:///{database}"\nquery = "SELECT * FROM c"\n', "utf-8")
    actor = company.actor("importer")
    number = add_feed(actor, FeedDraft("CRM", "query", "customers", every_minutes=60))
    for _ in range(2):
        look_now(actor, number)
        work(once=True, inline=True)
    assert states() == [("customers.csv", "done")]
    assert Customer.unscoped.get(code="N1").name == "苏州新元, 医疗"

    with sqlite3.connect(database) as crm:
        crm.execute("UPDATE c SET phone = '0512-7654321'")
    look_now(actor, number)
    work(once=True, inline=True)

    assert states() == [("customers.csv", "done")] * 2
    assert Customer.unscoped.get(code="N1").phone == "0512-7654321"


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (FeedDraft("A", "folder", "../crm", every_minutes=60), "place"),
        (FeedDraft("A", "folder", "/etc", every_minutes=60), "place"),
        (FeedDraft("A", "folder", ".crm", every_minutes=60), "place"),
        (FeedDraft("A", "folder", "a" * 41, every_minutes=60), "place"),
        (FeedDraft("A", "query", "customers", every_minutes=60), "place"),
        (FeedDraft("A", "mail", "crm", every_minutes=60), "kind"),
        (FeedDraft(" ", "folder", "crm", every_minutes=60), "name"),
        (FeedDraft("A", "folder", "crm", table="x", every_minutes=60), "table"),
        (FeedDraft("A", "folder", "crm", most_rejected=1.5, every_minutes=60), "most_rejected"),
        (FeedDraft("A", "folder", "crm", every_minutes=1), "every_minutes"),
        (FeedDraft("A", "folder", "crm"), "every_minutes"),
    ],
)
def test_a_source_that_makes_no_sense_is_refused(company: Company, draft: FeedDraft, field: str) -> None:
    with pytest.raises(InvalidError) as error:
        add_feed(company.actor("importer"), draft)

    assert field in error.value.fields
    assert not Feed.unscoped.exists()


def test_a_place_is_one_source_and_an_older_page_changes_nothing(company: Company, feed: Feed) -> None:
    actor = company.actor("importer")
    with pytest.raises(ConflictError):
        add_feed(actor, FeedDraft("Other", "folder", "crm", every_minutes=60))
    with pytest.raises(StaleError):
        change_feed(actor, feed.pk, FeedDraft("CRM", "folder", "crm", every_minutes=60), version=7)
    with pytest.raises(ForbiddenError):
        add_feed(company.actor("rep"), FeedDraft("Other", "folder", "x", every_minutes=60))


def test_files_that_were_put_away_long_ago_are_deleted(here: Path, look: Callable[[], Feed]) -> None:
    put(here, "a.csv", CUSTOMERS)
    look()

    assert forget_arrived(timezone.now()) == 0
    assert forget_arrived(timezone.now() + timedelta(days=41)) == 1
    assert inner(here, "done") == []
    assert FeedArrival.unscoped.get().cleared_at is not None


def test_erasing_a_person_removes_the_files_in_which_the_person_stands(
    company: Company, here: Path, look: Callable[[], Feed]
) -> None:
    put(here, "a.csv", CUSTOMERS, age=90)
    put(here, "b.csv", CUSTOMERS.replace("N1", "N7").replace("0512-1234567", "0510-7654321"), age=60)
    look()
    person = Customer.unscoped.get(code="N1")
    subject = Subject(company.organisation.pk, person.pk, person.code)

    gone = clear_exports(subject, Traces.of([person.phone]))

    assert gone == 1
    assert inner(here, "done") == ["b.csv"]
