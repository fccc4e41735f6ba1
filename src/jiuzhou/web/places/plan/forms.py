"""What is filled in about plans."""

from __future__ import annotations

from typing import Any

from django import forms

from jiuzhou.kernel.message import Message
from jiuzhou.web.accounts.forms import StrictForm
from jiuzhou.web.places.shell import language_of
from jiuzhou.web.problems import InvalidError


class Versioned(StrictForm):
    """A form on one plan, as it was when the page was made."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class SubmitForm(Versioned):
    """Why a plan, from when on, and that its costs were looked at."""

    note = forms.CharField(label="plan.why", widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)
    effective_on = forms.DateField(
        label="plan.effective_on", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), required=False
    )
    confirmed = forms.BooleanField(label="plan.confirm_costs", required=False)


class ApproveForm(Versioned):
    """From when on an approved plan holds."""

    effective_on = forms.DateField(
        label="plan.effective_on", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), required=False
    )


class ReturnForm(Versioned):
    """Why a plan goes back."""

    answer = forms.CharField(label="plan.return_reason", widget=forms.Textarea(attrs={"rows": 3}), max_length=4000)


class NameForm(forms.Form):
    """A name."""

    name = forms.CharField(label="plan.name", max_length=200)


class RemarkForm(StrictForm):
    """What somebody says; about a customer it is an objection."""

    text = forms.CharField(label="plan.remark_text", widget=forms.Textarea(attrs={"rows": 2}), max_length=4000)
    territory = forms.CharField(required=False, max_length=64)
    customer = forms.CharField(label="plan.remark_customer", required=False, max_length=64)


class AnswerForm(StrictForm):
    """What is answered to a remark."""

    accepted = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])
    answer = forms.CharField(required=False, max_length=4000)


class ImportForm(StrictForm):
    """A plan as files."""

    plan = forms.FileField(label="plan.file_plan")
    units = forms.FileField(label="plan.file_units")
    name = forms.CharField(label="plan.name", max_length=200, required=False)


def note_errors(form: forms.Form, error: InvalidError, request: Any) -> None:
    """Put what a write found wrong at the fields of the form it came from."""
    from jiuzhou.adapters.texts import render

    lang = language_of(request)
    for name, message in error.fields.items():
        text = render(message, lang) if isinstance(message, Message) else str(message)
        form.add_error(name if name in form.fields else None, text)


def version_of(request: Any) -> int:
    """Return the version of the plan that a posted page was made for; 0, which is nobody's, where it says none."""
    given = request.POST.get("version", "")
    return int(given) if given.isdigit() and len(given) < 10 else 0
