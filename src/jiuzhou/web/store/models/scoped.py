"""What every table of a company's data shares: the organisation, and no manager that forgets who is asking."""

from __future__ import annotations

from decimal import Decimal

from django.db import models


class Scoped(models.Model):
    """
    A row of one organisation.

    There is no ``objects``: rows are reached through ``accounts.access.visible_to(actor, Model)``. ``unscoped`` is for
    the few places that act for nobody in particular (log-in, ledger, worker); a test lists the files that may name it.
    """

    organisation = models.ForeignKey("store.Organisation", on_delete=models.PROTECT, related_name="+")

    unscoped = models.Manager()

    class Meta:
        abstract = True
        base_manager_name = "unscoped"
        default_manager_name = "unscoped"


def money() -> models.DecimalField[Decimal | str | None, Decimal | None]:
    """Return an amount in the organisation's currency, four decimals, as in the Book."""
    return models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
