"""Every word of the loop from the command line, in both languages, and how a wrong call ends."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jiuzhou.cli.main import COMMANDS, main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the program in this process; return its exit code, standard output and standard error."""

    def call(*arguments: object, lang: str = "en") -> tuple[int, str, str]:
        given = [str(argument) for argument in arguments]
        monkeypatch.setenv("JIUZHOU_LANG", lang)
        monkeypatch.setattr(sys, "argv", ["jiuzhou", *given])
        with pytest.raises(SystemExit) as ended:
            main(given)
        out, err = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return code, out, err

    return call


@pytest.fixture(scope="module")
def book(small_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collected Book of the small demo company."""
    out = tmp_path_factory.mktemp("collected") / "book"
    done = subprocess.run(
        [sys.executable, "-m", "jiuzhou", "collect", str(small_demo), "--out", str(out)],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="module")
def planned(book: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a plan and decisions for it."""
    out = tmp_path_factory.mktemp("planned")
    for arguments in (["divide", str(book)], ["assign", str(book), "--plan", str(out)]):
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--out", str(out), "--json"])
        assert ended.value.code == 0
    return out


def test_collect_keeps_a_book_and_says_what_was_rejected(book: Path) -> None:
    assert (book / "customers.parquet").exists()
    assert (book / "book.toml").exists()
    assert (book / "quality.json").exists()
    assert "reason" in (book / "rejects" / "customers.csv").read_text("utf-8-sig").splitlines()[0]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_help_lists_the_words_in_the_loops_order(run: Run, lang: str) -> None:
    code, out, _ = run("--help", lang=lang)

    listed = re.findall(r"^  ([a-z][a-z-]+) {2,}", out, re.MULTILINE)
    assert code == 0
    assert listed == list(COMMANDS)
    assert bool(re.search("[一-鿿]{6}", out)) == (lang == "zh")


@pytest.mark.parametrize("word", list(COMMANDS))
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_word_explains_itself_in_both_languages(run: Run, word: str, lang: str) -> None:
    code, out, _ = run(word, "--help", lang=lang)

    assert code == 0
    assert "cli." not in out
    assert bool(re.search("[一-鿿]{4}", out)) == (lang == "zh")


def test_cycle_writes_its_results_and_speaks_json_when_asked(run: Run, small_demo: Path, tmp_path: Path) -> None:
    policy = small_demo / "policy.toml"

    code, out, err = run("cycle", small_demo, "--policy", policy, "--out", tmp_path / "result", "--json")

    summary = json.loads(out)
    assert code == 0
    assert summary["assign"]["customers"] == 400
    assert "dormant" in summary["assign"]["by_rule"] or "territory" in summary["assign"]["by_rule"]
    assert (tmp_path / "result" / "report.html").exists()
    assert "divide" in err


def test_evaluate_scores_as_of_a_day(run: Run, book: Path, tmp_path: Path) -> None:
    code, out, _ = run("evaluate", book, "--as-of", "2026-01-01", "--out", tmp_path, "--json")

    assert code == 0
    assert json.loads(out)["as_of"] == "2026-01-01"
    assert (tmp_path / "customers_scored.parquet").exists()


def test_divide_takes_its_choices_from_the_call(run: Run, book: Path, tmp_path: Path) -> None:
    arguments = ("--centres", "free", "--territories", 6, "--balance", "customers:0.1", "--effort", 2)

    code, _, _ = run("divide", book, *arguments, "--out", tmp_path)

    plan = json.loads((tmp_path / "plan.json").read_text("utf-8"))
    assert code == 0
    assert len(plan["territories"]) == 6
    assert [activity["key"] for activity in plan["activities"]] == ["customers"]


def test_an_impossible_division_ends_with_3_and_a_reason(run: Run, book: Path, tmp_path: Path) -> None:
    code, out, err = run("divide", book, "--centres", "free", "--territories", 5000, "--out", tmp_path / "out")

    assert code == 3
    assert "5,000" in out + err or "5000" in out + err


def test_resource_serve_and_monitor_follow_a_plan(run: Run, book: Path, planned: Path, tmp_path: Path) -> None:
    calls = (
        ("resource", book, planned),
        ("serve", book, "--decisions", planned),
        ("monitor", book, planned, "--decisions", planned, "--baseline", planned),
    )
    for call in calls:
        code, out, _ = run(*call, "--out", tmp_path, "--json")
        assert code == 0, call
        assert json.loads(out)["out"] == str(tmp_path)
    expected = {"headcount.csv", "targets.csv", "stock.csv", "actions.csv", "visits.csv", "alerts.json", "effect.json"}
    assert expected <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_explain_tells_one_decision_in_words(run: Run, planned: Path, lang: str) -> None:
    code, out, _ = run("explain", planned, "C0000001", lang=lang)

    assert code == 0
    assert len(out.splitlines()) >= 2
    assert "cli." not in out
    assert "assign." not in out


def test_explain_of_a_stranger_ends_with_2(run: Run, planned: Path) -> None:
    code, _, err = run("explain", planned, "nobody")

    assert code == 2
    assert "nobody" in err


def test_rules_check_finds_what_is_wrong(run: Run, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        "version: 1\nrules:\n- {id: far, when: 'provinse == \"110000\"', then: [territory]}\n"
        "fallback: {then: [], on_empty: pool}\n",
        "utf-8",
    )

    code, out, err = run("rules", "check", rules)

    assert code == 3
    assert "province" in out + err


def test_rules_check_is_content_with_the_demos_rules(run: Run, small_demo: Path) -> None:
    code, _, _ = run("rules", "check", small_demo / "rules.yaml", "--book", small_demo)

    assert code == 0


WRONG_CALLS = [
    (("divde",), "cli.no_such_command"),
    (("explain", "a", "b", "c"), "cli.wrong_call"),
    (("cycle",), "cli.missing_parameter"),
    (("cycle", "book", "--ot", "x"), "cli.no_such_option"),
    (("cycle", "book"), "cli.missing_parameter"),
    (("divide", "book", "--out", "x", "--effort", "many"), "cli.bad_parameter"),
]


@pytest.mark.parametrize(("arguments", "code"), WRONG_CALLS, ids=lambda value: " ".join(value) if value else "")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_wrong_call_ends_with_2_and_one_sentence(run: Run, arguments: tuple[str, ...], code: str, lang: str) -> None:
    ended, out, err = run(*arguments, lang=lang)

    assert ended == 2
    assert out == ""
    assert len(err.strip().splitlines()) == 1
    assert "Traceback" not in err
    assert bool(re.search("[一-鿿]", err)) == (lang == "zh")


def test_the_program_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "jiuzhou", "--version"], capture_output=True, text=True, check=True)

    assert re.fullmatch(r"jiuzhou, version \d+\.\d+\.\d+\n", done.stdout)
