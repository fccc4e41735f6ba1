"""
Whether the process lives, and whether it can serve: for supervisors and load balancers, open to all.

The answers hold ages, and yes or no; nothing of a company is in them.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from jiuzhou.web.jobs.reads import lag
from jiuzhou.web.ledger.outbox import oldest_waiting

LEAST_FREE_BYTES = 500 * 1024 * 1024
LATE_SECONDS = {"worker": 60, "oldest_run": 600, "oldest_event": 900}
"""Ages above which something is late; a late worker does not keep people from working, so the answer stays 200."""


_KNOWN_MIGRATED: set[str] = set()
"""What was migrated once stays so for the life of the process, and need not be asked again."""


@require_safe
@never_cache
def alive(request: HttpRequest) -> JsonResponse:
    """Answer that the process lives, without asking anything else."""
    return JsonResponse({"alive": True})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Answer 200 if people can be served, else 503, and what is missing or late."""
    found = _checked(timezone.now())
    fit = all(found[name] for name in ("database", "migrated", "disk"))
    return JsonResponse({"ready": fit, **found}, status=200 if fit else 503)


def _checked(now: datetime) -> dict[str, Any]:
    found: dict[str, Any] = {"database": False, "migrated": False, "disk": _has_space(Path(settings.HOME))}
    ages: dict[str, float | None] = {"worker": _worker_age(now)}
    with suppress(DatabaseError):
        connection.ensure_connection()
        found["database"] = True
        found["migrated"] = _migrated()
        if found["migrated"]:
            waiting = oldest_waiting(now)
            ages |= {"oldest_run": lag().oldest_seconds, "oldest_event": waiting.total_seconds() if waiting else 0.0}
    found["seconds"] = {name: None if age is None else round(age) for name, age in ages.items()}
    found["late"] = sorted(name for name, age in ages.items() if age is None or age > LATE_SECONDS[name])
    return found


def _migrated() -> bool:
    if not _KNOWN_MIGRATED:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _KNOWN_MIGRATED.add(connection.alias)
    return True


def _has_space(home: Path) -> bool:
    try:
        return shutil.disk_usage(home).free >= LEAST_FREE_BYTES
    except OSError:
        return False


def _worker_age(now: datetime) -> float | None:
    try:
        return max(0.0, now.timestamp() - (Path(settings.HOME) / "worker.beat").stat().st_mtime)
    except OSError:
        return None


urlpatterns = [path("healthz", alive, name="healthz"), path("readyz", ready, name="readyz")]
