"""
A request that is sent twice is done once: its key, its first answer, and what to say while it is under way.

The key belongs to the person. Whoever writes the key's row first executes the request; the others wait for its answer.
``record`` marks the row in the transaction of the act itself, so that after a crash it is known whether anything
happened: if nothing did, the next attempt takes over; if something did, it is never done again.
"""

from __future__ import annotations

import functools
import json
import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol, TypeVar

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from jiuzhou.kernel.errors import InputError, JiuzhouError
from jiuzhou.web.problems import ConflictError, ProtocolError
from jiuzhou.web.store.faults import fault
from jiuzhou.web.store.forgetting import forget
from jiuzhou.web.store.models import IdempotencyKey

LONGEST_KEY = 255
_KEY = re.compile("[!-~]+")
KEPT = timedelta(hours=24)
BROKEN_OFF = timedelta(minutes=10)
"""An attempt without an answer for this long has died."""

PATIENCE_SECONDS = 5.0
"""How long a repeated request waits for the first one's answer before it is told that it is under way."""

_NOT_KEPT = frozenset({400, 401, 403, 404, 405, 413, 415, 422, 428, 429})
"""Refusals before anything was executed: the key stays free for the mended request."""

_HEADERS = ("Content-Type", "Content-Language", "ETag", "Location", "HX-Redirect", "HX-Trigger", "HX-Refresh")


@dataclass(frozen=True, slots=True)
class Request:
    """
    One request with its key.

    Attributes
    ----------
    line
        Method and path.
    digest
        Of everything that makes it this request: query, body and condition.
    """

    organisation_id: int
    user_id: int
    key: str
    line: str
    digest: str


@dataclass(frozen=True, slots=True)
class _Claim:
    row_id: int
    since: datetime


_claim: ContextVar[_Claim | None] = ContextVar("claim", default=None)


def digest_of(*parts: str | bytes) -> str:
    """Return the digest of a request's parts, kept apart from each other."""
    told = sha256()
    for part in parts:
        held = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        told.update(len(held).to_bytes(8, "big") + held)
    return told.hexdigest()


def answer_once(request: Request, produce: Callable[[], HttpResponse], *, secret: bool = False) -> HttpResponse:
    """
    Return what ``produce`` answers to the first request with this key, now and for a day.

    Parameters
    ----------
    produce
        Executes the request; an exception that escapes it means that nothing is to be kept.
    secret
        Whether the answer holds what must not be stored: a repeat is then told only that it was done.

    Raises
    ------
    InputError
        If the key was used for another request, or is no key.
    ConflictError
        If the first request is still under way after the patience, or was done and its answer is not there.
    """
    if len(request.key) > LONGEST_KEY or not _KEY.fullmatch(request.key):
        raise ProtocolError(400, "ledger.bad_key", most=LONGEST_KEY)
    deadline, pause = time.monotonic() + PATIENCE_SECONDS, 0.02
    while True:
        claim = _take(request)
        if isinstance(claim, HttpResponse):
            return claim
        if claim is not None:
            return _executed(claim, produce, secret=secret)
        if time.monotonic() >= deadline:
            raise ConflictError("ledger.under_way")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)


def mark_effect() -> None:
    """
    Note, in the transaction of an act, that the request under way had an effect.

    Raises
    ------
    ConflictError
        If another attempt has taken the request over in the meantime: this one must undo itself.
    """
    claim = _claim.get()
    if claim is None:
        return
    held = IdempotencyKey.unscoped.filter(pk=claim.row_id, created_at=claim.since)
    if not held.update(effect=True):
        raise ConflictError("ledger.taken_over")


def prune(now: datetime) -> int:
    """Forget the answers older than a day; return how many."""
    return forget(IdempotencyKey.unscoped.filter(created_at__lt=now - KEPT))


def forget_answers(organisation_id: int) -> int:
    """Empty every kept answer of an organisation, as erasing a person asks; repeats are then told it was done."""
    return IdempotencyKey.unscoped.filter(organisation=organisation_id).exclude(answer="").update(answer="")


class _Signed(Protocol):
    organisation_id: int
    user_id: int | None


View = TypeVar("View", bound=Callable[..., HttpResponse])


def once(view: View) -> View:
    """
    Return a page's view that does a form with a hidden ``key`` once, however often it is sent.

    It stands below ``door``, which knows who is asking. Forms without a key, and GET, pass as they are.
    """

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        actor: _Signed = request.actor  # type: ignore[attr-defined]
        key = request.POST.get("key", "") if request.method == "POST" else ""
        if not key or actor.user_id is None:
            return view(request, *args, **kwargs)
        fields = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
        files = [(name, [(one.name, one.size) for one in sent]) for name, sent in request.FILES.lists()]
        asked = Request(
            actor.organisation_id,
            actor.user_id,
            key,
            f"POST {request.path}"[:300],
            digest_of(request.META.get("QUERY_STRING", ""), json.dumps([fields, files])),
        )
        return answer_once(asked, lambda: view(request, *args, **kwargs))

    return guarded  # type: ignore[return-value]


def _take(request: Request) -> _Claim | HttpResponse | None:
    # The row that is ours to execute, the answer of one already executed, or nothing yet.
    now = timezone.now()
    mine = IdempotencyKey.unscoped.filter(user=request.user_id, key=request.key)
    row = mine.first()
    if row is None:
        try:
            with transaction.atomic():
                row = IdempotencyKey.unscoped.create(
                    organisation_id=request.organisation_id,
                    user_id=request.user_id,
                    key=request.key,
                    request=request.line,
                    digest=request.digest,
                    created_at=now,
                )
        except IntegrityError:
            return None
        return _Claim(row.pk, now)
    if (row.request, row.digest) != (request.line, request.digest):
        raise InputError("ledger.key_of_another")
    if row.status is not None:
        return _kept(row)
    if row.created_at >= now - BROKEN_OFF:
        return None
    if row.effect:
        raise ConflictError("ledger.already_done")
    free = mine.filter(pk=row.pk, created_at=row.created_at, status__isnull=True, effect=False)
    return _Claim(row.pk, now) if free.update(created_at=now) else None


def _executed(claim: _Claim, produce: Callable[[], HttpResponse], *, secret: bool) -> HttpResponse:
    token = _claim.set(claim)
    try:
        response = produce()
    except JiuzhouError:
        _release(claim)
        raise
    except Exception:
        if not _release(claim):
            _keep(claim, HttpResponse(status=500), secret=True)
        raise
    finally:
        _claim.reset(token)
    fault("answer.done")
    nothing_done = response.status_code in _NOT_KEPT or response.status_code >= 500
    if not (nothing_done and _release(claim)):
        _keep(claim, response, secret=secret)
    return response


def _release(claim: _Claim) -> bool:
    row = IdempotencyKey.unscoped.filter(pk=claim.row_id, created_at=claim.since, effect=False)
    return bool(row.delete()[0])


def _keep(claim: _Claim, response: HttpResponse, *, secret: bool) -> None:
    headers = {name: response[name] for name in _HEADERS if response.has_header(name)}
    body = response.content.decode("utf-8", "replace")
    answer = "" if secret else json.dumps({"headers": headers, "body": body})
    row = IdempotencyKey.unscoped.filter(pk=claim.row_id, created_at=claim.since)
    row.update(status=response.status_code, answer=answer)


def _kept(row: IdempotencyKey) -> HttpResponse:
    if not row.answer or row.status is None:
        raise ConflictError("ledger.already_done")
    told = json.loads(row.answer)
    response = HttpResponse(told["body"], status=row.status, headers=told["headers"])
    response["Idempotency-Replayed"] = "true"
    return response
