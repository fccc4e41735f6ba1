"""The texts of an organisation's rules, for saying by which rule a decision was made to those who may see it."""

from __future__ import annotations

from jiuzhou.web.store.models import RulesVersion

MOST = 20


def rule_texts(organisation_id: int) -> list[tuple[int, str]]:
    """Return number and text of the latest published versions, the latest first."""
    rows = RulesVersion.unscoped.filter(organisation=organisation_id, state="published").order_by("-number")
    return list(rows.values_list("number", "text")[:MOST])
