"""
Checks, writes and takes back an import in processes that are killed, goes on in others, and prints what came of each.

``killed_imports.py FAULT…`` brings one import, and for each fault works on a copy of its database and files; an empty
fault kills nobody. Processes are forked from this one, which has imported everything and holds no connection.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
import traceback
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import django
import pyarrow as pa

django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, models  # noqa: E402

from jiuzhou.geo.prefectures import prefectures  # noqa: E402
from jiuzhou.kernel.tables import TABLES  # noqa: E402
from jiuzhou.web.accounts.actor import system_of  # noqa: E402
from jiuzhou.web.collect.writes.importing import applying, checking, undoing  # noqa: E402
from jiuzhou.web.collect.writes.importing.files import Upload, take_in  # noqa: E402
from jiuzhou.web.collect.writes.importing.looking import look  # noqa: E402
from jiuzhou.web.collect.writes.loading.facts import write_fact  # noqa: E402
from jiuzhou.web.store import pace  # noqa: E402
from jiuzhou.web.store.models import Customer, Import, Organisation, Owner  # noqa: E402
from jiuzhou.web.store.search import get_ready  # noqa: E402

sys.path.insert(0, str(Path(__file__).parents[2]))
CUSTOMERS = 60
UNCERTAIN = {"id", "decision_id", "digest", "previous", "password"}
"""Keys that a rolled-back transaction uses up, and what hangs on the moment."""


def prepare() -> None:
    from web_company import build_company

    call_command("migrate", verbosity=0)
    company = build_company()
    home = Path(settings.HOME)
    rows = ["客户编号,名称,电话,负责人编号,母公司客户编号,年营业额"]
    rows += [f"C{n:04},,1380000{n:04},,," for n in (2, 3, 4)]
    rows += [
        f"K{n:03},测试{n}有限公司,,{'R1' if n % 2 else ''},{'C0002' if n % 7 == 0 else ''},{n}"
        for n in range(CUSTOMERS)
    ]
    rows.append("K001,又一次,,,,")
    orders = ["订单编号,行号,客户编号,下单时间,金额"]
    orders += [f"O{n},1,K{n % CUSTOMERS:03},2026-03-{n % 28 + 1:02},{n}" for n in range(300)]
    owners = ["owner_id,name,team_id", "R1,周静静,TEAM-N", "R8,新人,TEAM-E"]
    uploads = []
    for name, lines in {"customers.csv": rows, "orders.csv": orders, "owners.csv": owners}.items():
        path = home / f"up-{name}"
        path.write_text("\n".join(lines), "utf-8")
        uploads.append(Upload(name, path))
    # A few of the orders stand already and are corrected.
    known = {"order_id": [f"O{n}" for n in range(0, 300, 9)]}
    told = {"line_no": 1, "customer_id": "C0002", "ordered_at": company.now, "amount": Decimal(7)}
    known |= {name: [value] * len(known["order_id"]) for name, value in told.items()}
    schema = TABLES["orders"].arrow
    write_fact(
        company.organisation.pk,
        "orders",
        pa.table(known, pa.schema([schema.field(name) for name in known])),
        now=company.now,
    )
    folder, files = take_in(uploads)
    row = Import.unscoped.create(
        organisation=company.organisation,
        folder=folder,
        files=files,
        made_at=company.now,
        progress={"now": company.now.isoformat()},
    )
    look(row)


def go_through(*, back: bool) -> str:
    applying.CHUNK, undoing.CHUNK, pace.GOAL_SECONDS, pace.BREATH_SECONDS = 20, 15, 1e9, 0
    row = Import.unscoped.get()
    actor = system_of(Organisation.objects.get(pk=row.organisation_id))
    if row.state in ("looked", "checked") and not row.progress.get("steps"):
        checking.check_import(row)
    if row.state != "undone":
        applying.apply_import(actor, row.pk)
    if back:
        undoing.undo_import(actor, row.pk)
    return digest()


def digest() -> str:
    """
    SHA-256 over every row of the store without moments and keys, which differ from one attempt to the next; what refers
    to a customer or an owner does so by its code.
    """
    found = sha256()
    codes = {model: dict(model.unscoped.values_list("pk", "code")) for model in (Customer, Owner)}
    for model in sorted(apps.get_app_config("store").get_models(), key=lambda model: model.__name__):
        fields = [
            field
            for field in model._meta.concrete_fields
            if not isinstance(field, models.DateTimeField) and field.attname not in UNCERTAIN
        ]
        named = [codes.get(field.related_model) for field in fields]
        rows = sorted(
            repr([value if names is None else names.get(value) for value, names in zip(row, named, strict=True)])
            for row in model._base_manager.values_list(*(field.attname for field in fields))
        )
        found.update(repr((model.__name__, rows)).encode())
    return f"{found.hexdigest()} {Customer.unscoped.count()}"


def use(name: str, home: Path) -> None:
    """Work on a copy of the prepared database and files from now on."""
    prepared = connection.settings_dict["NAME"]
    connection.close()
    settings.HOME = home.parent / f"{home.name}-{name}"
    shutil.copytree(home, settings.HOME)
    if connection.vendor == "sqlite":
        connection.settings_dict["NAME"] = str(settings.HOME / Path(prepared).name)
    else:
        copy = f"{prepared}_{name}"
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{prepared}"')
        connection.settings_dict["NAME"] = copy


def in_child(fault: str, *, back: bool) -> tuple[int, str]:
    """What a forked process that goes through it ended with, and the digest it found."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        if fault:
            os.environ["JIUZHOU_FAULT"] = fault
        try:
            os.write(writing, go_through(back=back).encode())
            os._exit(0)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), told


def warm_up() -> None:
    """Read here what each of the forked processes would read for itself."""
    importlib.import_module("jiuzhou.web.urls")
    get_ready()
    prefectures()


def main(faults: list[str]) -> None:
    prepare()
    warm_up()
    prepared, home = connection.settings_dict["NAME"], Path(settings.HOME)
    found = {}
    for number, fault in enumerate(faults):
        connection.settings_dict["NAME"] = prepared
        use(f"copy{number}", home)
        back = "undo" in fault
        ended = in_child(fault, back=back)[0] if fault not in ("", "whole-undo") else 9
        found[fault] = [ended, *in_child("", back=back)]
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
