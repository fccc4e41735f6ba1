"""The documents say what the code does: fresh reference, whole links, every capability, real commands."""

import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "examples").rglob("*.md"),
        *ROOT.glob("benchmarks/*.md"),
    ]
)


def test_the_reference_is_fresh() -> None:
    maker = runpy.run_path(str(ROOT / "docs" / "make_reference.py"))
    # In a process of its own: help texts are cut to the terminal that other tests pretend to have.
    program = "import json, runpy; print(json.dumps(runpy.run_path('docs/make_reference.py')['pages']()))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={"PATH": os.environ["PATH"]}, capture_output=True, check=True
    )
    made = json.loads(done.stdout)
    stale = [name for name, page in made.items() if (ROOT / "docs" / "reference" / name).read_text("utf-8") != page]
    assert stale == [], "run `make docs`"
    assert maker["SCHEMA"].read_text("utf-8") == maker["policy_schema"](), "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8"))
    broken = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_in_a_page_exists(page: Path) -> None:
    from jiuzhou.cli.main import COMMANDS

    calls = re.findall(r"^(?:\$ |    )jiuzhou ([a-z-]+)", page.read_text("utf-8"), re.MULTILINE)
    assert set(calls) <= set(COMMANDS)


def test_every_word_of_make_in_a_page_exists() -> None:
    words = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page in PAGES:
        used = re.findall(r"(?:^\$ |`|^    )make ([a-z]+)", page.read_text("utf-8"), re.MULTILINE)
        assert set(used) <= words, page


def test_every_capability_has_its_row() -> None:
    rows = re.findall(
        r"^\| (\d+) \| .+ \| (done|thin|not yet) \|", (ROOT / "docs/capabilities.md").read_text("utf-8"), re.M
    )
    assert [int(number) for number, _ in rows] == list(range(1, 101))


def test_both_readmes_show_the_same_commands_and_links() -> None:
    english, chinese = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md"))

    def pages(text: str) -> list[str]:
        return sorted(set(re.findall(r"\]\((docs/[^)]+\.md)\)", text)))

    def commands(text: str) -> list[str]:
        return re.findall(r"^\$ (\S+ \S+)", text, re.MULTILINE)

    assert pages(english) == pages(chinese)
    assert commands(english) == commands(chinese)
