"""Bad input gets one sentence with the place and the remedy, in both languages; nothing is half-written."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jiuzhou.cli.main import main

CUSTOMERS = "customer_id,name,lat,lon\nC1,甲,30.5,114.3\nC2,乙,31.2,121.4\nC3,丙,39.9,116.4\n"
OWNERS = "owner_id,name,lat,lon\nR1,李,30.5,114.3\nR2,王,31.2,121.4\n"
RULES = "version: 1\nrules: [{id: a, when: 'true', then: [territory]}]\nfallback: {then: [], on_empty: pool}\n"
POLICY = 'format = "jiuzhou.policy"\nversion = 1\n'
Change = Callable[[Path], object]


def write(name: str, text: str) -> Change:
    return lambda folder: (folder / name).write_text(text, "utf-8")


def remove(name: str) -> Change:
    return lambda folder: (folder / name).unlink()


# What is done to a sound folder; the exit code; what the sentence must name.
SPOILED: dict[str, tuple[Change, int, tuple[str, ...]]] = {
    "no table of customers": (remove("customers.csv"), 2, ("customers",)),
    "no column of ids": (write("customers.csv", "name,lat\n甲,30\n"), 2, ("customers.csv", "customer_id")),
    "an empty file": (write("customers.csv", ""), 2, ("customers.csv",)),
    "a header and nothing else": (write("customers.csv", "customer_id\n"), 2, ("customers.csv",)),
    "no folder": (shutil.rmtree, 2, ("book",)),
    "a folder that is no Book": (
        lambda folder: [path.unlink() for path in folder.glob("*.csv")],
        2,
        ("customers",),
    ),
    "not one usable customer": (
        write("customers.csv", "customer_id,lat,lon\nC1,200,114\n"),
        2,
        ("customers.csv", "lat", "200"),
    ),
    "a workbook that is none": (
        lambda folder: (folder / "orders.xlsx").write_bytes(b"no zip at all"),
        2,
        ("orders.xlsx",),
    ),
    "an unknown time zone": (write("book.toml", 'zone = "Asia/Nowhere"\n'), 2, ("Asia/Nowhere",)),
    "settings that are no TOML": (write("book.toml", "zone = \n"), 2, ("book.toml",)),
    "a setting nobody reads": (write("book.toml", 'curency = "CNY"\n'), 2, ("curency",)),
    "no day": (remove("book.toml"), 2, ("as_of",)),
    "a policy that is no TOML": (write("policy.toml", "[divide\n"), 2, ("policy.toml",)),
    "a policy setting nobody reads": (write("policy.toml", POLICY + "[divide]\nefort = 3\n"), 2, ("efort", "effort")),
    "a policy value of another type": (
        write("policy.toml", POLICY + '[divide]\neffort = "much"\n'),
        2,
        ("divide.effort", "much"),
    ),
    "a policy that contradicts itself": (
        write("policy.toml", POLICY + '[divide]\ncentres = "owners"\nterritories = 9\n'),
        2,
        ("9", "free"),
    ),
    "a policy of a later version": (write("policy.toml", 'format = "jiuzhou.policy"\nversion = 99\n'), 2, ("99",)),
    "a rules file that is not there": (
        write("policy.toml", POLICY + '[assign]\nrules = "no.yaml"\n'),
        2,
        ("no.yaml",),
    ),
    "rules that are no YAML": (write("rules.yaml", "rules: [\n"), 2, ("rules.yaml",)),
    "a rule on an unknown field": (
        write("rules.yaml", RULES.replace("true", 'teir == "A"')),
        2,
        ("teir", "tier"),
    ),
    "nobody to divide for": (remove("owners.csv"), 3, ()),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small sound book with its policy and rules."""
    book = tmp_path / "book"
    book.mkdir()
    files = {
        "customers.csv": CUSTOMERS,
        "owners.csv": OWNERS,
        "book.toml": "as_of = 2026-03-31\n",
        "policy.toml": POLICY + '[assign]\nrules = "rules.yaml"\n',
        "rules.yaml": RULES,
    }
    for name, text in files.items():
        (book / name).write_text(text, "utf-8")
    return book


def run(
    folder: Path, out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, lang: str
) -> tuple[object, str]:
    policy = folder / "policy.toml"
    given = ["cycle", str(folder), *(["--policy", str(policy)] if policy.exists() else []), "--out", str(out)]
    monkeypatch.setattr(sys, "argv", ["jiuzhou", *given, "--lang", lang])
    with pytest.raises(SystemExit) as ended:
        main([*given, "--lang", lang])
    sentences = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("·")]
    assert len(sentences) <= 1, sentences
    return ended.value.code, "".join(sentences)


def test_the_sound_folder_is_sound(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(folder, tmp_path / "out", capsys, monkeypatch, "en") == (0, "")


@pytest.mark.parametrize("spoiled", SPOILED)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_bad_input_is_answered_with_its_place_and_leaves_nothing(
    spoiled: str,
    lang: str,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change, code, named = SPOILED[spoiled]
    change(folder)

    ended, sentence = run(folder, tmp_path / "out", capsys, monkeypatch, lang)

    assert ended == code
    assert sentence
    assert [name for name in named if name not in sentence] == []
    assert bool(re.search("[一-鿿]", sentence.replace("甲", ""))) == (lang == "zh")
    assert not (tmp_path / "out").exists()
