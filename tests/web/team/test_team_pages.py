"""People and partners: what each may see of colleagues, the capacity bar, absences."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from jiuzhou.web.accounts.declassified import LEAST_PEOPLE
from jiuzhou.web.places.team.bars import bar_of
from jiuzhou.web.problems import ConflictError, InvalidError, NotFoundError
from jiuzhou.web.resource.reads import read_partners, read_people, read_person
from jiuzhou.web.resource.shapes import Away, Load, PersonLine
from jiuzhou.web.resource.substitutes import substitutes
from jiuzhou.web.resource.writes import add_absence, remove_absence
from jiuzhou.web.store.models import Absence, AuditEntry, Customer, Owner, OwnerScore
from web_company import Company, database_digest
from web_figures import fill_figures, today_of

SignIn = Callable[[str], Client]
NOON = datetime(2026, 7, 10, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def figures(company: Company) -> Company:
    fill_figures(company)
    return company


@given(st.none() | st.floats(0, 1e5), st.floats(0, 1e5))
def test_the_three_parts_of_a_load_are_the_capacity_and_the_work(capacity: float | None, workload: float) -> None:
    load = Load(capacity, workload)

    assert load.committed + load.free == pytest.approx(capacity or 0)
    assert load.committed + load.over == pytest.approx(workload)
    assert load.free == 0 or load.over == 0
    bar = bar_of(load)
    assert 0 <= bar.committed <= 100.01
    assert bar.committed + bar.over <= 100.02


def person(code: str, *skills: str, team: str = "华东组", free: float = 10, away: bool = False) -> PersonLine:
    absences = (Away(1, NOON - timedelta(days=1), NOON + timedelta(days=1), ""),) if away else ()
    return PersonLine(code, code, team, "", skills, Load(100, 100 - free), 5, None, None, None, absences, away, None)


def test_a_stand_in_is_there_knows_the_trade_and_has_time() -> None:
    absent = person("R1", "industry:医疗", "product:CT")
    others = [
        person("R2", "industry:医疗", away=True),
        person("R3", "industry:医疗", free=5),
        person("R4", "industry:医疗", "product:CT", team="华北组", free=90),
        person("R5", free=80),
    ]

    found = substitutes(absent, [absent, *others], starts_at=NOON, ends_at=NOON + timedelta(days=3))

    assert [one.code for one in found] == ["R3", "R5", "R4"]
    assert (found[0].shared, found[0].of) == (1, 2)


def test_a_rep_sees_its_own_line_only(figures: Company) -> None:
    page = read_people(figures.actor("rep"))

    assert [line.code for line in page.lines] == ["R1"]
    assert page.totals is None  # its team has two people: a total would tell the other one's load


def test_totals_of_a_team_are_told_from_five_people_on(figures: Company) -> None:
    for number in range(LEAST_PEOPLE - 2):
        owner = Owner.unscoped.create(
            organisation=figures.organisation,
            code=f"X{number}",
            name=f"新人{number}",
            team=figures.owners["TEAM-E"],
            capacity_hours=1000,
        )
        OwnerScore.unscoped.create(
            organisation=figures.organisation, owner=owner, workload=100, customers=3, as_of=today_of(figures)
        )
    page = read_people(figures.actor("rep"))

    assert page.declassified
    assert page.totals is not None
    assert page.totals.people == LEAST_PEOPLE
    assert page.totals.load.workload == 2 * 20 + 3 * 100

    Owner.unscoped.filter(code="X0").delete()
    assert read_people(figures.actor("rep")).totals is None


def test_a_manager_sees_its_people_and_their_sum(figures: Company) -> None:
    page = read_people(figures.actor("regional_manager"))

    assert {line.code for line in page.lines} == {"R1", "R2"}
    assert page.totals is not None
    assert page.totals.customers == sum(line.customers for line in page.lines) == 3
    assert page.totals.load.workload == 30


@pytest.mark.parametrize(("viewer", "code"), [("rep", "R2"), ("rep", "TEAM-E"), ("regional_manager", "R3")])
def test_the_page_of_somebody_elses_person_is_not_there(
    figures: Company, signed_in: SignIn, viewer: str, code: str
) -> None:
    with pytest.raises(NotFoundError):
        read_person(figures.actor(viewer), code)
    assert signed_in(viewer).get(f"/team/{code}/").status_code == 404


def test_over_capacity_is_said_in_words(figures: Company, signed_in: SignIn) -> None:
    Owner.unscoped.filter(code="R2").update(capacity_hours=15)

    html = signed_in("planner").get("/team/?lang=en").content.decode()

    assert "5 h over" in html
    assert 'class="beyond"' in html


def test_a_manager_enters_an_absence_once_and_takes_it_back(figures: Company, signed_in: SignIn) -> None:
    client, day = signed_in("regional_manager"), today_of(figures) + timedelta(days=20)
    body = {"starts_on": day.isoformat(), "ends_on": day.isoformat(), "reason": "培训"}
    for _ in range(2):
        assert client.post("/team/R1/absences/", body).status_code == 302
    absence = Absence.unscoped.get(owner=figures.owners["R1"])
    assert absence.ends_at - absence.starts_at == timedelta(days=1)
    assert AuditEntry.unscoped.filter(verb="absence.add").count() == 1
    assert "Who could stand in" in client.get("/team/R1/?lang=en").content.decode()

    client.post("/team/R1/absences/", {"do": "remove", "absence": absence.pk})

    assert not Absence.unscoped.filter(owner=figures.owners["R1"]).exists()


def test_absences_that_make_no_sense_change_nothing(figures: Company) -> None:
    actor, day = figures.actor("regional_manager"), today_of(figures) + timedelta(days=5)
    before = database_digest()
    with pytest.raises(InvalidError):
        add_absence(actor, owner="R1", starts_on=day, ends_on=day - timedelta(days=1))
    with pytest.raises(InvalidError):
        add_absence(actor, owner="R1", starts_on=date(2026, 1, 1), ends_on=date(2028, 1, 1))
    with pytest.raises(ConflictError):
        add_absence(actor, owner="R2", starts_on=day - timedelta(days=1), ends_on=day)
    assert database_digest() == before


def test_nobody_enters_absences_of_others_people(figures: Company, signed_in: SignIn) -> None:
    day, before = today_of(figures), database_digest()
    absence = Absence.unscoped.get(owner=figures.owners["R2"])
    with pytest.raises(NotFoundError):
        add_absence(figures.actor("sibling_manager"), owner="R1", starts_on=day, ends_on=day)
    with pytest.raises(NotFoundError):
        remove_absence(figures.actor("sibling_manager"), owner="R2", absence_id=absence.pk)
    with pytest.raises(NotFoundError):
        remove_absence(figures.actor("planner"), owner="R1", absence_id=absence.pk)
    assert database_digest() == before
    body = {"starts_on": day.isoformat(), "ends_on": day.isoformat()}
    assert signed_in("rep").post("/team/R1/absences/", body).status_code == 403


def test_partners_and_own_reps_in_one_city_are_named(figures: Company) -> None:
    Customer.unscoped.filter(pk=figures.customers["partner"].pk).update(region_code="110105")

    page = read_partners(figures.actor("planner"))

    conflict = page.conflicts[0]
    assert (conflict.area, conflict.partner_code, conflict.partner_customers) == ("1101", "P1", 1)
    assert conflict.own_customers == 1  # R3's at 110100; its other customer lies at 110000, which names no city
    assert read_partners(figures.actor("channel_manager")).conflicts == ()  # own reps' customers are not its to see


@pytest.mark.parametrize("page", ["/team/", "/team/R1/", "/team/partners/", "/team/P1/"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_has_one_primary_button_and_keeps_its_budget(
    figures: Company, signed_in: SignIn, page: str, lang: str
) -> None:
    for number in range(40):
        Owner.unscoped.create(
            organisation=figures.organisation, code=f"X{number}", name=f"人{number}", team=figures.owners["TEAM-E"]
        )
    client = signed_in("planner")
    with CaptureQueriesContext(connection) as asked:
        html = client.get(f"{page}?lang={lang}").content.decode()
    assert len(asked) <= 12, [query["sql"][:90] for query in asked]
    assert html.count("button primary") == 1
    assert ">team." not in html


def test_many_people_come_a_leaf_at_a_time(
    figures: Company, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jiuzhou.web.paging.LEAF", 2)
    client, found = signed_in("planner"), list[str]()
    everybody = [line.code for line in read_people(figures.actor("planner")).lines]
    for start in range(0, len(everybody), 2):
        html = client.get(f"/team/?sort=customers&start={start}").content.decode()
        found += re.findall(r'<tr data-href="/team/([^"/]+)/"', html)
        assert ('rel="next"' in html) == (start + 2 < len(everybody))
        assert ('rel="prev"' in html) == (start > 0)
        assert "start=" not in "".join(re.findall(r'href="([^"]*sort=name[^"]*)"', html))

    assert len(everybody) > 2
    assert sorted(found) == sorted(everybody)
