"""A sample of customers to check, and the answers given back: ``verify``."""

from __future__ import annotations

from pathlib import Path

import click

from jiuzhou.cli.words import Speaker, Word, common, option, written
from jiuzhou.kernel.message import say

_PATH = click.Path(path_type=Path)


@click.command("verify", cls=Word, help="cli.verify")
@click.argument("book", type=_PATH)
@option("--out", type=_PATH, required=True, help="cli.option_out")
@option("--size", type=click.IntRange(1, 10_000), default=50, show_default=True, help="cli.option_size")
@option("--checked", type=_PATH, help="cli.option_checked")
@common
def verify(
    book: Path, out: Path, size: int, checked: Path | None, *, seed: int, as_json: bool, lang: str | None
) -> None:
    """Draw customers to check, or tell how accurate the Book is by the answers."""
    from jiuzhou.adapters.samples import draw_sample, judge_sample

    speaker = Speaker.of(lang, as_json)
    if checked is None:
        count = draw_sample(book, out, size=size, seed=seed, lang=speaker.lang)
        speaker.end({"customers": count}, say("cli.sampled", customers=count), written(out))
        return
    found = judge_sample(book, checked, out)
    sentences = [
        say("cli.accurate", field=name, checked=one.checked, share=one.right / one.checked, low=one.low, high=one.high)
        for name, one in found.accuracy.items()
    ]
    summary = {"accuracy": {name: one.to_json() for name, one in found.accuracy.items()}, "corrected": found.corrected}
    speaker.end(summary, *sentences, say("cli.answers_taken", cells=found.corrected), written(out))
