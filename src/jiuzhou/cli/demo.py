"""``jiuzhou demo`` shows the product working; ``jiuzhou warm`` compiles its kernels beforehand."""

from __future__ import annotations

from pathlib import Path

import click

from jiuzhou.cli.words import Speaker, Word, common, option
from jiuzhou.kernel.message import say


@click.command(cls=Word, help="cli.demo")
@option(
    "--customers", type=click.IntRange(100, 2_000_000), default=3000, show_default=True, help="cli.option_customers"
)
@option("--dir", "folder", type=click.Path(path_type=Path), default=Path("jiuzhou-demo"), help="cli.option_dir")
@common
def demo(customers: int, folder: Path, *, seed: int, as_json: bool, lang: str | None) -> None:
    """Make the demo book, run the loop on it, and say what was found and where the report is."""
    from jiuzhou.adapters.demo import write_demo
    from jiuzhou.adapters.loop import run_cycle
    from jiuzhou.adapters.results import write_cycle
    from jiuzhou.adapters.summary import headlines, summary_of, told

    speaker = Speaker.of(lang, as_json)
    speaker.progress("demo")
    book, result = folder / "book", folder / "result"
    write_demo(book, customers=customers, seed=seed)
    policy = book / "policy.toml"
    done = run_cycle(book, policy=policy, rules=book / "rules.yaml", seed=seed, announce=speaker.progress)
    speaker.progress("report")
    page = write_cycle(done, result, lang=speaker.lang if lang else None)
    summary = {**summary_of(done, page), "book": str(book.resolve()), "out": str(result.resolve())}
    again = f"jiuzhou cycle {book} --out {result}"
    speaker.end(
        summary,
        *headlines(page),
        *told(done),
        say("cli.report_is_here", path=str((result / "report.html").resolve())),
        say("cli.run_again", command=again),
    )


@click.command(cls=Word, help="cli.warm")
@common
def warm(*, seed: int, as_json: bool, lang: str | None) -> None:
    """Compile the optimiser's kernels and keep them for later runs."""
    from jiuzhou import divide

    divide.warm()
    Speaker.of(lang, as_json).end({"warm": True}, say("cli.warmed"))
