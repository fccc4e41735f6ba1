"""What people write in a column that allows a few words only, in both languages; data, to be added to freely."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pyarrow as pa

from jiuzhou.collect.aliases import folded
from jiuzhou.kernel.tables import TABLES

CHOICE_ALIASES: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]] = {
    ("owners", "kind"): {
        "rep": (
            *("销售代表", "代表", "业务员", "销售", "销售员", "销售人员", "业务代表", "客户经理", "销售经理", "个人"),
            *("员工", "sales", "sales rep", "representative", "salesperson", "person"),
        ),
        "team": ("团队", "小组", "部门", "销售团队", "销售组", "group"),
        "partner": ("合作伙伴", "伙伴", "渠道商伙伴", "渠道伙伴", "渠道商", "渠道", "经销商", "代理商", "分销商"),
    },
    ("owners", "level"): {
        "junior": ("初级", "新人", "新手", "见习", "实习", "助理", "初级销售", "entry"),
        "regular": ("中级", "普通", "一般", "正式", "中级销售", "middle", "mid", "intermediate"),
        "senior": ("高级", "资深", "骨干", "高级销售", "advanced"),
    },
    ("owners", "partner_type"): {
        "distributor": ("分销商", "经销商", "分销", "经销", "dealer"),
        "agent": ("代理商", "代理", "代理人"),
        "channel": ("渠道商", "渠道", "渠道伙伴", "渠道合作伙伴", "reseller"),
    },
    ("customers", "location_quality"): {
        "exact": ("精确", "准确", "精准", "门牌", "门牌号", "门址", "precise", "rooftop"),
        "street": ("街道", "道路", "路", "乡镇", "街道级", "road"),
        "district": ("区县", "区", "县", "区县级", "county"),
        "city": ("城市", "市", "地级市", "市级", "城市级"),
        "unknown": ("未知", "不明", "不详", "不清楚"),
    },
    ("*", "crs"): {
        "wgs84": ("GPS", "EPSG:4326", "4326", "CGCS2000", "国家2000", "2000国家大地坐标系", "天地图", "地球坐标"),
        "gcj02": ("火星坐标", "火星坐标系", "国测局", "国测局坐标", "高德", "高德坐标", "腾讯", "腾讯坐标"),
        "bd09": ("百度", "百度坐标", "百度坐标系", "百度地图", "bd09ll"),
    },
    ("interactions", "kind"): {
        "visit": (
            "拜访",
            "上门",
            "上门拜访",
            "客户拜访",
            "实地拜访",
            "走访",
            "面谈",
            "面访",
            "外访",
            "到访",
            "meeting",
        ),
        "call": ("电话", "通话", "去电", "来电", "打电话", "电话沟通", "电话拜访", "电话回访", "电话跟进", "phone"),
        "email": ("邮件", "电子邮件", "邮箱", "发邮件", "mail"),
        "message": (
            *(
                "短信",
                "微信",
                "企业微信",
                "企微",
                "QQ",
                "钉钉",
                "消息",
                "留言",
                "在线沟通",
                "sms",
                "wechat",
                "whatsapp",
            ),
            "chat",
        ),
        "browse": ("浏览", "访问网站", "网站浏览", "浏览网站", "web"),
        "usage": ("使用", "产品使用", "使用记录", "use"),
        "complaint": ("投诉", "客诉", "抱怨", "客户投诉"),
        "service": ("服务", "售后", "售后服务", "维修", "报修", "保养", "客户服务", "support"),
        "event": ("活动", "市场活动", "会议", "展会", "参展", "研讨会", "exhibition"),
        "interview": ("访谈", "深度访谈", "客户访谈"),
        "focus_group": ("焦点小组", "座谈会", "焦点访谈", "小组访谈"),
        "review": ("评价", "点评", "评论", "客户评价"),
    },
    ("surveys", "kind"): {
        "csat": ("满意度", "客户满意度", "满意度调查", "满意", "satisfaction"),
        "nps": ("净推荐值", "推荐度", "推荐意愿", "净推荐", "净推荐值调查"),
        "ces": ("费力度", "客户费力度", "费力程度", "effort"),
        "loyalty": ("忠诚度", "客户忠诚度", "忠诚"),
        "need": ("需求", "客户需求", "需求调查", "需求调研", "needs"),
        "brand": ("品牌", "品牌认知", "品牌认知度", "品牌知名度", "品牌调查"),
    },
}
"""Words for the choices of a column, by table and column; ``*`` is every table that has the column."""


def chosen(values: pa.Array, table: str, column: str) -> pa.Array:
    """Return texts as the choices of ``column`` that they mean; a text that means none stays as it is."""
    known = _choices(table, column)
    encoded = values.dictionary_encode()
    words = [known.get(folded(text), text) for text in encoded.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(encoded.indices)


@cache
def _choices(table: str, column: str) -> Mapping[str, str]:
    spec = TABLES[table].column(column)
    choices = spec.choices if spec else ()
    given = CHOICE_ALIASES.get((table, column)) or CHOICE_ALIASES.get(("*", column), {})
    aliases = {folded(alias): choice for choice, names in given.items() for alias in names}
    return aliases | {folded(choice): choice for choice in choices}
