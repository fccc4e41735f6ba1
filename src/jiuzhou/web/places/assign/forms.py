"""What people write in the Assign place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django import forms

from jiuzhou.adapters.texts import Lang, render
from jiuzhou.kernel.message import Message, say
from jiuzhou.web.accounts.forms import StrictForm
from jiuzhou.web.problems import InvalidError

MOST_UPLOADED = 400_000


class RulesForm(StrictForm):
    """A version of the rules: its text, or a file with it, and why."""

    base = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    file = forms.FileField(required=False, widget=forms.FileInput(attrs={"accept": ".yaml,.yml,text/*"}))
    text = forms.CharField(
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "code", "spellcheck": "false", "wrap": "off"}),
    )
    note = forms.CharField(max_length=500)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = not self.files


class FilterForm(forms.Form):
    """What the list of decisions is narrowed by; what makes no sense is left out."""

    q = forms.CharField(required=False, max_length=100)
    outcome = forms.CharField(required=False, max_length=20)
    rule = forms.CharField(required=False, max_length=80)
    owner = forms.CharField(required=False, max_length=64)
    since = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))


class ReassignForm(StrictForm):
    """To whom a customer goes, why, and from when."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    key = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    owner = forms.ChoiceField()
    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    from_day = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: object, owners: Sequence[tuple[str, str]], lang: Lang, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        pool = (POOL_CHOICE, render(say("assigning.to_pool"), lang))
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ChoiceField)
        owner.choices = [("", "—"), *owners, pool]


POOL_CHOICE = "(pool)"


def add_errors(form: forms.Form, error: InvalidError, lang: Lang, names: Mapping[str, str] | None = None) -> None:
    """Put what is wrong at its field; what belongs to no field of the form stands above it."""
    for field, message in error.fields.items():
        at = (names or {}).get(field, field)
        form.add_error(at if at in form.fields else None, _said(message, lang))


def _said(message: Message, lang: Lang) -> str:
    return render(message, lang)
