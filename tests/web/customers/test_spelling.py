"""Names are found by characters, pinyin and initials from any place, and by nothing that they do not hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.web.store.sounds import readings
from jiuzhou.web.store.spelling import fold, holds, terms_of, words_of

HAN = st.sampled_from("苏州康明医疗有限公司重庆长安厦门单雄信六安乐清无锡恒达纺织集团")
NAMES = st.lists(HAN | st.sampled_from("AbZ3（）·－ ９Ｑé"), min_size=1, max_size=12).map("".join)


def found(name: str, query: str) -> bool:
    terms = terms_of(query)
    return terms is not None and holds(name, terms)


@pytest.mark.parametrize(
    "query", ["sz", "suzhou", "苏州", "苏", "苏州康", "ＳＺ", "SuZhou", "康明", "szkm", "suzhouk", "苏州kang"]
)
def test_one_name_is_found_however_it_is_typed(query: str) -> None:
    assert found("苏州康明医疗器械有限公司", query)


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("重庆长安汽车", "chongqing"),
        ("重庆长安汽车", "cqca"),
        ("单记餐饮", "shan"),
        ("单记餐饮", "danji"),
        ("六安药材", "luan"),
    ],
)
def test_a_character_with_two_readings_is_found_by_either(name: str, query: str) -> None:
    assert found(name, query)


@pytest.mark.parametrize("query", ["州苏", "zs", "无锡", "kangmingx", "suzh0u", "明医院"])
def test_what_a_name_does_not_hold_does_not_find_it(query: str) -> None:
    assert not found("苏州康明医疗器械有限公司", query)


@pytest.mark.parametrize("query", ["", "   ", "（）", "·-·"])
def test_nothing_can_be_looked_for_with_signs_alone(query: str) -> None:
    assert terms_of(query) is None


@given(NAMES, st.data())
def test_every_piece_of_two_characters_or_more_finds_the_name(name: str, data: st.DataObject) -> None:
    folded = fold(name)
    if len(folded) < 2:
        return
    start = data.draw(st.integers(0, len(folded) - 2))
    end = data.draw(st.integers(start + 2, len(folded)))

    assert found(name, folded[start:end])


@given(st.lists(HAN, min_size=2, max_size=8).map("".join), st.data())
def test_pinyin_and_initials_find_the_name_from_any_place(name: str, data: st.DataObject) -> None:
    sounds = readings(fold(name))
    start = data.draw(st.integers(0, len(sounds) - 2))
    end = data.draw(st.integers(start + 2, len(sounds)))

    assert found(name, "".join(sounds[start:end]))
    assert found(name, "".join(sound[0] for sound in sounds[start:end]))


@given(NAMES, st.lists(HAN, min_size=2, max_size=4).map("".join))
def test_characters_find_only_the_names_that_hold_them(name: str, query: str) -> None:
    assert found(name, query) == (query in fold(name))


@given(NAMES)
def test_words_are_what_every_database_takes_whole(name: str) -> None:
    assert all(word.isalnum() and (word.isascii() or word[0] in "nu") for word in words_of(name))
