"""The map: where its background comes from, and the company's own regions."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect

from jiuzhou.kernel.errors import InputError, RefusedError
from jiuzhou.kernel.message import say
from jiuzhou.web.accounts.doors import Asked, door
from jiuzhou.web.accounts.forms import StrictForm, told
from jiuzhou.web.collect.reads.regions import region_levels
from jiuzhou.web.collect.writes.regions import ENDINGS, LONGEST_LEVEL, SYSTEMS, bring_regions, remove_regions
from jiuzhou.web.places.settings.tabs import page
from jiuzhou.web.places.shapes import Fact
from jiuzhou.web.problems import InvalidError


class RegionsForm(StrictForm):
    """A file of own regions."""

    file = forms.FileField(
        label="regions.file", widget=forms.FileInput(attrs={"accept": ",".join((*ENDINGS, "application/geo+json"))})
    )
    level = forms.CharField(label="regions.level", max_length=LONGEST_LEVEL, required=False)
    crs = forms.ChoiceField(label="regions.crs", required=False)

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, auto_id="regions_%s", initial={"crs": "wgs84"})
        crs = self.fields["crs"]
        assert isinstance(crs, forms.ChoiceField)
        crs.choices = _systems()


@door("settings.open")
def index(request: Asked) -> HttpResponse:
    """Show where the map's background comes from, which is set where the server is started, and the own regions."""
    return _page(request, RegionsForm())


@door("import.run", "POST")
def bring(request: Asked) -> HttpResponse:
    """Take a file of own regions in."""
    return _bring(request, None)


@door("import.run", "POST", noun="batch")
def replace(request: Asked, batch: int) -> HttpResponse:
    """Let a file take the place of a level."""
    return _bring(request, batch)


@door("import.run", "POST", noun="batch", fields=())
def remove(request: Asked, batch: int) -> HttpResponse:
    """Take a level out."""
    remove_regions(request.actor, batch)
    messages.success(request, told(say("regions.removed")))
    return redirect("settings:map")


def _bring(request: Asked, replaces: int | None) -> HttpResponse:
    form = RegionsForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    file = form.cleaned_data["file"]
    assert isinstance(file, TemporaryUploadedFile)
    file.flush()
    try:
        made = bring_regions(
            request.actor,
            file.name or "",
            Path(file.temporary_file_path()),
            level=form.cleaned_data["level"],
            crs=form.cleaned_data["crs"] or "wgs84",
            replaces=replaces,
        )
    except InvalidError as error:
        form.refuse(error.fields)
    except (InputError, RefusedError) as error:
        form.add_error("file", told(error.message))
    else:
        messages.success(request, told(say("regions.brought", n=len(made))))
        return redirect("settings:map")
    return _page(request, form, status=422)


def _page(request: Asked, form: RegionsForm, *, status: int = 200) -> HttpResponse:
    host = urlsplit(settings.TILES).hostname or ""
    facts = [
        Fact("settings.map_source", host or say("settings.map_none")),
        Fact("settings.map_note", settings.TILES_NOTE or say("settings.map_no_note")),
    ]
    may_bring = request.actor.may("import.run") and request.actor.everywhere
    context = {
        "facts": facts,
        "has_tiles": bool(host),
        "note": settings.TILES_NOTE,
        "may_bring": may_bring,
        "levels": region_levels(request.actor) if may_bring else (),
        "form": form,
        "systems": _systems(),
    }
    return page(request, "map", "map", context, status=status)


def _systems() -> list[tuple[str, str]]:
    return [(system, told(say(f"regions.crs_{system}"))) for system in SYSTEMS]
