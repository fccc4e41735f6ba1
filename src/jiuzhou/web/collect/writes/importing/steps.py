"""What a person does with an import: bring files, say what they mean, put cells right, check, write, undo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from jiuzhou.kernel.errors import RefusedError
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.access import one_visible
from jiuzhou.web.accounts.actor import Actor
from jiuzhou.web.collect.writes.importing import mapping
from jiuzhou.web.collect.writes.importing.facts import refuse_corrected
from jiuzhou.web.collect.writes.importing.files import Upload, check_quota, take_in
from jiuzhou.web.jobs.queue import cancel as cancel_run
from jiuzhou.web.jobs.queue import start
from jiuzhou.web.ledger.audit import record
from jiuzhou.web.problems import ConflictError, ForbiddenError, InvalidError, StaleError
from jiuzhou.web.store.models import Import, Run

MOST_CORRECTIONS = 20_000
_OPEN_RUNS = ("queued", "running", "paused")
_CHANGEABLE = ("looked", "checked", "failed", "uploaded")


def bring(actor: Actor, uploads: Sequence[Upload], *, table: str = "") -> int:
    """
    Keep uploaded files as a new import and begin to look at them; return its number.

    Parameters
    ----------
    table
        The table of the Book that every file is, where the sender says so.

    Raises
    ------
    InputError
        If a file is not one that is read, too large, or beyond what the person may have lying here.
    """
    must_import(actor)
    if table:
        mapping.check_table(table)
    check_quota(actor, sum(upload.path.stat().st_size for upload in uploads))
    folder, files = take_in(uploads)
    choices = {str(number): {"table": table} for number in range(len(files))} if table else {}
    with transaction.atomic():
        row = Import.unscoped.create(
            organisation_id=actor.organisation_id,
            folder=folder,
            by_id=actor.user_id,
            files=files,
            choices=choices,
            made_at=timezone.now(),
        )
        after = {"files": len(files), "bytes": sum(file["bytes"] for file in files)}
        record(actor.origin, "import.upload", "import", str(row.pk), after=after)
        _start(actor, row, "import.look")
    return int(row.pk)


def choose(actor: Actor, number: int, *, version: int, choices: Mapping[str, Mapping[str, Any]]) -> int:
    """
    Keep what a person said the files mean, and return the new version; another table or encoding is looked at anew.

    Parameters
    ----------
    choices
        By part: ``table`` (empty: left out), ``columns`` (heading → column, empty for the company's own), ``units``
        (heading → unit), ``crs``, ``encoding``.

    Raises
    ------
    InvalidError
        If a choice makes no sense.
    StaleError
        If the import was changed since ``version``.
    """
    row = changeable(actor, number)
    wanted = mapping.merged(row, choices)
    again = mapping.needs_another_look(row, wanted)
    if not again:
        mapping.check(row, wanted)
    with transaction.atomic():
        now = _changed(row, version, choices=wanted, state="uploaded" if again else "looked", quality={}, problems=[])
        record(actor.origin, "import.map", "import", str(number))
        if again:
            _start(actor, Import.unscoped.get(pk=row.pk), "import.look")
        else:
            mapping.remember(row, wanted, timezone.now())
    return now


def put_right(
    actor: Actor, number: int, *, version: int, corrections: Sequence[Mapping[str, Any]], replace: bool = False
) -> int:
    """
    Keep corrections of cells, later ones before earlier ones, and return the new version; checking makes them hold.

    Parameters
    ----------
    corrections
        Each ``table, heading, value, replacement, row`` as ``collect.corrections`` takes them.
    replace
        Whether these are all that hold from now on, instead of coming on top.
    """
    row = changeable(actor, number)
    kept: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one in [*([] if replace else row.corrections), *corrections]:
        told = mapping.correction(row, one)
        kept[told["table"], told["heading"], told["row"], "" if told["row"] else told["value"]] = told
    if len(kept) > MOST_CORRECTIONS:
        raise InvalidError({"corrections": say("importing.too_many_corrections", most=MOST_CORRECTIONS)})
    with transaction.atomic():
        now = _changed(row, version, corrections=list(kept.values()))
        record(actor.origin, "import.correct", "import", str(number), after={"corrections": len(kept)})
    return now


def mend_places(actor: Actor, number: int, *, version: int, table: str, code: str) -> int:
    """Mend coordinates in every row of ``table`` with the trouble ``code``: exchanged, or emptied where both are 0."""
    row = changeable(actor, number)
    fixes = mapping.place_corrections(row, table, code)
    return put_right(actor, number, version=version, corrections=fixes)


def check(actor: Actor, number: int) -> int:
    """Begin to check an import; return the run that does."""
    row = changeable(actor, number)
    mapping.check(row, row.choices)
    with transaction.atomic():
        return _start(actor, row, "import.check")


def apply(actor: Actor, number: int) -> int:
    """
    Begin to write what was checked; return the run that does.

    Raises
    ------
    RefusedError
        If nothing was checked since the last change, or there is not one good row.
    """
    row = changeable(actor, number)
    if row.state != "checked":
        raise RefusedError("importing.check_first")
    if not any(table["kept"] for table in row.quality["tables"].values()):
        raise RefusedError("importing.nothing_good")
    with transaction.atomic():
        return _start(actor, row, "import.apply")


def undo(actor: Actor, number: int) -> int:
    """
    Begin to take an import back, or as much of it as was written; return the run that does.

    Raises
    ------
    RefusedError
        If its thirty days are over, or there is nothing to take back.
    """
    must_import(actor)
    row = _idle(one_visible(actor, Import, pk=number))
    if row.state != "imported" and not (row.state == "checked" and row.progress):
        raise RefusedError("importing.nothing_to_undo")
    if row.undo_until is not None and row.undo_until < timezone.now():
        raise RefusedError("importing.too_late", day=timezone.localtime(row.undo_until).date())
    refuse_corrected(row)
    with transaction.atomic():
        return _start(actor, row, "import.undo")


def give_up(actor: Actor, number: int) -> None:
    """Give up an import that nothing was written of, and what is under way for it."""
    must_import(actor)
    row = one_visible(actor, Import, pk=number)
    if row.state not in _CHANGEABLE or row.progress:
        raise RefusedError("importing.cannot_give_up")
    if row.run is not None and row.run.state in _OPEN_RUNS:
        cancel_run(actor, row.run.pk)
    with transaction.atomic():
        Import.unscoped.filter(pk=row.pk, state__in=_CHANGEABLE).update(state="cancelled", version=F("version") + 1)
        record(actor.origin, "import.cancel", "import", str(number))


def must_import(actor: Actor) -> None:
    """
    Go on only if the actor may import: what comes in concerns the whole organisation.

    Raises
    ------
    ForbiddenError
        If not.
    """
    actor.must("import.run")
    if not actor.everywhere:
        raise ForbiddenError("import.run")


def changeable(actor: Actor, number: int) -> Import:
    """
    Return an import that may be changed by the actor at this moment.

    Raises
    ------
    NotFoundError, ForbiddenError
        If there is none; if the actor may not import.
    ConflictError
        If something is under way for it.
    RefusedError
        If it is done with.
    """
    must_import(actor)
    row = _idle(one_visible(actor, Import, pk=number))
    if row.state not in _CHANGEABLE:
        raise RefusedError("importing.is_over")
    return row


def _idle(row: Import) -> Import:
    if row.run is not None and row.run.state in _OPEN_RUNS:
        raise ConflictError("importing.busy")
    if row.cleared_at is not None:
        raise RefusedError("importing.files_gone")
    return row


def _changed(row: Import, version: int, **fields: Any) -> int:
    # Who changes what was partly written would leave rows that nothing could take back.
    if row.progress:
        raise RefusedError("importing.partly_written")
    state = fields.pop("state", "looked" if row.state == "checked" else row.state)
    same = Import.unscoped.filter(pk=row.pk, version=version)
    if not same.update(version=F("version") + 1, round=F("round") + 1, state=state, **fields):
        raise StaleError(Import.unscoped.get(pk=row.pk).version, {})
    return version + 1


def _start(actor: Actor, row: Import, kind: str) -> int:
    name = row.files[0]["name"] if row.files else ""
    run = start(actor, kind, {"import": row.pk, "round": row.round}, title=say(f"importing.run_{kind[7:]}", file=name))
    free = Import.unscoped.filter(pk=row.pk, version=row.version).exclude(run__state__in=_OPEN_RUNS)
    if not free.update(run=Run.unscoped.get(pk=run.pk), version=F("version") + 1):
        raise ConflictError("importing.busy")
    return int(run.pk)
