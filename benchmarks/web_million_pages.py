"""
List, search, suggestions and a customer's page at a million customers: wall and CPU time of whole requests.

    JIUZHOU_HOME=/tmp/big python benchmarks/web_million_pages.py --fill 1000000     # once; DATABASE_URL for PostgreSQL
    JIUZHOU_HOME=/tmp/big python benchmarks/web_million_pages.py --rounds 20

Requests go through Django's test client in this process: middleware, access, queries and templates, without the
network. Ends with 1 if a figure is over its limit. Without a filled database it fills a small one, of 20,000, and goes.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

LIST_MS, PAGE_MS, WHOLE_MS = 300, 200, 1_000
MOST_QUERIES = 12
CHUNK = 5_000
TODAY = date(2026, 7, 1)
CITIES = [
    "苏州",
    "无锡",
    "上海",
    "北京",
    "天津",
    "杭州",
    "宁波",
    "广州",
    "深圳",
    "东莞",
    "重庆",
    "成都",
    "武汉",
    "长沙",
    "厦门",
    "福州",
    "济南",
    "青岛",
    "西安",
    "郑州",
]
CODES = [
    "320500",
    "320200",
    "310000",
    "110000",
    "120000",
    "330100",
    "330200",
    "440100",
    "440300",
    "441900",
    "500000",
    "510100",
    "420100",
    "430100",
]
CODES += ["350200", "350100", "370100", "370200", "610100", "410100"]
INDUSTRIES = ["医疗", "制造", "食品", "零售", "教育", "金融", "建设", "信息技术"]
CHANNELS = ["直销", "经销", "线上"]
NEEDS = ["技术支持", "快速交付", "价格优惠", "售后服务", "培训"]
KINDS = ["retain_at_risk", "answer_complaint", "collect_overdue", "visit_due"]
PRODUCTS = ["检测设备", "耗材", "软件", "维保"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fill", type=int, default=0, help="make so many customers first")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--every", action="store_true", help="every order with every filter, once each")
    given = parser.parse_args()
    if "JIUZHOU_HOME" not in os.environ:
        os.environ["JIUZHOU_HOME"] = tempfile.mkdtemp(prefix="jiuzhou-pages-")
        given.fill = given.fill or 20_000
    Path(os.environ["JIUZHOU_HOME"]).mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jiuzhou.web.settings")
    import django

    django.setup()
    if given.fill:
        fill(given.fill)
    return report_every() if given.every else report(given.rounds)


def fill(customers: int) -> None:
    """Make an organisation of so many customers, a rep for each five hundred, seven regions, and scores."""
    import numpy as np
    from django.core.management import call_command
    from django.db import connection

    from jiuzhou.demo.names import words
    from jiuzhou.web.store.bulk import insert_rows
    from jiuzhou.web.store.models import Action, Customer, CustomerScore, Visit

    began = time.perf_counter()
    call_command("migrate", verbosity=0)
    organisation, owners, leaves = _people(max(7, customers // 500))
    rng = np.random.default_rng(7)
    endings = ["医疗器械有限公司", "精密机械有限公司", "食品加工厂", "商贸有限公司", "职业技术学校", "融资租赁有限公司"]
    endings += ["建设股份有限公司", "网络科技有限公司"]
    for start in range(0, customers, CHUNK):
        count = min(CHUNK, customers - start)
        number = np.arange(start, start + count)
        city, trade = rng.integers(0, len(CITIES), count), rng.integers(0, len(INDUSTRIES), count)
        word = words(number // 7).to_pylist()
        names = [f"{CITIES[c]}{w}{endings[t]}" for c, w, t in zip(city, word, trade, strict=True)]
        holder = number % len(owners)
        _insert(
            insert_rows, Customer, CustomerScore, organisation, start, names, city, trade, holder, owners, leaves, rng
        )
        _due(insert_rows, Action, Visit, organisation, start, count, owners)
    print(f"{customers:,} rows: {time.perf_counter() - began:.0f} s")
    began = time.perf_counter()
    _index(customers)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"search index: {time.perf_counter() - began:.0f} s")


def _insert(
    insert_rows: Any,
    Customer: Any,
    CustomerScore: Any,
    organisation: int,
    start: int,
    names: list[str],
    city: Any,
    trade: Any,
    holder: Any,
    owners: list[int],
    leaves: list[int],
    rng: Any,
) -> None:
    from jiuzhou.web.store.sounds import sort_key

    count = len(names)
    pooled = rng.random(count) < 0.02
    keys = list(range(start + 1, start + count + 1))  # a fresh table counts from 1
    insert_rows(
        Customer,
        {
            "organisation_id": [organisation] * count,
            "code": [f"C{key:08d}" for key in keys],
            "name": names,
            "sort_key": [sort_key(name) for name in names],
            "phone": [f"138{key:08d}" for key in keys],
            "tax_id": [f"9132{key:014d}" for key in keys],
            "region_code": [CODES[c] for c in city],
            "country": ["CN"] * count,
            "address": [f"{CITIES[c]}市科技大道{key % 400}号" for c, key in zip(city, keys, strict=True)],
            "industry": [INDUSTRIES[t] for t in trade],
            "channel": [CHANNELS[key % 3] for key in keys],
            "needs": [[NEEDS[key % 5]] for key in keys],
            "products": [[PRODUCTS[key % 4]] for key in keys],
            "key_account": [bool(x) for x in rng.random(count) < 0.01],
            "owner_id": [None if p else owners[h] for p, h in zip(pooled, holder, strict=True)],
            "territory_id": [None if p else leaves[h] for p, h in zip(pooled, holder, strict=True)],
            "pool": ["public" if p else "" for p in pooled],
        },
    )
    score = rng.beta(2, 3, count) * 100
    insert_rows(
        CustomerScore,
        {
            "organisation_id": [organisation] * count,
            "customer_id": keys,
            "tier": ["A" if s >= 75 else "B" if s >= 55 else "C" if s >= 30 else "D" for s in score],
            "score": [round(float(s), 4) for s in score],
            "score_parts": [6] * count,
            "rfm": ["333"] * count,
            "abc": ["A" if s >= 75 else "B" if s >= 50 else "C" for s in score],
            "recency_days": rng.integers(0, 700, count).tolist(),
            "frequency": rng.integers(1, 40, count).tolist(),
            "revenue_12m": [round(float(s) ** 2 * 40, 2) for s in score],
            "profit": [round(float(s) ** 2 * 8, 2) for s in score],
            "clv": [round(float(s) ** 2 * 110, 2) for s in score],
            "churn_risk": rng.random(count).round(6).tolist(),
            "loyalty": (rng.random(count) * 100).round(2).tolist(),
            "csat": [float(3 + k % 3) for k in keys],
            "as_of": [TODAY] * count,
        },
    )


def _due(
    insert_rows: Any, Action: Any, Visit: Any, organisation: int, start: int, count: int, owners: list[int]
) -> None:
    """An open action for most customers and a planned visit for many, on days around the present one."""
    acting = [key for key in range(start + 1, start + count + 1) if key % 20 < 17]
    visited = [key for key in range(start + 1, start + count + 1) if key % 5 < 2]
    insert_rows(
        Action,
        {
            "organisation_id": [organisation] * len(acting),
            "customer_id": acting,
            "kind": [KINDS[key % len(KINDS)] for key in acting],
            "priority": [float(key * 7919 % 1_000) for key in acting],
            "due_on": [TODAY + timedelta(days=key % 40 - 10) for key in acting],
            "value_at_stake": [float(key % 9_000) for key in acting],
            "code": ["service.kind_keep_warm"] * len(acting),
        },
    )
    insert_rows(
        Visit,
        {
            "organisation_id": [organisation] * len(visited),
            "customer_id": visited,
            "owner_id": [owners[(key - 1) % len(owners)] for key in visited],
            "planned_on": [TODAY + timedelta(days=key % 30 - 5) for key in visited],
            "code": ["service.kind_keep_warm"] * len(visited),
        },
    )


def _people(count: int) -> tuple[int, list[int], list[int]]:
    from jiuzhou.web.store.models import Organisation, Owner, RoleGrant, Territory, User

    now = datetime(2026, 7, 1, tzinfo=UTC)
    organisation = Organisation.objects.create(slug="million", name="百万客户", as_of=TODAY)
    shared = {"organisation": organisation}
    owners = [
        Owner.unscoped.create(**shared, code=f"R{n:04d}", name=f"销售{n:04d}", sort_key=f"xiao shou {n:04d}").pk
        for n in range(count)
    ]
    nation = Territory.unscoped.create(**shared, code="CN", name="全国", level="nation", valid_from=now)
    regions = [
        Territory.unscoped.create(
            **shared, code=f"G{n}", name=f"大区{n}", level="region", parent=nation, valid_from=now
        )
        for n in range(7)
    ]
    leaves = [
        Territory.unscoped.create(
            **shared,
            code=f"T{n:04d}",
            name=f"区域{n:04d}",
            level="rep",
            parent=regions[n % 7],
            owner_id=owner,
            valid_from=now,
        ).pk
        for n, owner in enumerate(owners)
    ]
    grants = (
        ("planner", "planner", {}),
        ("manager", "regional_manager", {"territory": regions[0]}),
        ("rep", "rep", {"owner_id": owners[0]}),
    )
    for name, role, reach in grants:
        user = User.objects.create(**shared, email=f"{name}@million.example.com", name=name)
        RoleGrant.unscoped.create(**shared, user=user, role=role, valid_from=now - timedelta(days=9), **reach)
    return organisation.pk, owners, leaves


def _index(customers: int) -> None:
    from jiuzhou.web.store.search import index_customers

    for start in range(1, customers + 1, CHUNK):
        index_customers(range(start, min(start + CHUNK, customers + 1)))


QUESTIONS: tuple[tuple[str, str, str, int], ...] = (
    ("list, best first", "planner", "/customers/", LIST_MS),
    ("list by name", "planner", "/customers/?sort=name", LIST_MS),
    ("list by revenue, tier D", "planner", "/customers/?sort=-revenue&tier=D", LIST_MS),
    ("list by risk, East China", "planner", "/customers/?sort=-risk&region=320000", LIST_MS),
    ("list by name, region", "planner", "/customers/?sort=name&region=320500", LIST_MS),
    ("list, five filters", "planner", "/customers/?tier=A&industry=医疗&channel=经销&region=440000&need=培训", LIST_MS),
    ("list, one product", "planner", "/customers/?product=软件&sort=-clv", LIST_MS),
    ("list, data gaps", "planner", "/customers/?gap=place&sort=recency", LIST_MS),
    ("pool", "planner", "/customers/?tab=pool", LIST_MS),
    ("list of a region's manager", "manager", "/customers/", LIST_MS),
    ("list of a manager by name", "manager", "/customers/?sort=name&industry=教育", LIST_MS),
    ("list of a rep", "rep", "/customers/?sort=-clv", LIST_MS),
    ("search 苏州", "planner", "/customers/?q=苏州", LIST_MS),
    ("search 有限公司", "planner", "/customers/?q=有限公司", LIST_MS),
    ("search 有限公司, a rep", "rep", "/customers/?q=有限公司", LIST_MS),
    ("search 有限公司, a manager", "manager", "/customers/?q=有限公司", LIST_MS),
    ("search suzhou", "planner", "/customers/?q=suzhou", LIST_MS),
    ("search sz", "planner", "/customers/?q=sz", LIST_MS),
    ("search yxgs", "planner", "/customers/?q=yxgs", LIST_MS),
    ("search 州", "planner", "/customers/?q=州", LIST_MS),
    ("search 苏州澜川", "planner", "/customers/?q=苏州澜川", LIST_MS),
    ("search suzhoulan", "planner", "/customers/?q=suzhoulan", LIST_MS),
    ("search a code", "planner", "/customers/?q=C00012345", LIST_MS),
    ("search a telephone", "planner", "/customers/?q=13800012345", LIST_MS),
    ("suggestions for lanchuan", "planner", "/find?q=lanchuan", LIST_MS),
    ("suggestions for 公司", "rep", "/find?q=公司", LIST_MS),
    ("a customer", "planner", "/customers/C00012345", PAGE_MS),
    ("its timeline", "planner", "/customers/C00012345/timeline", PAGE_MS),
    ("a customer of the rep", "rep", "/customers/C00002001", PAGE_MS),
    ("overview", "planner", "/", WHOLE_MS),
    ("overview of a region's manager", "manager", "/", WHOLE_MS),
    ("overview of a rep", "rep", "/", WHOLE_MS),
    ("service, everybody's", "planner", "/service/?all=1", WHOLE_MS),
    ("service, by person", "planner", "/service/", WHOLE_MS),
    ("service of a manager", "manager", "/service/?all=1", WHOLE_MS),
    ("service of a rep", "rep", "/service/", WHOLE_MS),
    ("team", "planner", "/team/", WHOLE_MS),
    ("team of a manager", "manager", "/team/", WHOLE_MS),
)

_SORTS = ["-score", "score", "name", "-name", "-clv", "revenue", "-risk", "recency"]
_NARROWED = (
    *("", "tab=mine", "tab=pool", "tier=A", "tier=D", "value=B", "risk=high", "risk=unknown", "key=yes", "gap=place"),
    *("gap=phone", "unvisited=30", "unvisited=180", "owner=R0003", "territory=T0003", "territory=G1"),
    *("region=320000", "region=440300", "industry=教育", "channel=线上", "need=培训", "product=软件"),
    *("tier=D&industry=教育", "risk=high&region=500000", "tier=A&tier=B&key=yes", "q=公司", "q=苏州", "q=sz", "q=lan"),
    *("q=郑州", "q=有限公司&tier=D", "q=C0", "q=1380", "q=C00012345"),
)


def every_list() -> Iterator[tuple[str, str]]:
    """Person and address of each order, alone and with each filter, for each width of what is in sight."""
    for person in ("planner", "manager", "rep"):
        for narrowed in _NARROWED:
            for sort in _SORTS:
                yield person, f"/customers/?sort={sort}&{narrowed}"
        yield person, "/customers/options"
        yield from ((person, f"/find?q={typed}") for typed in ("公司", "s", "suzhou", "C0", "销售", "澜川"))


def report_every() -> int:
    """Ask each list once; print the slowest, the most queries, and how they are spread; return 1 if one is late."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from jiuzhou.web.store.spelling import warm

    warm()
    clients, found = {person: _signed_in(person) for person in ("planner", "manager", "rep")}, []
    for person, address in every_list():
        wall, cpu = time.perf_counter(), time.process_time()
        with CaptureQueriesContext(connection) as asked:
            answer = clients[person].get(address)
        found.append(
            ((time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000, len(asked), person, address)
        )
        assert answer.status_code == 200, address
    for place, of in ((1, "wall"), (0, "CPU")):
        each = sorted(row[place] for row in found)
        shares = " ".join(f"p{share} {_p(each, share / 100):.0f}" for share in (50, 95, 99, 100))
        print(f"{connection.vendor}, {len(found)} lists, {of} ms: {shares}")
    most = max(queries for _, _, queries, *_ in found)
    print(f"most queries {most} (limit {MOST_QUERIES})")
    for cpu, wall, queries, person, address in sorted(found, reverse=True)[:25]:
        print(f"{wall:6.0f} ms {cpu:6.0f} CPU {queries:3d}  {person:8} {address}")
    return int(_p(sorted(row[1] for row in found), 0.95) > LIST_MS or most > MOST_QUERIES)


def _p(values: list[float], share: float) -> float:
    return values[max(0, math.ceil(len(values) * share) - 1)]  # the nearest rank


def report(rounds: int) -> int:
    """Print the table; return 1 if a figure is over its limit."""
    from django.db import connection

    print(f"{connection.vendor}; {rounds} rounds; milliseconds of wall time, CPU of this process")
    from jiuzhou.web.store.spelling import warm

    warm()
    _signed_in("rep").get("/")  # what a process reads once
    print(f"{'question':32} {'p50':>6} {'p95':>6} {'cpu':>6} {'queries':>7}  limit")
    late = 0
    for name, person, address, limit in QUESTIONS:
        walls, cpus, queries = _measured(person, address, rounds)
        p95 = _p(walls, 0.95)
        late += p95 > limit or queries > MOST_QUERIES
        print(
            f"{name:32} {walls[len(walls) // 2]:6.0f} {p95:6.0f} {sum(cpus) / len(cpus):6.0f} {queries:7d}  "
            f"{limit}{'  OVER' if p95 > limit or queries > MOST_QUERIES else ''}",
            flush=True,
        )
    return 1 if late else 0


def _measured(person: str, address: str, rounds: int) -> tuple[list[float], list[float], int]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = _signed_in(person)
    first = list(_timed(client, address, 1))  # counts sums over all customers, and keeps them
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
        queries = len(asked)
    assert answer.status_code == 200, (address, answer.status_code)
    rows = [*first, *_timed(client, address, rounds - 1)]
    return sorted(wall for wall, _ in rows), [cpu for _, cpu in rows], queries


def _timed(client: Any, address: str, rounds: int) -> Iterator[tuple[float, float]]:
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        client.get(address)
        yield (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000


def _signed_in(person: str) -> Any:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP
    from django.conf import settings
    from django.test import Client

    from jiuzhou.web.store.models import User

    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    user = User.objects.get(email=f"{person}@million.example.com")
    if not Authenticator.objects.filter(user=user).exists():
        TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["epoch"] = user.epoch
    session.save()
    return client


if __name__ == "__main__":
    sys.exit(main())
