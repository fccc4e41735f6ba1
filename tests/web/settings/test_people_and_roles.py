"""People and roles: administrators decide, nobody about themselves, and there is always an administrator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from jiuzhou.web.accounts import reads, writes
from jiuzhou.web.accounts.roles import VERBS
from jiuzhou.web.problems import ConflictError, ForbiddenError, InvalidError, NotFoundError, StaleError
from jiuzhou.web.store.models import Access, AuditEntry, Customer, Organisation, RoleGrant, Substitution, User
from web_company import Company, database_digest

SignIn = Callable[[str], Client]


def roles_of(company: Company, person: str) -> set[str]:
    return set(company.actor(person).roles)


def test_a_role_holds_from_its_first_day_to_its_last(company: Company) -> None:
    now = timezone.now()
    writes.grant_role(
        company.actor("admin"),
        company.people["rep"].pk,
        role="planner",
        valid_from=now,
        valid_to=now + timedelta(days=30),
    )

    assert roles_of(company, "rep") == {"rep", "planner"}
    RoleGrant.unscoped.filter(role="planner", user=company.people["rep"]).update(valid_to=now)
    assert roles_of(company, "rep") == {"rep"}


def test_a_role_of_tomorrow_does_not_hold_today(company: Company) -> None:
    tomorrow = timezone.now() + timedelta(days=1)

    writes.grant_role(company.actor("admin"), company.people["rep"].pk, role="planner", valid_from=tomorrow)

    assert roles_of(company, "rep") == {"rep"}


@pytest.mark.parametrize(
    ("role", "more", "field"),
    [
        ("rep", {}, "owner"),
        ("rep", {"owner": "R99"}, "owner"),
        ("regional_manager", {}, "territory"),
        ("regional_manager", {"territory": "XX"}, "territory"),
        ("planner", {"valid_to": timezone.now() - timedelta(days=9)}, "valid_to"),
    ],
)
def test_a_role_says_what_it_is_for(company: Company, role: str, more: dict, field: str) -> None:  # type: ignore[type-arg]
    before = database_digest()

    with pytest.raises(InvalidError) as raised:
        writes.grant_role(
            company.actor("admin"), company.people["peer"].pk, role=role, valid_from=timezone.now(), **more
        )

    assert list(raised.value.fields) == [field]
    assert database_digest() == before


def test_nobody_changes_their_own_roles_or_state(company: Company) -> None:
    admin, own = company.actor("admin"), company.people["admin"].pk
    grant = RoleGrant.unscoped.get(user=own)
    before = database_digest()

    for act in (
        lambda: writes.grant_role(admin, own, role="planner", valid_from=timezone.now()),
        lambda: writes.end_role(admin, own, grant.pk),
        lambda: writes.deactivate_person(admin, own),
        lambda: writes.reactivate_person(admin, own),
        lambda: writes.invite_again(admin, own),
    ):
        with pytest.raises(ConflictError):
            act()
    assert database_digest() == before


def test_the_last_administrator_stays(company: Company) -> None:
    second = company.people["planner"].pk
    writes.grant_role(company.actor("admin"), second, role="admin", valid_from=timezone.now())
    first, own = company.people["admin"].pk, company.actor("planner")
    assert "admin" in own.roles
    # The second one's role ends some day: it does not count as lasting.
    RoleGrant.unscoped.filter(user=second, role="admin").update(valid_to=timezone.now() + timedelta(days=5))

    for act in (
        lambda: writes.deactivate_person(own, first),
        lambda: writes.end_role(own, first, RoleGrant.unscoped.get(user=first).pk),
    ):
        with pytest.raises(ConflictError) as raised:
            act()
        assert raised.value.code == "accounts.last_admin"
    assert User.objects.get(pk=first).is_active
    assert "admin" in roles_of(company, "admin")


def test_one_of_two_administrators_may_go(company: Company) -> None:
    writes.grant_role(company.actor("admin"), company.people["planner"].pk, role="admin", valid_from=timezone.now())

    writes.deactivate_person(company.actor("planner"), company.people["admin"].pk)

    assert not User.objects.get(pk=company.people["admin"].pk).is_active


@pytest.mark.parametrize("person", [person for person in VERBS if person != "admin"])
def test_only_administrators_change_people_and_roles(company: Company, person: str) -> None:
    actor, other = company.actor(person), company.people["foreign_admin"].pk
    before = database_digest()

    for act in (
        lambda: writes.invite_person(actor, name="某", email="some@example.com", language="zh"),
        lambda: writes.grant_role(actor, other, role="admin", valid_from=timezone.now()),
        lambda: writes.end_role(actor, other, 1),
        lambda: writes.deactivate_person(actor, other),
        lambda: writes.unlock_person(actor, other),
        lambda: writes.change_organisation(actor, version=1, fields={}, choices={}),
    ):
        with pytest.raises(ForbiddenError):
            act()
    assert database_digest() == before


def test_people_of_another_organisation_are_not_there(company: Company) -> None:
    admin, foreign = company.actor("admin"), company.people["foreign_admin"].pk
    before = database_digest()

    for act in (
        lambda: reads.read_person(admin, foreign, now=timezone.now()),
        lambda: writes.deactivate_person(admin, foreign),
        lambda: writes.grant_role(admin, foreign, role="planner", valid_from=timezone.now()),
        lambda: writes.unlock_person(admin, foreign),
        lambda: writes.invite_again(admin, foreign),
    ):
        with pytest.raises(NotFoundError):
            act()
    assert database_digest() == before
    listed = reads.list_people(admin, now=timezone.now(), size=500).items
    assert foreign not in {person.id for person in listed}


def test_the_list_is_found_by_name_role_and_state(company: Company) -> None:
    admin, now = company.actor("admin"), timezone.now()

    def names(**sought: str) -> set[str]:
        return {person.name for person in reads.list_people(admin, now=now, **sought).items}

    assert names(text="周") == {"周静"}
    assert names(text="planner@") == {"陈思"}
    assert names(role="rep") == {"周静", "吴昊", "孙悦"}
    assert names(state="inactive") == set()
    writes.deactivate_person(admin, company.people["rep"].pk)
    assert names(state="inactive") == {"周静"}


def test_a_grant_opens_one_customer_until_it_ends(company: Company) -> None:
    own = company.customers["own"]
    writes.grant_access(
        company.actor("team_lead"), customer=own.code, person=company.people["peer"].pk, reason="共同拜访"
    )
    from jiuzhou.web.accounts.access import visible_to

    assert visible_to(company.actor("peer"), Customer).filter(pk=own.pk).exists()
    writes.end_access(company.actor("admin"), Access.unscoped.get(reason="共同拜访", user=company.people["peer"]).pk)
    assert not visible_to(company.actor("peer"), Customer).filter(pk=own.pk).exists()


def test_a_team_lead_gives_only_what_is_the_teams_to_people_of_the_team(company: Company) -> None:
    lead = company.actor("team_lead")
    for customer, person in (("sibling", "peer"), ("own", "substitute"), ("foreign", "peer")):
        code = company.customers[customer].code if customer != "foreign" else "C9999"
        with pytest.raises(InvalidError):
            writes.grant_access(lead, customer=code, person=company.people[person].pk, reason="试")
    assert Access.unscoped.filter(reason="试").count() == 0


def test_a_stand_in_serves_the_absent_colleagues_customers(company: Company) -> None:
    now = timezone.now()
    writes.add_stand_in(
        company.actor("team_lead"),
        owner="R1",
        person=company.people["peer"].pk,
        valid_from=now,
        valid_to=now + timedelta(days=3),
    )
    assert company.owners["R1"].pk in company.actor("peer").own_ids

    writes.end_stand_in(company.actor("team_lead"), Substitution.unscoped.get().pk)

    assert company.owners["R1"].pk not in company.actor("peer").own_ids


def test_a_team_lead_arranges_nothing_for_other_teams(company: Company) -> None:
    now = timezone.now()
    with pytest.raises(InvalidError):
        writes.add_stand_in(
            company.actor("team_lead"),
            owner="R3",
            person=company.people["peer"].pk,
            valid_from=now,
            valid_to=now + timedelta(days=3),
        )
    assert not Substitution.unscoped.exists()


def test_two_who_change_the_organisation_do_not_overwrite_each_other(company: Company, signed_in: SignIn) -> None:
    form = {
        "version": "1",
        "name": "九州器械（集团）",
        "zone": "Asia/Shanghai",
        "currency": "CNY",
        "language": "zh",
        "publish_alone_below": "50",
    }
    client = signed_in("admin")

    assert client.post("/settings/organisation/keep/", form).status_code == 302
    assert client.post("/settings/organisation/keep/", form | {"name": "另一个名字"}).status_code == 412

    row = Organisation.objects.get(pk=company.organisation.pk)
    assert (row.name, row.choices["publish_alone_below"], row.version) == ("九州器械（集团）", 50, 2)
    entry = AuditEntry.unscoped.get(verb="organisation.change")
    assert entry.before == {"name": "九州器械", "publish_alone_below": None}


def test_a_stale_write_names_what_differs(company: Company) -> None:
    fields = {"name": "新", "zone": "Asia/Shanghai", "currency": "CNY", "language": "zh"}
    with pytest.raises(StaleError) as raised:
        writes.change_organisation(company.actor("admin"), version=7, fields=fields, choices={})

    assert dict(raised.value.now) == {"name": "九州器械"}


def test_the_page_of_a_person_gives_and_ends_roles(company: Company, signed_in: SignIn) -> None:
    client, person = signed_in("admin"), company.people["auditor"].pk
    today = timezone.localdate().isoformat()

    answer = client.post(
        f"/settings/people/{person}/roles/",
        {"role": "rep", "owner": "R2", "territory": "", "valid_from": today, "valid_to": ""},
    )
    assert answer.status_code == 302
    grant = RoleGrant.unscoped.get(user=person, role="rep")
    assert client.post(f"/settings/people/{person}/roles/{grant.pk}/end/").status_code == 302

    assert roles_of(company, "auditor") == {"auditor"}
    verbs = list(AuditEntry.unscoped.filter(key=str(person)).order_by("sequence").values_list("verb", flat=True))
    assert verbs == ["role.grant", "role.end"]


def test_a_role_that_lacks_its_owner_is_told_beside_the_field(company: Company, signed_in: SignIn) -> None:
    answer = signed_in("admin").post(
        f"/settings/people/{company.people['auditor'].pk}/roles/",
        {"role": "rep", "owner": "", "territory": "", "valid_from": "2026-01-01", "valid_to": ""},
    )

    assert answer.status_code == 422
    assert "这个角色需要选择负责人" in answer.content.decode()


@pytest.mark.parametrize("path", ["account/", "people/", "audit/", "organisation/", "policy/"])
def test_a_page_asks_the_database_at_most_twelve_times(
    company: Company,
    signed_in: SignIn,
    django_assert_max_num_queries,  # type: ignore[no-untyped-def]
    path: str,
) -> None:
    client = signed_in("admin")

    with django_assert_max_num_queries(12):
        assert client.get(f"/settings/{path}").status_code == 200
