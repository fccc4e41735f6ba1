"""The rule language: what parses, what types, what is said about mistakes, and what can be proved."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.adapters.texts import render
from jiuzhou.kernel.errors import RuleError
from jiuzhou.rules import (
    Program,
    Type,
    check_types,
    explain,
    fields_of,
    holds,
    implies,
    is_always,
    is_never,
    parse,
    to_text,
)
from jiuzhou.rules.tree import All, AnyOf, Compare, Condition, Field, Flag, Not, Number, OneOf, Text

TODAY = date(2026, 3, 31)
SCHEMA = {
    "tier": Type.TEXT,
    "province": Type.TEXT,
    "region_code": Type.TEXT,
    "score": Type.NUMBER,
    "key_account": Type.YES_NO,
    "needs": Type.LIST,
    "created_at": Type.DAY,
}


def refused(text: str) -> RuleError:
    with pytest.raises(RuleError) as error:
        check_types(parse(text, rule="vip"), SCHEMA, rule="vip")
    for lang in ("zh", "en"):
        assert "{" not in render(error.value.message, lang).replace("!( … )", "")
    return error.value


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ('tier == "A"', Compare("==", Field("tier"), Text("A"))),
        ("score >= -2.5e1", Compare(">=", Field("score"), Number(-25.0))),
        ('tier in ["A", "B",]', OneOf(Field("tier"), (Text("A"), Text("B")))),
        ("!key_account", Not(Flag(Field("key_account")))),
        ("a && b && c || d", AnyOf((All((Flag(Field("a")), Flag(Field("b")), Flag(Field("c")))), Flag(Field("d"))))),
        ("a && (b && c)", All((Flag(Field("a")), Flag(Field("b")), Flag(Field("c"))))),
        ("'it''s' == 'x'", None),
        ('tier == "a\\"\\\\\\u4e2d"', Compare("==", Field("tier"), Text('a"\\中'))),
    ],
)
def test_a_text_becomes_the_tree_it_should(text: str, tree: Condition | None) -> None:
    if tree is None:
        with pytest.raises(RuleError):
            parse(text)
    else:
        assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ('tier = "A"', "rules.unexpected", 6),
        ('tier == "A" and key_account', "rules.unexpected", 13),
        ('!tier == "A"', "rules.unexpected", 7),
        ("tier == “A”", "rules.unexpected", 9),
        ("tier ==", "rules.ends_early", 8),
        ("", "rules.ends_early", 1),
        ('tier == "A', "rules.open_text", 9),
        ('__import__("os")', "rules.unknown_call", 1),
        ('tier.startswith("A")', "rules.unknown_method", 6),
        ('tier.contains("A", "B")', "rules.method_arguments", 6),
        ("within(region_code)", "rules.arguments_within", 1),
        ('daysSince("tier")', "rules.arguments_dayssince", 1),
        ("daysSince(created_at)", "rules.no_condition", 1),
        ("!daysSince(created_at)", "rules.no_condition", 2),
        ('within(region_code, "44") == true', "rules.condition_compared", 1),
        ("score > 1e999", "rules.number_too_large", 9),
        ('tier == "\\q"', "rules.bad_escape", 10),
        ('tier == "\\u0000"', "rules.bad_text", 9),
        ('provinse == "440000"', "rules.unknown_field", 1),
        ("tier == A", "rules.unknown_field", 9),
        ("1 == 1", "rules.no_field", 1),
        ("score > null", "rules.null_order", 1),
        ("tier == 5", "rules.type_mismatch", 9),
        ("5 == tier", "rules.type_mismatch", 1),
        ('score in [1, "2"]', "rules.type_mismatch", 14),
        ("tier in [null]", "rules.null_in_list", 10),
        ("tier", "rules.wrong_type", 1),
        ("daysSince(score) > 3", "rules.wrong_type", 11),
        ('created_at > "2026-01-01"', "rules.day_compared", 1),
        ('needs == "x"', "rules.list_compared", 1),
        ("key_account > true", "rules.not_ordered", 1),
        ("key_account in [true]", "rules.no_list_of_yes_no", 1),
        ('"A" in tier', "rules.text_is_no_list", 8),
        ("tier in needs", "rules.no_literal", 1),
        ("tier.contains(5)", "rules.text_wanted", 15),
        ('within(region_code, "")', "rules.empty_code", 21),
        ('within(region_code, ["44", 5])', "rules.text_wanted", 28),
        ("(" * 65 + "true" + ")" * 65, "rules.too_deep", 66),
        ("!" * 65 + "true", "rules.too_deep", 66),
        ("true || " * 20_000 + "true", "rules.too_long", 0),
    ],
)
def test_a_mistake_is_said_with_its_place(text: str, code: str, column: int) -> None:
    error = refused(text)
    assert (error.code, error.message.params.get("column", 0)) == (code, column)
    assert error.message.params["rule"] == "vip"


def test_a_misspelt_field_is_met_with_the_one_meant() -> None:
    said = render(refused('provinse == "440000"').message, "en")
    assert said == "Rule “vip”, character 1: there is no field “provinse”. Did you mean “province”?"


def test_depth_64_is_read_and_thousands_of_codes_too() -> None:
    assert parse("(" * 64 + "key_account" + ")" * 64) == Flag(Field("key_account"))
    codes = ", ".join(f'"{440000 + number}"' for number in range(5_000))
    assert isinstance(parse(f"region_code in [{codes}]"), OneOf)


names = st.sampled_from(["tier", "score", "门店"])
words = st.text(st.characters(blacklist_characters="\x00", blacklist_categories=("Cs",)), max_size=6)
numbers = st.floats(allow_nan=False, allow_infinity=False).map(lambda value: value + 0.0)
leaves: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Flag, st.builds(Field, names)),
    st.builds(Compare, st.sampled_from(["==", "!=", "<", ">="]), st.builds(Field, names), st.builds(Text, words)),
    st.builds(Compare, st.sampled_from(["==", "<="]), st.builds(Number, numbers), st.builds(Field, names)),
    st.builds(OneOf, st.builds(Field, names), st.lists(st.builds(Text, words), min_size=1, max_size=3).map(tuple)),
)


def _joined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    def flat(kind: type[All] | type[AnyOf], items: list[Condition]) -> Condition:
        return kind(tuple(x for item in items for x in (item.parts if isinstance(item, kind) else (item,))))

    several = st.lists(parts, min_size=2, max_size=3)
    return st.one_of(
        st.builds(Not, parts),
        several.map(lambda items: flat(All, items)),
        several.map(lambda items: flat(AnyOf, items)),
    )


@settings(deadline=None, max_examples=150)
@given(st.recursive(leaves, _joined, max_leaves=10))
def test_a_tree_comes_back_from_its_text(tree: Condition) -> None:
    assert parse(to_text(tree)) == tree


@settings(deadline=None, max_examples=150)
@given(st.text(max_size=40) | st.text("tier!=&|()\"'[]<> 01.,innull", max_size=40))
def test_any_text_is_a_condition_or_a_rule_error(text: str) -> None:
    with suppress(RuleError):
        assert parse(to_text(parse(text))) == parse(text)


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ("score >= 5", {"score": None}, False),
        ("!(score >= 5)", {"score": None}, True),
        ('tier != "A"', {"tier": None}, True),
        ('tier == "A"', {}, False),
        ("tier == null", {}, True),
        ("score == null", {"score": float("nan")}, True),
        ("key_account", {"key_account": None}, False),
        ('"培训" in needs', {"needs": None}, False),
        ("daysSince(created_at) > 90", {"created_at": None}, False),
        ("daysSince(created_at) == 90", {"created_at": date(2025, 12, 31)}, True),
        ('within(region_code, "440000")', {"region_code": "440305"}, True),
        ('within(region_code, "440300")', {"region_code": "440000"}, False),
        ('within(region_code, ["450000", "US"])', {"region_code": "US-CA"}, True),
        ('within(region_code, "US")', {"region_code": "USX"}, False),
        ("tier == province", {}, False),
        ("tier != province", {}, True),
    ],
)
def test_nothing_is_ever_unknown(text: str, row: dict[str, object], expected: bool) -> None:
    condition = parse(text)
    check_types(condition, SCHEMA)
    assert holds(condition, row, today=TODAY) is expected  # type: ignore[arg-type]
    program = Program([condition])
    assert (program.first([row.get(name) for name in program.fields], today=TODAY) == 0) is expected  # type: ignore[misc]


def test_the_first_part_that_fails_is_told() -> None:
    condition = parse('tier in ["A", "B"] && score > 50 && key_account')
    assert explain(condition, {"tier": "A", "score": 20.0}, today=TODAY) == "score > 50"
    assert explain(condition, {"tier": "A", "score": 60.0, "key_account": True}, today=TODAY) is None


RULES = [
    'province == "440000" && score > 80',
    'province in ["440000", "450000"] && tier == "A"',
    'province == "110000"',
    "score > 50 || key_account",
    'province == "450000"',
]


@settings(deadline=None, max_examples=120)
@given(
    st.sampled_from([None, "440000", "450000", "110000", "990000"]),
    st.none() | st.floats(0, 100),
    st.sampled_from([None, "A", "B"]),
    st.none() | st.booleans(),
)
def test_the_compiled_set_finds_the_same_rule_as_reading_each(
    province: str | None, score: float | None, tier: str | None, key_account: bool | None
) -> None:
    program = Program([parse(text) for text in RULES])
    assert program._key == "province"
    row = {"province": province, "score": score, "tier": tier, "key_account": key_account}
    values = [row[name] for name in program.fields]
    wanted = [place for place, rule in enumerate(program.conditions) if holds(rule, row, today=TODAY)]

    first = wanted[0] if wanted else -1
    assert program.first(values, today=TODAY) == first
    assert program.firsts([values], today=TODAY).tolist() == [first]
    assert program.after(values, first, today=TODAY) == (wanted[1] if len(wanted) > 1 else -1) or first == -1
    misses = program.misses(values, today=TODAY)
    assert (len(misses) - 1 if misses[-1] == 0 else -1) == first
    for condition, missed in zip(program.conditions, misses, strict=False):
        told = explain(condition, row, today=TODAY)
        parts = condition.parts if isinstance(condition, All) else (condition,)
        lowest = (missed & -missed).bit_length() - 1
        assert told == (to_text(parts[lowest]) if missed else None)


def test_no_text_of_a_user_reaches_the_compiler() -> None:
    evil = Text("\"') or __import__('os').system('true') #\n")
    program = Program([Compare("==", Field("x'] or 1 #"), evil)])
    assert program.first(["A"], today=TODAY) == -1
    assert program.first([evil.value], today=TODAY) == 0


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ('tier == "A"', 'tier in ["A", "B"]'),
        ('tier == "A" && score > 3', 'tier == "A"'),
        ("score >= 5", "score > 3"),
        ("score > 5", "score >= 5"),
        ("5 < score", "score != null"),
        ("score in [4, 5]", "score >= 4"),
        ('tier == "A" || tier == "B"', 'tier in ["B", "A"]'),
        ('within(region_code, "440300")', 'within(region_code, "440000")'),
        ('tier.startsWith("AB")', 'tier.startsWith("A")'),
        ('tier.startsWith("AB")', 'tier.contains("B")'),
        ("key_account", "key_account == true"),
        ("daysSince(created_at) > 100", "daysSince(created_at) > 90"),
        ("!(score > 3)", "!(score > 5)"),
        ("score < 3 && score > 5", "key_account"),
    ],
)
def test_what_follows_is_proved_and_not_the_other_way_round(narrow: str, wide: str) -> None:
    first, second = parse(narrow), parse(wide)
    assert implies(first, second)
    both_ways = {"key_account", 'tier == "A" || tier == "B"'}
    assert implies(second, first) == (narrow in both_ways)


def test_what_always_or_never_holds_is_recognised() -> None:
    assert is_always(parse("key_account || !key_account"))
    assert is_never(parse("key_account && !key_account"))
    assert is_never(parse('tier == "A" && tier in ["B", "C"]'))
    assert is_never(parse("score < 3 && score >= 3"))
    assert not is_never(parse("score <= 3 && score >= 3"))
    assert not is_always(parse("score < 3 || score >= 3"))  # false on null


def test_the_fields_of_a_condition_are_listed_with_their_places() -> None:
    found = fields_of(parse('tier == "A" && (daysSince(created_at) > 3 || "x" in needs)'))
    assert [(field.name, field.at) for field in found] == [("tier", 0), ("created_at", 26), ("needs", 52)]
