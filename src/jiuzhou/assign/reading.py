"""From the mapping that ``rules.yaml`` holds to a rule set, with the place of every mistake of form."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from jiuzhou.assign.rule_set import Argument, Call, OnEmpty, Pool, Rule, RuleSet
from jiuzhou.assign.writing import plain_rules
from jiuzhou.kernel.errors import RuleError
from jiuzhou.kernel.ids import RuleId, content_id
from jiuzhou.kernel.message import say
from jiuzhou.rules import parse

_TOP = ("version", "fallback", "rules", "pools", "note")
_RULE = ("id", "name", "when", "then", "on_empty", "pool", "note")
_FALLBACK = ("id", "name", "then", "on_empty", "pool", "note")
_POOL = ("id", "name", "note")


def read_rules(mapping: Mapping[str, object], source: str) -> RuleSet:
    """
    Return the rule set that the parsed ``rules.yaml`` describes.

    Faults of meaning (unknown fields, strategies, pools, no fallback, rules never reached) are what ``check`` reports.

    Parameters
    ----------
    mapping
        ``version``, ``fallback``, ``rules`` and ``pools`` as parsed.
    source
        Name of the file, said in errors.

    Raises
    ------
    RuleError
        If a part has the wrong form or an unknown name, or a condition does not parse.
    """
    top = _mapping(mapping, source, _TOP)
    rules = tuple(
        _rule(item, f"{source}: rules[{number}]", _RULE)
        for number, item in enumerate(_sequence(top.get("rules", []), f"{source}: rules"))
    )
    pools = tuple(
        _pool(item, f"{source}: pools[{number}]")
        for number, item in enumerate(_sequence(top.get("pools", []), f"{source}: pools"))
    )
    given = top.get("fallback")
    fallback = None if given is None else _fallback(given, f"{source}: fallback")
    read = RuleSet(f"v{top.get('version', 1)}", source, rules, fallback, pools)
    # Of what was understood, not of how it was written: the text that is kept of the rules has their version.
    content = json.dumps(plain_rules(read), ensure_ascii=False, sort_keys=True)
    return replace(read, version=content_id(read.version, content))


def _rule(given: object, where: str, known: Sequence[str]) -> Rule:
    item = _mapping(given, where, known)
    rule_id = RuleId(_text(_needed(item, "id", where), f"{where}.id"))
    when = _text(_needed(item, "when", where), f"{where}.when") if "when" in known else "true"
    steps = _sequence(_needed(item, "then", where), f"{where}.then")
    return Rule(
        id=rule_id,
        when=parse(when, rule=rule_id),
        then=tuple(_call(step, f"{where}.then[{number}]") for number, step in enumerate(steps)),
        on_empty=_on_empty(item.get("on_empty", "next"), f"{where}.on_empty"),
        pool=_text(item.get("pool", ""), f"{where}.pool"),
        names=_texts(item.get("name", {}), f"{where}.name"),
        notes=_texts(item.get("note", {}), f"{where}.note"),
    )


def _fallback(given: object, where: str) -> Rule:
    if isinstance(given, str):  # the pool's id alone
        given = {"then": [], "on_empty": "pool", "pool": given}
    item = {"id": "fallback", "then": [], "on_empty": "pool", **_mapping(given, where, _FALLBACK)}
    return _rule(item, where, _FALLBACK)


def _pool(given: object, where: str) -> Pool:
    item = _mapping(given, where, _POOL)
    return Pool(_text(_needed(item, "id", where), f"{where}.id"), _texts(item.get("name", {}), f"{where}.name"))


def _call(given: object, where: str) -> Call:
    if isinstance(given, str):
        return Call(given)
    if isinstance(given, Mapping) and len(given) == 1:
        ((name, argument),) = given.items()
        return Call(_text(name, where), _argument(argument, where))
    raise RuleError("assign.bad_form", where=where, value=str(given), expected=say("assign.form_strategy"))


def _argument(given: object, where: str) -> Argument:
    if given is None or isinstance(given, str):
        return given
    if isinstance(given, Mapping):
        return {_text(name, where): _argument(value, f"{where}.{name}") for name, value in given.items()}
    if isinstance(given, Sequence):
        return tuple(_argument(value, where) for value in given)
    raise RuleError("assign.bad_form", where=where, value=str(given), expected=say("assign.form_text"))


def _on_empty(given: object, where: str) -> OnEmpty:
    try:
        return OnEmpty(str(given))
    except ValueError:
        known = tuple(item.value for item in OnEmpty)
        raise RuleError("assign.bad_choice", setting=where, value=str(given), known=known) from None


def _mapping(given: object, where: str, known: Sequence[str]) -> dict[str, object]:
    if not isinstance(given, Mapping):
        raise RuleError("assign.bad_form", where=where, value=str(given), expected=say("assign.form_mapping"))
    for name in map(str, given):
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            raise RuleError(
                "assign.unknown_key", where=where, key=name, known=tuple(known), near=near[0] if near else known[0]
            )
    return {str(name): value for name, value in given.items()}


def _sequence(given: object, where: str) -> Sequence[object]:
    if isinstance(given, Sequence) and not isinstance(given, str):
        return given
    raise RuleError("assign.bad_form", where=where, value=str(given), expected=say("assign.form_list"))


def _text(given: object, where: str) -> str:
    if isinstance(given, bool) and "when" in where.rpartition(".")[2]:
        return str(given).lower()  # YAML reads an unquoted true as a truth value
    if isinstance(given, str):
        return given
    raise RuleError("assign.bad_form", where=where, value=str(given), expected=say("assign.form_text"))


def _texts(given: object, where: str) -> dict[str, str]:
    if isinstance(given, str):
        return {"": given}
    languages = _mapping(given, where, ("zh", "en"))
    return {language: _text(value, f"{where}.{language}") for language, value in languages.items()}


def _needed(item: Mapping[str, object], name: str, where: str) -> object:
    if name not in item:
        raise RuleError("assign.missing_key", where=where, key=name)
    return item[name]
