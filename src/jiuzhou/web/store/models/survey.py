"""Questions to customers, the links by which they are asked, and what they answered."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from jiuzhou.web.store.models.scoped import Scoped

SURVEY_KINDS = ("csat", "nps", "ces", "loyalty", "need", "brand")


class Questionnaire(Scoped):
    """
    One question that customers are asked by link, in both languages, on one scale.

    What is asked never changes once it is written: who wants other words begins another.
    """

    code = models.CharField(max_length=40)
    kind = models.CharField(max_length=10)
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    question_zh = models.CharField(max_length=300)
    question_en = models.CharField(max_length=300)
    scale_max = models.PositiveSmallIntegerField()
    topic = models.CharField(max_length=60, default="", blank=True)
    takes_comment = models.BooleanField(default=True)
    opens_on = models.DateField()
    closes_on = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "code"], name="questionnaire_code_once"),
            models.CheckConstraint(condition=Q(kind__in=SURVEY_KINDS), name="questionnaire_kind_is_known"),
            models.CheckConstraint(condition=Q(scale_max__gte=2, scale_max__lte=10), name="questionnaire_scale"),
        ]
        indexes: ClassVar = [models.Index(fields=["organisation", "-made_at", "id"], name="questionnaire_latest_first")]

    def __str__(self) -> str:
        return self.code


class SurveyInvitation(Scoped):
    """That a customer was given a link to a questionnaire; the link names this row by ``key`` and nothing else."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="invitations")
    customer = models.ForeignKey("store.Customer", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=24, unique=True)
    by = models.ForeignKey("store.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["questionnaire", "customer"], name="invited_once_to_each")
        ]


class SurveyAnswer(Scoped):
    """What a customer answered, and who had the customer then; it may be changed for a day, then it stands."""

    questionnaire = models.ForeignKey(Questionnaire, on_delete=models.CASCADE, related_name="answers")
    invitation = models.OneToOneField(SurveyInvitation, on_delete=models.CASCADE, related_name="answer")
    customer = models.ForeignKey("store.Customer", on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey("store.Owner", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    changed_at = models.DateTimeField()
    score = models.PositiveSmallIntegerField()
    scale_max = models.PositiveSmallIntegerField()
    comment = models.TextField(default="", blank=True)
    language = models.CharField(max_length=2)
    version = models.PositiveIntegerField(default=1)

    class Meta(Scoped.Meta):
        abstract = False
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(score__lte=F("scale_max")), name="answer_on_its_scale")
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "-at", "-id"], name="answer_latest_first"),
            models.Index(fields=["questionnaire", "-at", "-id"], name="answer_by_questionnaire"),
        ]
