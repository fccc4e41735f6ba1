"""
Copies a division from plan to plan inside the database, a few thousand customers in each transaction.

Read into Python and written back, a hundred thousand rows would take ten times as long.
"""

from __future__ import annotations

from typing import Literal

from django.db import connection, transaction

CHUNK = 4000

_COPY = """
INSERT INTO store_planunit (
    organisation_id, plan_id, customer_id, territory_id, owner_id,
    previous_owner_id, previous_territory, locked, moved, settled
)
SELECT
    c.organisation_id, %s, c.id, {territory}, {owner},
    c.owner_id, COALESCE(standing.code, ''),
    COALESCE(unit.locked, FALSE) OR c.locked OR EXISTS (
        SELECT 1 FROM store_ownership spell
        WHERE spell.customer_id = c.id AND spell.role = 'primary' AND spell.source IN ('manual', 'lock')
        AND spell.valid_to IS NULL AND spell.superseded_at IS NULL
    ),
    FALSE, FALSE
FROM store_customer c
LEFT JOIN store_territory standing ON standing.id = c.territory_id
LEFT JOIN store_planunit unit ON unit.plan_id = %s AND unit.customer_id = c.id
LEFT JOIN store_planterritory former ON former.id = unit.territory_id
LEFT JOIN store_planterritory planned ON planned.plan_id = %s AND planned.code = former.code
LEFT JOIN store_planterritory present ON present.plan_id = %s AND present.code = standing.code
WHERE c.organisation_id = %s AND c.deleted_at IS NULL AND c.id > %s AND c.id <= %s
"""

_CHOICE = {
    "plan": (
        "CASE WHEN unit.id IS NULL THEN present.id ELSE planned.id END",
        "CASE WHEN unit.id IS NULL THEN c.owner_id ELSE unit.owner_id END",
    ),
    "present": ("COALESCE(present.id, planned.id)", "c.owner_id"),
}


def copy_units(organisation_id: int, *, source: int, target: int, who: Literal["plan", "present"]) -> int:
    """
    Fill the plan ``target`` with one unit for each live customer, and return how many.

    Its territories are there already, under the codes of those of ``source``. What a killed copy left is replaced.

    Parameters
    ----------
    who
        ``plan``: everybody where ``source`` puts them, later customers where they are; ``present``: everybody where
        they are and with the owner they have, also where that is no longer what ``source`` says.
    """
    territory, owner = _CHOICE[who]
    copy = _COPY.format(territory=territory, owner=owner)
    done = 0
    for low, high in _ranges(organisation_id):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM store_planunit WHERE plan_id = %s AND customer_id > %s AND customer_id <= %s",
                [target, low, high],
            )
            cursor.execute(copy, [target, source, target, target, organisation_id, low, high])
            done += cursor.rowcount
    return done


def _ranges(organisation_id: int) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM store_customer WHERE organisation_id = %s ORDER BY id", [organisation_id])
        ids = [row[0] for row in cursor.fetchall()]
    cuts = [*ids[CHUNK - 1 :: CHUNK], *ids[-1:]]
    lows = [(ids[0] - 1) if ids else 0, *cuts[:-1]]
    return [(low, high) for low, high in zip(lows, cuts, strict=True) if low < high]
