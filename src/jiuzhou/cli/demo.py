"""``jiuzhou demo`` shows the product working; ``jiuzhou warm`` compiles its kernels beforehand."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jiuzhou.cli.words import Speaker, Word, common, option
from jiuzhou.kernel.errors import RefusedError
from jiuzhou.kernel.message import Message, say

if TYPE_CHECKING:
    from jiuzhou.cycle import Cycle

_HOST = "127.0.0.1"
_START_SECONDS = 60
_NOTE = "demo.json"
REFUSED = 3


@click.command(cls=Word, help="cli.demo")
@option(
    "--customers", type=click.IntRange(100, 2_000_000), default=3000, show_default=True, help="cli.option_customers"
)
@option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="cli.option_port")
@option("--no-web", is_flag=True, help="cli.option_no_web")
@option("--dir", "folder", type=click.Path(path_type=Path), default=Path("jiuzhou-demo"), help="cli.option_dir")
@option("--fresh", is_flag=True, help="cli.option_fresh")
@common
def demo(
    customers: int,
    port: int,
    no_web: bool,
    folder: Path,
    fresh: bool,
    *,
    seed: int,
    as_json: bool,
    lang: str | None,
) -> int:
    """Make the demo book, run the loop on it, and open the web application on what was found."""
    speaker = Speaker.of(lang, as_json)
    if no_web:
        _, summary, sentences = _loop(folder, customers, seed, speaker, lang)
        speaker.end(summary, *sentences)
        return 0
    from jiuzhou.cli.crew import check_port
    from jiuzhou.cli.home import need_web

    need_web()
    check_port(_HOST, port)
    home = folder.resolve() / "home"
    if fresh:
        _clear(home)
    standing = _standing(home)
    if standing is not None:
        _open(home)
        summary, sentences = dict(standing), [say("cli.demo_stands", dir=str(folder), customers=standing["customers"])]
    else:
        done, summary, sentences = _loop(folder, customers, seed, speaker, lang)
        speaker.progress("load")
        standing = _load(done, home, speaker)
    return _serve(home, port, speaker, {**summary, **standing}, [*sentences, *_log_ins(standing, port)])


def _loop(
    folder: Path, customers: int, seed: int, speaker: Speaker, lang: str | None
) -> tuple[Cycle, dict[str, Any], list[Message]]:
    from jiuzhou.adapters.demo import write_demo
    from jiuzhou.adapters.loop import run_cycle
    from jiuzhou.adapters.results import write_cycle
    from jiuzhou.adapters.summary import headlines, summary_of, told

    speaker.progress("demo")
    book, result = folder / "book", folder / "result"
    write_demo(book, customers=customers, seed=seed)
    done = run_cycle(book, policy=book / "policy.toml", rules=book / "rules.yaml", seed=seed, announce=speaker.progress)
    speaker.progress("report")
    page = write_cycle(done, result, lang=speaker.lang if lang else None)
    summary = {**summary_of(done, page), "book": str(book.resolve()), "out": str(result.resolve())}
    report = say("cli.report_is_here", path=str((result / "report.html").resolve()))
    again = say("cli.run_again", command=f"jiuzhou cycle {book} --out {result}")
    return done, summary, [*headlines(page), *told(done), report, again]


def _standing(home: Path) -> dict[str, Any] | None:
    note = home / _NOTE
    if not note.is_file():
        return None
    found: dict[str, Any] = json.loads(note.read_text("utf-8"))
    return found


def _clear(home: Path) -> None:
    if not home.exists():
        return
    if not (home / "jiuzhou.sqlite3").is_file() and any(home.iterdir()):
        raise RefusedError("cli.not_a_demo", folder=str(home))
    shutil.rmtree(home)


def _open(home: Path) -> None:
    from jiuzhou.cli.home import migrate, open_home

    open_home(home, embedded=True)
    migrate()


def _load(done: Cycle, home: Path, speaker: Speaker) -> dict[str, Any]:
    _open(home)
    from django.utils import timezone

    from jiuzhou.cli.web import new_phrase
    from jiuzhou.web.collect.writes import load_demo
    from jiuzhou.web.divide.writes.life import submit_plan
    from jiuzhou.web.evaluate.writes import settle_scores

    phrase = new_phrase()
    made = load_demo(done, pass_phrase=phrase, language=speaker.lang, now=timezone.now())
    settle_scores(made.planner.organisation_id)
    if made.plan:
        submit_plan(made.planner, made.plan, version=made.version, note=made.note, effective_on=None, confirmed=True)
    note = {
        "customers": done.book.table("customers").num_rows,
        "pass_phrase": phrase,
        "people": [{"role": one.role, "name": one.name, "email": one.email} for one in made.people],
    }
    # Written last: a folder with this note holds a whole demo.
    handle = os.open(home / _NOTE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(note, file, ensure_ascii=False, indent=2)
    return note


def _serve(home: Path, port: int, speaker: Speaker, summary: Mapping[str, Any], sentences: list[Message]) -> int:
    from jiuzhou.cli.crew import Crew, answers, serve_arguments, work_arguments

    with Crew() as crew:
        crew.start("web", *serve_arguments(_HOST, port, 1))
        crew.start("work", *work_arguments(home))
        if not crew.ready(lambda: answers(_HOST, port), seconds=_START_SECONDS):
            if crew.told_to_end:
                return 0
            raise RefusedError("cli.server_did_not_start", host=_HOST, port=port)
        speaker.end({**summary, "address": f"http://{_HOST}:{port}/", "home": str(home)}, *sentences)
        ended = crew.wait()
    if ended:
        raise RefusedError("cli.process_ended", name=ended)
    return 0


def _log_ins(standing: Mapping[str, Any], port: int) -> list[Message]:
    people = [
        say("cli.demo_person", role=say(f"loading.role_{one['role']}"), name=one["name"], email=one["email"])
        for one in standing["people"]
    ]
    here = say("cli.demo_is_here", address=f"http://{_HOST}:{port}/", phrase=standing["pass_phrase"])
    return [here, *people, say("cli.demo_how_to_end")]


@click.command(cls=Word, help="cli.warm")
@common
def warm(*, seed: int, as_json: bool, lang: str | None) -> None:
    """Compile the kernels of the optimiser and of the reading of addresses, and keep them for later runs."""
    from jiuzhou import divide
    from jiuzhou.geo import addresses

    divide.warm()
    addresses.warm()
    Speaker.of(lang, as_json).end({"warm": True}, say("cli.warmed"))
