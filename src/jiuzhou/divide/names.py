"""Names people say: the place where most of a territory's work lies."""

from __future__ import annotations

from collections import Counter

import numpy as np

from jiuzhou.divide.outcome import Outcome
from jiuzhou.divide.units import prefecture
from jiuzhou.geo.cities import CITIES
from jiuzhou.geo.divisions import divisions
from jiuzhou.geo.place import prefectures_at

_CITY = {city.code: city for city in CITIES}


def territory_names(outcome: Outcome, *, lang: str) -> tuple[str, ...]:
    """
    Return the name of each territory: its chief prefecture, numbered where several share it, else its owner's name.

    Parameters
    ----------
    lang
        ``zh`` or ``en``; English names are known for large cities only.
    """
    units, problem = outcome.problem.units, outcome.problem
    lonlat = units.lonlat
    around = prefectures_at(lonlat[:, 0], lonlat[:, 1])
    codes = [prefecture(code) if code else near or "" for code, near in zip(units.code, around, strict=True)]
    work: dict[int, dict[str, float]] = {}
    for label, code, weight in zip(outcome.label.tolist(), codes, problem.weight.tolist(), strict=True):
        inside = work.setdefault(label, {})
        inside[code] = inside.get(code, 0.0) + weight
    rep_names = dict(zip(problem.reps.ids, problem.reps.names, strict=True))
    plain = []
    for k, owner in enumerate(outcome.layout.owners):
        chief = min(work.get(k, {"": 0.0}).items(), key=lambda item: (-item[1], item[0]))[0]
        plain.append(_place_name(chief, lang) or rep_names.get(owner) or outcome.ids[k])
    return _numbered(plain, outcome.ids)


def _place_name(code: str, lang: str) -> str:
    city = _CITY.get(code)
    if city is not None:
        return city.name if lang == "zh" else city.name_en
    division = divisions().get(code) if code and lang == "zh" else None
    return division.name.removesuffix("市") if division else ""


def _numbered(plain: list[str], ids: tuple[str, ...]) -> tuple[str, ...]:
    count = Counter(plain)
    seen: Counter[str] = Counter()
    found = list(plain)
    for k in np.array(sorted(range(len(ids)), key=lambda k: ids[k])).tolist():
        if count[plain[k]] > 1:
            seen[plain[k]] += 1
            found[k] = f"{plain[k]} {seen[plain[k]]}"
    return tuple(found)
