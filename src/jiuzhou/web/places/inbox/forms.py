"""The form in which a request is decided."""

from __future__ import annotations

from django import forms

from jiuzhou.web.accounts.forms import StrictForm
from jiuzhou.web.inbox.writes import LONGEST_ANSWER, OUTCOMES


class DecisionForm(StrictForm):
    """A decision and the words that go with it."""

    outcome = forms.ChoiceField(choices=[(outcome, outcome) for outcome in OUTCOMES])
    answer = forms.CharField(
        label="inbox.answer",
        required=False,
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": LONGEST_ANSWER}),
    )
