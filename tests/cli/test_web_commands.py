"""The application from the command line: the demo opens and ends cleanly, a backup comes back, refusals say why."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import psutil
import pytest

from demo_server import Opened, free_port, opened, surroundings

Call = Callable[..., subprocess.CompletedProcess[str]]
PATIENCE_SECONDS = 180


@pytest.fixture(scope="module")
def call() -> Call:
    """Run the program in a process of its own, away from this one's settings."""

    def run(*arguments: object, lang: str = "en", **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "jiuzhou", *map(str, arguments)],
            env=surroundings(lang, **environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_SECONDS,
        )

    return run


def asked(port: int, path: str) -> tuple[int, Mapping[str, str], str]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as line:
        line.request("GET", path)
        answer = line.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """The demo of 300 customers, served from a process whose standard input is no terminal."""
    found = opened(tmp_path_factory.mktemp("demo") / "demo", "--customers", 300)
    yield found
    found.end()


@pytest.fixture(scope="module")
def home(demo: Opened) -> Path:
    return demo.folder / "home"


def contents(home: Path) -> str:
    digest = sha256()
    with closing(sqlite3.connect(home / "jiuzhou.sqlite3")) as database:
        for line in database.iterdump():
            digest.update(line.encode())
    for path in sorted((home / "facts").rglob("*.parquet")):
        digest.update(path.relative_to(home).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def test_the_demo_serves_its_log_in_page_and_names_its_people(demo: Opened) -> None:
    status, headers, page = asked(demo.port, "/accounts/login/")

    assert status == 200
    assert "content-security-policy" in headers
    assert "password" in page
    people = demo.told["people"]
    assert isinstance(people, list)
    assert len({person["role"] for person in people}) == len(people) == 10
    assert len(str(demo.told["pass_phrase"])) >= 15


def test_the_demo_is_ready_and_its_worker_lives(demo: Opened) -> None:
    end = time.monotonic() + 30
    while True:
        status, _, body = asked(demo.port, "/readyz")
        found = json.loads(body)
        if not found["late"] or time.monotonic() > end:
            break
        time.sleep(0.5)

    assert (status, found["ready"], found["late"]) == (200, True, [])
    assert set(found) == {"ready", "database", "migrated", "disk", "seconds", "late"}
    assert asked(demo.port, "/healthz")[0] == 200


def test_what_lies_in_the_demo_folder_is_its_owners_alone(home: Path) -> None:
    assert home.stat().st_mode & 0o077 == 0
    assert [path.name for path in home.rglob("*") if path.is_file() and path.stat().st_mode & 0o077] == []


def test_a_port_in_use_is_refused_before_any_work(call: Call, demo: Opened, tmp_path: Path) -> None:
    done = call("demo", "--dir", tmp_path / "other", "--port", demo.port)

    assert done.returncode == 3
    assert str(demo.port) in done.stderr
    assert not (tmp_path / "other").exists()


@pytest.fixture(scope="module")
def saved(call: Call, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup without keys, taken while the demo is served."""
    file = tmp_path_factory.mktemp("saved") / "saved.tar.gz"
    done = call("backup", "--home", home, "--to", file)
    assert done.returncode == 0, done.stderr
    return file


@pytest.fixture(scope="module")
def restored(call: Call, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that came back from a backup with its keys."""
    folder = tmp_path_factory.mktemp("restored")
    saved = call("backup", "--home", home, "--to", folder / "keyed.tar.gz", "--with-keys", "--json")
    done = call("restore", folder / "keyed.tar.gz", "--home", folder / "home", "--json")
    assert saved.returncode == done.returncode == 0, saved.stderr + done.stderr
    assert json.loads(done.stdout)["chain"] == "holds"
    return folder / "home"


def test_a_backup_taken_while_the_demo_is_served_comes_back_whole(home: Path, restored: Path) -> None:
    assert contents(restored) == contents(home)
    assert restored.stat().st_mode & 0o077 == 0
    assert {"secret.key", "audit.key"} <= {path.name for path in restored.iterdir()}


def test_a_backup_holds_no_key_unless_asked(call: Call, saved: Path, tmp_path: Path) -> None:
    done = call("restore", saved, "--home", tmp_path / "back", lang="zh")

    with tarfile.open(saved) as archive:
        assert not [name for name in archive.getnames() if name.endswith(".key")]
    assert done.returncode == 0
    assert "audit.key" in done.stdout
    assert not list((tmp_path / "back").glob("*.key"))


def damaged(file: Path, how: str) -> None:
    whole = file.read_bytes()
    beside = file.with_name(f"{file.name}.sha256")
    if how == "without its digest":
        beside.unlink()
    else:
        file.write_bytes(whole[: len(whole) // 2] if how.startswith("cut") else whole[:-2000] + bytes(2000))
    if how.endswith("digest too"):
        # Whoever changes the file may change the digest beside it; those inside still tell.
        beside.write_text(f"{sha256(file.read_bytes()).hexdigest()}  {file.name}\n")


@pytest.mark.parametrize("how", ["cut", "cut, digest too", "changed", "changed, digest too", "without its digest"])
def test_a_damaged_backup_is_refused_and_leaves_nothing(call: Call, saved: Path, tmp_path: Path, how: str) -> None:
    for path in saved.parent.iterdir():
        shutil.copy(path, tmp_path)
    damaged(tmp_path / saved.name, how)

    done = call("restore", tmp_path / saved.name, "--home", tmp_path / "back", lang="zh")

    assert done.returncode == 2
    assert len([line for line in done.stderr.splitlines() if not line.startswith("·")]) == 1
    assert {path.name for path in tmp_path.iterdir()} <= {saved.name, f"{saved.name}.sha256"}


def test_a_backup_whose_audit_chain_was_changed_is_refused(call: Call, restored: Path, tmp_path: Path) -> None:
    forged = tmp_path / "forged"
    shutil.copytree(restored, forged)
    with closing(sqlite3.connect(forged / "jiuzhou.sqlite3")) as database:
        database.execute("UPDATE store_auditentry SET note = 'forged' WHERE sequence = 1")
        database.commit()
    call("backup", "--home", forged, "--to", tmp_path / "forged.tar.gz", "--with-keys")

    done = call("restore", tmp_path / "forged.tar.gz", "--home", tmp_path / "again")

    assert done.returncode == 3
    assert "entry 1" in done.stderr
    assert not (tmp_path / "again").exists()


def test_nothing_is_restored_over_something(call: Call, saved: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    done = call("restore", saved, "--home", tmp_path)

    assert done.returncode == 3
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_backup_never_replaces_a_file(call: Call, home: Path, tmp_path: Path) -> None:
    (tmp_path / "old.tar.gz").write_text("mine")

    done = call("backup", "--home", home, "--to", tmp_path / "old.tar.gz")

    assert done.returncode == 2
    assert (tmp_path / "old.tar.gz").read_text() == "mine"


def test_a_backup_with_a_missing_fact_file_is_not_written(call: Call, restored: Path, tmp_path: Path) -> None:
    shutil.copytree(restored, tmp_path / "home")
    next((tmp_path / "home" / "facts" / "orders").glob("*.parquet")).unlink()

    done = call("backup", "--home", tmp_path / "home", "--to", tmp_path / "saved.tar.gz")

    assert done.returncode == 3
    assert "orders" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["home"]


def test_check_deploy_says_what_is_red_in_words(call: Call, home: Path) -> None:
    told = call("check-deploy", "--home", home, lang="zh")

    assert told.returncode == 3
    assert "deploy." not in told.stdout
    assert all(re.search("[一-鿿]{4}", line) for line in told.stdout.splitlines())
    assert len([line for line in told.stdout.splitlines() if line.startswith("✗")]) == 3


def test_the_worker_does_what_waits_and_ends(call: Call, home: Path) -> None:
    done = call("work", "--home", home, "--once", "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["home"] == str(home)


def test_setup_makes_a_company_that_check_deploy_finds_fit_behind_https(call: Call, tmp_path: Path) -> None:
    home = tmp_path / "home"

    made = call("setup", "--organisation", "九州器械", "--email", "shen.ning@example.com", "--home", home, "--json")
    again = call("setup", "--organisation", "另一家", "--email", "other@example.com", "--home", home)
    fit = call("check-deploy", "--home", home, "--json", JIUZHOU_HTTPS="1", JIUZHOU_HOSTS="crm.example.com")

    assert made.returncode == 0, made.stderr
    assert len(json.loads(made.stdout)["pass_phrase"]) >= 15
    assert again.returncode == 3
    assert fit.returncode == 0, fit.stdout
    assert {one["key"] for one in json.loads(fit.stdout)["findings"]} <= {"sqlite"}


@pytest.mark.parametrize(
    "choices",
    [
        ("--email", "nobody"),
        ("--email", "a@example.com", "--zone", "Mars/Base"),
        ("--email", "a@b.cn", "--currency", "x"),
    ],
    ids=["address", "zone", "currency"],
)
def test_setup_refuses_what_makes_no_sense(call: Call, tmp_path: Path, choices: tuple[str, ...]) -> None:
    done = call("setup", "--organisation", "九州", *choices, "--home", tmp_path / "home", lang="zh")

    assert done.returncode == 2
    assert re.search("[一-鿿]", done.stderr.splitlines()[-1])


@pytest.mark.parametrize("arguments", [("work",), ("check-deploy",), ("backup", "--to", "saved.tar.gz")])
def test_a_data_folder_that_is_not_there_is_said_and_not_made(
    call: Call, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    done = call(*arguments, "--home", tmp_path / "nowhere")

    assert done.returncode == 3
    assert "nowhere" in done.stderr
    assert not (tmp_path / "nowhere").exists()


def test_the_demo_without_web_ends_after_the_result_files(call: Call, tmp_path: Path) -> None:
    done = call("demo", "--customers", 120, "--no-web", "--dir", tmp_path / "demo", "--json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["out"] == str(tmp_path / "demo" / "result")
    assert not (tmp_path / "demo" / "home").exists()


def test_a_folder_that_is_no_demo_is_not_thrown_away(call: Call, tmp_path: Path) -> None:
    (tmp_path / "demo" / "home").mkdir(parents=True)
    (tmp_path / "demo" / "home" / "mine.txt").write_text("mine")

    done = call("demo", "--dir", tmp_path / "demo", "--fresh", "--port", free_port())

    assert done.returncode == 3
    assert (tmp_path / "demo" / "home" / "mine.txt").exists()


def test_sigterm_ends_every_process_and_the_demo_opens_again_as_it_was(demo: Opened) -> None:
    before = demo.told["pass_phrase"]

    code = demo.end()

    assert code == 0
    gone, alive = psutil.wait_procs(demo.family, timeout=10)
    assert (len(gone), alive) == (len(demo.family), [])
    assert len(gone) >= 2
    again = opened(demo.folder)
    try:
        assert again.told["pass_phrase"] == before
        assert asked(again.port, "/accounts/login/")[0] == 200
    finally:
        assert again.end() == 0
