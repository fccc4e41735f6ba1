"""``jiuzhou web``, ``jiuzhou work`` and ``jiuzhou setup``: the application for people, its worker, its first person."""

from __future__ import annotations

import secrets
import threading
from pathlib import Path

import click

from jiuzhou.cli.crew import Crew, answers, check_port, serve_arguments
from jiuzhou.cli.home import chosen_home, migrate, open_home, open_standing
from jiuzhou.cli.words import Speaker, Word, common, option, text
from jiuzhou.kernel.errors import RefusedError
from jiuzhou.kernel.message import say

_PATH = click.Path(path_type=Path)
_START_SECONDS = 60
_BEAT_SECONDS = 10
REFUSED = 3


@click.command(cls=Word, help="cli.web")
@option("--home", type=_PATH, help="cli.option_home")
@option("--host", default="127.0.0.1", show_default=True, help="cli.option_host")
@option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="cli.option_port")
@option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="cli.option_workers")
@common
def web(home: Path | None, host: str, port: int, workers: int, *, seed: int, as_json: bool, lang: str | None) -> int:
    """Serve the web application."""
    speaker = Speaker.of(lang, as_json)
    folder = chosen_home(home)
    open_home(folder)
    check_port(host, port)
    speaker.progress("migrate")
    migrate()
    from jiuzhou.web.accounts.first import is_founded

    with Crew() as crew:
        crew.start("web", *serve_arguments(host, port, workers))
        if not crew.ready(lambda: answers(host, port), seconds=_START_SECONDS):
            if crew.told_to_end:
                return 0
            raise RefusedError("cli.server_did_not_start", host=host, port=port)
        address = f"http://{host}:{port}/"
        sentences = [
            say("cli.web_is_here", address=address, home=str(folder)),
            say("cli.work_beside", home=str(folder)),
        ]
        if not is_founded():
            sentences.append(say("cli.no_organisation", home=str(folder)))
        speaker.end({"address": address, "home": str(folder)}, *sentences)
        ended = crew.wait()
    return REFUSED if ended else 0


@click.command(cls=Word, help="cli.work")
@option("--home", type=_PATH, help="cli.option_home")
@option("--once", is_flag=True, help="cli.option_once")
@common
def work(home: Path | None, once: bool, *, seed: int, as_json: bool, lang: str | None) -> None:
    """Do the long work that people and schedules ask for."""
    folder = chosen_home(home)
    open_standing(folder)
    from jiuzhou.web.jobs.worker import work as do_work

    stop = threading.Event()
    threading.Thread(target=_beat, args=(folder / "worker.beat", stop), name="beat", daemon=True).start()
    try:
        do_work(once=once, stop=stop)
    finally:
        stop.set()
    Speaker.of(lang, as_json).end({"home": str(folder)}, say("cli.work_ended"))


def _beat(file: Path, stop: threading.Event) -> None:
    # That a worker lives is told by a file's age: an idle worker must not write to the database for it.
    while True:
        file.touch(mode=0o600)
        if stop.wait(_BEAT_SECONDS):
            return


@click.command(cls=Word, help="cli.setup")
@option("--organisation", required=True, help="cli.option_organisation")
@option("--email", required=True, help="cli.option_email")
@option("--name", default="", help="cli.option_name")
@option("--zone", default="Asia/Shanghai", show_default=True, help="cli.option_zone")
@option("--currency", default="CNY", show_default=True, help="cli.option_currency")
@option("--ask", is_flag=True, help="cli.option_ask")
@option("--home", type=_PATH, help="cli.option_home")
@common
def setup(
    organisation: str,
    email: str,
    name: str,
    zone: str,
    currency: str,
    ask: bool,
    *,
    home: Path | None,
    seed: int,
    as_json: bool,
    lang: str | None,
) -> None:
    """Make the company and the first person who may administer it."""
    speaker = Speaker.of(lang, as_json)
    folder = chosen_home(home)
    open_home(folder)
    from jiuzhou.web.accounts.first import check_company, found

    check_company(email, zone, currency)
    migrate()
    phrase = click.prompt(text("cli.ask_phrase"), hide_input=True, confirmation_prompt=True) if ask else new_phrase()
    found(organisation, email=email, name=name, zone=zone, currency=currency, language=speaker.lang, phrase=phrase)
    summary = {"organisation": organisation, "email": email, "home": str(folder)}
    sentences = [say("cli.founded", organisation=organisation, email=email)]
    if not ask:
        summary["pass_phrase"] = phrase
        sentences.append(say("cli.phrase_once", phrase=phrase))
    speaker.end(summary, *sentences, say("cli.start_web", command=f"jiuzhou web --home {folder}"))


_TOWNS = (
    *("suzhou", "wuxi", "hangzhou", "ningbo", "wenzhou", "shaoxing", "nanjing", "yangzhou", "xuzhou", "hefei"),
    *("wuhu", "anqing", "nanchang", "jiujiang", "ganzhou", "fuzhou", "xiamen", "quanzhou", "jinan", "qingdao"),
    *("yantai", "weifang", "zhengzhou", "luoyang", "kaifeng", "wuhan", "yichang", "xiangyang", "changsha", "yueyang"),
    *("guangzhou", "foshan", "dongguan", "zhuhai", "nanning", "guilin", "liuzhou", "haikou", "sanya", "chengdu"),
    *("mianyang", "leshan", "guiyang", "zunyi", "kunming", "dali", "lijiang", "xining", "lanzhou", "dunhuang"),
    *("yinchuan", "xian", "baoji", "hanzhong", "taiyuan", "datong", "harbin", "dalian"),
)


def new_phrase() -> str:
    """Return a pass phrase that is easy to type: five towns and a number, drawn anew each time."""
    towns = "-".join(secrets.choice(_TOWNS) for _ in range(5))
    return f"{towns}-{secrets.randbelow(900) + 100}"
