"""People: who they are, what they may do, for which part of the company, and until when."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from jiuzhou.web.store.models.scoped import Scoped

ROLES = (
    "rep",
    "team_lead",
    "regional_manager",
    "planner",
    "importer",
    "channel_manager",
    "partner_user",
    "auditor",
    "privacy_officer",
    "admin",
)


class UserManager(BaseUserManager["User"]):
    """Finds people for the log-in, which does not yet know who is asking."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Return the person of that e-mail address, whatever its case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """
    A person of one organisation, known by an e-mail address.

    ``epoch`` stands in every session and token; raising it ends them all. Roles are rows of ``RoleGrant``, never a
    property of the address.
    """

    organisation = models.ForeignKey("store.Organisation", on_delete=models.PROTECT, related_name="+")
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=2, default="zh")
    is_active = models.BooleanField(default=True)
    deactivated_at = models.DateTimeField(null=True, blank=True)
    epoch = models.PositiveIntegerField(default=1)
    choices = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = UserManager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(Lower("email"), name="user_email_whatever_its_case")]

    def __str__(self) -> str:
        return self.name


class RoleGrant(Scoped):
    """A role a person has from a day until a day: for one owner's customers, one subtree of territories, or all."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=20, choices=[(role, role) for role in ROLES])
    owner = models.ForeignKey("store.Owner", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    territory = models.ForeignKey("store.Territory", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(role__in=ROLES), name="role_is_known"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="role_ends_after_it_begins"
            ),
        ]


class Access(Scoped):
    """One customer that a person may see, or change, though it is not theirs by role: explicit and dated."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey("store.Customer", on_delete=models.CASCADE, related_name="+")
    may_write = models.BooleanField(default=False)
    reason = models.CharField(max_length=500)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")


class Substitution(Scoped):
    """While an owner is away, another person sees and serves the owner's customers."""

    owner = models.ForeignKey("store.Owner", on_delete=models.CASCADE, related_name="+")
    substitute = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    granted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(valid_to__gt=F("valid_from")), name="substitution_ends_after_it_begins")
        ]


class SignIn(Scoped):
    """
    One session of a person: where and when it began, when it was last seen, and whether it was ended.

    The session itself lies in Django's table; it names this row by ``key``, of which only the digest is kept here.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    epoch = models.PositiveIntegerField()
    agent = models.CharField(max_length=200, default="", blank=True)
    address = models.CharField(max_length=45, default="", blank=True)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        abstract = False
        indexes: ClassVar = [models.Index(fields=["user", "-began_at"], name="sign_in_latest_first")]


class Token(Scoped):
    """
    A person's key for programs: only its digest is kept, it names what it may do, and it ends.

    ``family`` joins a token and those that took its place; ``rotated_at`` is when the next one was made.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    family = models.CharField(max_length=16)
    epoch = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    rotated_at = models.DateTimeField(null=True, blank=True)

    class Meta(Scoped.Meta):
        abstract = False
        indexes: ClassVar = [models.Index(fields=["organisation", "family"], name="token_family")]


class SavedView(Scoped):
    """A list's filters under a name, as the address holds them."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    place = models.CharField(max_length=20)
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2000)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "place", "name"], name="saved_view_once_by_name")
        ]
