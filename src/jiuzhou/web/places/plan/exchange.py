"""A plan as files: given out, and taken in as a draft."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from jiuzhou.adapters.texts import render as told
from jiuzhou.kernel.errors import InputError
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.divide.writes.exporting import export_plan
from jiuzhou.web.divide.writes.importing import LARGEST, import_plan
from jiuzhou.web.places.plan.acts import tell
from jiuzhou.web.places.plan.forms import ImportForm
from jiuzhou.web.places.shell import language_of


@door("plan.read", "GET", noun="plan")
def give_out(request: Asked, plan: str) -> HttpResponse:
    """Return the plan as a ZIP archive."""
    answer = HttpResponse(export_plan(request.actor, plan), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{plan}.zip"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@door("plan.write", "GET", "POST")
def take_in(request: Asked) -> HttpResponse:
    """Ask for the files of a plan, and keep it as a draft."""
    if request.method != "POST":
        return render(request, "plan/import.html", {"form": ImportForm()})
    form = ImportForm(request.POST, request.FILES)
    if form.is_valid():
        given = form.cleaned_data
        try:
            # One byte more than is taken, so that a file that is too large is known to be.
            files = {name: given[name].read(LARGEST + 1) for name in ("plan", "units")}
            code = import_plan(request.actor, name=given["name"], **files)
        except InputError as error:
            form.add_error(None, told(error.message, language_of(request)))
        else:
            tell(request, say("plan.done_import"))
            return redirect("plan:plan", plan=code)
    return render(request, "plan/import.html", {"form": form}, status=422)
