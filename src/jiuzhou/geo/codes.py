"""
Adcodes (GB/T 2260) by arithmetic: what a six-digit code says of province and prefecture, and codes that have changed.

The package build loads this file by itself, so it imports nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

WHOLE_PROVINCES: frozenset[str] = frozenset({"11", "12", "31", "50", "71", "81", "82"})
"""First two digits of the divisions that are their own prefecture: municipalities, Taiwan, Hong Kong, Macao."""

PROVINCE_DIGITS: frozenset[str] = WHOLE_PROVINCES | {
    *("13", "14", "15", "21", "22", "23", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44", "45", "46"),
    *("51", "52", "53", "54", "61", "62", "63", "64", "65"),
}
"""First two digits of the 34 province-level divisions."""

RECODED: Mapping[str, str] = {
    "341400": "340100",  # 巢湖 was divided in 2011; its seat went to 合肥
    "341402": "340181",
    "341421": "340124",
    "341422": "340281",  # 无为 went to 芜湖
    "341423": "340522",  # 含山 and 和县 went to 马鞍山
    "341424": "340523",
    "340225": "340281",  # 无为 became a city in 2019
    "340823": "340722",  # 枞阳: 安庆 → 铜陵, 2015
    "341521": "340422",  # 寿县: 六安 → 淮南, 2015
    "371200": "370100",  # 莱芜 joined 济南 in 2018
    "371202": "370116",
    "371203": "370117",
    "220381": "220184",  # 公主岭: 四平 → 长春, 2020
    "469003": "460400",  # 儋州 became a prefecture in 2015
    "512081": "510185",  # 简阳: 资阳 → 成都, 2016
    "522200": "520600",  # 铜仁, 2011
    "522400": "520500",  # 毕节, 2011
    "542100": "540300",  # 昌都, 2014
    "542200": "540500",  # 山南, 2016
    "542300": "540200",  # 日喀则, 2014
    "542400": "540600",  # 那曲, 2017
    "542600": "540400",  # 林芝, 2015
    "632100": "630200",  # 海东, 2013
    "652100": "650400",  # 吐鲁番, 2015
    "652200": "650500",  # 哈密, 2016
}
"""Old code → the code in force, for areas of prefecture level and for counties that moved to another prefecture."""


def plain_code(code: str) -> str | None:
    """Return the six digits of an adcode, also of the nine and twelve digits used below county level, or None."""
    digits = code.strip()
    known = len(digits) in (6, 9, 12) and digits.isascii() and digits.isdigit() and digits[:2] in PROVINCE_DIGITS
    return digits[:6] if known else None


def current_code(code: str) -> str | None:
    """Return the adcode in force for ``code``, which may be an older one; None where it is no adcode."""
    plain = plain_code(code)
    if plain is None:
        return None
    if plain[:2] in WHOLE_PROVINCES - {"71"} and plain[4:] == "00":
        return plain[:2] + "0000"
    return RECODED.get(plain, plain)


def province_of(code: str) -> str | None:
    """Return the adcode of the province that ``code`` lies in, or None where it is no adcode."""
    plain = plain_code(code)
    return None if plain is None else plain[:2] + "0000"


def prefecture_of(code: str) -> str | None:
    """
    Return the adcode of the prefecture-level area that ``code`` lies in.

    A municipality, Taiwan, Hong Kong and Macao are each one area (``"110105"`` → ``"110000"``); a county or city
    governed by its province directly is an area of its own (``"429004"``). None where ``code`` is no adcode, or names
    a province that has prefectures.
    """
    plain = current_code(code)
    if plain is None:
        return None
    if plain[:2] in WHOLE_PROVINCES:
        return plain[:2] + "0000"
    if plain[2:] == "0000" or plain[2:] == "9000":
        return None
    if plain[2:4] == "90":
        return plain
    return current_code(plain[:4] + "00")
