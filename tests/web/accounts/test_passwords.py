"""Passwords: long, not common, not oneself; nothing is asked of their signs."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.web.accounts.passwords import ALONE, WITH_FACTOR
from jiuzhou.web.store.models import User
from web_company import FACTOR, PASSWORD, Company
from web_visitors import enter, told_by


def refused(password: str, user: User | None) -> str:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


@given(st.text(st.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_categories=("Cs",)), max_size=ALONE - 1))
def test_alone_a_password_has_fifteen_signs(password: str) -> None:
    assert "至少" in refused(password, None)


def test_beside_a_second_factor_eight_signs_are_enough(company: Company) -> None:
    user = company.people["rep"]
    eight = "vq8m-tz3"
    assert len(eight) == WITH_FACTOR
    assert "15" in refused(eight, user)

    TOTP.activate(user, FACTOR)

    assert refused(eight, user) == ""
    assert "8" in refused(eight[:-1], user)


@pytest.mark.parametrize(
    "password", ["passwordpassword", "111111111111111", "ababababababababab", "1234567890123456789"]
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    assert "太常见" in refused(password, User(name="周静", email="zhou@example.com"))


def test_common_words_are_refused_beside_a_factor(company: Company) -> None:
    user = company.people["planner"]

    for password in ("password", "iloveyou", "football1", "password123", "aaaaaaaa"):
        assert "太常见" in refused(password, user), password


def test_ones_own_name_or_address_is_refused(company: Company) -> None:
    user = company.people["rep"]
    user.name, user.email = "Alexandra Wintergreen", "alexandra.wintergreen@example.com"

    assert "太像" in refused("alexandra.wintergreen", user)
    assert "太像" in refused("Wintergreen-Alexandra", user)


@pytest.mark.parametrize(
    "password", ["山高月小水落石出清风徐来水波不兴", "only small letters here", "correct horse battery staple"]
)
def test_no_sign_is_asked_for(company: Company, password: str) -> None:
    assert refused(password, company.people["rep"]) == ""


def test_a_new_password_needs_the_present_one_and_twice_the_same(company: Company) -> None:
    client = enter("rep@example.com")
    new = "a-longer-sentence-of-mine"

    for form, sentence in (
        ({"password": "wrong-wrong-wrong", "new": new, "again": new}, "密码不正确"),
        ({"password": PASSWORD, "new": new, "again": f"{new}!"}, "两次输入不一致"),
        ({"password": PASSWORD, "new": "short", "again": "short"}, "至少需要 15"),
    ):
        answer = client.post("/settings/account/password/", form)
        assert answer.status_code == 422
        assert sentence in told_by(answer.content.decode())
    assert User.objects.get(email="rep@example.com").check_password(PASSWORD)


def test_the_factor_goes_only_with_a_long_password_and_never_from_managers(company: Company) -> None:
    rep = company.people["rep"]
    TOTP.activate(rep, FACTOR)
    rep.set_password("vq8m-tz3")
    rep.save()
    client = enter("rep@example.com", "vq8m-tz3")

    answer = client.post("/settings/account/second-factor/off/", {"password": "vq8m-tz3"})

    assert answer.status_code == 409
    assert "至少需要 15" in answer.content.decode()
    manager = enter("planner@example.com")
    assert manager.post("/settings/account/second-factor/off/", {"password": PASSWORD}).status_code == 409


def test_the_factor_of_a_rep_can_be_taken_away(company: Company) -> None:
    TOTP.activate(company.people["rep"], FACTOR)
    client = enter("rep@example.com")

    assert client.post("/settings/account/second-factor/off/", {"password": PASSWORD}).status_code == 302

    assert "未启用" in client.get("/settings/account/").content.decode()
