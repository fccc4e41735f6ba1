"""Invented names: of companies, of people, of streets. Any likeness to a real one is chance."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from jiuzhou.demo.columns import joined, numbered, pick
from jiuzhou.kernel.arrays import Ints, Mask

SIZES = ("小型", "中型", "大型")

_FIRST = "".join(
    (
        "澜岚霁栎榆珩璟铄砚筠沅漪昀旻晟瀚泓淳湛澄渟渌溪沁涵霖霏霄",
        "翊翎翀骁骐骅骧珏琮琰瑄瑾瑜璞璨钰铎铮锐锦镕楠桐梓柏槿棠榕朴",
    )
)
_SECOND = "".join(
    (
        "川禾舟栖野原岳麓汀洲渚屿谷峰峦岭塬泽湖泊湾浦津渡桥亭阁轩庭",
        "院苑园圃林森木叶枝芽苗穗稷黍麦粟菽棉麻桑茶竹兰菊荷莲菱芦苇蒲",
    )
)

_ENDINGS: tuple[tuple[tuple[str, ...], ...], ...] = (
    (
        ("口腔门诊部", "健康体检中心", "中医诊所", "兽医诊所"),
        ("医学检验所有限公司", "妇产医院", "康复医院", "医疗器械有限公司"),
        ("综合医院", "肿瘤医院", "医疗科技股份有限公司"),
    ),
    (
        ("五金制品厂", "模具加工厂", "塑胶制品有限公司"),
        ("精密机械有限公司", "汽车零部件有限公司", "电子元件有限公司", "新材料有限公司"),
        ("装备制造股份有限公司", "新能源科技股份有限公司", "半导体有限公司"),
    ),
    (
        ("食品加工厂", "豆制品有限公司", "茶叶有限公司"),
        ("乳业有限公司", "调味品有限公司", "冷链食品有限公司"),
        ("食品股份有限公司", "粮油工业有限公司"),
    ),
    (
        ("便利店", "商行", "生鲜超市"),
        ("商贸有限公司", "连锁药房有限公司", "供应链有限公司"),
        ("百货股份有限公司", "连锁超市有限公司"),
    ),
    (
        ("培训学校", "实验小学"),
        ("实验中学", "职业技术学校", "教育科技有限公司"),
        ("职业技术学院", "理工学院", "农业大学"),
    ),
    (
        ("保险代理有限公司", "典当行"),
        ("融资租赁有限公司", "小额贷款有限公司", "资产评估有限公司"),
        ("村镇银行股份有限公司", "财产保险有限公司"),
    ),
    (
        ("建材经营部", "装饰工程有限公司"),
        ("建设工程检测有限公司", "市政工程有限公司", "混凝土有限公司"),
        ("建设股份有限公司", "路桥工程有限公司"),
    ),
    (
        ("软件工作室", "网络科技有限公司"),
        ("信息技术有限公司", "软件有限公司", "物联网科技有限公司"),
        ("数据科技股份有限公司", "智能科技股份有限公司"),
    ),
)

_SURNAMES = "".join(
    (
        "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许邓韩冯曹",
        "彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖",
    )
)
_GIVEN = (
    *("文静", "雅楠", "思远", "子涵", "佳怡", "明轩", "晓彤", "志强", "建国", "丽娜", "海燕", "俊杰", "婷婷", "国栋"),
    *("欣怡", "浩然", "雪梅", "少华", "春生", "秋月", "立新", "永康", "慧敏", "天佑", "若溪", "一鸣", "嘉树", "念慈"),
    *("伟", "芳", "敏", "静", "磊", "洋", "艳", "勇", "杰", "娟", "涛", "超", "霞", "平", "刚", "宁", "岩", "蕾"),
)
_DISTRICTS = ("高新区", "经济开发区", "城东新区", "城西街道", "工业园区", "科技城", "老城街道", "滨河新区")
_COUNTY = ("城关镇", "河东镇", "柳林镇", "石桥镇", "新集镇")
_STREETS = (
    *("创新路", "人民路", "科技大道", "工业北路", "建设路", "迎宾大道", "学府路", "长青路", "和平街", "兴业路"),
    *("丰收路", "滨河路", "观湖路", "青云路", "松涛路", "晨光路", "明德路", "望江路"),
)


def words(numbers: Ints) -> pa.Array:
    """
    Return an invented word of two characters for each number, shape ``(n,)``.

    Numbers that differ by less than the count of words (3,363) have different words.
    """
    count = len(_FIRST) * len(_SECOND)
    place = numbers * 1_597 % count  # 1,597 is prime and no divisor, so no word comes twice in a round
    return joined(pick(_FIRST, place // len(_SECOND)), pick(_SECOND, place % len(_SECOND)))


def company_names(city: pa.Array, word: pa.Array, industry: Ints, size: Ints, *, group: Mask) -> pa.Array:
    """
    Return names such as 徐州澜禾精密机械有限公司: city, invented word, industry, legal form.

    Parameters
    ----------
    industry
        Position among the industries, shape ``(n,)``.
    size
        Position in ``SIZES``.
    group
        Whether it heads a group; then it ends in 集团有限公司.
    """
    flat = [ending for row in _ENDINGS for cell in row for ending in cell]
    counts = np.array([[len(cell) for cell in row] for row in _ENDINGS], dtype=np.int64)
    starts = np.cumsum(counts.ravel()).reshape(counts.shape) - counts
    turn = np.arange(len(industry)) % counts[industry, size]
    ending = pick(flat, starts[industry, size] + turn)
    named = joined(city, word, ending)
    trades = ("医疗", "装备", "食品", "商业", "教育", "金控", "建设", "数科")
    heads = joined(word, pick(trades, industry), pa.array(["集团有限公司"] * len(industry)))
    return pa.compute.if_else(pa.array(group), heads, named)


def people(rng: np.random.Generator, count: int) -> pa.Array:
    """Return names of people: a frequent surname and a given name."""
    surname = rng.integers(0, len(_SURNAMES), count) * rng.integers(0, 2, count) % len(_SURNAMES)
    surname = np.where(surname == 0, rng.integers(0, 20, count), surname)
    return joined(pick(_SURNAMES, surname), pick(_GIVEN, rng.integers(0, len(_GIVEN), count)))


def addresses(city: pa.Array, county: Mask, rng: np.random.Generator) -> pa.Array:
    """Return an address in ``city`` for each row: 区 or 镇, street, house number."""
    count = len(county)
    quarter = pick(_DISTRICTS, rng.integers(0, len(_DISTRICTS), count))
    town = pick(_COUNTY, rng.integers(0, len(_COUNTY), count))
    where = pa.compute.if_else(pa.array(county), town, quarter)
    street = pick(_STREETS, rng.integers(0, len(_STREETS), count))
    house = pa.compute.cast(pa.array(rng.integers(1, 400, count)), pa.string())
    return joined(city, where, street, house, pa.array(["号"] * count))


def phones(numbers: Ints) -> pa.Array:
    """Return masked mobile numbers, such as 138****0042, that can belong to nobody; 300,000 different ones."""
    prefix = [f"1{second}{third}" for second in (3, 5, 8) for third in range(10)]
    start = pick(prefix, (numbers // 10_000 + 8) % len(prefix))
    return joined(start, pa.array(["****"] * len(numbers)), numbered("", numbers % 10_000, 4))


def emails(account: str, numbers: Ints) -> pa.Array:
    """Return addresses under example.com, a name that the standards keep free (RFC 2606)."""
    return joined(numbered(account, numbers, 7), pa.array(["@example.com"] * len(numbers)))
