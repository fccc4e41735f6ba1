"""What the demo company makes: testing equipment, and what goes with it. All of it is invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from jiuzhou.demo.columns import money, pick, table_of
from jiuzhou.demo.places import INDUSTRIES
from jiuzhou.kernel.arrays import Floats, Ints, day_number

CATEGORIES = ("检测设备", "耗材", "软件", "服务")
FAMILIES = ("影像", "理化", "材料", "分子")
_LINES = (0.05, 0.72, 0.07, 0.16)
"""Part of the order lines in each category."""

_ITEMS: tuple[tuple[str, int, int, float, float, float], ...] = (
    # name, category, family (-1: any), price, cost as a part of it, how often bought within its category
    ("台式X射线检测仪 XT-200", 0, 0, 268_000, 0.58, 1.0),
    ("便携式探伤仪 XT-60", 0, 0, 86_000, 0.52, 1.6),
    ("三维断层扫描仪 XT-900", 0, 0, 620_000, 0.61, 0.4),
    ("气相色谱仪 GC-30", 0, 1, 198_000, 0.55, 1.0),
    ("近红外分析仪 NR-15", 0, 1, 128_000, 0.54, 1.2),
    ("水质快检仪 WQ-8", 0, 1, 32_000, 0.48, 2.0),
    ("万能材料试验机 UT-100", 0, 2, 156_000, 0.57, 1.0),
    ("硬度计 HD-5", 0, 2, 42_000, 0.5, 1.8),
    ("混凝土回弹检测仪 CB-2", 0, 2, 28_000, 0.46, 1.6),
    ("荧光定量扩增仪 PQ-96", 0, 3, 238_000, 0.56, 1.0),
    ("酶标仪 EL-8", 0, 3, 68_000, 0.53, 1.5),
    ("全自动核酸提取仪 NX-32", 0, 3, 146_000, 0.55, 0.9),
    ("成像板", 1, 0, 1_280, 0.42, 1.0),
    ("校准试块", 1, 0, 960, 0.4, 0.8),
    ("防护围裙", 1, 0, 680, 0.5, 0.6),
    ("色谱柱", 1, 1, 2_680, 0.38, 0.7),
    ("标准溶液套装", 1, 1, 420, 0.35, 1.4),
    ("比色试剂包", 1, 1, 186, 0.33, 1.8),
    ("过滤膜（100片）", 1, 1, 158, 0.4, 1.2),
    ("拉伸夹具", 1, 2, 1_860, 0.45, 0.6),
    ("压头组件", 1, 2, 880, 0.44, 0.8),
    ("应变片（50片）", 1, 2, 360, 0.36, 1.2),
    ("扩增试剂盒（96份）", 1, 3, 1_450, 0.32, 1.3),
    ("核酸提取试剂盒", 1, 3, 980, 0.34, 1.4),
    ("八联管（500条）", 1, 3, 260, 0.4, 1.0),
    ("酶标板（100块）", 1, 3, 540, 0.41, 0.9),
    ("无尘擦拭布", 1, -1, 98, 0.45, 1.0),
    ("一次性手套（100只）", 1, -1, 76, 0.5, 1.4),
    ("图像分析软件", 2, 0, 38_000, 0.12, 1.0),
    ("实验室管理系统", 2, -1, 58_000, 0.15, 1.0),
    ("数据追溯平台（年）", 2, -1, 24_000, 0.14, 1.2),
    ("质量报表模块（年）", 2, -1, 9_800, 0.1, 1.6),
    ("分子诊断判读软件", 2, 3, 32_000, 0.12, 0.8),
    ("上门校准", 3, -1, 3_200, 0.55, 1.6),
    ("年度维保", 3, -1, 16_800, 0.6, 0.9),
    ("操作培训（天）", 3, -1, 4_500, 0.5, 1.0),
    ("安装调试", 3, -1, 6_800, 0.58, 0.7),
    ("委托检测", 3, 1, 1_900, 0.48, 1.0),
    ("防护检测与报告", 3, 0, 5_200, 0.5, 0.6),
    ("方法开发", 3, -1, 28_000, 0.62, 0.3),
)

_FIT = {
    "医疗": (5, 2, 0.4, 6),
    "制造": (4, 1.5, 7, 0.4),
    "食品": (0.8, 7, 0.6, 4),
    "零售": (0.6, 6, 0.6, 2.5),
    "教育": (2, 3, 3, 3),
    "金融": (3, 1, 1, 1),
    "建筑": (2, 1.2, 8, 0.2),
    "信息技术": (5, 0.6, 3, 0.8),
}

NEWCOMER, FOLLOWS = 28, 32
"""图像分析软件 is new; before it was sold, its buyers bought 分子诊断判读软件 instead."""
RETIRED, REPLACED_BY = 8, 7
"""混凝土回弹检测仪 is no longer made; its buyers buy the hardness tester."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """
    The products as arrays of shape ``(n_products,)``.

    Attributes
    ----------
    chosen
        Cumulative shares of the products for each industry and main family, shape ``(8 · 4, n_products)``.
    family
        Cumulative shares of the main families for each industry, shape ``(8, 4)``.
    first_day, last_day
        Days after 1970-01-01 between which it is sold.
    """

    table: pa.Table
    category: Ints
    price: Floats
    cost: Floats
    chosen: Floats
    family: Floats
    first_day: Ints
    last_day: Ints


def catalogue(as_of: date) -> Catalogue:
    """Return the products sold up to ``as_of``."""
    count = len(_ITEMS)
    category = np.array([item[1] for item in _ITEMS], dtype=np.int64)
    price = np.array([item[3] for item in _ITEMS], dtype=np.float64)
    cost = np.round(price * np.array([item[4] for item in _ITEMS]), 2)
    launched, ended = as_of - timedelta(days=300), as_of - timedelta(days=200)
    first = np.full(count, day_number(date(2019, 1, 1)), dtype=np.int64)
    last = np.full(count, day_number(date(2099, 12, 31)), dtype=np.int64)
    first[NEWCOMER], last[RETIRED] = day_number(launched), day_number(ended)
    table = table_of(
        "products",
        {
            "product_id": product_ids(np.arange(count, dtype=np.int64)),
            "name": [item[0] for item in _ITEMS],
            "category": pick(CATEGORIES, category),
            "unit_price": money(price),
            "unit_cost": money(cost),
            "active_from": [launched if i == NEWCOMER else date(2019, 1, 1) for i in range(count)],
            "active_to": [ended if i == RETIRED else None for i in range(count)],
        },
    )
    fit = np.array([_FIT[name] for name in INDUSTRIES])
    family = np.cumsum(fit, axis=1)
    return Catalogue(table, category, price, cost, _chosen(fit), family / family[:, -1:], first, last)


def product_ids(index: Ints) -> pa.Array:
    """Return the product's id for each position in the catalogue."""
    return pick([f"P{number + 1:03d}" for number in range(len(_ITEMS))], index)


def sold_on(products: Catalogue, index: Ints, day: Ints) -> Ints:
    """Return what was really bought: the forerunner of what was not yet sold, the follower of what no longer was."""
    early = (index == NEWCOMER) & (day < products.first_day[NEWCOMER])
    late = (index == RETIRED) & (day > products.last_day[RETIRED])
    bought: Ints = np.where(early, FOLLOWS, np.where(late, REPLACED_BY, index))
    return bought


def _chosen(fit: Floats) -> Floats:
    category = np.array([item[1] for item in _ITEMS])
    family = np.array([item[2] for item in _ITEMS])
    often = np.array([item[5] for item in _ITEMS])
    shares = np.empty((len(INDUSTRIES), len(FAMILIES), len(_ITEMS)))
    for industry in range(len(INDUSTRIES)):
        for main in range(len(FAMILIES)):
            other = 0.06 * fit[industry, np.maximum(family, 0)]
            weight = often * np.where(family == main, 6.0, np.where(family < 0, 2.0, other))
            total = np.bincount(category, weight, minlength=len(CATEGORIES))
            shares[industry, main] = weight / total[category] * np.array(_LINES)[category]
    flat = np.cumsum(shares.reshape(-1, len(_ITEMS)), axis=1)
    return flat / flat[:, -1:]
