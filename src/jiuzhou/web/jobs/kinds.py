"""
What kinds of work there are, and where each is done.

Handlers are named by dotted strings, so that this layer needs to know nothing of the features above it; a new kind is
a handler and a line here. An installation adds its own by the setting ``JOB_KINDS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.module_loading import import_string

from jiuzhou.adapters.texts import catalogue
from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.message import Message, named, say

if TYPE_CHECKING:
    from jiuzhou.web.jobs.context import RunContext

Handler = Callable[["RunContext"], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One kind of work.

    Attributes
    ----------
    handler
        ``package.module:function``; it takes a ``RunContext`` and returns the result as JSON values. A result may hold
        ``message``, a stored ``Message`` that says what came of it, and ``link``, the page where it can be seen.
    verb
        What a person must be allowed to do to start it.
    memory_mb
        Most address space of its process; ``None`` for no limit.
    limit_seconds
        After this it is ended and counts as failed.
    anytime
        Whether it can be told "enough" and returns the best it has.
    repeats
        Whether it needs to be told nothing, so that it may start by the clock.
    seen
        Whether who asked for it sees it end on the page they asked on, or asked for something that it only follows, so
        that a notice would only be in the way.
    stands_back
        Whether whatever people ask for meanwhile goes before it, also once it has begun.
    """

    handler: str
    verb: str = "run.start"
    memory_mb: int | None = None
    limit_seconds: int = 4 * 3600
    anytime: bool = False
    repeats: bool = False
    seen: bool = False
    stands_back: bool = False

    @property
    def priority(self) -> int:
        """Its place in the queue: a larger number goes first."""
        return -50 if self.stands_back else 0


KINDS: Mapping[str, Kind] = {
    "audit.verify": Kind("jiuzhou.web.jobs.verifying:verify_audit", verb="audit.read", repeats=True, stands_back=True),
    "plan.publish": Kind("jiuzhou.web.divide.jobs:publish", verb="plan.publish"),
    "plan.solve": Kind("jiuzhou.web.divide.jobs:solve", verb="plan.write", anytime=True),
    "customers.compare": Kind("jiuzhou.web.collect.jobs:compare_customers", repeats=True),
    "customers.merge": Kind("jiuzhou.web.collect.jobs:merge_duplicates", verb="duplicate.merge_all"),
    "customers.export": Kind("jiuzhou.web.collect.jobs:export_customers", verb="customer.export"),
    "feed.look": Kind("jiuzhou.web.collect.writes.feeds.looking:look_at_feed", verb="import.run"),
    "import.look": Kind("jiuzhou.web.collect.jobs:look_at_import", verb="import.run", seen=True),
    "import.check": Kind("jiuzhou.web.collect.jobs:check_import", verb="import.run", seen=True),
    "import.apply": Kind("jiuzhou.web.collect.jobs:apply_import", verb="import.run"),
    "import.undo": Kind("jiuzhou.web.collect.jobs:undo_import", verb="import.run"),
    "privacy.erase": Kind("jiuzhou.web.collect.writes.privacy.work:erase_person", verb="privacy.erase"),
    "scores.renew": Kind("jiuzhou.web.collect.writes.renewing:renew", repeats=True, seen=True, stands_back=True),
    "quality.measure": Kind("jiuzhou.web.collect.jobs:measure_quality", repeats=True, stands_back=True),
    "scores.settle": Kind("jiuzhou.web.evaluate.jobs:settle", repeats=True, seen=True, stands_back=True),
}


def find_kind(name: str) -> Kind | None:
    """Return the kind of work called ``name``; ``None`` for one that there is no longer, or not here."""
    return KINDS.get(name) or getattr(settings, "JOB_KINDS", {}).get(name)


def kind_of(name: str) -> Kind:
    """
    Return the kind of work called ``name``.

    Raises
    ------
    InputError
        If there is none.
    """
    kind = find_kind(name)
    if kind is None:
        raise InputError("jobs.unknown_kind", kind=name, known=tuple(sorted(KINDS)))
    return kind


def kind_title(name: str) -> Message:
    """Return what people call a kind of work."""
    code = f"jobs.kind_{name.replace('.', '_')}"
    return say(code) if code in catalogue("en") else named({}, name)


def handler_of(kind: Kind) -> Handler:
    """Return the function that does work of ``kind``."""
    handler: Handler = import_string(kind.handler.replace(":", "."))
    return handler
