"""The tables of a Book and their known columns. Names are a contract: additions are free, renames need a decision."""

from __future__ import annotations

from collections.abc import Mapping

from jiuzhou.kernel.column import Column, Kind, TableSpec

_CUSTOMER = "customers.customer_id"
_OWNER = "owners.owner_id"
_PRODUCT = "products.product_id"


def _required(name: str, kind: Kind = Kind.TEXT, *, low: float | None = None, refers_to: str = "") -> Column:
    return Column(name, kind, required=True, low=low, refers_to=refers_to)


def _texts(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


def _lists(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, Kind.LIST) for name in names)


def _days(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name, Kind.DAY) for name in names)


def _at_least_0(kind: Kind, *names: str) -> tuple[Column, ...]:
    return tuple(Column(name, kind, low=0) for name in names)


_PLACE = (
    Column("lat", Kind.NUMBER, low=-90, high=90),
    Column("lon", Kind.NUMBER, low=-180, high=180),
    Column("crs", choices=("wgs84", "gcj02", "bd09")),
)

CUSTOMERS = TableSpec(
    "customers",
    (
        _required("customer_id"),
        *_texts("name", "phone", "email", "tax_id"),
        Column("parent_customer_id", refers_to=_CUSTOMER),
        Column("key_account", Kind.YES_NO),
        *_texts("country", "region_code", "address"),
        *_PLACE,
        Column("location_quality", choices=("exact", "street", "district", "city", "unknown")),
        *_texts("industry", "size_band"),
        Column("annual_revenue", Kind.MONEY, low=0),
        Column("channel"),
        *_lists("products", "needs"),
        Column("language"),
        Column("birth_year", Kind.INTEGER, low=1880, high=2100),
        *_texts("sex", "income_band", "occupation"),
        *_lists("interests", "values"),
        Column("potential", Kind.MONEY, low=0),
        *_at_least_0(Kind.NUMBER, "workload", "visits_per_year", "visit_hours"),
        Column("tier"),
        Column("owner_id", refers_to=_OWNER),
        Column("territory_id"),
        Column("locked", Kind.YES_NO),
        Column("created_at", Kind.MOMENT),
        Column("consent_marketing", Kind.YES_NO),
        Column("consent_at", Kind.MOMENT),
    ),
    key=("customer_id",),
)

SITES = TableSpec(
    "sites",
    (
        _required("site_id"),
        _required("customer_id", refers_to=_CUSTOMER),
        Column("address"),
        *_PLACE,
        *_texts("kind", "region_code"),
    ),
    key=("site_id",),
)

CONTACTS = TableSpec(
    "contacts",
    (
        _required("contact_id"),
        _required("customer_id", refers_to=_CUSTOMER),
        *_texts("name", "role", "phone", "email"),
        Column("consent_marketing", Kind.YES_NO),
    ),
    key=("contact_id",),
)

OWNERS = TableSpec(
    "owners",
    (
        _required("owner_id"),
        Column("kind", choices=("rep", "team", "partner")),
        Column("name"),
        Column("lat", Kind.NUMBER, low=-90, high=90),
        Column("lon", Kind.NUMBER, low=-180, high=180),
        *_texts("team_id", "manager_id"),
        Column("level", choices=("junior", "regular", "senior")),
        Column("skills", Kind.LIST),
        *_at_least_0(Kind.NUMBER, "capacity_hours"),
        *_at_least_0(Kind.INTEGER, "capacity_customers"),
        *_at_least_0(Kind.NUMBER, "weight"),
        *_texts("timezone", "calendar"),
        *_days("active_from", "active_to"),
        Column("partner_type", choices=("distributor", "agent", "channel")),
    ),
    key=("owner_id",),
)

OWNERSHIP = TableSpec(
    "ownership",
    (
        _required("customer_id", refers_to=_CUSTOMER),
        _required("owner_id", refers_to=_OWNER),
        _required("role"),
        _required("valid_from", Kind.DAY),
        Column("valid_to", Kind.DAY),
        Column("product_line"),
        Column("recorded_at", Kind.MOMENT),
        Column("decision_id"),
    ),
    key=("customer_id", "owner_id", "role", "valid_from", "product_line"),
)

ABSENCES = TableSpec(
    "absences",
    (
        _required("owner_id", refers_to=_OWNER),
        _required("starts_at", Kind.MOMENT),
        _required("ends_at", Kind.MOMENT),
        Column("reason"),
    ),
    key=("owner_id", "starts_at"),
)

PRODUCTS = TableSpec(
    "products",
    (
        _required("product_id"),
        *_texts("name", "category"),
        *_at_least_0(Kind.MONEY, "unit_price", "unit_cost"),
        *_days("active_from", "active_to"),
    ),
    key=("product_id",),
)

ORDERS = TableSpec(
    "orders",
    (
        _required("order_id"),
        _required("customer_id", refers_to=_CUSTOMER),
        _required("ordered_at", Kind.MOMENT),
        _required("amount", Kind.MONEY),
        Column("line_no", Kind.INTEGER),
        Column("product_id", refers_to=_PRODUCT),
        Column("quantity", Kind.NUMBER),
        Column("cost", Kind.MONEY),
        *_texts("currency", "channel"),
        Column("owner_id", refers_to=_OWNER),
        Column("ship_region_code"),
    ),
    key=("order_id", "line_no"),
)

PAYMENTS = TableSpec(
    "payments",
    (
        _required("payment_id"),
        _required("order_id"),
        _required("paid_at", Kind.MOMENT),
        _required("amount", Kind.MONEY),
        Column("currency"),
        Column("due_at", Kind.MOMENT),
    ),
    key=("payment_id",),
)

DEALS = TableSpec(
    "deals",
    (
        _required("deal_id"),
        _required("customer_id", refers_to=_CUSTOMER),
        _required("stage"),
        Column("amount", Kind.MONEY, low=0),
        *(Column(name, Kind.MOMENT) for name in ("opened_at", "expected_at", "closed_at")),
        Column("outcome"),
        Column("owner_id", refers_to=_OWNER),
        Column("product_id", refers_to=_PRODUCT),
    ),
    key=("deal_id",),
)

CONTRACTS = TableSpec(
    "contracts",
    (
        _required("contract_id"),
        _required("starts_on", Kind.DAY),
        _required("ends_on", Kind.DAY),
        Column("customer_id", refers_to=_CUSTOMER),
        Column("owner_id", refers_to=_OWNER),
        Column("amount", Kind.MONEY, low=0),
        Column("exclusivity"),
    ),
    key=("contract_id",),
)

INTERACTION_KINDS = (
    *("visit", "call", "email", "message", "browse", "usage", "complaint", "service"),
    *("event", "interview", "focus_group", "review"),
)

INTERACTIONS = TableSpec(
    "interactions",
    (
        _required("customer_id", refers_to=_CUSTOMER),
        _required("at", Kind.MOMENT),
        Column("kind", required=True, choices=INTERACTION_KINDS),
        Column("owner_id", refers_to=_OWNER),
        Column("outcome"),
        Column("minutes", Kind.NUMBER, low=0),
        Column("quality", Kind.NUMBER),
        *_texts("channel", "topic", "text"),
        Column("resolved_at", Kind.MOMENT),
        Column("evidence"),
    ),
)

SURVEYS = TableSpec(
    "surveys",
    (
        _required("customer_id", refers_to=_CUSTOMER),
        _required("at", Kind.MOMENT),
        Column("kind", required=True, choices=("csat", "nps", "ces", "loyalty", "need", "brand")),
        _required("score", Kind.NUMBER, low=0),
        Column("comment"),
        Column("scale_max", Kind.NUMBER, low=1),
        Column("topic"),
        Column("owner_id", refers_to=_OWNER),
    ),
)

TARGETS = TableSpec(
    "targets",
    (
        _required("territory_id"),
        _required("period"),
        _required("metric"),
        _required("value", Kind.NUMBER),
        Column("currency"),
    ),
    key=("territory_id", "period", "metric"),
)

STOCK = TableSpec(
    "stock",
    (
        _required("product_id", refers_to=_PRODUCT),
        _required("location_id"),
        _required("on_hand", Kind.NUMBER, low=0),
        Column("region_code"),
        *_at_least_0(Kind.NUMBER, "on_order", "lead_time_days", "holding_rate"),
        Column("at", Kind.MOMENT),
    ),
    key=("product_id", "location_id", "at"),
)

MARKET = TableSpec(
    "market",
    (
        _required("region_code"),
        _required("at", Kind.DAY),
        Column("market_size", Kind.MONEY, low=0),
        Column("competition", Kind.NUMBER, low=0, high=1),
        Column("growth", Kind.NUMBER),
        *_at_least_0(Kind.NUMBER, "population", "gdp"),
        *_texts("culture_note", "law_note", "source"),
    ),
    key=("region_code", "at"),
)

COMPETITORS = TableSpec(
    "competitors",
    (
        _required("name"),
        *_texts("region_code", "product"),
        Column("price", Kind.MONEY, low=0),
        Column("share", Kind.NUMBER, low=0, high=1),
        Column("strength"),
        Column("at", Kind.DAY),
        Column("source"),
    ),
)

REGIONS = TableSpec(
    "regions",
    (
        _required("region_code"),
        _required("name"),
        *_texts("parent_code", "geometry"),
        Column("neighbours", Kind.LIST),
        *_days("valid_from", "valid_to"),
    ),
    key=("region_code", "valid_from"),
)

RATES = TableSpec(
    "rates",
    (
        _required("currency"),
        _required("valid_from", Kind.DAY),
        _required("rate", Kind.NUMBER, low=1e-8),
        Column("source"),
    ),
    key=("currency", "valid_from"),
)

TABLES: Mapping[str, TableSpec] = {
    spec.name: spec
    for spec in (
        *(
            CUSTOMERS,
            SITES,
            CONTACTS,
            OWNERS,
            OWNERSHIP,
            ABSENCES,
            PRODUCTS,
            ORDERS,
            PAYMENTS,
            DEALS,
            CONTRACTS,
        ),
        *(INTERACTIONS, SURVEYS, TARGETS, STOCK, MARKET, COMPETITORS, REGIONS, RATES),
    )
}
