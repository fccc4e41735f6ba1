"""The quality of a day, written down so that it can be compared with other days."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.utils import timezone

from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.actor import Actor, system_of
from jiuzhou.web.collect.reads.quality.measured import measured
from jiuzhou.web.jobs.queue import start
from jiuzhou.web.store.models import Import, Organisation, QualityReading

KIND = "quality.measure"


def measure(organisation: int) -> QualityReading:
    """Return the reading of this day, measured now; one of earlier the same day is overwritten."""
    actor, now = system_of(Organisation.objects.get(pk=organisation)), timezone.now()
    reading, _ = QualityReading.unscoped.update_or_create(
        organisation_id=organisation,
        day=now.astimezone(ZoneInfo(actor.zone)).date(),
        defaults={"at": now, "figures": measured(actor)},
    )
    return reading


def ask_to_measure(actor: Actor) -> int:
    """Return the run that measures the quality now."""
    actor.must("run.start")
    return int(start(actor, KIND, {}, title=say("jobs.kind_quality_measure")).pk)


def measure_after(row: Import) -> None:
    """Let the quality be measured once the import, or its undoing, has changed the data."""
    organisation = Organisation.objects.get(pk=row.organisation_id)
    start(system_of(organisation), KIND, {}, title=say("jobs.kind_quality_measure"), key=f"import:{row.run_id}")
