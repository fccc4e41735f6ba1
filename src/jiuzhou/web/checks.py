"""Whether this installation is fit for real use: each finding one sentence with its remedy."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.core.checks import CheckMessage, Tags, run_checks

from jiuzhou.adapters.geocoded import KEY
from jiuzhou.adapters.geocoding import HOSTS
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.company import is_usable
from jiuzhou.web.jobs.anchors import last_anchor
from jiuzhou.web.ledger.audit import broken_links
from jiuzhou.web.store.models import Organisation
from jiuzhou.web.store.soundness import FIXED_SQLITE, is_whole, soundness

LEAST_SECRET = 40
LEAST_FREE_BYTES = 2 << 30
SAMPLES = ("django-insecure", "change-me", "changeme", "secret", "example")

_ANSWERED_BY_HTTPS = frozenset({"security.W004", "security.W008", "security.W012", "security.W016"})
"""What Django says of a deployment without HTTPS, which we say in one sentence."""

_OF_A_DEPLOYMENT = (Tags.security, Tags.database, Tags.caches, Tags.files)
"""Django's checks of how it is set up. Those of the code load every page, for seconds, and are our tests' to do."""


@dataclass(frozen=True, slots=True)
class Finding:
    """
    One thing that is not as it should be.

    Attributes
    ----------
    level
        ``red`` must be mended before real use, ``yellow`` should be known.
    """

    level: Literal["red", "yellow"]
    key: str
    message: Message


def findings() -> tuple[Finding, ...]:
    """Return what is not as it should be, the worst first."""
    found = [*_network(), *_secrets(), *_database(), *_disk(), *_ledger(), *_django()]
    return tuple(sorted(found, key=lambda one: one.level != "red"))


def _network() -> Iterator[Finding]:
    if not settings.HTTPS:
        yield Finding("red", "https", say("deploy.no_https"))
    if "*" in settings.ALLOWED_HOSTS:
        yield Finding("red", "hosts", say("deploy.any_host"))
    elif set(settings.ALLOWED_HOSTS) <= {"127.0.0.1", "localhost", "[::1]"}:
        yield Finding("red", "hosts", say("deploy.own_host_only"))
    if settings.DEBUG:
        yield Finding("red", "debug", say("deploy.debug"))
    if settings.OIDC_ISSUER and not is_usable():
        yield Finding("red", "oidc", say("deploy.oidc"))
    if settings.GEOCODER and (settings.GEOCODER not in HOSTS or not os.environ.get(KEY, "").strip()):
        yield Finding("red", "geocoder", say("deploy.geocoder", known=tuple(HOSTS)))
    if settings.OUTBOUND:
        yield Finding("yellow", "outbound", say("deploy.outbound"))


def _secrets() -> Iterator[Finding]:
    for name in ("SECRET_KEY", "AUDIT_KEY"):
        secret = str(getattr(settings, name))
        if len(secret) < LEAST_SECRET or len(set(secret)) < 10 or secret.casefold().startswith(SAMPLES):
            yield Finding("red", name.lower(), say("deploy.weak_secret", name=f"JIUZHOU_{name}", least=LEAST_SECRET))
    if settings.SECRET_KEY == settings.AUDIT_KEY:
        yield Finding("red", "same_secret", say("deploy.same_secret"))
    home = Path(settings.HOME)
    if home.is_dir() and home.stat().st_mode & 0o077:
        yield Finding("red", "open_home", say("deploy.open_home", home=str(home)))


def _database() -> Iterator[Finding]:
    found = soundness()
    if not found.keeps_acknowledged:
        yield Finding("red", "durable", say("deploy.not_durable", vendor=found.vendor))
    if found.writes_immediately is False:
        yield Finding("red", "immediate", say("deploy.not_immediate"))
    if found.holds_references is False:
        yield Finding("red", "references", say("deploy.no_references"))
    if found.superuser:
        yield Finding("red", "superuser", say("deploy.superuser"))
    if not is_whole():
        yield Finding("red", "integrity", say("deploy.not_whole"))
    if found.old_sqlite:
        wanted = ".".join(map(str, FIXED_SQLITE))
        yield Finding("yellow", "sqlite", say("deploy.old_sqlite", version=found.version, wanted=wanted))


def _disk() -> Iterator[Finding]:
    free = shutil.disk_usage(settings.HOME).free
    if free < LEAST_FREE_BYTES:
        yield Finding("red", "disk", say("deploy.little_space", free=free / 2**30, least=LEAST_FREE_BYTES / 2**30))


def broken_chain() -> tuple[str, int] | None:
    """Return the first organisation whose audit chain does not hold, and the entry at which; ``None`` if all do."""
    for organisation in Organisation.objects.order_by("pk"):
        broken = next(iter(broken_links(organisation.pk, anchor=last_anchor(organisation.pk))), None)
        if broken is not None:
            return organisation.name, broken
    return None


def _ledger() -> Iterator[Finding]:
    for organisation in Organisation.objects.order_by("pk"):
        if organisation.choices.get("demo"):
            yield Finding("red", "demo", say("deploy.demo", organisation=organisation.name))
    broken = broken_chain()
    if broken is not None:
        yield Finding("red", "audit", say("deploy.broken_chain", organisation=broken[0], number=broken[1]))


def _django() -> Iterator[Finding]:
    for found in run_checks(tags=_OF_A_DEPLOYMENT, include_deployment_checks=True):
        if not (found.id in _ANSWERED_BY_HTTPS and not settings.HTTPS):
            yield _as_finding(found)


def _as_finding(found: CheckMessage) -> Finding:
    told = " ".join(f"{found.msg} {found.hint or ''}".split())
    key = found.id or "django"
    return Finding("red" if found.is_serious() else "yellow", key, say("deploy.django", id=key, text=told))
