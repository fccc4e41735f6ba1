"""
Which customer stands for which codes since records were merged: the one map that facts are read through.

Files of facts are never changed and keep the code under which a fact came in. Chains of merges are resolved where they
are written (``Merge.standing``), so that a reader asks once.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Exists, OuterRef

from jiuzhou.web.store.models import Merge

CUSTOMER = "customer_id"


def survivors_of(organisation: int) -> Mapping[str, str]:
    """Return for each merged code of an organisation the code of the customer that stands for it today."""
    rows = Merge.unscoped.filter(organisation=organisation, undone_at=None)
    return dict(rows.values_list("merged__code", "standing__code"))


def merged_into(customer: int) -> tuple[tuple[int, str], ...]:
    """Return key and code of each record that the customer of that key stands for besides its own."""
    rows = Merge.unscoped.filter(standing=customer, undone_at=None).order_by("pk")
    return tuple(rows.values_list("merged", "merged__code"))


def stands_for_others() -> Exists:
    """Return the condition under which a customer of a query stands for records that were merged into it."""
    return Exists(Merge.unscoped.filter(standing=OuterRef("pk"), undone_at=None))


def led(table: pa.Table, survivors: Mapping[str, str]) -> pa.Table:
    """Return rows of facts with each merged code led to its survivor's."""
    if not survivors or CUSTOMER not in table.column_names:
        return table
    at = table.schema.get_field_index(CUSTOMER)
    field, column = table.schema.field(at), table[CUSTOMER]
    old, new = (pa.array(codes, pa.string()) for codes in (survivors.keys(), survivors.values()))
    place = pc.index_in(column.cast(pa.string()), value_set=old)
    if place.null_count == len(place):
        return table
    return table.set_column(at, field, pc.coalesce(new.take(place).cast(field.type), column))
