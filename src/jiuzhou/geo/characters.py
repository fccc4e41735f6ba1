"""How characters of an address are made alike: traditional as simplified, full width as half width, small letters."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

_TRADITIONAL = """
叢丛 疊叠 崍崃 鬥斗 澱淀 甕瓮 硯砚 鎣蓥 邊边 鬱郁 餘余 紮扎 彎弯 窰窑 鹹咸 鳥鸟 髙高 塩盐 嵗岁 佈布 佔占 係系
瀅滢 纖纤 擴扩 塢坞 塲场 冊册 蠻蛮 雲云 紙纸 綱纲 繼继 聖圣 豬猪 賴赖 龐庞 馮冯 駱骆 瀋沈 寳宝 灤滦 鑛矿 鶏鸡
萬万 東东 兩两 個个 豐丰 臨临 為为 爲为 麗丽 義义 烏乌 樂乐 習习 鄉乡 亞亚 產产 倉仓 們们 會会 偉伟 倫伦 體体
兒儿 蘭兰 關关 興兴 軍军 農农 岡冈 沖冲 涼凉 淨净 準准 鳳凤 凱凯 劉刘 則则 剛刚 別别 勞劳 辦办 動动 勵励 區区
醫医 華华 單单 盧卢 衛卫 廠厂 歷历 曆历 廳厅 廈厦 縣县 雙双 敘叙 臺台 檯台 葉叶 號号 呂吕 吳吴 啟启 啓启 員员
響响 團团 園园 圍围 國国 圖图 場场 壇坛 壩坝 塊块 堅坚 壘垒 墾垦 墊垫 牆墙 壯壮 備备 復复 複复 頭头 夾夹 奮奋
婁娄 孫孙 學学 寧宁 寶宝 實实 審审 寬宽 賓宾 對对 尋寻 導导 壽寿 將将 爾尔 堯尧 層层 屬属 歲岁 崗岗 嵐岚 島岛
嶺岭 嶽岳 嶧峄 峽峡 巒峦 嶗崂 鞏巩 師师 帶带 並并 廣广 莊庄 慶庆 庫库 應应 廬庐 開开 張张 彌弥 強强 歸归 當当
錄录 彥彦 徑径 態态 懷怀 恆恒 戶户 揚扬 撫抚 護护 報报 擇择 揮挥 據据 齋斋 無无 舊旧 時时 崑昆 顯显 晉晋 曉晓
暉晖 術术 機机 雜杂 權权 條条 來来 楊杨 傑杰 極极 構构 樅枞 棗枣 標标 棟栋 欄栏 樹树 棲栖 樣样 欒栾 橋桥 樺桦
檢检 樓楼 欖榄 橫横 櫻樱 歡欢 歐欧 畢毕 氣气 匯汇 滙汇 漢汉 湯汤 溝沟 灃沣 瀝沥 滄沧 滬沪 瀘泸 澤泽 涇泾 潔洁
灑洒 湞浈 溮浉 濟济 瀏浏 渾浑 滸浒 潯浔 濤涛 淶涞 漣涟 渦涡 潤润 澗涧 漲涨 淵渊 淥渌 澠渑 漁渔 溫温 灣湾 濕湿
漵溆 滿满 濱滨 灘滩 濰潍 潛潜 瀾澜 瀨濑 燈灯 靈灵 爐炉 點点 煙烟 煩烦 燒烧 熱热 愛爱 牽牵 猶犹 獨独 獅狮 獻献
瑪玛 環环 現现 瓏珑 瓊琼 瑤瑶 甌瓯 電电 畫画 暢畅 疇畴 鹽盐 監监 蓋盖 盤盘 礦矿 碼码 碭砀 礎础 碩硕 確确 鹼碱
禮礼 祿禄 離离 種种 積积 稱称 穩稳 競竞 筆笔 築筑 簡简 糧粮 緊紧 紀纪 紅红 納纳 縱纵 細细 織织 紹绍 經经 結结
統统 絳绛 綏绥 績绩 綿绵 維维 綜综 綠绿 縉缙 緬缅 羅罗 聶聂 聯联 肅肃 勝胜 膠胶 脫脱 臘腊 騰腾 輿舆 藝艺 節节
薌芗 蕪芜 蘆芦 蒼苍 蘇苏 範范 荊荆 薦荐 榮荣 滎荥 蔭荫 藥药 萊莱 蓮莲 獲获 瑩莹 蘿萝 營营 蕭萧 薩萨 蔣蒋 藍蓝
薊蓟 藺蔺 蘄蕲 補补 見见 觀观 覺觉 譽誉 讓让 訥讷 許许 論论 設设 詔诏 諸诸 諾诺 誼谊 謀谋 謝谢 謙谦 譙谯 譜谱
穀谷 貝贝 貞贞 貢贡 賢贤 貴贵 費费 賀贺 賈贾 資资 賚赉 賽赛 贊赞 贛赣 趙赵 躍跃 車车 輪轮 載载 輝辉 遼辽 達达
遷迁 過过 邁迈 運运 進进 遠远 連连 跡迹 選选 遜逊 遙遥 鄧邓 郵邮 鄒邹 鄴邺 鄰邻 郟郏 鄭郑 鄆郓 鄖郧 鄲郸 裡里
裏里 鑑鉴 鐘钟 鍾钟 鋼钢 欽钦 錢钱 鐵铁 鉛铅 銅铜 銀银 鋒锋 錯错 錫锡 錦锦 鎮镇 鏡镜 鑲镶 長长 門门 閔闵 閘闸
聞闻 閩闽 閣阁 閬阆 閻阎 隊队 陽阳 陰阴 際际 陸陆 隴陇 陳陈 陘陉 陝陕 險险 隨随 霧雾 靜静 韓韩 頂顶 項项 順顺
須须 顧顾 頗颇 潁颍 額额 顏颜 風风 飛飞 饒饶 館馆 馬马 駐驻 駝驼 驛驿 驊骅 驗验 駿骏 魚鱼 魯鲁 鮁鲅 鮮鲜 鯉鲤
鳩鸠 雞鸡 鳴鸣 鴨鸭 鶴鹤 鷹鹰 麥麦 黃黄 齊齐 龍龙 龜龟 峯峰 邨村 衚胡 衕同 濛蒙 業业 務务 處处 劃划 劍剑 嶼屿
廟庙 後后 貿贸 麵面 陣阵 隱隐 飯饭 賣卖 買买 證证 訊讯 網网 總总
"""
"""Pairs of a traditional and a simplified character, those that occur in names of divisions and beside them; ours."""

SIMPLIFIED: dict[str, str] = {pair[0]: pair[1] for pair in _TRADITIONAL.split()}
"""Traditional character → simplified character."""

TRADITIONAL: dict[str, str] = {simple: old for old, simple in reversed(SIMPLIFIED.items())}
"""Simplified character → the traditional one most used in names of places."""

_ACCENTED = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü"
_PLAIN = "aaaaeeeeiiiioooouuuuvvvvv"
HARD_BREAKS = ",，;；、\n\r\t|/／"
"""Characters that end a part of an address; other punctuation only parts words."""


def simplified(text: str) -> str:
    """Return ``text`` with the traditional characters of division names as simplified ones."""
    return "".join(SIMPLIFIED.get(character, character) for character in text)


def traditional(text: str) -> str:
    """Return ``text`` with the simplified characters of division names as traditional ones."""
    return "".join(TRADITIONAL.get(character, character) for character in text)


@cache
def folding() -> NDArray[np.int32]:
    """
    Return what each code point of the basic plane is read as, shape ``(65536,)``.

    The code point itself, or that of its simplified, half-width, small form; 0 where it is a space or punctuation,
    -1 where it ends a part of the address.
    """
    fold = np.arange(1 << 16, dtype=np.int32)
    fold[0xFF01:0xFF5F] = np.arange(0x21, 0x7F)
    fold[0x3000] = 0x20
    for old, new in [*SIMPLIFIED.items(), *zip(_ACCENTED, _PLAIN, strict=True)]:
        fold[ord(old)] = ord(new)
    capitals = (fold >= ord("A")) & (fold <= ord("Z"))
    fold[capitals] += 32
    letters = (fold >= ord("a")) & (fold <= ord("z")) | (fold >= ord("0")) & (fold <= ord("9"))
    fold[(fold < 0x80) & ~letters] = 0
    fold[0x80:0xC0] = 0
    fold[0x2000:0x2070] = 0
    fold[0x3001:0x3020] = 0
    fold[[ord(character) for character in HARD_BREAKS]] = -1
    return fold
