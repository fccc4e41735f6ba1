"""
Publishes a plan in processes that are killed, goes on in others, and prints the digest of what came of each.

``killed.py FAULT…`` makes one company, and for each fault works on a copy of its database; an empty fault kills nobody.
Processes are forked from this one, which has imported everything and holds no connection.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from hashlib import sha256
from pathlib import Path

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, models  # noqa: E402

from jiuzhou.web.accounts.actor import system_of  # noqa: E402
from jiuzhou.web.divide.writes import publishing  # noqa: E402
from jiuzhou.web.store import settling  # noqa: E402
from jiuzhou.web.store.models import (  # noqa: E402
    Customer,
    Organisation,
    Ownership,
    Plan,
    PlanTerritory,
    PlanUnit,
)

sys.path.insert(0, str(Path(__file__).parents[2]))
CUSTOMERS = 60
UNCERTAIN = {"id", "decision_id", "digest", "previous", "password"}
"""Keys that a rolled-back transaction uses up, and what hangs on the moment."""


def prepare() -> None:
    from web_company import build_company

    call_command("migrate", verbosity=0)
    company = build_company()
    plan = company.plans["draft"]
    here, there = (PlanTerritory.unscoped.get(plan=plan, code=code) for code in ("T1", "T2"))
    for number in range(CUSTOMERS):
        customer = Customer.unscoped.create(
            organisation=company.organisation,
            code=f"K{number:03d}",
            owner=company.owners["R1"],
            territory=company.territories["T1"],
        )
        Ownership.unscoped.create(
            organisation=company.organisation,
            customer=customer,
            owner=company.owners["R1"],
            source="manual" if number % 20 == 0 else "rule",
            valid_from=company.now,
            recorded_at=company.now,
        )
        to = here if number % 5 == 0 else there
        PlanUnit.unscoped.create(
            organisation=company.organisation,
            plan=plan,
            customer=customer,
            territory=to,
            owner=to.owner,
            previous_owner=company.owners["R1"],
        )
    new = PlanTerritory.unscoped.create(
        organisation=company.organisation, plan=plan, code="T9", name="常熟", parent_code="E", owner=there.owner
    )
    PlanUnit.unscoped.filter(plan=plan, customer__code__gte="K050").update(territory=new, owner=new.owner)
    Plan.unscoped.filter(pk=plan.pk).update(
        state="approved", submitted_by=company.people["planner"], approved_by=company.people["admin"]
    )


def publish() -> None:
    publishing.STAGE_CHUNK, settling.CHUNK = 20, 10
    plan = Plan.unscoped.get(code="plan-draft")
    actor = system_of(Organisation.objects.get(pk=plan.organisation_id))
    publishing.publish_plan(actor, plan.code)


def digest() -> str:
    """SHA-256 over every row of the store without moments and keys, which differ from one publication to the next."""
    found = sha256()
    for model in sorted(apps.get_app_config("store").get_models(), key=lambda model: model.__name__):
        fields = [
            field.attname
            for field in model._meta.concrete_fields
            if not isinstance(field, models.DateTimeField) and field.attname not in UNCERTAIN
        ]
        rows = sorted(repr(row) for row in model._base_manager.values_list(*fields))
        found.update(repr((model.__name__, rows)).encode())
    return found.hexdigest()


def use(name: str) -> None:
    """Work on a copy of the prepared database from now on."""
    prepared = connection.settings_dict["NAME"]
    connection.close()
    if connection.vendor == "sqlite":
        copy = str(Path(prepared).with_name(f"{name}.sqlite3"))
        shutil.copy(prepared, copy)
    else:
        copy = f"{prepared}_{name}"
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{prepared}"')
    connection.settings_dict["NAME"] = copy


def in_child(fault: str) -> tuple[int, str]:
    """What a forked process that publishes ended with, and the digest it found."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        if fault:
            os.environ["JIUZHOU_FAULT"] = fault
        publish()
        os.write(writing, digest().encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), told


def main(faults: list[str]) -> None:
    prepare()
    prepared = connection.settings_dict["NAME"]
    found = {}
    for number, fault in enumerate(faults):
        connection.settings_dict["NAME"] = prepared
        use(f"copy{number}")
        ended = in_child(fault)[0] if fault else 9
        found[fault] = [ended, *in_child("")]
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
