"""Lock files hold hashes and no registry address; nothing names a machine."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))


def pins(path: Path) -> dict[str, str]:
    return {
        f"{name}{marker}": version
        for name, version, marker in re.findall(
            r"^([\w.-]+)==([\w.]+)( ; [^\\\n]*)?", path.read_text("utf-8"), re.MULTILINE
        )
    }


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_a_python_lock_holds_no_address(path: Path) -> None:
    assert not re.search(r"https?://", path.read_text("utf-8"))


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_pin_has_its_hashes(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("--hash=sha256:") >= len(pins(path)) > 0


def test_the_locks_agree() -> None:
    whole = pins(ROOT / "requirements" / "all.lock")
    for path in LOCKS:
        assert pins(path).items() <= whole.items(), path.name


def test_npm_locks_hold_no_address() -> None:
    for path in (path for path in ROOT.glob("*/package-lock.json") if "node_modules" not in path.parts):
        assert '"resolved"' not in path.read_text("utf-8"), path


def test_no_committed_file_names_a_registry_or_a_machine() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    names = re.compile(r"https?://[^ \"]*(?:pypi|npmjs|registry|mirror)|(?:^|[^\w.])/(?:work|root|farm)/")
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.suffix in (".py", ".toml", ".lock", ".json", ".md", ".yaml", ".po", "") and path.is_file():
            assert not names.search(path.read_text("utf-8", errors="ignore")), name
