"""
What each column of a Book tells of people, and what it is kept for.

Export, erasure, retention and the record of processing are derived from this table and from the one of the store's
models (``web.store.classified``); a column that is not here fails a test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Pii(StrEnum):
    """What a field tells of a person."""

    NONE = "none"
    """Nothing by itself: a figure, a day, a word out of a short list."""
    PERSONAL = "personal"
    CONTACT = "contact"
    """How or where a person is reached."""
    SENSITIVE = "sensitive"
    """What harms a person when it is known: convictions, income, illness, whereabouts."""
    FREE_TEXT = "free_text"
    """Words that people wrote, which may hold anything."""
    PSEUDONYM = "pseudonym"
    """A code that stands for a person and tells nothing once the person's row is empty."""


ERASED = frozenset({Pii.PERSONAL, Pii.CONTACT, Pii.SENSITIVE, Pii.FREE_TEXT})
"""What is emptied when a person is erased. Figures stay, so that no sum changes, under a code that names nobody."""


class Purpose(StrEnum):
    """What a field is kept for."""

    SERVING = "serving"
    MARKETING = "marketing"
    PLANNING = "planning"
    MEASURING = "measuring"
    STAFFING = "staffing"
    SECURITY = "security"
    EVIDENCE = "evidence"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Classified:
    """What one field tells of people, and what it is kept for."""

    pii: Pii
    purpose: Purpose


def classify(given: Mapping[str, str]) -> Mapping[str, Classified]:
    """
    Return each field with its class, from lines such as ``{"contact serving": "phone email"}``.

    Raises
    ------
    ValueError
        If a field is given twice, or a class or purpose is none.
    """
    found: dict[str, Classified] = {}
    for head, names in given.items():
        pii, purpose = head.split()
        for name in names.split():
            if name in found:
                raise ValueError(name)
            found[name] = Classified(Pii(pii), Purpose(purpose))
    return found


BOOK: Mapping[str, Mapping[str, Classified]] = {
    table: classify(lines)
    for table, lines in {
        "customers": {
            "pseudonym serving": "customer_id parent_customer_id",
            "personal serving": "name tax_id language needs products",
            "contact serving": "phone email address",
            "contact planning": "lat lon",
            "personal marketing": "birth_year sex occupation interests consent_marketing consent_at",
            "sensitive marketing": "income_band values",
            "pseudonym planning": "owner_id territory_id",
            "none planning": "country region_code crs location_quality key_account potential workload visits_per_year "
            "visit_hours tier locked",
            "none measuring": "industry size_band annual_revenue channel created_at",
        },
        "sites": {
            "pseudonym serving": "site_id customer_id",
            "contact serving": "address",
            "none planning": "crs kind region_code",
            "contact planning": "lat lon",
        },
        "contacts": {
            "pseudonym serving": "contact_id customer_id",
            "personal serving": "name role",
            "contact serving": "phone email",
            "personal marketing": "consent_marketing",
        },
        "owners": {
            "pseudonym staffing": "owner_id team_id manager_id",
            "personal staffing": "name level skills active_from active_to",
            "sensitive staffing": "lat lon",
            "none staffing": "kind capacity_hours capacity_customers weight timezone calendar partner_type",
        },
        "ownership": {
            "pseudonym planning": "customer_id owner_id decision_id",
            "none planning": "role valid_from valid_to product_line recorded_at",
        },
        "absences": {
            "pseudonym staffing": "owner_id",
            "personal staffing": "starts_at ends_at",
            "sensitive staffing": "reason",
        },
        "products": {
            "none running": "product_id name category unit_price unit_cost active_from active_to",
        },
        "orders": {
            "pseudonym serving": "order_id customer_id owner_id",
            "none measuring": "ordered_at amount line_no product_id quantity cost currency channel ship_region_code",
        },
        "payments": {
            "pseudonym serving": "payment_id order_id customer_id",
            "none measuring": "paid_at amount currency due_at",
        },
        "deals": {
            "pseudonym serving": "deal_id customer_id owner_id",
            "none measuring": "stage amount opened_at expected_at closed_at outcome product_id",
        },
        "contracts": {
            "pseudonym serving": "contract_id customer_id owner_id",
            "none serving": "starts_on ends_on amount exclusivity",
        },
        "interactions": {
            "pseudonym serving": "customer_id owner_id",
            "none measuring": "at kind minutes quality channel resolved_at",
            "free_text serving": "outcome topic text evidence",
        },
        "surveys": {
            "pseudonym measuring": "customer_id owner_id",
            "none measuring": "at kind score scale_max",
            "free_text measuring": "comment topic",
        },
        "targets": {"none planning": "territory_id period metric value currency"},
        "stock": {
            "none running": "product_id location_id on_hand region_code on_order lead_time_days holding_rate at",
        },
        "market": {
            "none planning": "region_code at market_size competition growth population gdp culture_note law_note "
            "source",
        },
        "competitors": {"none planning": "name region_code product price share strength at source"},
        "rates": {"none running": "currency rate source valid_from"},
        "regions": {"none planning": "region_code name parent_code geometry neighbours valid_from valid_to"},
    }.items()
}
"""Table → column → what it tells of people and what it is kept for."""


RESULTS: Mapping[str, Mapping[str, Classified]] = {
    table: classify(lines)
    for table, lines in {
        "customers_scored": {
            "pseudonym measuring": "customer_id",
            "none measuring": "recency_days frequency monetary revenue_12m rfm tier score score_parts p_alive "
            "expected_90d expected_horizon clv clv_low clv_high profit abc abc_profit csat nps_group loyalty "
            "churn_risk workload workload_source potential potential_source as_of versions",
        },
        "recommendations": {
            "pseudonym serving": "customer_id owner_id",
            "none serving": "rank product_id score because_product_id may_offer method code params",
        },
    }.items()
}
"""The same of the tables that the loop makes of a Book and that are kept beside its facts."""


def class_of(table: str, column: str) -> Classified:
    """Return the class of a column; one that the Book does not know may hold anything, as words do."""
    return BOOK.get(table, RESULTS.get(table, {})).get(column, Classified(Pii.FREE_TEXT, Purpose.SERVING))
