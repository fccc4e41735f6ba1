"""``jiuzhou check-deploy``: whether an installation is fit for real use."""

from __future__ import annotations

from pathlib import Path

import click

from jiuzhou.cli.home import chosen_home, open_standing
from jiuzhou.cli.words import Speaker, Word, common, option
from jiuzhou.kernel.message import say

REFUSED = 3


@click.command(cls=Word, name="check-deploy", help="cli.check_deploy")
@option("--home", type=click.Path(path_type=Path), help="cli.option_home")
@common
def check_deploy(home: Path | None, *, seed: int, as_json: bool, lang: str | None) -> int:
    """Say what stands between this installation and real use."""
    speaker = Speaker.of(lang, as_json)
    folder = chosen_home(home)
    open_standing(folder)
    from jiuzhou.web.checks import findings

    found = findings()
    red = sum(one.level == "red" for one in found)
    sentences = [say(f"deploy.{one.level}", sentence=one.message) for one in found]
    told = say("deploy.not_fit", count=red) if red else say("deploy.fit")
    listed = [{"level": one.level, "key": one.key, "message": one.message.to_json()} for one in found]
    speaker.end({"home": str(folder), "fit": not red, "findings": listed}, *sentences, told)
    return REFUSED if red else 0
