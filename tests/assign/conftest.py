"""Small companies to hand customers out in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from jiuzhou.assign import Assignment, AssignPolicy, RuleSet, decide, read_rules
from jiuzhou.kernel.book import Book, BookSettings
from jiuzhou.kernel.plan import Plan
from jiuzhou.kernel.tables import TABLES
from plans import plan_of, territory

NOW = datetime(2026, 3, 31, 2, tzinfo=UTC)
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Company:
    """A book, the territory of each customer, and the owner of each territory."""

    book: Book
    plan: Plan | None

    def decide(
        self, rules: RuleSet | Sequence[Row], *, now: datetime = NOW, policy: AssignPolicy | None = None
    ) -> Assignment:
        return decide(self.book, self.plan, None, rules=rule_set(rules), policy=policy, now=now)

    def owners(self, rules: RuleSet | Sequence[Row], **given: Any) -> list[str | None]:
        found: list[str | None] = self.decide(rules, **given).decisions["owner_id"].to_pylist()
        return found


def rule_set(rules: RuleSet | Sequence[Row]) -> RuleSet:
    if isinstance(rules, RuleSet):
        return rules
    given = [{"id": f"r{number}", "when": "true", **rule} for number, rule in enumerate(rules)]
    return read_rules({"rules": given, "fallback": "public", "pools": [{"id": "public"}]}, "rules.yaml")


def table(name: str, rows: Sequence[Row]) -> pa.Table:
    spec = TABLES[name]
    known = [field for field in spec.arrow if any(field.name in row for row in rows) or field.name in spec.key]
    columns = {field.name: pa.array([row.get(field.name) for row in rows], field.type) for field in known}
    extra = sorted({key for row in rows for key in row} - set(spec.arrow.names))
    return pa.table(columns | {key: [row.get(key) for row in rows] for key in extra})


Make = Callable[..., Company]


@pytest.fixture
def company() -> Make:
    """Return a maker: ``company(customers, owners, plan=({customer: territory}, {territory: owner}), absences=…)``."""

    def make(
        customers: int | Sequence[Row],
        owners: Sequence[Row | str],
        *,
        plan: tuple[Mapping[str, str], Mapping[str, str | None]] | None = None,
        **tables: Sequence[Row],
    ) -> Company:
        if isinstance(customers, int):
            customers = [{"customer_id": f"C{number:04d}"} for number in range(customers)]
        people = [{"owner_id": item} if isinstance(item, str) else item for item in owners]
        rows = {"customers": customers, "owners": people, **tables}
        book = Book.of(BookSettings(as_of=date(2026, 3, 31)), {name: table(name, item) for name, item in rows.items()})
        if plan is None:
            return Company(book, None)
        homes, owner_of = plan
        territories = [territory(item, owner_of[item], name=item) for item in sorted(owner_of)]
        return Company(book, plan_of(territories, homes))

    return make
