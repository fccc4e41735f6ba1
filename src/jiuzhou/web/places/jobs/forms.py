"""The form by which work is let start by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.forms import StrictForm, told
from jiuzhou.web.jobs.kinds import kind_title
from jiuzhou.web.jobs.schedules import LEAST_MINUTES, MOST_MINUTES

HOW = ("daily", "interval")


class ScheduleForm(StrictForm):
    """What starts by itself, and when."""

    kind = forms.ChoiceField(label="jobs.task")
    how = forms.ChoiceField(label="jobs.schedule_how")
    at_time = forms.TimeField(
        label="jobs.at_time", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    every_minutes = forms.IntegerField(
        label="jobs.minutes_between",
        required=False,
        widget=forms.NumberInput(attrs={"min": LEAST_MINUTES, "max": MOST_MINUTES}),
    )

    def __init__(self, data: Any = None, *args: Any, kinds: Sequence[str], **kwargs: Any) -> None:
        super().__init__(data, *args, **kwargs)
        offered = {
            "kind": [(kind, told(kind_title(kind))) for kind in kinds],
            "how": [(how, told(say(f"jobs.how_{how}"))) for how in HOW],
        }
        for name, choices in offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    @property
    def when(self) -> dict[str, Any]:
        """What the write takes: only the time of the way that was chosen."""
        daily = self.cleaned_data["how"] == "daily"
        return {
            "at_time": self.cleaned_data["at_time"] if daily else None,
            "every_minutes": None if daily else self.cleaned_data["every_minutes"],
        }
