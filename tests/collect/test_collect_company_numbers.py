"""Tax numbers, telephones and addresses of mail as people type them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.adapters.rejects import suggestion_of
from jiuzhou.adapters.texts import LANGS, render
from jiuzhou.collect.companies import (
    company_domain,
    credit_codes,
    emails,
    number_problem,
    phone_number,
    phones,
    suggested_code,
)
from jiuzhou.demo.credit_code import credit_codes as make_codes
from jiuzhou.kernel.credit_code import LETTERS, is_credit_code


def made(area: int = 320_300, number: int = 12_345_678) -> str:
    return str(make_codes(np.array([area]), np.array([number]))[0].as_py())


CODES = st.builds(made, st.sampled_from([110_105, 320_500, 440_300]), st.integers(0, 99_999_999))


@given(CODES, st.data())
def test_a_code_is_accepted_however_it_is_spaced_and_a_changed_letter_is_not(code: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, 17))
    other = data.draw(st.sampled_from([letter for letter in LETTERS if letter != code[at]]))
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)

    found = credit_codes(pa.array([code, f" {code[:6].lower()} {code[6:]}-", wide, code[:at] + other + code[at + 1 :]]))

    assert found.valid.tolist() == [True, True, True, False]
    assert found.normalised.to_pylist()[:3] == [code] * 3
    assert found.organisation.to_pylist() == [code[8:17]] * 3 + [None]
    assert found.reason[3].as_py() == "credit_check"


@given(st.lists(st.one_of(st.none(), CODES, st.text(max_size=20)), max_size=6))
def test_a_column_is_judged_as_each_of_its_numbers(texts: list[str | None]) -> None:
    found = credit_codes(pa.chunked_array([pa.array(texts, pa.string())]))

    for at, text in enumerate(texts):
        alone = credit_codes(pa.array([text], pa.string()))
        assert (found.valid[at], found.kind[at], found.reason[at]) == (alone.valid[0], alone.kind[0], alone.reason[0])
        if text and found.kind[at].as_py() == "credit":
            assert is_credit_code(found.normalised[at].as_py())


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("320500000012345", "old", ""),
        ("32050012345678-X", "old", ""),
        ("12345678-8", "organisation", ""),
        ("91320500", "", "credit_length"),
        ("9132050031000001OI", "", "credit_letter"),
        ("913205****00000001", "", "credit_masked"),
        ("  ", "", ""),
    ],
)
def test_other_numbers_are_told_apart(text: str, kind: str, reason: str) -> None:
    found = credit_codes(pa.array([text]))

    assert (found.kind[0].as_py(), found.reason[0].as_py()) == (kind, reason)


@given(CODES)
def test_letters_that_look_like_digits_are_read_as_such(code: str) -> None:
    typed = code.replace("0", "O").replace("1", "I")

    assert suggested_code(typed) == (code if typed != code else "")


@given(CODES, st.integers(8, 16), st.sampled_from(LETTERS))
def test_a_suggestion_is_valid_and_one_letter_from_what_was_typed(code: str, at: int, letter: str) -> None:
    typed = code[:at] + letter + code[at + 1 :]

    near = suggested_code(typed)

    assert not near or (is_credit_code(near) and sum(a != b for a, b in zip(near, typed, strict=True)) == 1)


def test_a_wrong_letter_with_one_remedy_is_mended_in_words() -> None:
    code = made()
    typed = next(
        wrong
        for letter in LETTERS
        if letter != code[10] and suggested_code(wrong := code[:10] + letter + code[11:]) == code
    )

    problem = number_problem(typed)

    assert problem is not None
    assert problem.code == "companies.credit_check"
    for lang in LANGS:
        assert typed in render(problem, lang)
        assert code in render(suggestion_of(problem), lang)


def test_a_good_number_has_no_problem() -> None:
    assert number_problem(made()) is None
    assert number_problem("") is None


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+86 138 1234 5678", "13812345678"),
        ("008613812345678", "13812345678"),
        ("013812345678", "13812345678"),
        ("0512-62881234转801", "0512-62881234-801"),
        ("(0512) 62881234-801", "0512-62881234-801"),
        ("86-512-62881234", "0512-62881234"),
        ("０２１－６２８８１２３４", "021-62881234"),
        ("62881234", "62881234"),
        ("400-800-1234", "4008001234"),
        ("+1 (415) 555-0100", "+14155550100"),
        ("138****0042", "138****0042"),
        ("13812345678, 0512-62881234", "13812345678"),
        ("无", ""),
        ("", ""),
    ],
)
def test_a_telephone_number_has_one_form(written: str, number: str) -> None:
    assert phone_number(written) == number
    assert phones(pa.array([written, None])).to_pylist() == [number or None, None]


@given(st.text(max_size=20))
def test_a_number_in_order_stays_so(text: str) -> None:
    once = phone_number(text)
    assert phone_number(once) == once


def test_addresses_of_mail_are_lower_case_and_those_of_everybody_name_no_company() -> None:
    column = emails(pa.array([" Li@Example.COM ", "ａ@b.cn", "no address", None]))

    assert column.to_pylist() == ["li@example.com", "a@b.cn", None, None]
    assert company_domain("li@example.com") == "example.com"
    assert company_domain("li@163.com") == ""
