"""Words that stand in names of companies without naming the company: legal forms, branches, zones. Data of our own."""

from __future__ import annotations

from collections.abc import Mapping

LTD, PLC, GROUP, COMPANY = "ltd", "plc", "group", "company"
PARTNERSHIP, FACTORY, SOLE, COOP = "partnership", "factory", "sole", "coop"
INC, LLC = "inc", "llc"

FORMS: Mapping[str, str] = {
    "有限公司": LTD,
    "有限责任公司": LTD,
    "有限责任": LTD,
    "责任有限公司": LTD,
    "股份有限公司": PLC,
    "股份公司": PLC,
    "集团有限公司": GROUP,
    "集团有限责任公司": GROUP,
    "集团股份有限公司": GROUP,
    "集团股份公司": GROUP,
    "集团总公司": GROUP,
    "集团公司": GROUP,
    "集团": GROUP,
    "有限公司集团": GROUP,
    "控股集团有限公司": GROUP,
    "控股集团": GROUP,
    "总公司": COMPANY,
    "公司": COMPANY,
    "合伙企业": PARTNERSHIP,
    "有限合伙企业": PARTNERSHIP,
    "普通合伙企业": PARTNERSHIP,
    "有限合伙": PARTNERSHIP,
    "普通合伙": PARTNERSHIP,
    "特殊普通合伙": PARTNERSHIP,
    "个人独资企业": SOLE,
    "个人独资": SOLE,
    "个体工商户": SOLE,
    "个体户": SOLE,
    "专业合作社": COOP,
    "合作社": COOP,
    "总厂": FACTORY,
    "厂": FACTORY,
}
"""Legal form as written at the end of a Chinese name, in folded letters → the form."""

LATIN_FORMS: Mapping[str, str] = {
    "co ltd": LTD,
    "coltd": LTD,
    "company limited": LTD,
    "limited": LTD,
    "ltd": LTD,
    "pte ltd": LTD,
    "pty ltd": LTD,
    "pvt ltd": LTD,
    "gmbh": LTD,
    "sdn bhd": LTD,
    "srl": LTD,
    "s r l": LTD,
    "bv": LTD,
    "b v": LTD,
    "llc": LLC,
    "l l c": LLC,
    "co inc": INC,
    "inc": INC,
    "incorporated": INC,
    "corp": INC,
    "corporation": INC,
    "co": COMPANY,
    "company": COMPANY,
    "plc": PLC,
    "ag": PLC,
    "sa": PLC,
    "s a": PLC,
    "spa": PLC,
    "s p a": PLC,
    "nv": PLC,
    "n v": PLC,
    "kk": PLC,
    "group": GROUP,
    "group co ltd": GROUP,
    "group ltd": GROUP,
    "group limited": GROUP,
    "group corporation": GROUP,
    "group corp": GROUP,
    "group inc": GROUP,
    "holdings": GROUP,
    "llp": PARTNERSHIP,
    "lp": PARTNERSHIP,
}
"""The same for names in Latin letters, as whole words."""

LIMITED = frozenset({LTD, PLC})
"""A company becomes the second from the first, and people write the one for the other."""

VAGUE_FORMS = frozenset({"", COMPANY})
"""Forms that say no more than that it is a company: written instead of any other."""

BRANCHES = (
    *("分公司", "分厂", "分店", "分行", "支行", "分部", "分院", "分校", "分所", "分社", "分局", "分中心", "支公司"),
    *("办事处", "代表处", "联络处", "分理处", "办公室"),
)
"""What a name ends in that means a part of a company, wherever it stands."""

PARTS = (
    *("营业部", "营业厅", "经营部", "销售部", "门市部", "项目部", "工程部", "事业部", "门店", "专卖店", "旗舰店"),
    *("店", "工厂", "厂", "仓库", "基地", "校区", "院区", "园区", "车间", "中心", "网点", "加油站", "食堂", "工会"),
)
"""What is a part of a company when it stands in brackets or after the legal form."""

ZONES = (
    *("高新技术产业开发区", "高新技术开发区", "经济技术开发区", "综合保税区", "自由贸易试验区", "自贸区", "保税区"),
    *("经济开发区", "高新区", "经开区", "工业园区", "工业园", "开发区", "新区"),
)
"""Districts without a code of their own; they say where, behind the name of a city."""

ASIDES = ("筹", "原", "曾用名", "已", "注销", "停用", "作废", "旧")
"""Notes in brackets that people add to a name; one that begins so is left out."""

TELLING = frozenset("一二三四五六七八九十百壹贰叁0123456789甲乙丙丁东西南北中上下左右大小新老abcdefghij")
"""Letters that tell one company from its neighbour: 第一 and 第二, 东 and 西. A slip of the pen rarely makes them."""
