"""What a plan ends by coming into force: alerts that said how unevenly the former division lay."""

from __future__ import annotations

from django.db.models import F, Q

from jiuzhou.web.divide.reads.territories import leaves
from jiuzhou.web.store.models import Alert, Plan

_OF_ONE = ("overload", "underload")
_OF_ALL = "imbalance"


def end_alerts(plan: Plan) -> None:
    """
    Call over the alerts of balance that ``plan`` has mended.

    One of a territory is over where the plan keeps it in its band, or has it no more; that of the whole company where
    more than half of the territories are in theirs. What is still uneven stays, as it was seen before.
    """
    held = leaves(list(plan.territories.all()))
    outside = {one.standing_id for one in held if not one.in_band}
    mended = Q(kind__in=_OF_ONE) & ~Q(territory__in=outside)
    if 2 * len(outside) < len(held):
        mended |= Q(kind=_OF_ALL)
    standing = Alert.unscoped.filter(mended, organisation=plan.organisation_id).exclude(state="handled")
    standing.update(state="handled", snoozed_until=None, version=F("version") + 1)
