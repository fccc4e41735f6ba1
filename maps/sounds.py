"""How the names of divisions sound: pinyin without tones, for addresses written in Latin letters."""

from __future__ import annotations

from collections.abc import Iterable

SPOKEN: dict[str, str] = {
    "六安": "lu an",
    "六合": "lu he",
    "涡阳": "guo yang",
    "乐清": "yue qing",
    "丽水": "li shui",
    "大埔": "da bu",
    "黄埔": "huang pu",
    "繁峙": "fan shi",
    "洪洞": "hong tong",
    "铅山": "yan shan",
    "侯马": "hou ma",
    "乐亭": "lao ting",
    "单县": "shan xian",
    "莘县": "shen xian",
    "浚县": "xun xian",
    "尉犁": "yu li",
    "荥阳": "xing yang",
    "荥经": "ying jing",
    "番禺": "pan yu",
    "阿坝": "a ba",
    "枞阳": "zong yang",
    "渑池": "mian chi",
    "犍为": "qian wei",
    "郫都": "pi du",
    "巴彦淖尔": "ba yan nao er",
}
"""Readings that differ from what the characters say by themselves; ours."""


def sounds(rows: Iterable[tuple[str, str, str, str | None]]) -> dict[str, str]:
    """
    Return the pinyin of each division by code, syllables apart, without tones, ü as v: ``su zhou shi``.

    Empty where the build has no pypinyin: addresses in Latin letters are an extra of the map files.
    """
    try:
        from pypinyin import lazy_pinyin
    except ImportError:
        return {}
    found = {}
    for code, name, *_ in rows:
        known = next((head for head in SPOKEN if name.startswith(head)), "")
        rest = lazy_pinyin(name[len(known) :], errors="ignore")
        found[code] = " ".join([*([SPOKEN[known]] if known else []), *rest])
    return found
