"""What one pass of the loop found, written as the files of the contracts, all of them or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from jiuzhou.adapters.exports import write_csv
from jiuzhou.adapters.folders import staged
from jiuzhou.adapters.json_files import write_json
from jiuzhou.adapters.plans import write_plan
from jiuzhou.adapters.policies import policy_text, rules_text
from jiuzhou.adapters.rejects import write_rejects
from jiuzhou.adapters.report import ReportPage, page_of, render_report
from jiuzhou.adapters.summary import summary_of
from jiuzhou.adapters.texts import LANGS, Lang, render
from jiuzhou.collect import Collected
from jiuzhou.cycle import Cycle
from jiuzhou.kernel.message import message_from
from jiuzhou.kernel.scores import Scores
from jiuzhou.monitor import Watch
from jiuzhou.resource import Resources
from jiuzhou.serve import Advice


def write_cycle(cycle: Cycle, out: Path | str, *, lang: Lang | None = None) -> ReportPage:
    """
    Write every file of one pass into ``out``, and the report, whose page is returned; all files or none.

    Parameters
    ----------
    lang
        Language in which the report opens; the Book's own where not given. It holds both.

    Raises
    ------
    InputError
        If ``out`` cannot be written to.
    """
    page = page_of(cycle, company=cycle.book.settings.company)
    page = replace(page, language=lang) if lang else page
    with staged(Path(out)) as folder:
        write_checks(cycle.collected, folder)
        write_scores(cycle.scores, folder)
        write_plan(cycle.plan, cycle.book, folder)
        write_resources(cycle.resources, folder)
        write_decisions(cycle.assignment.decisions, folder)
        write_advice(cycle.advice, folder)
        write_watch(cycle.watch, folder)
        (folder / "policy.toml").write_text(policy_text(cycle.policy), "utf-8")
        (folder / "rules.yaml").write_text(rules_text(cycle.rules), "utf-8")
        (folder / "report.html").write_text(render_report(page), "utf-8")
        write_json(folder / "cycle.json", "cycle", summary_of(cycle, page))
    return page


def write_checks(collected: Collected, folder: Path) -> None:
    """Write ``rejects/`` and ``quality.json``."""
    lang: Lang = "zh" if collected.book.settings.language == "zh" else "en"
    write_rejects(collected.rejects, folder / "rejects", lang)
    write_json(folder / "quality.json", "quality", collected.quality.to_json())


def write_scores(scores: Scores, folder: Path) -> None:
    """Write ``customers_scored``, ``regions_scored``, ``owners_scored``, ``products_scored`` and ``forecast``."""
    for name in ("customers", "regions", "owners", "products"):
        pq.write_table(getattr(scores, name), folder / f"{name}_scored.parquet")
    pq.write_table(scores.forecast, folder / "forecast.parquet")
    write_json(folder / "forecast.json", "forecast", scores.forecast_report)


def write_resources(resources: Resources, folder: Path) -> None:
    """Write ``headcount.csv``, ``targets.csv`` and ``stock.csv``."""
    for name in ("headcount", "targets", "stock"):
        write_csv(getattr(resources, name), folder / f"{name}.csv")


def write_decisions(decisions: pa.Table, folder: Path) -> None:
    """Write ``decisions.parquet``: the decisions, and their sentences rendered in both languages."""
    told = with_sentences(decisions, before="trace")
    pq.write_table(told, folder / "decisions.parquet")


def write_advice(advice: Advice, folder: Path) -> None:
    """Write ``actions.csv``, ``recommendations.parquet`` and ``visits.csv``."""
    write_csv(with_sentences(advice.actions), folder / "actions.csv")
    pq.write_table(with_sentences(advice.recommendations), folder / "recommendations.parquet")
    write_csv(advice.visits, folder / "visits.csv")


def write_watch(watch: Watch, folder: Path) -> None:
    """Write ``indicators.parquet``, ``alerts.json`` and ``effect.json``."""
    pq.write_table(watch.indicators, folder / "indicators.parquet")
    write_json(folder / "alerts.json", "alerts", {"alerts": [alert.to_json() for alert in watch.alerts]})
    write_json(folder / "effect.json", "effect", {"effect": dict(watch.effect)})


def with_sentences(table: pa.Table, *, before: str | None = None) -> pa.Table:
    """
    Return ``table`` with ``reason_zh`` and ``reason_en``, rendered from its ``code`` and ``params``.

    Parameters
    ----------
    before
        The column they stand before; at the end where ``None``.
    """
    pairs = zip(table["code"].to_pylist(), table["params"].to_pylist(), strict=True)
    reasons = [None if code is None else message_from(code, params) for code, params in pairs]
    at = table.num_columns if before is None else table.column_names.index(before)
    for lang in reversed(LANGS):
        spoken = [None if reason is None else render(reason, lang) for reason in reasons]
        table = table.add_column(at, f"reason_{lang}", pa.array(spoken, pa.string()))
    return table


def write_one(out: Path, write: Callable[[Any, Path], None], value: Any) -> None:
    """Write one stage's result into ``out``, all of its files or none."""
    with staged(out) as folder:
        write(value, folder)
