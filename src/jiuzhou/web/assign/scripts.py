"""Rule texts as rule sets; a text is parsed once in each process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from jiuzhou.adapters.policies import rules_of_text
from jiuzhou.assign.deciding import LOCK, STILL_THERE
from jiuzhou.assign.rule_set import RuleSet
from jiuzhou.kernel.errors import RuleError
from jiuzhou.kernel.message import Message, named, say
from jiuzhou.web.store.rule_texts import rule_texts

NAME = "rules.yaml"
LONGEST = 200_000
"""Signs of a text of rules."""

OTHER_RULES: Mapping[str, Message] = {
    LOCK: say("assigning.by_lock"),
    STILL_THERE: say("assigning.by_still_there"),
    "plan": say("assigning.by_plan"),
    "manual": say("assigning.by_hand"),
    "": say("assigning.by_book"),
}
"""What stands as the rule of decisions that no rule made."""


@dataclass(frozen=True, slots=True)
class Script:
    """A version of the rules: its number in the list, and what it says."""

    number: int
    rules: RuleSet


def normal(text: str) -> str:
    """Return the text as it is kept: one way of ending lines, no blank end."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip() + "\n"


@lru_cache(maxsize=64)
def rules_of(text: str) -> RuleSet:
    """
    Return the rules that ``text`` writes.

    Raises
    ------
    RuleError
        If it writes none.
    """
    return rules_of_text(text, NAME)


def script_of(organisation_id: int, version: str) -> Script | None:
    """Return the version of the rules that calls itself ``version``; the latest where that is not kept."""
    latest: Script | None = None
    for number, text in rule_texts(organisation_id):
        try:
            script = Script(number, rules_of(text))
        except RuleError:
            continue
        if script.rules.version == version:
            return script
        latest = latest or script
    return latest if not version else None


def titles_of(rules: RuleSet | None) -> dict[str, Message]:
    """Return the names of rules by id, with those of decisions that no rule made."""
    found = {str(rule.id): rule.title for rule in rules.every} if rules else {}
    return {**OTHER_RULES, **found}


def title_of(rule: str, titles: Mapping[str, Message]) -> Message:
    """Return what a rule is called; its id where nobody gave it a name."""
    return titles.get(rule) or named({}, rule)
