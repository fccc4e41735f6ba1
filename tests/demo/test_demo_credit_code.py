"""统一社会信用代码: the check characters are those of the standards."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiuzhou.demo.credit_code import credit_codes, is_credit_code

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def plain_check(body: str) -> str:
    """The last character by GB 32100-2015, written out with the standard's own table of weights."""
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    rest = sum(LETTERS.index(letter) * weight for letter, weight in zip(body, weights, strict=True)) % 31
    return LETTERS[(31 - rest) % 31]


def plain_organisation_check(body: str) -> str:
    """The ninth character of an organisation code by GB 11714-1997."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    value = 11 - sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11
    return {10: "X", 11: "0"}.get(value, str(value))


@given(area=st.integers(110_000, 659_999), number=st.integers(0, 99_999_999))
@settings(deadline=None, max_examples=60)
def test_both_check_characters_agree_with_the_standards_tables(area: int, number: int) -> None:
    (code,) = credit_codes(np.array([area]), np.array([number])).to_pylist()

    assert code[:16] == f"91{area}{number:08d}"
    assert code[16] == plain_organisation_check(code[8:16])
    assert code[17] == plain_check(code[:17])
    assert is_credit_code(code)


@given(place=st.integers(0, 17), shift=st.integers(1, 30))
@settings(deadline=None, max_examples=40)
def test_one_wrong_character_is_always_found(place: int, shift: int) -> None:
    (code,) = credit_codes(np.array([320_300]), np.array([12_345_678])).to_pylist()
    wrong = LETTERS[(LETTERS.index(code[place]) + shift) % 31]

    assert not is_credit_code(code[:place] + wrong + code[place + 1 :])


@pytest.mark.parametrize("text", ["", "91320100310000014", "91320100310000014I", "９1320100310000014N"])
def test_what_has_another_form_is_no_code(text: str) -> None:
    assert not is_credit_code(text)
