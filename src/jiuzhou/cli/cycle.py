"""``jiuzhou cycle``: one pass of the whole loop."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from jiuzhou.cli.files import policy_of, rules_beside
from jiuzhou.cli.words import Speaker, Word, common, option
from jiuzhou.kernel.message import say


@click.command(cls=Word, help="cli.cycle")
@click.argument("book", type=click.Path(path_type=Path))
@option("--policy", type=click.Path(path_type=Path), help="cli.option_policy")
@option("--rules", type=click.Path(path_type=Path), help="cli.option_rules")
@option("--out", type=click.Path(path_type=Path), required=True, help="cli.option_out")
@option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="cli.option_as_of")
@common
def cycle(
    book: Path,
    policy: Path | None,
    rules: Path | None,
    out: Path,
    *,
    seed: int,
    as_json: bool,
    lang: str | None,
    as_of: datetime | None,
) -> None:
    """Run one pass of the loop over the Book and write every result."""
    from jiuzhou.adapters.folders import keep_apart
    from jiuzhou.adapters.loop import run_cycle
    from jiuzhou.adapters.results import write_cycle
    from jiuzhou.adapters.summary import headlines, summary_of, told

    keep_apart(book, out)
    speaker = Speaker.of(lang, as_json)
    policy = policy or policy_of(book)
    done = run_cycle(
        book,
        policy=policy,
        rules=rules or rules_beside(policy),
        seed=seed,
        as_of=as_of.date() if as_of else None,
        announce=speaker.progress,
    )
    speaker.progress("report")
    page = write_cycle(done, out, lang=speaker.lang if lang else None)
    report = say("cli.report_is_here", path=str((out / "report.html").resolve()))
    speaker.end({**summary_of(done, page), "out": str(out.resolve())}, *headlines(page), *told(done), report)
