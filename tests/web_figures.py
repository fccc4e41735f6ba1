"""Figures, alerts, work and absences for the company of the web's tests, by hand."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from jiuzhou.web.store.models import (
    Absence,
    Action,
    Alert,
    Customer,
    CustomerScore,
    Indicator,
    OwnerScore,
    PlanTerritory,
    Visit,
)
from jiuzhou.web.store.search import index_customers
from web_company import Company

MONTHS = ("2026-04", "2026-05", "2026-06")
SALES = {"T1": 100.0, "T2": 200.0, "T3": 300.0, "T4": 400.0}
DEVIATIONS = {"T1": 0.12, "T2": -0.08, "T3": 0.02, "T4": -0.2}
REVENUE = {"own": 100, "peer": 200, "formerly": 300, "sibling": 400, "granted": 500, "partner": 600, "pool": 700}
PROVINCES = {"own": "320500", "peer": "320200", "formerly": "320500", "sibling": "110000", "granted": "110100"}


def today_of(company: Company) -> date:
    """The company's day: its data end long ago, so that they are read as of then."""
    assert company.organisation.as_of is not None
    return company.organisation.as_of


def fill_figures(company: Company) -> None:
    company.organisation.as_of = company.now.date() - timedelta(days=100)
    company.organisation.save()
    for code, sales in SALES.items():
        _indicators(company, code, sales)
        PlanTerritory.unscoped.filter(plan=company.plans["active"], code=code).update(
            deviation={"workload": DEVIATIONS[code]}
        )
    _scores(company)
    _alerts(company)
    _work(company)


def _indicators(company: Company, code: str, sales: float) -> None:
    territory = company.territories[code]
    for period in (*MONTHS, "2026-Q2", "2026"):
        values = {
            "sales": (sales, sales / 2),
            "visits": (sales / 10, None),
            "coverage": (0.5, 0.4),
            "active_customers": (10.0, 10.0),
            "retention": (0.8, None),
        }
        if period == "2026":
            values["attainment"] = (0.9, None)
        if period == MONTHS[-1]:
            values["deviation_workload"] = (DEVIATIONS[code] / 2, None)  # as another division was watched
        for metric, (value, baseline) in values.items():
            Indicator.unscoped.create(
                organisation=company.organisation,
                territory=territory,
                owner=territory.owner,
                period=period,
                metric=metric,
                value=value,
                baseline=baseline,
                complete=period != "2026",
            )


def _scores(company: Company) -> None:
    for key, revenue in REVENUE.items():
        customer = company.customers[key]
        CustomerScore.unscoped.filter(customer=customer).update(revenue_12m=revenue, workload=10, recency_days=30)
        Customer.unscoped.filter(pk=customer.pk).update(region_code=PROVINCES.get(key, ""), lat=31.3, lon=120.6)
    index_customers([customer.pk for customer in company.customers.values()])
    for code in ("R1", "R2", "R3", "P1"):
        OwnerScore.unscoped.create(
            organisation=company.organisation,
            owner=company.owners[code],
            customers=2,
            workload=20,
            revenue=Decimal(1000),
            attainment=0.9,
            coverage=0.5,
            as_of=today_of(company),
        )


def _alerts(company: Company) -> None:
    named = company.customers["own"].code
    for key, code, severity in (("near", "T1", "high"), ("far", "T3", "medium"), ("whole", None, "low")):
        territory = company.territories[code] if code else None
        Alert.unscoped.create(
            organisation=company.organisation,
            key=f"figure-{key}",
            kind="coverage_gap",
            severity=severity,
            territory=territory,
            owner=territory.owner if territory else None,
            since=today_of(company) - timedelta(days=9),
            value=0.4,
            threshold=0.6,
            size=1.5,
            cause=_coverage(territory.name if territory else "全国"),
            action={"code": "monitor.visit_first", "params": {"names": [named], "customers": 3, "weekly": 2}},
            customers=[named],
            customer_count=3,
        )


def _coverage(name: str) -> dict[str, object]:
    params = {"territory": name, "made": 4, "due": 10, "days": 91, "coverage": 0.4, "limit": 0.6}
    return {"code": "monitor.coverage", "params": params}


def _work(company: Company) -> None:
    today = today_of(company)
    for number, key in enumerate(("own", "peer", "sibling", "partner", "granted")):
        customer = company.customers[key]
        assert customer.owner is not None
        Action.unscoped.create(
            organisation=company.organisation,
            customer=customer,
            kind="collect_overdue",
            priority=50 - number,
            due_on=today - timedelta(days=3),
            value_at_stake=Decimal(1000),
            code="serve.collect_overdue",
            params={"amount": 1000, "since": today.isoformat()},
        )
        Visit.unscoped.create(
            organisation=company.organisation,
            customer=customer,
            owner=customer.owner,
            planned_on=today,
            code="serve.visit_planned",
            params={"due": today.isoformat(), "tier": "B", "visits": 4.0},
        )
    begins = datetime.combine(today + timedelta(days=5), time(), ZoneInfo("Asia/Shanghai"))
    Absence.unscoped.create(
        organisation=company.organisation,
        owner=company.owners["R2"],
        starts_at=begins,
        ends_at=begins + timedelta(days=3),
        reason="年假",
    )
