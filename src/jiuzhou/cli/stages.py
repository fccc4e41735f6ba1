"""The stages whose command is no more than their verb: collect, evaluate, resource, serve, monitor."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import click

from jiuzhou.cli.inputs import Inputs
from jiuzhou.cli.words import Speaker, Word, common, option, written
from jiuzhou.kernel.message import say

_PATH = click.Path(path_type=Path)


@click.command(cls=Word, help="cli.collect")
@click.argument("source", type=_PATH, nargs=-1, required=True)
@option("--out", type=_PATH, required=True, help="cli.option_out")
@option("--mapping", type=_PATH, help="cli.option_mapping")
@option("--lenient", is_flag=True, help="cli.option_lenient")
@option("--geocode", type=click.Choice(["amap", "tencent", "nominatim"]), help="cli.option_geocode")
@option(
    "--geocode-limit",
    type=click.IntRange(1, 1_000_000),
    default=1000,
    show_default=True,
    help="cli.option_geocode_limit",
)
@common
def collect(
    source: tuple[Path, ...],
    out: Path,
    mapping: Path | None,
    *,
    lenient: bool,
    geocode: str | None,
    geocode_limit: int,
    seed: int,
    as_json: bool,
    lang: str | None,
) -> None:
    """Read and check tables, write the clean Book and what was rejected."""
    from jiuzhou.adapters.collecting import collect_into
    from jiuzhou.adapters.geocoded import gazette_of
    from jiuzhou.adapters.sources.mappings import read_wishes
    from jiuzhou.collect import Wishes

    speaker = Speaker.of(lang, as_json)
    speaker.progress("collect")
    said = read_wishes(mapping) if mapping else Wishes()
    wishes = replace(said, lenient=lenient or said.lenient)
    gazette = gazette_of(geocode, out, limit=geocode_limit) if geocode else None
    with speaker.blocks() as announce:
        quality = collect_into(out, *source, wishes=wishes, lang=speaker.lang, announce=announce, find=gazette)
    counts = quality.totals
    looked_up = gazette.notes if gazette else ()
    sentences = (say("cli.collected", **counts), *quality.notes, *looked_up, written(out))
    speaker.end({**counts, "out": str(out.resolve())}, *sentences)


@click.command(cls=Word, help="cli.evaluate")
@click.argument("book", type=_PATH)
@option("--out", type=_PATH, required=True, help="cli.option_out")
@option("--policy", type=_PATH, help="cli.option_policy")
@option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="cli.option_as_of")
@option(
    "--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True, help="cli.option_engine"
)
@option("--remote", help="cli.option_remote")
@common
def evaluate(
    book: Path,
    out: Path,
    policy: Path | None,
    as_of: datetime | None,
    *,
    engine: str,
    remote: str | None,
    seed: int,
    as_json: bool,
    lang: str | None,
) -> None:
    """Score customers, regions, owners and products."""
    from jiuzhou.adapters.engines import engine_of
    from jiuzhou.adapters.results import write_one, write_scores

    speaker = Speaker.of(lang, as_json)
    day: date | None = as_of.date() if as_of else None
    with Inputs.read(book, policy, speaker, out=out, seed=seed, on=engine_of(engine, remote)) as inputs:
        scores = inputs.scores(day)
    write_one(out, write_scores, scores)
    summary = {"customers": scores.customers.num_rows, "as_of": str(scores.as_of), "out": str(out.resolve())}
    counted = say("cli.evaluated", customers=scores.customers.num_rows, as_of=scores.as_of)
    speaker.end(summary, counted, *scores.notes, written(out))


@click.command(cls=Word, help="cli.resource")
@click.argument("book", type=_PATH)
@click.argument("plan", type=_PATH)
@option("--out", type=_PATH, required=True, help="cli.option_out")
@option("--policy", type=_PATH, help="cli.option_policy")
@common
def resource(
    book: Path, plan: Path, out: Path, policy: Path | None, *, seed: int, as_json: bool, lang: str | None
) -> None:
    """Size the territories of a plan: people, targets, stock."""
    from jiuzhou.adapters.plans import read_plan
    from jiuzhou.adapters.results import write_one, write_resources

    speaker = Speaker.of(lang, as_json)
    chosen = read_plan(plan)
    with Inputs.read(book, policy, speaker, out=out, seed=seed) as inputs:
        resources = inputs.resources(chosen)
    write_one(out, write_resources, resources)
    summary = {"territories": len(chosen.territories), "targets": resources.targets.num_rows, "out": str(out.resolve())}
    speaker.end(summary, say("cli.resourced", territories=len(chosen.territories)), *resources.notes, written(out))


@click.command(cls=Word, help="cli.serve")
@click.argument("book", type=_PATH)
@option("--out", type=_PATH, required=True, help="cli.option_out")
@option("--policy", type=_PATH, help="cli.option_policy")
@option("--decisions", type=_PATH, help="cli.option_decisions")
@common
def serve(
    book: Path,
    out: Path,
    policy: Path | None,
    decisions: Path | None,
    *,
    seed: int,
    as_json: bool,
    lang: str | None,
) -> None:
    """Say what each customer needs next."""
    from jiuzhou.adapters.results import write_advice, write_one

    speaker = Speaker.of(lang, as_json)
    with Inputs.read(book, policy, speaker, out=out, seed=seed) as inputs:
        advice = inputs.advice(decisions)
    write_one(out, write_advice, advice)
    counts = {
        "actions": advice.actions.num_rows,
        "recommendations": advice.recommendations.num_rows,
        "visits": advice.visits.num_rows,
    }
    speaker.end({**counts, "out": str(out.resolve())}, say("cli.served", **counts), *advice.notes, written(out))


@click.command(cls=Word, help="cli.monitor")
@click.argument("book", type=_PATH)
@click.argument("plan", type=_PATH)
@option("--baseline", type=_PATH, help="cli.option_baseline")
@option("--decisions", type=_PATH, help="cli.option_decisions")
@option("--out", type=_PATH, required=True, help="cli.option_out")
@option("--policy", type=_PATH, help="cli.option_policy")
@common
def monitor(
    book: Path,
    plan: Path,
    baseline: Path | None,
    decisions: Path | None,
    out: Path,
    policy: Path | None,
    *,
    seed: int,
    as_json: bool,
    lang: str | None,
) -> None:
    """Hold a plan against what happened."""
    from jiuzhou.adapters.plans import read_plan
    from jiuzhou.adapters.results import write_one, write_watch

    speaker = Speaker.of(lang, as_json)
    chosen, former = read_plan(plan), read_plan(baseline) if baseline else None
    with Inputs.read(book, policy, speaker, out=out, seed=seed) as inputs:
        watch = inputs.watch(chosen, former, decisions)
    write_one(out, write_watch, watch)
    summary = {
        "alerts": [alert.to_json() for alert in watch.alerts],
        "indicators": watch.indicators.num_rows,
        "out": str(out.resolve()),
    }
    causes = (alert.cause for alert in watch.alerts[:20])
    speaker.end(summary, say("cli.monitored", alerts=len(watch.alerts)), *causes, written(out))
