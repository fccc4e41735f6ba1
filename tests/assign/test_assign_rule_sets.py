"""Rule sets: read with the place of every mistake, checked for what cannot work or can never happen."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import pytest
import yaml

from jiuzhou.adapters.texts import render
from jiuzhou.assign import AssignPolicy, check, decide, fields, read_rules, standard_rules
from jiuzhou.assign.strategies.registry import STRATEGIES
from jiuzhou.kernel.book import Book
from jiuzhou.kernel.errors import PolicyError, RuleError
from jiuzhou.kernel.settings import plain_settings, read_settings
from jiuzhou.rules import Type

from .conftest import NOW, rule_set

SCHEMA = fields(Book.of(Book().settings, {}))


def codes(rules: list[dict[str, Any]], **top: Any) -> list[tuple[str, str, str]]:
    given = {"rules": rules, "fallback": "public", "pools": [{"id": "public"}], **top}
    return [(item.level, item.rule, item.message.code) for item in check(read_rules(given, "rules.yaml"), SCHEMA)]


def rule(rule_id: str, when: str, then: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"id": rule_id, "when": when, "then": then or ["pool"], **more}


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        ([rule("a", "tier == 5")], [("error", "a", "rules.type_mismatch")]),
        ([rule("a", 'provinse == "440000"')], [("error", "a", "rules.unknown_field")]),
        ([rule("a", "true", ["robin"], on_empty="hold")], [("error", "a", "assign.find_strategy")]),
        ([rule("a", "true", [{"territory": "moon"}])], [("error", "a", "assign.find_argument")]),
        ([rule("a", "true", [{"prefer": ["round_robin"]}])], [("error", "a", "assign.find_argument")]),
        ([rule("a", "true", ["nearest", "industry"])], [("error", "a", "assign.find_order")]),
        ([rule("a", "true", ["round_robin", "keep"])], [("error", "a", "assign.find_not_last")]),
        ([rule("a", "true", [{"pool": "sea"}])], [("error", "a", "assign.find_pool")]),
        ([rule("a", 'tier == "A"'), rule("a", 'tier == "B"')], [("error", "a", "assign.find_duplicate")]),
        ([rule("a", 'tier == "A" && tier == "B"')], [("warning", "a", "assign.find_never")]),
        ([rule("a", "true"), rule("b", 'tier == "A"')], [("warning", "b", "assign.find_unreachable")]),
        (
            [rule("a", 'tier in ["A", "B"]'), rule("b", 'tier == "A" && key_account')],
            [("warning", "b", "assign.find_shadowed")],
        ),
        ([rule("a", "true", ["territory"], on_empty="next"), rule("b", 'tier == "A"')], []),
        ([rule("a", "score >= 50"), rule("b", "score > 40")], []),
        ([rule("a", "score > 40"), rule("b", "score >= 50")], [("warning", "b", "assign.find_shadowed")]),
    ],
)
def test_seeded_faults_are_found(rules: list[dict[str, Any]], found: list[tuple[str, str, str]]) -> None:
    assert codes(rules) == found


def test_a_fallback_is_required_and_must_end_the_matter() -> None:
    assert codes([], fallback=None) == [("error", "", "assign.find_no_fallback")]
    going_on = {"then": ["territory"], "on_empty": "next"}
    assert codes([], fallback=going_on) == [("error", "fallback", "assign.find_fallback_next")]


def test_every_finding_reads_in_both_languages() -> None:
    faults = [
        rule("a", "tier == 5", ["robin", {"territory": "moon"}, "nearest", "industry", {"pool": "sea"}, "keep"]),
        rule("a", "tier == null && tier != null"),
        rule("b", "true"),
        rule("c", "key_account"),
    ]
    given = {"rules": faults, "pools": [{"id": "public"}]}
    for finding in check(read_rules(given, "rules.yaml"), SCHEMA):
        for lang in ("zh", "en"):
            assert "{" not in render(finding.message, lang)


@pytest.mark.parametrize(
    ("given", "code", "where"),
    [
        ({"rulez": []}, "assign.unknown_key", "rules.yaml"),
        ({"rules": "all"}, "assign.bad_form", "rules.yaml: rules"),
        ({"rules": [{"id": "a", "then": []}]}, "assign.missing_key", "rules.yaml: rules[0]"),
        ({"rules": [{"id": 5, "when": "true", "then": []}]}, "assign.bad_form", "rules.yaml: rules[0].id"),
        ({"rules": [rule("a", "true", [7])]}, "assign.bad_form", "rules.yaml: rules[0].then[0]"),
        ({"rules": [rule("a", "true", name={"fr": "a"})]}, "assign.unknown_key", "rules.yaml: rules[0].name"),
        ({"pools": [{"name": "x"}]}, "assign.missing_key", "rules.yaml: pools[0]"),
    ],
)
def test_a_wrong_form_is_refused_with_its_place(given: dict[str, Any], code: str, where: str) -> None:
    with pytest.raises(RuleError) as error:
        read_rules(given, "rules.yaml")
    assert (error.value.code, error.value.message.params["where"]) == (code, where)
    assert all("{" not in render(error.value.message, lang) for lang in ("zh", "en"))


def test_an_unknown_way_out_and_a_condition_that_does_not_parse_are_refused() -> None:
    with pytest.raises(RuleError) as choice:
        rule_set([{"then": [], "on_empty": "later"}])
    with pytest.raises(RuleError) as syntax:
        rule_set([{"id": "vip", "when": 'tier = "A"', "then": []}])
    assert choice.value.code == "assign.bad_choice"
    assert (syntax.value.message.params["rule"], syntax.value.message.params["column"]) == ("vip", 6)


def test_an_unquoted_true_in_yaml_is_the_condition_true() -> None:
    found = read_rules(yaml.safe_load("{rules: [{id: a, when: true, then: [pool]}], fallback: x}"), "rules.yaml")
    assert found.rules[0].when == rule_set([{"then": []}]).rules[0].when


def test_faulty_rules_are_refused_before_any_decision() -> None:
    with pytest.raises(RuleError) as error:
        decide(Book(), None, None, rules=rule_set([{"then": ["robin"]}]), now=NOW)
    assert error.value.code == "assign.find_strategy"
    assert "round_robin" in str(error.value.message.params["hint"])


def test_the_standard_rules_have_no_fault() -> None:
    assert check(standard_rules(), SCHEMA) == ()


def test_the_demo_rules_have_no_fault_and_use_what_the_language_offers() -> None:
    text = (files("jiuzhou.demo") / "rules.yaml").read_text("utf-8")
    found = read_rules(yaml.safe_load(text), "rules.yaml")
    assert check(found, SCHEMA) == ()
    used = {call.strategy for item in found.rules for call in item.then}
    assert {"territory", "importance", "prefer", "product", "background", "need", "language", "partner"} <= used
    assert {"round_robin", "least_loaded", "keep", "pool", "nearest"} <= used <= set(STRATEGIES)
    assert all(item.title.params["zh"] != item.title.params["en"] for item in found.rules)
    assert all(set(item.notes) == {"zh", "en"} for item in found.rules)


def test_fields_are_columns_scores_and_what_the_plan_adds() -> None:
    assert SCHEMA["province"] is Type.TEXT
    assert SCHEMA["created_at"] is Type.DAY
    assert SCHEMA["p_alive"] is SCHEMA["potential"] is Type.NUMBER
    assert SCHEMA["needs"] is Type.LIST
    assert SCHEMA["owner_active"] is SCHEMA["locked"] is Type.YES_NO
    assert "versions" not in SCHEMA


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"scope": "some"}, "assign.bad_choice"),
        ({"order": "random"}, "assign.bad_choice"),
        ({"capacity_factor": 3.0}, "assign.bad_range"),
        ({"owner_hours": 0}, "assign.bad_range"),
    ],
)
def test_a_policy_out_of_range_is_refused(given: dict[str, object], code: str) -> None:
    with pytest.raises(PolicyError) as error:
        read_settings(AssignPolicy, given, where="assign")
    assert error.value.code == code
    assert all("{" not in render(error.value.message, lang) for lang in ("zh", "en"))


def test_a_policy_is_saved_and_read_back() -> None:
    policy = AssignPolicy(scope="gaps", important_tiers=("A", "B"), capacity_factor=1.1)
    assert read_settings(AssignPolicy, plain_settings(policy), where="assign") == policy
