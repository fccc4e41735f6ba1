"""The ledger: what was done by whom, what is still to be told to others, and which requests were already answered."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from jiuzhou.web.store.models.scoped import Scoped


class AuditHead(Scoped):
    """The last link of an organisation's chain; its row is the lock that keeps the chain one."""

    sequence = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="", blank=True)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation"], name="one_chain_for_each")]


class AuditEntry(Scoped):
    """
    One act: who, from where, what, on what, before and after.

    ``digest`` is the HMAC over the previous digest, the sequence and the body. People stand in it by a keyed
    pseudonym, so that forgetting a person leaves the chain whole.
    """

    sequence = models.BigIntegerField()
    at = models.DateTimeField()
    who = models.CharField(max_length=64, default="", blank=True)
    origin = models.CharField(max_length=20)
    verb = models.CharField(max_length=60)
    noun = models.CharField(max_length=30)
    key = models.CharField(max_length=120, default="", blank=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    note = models.CharField(max_length=500, default="", blank=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [models.UniqueConstraint(fields=["organisation", "sequence"], name="audit_no_gap")]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "noun", "key"], name="audit_by_object"),
            models.Index(fields=["organisation", "who"], name="audit_by_person"),
        ]


class OutboxEvent(Scoped):
    """
    What one receiver is to be told, written in the transaction that made it true and sent after.

    ``key`` is the event's own, the same for every receiver, by which a receiver knows one told twice; ``dead_at`` is
    when no more was tried.
    """

    webhook = models.ForeignKey("store.Webhook", on_delete=models.CASCADE, related_name="events")
    key = models.CharField(max_length=64)
    kind = models.CharField(max_length=60)
    body = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    dead_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=200, default="", blank=True)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [models.UniqueConstraint(fields=["webhook", "key"], name="event_once_to_each")]
        indexes: ClassVar = [
            models.Index(
                fields=["next_try_at"],
                name="outbox_waiting",
                condition=models.Q(sent_at__isnull=True, dead_at__isnull=True),
            )
        ]


class Webhook(Scoped):
    """An address that is told of events of some kinds (all, where none is named), with the secret that signs them."""

    url = models.CharField(max_length=500)
    secret = models.CharField(max_length=120)
    kinds = models.JSONField(default=list)
    active = models.BooleanField(default=False)
    created_by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)


class IdempotencyKey(Scoped):
    """
    A request that was seen: its body's digest and, once there is one, its answer.

    ``effect`` is set in the transaction of the first act the request did, so that after a crash it is known whether
    anything happened; ``created_at`` moves when an attempt that did nothing is taken over.
    """

    user = models.ForeignKey("store.User", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request = models.CharField(max_length=300)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.TextField(default="", blank=True)
    effect = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key"], name="request_once_by_key")]
        indexes: ClassVar = [models.Index(fields=["created_at"], name="request_oldest_first")]


class RateCount(Scoped):
    """How many requests of a kind a person has made in one window of time, which begins at ``window`` (Unix time)."""

    user = models.ForeignKey("store.User", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10)
    window = models.BigIntegerField()
    count = models.PositiveIntegerField(default=0)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "kind", "window"], name="counted_once")]


class RateAtDoor(models.Model):
    """
    The same for a door that stands open to everybody; ``whom`` is a keyed digest of an address or of a link.

    It belongs to no organisation: who comes with a wrong link has said none.
    """

    whom = models.CharField(max_length=32)
    kind = models.CharField(max_length=10)
    window = models.BigIntegerField()
    count = models.PositiveIntegerField(default=0)

    unscoped = models.Manager()

    class Meta:
        base_manager_name = "unscoped"
        default_manager_name = "unscoped"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["whom", "kind", "window"], name="counted_at_door_once")
        ]
