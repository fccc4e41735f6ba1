"""The six methods of assignment, and turns, each as a rule that can be copied and changed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from jiuzhou.kernel.message import Message, say
from jiuzhou.web.assign.scripts import rules_of
from jiuzhou.web.assign.sentences import rule_sentence


@dataclass(frozen=True, slots=True)
class Method:
    """One method: what it is called, what its rule says, and the rule's text."""

    name: Message
    sentence: Message
    text: str


_TEXTS = {
    "region": """\
- id: by-region
  name: {zh: 按地域, en: By region}
  when: province == "320000"
  then:
  - territory
  on_empty: next
""",
    "importance": """\
- id: by-importance
  name: {zh: 按重要性, en: By importance}
  when: key_account || tier == "A"
  then:
  - territory: team
  - importance: [senior]
  - least_loaded: hours
  on_empty: relax
""",
    "industry": """\
- id: by-industry
  name: {zh: 按行业, en: By industry}
  when: industry in ["医疗", "金融"]
  then:
  - territory: team
  - industry
  - least_loaded: hours
  on_empty: relax
""",
    "product": """\
- id: by-product
  name: {zh: 按产品, en: By product}
  when: '"软件" in products'
  then:
  - territory: team
  - product: any
  - least_loaded: share
  on_empty: relax
""",
    "background": """\
- id: by-background
  name: {zh: 按专业背景, en: By profession}
  when: industry in ["医疗", "食品"]
  then:
  - territory: team
  - background: {医疗: 医学, 食品: 食品}
  - nearest
  - least_loaded: hours
  on_empty: relax
""",
    "need": """\
- id: by-need
  name: {zh: 按需求, en: By need}
  when: '"定制方案" in needs'
  then:
  - territory: team
  - need: any
  - least_loaded: hours
  on_empty: relax
""",
    "turns": """\
- id: by-turns
  name: {zh: 轮流, en: By turns}
  when: owner_id == null
  then:
  - territory: team
  - round_robin
  on_empty: next
""",
}


@cache
def methods() -> tuple[Method, ...]:
    """Return the methods in the order in which they are taught."""
    found = []
    for name, text in _TEXTS.items():
        rules = rules_of(f"version: 1\nrules:\n{text}fallback: public\npools:\n- id: public\n")
        found.append(Method(say(f"assigning.method_{name}"), rule_sentence(rules.rules[0], rules), text))
    return tuple(found)
