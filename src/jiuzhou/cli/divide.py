"""``jiuzhou divide``: design or realign territories."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from jiuzhou.cli.inputs import Inputs
from jiuzhou.cli.words import Speaker, Word, common, option, written
from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.message import say
from jiuzhou.kernel.plan import Status

_PATH = click.Path(path_type=Path)
REFUSED = 3


@click.command(cls=Word, help="cli.divide")
@click.argument("book", type=_PATH)
@option("--out", type=_PATH, required=True, help="cli.option_out")
@option("--policy", type=_PATH, help="cli.option_policy")
@option("--territories", type=click.IntRange(1), help="cli.option_territories")
@option("--balance", multiple=True, metavar="ACTIVITY:TOLERANCE", help="cli.option_balance")
@option("--centres", type=click.Choice(["owners", "free"]), help="cli.option_centres")
@option("--contiguous/--no-contiguous", default=None, help="cli.option_contiguous")
@option("--max-handover", type=click.FloatRange(0, 1), help="cli.option_max_handover")
@option("--effort", type=click.IntRange(0, 10), help="cli.option_effort")
@common
def divide(
    book: Path, out: Path, policy: Path | None, *, seed: int, as_json: bool, lang: str | None, **choices: Any
) -> int:
    """Divide the customers of a Book into territories."""
    from jiuzhou.adapters.folders import staged
    from jiuzhou.adapters.plans import plan_json, write_plan

    speaker = Speaker.of(lang, as_json)
    with Inputs.read(book, policy, speaker, out=out, seed=seed) as read:
        asked = {name: value for name, value in choices.items() if value is not None and name != "balance"}
        if choices["balance"]:
            asked["activities"] = dict(_activity(text) for text in choices["balance"])
        inputs = replace(read, policy=replace(read.policy, divide=replace(read.policy.divide, **asked)))
        plan = inputs.plan(inputs.scores())
    with staged(out) as folder:
        write_plan(plan, read.book, folder)
    in_band = sum(territory.in_band for territory in plan.territories)
    found = say(
        "cli.divided",
        territories=len(plan.territories),
        in_band=in_band,
        objective=plan.objective,
        bound=plan.bound_message if plan.lower_bound is None else say("cli.gap", gap=plan.gap),
    )
    summary = {name: value for name, value in plan_json(plan).items() if name not in ("moves", "territories")}
    broken = (violation.message for violation in plan.violations[:20])
    speaker.end({**summary, "out": str(out.resolve())}, found, *broken, written(out))
    return REFUSED if plan.status is Status.INFEASIBLE else 0


def _activity(text: str) -> tuple[str, float]:
    name, _, tolerance = text.partition(":")
    try:
        return name, float(tolerance or "0.05")
    except ValueError:
        raise InputError("cli.bad_balance", value=text) from None
