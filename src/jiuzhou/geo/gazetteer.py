"""Every name by which an address may mean a division, and what each may mean: full, short, former, zones, pinyin."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path

from jiuzhou.geo.cities import CITIES
from jiuzhou.geo.codes import CHANGES, current_code, prefecture_of
from jiuzhou.geo.divisions import Division, DivisionTree, divisions
from jiuzhou.geo.maps import read_pinyin
from jiuzhou.geo.provinces import PROVINCES


class Kind(IntEnum):
    """How a name means a division; the reading trusts them differently."""

    FULL = 0
    """The name in full, or a form of it that ends like one: 苏州市, 恩施州."""
    FORMER = 1
    """A name given up: 闸北区, 吴江市."""
    SHORT = 2
    """Without its last word: 苏州. It may as well begin a street or a firm."""
    ZONE = 3
    """A development zone or new area: 光谷, 苏州高新区."""
    QUARTER = 4
    """A well-known quarter or street: 中关村. It decides between divisions, and never stands alone."""
    LETTER = 5
    """One character for a province: 沪."""
    LATIN = 6
    """Pinyin or English with its last word: suzhoushi, haidian district."""
    LATIN_SHORT = 7
    """Pinyin or English without it: suzhou."""


@dataclass(frozen=True, slots=True)
class Sense:
    """
    One division that a name may mean.

    Attributes
    ----------
    code
        Its adcode.
    kind
        How the name means it.
    within
        Code of the division in which the name is said, where that is not one above ``code``: of an old prefecture,
        or the city of a zone; empty otherwise.
    weight
        How often the name means this one and not another of its senses, on no scale.
    trust
        How sure the reading may be of it at best, in (0, 1].
    """

    code: str
    kind: Kind
    within: str = ""
    weight: float = 1.0
    trust: float = 0.98


_WEIGHTS = {"province": 60.0, "prefecture": 2.0, "district": 1.0}
_LARGE_CITY = 20.0
_PEOPLES = (
    "维吾尔族|维吾尔|壮族|回族|蒙古族|蒙古|藏族|苗族|土家族|侗族|彝族|瑶族|黎族|畲族|羌族|布依族|仡佬族|傣族|白族"
    "|哈尼族|傈僳族|纳西族|朝鲜族|达斡尔族|满族|水族|佤族|拉祜族|布朗族|怒族|独龙族|普米族|景颇族|裕固族|哈萨克族"
    "|哈萨克|东乡族|保安族|撒拉族|土族|毛南族|仫佬族|柯尔克孜|塔吉克|锡伯|各族"
)
_AUTONOMOUS = re.compile(f"^(.+?)((?:{_PEOPLES})*)自治([县旗州区])$")
_PEOPLES_DISTRICT = re.compile(r"^(.{2,})(回族|达斡尔族)(区)$")
_LAST_WORD = re.compile(r"(特别行政区|街道办事处|行政委员会|地区|新区|(?<=神农架)林区|特区|街道|省|市|区|县|旗|盟|镇)$")
_LATIN_LAST = {
    "province": ("sheng", "province", ""),
    "prefecture": ("shi", "city", "prefecture", ""),
    "市": ("shi", "city", ""),
    "县": ("xian", "county", ""),
    "区": ("qu", "district", ""),
    "新区": ("xinqu", "newarea", "newdistrict", "district", ""),
}


@cache
def gazetteer() -> Mapping[str, tuple[Sense, ...]]:
    """Return the senses of every name, simplified characters and small letters without spaces."""
    tree = divisions()
    found: dict[str, dict[tuple[str, str], Sense]] = defaultdict(dict)
    table = tuple(_place_names())
    full = {division.name for division in tree.by_code.values()}
    for name, sense in (
        *_names_of_divisions(tree, full),
        *_listed(table, tree),
        *_zones(table, tree),
        *_former(tree, full),
        *_latin(table, tree),
    ):
        known = found[name].get((sense.code, sense.within))
        if known is None or sense.trust > known.trust:
            found[name][(sense.code, sense.within)] = sense
    return {name: tuple(_without_vague(senses.values())) for name, senses in found.items()}


def _without_vague(senses: Iterable[Sense]) -> list[Sense]:
    # a zone of which our table knows the district needs no sense that says only its city
    exact = {sense.within for sense in senses if sense.kind is Kind.ZONE and sense.code != sense.within}
    return [s for s in senses if s.kind is not Kind.ZONE or s.code != s.within or s.within not in exact]


_WITHOUT_DISTRICTS = frozenset({"441900", "442000", "460400", "620200"})


def is_official(division: Division) -> bool:
    """
    Return whether the code of a division is in official use.

    The tree lists towns below the four cities that have no districts, and zones under numbers from 90 on, neither of
    which anybody else knows by these codes: an address there is in the city.
    """
    invented = division.level == "district" and division.code[4:] >= "90" and division.code[2:4] != "90"
    return not invented and division.parent not in _WITHOUT_DISTRICTS


def short_name(name: str) -> str:
    """Return the name of a division without its last word and its peoples, such as 恩施; itself where none is left."""
    autonomous = _AUTONOMOUS.match(name) or _PEOPLES_DISTRICT.match(name)
    return autonomous.group(1) if autonomous else _LAST_WORD.sub("", name) or name


def _names_of_divisions(tree: DivisionTree, full: set[str]) -> Iterator[tuple[str, Sense]]:
    cities = {city.code for city in CITIES}
    for division in tree.by_code.values():
        name, short = division.name, short_name(division.name)
        if not is_official(division):
            above = division.parent or ""
            town = above in _WITHOUT_DISTRICTS
            yield name, Sense(above, Kind.QUARTER if town else Kind.ZONE, above, trust=0.98 if town else 0.85)
            continue
        yield name, Sense(division.code, Kind.FULL)
        for form in _long_forms(division, short, full):
            yield form, Sense(division.code, Kind.FULL, weight=0.3, trust=0.9)
        if len(short) > 1 and short != name and not name.endswith(("镇", "街道", "开发区")):
            weight = _LARGE_CITY if division.code in cities else _WEIGHTS[division.level]
            yield short, Sense(division.code, Kind.SHORT, weight=weight, trust=0.94)


def _long_forms(division: Division, short: str, full: set[str]) -> Iterator[str]:
    autonomous = _AUTONOMOUS.match(division.name) or _PEOPLES_DISTRICT.match(division.name)
    if autonomous:
        last = autonomous.group(3)
        yield from (form for form in (short + last, short + "自治" + last) if form not in full)
    if len(short) < 2 or division.level == "province":
        return
    if division.level == "prefecture":
        yield from (form for form in (short + "地区", short + "市") if form not in full)
    elif division.name[-1] in "市县区":  # what became a district was a county or a city, and people remember
        yield from (form for form in (short + "市", short + "县", short + "区") if form not in full)


def _place_names() -> Iterator[tuple[str, str, list[str]]]:
    for line in Path(__file__).with_name("place_names.tsv").read_text("utf-8").splitlines()[1:]:
        kind, code, names = line.split("\t")
        yield kind, code, names.split(" ")


def _listed(table: Iterable[tuple[str, str, list[str]]], tree: DivisionTree) -> Iterator[tuple[str, Sense]]:
    for kind, code, names in table:
        division = tree.get(code)
        if division is None:
            continue
        for name in names:
            if kind == "letter":
                yield name, Sense(division.code, Kind.LETTER, trust=0.9)
            elif kind == "former":
                yield name, Sense(division.code, Kind.FORMER, weight=0.5, trust=0.93)
            elif kind == "short":
                whole = name.endswith(("州", "省", "区", "旗", "盟", "县"))
                weight = _WEIGHTS[division.level]
                yield name, Sense(division.code, Kind.FULL if whole else Kind.SHORT, weight=weight, trust=0.94)


def _zones(table: Iterable[tuple[str, str, list[str]]], tree: DivisionTree) -> Iterator[tuple[str, Sense]]:
    yield from _zones_of_the_tree(tree)
    for kind, city, names in table:
        if kind not in ("zone", "quarter") or tree.get(city) is None:
            continue
        as_kind, trust = (Kind.ZONE, 0.82) if kind == "zone" else (Kind.QUARTER, 0.75)
        for name, _, codes in (entry.partition("=") for entry in names):
            for code in codes.split(","):
                if tree.get(code) is not None:
                    yield from _in_all_forms(name, Sense(code, as_kind, city, trust=trust))


_ZONE_FORMS = (
    ("高新区", "高新技术开发区", "高新技术产业开发区", "高新技术产业园区", "高新开发区", "高新技术区"),
    ("经开区", "经济开发区", "经济技术开发区", "技术开发区", "开发区"),
)


def _in_all_forms(name: str, sense: Sense) -> Iterator[tuple[str, Sense]]:
    yield name, sense
    for forms in _ZONE_FORMS:
        if name == forms[0]:
            yield from ((form, sense) for form in forms[1:])


def _zones_of_the_tree(tree: DivisionTree) -> Iterator[tuple[str, Sense]]:
    for division in tree.of_level("district"):
        city = tree.get(division.parent or "")
        if (
            city is None
            or not is_official(division)
            or not re.search(r"(开发区|高新区|园区|新区|管理区|实验区|产业区)$", division.name)
        ):
            continue
        above = tree.get(city.parent or "")
        heads = [f"{short_name(above.name)}{short_name(city.name)}"] if above else []
        heads += [city.name, short_name(city.name), *([short_name(above.name)] if above else [])]
        head = next((head for head in heads if division.name.startswith(head)), "")
        rest = division.name[len(head) :]
        sense = Sense(division.code, Kind.ZONE, city.code, trust=0.93)
        if len(rest) > 2 and not division.name.endswith(("新区", "下花园区")):
            yield rest, sense
        for forms in _ZONE_FORMS:
            if rest in forms:
                yield from ((form, sense) for form in forms)
                yield from ((short_name(city.name) + form, sense) for form in forms)


def _former(tree: DivisionTree, full: set[str]) -> Iterator[tuple[str, Sense]]:
    shorts = {short_name(name) for name in full}
    for change in CHANGES:
        now = tree.get(change.now)
        if now is None:
            continue
        before = prefecture_of(change.code[:4] + "00") or ""
        within = before if before != prefecture_of(now.code) and tree.get(before) is not None else ""
        yield change.name, Sense(now.code, Kind.FORMER, within, 0.5, 0.93)
        short = short_name(change.name)
        if len(short) > 1 and short not in shorts and len(short) < len(change.name):
            yield short, Sense(now.code, Kind.SHORT, within, 0.5, 0.88)


def _latin(table: Iterable[tuple[str, str, list[str]]], tree: DivisionTree) -> Iterator[tuple[str, Sense]]:
    english = [*((one.code, one.name_en) for one in PROVINCES), *((one.code, one.name_en) for one in CITIES)]
    for code, name in english:
        if tree.get(code) is not None and "(" not in name:
            yield from _latin_forms(re.sub("[^a-z]", "", name.lower().replace("ü", "u")), tree.by_code[code])
    for kind, code, names in table:
        division = tree.get(code)
        if kind == "latin" and division is not None:
            for name in names:
                yield from _latin_forms(name, division)
    for code, sounds in read_pinyin().items():
        division = tree.get(code)
        if division is not None and code == current_code(code) and is_official(division):
            short = "".join(sounds.split()[: len(short_name(division.name))])
            if len(short_name(division.name)) > 1:
                yield from _latin_forms(short, division)
            yield from ((form, Sense(code, Kind.LATIN, trust=0.92)) for form in _spellings("".join(sounds.split())))


def _latin_forms(name: str, division: Division) -> Iterator[tuple[str, Sense]]:
    last = "新区" if division.name.endswith("新区") else division.name[-1]
    endings = _LATIN_LAST.get(last if division.level == "district" else division.level, ("",))
    weight = _LARGE_CITY if division.code in _city_codes() else _WEIGHTS[division.level]
    for spelled in _spellings(name):
        for ending in endings:
            kind = Kind.LATIN if ending else Kind.LATIN_SHORT
            yield spelled + ending, Sense(division.code, kind, "", weight if not ending else 1.0, 0.92)


def _spellings(name: str) -> set[str]:
    return {name, name.replace("v", "u"), name.replace("lv", "lyu")} if "v" in name else {name}


@cache
def _city_codes() -> frozenset[str]:
    return frozenset(city.code for city in CITIES)
