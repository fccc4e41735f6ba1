"""Who is asked where addresses are: the map service of the installation, for an import whose person wants it."""

from __future__ import annotations

import os

from django.conf import settings

from jiuzhou.adapters.geocoded import KEY, Gazette
from jiuzhou.web.collect.reads.importing.folders import ANSWERS
from jiuzhou.web.store.models import Import, Organisation


def gazette_of(row: Import) -> Gazette | None:
    """
    Return what the service says of addresses, and said before, for the organisation of ``row``; ``None`` if not asked.

    Addresses of customers leave the house by it, so it takes an administrator, who gives service and key, and a person
    who chooses it for a file.

    Raises
    ------
    InputError
        If the service is none that is known, or there is no key.
    """
    asked = any(choice.get("geocode") and choice.get("table") == "customers" for choice in row.choices.values())
    if not asked or not settings.GEOCODER:
        return None
    slug = Organisation.objects.values_list("slug", flat=True).get(pk=row.organisation_id)
    folder = settings.HOME / ANSWERS
    folder.mkdir(exist_ok=True, mode=0o700)
    return Gazette(settings.GEOCODER, os.environ.get(KEY, ""), folder / f"{slug}.jsonl")
