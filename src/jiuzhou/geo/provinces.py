"""The 34 province-level divisions of China: a table of our own, which needs no built map data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Province:
    """
    A province, municipality, autonomous region or special administrative region.

    Attributes
    ----------
    code
        Adcode of six digits (GB/T 2260), such as ``"320000"``.
    name
        Short Chinese name, such as 江苏.
    full_name
        Full Chinese name, such as 江苏省.
    name_en
        English name.
    tile
        Column and row of its square in a tile map, counted from 0 at the top left; every province has its own square.
    """

    code: str
    name: str
    full_name: str
    name_en: str
    tile: tuple[int, int]


PROVINCES: tuple[Province, ...] = (
    Province("110000", "北京", "北京市", "Beijing", (4, 1)),
    Province("120000", "天津", "天津市", "Tianjin", (5, 2)),
    Province("130000", "河北", "河北省", "Hebei", (4, 2)),
    Province("140000", "山西", "山西省", "Shanxi", (3, 2)),
    Province("150000", "内蒙古", "内蒙古自治区", "Inner Mongolia", (3, 1)),
    Province("210000", "辽宁", "辽宁省", "Liaoning", (5, 1)),
    Province("220000", "吉林", "吉林省", "Jilin", (6, 1)),
    Province("230000", "黑龙江", "黑龙江省", "Heilongjiang", (6, 0)),
    Province("310000", "上海", "上海市", "Shanghai", (6, 4)),
    Province("320000", "江苏", "江苏省", "Jiangsu", (5, 4)),
    Province("330000", "浙江", "浙江省", "Zhejiang", (5, 5)),
    Province("340000", "安徽", "安徽省", "Anhui", (4, 3)),
    Province("350000", "福建", "福建省", "Fujian", (4, 5)),
    Province("360000", "江西", "江西省", "Jiangxi", (4, 4)),
    Province("370000", "山东", "山东省", "Shandong", (5, 3)),
    Province("410000", "河南", "河南省", "Henan", (3, 3)),
    Province("420000", "湖北", "湖北省", "Hubei", (3, 4)),
    Province("430000", "湖南", "湖南省", "Hunan", (3, 5)),
    Province("440000", "广东", "广东省", "Guangdong", (3, 6)),
    Province("450000", "广西", "广西壮族自治区", "Guangxi", (2, 6)),
    Province("460000", "海南", "海南省", "Hainan", (2, 7)),
    Province("500000", "重庆", "重庆市", "Chongqing", (2, 4)),
    Province("510000", "四川", "四川省", "Sichuan", (1, 4)),
    Province("520000", "贵州", "贵州省", "Guizhou", (2, 5)),
    Province("530000", "云南", "云南省", "Yunnan", (1, 5)),
    Province("540000", "西藏", "西藏自治区", "Tibet", (0, 3)),
    Province("610000", "陕西", "陕西省", "Shaanxi", (2, 3)),
    Province("620000", "甘肃", "甘肃省", "Gansu", (1, 2)),
    Province("630000", "青海", "青海省", "Qinghai", (1, 3)),
    Province("640000", "宁夏", "宁夏回族自治区", "Ningxia", (2, 2)),
    Province("650000", "新疆", "新疆维吾尔自治区", "Xinjiang", (0, 2)),
    Province("710000", "台湾", "台湾省", "Taiwan", (6, 6)),
    Province("810000", "香港", "香港特别行政区", "Hong Kong", (4, 7)),
    Province("820000", "澳门", "澳门特别行政区", "Macao", (3, 7)),
)
"""All 34, in the order of their adcodes."""
