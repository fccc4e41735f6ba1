"""What is taken away is gone with the next request, for screens and for programs, also while requests run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from jiuzhou.kernel.errors import RefusedError
from jiuzhou.web.accounts import people, tokens, writes
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.assign.writes.reassign import reassign
from jiuzhou.web.collect.jobs import export_customers
from jiuzhou.web.collect.writes.exports import file_of
from jiuzhou.web.store.models import (
    Access,
    AuditEntry,
    Customer,
    RoleGrant,
    SignIn,
    Substitution,
    Territory,
    Token,
    User,
)
from web_company import Company, stand_in
from web_programs import Program
from web_threads import alone, in_threads, shared_database
from web_visitors import enter

SECOND = 1.0
Take = Callable[[Company], object]


def _lost_to_another(company: Company) -> None:
    Customer.unscoped.filter(pk=company.customers["own"].pk).update(owner=company.owners["R3"], territory=None)


def _reassigned(company: Company) -> None:
    customer = Customer.unscoped.get(pk=company.customers["own"].pk)
    reassign(company.actor("planner"), customer.code, "R3", version=customer.version, reason="换人负责")


def _to_the_pool(company: Company) -> None:
    Customer.unscoped.filter(pk=company.customers["own"].pk).update(owner=None, territory=None, pool="public")


def _deleted(company: Company) -> None:
    Customer.unscoped.filter(pk=company.customers["own"].pk).update(deleted_at=timezone.now())


def _grant_ended(company: Company) -> None:
    writes.end_access(company.actor("admin"), Access.unscoped.get(user=company.people["rep"]).pk)


def _stand_in_ended(company: Company) -> None:
    writes.end_stand_in(company.actor("admin"), Substitution.unscoped.get(substitute=company.people["substitute"]).pk)


def _territory_moved(company: Company) -> None:
    Territory.unscoped.filter(code="T1").update(parent=company.territories["N"])


def _role_ended(company: Company) -> None:
    RoleGrant.unscoped.filter(user=company.people["regional_manager"]).update(valid_to=timezone.now())


def _role_narrowed(company: Company) -> None:
    company.people["planner"].role_grants.update(territory=company.territories["N"])


def _left_the_team(company: Company) -> None:
    owner = company.owners["R1"]
    owner.team = company.owners["TEAM-N"]
    owner.save()


def _deactivated(company: Company) -> None:
    writes.deactivate_person(company.actor("admin"), company.people["rep"].pk)


def _signed_out(company: Company) -> None:
    writes.sign_out_person(company.actor("admin"), company.people["rep"].pk)


def _session_and_token_ended(company: Company) -> None:
    SignIn.unscoped.filter(user=company.people["rep"]).update(ended_at=timezone.now())
    tokens.revoke_token(company.actor("rep"), Token.unscoped.get(user=company.people["rep"]).pk)


TAKEN: dict[str, tuple[str, str, Take]] = {
    "the customer goes to another": ("rep", "own", _lost_to_another),
    "the customer is reassigned by hand": ("rep", "own", _reassigned),
    "the customer goes to the pool": ("rep", "own", _to_the_pool),
    "the customer is deleted": ("rep", "own", _deleted),
    "the grant to see it ends": ("rep", "granted", _grant_ended),
    "the substitution ends": ("substitute", "own", _stand_in_ended),
    "the territory moves to another region": ("regional_manager", "own", _territory_moved),
    "the role ends": ("regional_manager", "own", _role_ended),
    "the role is narrowed to a region": ("planner", "own", _role_narrowed),
    "the rep leaves the team": ("team_lead", "own", _left_the_team),
    "the person is deactivated": ("rep", "own", _deactivated),
    "the person is signed out by an administrator": ("rep", "own", _signed_out),
    "session and token are ended": ("rep", "own", _session_and_token_ended),
}


@pytest.mark.parametrize("what", TAKEN)
def test_what_is_taken_is_gone_with_the_next_request(what: str, company: Company) -> None:
    person, customer, take = TAKEN[what]
    stand_in(company, "substitute", "R1")
    browser, program = enter(f"{person}@example.com"), Program(company.actor(person))
    code = company.customers[customer].code
    pages = [f"/customers/{code}", f"/customers/{code}/peek"]
    asked = [f"/customers/{code}", f"/customers/{code}/why", f"/customers/{code}/timeline"]
    kept = browser.get(pages[0])
    assert [browser.get(page).status_code for page in pages[:1]] == [200]
    assert [program.get(path).status_code for path in asked] == [200, 200, 200]
    assert kept["Cache-Control"] == "no-store"

    take(company)
    began = time.monotonic()
    seen = [browser.get(page).status_code for page in pages] + [program.get(path).status_code for path in asked]

    assert set(seen) <= {302, 401, 403, 404}, seen
    assert company.customers[customer].name not in browser.get("/customers/").content.decode()
    assert company.customers[customer].name.encode() not in program.get("/customers").content
    assert time.monotonic() - began < len(seen) * SECOND


def test_a_list_turned_page_by_page_loses_what_is_taken_between_two_pages(company: Company) -> None:
    program = Program(company.actor("team_lead"))
    first = program.get("/customers?limit=1&sort=name").json()

    others = Customer.unscoped.filter(owner__isnull=False).exclude(code=first["items"][0]["code"])
    others.update(owner=company.owners["R3"], territory=None)

    assert program.get(f"/customers?limit=1&sort=name&cursor={first['next']}").json()["items"] == []


def test_a_token_of_somebody_who_came_back_stays_dead(company: Company) -> None:
    program = Program(company.actor("rep"))
    _deactivated(company)
    writes.reactivate_person(company.actor("admin"), company.people["rep"].pk)

    assert program.get("/me").status_code == 401


def test_a_person_who_signs_out_everywhere_kills_what_runs_elsewhere(company: Company) -> None:
    there, program = enter("rep@example.com"), Program(company.actor("rep"))

    people.sign_out_everywhere(company.actor("rep"))

    assert there.get("/customers/").status_code == 302
    assert program.get("/me").status_code == 401


def test_a_right_that_has_a_last_day_ends_by_itself(company: Company) -> None:
    program, soon = Program(company.actor("rep")), timezone.now() + timedelta(seconds=1)
    code = company.customers["granted"].code
    Access.unscoped.filter(user=company.people["rep"]).update(valid_to=soon)
    assert program.get(f"/customers/{code}").status_code == 200

    time.sleep(1.05)

    assert program.get(f"/customers/{code}").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_no_request_that_begins_a_second_after_the_end_is_answered(company: Company, tmp_path: Path) -> None:
    browsers = [enter("rep@example.com") for _ in range(3)]
    token = tokens.create_token(company.actor("rep"), "同步", ["read"], 7)
    code = company.customers["own"].code
    ended: list[float] = []
    done = threading.Event()

    def ask(number: int) -> list[tuple[float, int]]:
        if number == 4:
            time.sleep(0.7)
            writes.deactivate_person(company.actor("admin"), company.people["rep"].pk)
            ended.append(time.monotonic())
            time.sleep(1.5)
            done.set()
            return []
        seen = []
        program = Client(raise_request_exception=False)
        while not done.is_set():
            began = time.monotonic()
            if number < 3:
                answer = browsers[number].get(f"/customers/{code}")
            else:
                answer = program.get(f"/api/v1/customers/{code}", headers={"Authorization": f"Bearer {token}"})
            seen.append((began, answer.status_code))
        connections.close_all()
        return seen

    with shared_database(tmp_path):
        found = in_threads(ask, 5)
        assert alone(lambda: User.objects.get(pk=company.people["rep"].pk).is_active) is False

    assert all(isinstance(one, list) for one in found), found
    before = [status for seen in found for began, status in seen if began < ended[0]]  # type: ignore[union-attr]
    late = [status for seen in found for began, status in seen if began > ended[0]]  # type: ignore[union-attr]
    assert before.count(200) >= 4
    assert len(late) >= 4
    assert set(late) <= {302, 401}


@dataclass
class Export:
    """A run of an export, as its worker sees it; rights are read anew each time, and go after the first look."""

    company: Company
    run_id: int
    takes: Callable[[Company], object]
    looks: int = 0
    arguments: Mapping[str, object] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        self.looks += 1
        if self.looks == 2:
            self.takes(self.company)
        return self.company.actor("planner")

    def advance(self, rows: int) -> None:
        """Nobody looks at the progress."""


def test_an_export_that_runs_while_rights_change_leaves_no_file(company: Company) -> None:
    whole = Export(company, 1, lambda company: None)
    export_customers(whole)  # type: ignore[arg-type]
    assert file_of(1).read_text("utf-8").count("\n") == 8

    with pytest.raises(RefusedError, match=r"customers\.export_rights_changed"):
        export_customers(Export(company, 2, _role_narrowed))  # type: ignore[arg-type]

    assert [path.name for path in file_of(2).parent.iterdir()] == [file_of(1).name]
    assert AuditEntry.unscoped.filter(verb="customer.export").count() == 1
