"""Names of companies in their parts, and whether two of them are one company."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.adapters.texts import LANGS, render
from jiuzhou.collect.companies import (
    CompanyName,
    Verdict,
    blocking_keys,
    company_name,
    compare,
    names_of_companies,
)
from jiuzhou.collect.companies.letters import folded
from jiuzhou.collect.companies.spelling import differing, edits
from jiuzhou.collect.companies.traditional import SIMPLIFIED

LABELLED = Path(__file__).parent / "labelled_companies.tsv"
SUZHOU, SHANGHAI = "320500", "310000"

WORDS = st.sampled_from(
    [
        *(
            "苏州",
            "江苏省",
            "上海市",
            "恒信",
            "精密机械",
            "（上海）",
            "(筹)",
            "有限公司",
            "集团",
            "分公司",
            "第一",
            "厂",
        ),
        *("Acme", " ", "Co., Ltd.", "＆", "🙂", "）", "（", "中国", "\n", "十", "限公司"),
    ]
)
NAMES = st.one_of(st.lists(WORDS, max_size=6).map("".join), st.text(max_size=20))


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("苏州恒信精密机械有限公司", CompanyName("恒信精密机械", "ltd", SUZHOU)),
        ("江苏省苏州市恒信精密機械有限責任公司", CompanyName("恒信精密机械", "ltd", SUZHOU)),
        ("恒信精密机械（苏州）有限公司", CompanyName("恒信精密机械", "ltd", SUZHOU, behind=True)),
        ("ＡＢＣ　科技(上海)有限公司", CompanyName("abc科技", "ltd", SHANGHAI, behind=True)),
        ("恒信精密机械有限公司上海市分公司", CompanyName("恒信精密机械", "ltd", "", "上海分公司")),
        ("恒信科技上海办事处", CompanyName("恒信科技", "", "", "上海办事处")),
        ("恒信科技股份有限公司第二分厂", CompanyName("恒信科技", "plc", "", "第二分厂")),
        ("中粮（集团）有限公司", CompanyName("中粮", "group")),
        ("上海恒信企业管理合伙企业（有限合伙）", CompanyName("恒信企业管理", "partnership", SHANGHAI)),
        ("恒信机械厂", CompanyName("恒信机械", "factory")),
        ("南京市政工程有限公司", CompanyName("市政工程", "ltd", "320100")),
        ("恒信（中国）有限公司", CompanyName("恒信", "ltd", "CN", behind=True)),
        ("平安保险", CompanyName("平安保险")),
        ("Acme Trading Co., Ltd.", CompanyName("acmetrading", "ltd")),
        ("Zinc", CompanyName("zinc")),
        ("苏州恒信有限公公司", CompanyName("恒信", "ltd", SUZHOU)),
        ("有限公司", CompanyName("有限公司")),
        ("", CompanyName("")),
    ],
)
def test_a_name_comes_apart_into_what_is_called_form_place_and_branch(written: str, parts: CompanyName) -> None:
    assert company_name(written) == parts


@given(st.lists(NAMES, max_size=8))
def test_a_column_of_names_comes_apart_as_each_name_does(names: list[str]) -> None:
    table = names_of_companies(pa.array([*names, None], pa.string()))

    alone = [company_name(name) for name in names]
    assert table["core"].to_pylist() == [*(name.core for name in alone), None]
    assert table["branch"].to_pylist() == [*(name.branch for name in alone), None]
    assert table["place"].to_pylist() == [*(name.place for name in alone), None]


@given(st.lists(st.text(), max_size=6))
def test_folding_many_texts_folds_each(texts: list[str]) -> None:
    assert folded(texts) == [folded([text])[0] for text in texts]


@given(NAMES)
def test_folding_twice_is_folding_once(name: str) -> None:
    once = folded([name])
    assert folded(once) == once


def test_a_simplified_character_is_never_simplified_again() -> None:
    assert [old for old, new in SIMPLIFIED.items() if new in SIMPLIFIED] == []


@pytest.mark.parametrize(
    ("left", "right", "verdict", "reason"),
    [
        ("苏州恒信精密机械有限公司", "苏州市恒信精密机械", Verdict.SAME, "no_form"),
        ("苏州恒信精密机械有限公司", "苏州恒鑫精密机械有限公司", Verdict.SIMILAR, "one_letter"),
        ("苏州第一人民医院", "苏州市第二人民医院", Verdict.DIFFERENT, "tells_apart"),
        ("恒信精密机械有限公司", "恒信精密机械有限公司上海分公司", Verdict.SIMILAR, "other_branch"),
        ("苏州恒信精密机械有限公司", "无锡恒信精密机械有限公司", Verdict.SIMILAR, "other_place"),
        ("恒信精密机械有限公司", "恒信精机密械有限公司", Verdict.SAME, "swapped"),
        ("恒信集团有限公司", "恒信有限公司", Verdict.SIMILAR, "other_form"),
        ("Acme Trading Co., Ltd.", "ACME TRADING LIMITED", Verdict.SAME, "same_core"),
        ("苏州恒信精密机械有限公司", "徐州澜禾口腔门诊部", Verdict.DIFFERENT, "other_core"),
    ],
)
def test_two_names_are_compared_with_reasons(left: str, right: str, verdict: Verdict, reason: str) -> None:
    found = compare(left, right)

    assert found.verdict is verdict
    assert f"companies.{reason}" in [message.code for message in found.reasons]
    assert all(render(message, lang) for message in found.reasons for lang in LANGS)


@given(NAMES, NAMES)
def test_comparing_does_not_mind_which_name_comes_first(left: str, right: str) -> None:
    one, other = compare(left, right), compare(right, left)

    assert (one.score, one.verdict) == (other.score, other.verdict)
    assert 0 <= one.score <= 1


@given(NAMES)
def test_a_name_with_a_core_is_the_same_as_itself(name: str) -> None:
    assert compare(name, name).verdict is (Verdict.SAME if company_name(name).core else Verdict.DIFFERENT)


@given(st.text("恒信鑫精密机械电子科技", min_size=3, max_size=8), st.data())
def test_names_one_letter_apart_share_a_key(core: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(core) - 1))
    slips = [core[:at] + core[at + 1 :], core[:at] + "岚" + core[at + 1 :], core[:at] + "岚" + core[at:]]
    slips.append(core[:at] + core[at : at + 2][::-1] + core[at + 2 :])

    for slip in slips:
        assert {*blocking_keys(CompanyName(core))} & {*blocking_keys(CompanyName(slip))} or len(slip) < 3


@pytest.mark.parametrize(
    ("left", "right", "count"),
    [("恒信", "恒信", 0), ("恒信", "恒鑫", 1), ("恒信", "信恒", 1), ("恒", "恒信科", 2), ("甲", "乙丙丁", 3)],
)
def test_edits_are_counted_letter_by_letter(left: str, right: str, count: int) -> None:
    assert edits(left, right, most=2) == count


def test_what_differs_is_what_the_ends_do_not_share() -> None:
    assert differing("恒信机械", "恒鑫机械") == ("信", "鑫")
    assert differing("aa", "aaa") == ("", "a")


def test_labelled_pairs_are_judged_with_few_false_ones() -> None:
    with LABELLED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    said = [compare(row["left"], row["right"]).verdict is Verdict.SAME for row in rows]
    same = [row["same"] == "1" for row in rows]
    for row, one, other in zip(rows, said, same, strict=True):
        if one != other:
            print("false" if one else "missed", row["kind"], row["left"], row["right"])
    right = sum(one and other for one, other in zip(said, same, strict=True))

    assert len(rows) >= 100
    assert right / sum(said) >= 0.98
    assert right / sum(same) >= 0.80
