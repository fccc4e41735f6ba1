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
from hashlib import sha256
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
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
    def owner(code: str, name: str, kind: str = "rep", team: str | None = None, **more: Any) -> None:
        company.owners[code] = Owner.unscoped.create(
            organisation=company.organisation,
            code=code,
            name=name,
            kind=kind,
            team=company.owners.get(team or ""),
            capacity_hours=1600,
            **more,
        )

    owner("TEAM-E", "华东组", "team")
    owner("TEAM-N", "华北组", "team")
    owner("R1", "周静", team="TEAM-E", skills=["industry:医疗"])
    owner("R2", "吴昊", team="TEAM-E")
    owner("R3", "孙悦", team="TEAM-N")
    owner("P1", "华泰", "partner", partner_type="distributor")
    owner("M1", "王莉")


def _territories(company: Company) -> None:
    def territory(code: str, name: str, parent: str | None, owner: str | None = None, level: str = "rep") -> None:
        company.territories[code] = Territory.unscoped.create(
            organisation=company.organisation,
            code=code,
            name=name,
            level=level,
            parent=company.territories.get(parent or ""),
            owner=company.owners.get(owner or ""),
            valid_from=company.now - LONG_AGO,
        )

    territory("CN", "全国", None, level="nation")
    territory("E", "华东", "CN", level="region")
    territory("N", "华北", "CN", level="region")
    territory("T1", "苏州", "E", "R1")
    territory("T2", "无锡", "E", "R2")
    territory("T3", "北京", "N", "R3")
    territory("T4", "天津", "N", "P1")


def _people(company: Company) -> None:
    def person(key: str, name: str, role: str, owner: str | None = None, territory: str | None = None) -> None:
        user = User(organisation=company.organisation, email=f"{key}@example.com", name=name)
        user.set_password(PASSWORD)
        user.save()
        company.people[key] = user
        RoleGrant.unscoped.create(
            organisation=company.organisation,
            user=user,
            role=role,
            owner=company.owners.get(owner or ""),
            territory=company.territories.get(territory or ""),
            valid_from=company.now - LONG_AGO,
        )
        if role in MANAGERS:
            TOTP.activate(user, FACTOR)

    person("rep", "周静", "rep", owner="R1")
    person("peer", "吴昊", "rep", owner="R2")
    person("substitute", "孙悦", "rep", owner="R3")
    person("team_lead", "李明", "team_lead", owner="TEAM-E")
    person("regional_manager", "王莉", "regional_manager", territory="E")
    person("sibling_manager", "赵敏", "regional_manager", territory="N")
    person("planner", "陈思", "planner")
    person("importer", "郑凯", "importer")
    person("channel_manager", "何平", "channel_manager")
    person("partner_user", "华泰的人", "partner_user", owner="P1")
    person("auditor", "钱穆", "auditor")
    person("privacy_officer", "冯安", "privacy_officer")
    person("admin", "沈宁", "admin")
    foreign = User(organisation=company.other, email="admin@other.example.com", name="别家管理员")
    foreign.set_password(PASSWORD)
    foreign.save()
    company.people["foreign_admin"] = foreign
    RoleGrant.unscoped.create(organisation=company.other, user=foreign, role="admin", valid_from=company.now - LONG_AGO)
    TOTP.activate(foreign, FACTOR)


def _customers(company: Company) -> None:
    names = {
        "own": ("江苏康明医疗设备有限公司", "R1", "T1"),
        "peer": ("无锡恒达纺织有限公司", "R2", "T2"),
        "sibling": ("北京同仁软件有限公司", "R3", "T3"),
        "formerly": ("常熟利达食品有限公司", "R2", "T2"),
        "partner": ("天津华北仪器有限公司", "P1", "T4"),
        "pool": ("苏州新公海贸易有限公司", None, None),
        "deleted": ("昆山已删除有限公司", "R1", "T1"),
        "granted": ("北京协作医院", "R3", "T3"),
    }
    for number, (key, (name, owner, territory)) in enumerate(sorted(names.items()), 1):
        _customer(company, key, f"C{number:04d}", name, owner, territory)
    customer = company.customers["deleted"]
    customer.deleted_at = company.now
    customer.save()
    Ownership.unscoped.create(
        organisation=company.organisation,
        customer=company.customers["formerly"],
        owner=company.owners["R1"],
        source="rule",
        valid_from=company.now - LONG_AGO,
        valid_to=company.now - timedelta(days=7),
        recorded_at=company.now - LONG_AGO,
        closed_at=company.now - timedelta(days=7),
    )
    Access.unscoped.create(
        organisation=company.organisation,
        user=company.people["rep"],
        customer=company.customers["granted"],
        reason="共同拜访",
        valid_from=company.now - timedelta(days=1),
    )
    company.customers["foreign"] = Customer.unscoped.create(
        organisation=company.other, code="F0001", name="别家客户有限公司", region_code="320500"
    )


def _customer(company: Company, key: str, code: str, name: str, owner: str | None, territory: str | None) -> None:
    customer = Customer.unscoped.create(
        organisation=company.organisation,
        code=code,
        name=name,
        phone="13800001234",
        email=f"{code.lower()}@example.com",
        region_code="320500",
        industry="医疗",
        channel="直销",
        owner=company.owners.get(owner or ""),
        territory=company.territories.get(territory or ""),
        pool="" if owner else "public",
        customer_since=company.now - LONG_AGO,
    )
    company.customers[key] = customer
    CustomerScore.unscoped.create(
        organisation=company.organisation, customer=customer, tier="B", score=60, as_of=date(2026, 7, 1)
    )
    if owner is None:
        return
    decision = Decision.unscoped.create(
        organisation=company.organisation,
        key=f"first:{code}",
        customer=customer,
        outcome="assigned",
        owner=company.owners[owner],
        territory=company.territories.get(territory or ""),
        rule="territory",
        code="assign.locked",
        params={"owner": company.owners[owner].name},
        decided_at=company.now - LONG_AGO,
    )
    Ownership.unscoped.create(
        organisation=company.organisation,
        customer=customer,
        owner=company.owners[owner],
        territory=company.territories.get(territory or ""),
        source="rule",
        valid_from=company.now - (timedelta(days=7) if key == "formerly" else LONG_AGO),
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
        territories = {
            code: PlanTerritory.unscoped.create(
                organisation=company.organisation,
                plan=plan,
                code=code,
                name=territory.name,
                level=territory.level,
                parent_code=territory.parent.code if territory.parent else "",
                standing=territory,
                owner=territory.owner,
                measures={"workload": 100.0},
                targets={"workload": 100.0},
                deviation={"workload": 0.0},
            )
            for code, territory in company.territories.items()
        }
        for customer in Customer.unscoped.filter(organisation=company.organisation, territory__isnull=False):
            assert customer.territory is not None
            PlanUnit.unscoped.create(
                organisation=company.organisation,
                plan=plan,
                customer=customer,
                territory=territories[customer.territory.code],
                owner=customer.owner,
                previous_owner=customer.owner,
            )
    company.organisation.plan_in_force = company.plans["active"]
    company.organisation.save()


def database_digest() -> str:
    """
    SHA-256 over every row of every table of the store, in the order of their keys; the ledger's own included, but not
    the counts of requests made and the answers kept for repeats, which a refused request may leave too, nor the
    ledger's note that somebody was refused, with the numbers of its chain.
    """
    digest = sha256()
    chain = {"id", "sequence", "previous", "digest"}
    for model in sorted(apps.get_app_config("store").get_models(), key=lambda model: model.__name__):
        if model.__name__ in ("RateCount", "RateAtDoor", "IdempotencyKey", "AuditHead"):
            continue
        rows = model._base_manager.order_by("pk")
        fields = [item.attname for item in model._meta.concrete_fields]
        if model is AuditEntry:
            rows = rows.exclude(verb="access.refuse")
            fields = [name for name in fields if name not in chain]
        for row in rows.values_list(*fields):
            digest.update(repr((model.__name__, row)).encode())
    return digest.hexdigest()


def stand_in(company: Company, person: str, owner: str, *, days: int = 7) -> Substitution:
    """``person`` stands in for ``owner`` from yesterday on."""
    return Substitution.unscoped.create(
        organisation=company.organisation,
        owner=company.owners[owner],
        substitute=company.people[person],
        valid_from=company.now - timedelta(days=1),
        valid_to=company.now + timedelta(days=days),
    )
