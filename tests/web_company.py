"""
The company of the web's tests. Everybody has a name and a role, every customer a relation to the rep 周静 (R1):

    全国 ── 华东 (manager 王莉) ── T1 苏州 (R1 周静) · T2 无锡 (R2 吴昊)      team 华东组: R1, R2, lead 李明
       └── 华北 (manager 赵敏) ── T3 北京 (R3 孙悦) · T4 天津 (partner P1 华泰)

    own        R1's                  peer      R2's, same team and subtree     sibling   R3's, the other subtree
    formerly   R1's until a week ago, now R2's          pool   nobody's          partner   P1's
    deleted    was R1's, deleted     granted   R3's, but R1 may see it          foreign   another organisation's
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.db import connection
from django.utils import timezone

from jiuzhou.web.accounts.actor import Actor, actor_of
from jiuzhou.web.accounts.roles import MANAGERS
from jiuzhou.web.store.models import (
    Access,
    AuditEntry,
    Customer,
    CustomerScore,
    Decision,
    Organisation,
    Owner,
    Ownership,
    Plan,
    PlanTerritory,
    PlanUnit,
    RoleGrant,
    Substitution,
    Territory,
    User,
)

PASSWORD = "correct-horse-battery-staple"
FACTOR = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
"""The secret of every manager's second factor."""
LONG_AGO = timedelta(days=400)

_LIVE = {"own", "peer", "sibling", "formerly", "partner", "pool", "granted"}
SEEN = {
    "rep": {"own", "granted"},
    "peer": {"peer", "formerly"},
    "substitute": {"sibling", "granted"},
    "team_lead": {"own", "peer", "formerly"},
    "regional_manager": {"own", "peer", "formerly"},
    "sibling_manager": {"sibling", "granted", "partner"},
    "planner": _LIVE,
    "importer": _LIVE,
    "channel_manager": {"partner"},
    "partner_user": {"partner"},
    "auditor": _LIVE,
    "privacy_officer": _LIVE,
    "admin": _LIVE,
}
"""Person → the customers they see, by hand: the oracle of the access tests."""


@dataclass
class Company:
    """What was built, by name."""

    organisation: Organisation
    other: Organisation
    people: dict[str, User] = field(default_factory=dict)
    owners: dict[str, Owner] = field(default_factory=dict)
    territories: dict[str, Territory] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    now: datetime = field(default_factory=timezone.now)

    def actor(self, person: str) -> Actor:
        """The person as an actor, read from the tables as they are now."""
        return actor_of(User.objects.get(pk=self.people[person].pk), now=timezone.now())


def build_company() -> Company:
    company = Company(
        Organisation.objects.create(slug="jiuzhou", name="九州器械", as_of=date(2026, 7, 1)),
        Organisation.objects.create(slug="other", name="另一家公司"),
    )
    _owners(company)
    _territories(company)
    _people(company)
    _customers(company)
    _plans(company)
    return company


def _owners(company: Company) -> None:
    def owner(code: str, name: str, kind: str = "rep", team: str | None = None, **more: Any) -> Owner:
        above = company.owners.get(team or "")
        given = {"organisation": company.organisation, "capacity_hours": 1600, "team": above, **more}
        return Owner(code=code, name=name, kind=kind, **given)

    def keep(*made: Owner) -> None:
        company.owners |= {row.code: row for row in Owner.unscoped.bulk_create(made)}

    keep(owner("TEAM-E", "华东组", "team"), owner("TEAM-N", "华北组", "team"))
    keep(
        owner("R1", "周静", team="TEAM-E", skills=["industry:医疗"]),
        owner("R2", "吴昊", team="TEAM-E"),
        owner("R3", "孙悦", team="TEAM-N"),
        owner("P1", "华泰", "partner", partner_type="distributor"),
        owner("M1", "王莉"),
    )


def _territories(company: Company) -> None:
    def territory(code: str, name: str, parent: str = "", owner: str = "", level: str = "rep") -> Territory:
        return Territory(
            organisation=company.organisation,
            code=code,
            name=name,
            level=level,
            parent=company.territories.get(parent),
            owner=company.owners.get(owner),
            valid_from=company.now - LONG_AGO,
        )

    def keep(*made: Territory) -> None:
        company.territories |= {row.code: row for row in Territory.unscoped.bulk_create(made)}

    keep(territory("CN", "全国", level="nation"))
    keep(territory("E", "华东", "CN", level="region"), territory("N", "华北", "CN", level="region"))
    keep(
        territory("T1", "苏州", "E", "R1"),
        territory("T2", "无锡", "E", "R2"),
        territory("T3", "北京", "N", "R3"),
        territory("T4", "天津", "N", "P1"),
    )


PEOPLE = (
    ("rep", "周静", "rep", "R1", ""),
    ("peer", "吴昊", "rep", "R2", ""),
    ("substitute", "孙悦", "rep", "R3", ""),
    ("team_lead", "李明", "team_lead", "TEAM-E", ""),
    ("regional_manager", "王莉", "regional_manager", "", "E"),
    ("sibling_manager", "赵敏", "regional_manager", "", "N"),
    ("planner", "陈思", "planner", "", ""),
    ("importer", "郑凯", "importer", "", ""),
    ("channel_manager", "何平", "channel_manager", "", ""),
    ("partner_user", "华泰的人", "partner_user", "P1", ""),
    ("auditor", "钱穆", "auditor", "", ""),
    ("privacy_officer", "冯安", "privacy_officer", "", ""),
    ("admin", "沈宁", "admin", "", ""),
    ("foreign_admin", "别家管理员", "admin", "", ""),
)
"""Person, name, role, and the owner or territory that the role is about."""


def _people(company: Company) -> None:
    for key, name, _, _, _ in PEOPLE:
        foreign = key == "foreign_admin"
        company.people[key] = User(
            organisation=company.other if foreign else company.organisation,
            email="admin@other.example.com" if foreign else f"{key}@example.com",
            name=name,
        )
        company.people[key].set_password(PASSWORD)
    User.objects.bulk_create(company.people.values())
    RoleGrant.unscoped.bulk_create(
        RoleGrant(
            organisation=company.people[key].organisation,
            user=company.people[key],
            role=role,
            owner=company.owners.get(owner),
            territory=company.territories.get(territory),
            valid_from=company.now - LONG_AGO,
        )
        for key, _, role, owner, territory in PEOPLE
    )
    for key, _, role, _, _ in PEOPLE:
        if role in MANAGERS:
            TOTP.activate(company.people[key], FACTOR)


def _customers(company: Company) -> None:
    names = {
        "own": ("江苏康明医疗设备有限公司", "R1", "T1"),
        "peer": ("无锡恒达纺织有限公司", "R2", "T2"),
        "sibling": ("北京同仁软件有限公司", "R3", "T3"),
        "formerly": ("常熟利达食品有限公司", "R2", "T2"),
        "partner": ("天津华北仪器有限公司", "P1", "T4"),
        "pool": ("苏州新公海贸易有限公司", "", ""),
        "deleted": ("昆山已删除有限公司", "R1", "T1"),
        "granted": ("北京协作医院", "R3", "T3"),
    }
    made = [
        _customer(company, key, f"C{number:04d}", *about)
        for number, (key, about) in enumerate(sorted(names.items()), 1)
    ]
    foreign = Customer(organisation=company.other, code="F0001", name="别家客户有限公司", region_code="320500")
    company.customers |= zip([*sorted(names), "foreign"], Customer.unscoped.bulk_create([*made, foreign]), strict=True)
    CustomerScore.unscoped.bulk_create(
        CustomerScore(organisation=company.organisation, customer=customer, tier="B", score=60, as_of=date(2026, 7, 1))
        for customer in made
    )
    owned = [customer for customer in made if customer.owner]
    decisions = Decision.unscoped.bulk_create(_decision(company, customer) for customer in owned)
    Ownership.unscoped.bulk_create(
        [
            *(_ownership(company, decision) for decision in decisions),
            Ownership(
                organisation=company.organisation,
                customer=company.customers["formerly"],
                owner=company.owners["R1"],
                source="rule",
                valid_from=company.now - LONG_AGO,
                valid_to=company.now - timedelta(days=7),
                recorded_at=company.now - LONG_AGO,
                closed_at=company.now - timedelta(days=7),
            ),
        ]
    )
    Access.unscoped.create(
        organisation=company.organisation,
        user=company.people["rep"],
        customer=company.customers["granted"],
        reason="共同拜访",
        valid_from=company.now - timedelta(days=1),
    )


def _customer(company: Company, key: str, code: str, name: str, owner: str, territory: str) -> Customer:
    return Customer(
        organisation=company.organisation,
        code=code,
        name=name,
        phone="13800001234",
        email=f"{code.lower()}@example.com",
        region_code="320500",
        industry="医疗",
        channel="直销",
        owner=company.owners.get(owner),
        territory=company.territories.get(territory),
        pool="" if owner else "public",
        customer_since=company.now - LONG_AGO,
        deleted_at=company.now if key == "deleted" else None,
    )


def _decision(company: Company, customer: Customer) -> Decision:
    assert customer.owner is not None
    return Decision(
        organisation=company.organisation,
        key=f"first:{customer.code}",
        customer=customer,
        outcome="assigned",
        owner=customer.owner,
        territory=customer.territory,
        rule="territory",
        code="assign.locked",
        params={"owner": customer.owner.name},
        decided_at=company.now - LONG_AGO,
    )


def _ownership(company: Company, decision: Decision) -> Ownership:
    since = timedelta(days=7) if decision.customer is company.customers["formerly"] else LONG_AGO
    return Ownership(
        organisation=company.organisation,
        customer=decision.customer,
        owner=decision.owner,
        territory=decision.territory,
        source="rule",
        valid_from=company.now - since,
        recorded_at=company.now - LONG_AGO,
        decision=decision,
    )


def _plans(company: Company) -> None:
    for key, name, state in (("active", "2026 上半年", "active"), ("draft", "2026 下半年", "draft")):
        plan = Plan.unscoped.create(
            organisation=company.organisation,
            code=f"plan-{key}",
            name=name,
            state=state,
            base=company.plans.get("active"),
            created_by=company.people["planner"],
        )
        company.plans[key] = plan
        made = PlanTerritory.unscoped.bulk_create(
            _plan_territory(plan, territory) for territory in company.territories.values()
        )
        territories = {territory.code: territory for territory in made}
        PlanUnit.unscoped.bulk_create(
            PlanUnit(
                organisation=company.organisation,
                plan=plan,
                customer=customer,
                territory=territories[customer.territory.code],
                owner=customer.owner,
                previous_owner=customer.owner,
            )
            for customer in company.customers.values()
            if customer.territory
        )
    company.organisation.plan_in_force = company.plans["active"]
    company.organisation.save()


def _plan_territory(plan: Plan, territory: Territory) -> PlanTerritory:
    return PlanTerritory(
        organisation=plan.organisation,
        plan=plan,
        code=territory.code,
        name=territory.name,
        level=territory.level,
        parent_code=territory.parent.code if territory.parent else "",
        standing=territory,
        owner=territory.owner,
        measures={"workload": 100.0},
        targets={"workload": 100.0},
        deviation={"workload": 0.0},
    )


def database_digest() -> str:
    """
    SHA-256 over every row of every table of the store, in the order of their keys; the ledger's own included, but not
    the counts of requests made and the answers kept for repeats, which a refused request may leave too, nor the
    ledger's note that somebody was refused, with the numbers of its chain.
    """
    digest = sha256()
    with connection.cursor() as cursor:
        for name, question in _questions():
            cursor.execute(question)
            digest.update(repr((name, cursor.fetchall())).encode())
    return digest.hexdigest()


@cache
def _questions() -> tuple[tuple[str, str], ...]:
    """Each table's name and the question for its rows: made once, since thousands of digests are taken."""
    left_out, chain = (
        ("RateCount", "RateAtDoor", "IdempotencyKey", "AuditHead"),
        {"id", "sequence", "previous", "digest"},
    )
    quoted, found = connection.ops.quote_name, []
    for model in sorted(apps.get_app_config("store").get_models(), key=lambda model: model.__name__):
        if model.__name__ in left_out:
            continue
        names = [item.column for item in model._meta.concrete_fields]
        wanted = [name for name in names if model is not AuditEntry or name not in chain]
        which = " WHERE verb <> 'access.refuse'" if model is AuditEntry else ""
        key = quoted(model._meta.pk.column)
        columns = ", ".join(map(quoted, wanted))
        question = f"SELECT {columns} FROM {quoted(model._meta.db_table)}{which} ORDER BY {key}"
        found.append((model.__name__, question))
    return tuple(found)


def stand_in(company: Company, person: str, owner: str, *, days: int = 7) -> Substitution:
    """``person`` stands in for ``owner`` from yesterday on."""
    return Substitution.unscoped.create(
        organisation=company.organisation,
        owner=company.owners[owner],
        substitute=company.people[person],
        valid_from=company.now - timedelta(days=1),
        valid_to=company.now + timedelta(days=days),
    )
