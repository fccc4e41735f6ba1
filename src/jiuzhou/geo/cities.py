"""Large Chinese cities as facts: a table of our own, for demo data and for places known only by a city."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class City:
    """
    A city and the prefecture-level area it governs.

    Attributes
    ----------
    code
        Adcode of the area: prefecture level, such as ``"320500"``; a municipality's own code, such as ``"110000"``.
    name
        Short Chinese name.
    name_en
        English name.
    lon, lat
        The city centre in degrees, WGS-84, rounded to about 1 km.
    population
        Residents of the whole area in units of 10,000, seventh national census (2020), rounded.
    """

    code: str
    name: str
    name_en: str
    lon: float
    lat: float
    population: int


CITIES: tuple[City, ...] = (
    City("110000", "北京", "Beijing", 116.41, 39.9, 2189),
    City("120000", "天津", "Tianjin", 117.2, 39.13, 1387),
    City("130100", "石家庄", "Shijiazhuang", 114.51, 38.04, 1124),
    City("130200", "唐山", "Tangshan", 118.18, 39.63, 772),
    City("130300", "秦皇岛", "Qinhuangdao", 119.6, 39.94, 314),
    City("130400", "邯郸", "Handan", 114.49, 36.61, 941),
    City("130600", "保定", "Baoding", 115.46, 38.87, 1154),
    City("130900", "沧州", "Cangzhou", 116.84, 38.3, 730),
    City("131000", "廊坊", "Langfang", 116.7, 39.52, 546),
    City("140100", "太原", "Taiyuan", 112.55, 37.87, 530),
    City("140200", "大同", "Datong", 113.3, 40.08, 311),
    City("140400", "长治", "Changzhi", 113.11, 36.19, 318),
    City("150100", "呼和浩特", "Hohhot", 111.66, 40.82, 345),
    City("150200", "包头", "Baotou", 109.84, 40.65, 271),
    City("150400", "赤峰", "Chifeng", 118.89, 42.26, 404),
    City("150600", "鄂尔多斯", "Ordos", 109.78, 39.61, 215),
    City("210100", "沈阳", "Shenyang", 123.43, 41.8, 907),
    City("210200", "大连", "Dalian", 121.61, 38.91, 745),
    City("210300", "鞍山", "Anshan", 122.99, 41.11, 333),
    City("220100", "长春", "Changchun", 125.32, 43.88, 907),
    City("220200", "吉林", "Jilin City", 126.55, 43.84, 362),
    City("230100", "哈尔滨", "Harbin", 126.63, 45.75, 1001),
    City("230200", "齐齐哈尔", "Qiqihar", 123.95, 47.35, 407),
    City("230600", "大庆", "Daqing", 125.1, 46.59, 278),
    City("310000", "上海", "Shanghai", 121.47, 31.23, 2487),
    City("320100", "南京", "Nanjing", 118.8, 32.06, 931),
    City("320200", "无锡", "Wuxi", 120.31, 31.49, 746),
    City("320300", "徐州", "Xuzhou", 117.19, 34.26, 908),
    City("320400", "常州", "Changzhou", 119.97, 31.81, 528),
    City("320500", "苏州", "Suzhou", 120.59, 31.3, 1275),
    City("320600", "南通", "Nantong", 120.89, 31.98, 773),
    City("320800", "淮安", "Huai'an", 119.02, 33.61, 456),
    City("320900", "盐城", "Yancheng", 120.16, 33.35, 671),
    City("321000", "扬州", "Yangzhou", 119.42, 32.39, 456),
    City("321100", "镇江", "Zhenjiang", 119.45, 32.2, 321),
    City("321200", "泰州", "Taizhou (Jiangsu)", 119.92, 32.46, 451),
    City("330100", "杭州", "Hangzhou", 120.16, 30.25, 1194),
    City("330200", "宁波", "Ningbo", 121.55, 29.87, 940),
    City("330300", "温州", "Wenzhou", 120.7, 28.0, 957),
    City("330400", "嘉兴", "Jiaxing", 120.76, 30.75, 540),
    City("330500", "湖州", "Huzhou", 120.09, 30.89, 337),
    City("330600", "绍兴", "Shaoxing", 120.58, 30.0, 527),
    City("330700", "金华", "Jinhua", 119.65, 29.08, 705),
    City("331000", "台州", "Taizhou (Zhejiang)", 121.42, 28.66, 662),
    City("340100", "合肥", "Hefei", 117.23, 31.82, 937),
    City("340200", "芜湖", "Wuhu", 118.43, 31.35, 364),
    City("340300", "蚌埠", "Bengbu", 117.39, 32.92, 330),
    City("341200", "阜阳", "Fuyang", 115.81, 32.89, 820),
    City("350100", "福州", "Fuzhou", 119.3, 26.07, 829),
    City("350200", "厦门", "Xiamen", 118.09, 24.48, 516),
    City("350500", "泉州", "Quanzhou", 118.68, 24.87, 878),
    City("350600", "漳州", "Zhangzhou", 117.65, 24.51, 505),
    City("360100", "南昌", "Nanchang", 115.86, 28.68, 625),
    City("360400", "九江", "Jiujiang", 116.0, 29.7, 460),
    City("360700", "赣州", "Ganzhou", 114.93, 25.83, 897),
    City("370100", "济南", "Jinan", 117.0, 36.67, 920),
    City("370200", "青岛", "Qingdao", 120.38, 36.07, 1007),
    City("370300", "淄博", "Zibo", 118.05, 36.81, 470),
    City("370600", "烟台", "Yantai", 121.45, 37.46, 710),
    City("370700", "潍坊", "Weifang", 119.16, 36.71, 939),
    City("370800", "济宁", "Jining", 116.59, 35.41, 836),
    City("371300", "临沂", "Linyi", 118.36, 35.1, 1102),
    City("410100", "郑州", "Zhengzhou", 113.62, 34.75, 1260),
    City("410300", "洛阳", "Luoyang", 112.45, 34.62, 706),
    City("410700", "新乡", "Xinxiang", 113.92, 35.3, 625),
    City("411300", "南阳", "Nanyang", 112.53, 32.99, 971),
    City("411400", "商丘", "Shangqiu", 115.66, 34.41, 782),
    City("420100", "武汉", "Wuhan", 114.3, 30.59, 1233),
    City("420500", "宜昌", "Yichang", 111.29, 30.69, 402),
    City("420600", "襄阳", "Xiangyang", 112.14, 32.01, 526),
    City("430100", "长沙", "Changsha", 112.94, 28.23, 1005),
    City("430200", "株洲", "Zhuzhou", 113.13, 27.83, 390),
    City("430400", "衡阳", "Hengyang", 112.57, 26.89, 665),
    City("430600", "岳阳", "Yueyang", 113.13, 29.36, 505),
    City("440100", "广州", "Guangzhou", 113.26, 23.13, 1868),
    City("440300", "深圳", "Shenzhen", 114.06, 22.54, 1756),
    City("440400", "珠海", "Zhuhai", 113.58, 22.27, 244),
    City("440500", "汕头", "Shantou", 116.68, 23.35, 550),
    City("440600", "佛山", "Foshan", 113.12, 23.02, 950),
    City("440700", "江门", "Jiangmen", 113.08, 22.58, 480),
    City("440800", "湛江", "Zhanjiang", 110.36, 21.27, 698),
    City("441300", "惠州", "Huizhou", 114.42, 23.11, 604),
    City("441900", "东莞", "Dongguan", 113.75, 23.02, 1047),
    City("442000", "中山", "Zhongshan", 113.39, 22.52, 442),
    City("450100", "南宁", "Nanning", 108.37, 22.82, 874),
    City("450200", "柳州", "Liuzhou", 109.42, 24.33, 416),
    City("450300", "桂林", "Guilin", 110.29, 25.27, 493),
    City("460100", "海口", "Haikou", 110.32, 20.03, 287),
    City("460200", "三亚", "Sanya", 109.51, 18.25, 103),
    City("500000", "重庆", "Chongqing", 106.55, 29.56, 3205),
    City("510100", "成都", "Chengdu", 104.07, 30.66, 2094),
    City("510700", "绵阳", "Mianyang", 104.73, 31.46, 487),
    City("511300", "南充", "Nanchong", 106.11, 30.84, 561),
    City("511500", "宜宾", "Yibin", 104.64, 28.75, 459),
    City("520100", "贵阳", "Guiyang", 106.63, 26.65, 599),
    City("520300", "遵义", "Zunyi", 106.93, 27.73, 661),
    City("530100", "昆明", "Kunming", 102.71, 25.04, 846),
    City("530300", "曲靖", "Qujing", 103.8, 25.49, 577),
    City("532900", "大理", "Dali", 100.23, 25.59, 334),
    City("540100", "拉萨", "Lhasa", 91.13, 29.65, 87),
    City("610100", "西安", "Xi'an", 108.94, 34.34, 1295),
    City("610300", "宝鸡", "Baoji", 107.24, 34.36, 332),
    City("610800", "榆林", "Yulin", 109.73, 38.28, 362),
    City("620100", "兰州", "Lanzhou", 103.83, 36.06, 436),
    City("620500", "天水", "Tianshui", 105.72, 34.58, 298),
    City("630100", "西宁", "Xining", 101.78, 36.62, 247),
    City("640100", "银川", "Yinchuan", 106.23, 38.49, 286),
    City("650100", "乌鲁木齐", "Ürümqi", 87.62, 43.83, 405),
    City("650200", "克拉玛依", "Karamay", 84.89, 45.58, 49),
    City("653100", "喀什", "Kashgar", 75.99, 39.47, 450),
)
"""In the order of their adcodes; every mainland province has at least its capital."""
