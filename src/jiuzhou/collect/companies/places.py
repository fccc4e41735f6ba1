"""Names of Chinese places at the beginning of a company's name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from jiuzhou.collect.companies.words import ZONES
from jiuzhou.geo.codes import prefecture_of, province_of
from jiuzhou.geo.divisions import Division, divisions

CHINA = "CN"
"""The place of （中国）."""

_ENDINGS = (
    "特别行政区",
    "自治区",
    "自治州",
    "自治县",
    "地区",
    "林区",
    "矿区",
    "新区",
    "省",
    "市",
    "区",
    "县",
    "盟",
    "旗",
    "州",
)
_PEOPLES = (
    *("壮族", "回族", "维吾尔", "朝鲜族", "土家族", "苗族", "藏族", "彝族", "羌族", "布依族", "侗族", "傣族"),
    *(
        "白族",
        "景颇族",
        "傈僳族",
        "蒙古族",
        "蒙古",
        "哈萨克族",
        "哈萨克",
        "柯尔克孜",
        "各族",
        "黎族",
        "瑶族",
        "满族",
        "畲族",
    ),
)
_BRANDS_TOO = frozenset(
    {
        *(
            "东方",
            "合作",
            "江山",
            "万宁",
            "新泰",
            "德兴",
            "天长",
            "文昌",
            "永安",
            "安宁",
            "兴平",
            "华阴",
            "新民",
            "大安",
        ),
        *(
            "宁安",
            "永康",
            "高安",
            "福安",
            "兴城",
            "海阳",
            "明光",
            "乐平",
            "恩平",
            "安达",
            "共青城",
            "集安",
            "华亭",
            "兴化",
        ),
        *(
            "兴化",
            "华蓥",
            "万源",
            "龙港",
            "新乐",
            "新星",
            "同江",
            "双河",
            "北屯",
            "可克达拉",
            "福泉",
            "清镇",
            "兴义",
            "都江堰",
        ),
    }
)
"""Cities below a prefecture whose short name is as often a brand."""

_NOT_OF_THE_CITY = frozenset("政场民容")
"""After these letters 市 begins the next word: 南京市政, 上海市场."""

_DEPTH, _SHORT_LENGTHS = 3, (4, 3, 2)
_BRAND_AND_TRADE, _SHORTEST = 4, 2
_ZONE_STARTS = frozenset(zone[:2] for zone in ZONES)


@dataclass(frozen=True, slots=True)
class PlaceName:
    """
    A name of divisions, full or short.

    Attributes
    ----------
    codes
        The adcodes that it may mean, the highest division first.
    is_alone
        Whether it is a place even where no place stands before it.
    """

    name: str
    codes: tuple[str, ...]
    is_alone: bool


@dataclass(frozen=True, slots=True)
class Places:
    """
    The names that a company's name may begin or end with.

    Attributes
    ----------
    starts
        First two letters → the names that begin so, the longest first.
    names
        All names.
    cities
        Short name of a province or a prefecture → its adcode.
    """

    starts: Mapping[str, tuple[PlaceName, ...]]
    names: frozenset[str]
    cities: Mapping[str, str]


def place_at_start(text: str, least: int) -> tuple[str, int]:
    """
    Return the adcode of the place that ``text`` begins with, and how many letters name it; ``("", 0)`` without one.

    Each name must lie in the one before it: 江苏省苏州市, 苏州昆山.

    Parameters
    ----------
    least
        How many letters must be left after the place.
    """
    starts, code, end, most = places().starts, "", 0, len(text) - least
    for _ in range(_DEPTH):
        names = starts.get(text[end : end + 2])
        if names is None:
            break
        found, length = _next_place(text, end, names, code)
        if not length or end + length > most:
            break
        # 郑州中原泵阀 is more likely a firm called 中原 than one in the district of that name.
        if code and length == _SHORTEST and len(text) - end - length < _BRAND_AND_TRADE and least:
            break
        code, end = found, end + length
    if code and text[end : end + 2] in _ZONE_STARTS and text.startswith(ZONES, end):
        zone = next(zone for zone in ZONES if text.startswith(zone, end))
        end += len(zone) if end + len(zone) <= most else 0
    return code, end


def place_at_end(text: str, least: int) -> tuple[str, int]:
    """
    Return the adcode of the province or city that ``text`` ends in, and how many letters name it; ``("", 0)`` without.

    Parameters
    ----------
    least
        How many letters must be left before the place.
    """
    for length in _SHORT_LENGTHS:
        code = places().cities.get(text[-length:]) if len(text) - length >= least else None
        if code is not None:
            return code, length
    return "", 0


def is_place(text: str) -> str:
    """Return the adcode that the whole of ``text`` names; empty where it names none."""
    if text == "中国":
        return CHINA
    code, end = place_at_start(text, 0)
    return code if end == len(text) else ""


def place_name(code: str) -> str:
    """Return the name of the place that ``code`` stands for: 江苏省苏州市; empty for none."""
    return "中国" if code == CHINA else "".join(divisions().path(code)) if code else ""


def lies_in(inner: str, outer: str) -> bool:
    """Return whether the division ``inner`` lies in ``outer``, or is it."""
    return outer in (inner, prefecture_of(inner), province_of(inner), CHINA)


def _next_place(text: str, start: int, names: tuple[PlaceName, ...], within: str) -> tuple[str, int]:
    for place in names:
        name = place.name
        if not text.startswith(name, start) or not (within or place.is_alone):
            continue
        end = start + len(name)
        if end < len(text) and text[end] in _NOT_OF_THE_CITY and name[-1] == "市":
            continue
        if not within:
            return place.codes[0], end - start
        code = next((code for code in place.codes if code != within and lies_in(code, within)), None)
        if code is not None:
            return code, end - start
    return "", 0


@cache
def places() -> Places:
    """Return the names of every division that this installation knows, full and short."""
    codes: dict[str, list[str]] = defaultdict(list)
    alone: set[str] = set()
    cities: dict[str, str] = {}
    for division in sorted(divisions().by_code.values(), key=_by_level):
        short = short_name(division.name)
        if division.level != "district":
            cities.setdefault(short, division.code)
        for name in dict.fromkeys((division.name, short)):
            if len(name) > 1:
                codes[name].append(division.code)
                if name == division.name or _known_alone(division, short):
                    alone.add(name)
    starts: dict[str, list[PlaceName]] = defaultdict(list)
    for name in sorted(codes, key=lambda name: (-len(name), name)):
        starts[name[:2]].append(PlaceName(name, tuple(codes[name]), name in alone))
    return Places({start: tuple(names) for start, names in starts.items()}, frozenset(codes), cities)


def short_name(name: str) -> str:
    """Return the name of a division without its kind: 苏州 of 苏州市, 延边 of 延边朝鲜族自治州, 广西."""
    ending = next((ending for ending in _ENDINGS if name.endswith(ending) and len(name) - len(ending) >= 2), "")
    short = name.removesuffix(ending)
    while ending.startswith("自治"):
        people = next((people for people in _PEOPLES if short.endswith(people) and len(short) - len(people) >= 2), "")
        if not people:
            break
        short = short.removesuffix(people)
    return short


def _known_alone(division: Division, short: str) -> bool:
    if division.level != "district":
        return True
    return division.name.endswith("市") and short not in _BRANDS_TOO


def _by_level(division: Division) -> tuple[int, str]:
    return ("province", "prefecture", "district").index(division.level), division.code
