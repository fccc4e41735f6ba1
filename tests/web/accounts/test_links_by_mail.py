"""Links: invited, reset, another address. Each opens once and not for long, and both addresses are told."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from django.utils import timezone

from jiuzhou.web.accounts import writes
from jiuzhou.web.accounts.mail import wait_for_letters
from jiuzhou.web.problems import InvalidError
from jiuzhou.web.store.models import RoleGrant, User
from web_company import PASSWORD, Company
from web_visitors import enter, is_in, told_by, try_password

NEW = "a-longer-sentence-of-mine"


@pytest.fixture(autouse=True)
def mail_server(settings: LazySettings) -> None:
    settings.MAIL = "smtp://mail.example.com"


def letters(to: str) -> list[str]:
    wait_for_letters()
    return [str(letter.body) for letter in mail.outbox if letter.to == [to]]


def link_in(letter: str) -> str:
    found = re.search(r"http://testserver(/\S+)", letter)
    assert found is not None, letter
    return found[1]


def ask(email: str) -> None:
    assert Client().post("/accounts/reset/", {"email": email}).headers["Location"] == "/accounts/reset/sent/"


def test_a_forgotten_password_is_set_anew_and_everything_signed_in_ends(company: Company) -> None:
    client = enter("rep@example.com")
    ask("REP@example.com")
    link = link_in(letters("rep@example.com")[0])

    answer = Client().post(link, {"password": NEW, "again": NEW})

    assert answer.headers["Location"] == "/accounts/login/"
    assert not is_in(client)
    assert is_in(enter("rep@example.com", NEW))
    assert "您的密码刚刚更改" in letters("rep@example.com")[-1]


def test_a_link_opens_once(company: Company) -> None:
    ask("rep@example.com")
    link = link_in(letters("rep@example.com")[0])
    Client().post(link, {"password": NEW, "again": NEW})

    answer = Client().post(link, {"password": PASSWORD, "again": PASSWORD})

    assert answer.status_code == 410
    assert User.objects.get(email="rep@example.com").check_password(NEW)


def test_a_link_opens_for_an_hour(company: Company) -> None:
    ask("rep@example.com")
    link = link_in(letters("rep@example.com")[0])

    with time_machine.travel(timezone.now() + timedelta(minutes=59)):
        assert Client().get(link).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert Client().get(link).status_code == 410


@pytest.mark.parametrize("purpose", ["invited", "address"])
def test_a_link_opens_only_what_it_was_made_for(company: Company, purpose: str) -> None:
    ask("rep@example.com")
    link = link_in(letters("rep@example.com")[0])

    assert Client().get(link.replace("/reset/", f"/{purpose}/")).status_code == 410
    assert Client().get(link[:-4] + "AAA/").status_code == 410


def test_an_unknown_address_gets_no_letter_and_the_same_answer(company: Company) -> None:
    ask("nobody@example.com")

    assert letters("nobody@example.com") == []


def test_nobody_is_flooded_with_letters(company: Company) -> None:
    for _ in range(30):
        ask("rep@example.com")

    assert len(letters("rep@example.com")) == 10


def test_a_reset_password_opens_a_closed_account_but_not_the_second_factor(company: Company) -> None:
    ask("planner@example.com")
    Client().post(link_in(letters("planner@example.com")[0]), {"password": NEW, "again": NEW})
    client = Client()

    assert try_password(client, "planner@example.com", NEW).startswith("/accounts/second-factor/check/")
    assert not is_in(client)


def test_without_a_mail_server_the_page_says_whom_to_ask(company: Company, settings: LazySettings) -> None:
    settings.MAIL = ""

    assert "请联系管理员" in Client().get("/accounts/reset/").content.decode()


def test_another_address_needs_the_password(company: Company) -> None:
    client = enter("rep@example.com")

    answer = client.post("/settings/account/address/", {"email": "zhou@example.com", "password": "wrong-wrong"})

    assert answer.status_code == 422
    assert "密码不正确" in told_by(answer.content.decode())
    assert letters("zhou@example.com") == []


def test_another_address_counts_once_it_is_confirmed_and_both_are_told(company: Company) -> None:
    client = enter("rep@example.com")
    client.post("/settings/account/address/", {"email": "zhou@example.com", "password": PASSWORD})
    link = link_in(letters("zhou@example.com")[0])
    assert len(letters("rep@example.com")) == 1
    assert Client().get(link).status_code == 200
    assert User.objects.filter(email="rep@example.com").exists()

    assert Client().post(link).status_code == 302

    assert User.objects.get(email="zhou@example.com").pk == company.people["rep"].pk
    assert not is_in(client)
    assert [len(letters(to)) for to in ("rep@example.com", "zhou@example.com")] == [2, 2]
    assert Client().post(link).status_code == 410
    assert is_in(enter("zhou@example.com"))


def test_the_address_of_somebody_else_is_neither_taken_nor_betrayed(company: Company) -> None:
    client = enter("rep@example.com")

    taken = client.post("/settings/account/address/", {"email": "Peer@example.com", "password": PASSWORD})
    free = client.post("/settings/account/address/", {"email": "free@example.com", "password": PASSWORD})

    assert (taken.status_code, taken.headers["Location"]) == (free.status_code, free.headers["Location"])
    assert letters("Peer@example.com") == []


def test_somebody_invited_sets_a_password_and_can_do_nothing_until_there_is_a_role(company: Company) -> None:
    admin = enter("admin@example.com")
    admin.post("/settings/people/invite/", {"name": "黄新", "email": "huang@example.com", "language": "zh"})
    link = link_in(letters("huang@example.com")[0])
    assert try_password(Client(), "huang@example.com", "") != "/"

    Client().post(link, {"password": NEW, "again": NEW})

    client = enter("huang@example.com", NEW)
    assert client.get("/settings/account/").status_code == 403
    assert not RoleGrant.unscoped.filter(user__email="huang@example.com").exists()


def test_without_a_mail_server_the_administrator_hands_the_link_over(company: Company, settings: LazySettings) -> None:
    settings.MAIL = ""
    admin = enter("admin@example.com")

    page = admin.post(
        "/settings/people/invite/", {"name": "黄新", "email": "huang@example.com", "language": "zh"}
    ).content.decode()

    link = link_in(page.replace("</code>", " "))
    assert Client().get(link).status_code == 200


def test_a_new_link_for_somebody_ends_what_was(company: Company) -> None:
    client = enter("rep@example.com")

    writes.invite_again(company.actor("admin"), company.people["rep"].pk)

    assert not is_in(client)
    assert try_password(Client(), "rep@example.com") == "邮箱或密码不正确。"


def test_no_two_people_share_an_address_whatever_its_case(company: Company) -> None:
    with pytest.raises(InvalidError):
        writes.invite_person(company.actor("admin"), name="又一个", email="REP@example.com", language="zh")
