"""``jiuzhou cycle``: one pass of the whole loop."""

from __future__ import annotations

from pathlib import Path

import click

from jiuzhou.cli.words import Speaker, Word, common, option
from jiuzhou.kernel.message import say


@click.command(cls=Word, help="cli.cycle")
@click.argument("book", type=click.Path(path_type=Path))
@option("--policy", type=click.Path(path_type=Path), help="cli.option_policy")
@option("--rules", type=click.Path(path_type=Path), help="cli.option_rules")
@option("--out", type=click.Path(path_type=Path), required=True, help="cli.option_out")
@common
def cycle(
    book: Path, policy: Path | None, rules: Path | None, out: Path, *, seed: int, as_json: bool, lang: str | None
) -> None:
    """Run one pass of the loop over the Book and write every result."""
    from jiuzhou.adapters.loop import run_cycle
    from jiuzhou.adapters.results import write_cycle
    from jiuzhou.adapters.summary import headlines, summary_of

    speaker = Speaker.of(lang, as_json)
    done = run_cycle(book, policy=policy, rules=rules or beside(policy), seed=seed, announce=speaker.progress)
    speaker.progress("report")
    page = write_cycle(done, out)
    report = say("cli.report_is_here", path=str((out / "report.html").resolve()))
    speaker.end({**summary_of(done, page), "out": str(out.resolve())}, *headlines(page), report)


def beside(policy: Path | None) -> Path | None:
    """Return the rules file that the policy names, from its own folder; ``None`` where it names none."""
    if policy is None:
        return None
    from jiuzhou.adapters.policies import read_policy

    named = read_policy(policy).assign.rules
    return policy.parent / named if named else None
