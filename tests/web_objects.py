"""
One object of every kind in every relation, and by hand who sees it: what the matrix of routes asks for.

A new noun in an address needs a line here, or the matrix fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from jiuzhou.web.accounts.roles import VERBS
from jiuzhou.web.store import models
from web_company import SEEN, Company
from web_routes import Route

Seen = Callable[[str], bool]
EVERYWHERE = {"planner", "importer", "auditor", "privacy_officer", "admin"}
TERRITORIES = {
    "T1": {"rep", "team_lead", "regional_manager"},
    "T2": {"peer", "team_lead", "regional_manager"},
    "T3": {"substitute", "sibling_manager"},
    "T4": {"partner_user", "channel_manager", "sibling_manager"},
    "E": {"regional_manager"},
    "CN": set[str](),
}
"""Territory → those who see it besides the people who see everything."""
OWNERS = {
    "R1": {"rep", "team_lead", "regional_manager"},
    "R2": {"peer", "team_lead", "regional_manager"},
    "R3": {"substitute", "sibling_manager"},
    "P1": {"partner_user", "channel_manager", "sibling_manager"},
}
ROLE = {"peer": "rep", "substitute": "rep", "sibling_manager": "regional_manager", "foreign_admin": "admin"}


@dataclass(frozen=True)
class Thing:
    """One object: how it stands to people, its key in an address, and who may see it."""

    relation: str
    key: object
    seen: Seen


def may(person: str, verb: str) -> bool:
    return verb in VERBS.get(ROLE.get(person, person), ())


def named(people: set[str], *, foreign: bool = False) -> Seen:
    return lambda person: (person == "foreign_admin") if foreign else (person in people | EVERYWHERE)


def with_verb(verb: str) -> Seen:
    return lambda person: person != "foreign_admin" and may(person, verb)


def only(*people: str) -> Seen:
    return lambda person: person in people


class Objects:
    """Objects by noun, and further keys that an address may hold beside its noun's."""

    def __init__(self, nouns: Mapping[str, list[Thing]], others: Mapping[str, object]) -> None:
        self.nouns = nouns
        self.others = others

    def of(self, route: Route, person: str) -> Iterator[tuple[str, dict[str, object], bool]]:
        """Yield relation, keys of the address, and whether the person sees the object."""
        if not route.arguments:
            yield "-", {}, True
            return
        assert route.door is not None
        for thing in self.nouns[route.door.noun]:
            yield thing.relation, self._keys(route, thing.key), thing.seen(person)

    def missing(self, route: Route) -> dict[str, object]:
        """Keys of the same form that name nothing."""
        assert route.door is not None
        sample = self.nouns[route.door.noun][0].key
        return self._keys(route, 987654321 if isinstance(sample, int) else "ZZ-none")

    def _keys(self, route: Route, key: object) -> dict[str, object]:
        assert route.door is not None
        return {name: key if name == route.door.noun else self._other(name) for name in route.arguments}

    def _other(self, name: str) -> object:
        return self.others[name] if name in self.others else self.nouns[name][0].key


def build_objects(company: Company) -> Objects:
    """Make what the company lacks, and list everything."""
    nouns: dict[str, list[Thing]] = {
        "customer": [Thing(name, customer.code, _of_customer(name)) for name, customer in company.customers.items()],
        "plan": [
            Thing("active", company.plans["active"].code, with_verb("plan.read")),
            Thing("draft", company.plans["draft"].code, with_verb("plan.write")),
        ],
        "territory": [Thing(code, code, named(people)) for code, people in TERRITORIES.items()],
        "owner": [Thing(code, code, named(people)) for code, people in OWNERS.items()],
        "person": [
            Thing("rep", company.people["rep"].pk, with_verb("user.read")),
            Thing("foreign", company.people["foreign_admin"].pk, only("foreign_admin")),
        ],
    }
    nouns |= _samples(company) | _twice(company) | _by_customer(company) | _of_people(company) | _of_the_whole(company)
    grant = models.RoleGrant.unscoped.get(user=company.people["rep"])
    others = {
        "number": 1,
        "name": "value",
        "grant": grant.pk,
        "territory": "T1",
        "customer": company.customers["own"].code,
        "dimension": "value",
        "table": "customers",
    }
    return Objects(nouns, others)


def _samples(company: Company) -> dict[str, list[Thing]]:
    sample = models.Sample.unscoped.create(
        organisation=company.organisation,
        seed=7,
        size=2,
        fields=["name", "phone"],
        by=company.people["planner"],
        drawn_at=company.now,
    )
    items = [
        models.SampleItem.unscoped.create(
            organisation=company.organisation,
            sample=sample,
            customer=company.customers[name],
            owner=company.customers[name].owner,
            drawn={"name": {"text": company.customers[name].name}, "phone": {"text": "13800001234"}},
        )
        for name in ("own", "peer")
    ]
    near = {"rep", "peer", "team_lead", "regional_manager"} | EVERYWHERE
    return {
        "sample": [Thing("own and peer", sample.pk, lambda who: who in near and may(who, "sample.read"))],
        "item": [Thing(name, item.pk, _of_customer(name)) for name, item in zip(("own", "peer"), items, strict=True)],
    }


def _twice(company: Company) -> dict[str, list[Thing]]:
    pairs, merges = [], []
    for one, other in (("own", "peer"), ("peer", "sibling"), ("own", "deleted")):
        left, right = sorted((company.customers[one], company.customers[other]), key=lambda row: row.pk)
        pair = models.DuplicatePair.unscoped.create(
            organisation=company.organisation,
            left=left,
            right=right,
            probability=0.9,
            weight=5.0,
            verdict="review",
            names="",
            found_at=company.now,
        )
        pairs.append(Thing(f"{one} and {other}", pair.pk, _of_both(one, other)))
    for name in ("own", "sibling"):
        gone = models.Customer.unscoped.create(
            organisation=company.organisation,
            code=f"G-{name}",
            name="并入的客户",
            merged_into=company.customers[name],
            deleted_at=company.now,
        )
        made = models.Merge.unscoped.create(
            organisation=company.organisation,
            survivor=company.customers[name],
            merged=gone,
            standing=company.customers[name],
            row={"owner_id": None, "territory_id": None, "pool": "", "locked": False},
            at=company.now,
        )
        merges.append(Thing(f"into {name}", made.pk, _of_customer(name)))
    return {"pair": pairs, "merge": merges}


def _of_both(one: str, other: str) -> Seen:
    return lambda person: {one, other} <= set(SEEN.get(person, ()))


def _of_customer(name: str) -> Seen:
    return lambda person: name in SEEN.get(person, {"foreign"} if person == "foreign_admin" else set())


def _of_registration(person: str) -> bool:
    return person in OWNERS["P1"] | EVERYWHERE and may(person, "registration.read")


def _by_customer(company: Company) -> dict[str, list[Thing]]:
    kinds: dict[str, tuple[Any, dict[str, Any]]] = {
        "action": (
            models.Action,
            {"kind": "call", "code": "serve.collect_overdue", "params": {"amount": 5.0, "since": "2026-06-25"}},
        ),
        "visit": (
            models.Visit,
            {
                "planned_on": date(2026, 7, 2),
                "code": "serve.visit_planned",
                "params": {"due": "2026-06-28", "tier": "C", "visits": 11.0},
            },
        ),
    }
    nouns: dict[str, list[Thing]] = {noun: [] for noun in [*kinds, "decision", "appeal"]}
    for name, customer in company.customers.items():
        if name == "foreign":
            continue
        for noun, (model, fields) in kinds.items():
            more = {"owner": customer.owner or company.owners["R1"]} if noun == "visit" else {}
            made = model.unscoped.create(organisation=company.organisation, customer=customer, **fields, **more)
            nouns[noun].append(Thing(name, made.pk, _of_customer(name)))
        decision = models.Decision.unscoped.filter(customer=customer).first()
        if decision is not None:
            nouns["decision"].append(Thing(name, decision.pk, _of_customer(name)))
            appeal = models.Appeal.unscoped.create(
                organisation=company.organisation, decision=decision, at=company.now, text="请再看看"
            )
            nouns["appeal"].append(Thing(name, appeal.pk, _of_customer(name)))
    return nouns


def _of_people(company: Company) -> dict[str, list[Thing]]:
    here, now, rep = company.organisation, company.now, company.people["rep"]
    later = now + timedelta(days=30)
    notice = models.Notice.unscoped.create(organisation=here, user=rep, kind="alert", code="web.house", at=now)
    token = models.Token.unscoped.create(
        organisation=here, user=rep, name="t", prefix="p", digest="0" * 64, scopes=["read"], epoch=1, expires_at=later
    )
    session = models.SignIn.unscoped.create(
        organisation=here, user=rep, digest="1" * 64, epoch=rep.epoch, began_at=now, seen_at=now
    )
    run = models.Run.unscoped.create(
        organisation=here, kind="audit.verify", by=rep, title={"code": "web.house", "params": {}}
    )
    view = models.SavedView.unscoped.create(organisation=here, user=rep, place="customers", name="A", query="tier=A")
    access = models.Access.unscoped.get(user=rep)
    stand_in = models.Substitution.unscoped.create(
        organisation=here,
        owner=company.owners["R2"],
        substitute=company.people["rep"],
        valid_from=later,
        valid_to=later + timedelta(days=1),
    )
    absence = models.Absence.unscoped.create(
        organisation=here, owner=company.owners["R1"], starts_at=later, ends_at=later + timedelta(days=2)
    )
    sees_runs = {"rep", "planner", "importer", "admin"}
    return {
        "notice": [Thing("rep's", notice.pk, only("rep"))],
        "token": [Thing("rep's", token.pk, only("rep"))],
        "session": [Thing("rep's", session.pk, only("rep"))],
        "view": [Thing("rep's", view.pk, only("rep"))],
        "run": [Thing("rep's", run.pk, only(*sees_runs))],
        "access": [Thing("rep's", access.pk, lambda person: person == "rep" or with_verb("user.read")(person))],
        "substitution": [
            Thing(
                "for R2",
                stand_in.pk,
                lambda person: (
                    person in ("rep", "peer", "team_lead", "regional_manager") or with_verb("user.read")(person)
                ),
            )
        ],
        "absence": [Thing("of R1", absence.pk, named(OWNERS["R1"]))],
    }


def _of_the_whole(company: Company) -> dict[str, list[Thing]]:
    here, now, later = company.organisation, company.now, company.now + timedelta(days=30)
    alerts = []
    for code in ("T1", "T3"):
        alert = models.Alert.unscoped.create(
            organisation=here,
            key=f"alert-{code}",
            kind="overloaded",
            severity="high",
            territory=company.territories[code],
            since=date(2026, 6, 1),
            cause={"code": "web.house", "params": {}},
            action={"code": "web.house", "params": {}},
        )
        alerts.append(Thing(code, alert.pk, named(TERRITORIES[code])))
    whole = models.Alert.unscoped.create(
        organisation=here,
        key="alert-whole",
        kind="complaint_spike",
        severity="high",
        since=date(2026, 6, 1),
        cause={"code": "web.house", "params": {}},
        action={"code": "web.house", "params": {}},
    )
    alerts.append(Thing("of the whole", whole.pk, named(set())))
    rules = models.RulesVersion.unscoped.create(
        organisation=here, number=1, text="version: 1\nrules: []\n", state="active", at=now
    )
    policy = models.PolicyVersion.unscoped.create(organisation=here, number=1, text="", state="active", at=now)
    approval = models.Approval.unscoped.create(
        organisation=here,
        noun="plan",
        key="plan-draft",
        code="web.house",
        verb="plan.approve",
        asked_by=company.people["planner"],
        asked_at=now,
    )
    remark = models.PlanRemark.unscoped.create(
        organisation=here, plan=company.plans["active"], text="…", by=company.people["planner"], at=now
    )
    upload = models.Import.unscoped.create(
        organisation=here,
        folder="f" * 32,
        state="looked",
        by=company.people["importer"],
        files=[{"name": "客户.csv", "stored": "a.csv", "bytes": 9, "sha256": "0" * 64}],
        made_at=now,
    )
    batch = models.FactBatch.unscoped.create(
        organisation=here, table="regions", path="facts/regions/none.parquet", rows=1, digest="0" * 64, at=now
    )
    feed = models.Feed.unscoped.create(
        organisation=here,
        name="CRM",
        kind="folder",
        place="crm",
        every_minutes=60,
        next_at=later,
        made_at=now,
        changed_at=now,
    )
    webhook = models.Webhook.unscoped.create(organisation=here, url="https://example.com/", secret="s")
    words = {"title_zh": "满意吗", "title_en": "Satisfied", "question_zh": "满意吗？", "question_en": "Satisfied?"}
    survey = models.Questionnaire.unscoped.create(
        organisation=here, code="csat-1", kind="csat", scale_max=5, opens_on=date(2026, 1, 1), made_at=now, **words
    )
    stated = {"organisation": here, "place": "320000", "at": date(2026, 1, 1), "source": "年鉴", "recorded_at": now}
    fact = models.MarketFact.unscoped.create(kind="size", value=1e9, **stated)
    rival = models.CompetitorFact.unscoped.create(name="某公司", **stated)
    registered = models.Registration.unscoped.create(
        organisation=here, name="上海远航物流有限公司", owner=company.owners["P1"], made_at=now
    )
    return {
        "registration": [Thing("P1's", registered.pk, _of_registration)],
        "alert": alerts,
        "rules": [Thing("active", rules.number, with_verb("rules.read"))],
        "policy": [Thing("active", policy.number, with_verb("policy.read"))],
        "approval": [
            Thing("plan", approval.pk, lambda person: person == "planner" or with_verb("plan.approve")(person))
        ],
        "remark": [Thing("on the active plan", remark.pk, with_verb("plan.read"))],
        "upload": [Thing("ours", upload.pk, with_verb("import.run"))],
        "batch": [Thing("ours", batch.pk, with_verb("import.run"))],
        "feed": [Thing("ours", feed.pk, with_verb("import.run"))],
        "webhook": [Thing("ours", webhook.pk, with_verb("webhook.write"))],
        "survey": [Thing("open", survey.code, with_verb("survey.read"))],
        "fact": [Thing("of 320000", fact.pk, with_verb("market.read"))],
        "rival": [Thing("in 320000", rival.pk, with_verb("market.read"))],
    }
