"""The page as a value: what is said, before it is said in a language or drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from jiuzhou import __version__
from jiuzhou.adapters.report.blocks import Figure, Section
from jiuzhou.adapters.report.sections.assign import assign_section
from jiuzhou.adapters.report.sections.collect import collect_section
from jiuzhou.adapters.report.sections.divide import divide_section
from jiuzhou.adapters.report.sections.evaluate import evaluate_section
from jiuzhou.adapters.report.sections.monitor import monitor_section
from jiuzhou.adapters.report.sections.overview import overview
from jiuzhou.adapters.report.sections.resource import resource_section
from jiuzhou.adapters.report.sections.serve import serve_section
from jiuzhou.kernel.message import Message, say

if TYPE_CHECKING:
    from jiuzhou.cycle import Cycle

_DEFINITIONS = (
    *("target", "deviation", "out_of_band", "handover", "gap", "clv", "churn", "nps", "csat", "coverage"),
    *("priority", "lift"),
)


@dataclass(frozen=True, slots=True)
class ReportPage:
    """
    What one pass of the loop found, as plain values.

    Attributes
    ----------
    company
        The company's name; empty where the Book gives none.
    language
        ``zh`` or ``en``: the language that stands first.
    as_of
        The day the Book describes.
    tiles
        The few figures of the first screen.
    sections
        One for each stage, in the loop's order.
    definitions
        Terms and what they mean, for the foot of the page.
    versions
        Versions of the metrics' definitions.
    """

    company: str
    language: str
    currency: str
    as_of: date
    plan_id: str
    seed: int
    version: str
    tiles: tuple[Figure, ...]
    sections: tuple[Section, ...]
    definitions: tuple[tuple[Message, Message], ...]
    versions: Mapping[str, int]


def page_of(cycle: Cycle, *, company: str = "") -> ReportPage:
    """Return the page of one pass; ``company`` is the name at its head."""
    book = cycle.book
    return ReportPage(
        company=company,
        language=book.settings.language,
        currency=book.settings.currency,
        as_of=cycle.today,
        plan_id=cycle.plan.id,
        seed=cycle.seed,
        version=__version__,
        tiles=overview(cycle),
        sections=(
            collect_section(cycle.collected),
            evaluate_section(book, cycle.scores, at_risk=cycle.policy.serve.at_risk),
            divide_section(book, cycle.plan, cycle.scores, effect=cycle.watch.effect),
            resource_section(book, cycle.plan, cycle.resources),
            assign_section(book, cycle.assignment.decisions, cycle.rules),
            serve_section(book, cycle.advice),
            monitor_section(book, cycle.plan, cycle.watch),
        ),
        definitions=tuple((say(f"report.term_{term}"), say(f"report.means_{term}")) for term in _DEFINITIONS),
        versions=dict(sorted(cycle.scores.versions.items())),
    )
