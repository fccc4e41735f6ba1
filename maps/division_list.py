"""The division tree from the npm list of codes and names: provinces, prefectures, districts."""

from __future__ import annotations

import json
import re
from types import ModuleType

Row = tuple[str, str, str, str | None]
"""Code, name, level, code of the parent."""

FILLER = "市辖区"


def division_rows(script: str, codes: ModuleType) -> list[Row]:
    """
    Return the divisions of the list, sorted by code.

    The list has three floors everywhere; where there are only two (Beijing, 仙桃) it fills the middle with names like
    市辖区, which are left out here. So are codes no longer in force, of which it keeps a few.

    Parameters
    ----------
    script
        The JavaScript module of the list.
    codes
        ``jiuzhou.geo.codes``, which knows the areas that are their own prefecture.
    """
    provinces, cities, counties = (_section(script, name) for name in ("province_list", "city_list", "county_list"))
    rows: list[Row] = [(code, name, "province", None) for code, name in provinces.items()]
    for code, name in cities.items():
        if code[:2] not in codes.WHOLE_PROVINCES and code[2:] != "9000":
            rows.append((code, name, "prefecture", codes.province_of(code)))
        elif code[:2] == "71":
            rows.append((code, name, "district", codes.province_of(code)))
    for code, name in counties.items():
        if name == FILLER:
            continue
        parent = codes.prefecture_of(code)
        if parent == code:
            rows.append((code, name, "prefecture", codes.province_of(code)))
        elif code[:2] != "71":
            rows.append((code, name, "district", parent))
    return sorted(row for row in rows if codes.current_code(row[0]) == row[0])


def _section(script: str, name: str) -> dict[str, str]:
    inside = script.split(f"{name}: {{", 1)[1].split("}", 1)[0]
    return {code: json.loads(text) for code, text in re.findall(r'(\d{6}): ("[^"]*")', inside)}
