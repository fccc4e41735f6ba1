"""What people call the tables and columns of a Book, in Chinese and in English; data, to be added to freely."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import cache

from jiuzhou.kernel.tables import TABLES

TABLE_ALIASES: Mapping[str, tuple[str, ...]] = {
    "customers": ("客户", "客户表", "客户资料", "客户信息", "客户档案", "客户清单", "customer", "clients", "accounts"),
    "sites": ("门店", "站点", "网点", "客户地址", "收货地址", "site"),
    "contacts": ("联系人", "联系人表", "contact"),
    "owners": ("负责人", "销售", "销售人员", "销售代表", "业务员", "人员", "owner", "reps", "salespeople"),
    "ownership": ("归属", "客户归属", "归属关系", "归属历史"),
    "absences": ("请假", "休假", "缺勤", "请假记录", "absence", "leave"),
    "products": ("产品", "商品", "产品表", "商品表", "物料", "product", "items"),
    "orders": ("订单", "订单明细", "销售明细", "销售记录", "销售订单", "order", "order lines", "sales", "transactions"),
    "payments": ("回款", "收款", "回款记录", "收款记录", "payment"),
    "deals": ("商机", "机会", "销售机会", "deal", "opportunities"),
    "contracts": ("合同", "合同表", "contract"),
    "interactions": ("互动", "跟进", "跟进记录", "拜访", "拜访记录", "服务记录", "interaction", "activities"),
    "surveys": ("调查", "问卷", "满意度", "满意度调查", "survey"),
    "targets": ("目标", "销售目标", "指标", "target", "quotas"),
    "stock": ("库存", "库存表", "inventory"),
    "market": ("市场", "市场数据", "markets"),
    "competitors": ("竞品", "竞争对手", "竞争", "competitor"),
    "regions": ("地区", "行政区", "行政区划", "区划", "region"),
    "rates": ("汇率", "汇率表", "外汇牌价", "rate", "exchange rates", "fx rates"),
}

COLUMN_ALIASES: Mapping[str, tuple[str, ...]] = {
    "active_from": ("启用日期", "入职日期", "上市日期", "生效日期", "入职时间"),
    "active_to": ("停用日期", "离职日期", "退市日期", "失效日期", "离职时间"),
    "address": ("地址", "详细地址", "客户地址", "联系地址", "公司地址", "通讯地址", "收货地址"),
    "amount": (
        "金额",
        "销售额",
        "成交金额",
        "total",
        "revenue",
        "销售金额",
        "订单总额",
        "成交总额",
        "含税金额",
        "价税合计",
        "实收金额",
    ),
    "annual_revenue": ("年营业额", "年营收", "年收入", "营业额", "年营业收入"),
    "at": ("时间", "日期", "发生时间", "date", "time"),
    "birth_year": ("出生年份", "出生年"),
    "calendar": ("日历", "工作日历"),
    "capacity_customers": ("客户容量", "客户上限", "最大客户数", "客户数上限", "最多客户数", "可管客户数"),
    "capacity_hours": ("工时容量", "年工时", "可用工时", "容量", "产能工时", "工时产能", "产能", "年可用工时"),
    "category": (
        "类别",
        "品类",
        "分类",
        "产品类别",
        "产品分类",
        "商品分类",
        "商品类别",
        "产品类型",
        "物料分组",
        "存货分类",
    ),
    "channel": ("渠道", "来源渠道", "销售渠道", "客户来源"),
    "closed_at": ("关闭时间", "成交时间", "结束时间", "赢单时间"),
    "comment": ("评语", "意见", "评论", "备注"),
    "competition": ("竞争强度", "竞争程度"),
    "consent_at": ("同意时间", "授权时间"),
    "consent_marketing": ("同意营销", "营销同意", "营销授权"),
    "contact_id": ("联系人编号", "联系人ID"),
    "contract_id": ("合同编号", "合同号", "合同ID"),
    "cost": ("成本", "成本金额", "销售成本", "总成本"),
    "country": ("国家", "国别"),
    "created_at": ("创建时间", "建档时间", "创建日期", "建档日期", "注册时间", "开户日期", "录入时间", "录入日期"),
    "crs": ("坐标系", "坐标系统"),
    "currency": ("币种", "货币", "币别"),
    "customer_id": (
        *("客户编号", "客户编码", "客户代码", "客户号", "客户ID", "会员编号", "account id", "client id"),
        *("客户内码", "会员号", "购货单位编码", "客户", "客户名称", "客户名", "客户全称", "客户简称"),
        *("购货单位", "往来单位"),
    ),
    "deal_id": ("商机编号", "商机ID", "机会编号", "opportunity id"),
    "decision_id": ("决策编号",),
    "due_at": ("应收日期", "到期日", "应付日期", "到期时间"),
    "email": ("邮箱", "电子邮箱", "电子邮件", "e-mail"),
    "ends_at": ("结束时间", "止", "结束"),
    "ends_on": ("结束日期", "终止日期", "到期日", "合同结束日期"),
    "evidence": ("凭证", "证据"),
    "exclusivity": ("独家", "独家条款", "排他条款"),
    "expected_at": ("预计成交时间", "预计成交日期", "预计签约日期"),
    "geometry": ("几何", "边界", "图形"),
    "growth": ("增长率", "增速"),
    "holding_rate": ("持有成本率", "库存持有率"),
    "income_band": ("收入段", "收入区间", "收入层级"),
    "industry": ("行业", "所属行业", "客户行业"),
    "interests": ("兴趣", "兴趣爱好"),
    "key_account": ("大客户", "重点客户", "是否大客户", "是否重点客户", "KA", "是否VIP"),
    "kind": ("类型", "种类", "类别", "方式", "type"),
    "language": ("语言", "语种"),
    "lat": ("纬度", "latitude"),
    "lead_time_days": ("补货周期", "提前期", "到货天数", "交货期"),
    "level": ("级别", "职级", "层级"),
    "line_no": ("行号", "明细行号", "行项目", "line", "line number", "行序号", "分录号", "项次", "明细序号"),
    "location_id": ("仓库编号", "仓库", "库位", "地点编号"),
    "location_quality": ("定位精度", "位置精度"),
    "locked": ("锁定", "是否锁定"),
    "lon": ("经度", "longitude", "lng"),
    "manager_id": ("上级编号", "经理编号", "主管编号", "直属上级", "上级", "直属领导", "汇报对象", "主管工号"),
    "market_size": ("市场规模", "市场容量"),
    "metric": ("指标", "指标名称"),
    "minutes": ("时长", "分钟", "时长分钟", "duration minutes"),
    "name": ("名称", "姓名"),
    "needs": ("需求", "客户需求"),
    "neighbours": ("相邻地区", "邻接", "neighbors"),
    "occupation": ("职业",),
    "on_hand": ("现有库存", "库存量", "库存数量", "在库数量"),
    "on_order": ("在途", "在途数量", "在途库存"),
    "opened_at": ("开启时间", "立项时间", "商机创建时间", "创建时间"),
    "order_id": (
        *("订单编号", "订单号", "订单ID", "单号", "invoice", "invoice no", "invoice number"),
        *("订单编码", "销售订单号", "单据编号", "单据号", "销售单号", "交易号"),
    ),
    "ordered_at": (
        *("下单时间", "订单时间", "订单日期", "下单日期", "销售日期", "order date", "invoice date"),
        *("单据日期", "交易日期", "交易时间", "成交日期", "开单日期", "签单日期"),
    ),
    "outcome": ("结果", "跟进结果"),
    "owner_id": (
        *("负责人编号", "工号", "员工编号", "员工工号", "业务员编码", "业务员代码", "业务员工号", "销售员编号"),
        *("销售员编码", "负责人编码", "负责人工号", "销售工号", "职员编号", "职员代码", "人员编号"),
        *("人员编码", "负责人", "负责人ID", "业务员", "业务员编号", "销售代表", "销售编号"),
        *("rep id", "客户经理", "所属销售", "所属业务员", "归属销售", "负责销售", "销售负责人"),
        *("销售员", "销售人员", "销售经理", "业务代表", "业务人员", "跟进人", "专管业务员", "分管人员"),
        *("负责人姓名", "业务员姓名", "销售姓名", "owner"),
    ),
    "paid_at": ("回款时间", "回款日期", "收款时间", "收款日期", "到账日期", "payment date"),
    "parent_code": ("上级编码", "上级区划代码"),
    "parent_customer_id": ("上级客户编号", "母公司编号", "集团编号", "上级客户", "上级单位", "母公司", "所属集团"),
    "partner_type": ("伙伴类型", "合作伙伴类型"),
    "payment_id": ("回款编号", "收款编号", "回款单号", "收款单号"),
    "period": ("期间", "周期", "考核期"),
    "phone": (
        "电话",
        "手机",
        "手机号",
        "联系电话",
        "电话号码",
        "mobile",
        "telephone",
        "手机号码",
        "联系方式",
        "移动电话",
    ),
    "population": ("人口", "人口数"),
    "potential": ("潜力", "年潜力", "潜在销售额", "年潜在销售额", "年采购潜力"),
    "price": ("价格", "单价"),
    "product": ("产品", "竞品名称"),
    "product_id": (
        *("产品编号", "产品编码", "商品编号", "商品编码", "货号", "物料编码", "SKU", "stock code"),
        *("产品代码", "商品代码", "物料编号", "物料代码", "存货编码", "货品编号", "货品编码"),
        *("产品", "商品", "货品", "产品名称", "商品名称", "货品名称", "物料名称", "存货名称", "品名"),
        "product",
    ),
    "product_line": ("产品线",),
    "products": ("产品", "已购产品", "在用产品"),
    "quality": ("质量", "质量评分"),
    "rate": ("汇率", "中间价", "折算率", "exchange rate"),
    "quantity": ("数量", "销售数量", "订购数量", "qty", "销量", "件数", "下单数量", "购买数量", "成交数量"),
    "reason": ("原因", "事由", "请假原因"),
    "recorded_at": ("记录时间", "登记时间"),
    "region_code": ("地区编码", "地区代码", "行政区划代码", "区划代码", "区域编码", "adcode", "区县代码"),
    "resolved_at": ("解决时间", "处理完成时间"),
    "role": ("角色", "职务", "职位"),
    "scale_max": ("满分", "最高分", "量表上限"),
    "score": ("得分", "评分", "分数"),
    "sex": ("性别", "gender"),
    "share": ("份额", "市场份额"),
    "ship_region_code": ("收货地区编码", "收货区划代码", "发货地区编码"),
    "site_id": ("门店编号", "站点编号", "网点编号"),
    "size_band": ("规模", "企业规模", "人员规模", "公司规模"),
    "skills": ("技能", "擅长"),
    "source": ("来源", "数据来源"),
    "stage": ("阶段", "商机阶段", "销售阶段"),
    "starts_at": ("开始时间", "起", "开始"),
    "starts_on": ("开始日期", "生效日期", "合同开始日期"),
    "tax_id": ("统一社会信用代码", "税号", "纳税人识别号"),
    "team_id": ("团队编号", "团队", "小组", "部门", "所属团队", "销售团队", "所属部门", "销售部门"),
    "territory_id": ("区域编号", "销售区域", "片区", "大区", "辖区", "所属区域", "所属片区", "所属大区"),
    "text": ("内容", "正文", "跟进内容", "沟通内容"),
    "tier": ("分级", "客户等级", "客户分级", "等级", "客户级别"),
    "timezone": ("时区", "time zone"),
    "topic": ("主题", "话题"),
    "unit_cost": ("单位成本", "成本价", "进价", "采购价", "成本单价"),
    "unit_price": ("单价", "标准价", "零售价", "销售单价", "售价", "定价", "含税单价"),
    "valid_from": ("生效日期", "起始日期", "开始日期"),
    "valid_to": ("失效日期", "截止日期", "结束日期"),
    "value": ("目标值", "数值", "值"),
    "values": ("价值观", "客户价值观"),
    "visit_hours": ("单次拜访时长", "拜访时长", "每次拜访小时"),
    "visits_per_year": ("年拜访次数", "每年拜访次数", "拜访频次"),
    "weight": ("权重", "分配权重"),
    "workload": ("工作量", "年工作量", "年工时需求"),
}
"""Names of a column in every table that has it."""

OWN_ALIASES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("customers", "name"): (
        *("客户名称", "客户名", "公司名称", "企业名称", "单位名称", "company", "customer name"),
        *("客户全称", "客户简称", "往来单位", "购货单位", "客户"),
    ),
    ("customers", "customer_id"): ("编号", "id"),
    ("contacts", "name"): ("联系人", "联系人姓名", "客户联系人"),
    ("contracts", "amount"): ("合同金额", "合同额"),
    ("deals", "amount"): ("商机金额", "预计金额"),
    ("orders", "amount"): ("订单金额", "成交额", "实付金额", "行金额", "总价", "总额", "sales amount"),
    ("orders", "ordered_at"): ("日期", "时间", "date", "order time"),
    ("payments", "paid_at"): ("日期", "时间", "date"),
    ("owners", "name"): (
        "负责人姓名",
        "销售姓名",
        "员工姓名",
        "业务员姓名",
        "销售员姓名",
        "销售员",
        "人员姓名",
        "职员姓名",
        "员工",
        "客户经理",
        "业务代表",
    ),
    ("owners", "owner_id"): ("员工编号", "编号", "id", "employee id"),
    ("payments", "amount"): ("回款金额", "收款金额", "到账金额"),
    ("products", "name"): ("产品名称", "商品名称", "品名", "货品名称", "物料名称", "存货名称"),
    ("products", "product_id"): ("编号", "id"),
    ("competitors", "name"): ("竞争对手", "竞品公司"),
    ("interactions", "at"): ("跟进时间", "拜访时间", "拜访日期", "联系时间", "跟进日期", "联系日期"),
    ("interactions", "kind"): ("跟进方式", "互动类型"),
    ("regions", "name"): ("地区名称", "行政区名称"),
    ("surveys", "at"): ("调查时间", "填写时间", "调查日期"),
    ("surveys", "kind"): ("问卷类型", "调查类型"),
    ("targets", "value"): ("目标", "目标金额"),
}
"""Names of a column that mean it in one table only."""

YIELDING = (
    *("负责人", "业务员", "销售代表", "客户经理", "所属销售", "所属业务员", "归属销售", "负责销售"),
    *("销售负责人", "销售员", "销售人员", "销售经理", "业务代表", "业务人员", "跟进人"),
    *("专管业务员", "分管人员", "员工", "owner", "负责人姓名", "业务员姓名", "销售姓名"),
    *("员工姓名", "销售员姓名", "人员姓名", "职员姓名", "客户", "客户名称", "客户名", "客户全称"),
    *("客户简称", "购货单位", "往来单位", "产品", "商品", "货品", "产品名称", "商品名称"),
    *("货品名称", "物料名称", "存货名称", "品名", "product", "团队", "小组", "部门", "所属团队"),
    *("销售团队", "所属部门", "销售部门", "联系人", "客户联系人", "上级", "直属上级", "直属领导"),
    *("汇报对象", "上级客户", "上级单位", "母公司", "所属集团", "含税金额", "价税合计", "实收金额"),
    *("订单总额", "成交总额", "销售金额", "单据日期", "交易日期", "交易时间", "成交日期"),
    *("开单日期", "签单日期", "交易号", "单据编号", "单据号", "收货地址", "通讯地址", "联系方式"),
    *("客户来源", "是否VIP", "入职时间", "离职时间", "年营业收入", "客户数上限", "最多客户数"),
    *("可管客户数", "产能工时", "工时产能", "产能", "年可用工时", "产品分类", "商品分类"),
    *("商品类别", "产品类型", "物料分组", "存货分类", "销售成本", "总成本", "开户日期", "录入时间"),
    *("录入日期", "币别", "客户内码", "会员号", "购货单位编码", "客户行业", "行序号", "分录号"),
    *("项次", "明细序号", "主管工号", "订单编码", "销售订单号", "销售单号", "员工编号", "员工工号"),
    *("业务员编码", "业务员代码", "业务员工号", "销售员编号", "销售员编码", "负责人编码"),
    *("负责人工号", "销售工号", "职员编号", "职员代码", "人员编号", "人员编码", "手机号码"),
    *("移动电话", "年采购潜力", "产品代码", "商品代码", "物料编号", "物料代码", "存货编码"),
    *("货品编号", "货品编码", "销量", "件数", "下单数量", "购买数量", "成交数量", "公司规模"),
    *("所属区域", "所属片区", "所属大区", "客户级别", "进价", "采购价", "成本单价", "售价", "定价"),
    "含税单价",
)
"""Names that often stand beside a better one for the same thing, such as a person's name beside the number."""


def folded(name: str) -> str:
    """Return ``name`` as it is compared: without case, width, spaces and the signs people put between words."""
    return re.sub(r"[\s_\-./:*()\[\]\ufeff\u200b]+", "", unicodedata.normalize("NFKC", name).casefold())


def table_of(name: str) -> str | None:
    """Return the table that ``name`` means, such as ``customers`` for ``客户``; ``None`` where it means none."""
    return _tables().get(folded(name))


def column_of(table: str, name: str) -> str | None:
    """Return the known column of ``table`` that a heading means; ``None`` for a column of the company's own."""
    return _columns(table).get(folded(name))


def yields(name: str) -> bool:
    """Return whether a heading means its column only where no better heading of the table does."""
    return folded(name) in _yielding()


def rank_of(table: str, name: str) -> int:
    """Return the place of a heading among all the names of the columns of ``table``; the lower is the better name."""
    return list(_columns(table)).index(folded(name))


def names_of_columns(table: str, columns: Collection[str]) -> dict[str, str]:
    """Return every name of the given ``columns`` of ``table`` as people write it, by the name as it is compared."""
    names: dict[str, str] = {}
    for column in columns:
        for name in (column, *COLUMN_ALIASES.get(column, ()), *OWN_ALIASES.get((table, column), ())):
            if column_of(table, name) == column:
                names.setdefault(folded(name), name)
    return names


@cache
def _yielding() -> frozenset[str]:
    return frozenset(folded(name) for name in YIELDING)


@cache
def _tables() -> Mapping[str, str]:
    aliases = {folded(alias): name for name, given in TABLE_ALIASES.items() for alias in given}
    return aliases | {folded(name): name for name in TABLES}


@cache
def _columns(table: str) -> Mapping[str, str]:
    names = [column.name for column in TABLES[table].columns]
    general = {folded(alias): name for name in names for alias in COLUMN_ALIASES.get(name, ())}
    own = {folded(alias): name for name in names for alias in OWN_ALIASES.get((table, name), ())}
    return general | own | {folded(name): name for name in names}
