"""What is worked out once from all customers' scores, so that a page need not look at all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from jiuzhou.web.store.bulk import update_rows
from jiuzhou.web.store.facts import ask, files_of
from jiuzhou.web.store.merged import survivors_of
from jiuzhou.web.store.models import CustomerScore, Organisation, PeerScale
from jiuzhou.web.store.search import refresh_statistics

METRICS = ("score", "clv", "revenue_12m", "csat", "loyalty", "churn_risk")
PEERS = 20
"""Customers below which a group says too much about each of them."""

_POINTS = 101
_CHUNK = 500


def settle_scores(organisation: int) -> int:
    """
    Return how many scales of peers there are, after they and each customer's last visit were brought up to date.

    To be called when customers' scores or facts have come in.

    Parameters
    ----------
    organisation
        Its key.
    """
    _settle_visits(organisation)
    refresh_statistics()
    return _settle_peers(organisation)


def _settle_peers(organisation: int) -> int:
    groups: dict[tuple[str, str], list[tuple[float, ...]]] = defaultdict(list)
    for industry, tier, *values in _figures(organisation):
        row = tuple(np.nan if value is None else float(value) for value in values)
        groups[industry, ""].append(row)
        if tier:
            groups[industry, tier].append(row)
    as_of = Organisation.objects.get(pk=organisation).as_of or date(1970, 1, 1)
    scales = [
        PeerScale(
            organisation_id=organisation,
            industry=industry,
            tier=tier,
            metric=metric,
            customers=count,
            scale=scale,
            as_of=as_of,
        )
        for (industry, tier), rows in sorted(groups.items())
        for metric, (count, scale) in _scales(np.array(rows)).items()
    ]
    with transaction.atomic():
        PeerScale.unscoped.filter(organisation=organisation).delete()
        PeerScale.unscoped.bulk_create(scales, batch_size=_CHUNK)
    return len(scales)


def _figures(organisation: int) -> Iterator[tuple[Any, ...]]:
    rows = CustomerScore.unscoped.filter(organisation=organisation, customer__deleted_at__isnull=True)
    return rows.exclude(customer__industry="").values_list("customer__industry", "tier", *METRICS).iterator(5_000)


def _scales(rows: NDArray[np.float64]) -> Mapping[str, tuple[int, list[float]]]:
    found = {}
    for place, metric in enumerate(METRICS):
        known = rows[:, place][~np.isnan(rows[:, place])]
        if len(known) >= PEERS:
            found[metric] = (len(known), np.quantile(known, np.linspace(0, 1, _POINTS)).round(6).tolist())
    return found


def _settle_visits(organisation: int) -> None:
    files = files_of(organisation).get("interactions")
    if not files:
        return
    survivors = survivors_of(organisation)
    last: dict[str, date] = {}
    for code, day in ask(
        "SELECT customer_id, CAST(max(\"at\") AS DATE) FROM read_parquet($files) WHERE kind = 'visit' GROUP BY 1",
        {"files": list(files)},
    ):
        whose = survivors.get(code, code)
        last[whose] = max(day, last.get(whose, day))
    standing = CustomerScore.unscoped.filter(organisation=organisation)
    changed = [
        (key, last.get(code))
        for key, code, known in standing.values_list("pk", "customer__code", "last_visit_on").iterator(5_000)
        if last.get(code) != known
    ]
    for start in range(0, len(changed), _CHUNK):
        keys, days = zip(*changed[start : start + _CHUNK], strict=True)
        update_rows(CustomerScore, keys, {"last_visit_on": days})
