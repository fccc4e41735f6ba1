"""What evaluating and watching found of regions, owners and territories: scores, indicators, targets, alerts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa
from django.db import models, transaction

from jiuzhou.kernel.scores import Scores
from jiuzhou.monitor import Watch
from jiuzhou.web.collect.writes.loading.columns import plain, text_columns, values
from jiuzhou.web.collect.writes.loading.plans import Keys
from jiuzhou.web.collect.writes.loading.upsert import add_missing, bring_up_to_date, columns_of, picked
from jiuzhou.web.store.bulk import update_rows
from jiuzhou.web.store.models import Alert, Indicator, OwnerScore, RegionScore, Target

_CHUNK = 1000
_TARGET = ("territory_id", "period", "metric")
_REGION = (
    *("customers", "revenue", "revenue_before", "profit", "potential", "growth", "csat", "csat_answers"),
    *("nps", "nps_answers", "complaints", "penetration", "share"),
)
_OWNER = (
    *("customers", "workload", "revenue", "attainment", "visits_due", "visits_made", "coverage", "csat"),
    *("csat_answers", "nps", "nps_answers", "complaints", "overdue"),
)


def write_scores(organisation: int, scores: Scores, owners: Mapping[str, int]) -> None:
    """Bring the latest scores of regions and owners up to date."""
    table = scores.regions
    columns = {
        **text_columns(RegionScore, table, ("region_code", "parent_code", "name", "level")),
        **_figures(RegionScore, table, _REGION),
        "as_of": [scores.as_of] * table.num_rows,
    }
    with transaction.atomic():
        standing = RegionScore.unscoped.filter(organisation=organisation)
        bring_up_to_date(standing, ["level", "region_code"], columns, organisation=organisation)
    table = scores.owners
    columns = {
        "owner_id": [owners.get(code) for code in values(table, "owner_id")],
        **_figures(OwnerScore, table, _OWNER),
        "as_of": [scores.as_of] * table.num_rows,
    }
    known = [place for place, owner in enumerate(columns["owner_id"]) if owner is not None]
    with transaction.atomic():
        standing_owners = OwnerScore.unscoped.filter(organisation=organisation)
        bring_up_to_date(standing_owners, ["owner_id"], picked(columns, known), organisation=organisation)


def write_indicators(organisation: int, watch: Watch, keys: Keys) -> None:
    """Bring the figures of every territory, owner and period up to date."""
    table = watch.indicators
    columns = {
        "territory_id": [keys.territories.get(code or "") for code in values(table, "territory_id")],
        "owner_id": [keys.owners.get(code or "") for code in values(table, "owner_id")],
        "period": values(table, "period"),
        "metric": values(table, "metric"),
        "value": values(table, "value"),
        "baseline": values(table, "baseline"),
        "complete": values(table, "complete"),
        "metric_version": values(table, "version"),
    }
    of_none = [
        place
        for place, (here, there) in enumerate(zip(columns["territory_id"], values(table, "territory_id"), strict=True))
        if here is None and there is not None
    ]
    kept = sorted(set(range(table.num_rows)) - set(of_none), key=lambda place: str(columns["period"][place]))
    for period in sorted({columns["period"][place] for place in kept}):
        places = [place for place in kept if columns["period"][place] == period]
        for start in range(0, len(places), _CHUNK):
            with transaction.atomic():
                bring_up_to_date(
                    Indicator.unscoped.filter(organisation=organisation, period=period),
                    ["territory_id", "owner_id", "period", "metric"],
                    picked(columns, places[start : start + _CHUNK]),
                    organisation=organisation,
                )


def write_targets(organisation: int, tables: Iterable[pa.Table], keys: Keys) -> None:
    """Bring the targets of the territories up to date; those of a later table count."""
    for columns in _targets(tables, keys):
        with transaction.atomic():
            standing = Target.unscoped.filter(organisation=organisation)
            bring_up_to_date(standing, _TARGET, columns, organisation=organisation)


def add_targets(organisation: int, table: pa.Table, keys: Keys) -> None:
    """Add the targets that no territory has yet; one that was set stays as it is."""
    for columns in _targets([table], keys):
        with transaction.atomic():
            add_missing(Target.unscoped.filter(organisation=organisation), _TARGET, columns, organisation=organisation)


def _targets(tables: Iterable[pa.Table], keys: Keys) -> Iterator[dict[str, list[Any]]]:
    wanted: dict[tuple[int, str, str], tuple[float, str]] = {}
    for table in tables:
        rows = zip(*(values(table, name) for name in ("territory_id", *_TARGET[1:], "value", "currency")), strict=True)
        for code, period, metric, value, currency in rows:
            if code in keys.territories and value is not None:
                wanted[keys.territories[code], period, metric] = (float(value), currency or "")
    found = [
        {**dict(zip(_TARGET, key, strict=True)), "value": value, "currency": currency}
        for key, (value, currency) in wanted.items()
    ]
    for start in range(0, len(found), _CHUNK):
        yield columns_of(found[start : start + _CHUNK])


def write_alerts(organisation: int, watch: Watch, keys: Keys) -> None:
    """Bring the alerts up to date; what fires no longer is over, and what people did about an alert stays."""
    rows = [
        {
            "key": alert.id,
            "kind": alert.code,
            "severity": alert.severity.value,
            "territory_id": keys.territories.get(alert.where or ""),
            "owner_id": keys.owners.get(alert.owner_id or ""),
            "since": alert.since,
            "value": alert.value,
            "threshold": alert.threshold,
            "size": alert.size,
            "cause": plain(alert.cause.to_json()),
            "action": plain(alert.action.to_json()),
            "customers": list(alert.customers),
            "customer_count": alert.customer_count,
        }
        for alert in watch.alerts
    ]
    standing = Alert.unscoped.filter(organisation=organisation)
    with transaction.atomic():
        over = standing.exclude(state="handled").exclude(key__in=[row["key"] for row in rows])
        gone = list(over.values_list("pk", flat=True))
        update_rows(Alert, gone, {"state": ["handled"] * len(gone)}, raise_version=True)
        if rows:
            bring_up_to_date(standing, ["key"], columns_of(rows), organisation=organisation, raise_version=True)


def _figures(model: type[models.Model], table: pa.Table, names: tuple[str, ...]) -> Mapping[str, list[Any]]:
    nothing = {name: None if model._meta.get_field(name).null else 0 for name in names}
    return {name: values(table, name, nothing[name]) for name in names}
