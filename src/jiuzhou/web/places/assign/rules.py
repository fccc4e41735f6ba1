"""The rules: in force, as a version, changed, brought back."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.assign.methods import methods
from jiuzhou.web.assign.reads import rules as reads
from jiuzhou.web.assign.reads.rules import RulesView, Version
from jiuzhou.web.assign.scripts import LONGEST
from jiuzhou.web.assign.writes.rules import restore_rules, submit_rules, withdraw_rules
from jiuzhou.web.inbox.reads import list_approvals
from jiuzhou.web.places.assign.forms import MOST_UPLOADED, RulesForm, add_errors
from jiuzhou.web.places.assign.tabs import tabs
from jiuzhou.web.places.shapes import Badge, Column, Fact, Tone
from jiuzhou.web.places.shell import language_of
from jiuzhou.web.problems import InvalidError

_TONES: dict[str, Tone] = {"published": "ok", "review": "accent", "returned": "warn"}
_VERSION_COLUMNS = (
    Column("version", "assigning.version"),
    Column("state", "assigning.state", "badge"),
    Column("item.note", "assigning.note"),
    Column("item.by", "assigning.written_by", "person", narrow=True),
    Column("item.at", "assigning.submitted_at", "moment", narrow=True),
    Column("item.published_by", "assigning.published_by", "person", narrow=True),
)


@door("rules.read")
def index(request: Asked) -> HttpResponse:
    """Show the rules in force, the six methods, and the latest versions."""
    view = reads.in_force(request.actor)
    latest = reads.list_versions(request.actor)
    return render(
        request,
        "assign/rules.html",
        {
            **_shown(request, view),
            "methods": methods(),
            "waiting": reads.waiting_version(request.actor),
            "version_rows": [_version_row(item, view) for item in latest.items[:5]],
            "version_columns": _VERSION_COLUMNS,
        },
    )


@door("rules.read", noun="rules")
def version(request: Asked, rules: int) -> HttpResponse:
    """Show one version, what it changed, and the approval that it waits for."""
    view = reads.read_version(request.actor, rules)
    waiting = list_approvals(request.actor, "waiting", size=100).items
    approval = next((item for item in waiting if (item.noun, item.key) == ("rules", str(rules))), None)
    may_withdraw = view.version is not None and view.version.state == "review" and request.actor.may("rules.write")
    return render(
        request,
        "assign/version.html",
        {
            **_shown(request, view),
            "approval": approval,
            "may_withdraw": may_withdraw and approval is None,
            "facts": _facts(view),
            "base": _base(request),
        },
    )


@door("rules.read")
def versions(request: Asked) -> HttpResponse:
    """List the versions."""
    page = reads.list_versions(request.actor, cursor=request.GET.get("after") or request.GET.get("before"))
    view = reads.in_force(request.actor)
    rows = [_version_row(item, view) for item in page.items]
    context = {"tabs": tabs(request, "rules"), "rows": rows, "columns": _VERSION_COLUMNS, "page": page}
    return render(request, "assign/versions.html", context)


@door("rules.read", noun="rules")
def text(request: Asked, rules: int) -> HttpResponse:
    """Answer with the text of a version, as a file."""
    view = reads.read_version(request.actor, rules)
    name = f"rules-v{rules}.yaml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(view.text, content_type="text/plain; charset=utf-8", headers=headers)


@door("rules.write", "GET", "POST")
def edit(request: Asked) -> HttpResponse:
    """Change the rules in force; what is sent waits for a second person."""
    present = reads.in_force(request.actor)
    number = present.version.number if present.version else 0
    if request.method != "POST":
        form = RulesForm(initial={"base": number, "text": present.text})
        return _edited(request, form, present.text)
    form = RulesForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            given = _given(form)
            made = submit_rules(
                request.actor, text=given, note=form.cleaned_data["note"], base=form.cleaned_data["base"]
            )
        except InvalidError as error:
            add_errors(form, error, language_of(request))
        else:
            return redirect("assign:version", made)
    return _edited(request, form, str(form.data.get("text", "")), status=422)


@door("rules.write", "POST")
def check(request: Asked) -> HttpResponse:
    """Answer with what the text in the form says and what is wrong with it, before it is submitted."""
    form = RulesForm(request.POST, request.FILES)
    form.full_clean()
    try:
        given = _given(form)
    except InvalidError as error:
        return render(request, "assign/checked.html", {"problem": next(iter(error.fields.values()))})
    return render(request, "assign/checked.html", _checked(request, given))


@door("rules.write", "POST", noun="rules", fields=("base", "note"))
def restore(request: Asked, rules: int) -> HttpResponse:
    """Submit an older version anew."""
    base = request.POST.get("base", "")
    made = restore_rules(
        request.actor, rules, note=request.POST.get("note", ""), base=int(base) if base.isdecimal() else -1
    )
    return redirect("assign:version", made)


@door("rules.write", "POST", noun="rules", fields=())
def withdraw(request: Asked, rules: int) -> HttpResponse:
    """Take back a version that waits."""
    withdraw_rules(request.actor, rules)
    return redirect("assign:version", rules)


def _edited(request: Asked, form: RulesForm, given: str, *, status: int = 200) -> HttpResponse:
    context = {"tabs": tabs(request, "rules"), "form": form, "methods": methods(), **_checked(request, given)}
    return render(request, "assign/edit.html", context, status=status)


def _checked(request: Asked, given: str) -> dict[str, object]:
    found = reads.checked(request.actor, given)
    return {"problem": found.problem, "lines": found.rules, "findings": found.whole}


def _given(form: RulesForm) -> str:
    file = form.cleaned_data.get("file")
    if not file:
        return str(form.cleaned_data.get("text") or "")
    if file.size > MOST_UPLOADED:
        raise InvalidError({"file": say("assigning.rules_long", most=LONGEST)})
    try:
        return str(file.read().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InvalidError({"file": say("assigning.not_text")}) from None


def _shown(request: Asked, view: RulesView) -> dict[str, object]:
    number = view.version.number if view.version else None
    return {
        "tabs": tabs(request, "rules"),
        "view": view,
        "number": number,
        "heading": say("assigning.rules_of", number=number) if number else say("assigning.rules_standard"),
        "badge": _badge(view),
        "lines": view.rules,
        "findings": view.findings,
        "may_write": request.actor.may("rules.write"),
    }


def _badge(view: RulesView) -> Badge:
    if view.in_force:
        return Badge("assigning.in_force", "ok")
    state = view.version.state if view.version else "published"
    return Badge(f"assigning.state_{state}", _TONES.get(state, ""))


def _version_row(item: Version, present: RulesView) -> dict[str, object]:
    current = present.version is not None and present.version.number == item.number
    tone = _TONES.get(item.state, "")
    return {
        "item": item,
        "version": say("assigning.version_number", number=item.number),
        "state": Badge("assigning.in_force", "ok") if current else Badge(f"assigning.state_{item.state}", tone),
        "url": f"/assign/rules/{item.number}",
    }


def _facts(view: RulesView) -> list[Fact]:
    version = view.version
    if version is None:
        return []
    return [
        Fact("assigning.note", version.note),
        Fact("assigning.written_by", version.by),
        Fact("assigning.submitted_at", version.at, "moment"),
        Fact("assigning.published_by", version.published_by),
        Fact("assigning.published_at", version.published_at, "moment"),
    ]


def _base(request: Asked) -> int:
    present = reads.in_force(request.actor)
    return present.version.number if present.version else 0
