"""Each way to choose an owner, on a company small enough to see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from jiuzhou.adapters.texts import render
from jiuzhou.assign import AssignPolicy

from .conftest import NOW

Make = Callable[..., Any]

STAFF = [
    {"owner_id": "R1", "name": "周静", "team_id": "south", "level": "senior", "manager_id": None}
    | {"skills": ["industry:医疗", "background:医学", "need:培训", "product:软件"], "lon": 113.3, "lat": 23.1},
    {"owner_id": "R2", "name": "王强", "team_id": "south", "level": "junior", "manager_id": "R1"}
    | {"skills": ["industry:制造", "product:耗材", "language:en"], "lon": 114.1, "lat": 22.5},
    {"owner_id": "R3", "name": "李敏", "team_id": "north", "level": "regular", "manager_id": "R4"}
    | {"skills": ["industry:医疗", "background:工程", "need:快速交付"], "lon": 116.4, "lat": 39.9},
    {"owner_id": "R4", "name": "赵磊", "team_id": "north", "level": "senior"}
    | {"active_to": date(2026, 1, 1), "manager_id": "R1"},
    {"owner_id": "P1", "kind": "partner", "partner_type": "agent", "name": "岭南代理"},
    {"owner_id": "P2", "kind": "partner", "partner_type": "distributor", "skills": ["region:65"]},
    {"owner_id": "T-south", "kind": "team", "name": "华南团队", "manager_id": "R1"},
]
CONTRACTS = [
    {"contract_id": "HT1", "owner_id": "P1", "exclusivity": "region:450000"}
    | {"starts_on": date(2025, 1, 1), "ends_on": date(2027, 1, 1)},
]


@pytest.fixture
def hand_out(company: Make) -> Callable[..., Any]:
    """Return what hands one customer to the staff by one list of strategies."""

    def hand_out(then: list[Any], *, territory_owner: str | None = None, **customer: Any) -> Any:
        plan = ({"C1": "T1"}, {"T1": territory_owner}) if territory_owner else None
        place = company([{"customer_id": "C1", **customer}], STAFF, plan=plan, contracts=CONTRACTS)
        on_empty = customer.pop("on_empty", "fail")
        return place.decide([{"then": then, "on_empty": on_empty}]).decision("C1")

    return hand_out


@pytest.mark.parametrize(
    ("then", "customer", "owner"),
    [
        (["territory"], {"territory_owner": "R3"}, "R3"),
        (["territory"], {"territory_owner": "P1"}, "P1"),
        (["territory"], {}, None),
        ([{"territory": "team"}, {"importance": "junior"}], {"territory_owner": "R1"}, "R2"),
        ([{"team": "north"}], {}, "R3"),
        ([{"owner": "R2"}], {}, "R2"),
        ([{"owner": "T-south"}], {}, "T-south"),
        (["manager"], {"territory_owner": "R3"}, "R1"),
        (["manager"], {"owner_id": "R2"}, "R1"),
        (["manager"], {}, None),
        (["importance"], {"key_account": True}, "R1"),
        (["importance"], {"tier": "A"}, "R1"),
        (["importance", {"owner": "R2"}], {"tier": "C"}, "R2"),
        ([{"importance": ["junior", "regular"]}, {"team": "north"}], {}, "R3"),
        (["industry", {"team": "north"}], {"industry": "医疗"}, "R3"),
        (["industry"], {"industry": "制造"}, "R2"),
        (["industry"], {"industry": "教育"}, None),
        (["product"], {"products": ["软件", "检测设备"]}, "R1"),
        ([{"product": "all"}], {"products": ["软件", "检测设备"]}, None),
        (["need"], {"needs": ["快速交付"]}, "R3"),
        (["need", {"owner": "R2"}], {"needs": []}, "R2"),
        ([{"background": "工程"}], {}, "R3"),
        ([{"background": {"医疗": "医学"}}], {"industry": "医疗"}, "R1"),
        ([{"background": {"医疗": "医学"}}, {"owner": "R2"}], {"industry": "制造"}, "R2"),
        (["language"], {"language": "en"}, "R2"),
        (["language", {"owner": "R3"}], {"language": "zh"}, "R3"),
        ([{"skill": ["industry:医疗", "need:培训"]}], {}, "R1"),
        (["partner"], {"region_code": "450100"}, "P1"),
        (["partner"], {"region_code": "650100"}, "P2"),
        (["partner"], {"region_code": "110100"}, None),
        ([{"partner": "distributor"}], {"region_code": "450100"}, None),
        (["nearest"], {"lon": 116.0, "lat": 39.0}, "R3"),
        (["nearest"], {"lon": 114.0, "lat": 22.6}, "R2"),
        ([{"prefer": "industry"}], {"industry": "制造"}, "R2"),
        ([{"prefer": ["industry", "language"]}], {"industry": "医疗", "language": "en"}, "R1"),
        (["keep", {"owner": "R2"}], {"owner_id": "R3"}, "R3"),
        (["keep", {"owner": "R2"}], {"owner_id": "R4"}, "R2"),
        (["keep", {"owner": "R2"}], {"owner_id": "P1"}, "P1"),
        (["pool"], {}, None),
    ],
)
def test_a_strategy_finds_the_owner_it_should(
    hand_out: Callable[..., Any], then: list[Any], customer: dict[str, Any], owner: str | None
) -> None:
    assert hand_out(then, **customer).owner_id == owner


def test_a_product_is_known_by_its_category(company: Make) -> None:
    products = [{"product_id": "SKU9", "category": "软件"}]
    place = company([{"customer_id": "C1", "products": ["SKU9"]}], STAFF, products=products)
    assert place.owners([{"then": ["product"]}]) == ["R1"]


def test_a_contract_that_is_over_gives_a_partner_no_region(company: Make) -> None:
    over = [CONTRACTS[0] | {"ends_on": NOW.date()}]
    place = company([{"customer_id": "C1", "region_code": "450100"}], STAFF, contracts=over)
    assert place.owners([{"then": ["partner"], "on_empty": "pool"}]) == [None]


def test_somebody_new_to_the_plan_goes_where_its_neighbours_are(company: Make) -> None:
    customers = [
        {"customer_id": "C1", "region_code": "440305"},
        {"customer_id": "C2", "region_code": "440305"},
        {"customer_id": "C3", "region_code": "440306"},
        {"customer_id": "C4", "region_code": "110100"},
    ]
    place = company(customers, STAFF, plan=({"C1": "T1"}, {"T1": "R2"}))
    assert place.owners([{"then": ["territory"], "on_empty": "hold"}]) == ["R2", "R2", "R2", None]


def test_relaxing_drops_the_last_soft_filter_first_and_says_so(company: Make) -> None:
    customers = [{"customer_id": "C1", "industry": "制造", "language": "en", "needs": ["培训"]}]
    place = company(customers, STAFF)
    found = place.decide([{"then": ["industry", "need", "language"], "on_empty": "relax"}]).decision("C1")
    assert found.owner_id == "R2"
    assert [step["without"] for step in found.trace if step["step"] == "relax"] == ["language", "need"]


def test_relaxing_never_brings_in_teams_or_partners(company: Make) -> None:
    staff = [{"owner_id": "A-team", "kind": "team"}, {"owner_id": "B-partner", "kind": "partner"}, STAFF[0]]
    place = company([{"customer_id": "C1"}], staff, plan=({"C1": "T1"}, {"T1": "gone"}))
    assert place.owners([{"then": ["territory"], "on_empty": "relax"}]) == ["R1"]


def test_the_first_rule_that_holds_decides_and_hands_on_where_it_finds_nobody(company: Make) -> None:
    rules = [
        {"id": "vip", "when": "key_account", "then": [{"owner": "R1"}]},
        {"id": "none", "when": "true", "then": [{"skill": "industry:航天"}]},
        {"id": "rest", "when": "true", "then": [{"owner": "R2"}]},
    ]
    found = company([{"customer_id": "C1"}], STAFF).decide(rules).decision("C1")
    assert (found.rule, found.owner_id) == ("rest", "R2")
    said = render(found.reason, "zh")
    assert said == "先按规则“none”没有找到人（没有人符合“技能”）；再按规则“rest”分给王强：规则指定由其负责。"
    assert found.trace[0] == {"step": "rule", "rule": "vip", "failed": "key_account"}
    assert found.trace[-1]["code"] == "assign.otherwise_rule"


def test_the_sentence_says_who_and_why_and_the_trace_names_the_runner_up(company: Make) -> None:
    rules = [{"id": "key", "name": {"zh": "重点客户", "en": "Key accounts"}, "then": [{"least_loaded": "hours"}]}]
    staff = [{**row, "capacity_hours": hours} for row, hours in zip(STAFF[:3], (900.0, 400.0, 700.0), strict=True)]
    found = company([{"customer_id": "C1"}], staff).decide(rules).decision("C1")
    said = "按规则“重点客户”分给周静：3 位候选人中空闲工时最多（每年还有 900 小时）。"
    assert render(found.reason, "zh") == said
    pick, otherwise = found.trace[-2:]
    assert (pick["owner"], pick["runner_up"], pick["runner_up_figure"]) == ("R1", "R3", 700.0)
    assert otherwise["params"] == {"owner": "周静", "runner_up": "李敏", "gap": 200.0}


def test_holding_says_until_when(company: Make) -> None:
    away = [{"owner_id": "R3", "starts_at": NOW - timedelta(days=1), "ends_at": NOW + timedelta(days=4)}]
    place = company([{"customer_id": "C1"}], STAFF, absences=away)
    found = place.decide([{"then": [{"owner": "R3"}], "on_empty": "hold"}]).decision("C1")
    assert found.outcome == "unassigned"
    assert render(found.reason, "zh") == "暂不分配（规则“r0”）：唯一符合条件的人不在岗，2026年4月4日返回。"


def test_the_important_are_served_first_where_the_policy_says_so(company: Make) -> None:
    customers = [{"customer_id": "C1", "tier": "C"}, {"customer_id": "C2", "tier": "B"}, {"customer_id": "C3"}]
    customers[2] |= {"key_account": True}
    place = company(customers, [{"owner_id": "R1", "capacity_customers": 1}])
    rules = [{"then": ["least_loaded"]}]
    assert place.owners(rules) == ["R1", None, None]
    assert place.owners(rules, policy=AssignPolicy(order="importance")) == [None, None, "R1"]


def test_extra_columns_of_the_company_are_fields_of_its_rules(company: Make) -> None:
    customers = [{"customer_id": "C1", "门店类型": "旗舰"}, {"customer_id": "C2", "门店类型": None}]
    rules = [{"when": '门店类型 == "旗舰"', "then": [{"owner": "R3"}]}, {"then": [{"owner": "R2"}]}]
    assert company(customers, STAFF).owners(rules) == ["R3", "R2"]
