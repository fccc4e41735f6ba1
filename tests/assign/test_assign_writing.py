"""Rules write what they were read from."""

from __future__ import annotations

from importlib.resources import files

import pytest
import yaml

from jiuzhou.assign import RuleSet, plain_rules, read_rules, standard_rules


def demo_rules() -> RuleSet:
    return read_rules(yaml.safe_load((files("jiuzhou") / "demo" / "rules.yaml").read_text("utf-8")), "rules.yaml")


@pytest.mark.parametrize("rules", [demo_rules(), standard_rules()], ids=["the demo's", "the standard"])
def test_rules_read_back_what_they_write(rules: RuleSet) -> None:
    text = yaml.safe_dump(plain_rules(rules), allow_unicode=True, sort_keys=False)

    again = read_rules(yaml.safe_load(text), "again")

    assert (again.rules, again.fallback, again.pools) == (rules.rules, rules.fallback, rules.pools)


def test_a_name_in_no_stated_language_stays_so() -> None:
    rules = read_rules({"version": 1, "rules": [], "fallback": {"then": [], "name": "Rest"}}, "rules.yaml")

    assert plain_rules(rules)["fallback"] == {"id": "fallback", "name": "Rest", "then": [], "on_empty": "pool"}
