import pytest
from hypothesis import given
from hypothesis import strategies as st

from render.number_words_zh import cardinal_zh, clock_zh, decimal_zh, digits_zh, money_zh
from render.speech_text_zh import spoken_zh, written_out

SAID = [
    # money
    ("¥199.00", "一百九十九元"),
    ("￥88", "八十八元"),
    ("¥9.9", "九块九"),
    ("¥19.90包邮", "十九块九包邮"),
    ("¥19.99", "十九块九毛九"),
    ("¥0.5", "五毛"),
    ("¥5.05", "五块零五分"),
    ("9.9元", "九点九元"),
    ("88块", "八十八块"),
    ("9块9", "九块九"),
    ("2元", "两元"),
    ("2块钱", "两块钱"),
    ("¥1,299", "一千二百九十九元"),
    ("¥2000", "两千元"),
    ("¥12,999.50", "一万二千九百九十九点五元"),
    ("RMB 50", "五十元"),
    ("199 RMB", "一百九十九元"),
    ("$19.99一件", "十九点九九美元一件"),
    ("€20的券", "二十欧元的券"),
    ("HK$50的券", "五十港币的券"),
    ("¥99-199", "九十九到一百九十九元"),
    ("¥99~¥199", "九十九到一百九十九元"),
    ("¥1万", "一万元"),
    ("奖金3.5万元", "奖金三点五万元"),
    ("现价¥199.00/盒", "现价一百九十九元一盒"),
    ("39元/斤", "三十九元一斤"),
    ("满300减50", "满三百减五十"),
    ("满300-50", "满三百减五十"),
    ("满2000减200", "满两千减两百"),
    ("立减¥20", "立减二十元"),
    # dates
    ("11月11日", "十一月十一日"),
    ("2026-11-22", "二零二六年十一月二十二日"),
    ("2026/1/5", "二零二六年一月五日"),
    ("2026.11.22", "二零二六年十一月二十二日"),
    ("2026年11月22日", "二零二六年十一月二十二日"),
    ("26年3月", "二六年三月"),
    ("2025年", "二零二五年"),
    ("保质期2年", "保质期两年"),
    ("5年老店", "五年老店"),
    ("11.11大促", "双十一大促"),
    ("6.18大促", "六月十八号大促"),
    ("618大促", "六一八大促"),
    ("双11", "双十一"),
    ("12月2号", "十二月二号"),
    ("2月", "二月"),
    ("2个月", "两个月"),
    # times
    ("20:00", "晚上八点"),
    ("20:30", "晚上八点半"),
    ("20:05", "晚上八点零五分"),
    ("14:00", "下午两点"),
    ("9:15", "上午九点十五分"),
    ("12:00", "中午十二点"),
    ("0:30", "零点半"),
    ("24:00", "二十四点"),
    ("今晚20:00", "今晚八点"),
    ("下午2:00", "下午两点"),
    ("晚上8:30开播", "晚上八点半开播"),
    ("20:00-22:00", "晚上八点到十点"),
    ("9:00-18:00", "上午九点到晚上六点"),
    ("8pm开始", "晚上八点开始"),
    ("8:00 PM开始", "晚上八点开始"),
    ("20点", "二十点"),
    ("8点30分", "八点三十分"),
    ("24小时", "二十四小时"),
    ("2小时", "两小时"),
    # units
    ("1.5 L装", "一点五升装"),
    ("500 ml", "五百毫升"),
    ("250mL", "两百五十毫升"),
    ("2kg", "两公斤"),
    ("150g", "一百五十克"),
    ("10×150 g", "十份，每份一百五十克"),
    ("10片×150g", "十片，每片一百五十克"),
    ("150g*10片", "一百五十克，共十片"),
    ("150g×10", "一百五十克，共十份"),
    ("30×20×10cm", "三十乘二十乘十厘米"),
    ("7×24小时", "七乘二十四小时"),
    ("20000mAh", "两万毫安时"),
    ("65W快充", "六十五瓦快充"),
    ("128GB", "一百二十八GB"),
    ("100㎡", "一百平方米"),
    ("120km/h", "一百二十公里每小时"),
    ("350kcal", "三百五十千卡"),
    ("2斤", "两斤"),
    ("2两", "二两"),
    ("6 oz的杯子", "六盎司的杯子"),
    ("5min", "五分钟"),
    # temperatures and signs
    ("2–6 °C冷藏", "二到六摄氏度冷藏"),
    ("2~6℃", "二到六摄氏度"),
    ("-18°C", "零下十八摄氏度"),
    ("零下18度", "零下十八度"),
    ("-18℃以下", "零下十八摄氏度以下"),
    ("37.5℃", "三十七点五摄氏度"),
    ("-5", "负五"),
    ("-5%", "负百分之五"),
    ("≤25℃", "不超过二十五摄氏度"),
    ("≥3个", "不少于三个"),
    # percent, discounts, fractions
    ("15%", "百分之十五"),
    ("100%棉", "百分之百棉"),
    ("0.5%", "百分之零点五"),
    ("20%-30%", "百分之二十到百分之三十"),
    ("20-30%", "百分之二十到三十"),
    ("5‰", "千分之五"),
    ("8折", "八折"),
    ("85折", "八五折"),
    ("8.5折", "八五折"),
    ("1/2", "二分之一"),
    ("3/4勺", "四分之三勺"),
    ("9½寸", "九又二分之一寸"),
    # ranges and counts
    ("3-5天发货", "三到五天发货"),
    ("2-3盒", "两到三盒"),
    ("3到5天", "三到五天"),
    ("500-800g", "五百到八百克"),
    ("2盒", "两盒"),
    ("12个", "十二个"),
    ("22个", "二十二个"),
    ("102盒", "一百零二盒"),
    ("买2送1", "买两送一"),
    ("第2名", "第二名"),
    ("2号", "二号"),
    ("2楼", "二楼"),
    ("2次", "两次"),
    ("200人", "两百人"),
    ("2222人", "两千二百二十二人"),
    ("100+人", "一百多人"),
    ("10万+", "十万多"),
    ("1w+人看过", "一万多人看过"),
    ("3w人", "三万人"),
    ("限量1,299份", "限量一千二百九十九份"),
    ("3.14", "三点一四"),
    ("007", "零零七"),
    ("比例3:1", "比例三比一"),
    # telephones, orders, codes
    ("13812345678", "幺三八，幺二三四，五六七八"),
    ("电话138-1234-5678", "电话幺三八，幺二三四，五六七八"),
    ("400-820-8820", "四零零，八二零，八八二零"),
    ("021-12345678", "零二幺，幺二三四五六七八"),
    ("拨打12315", "拨打幺二三幺五"),
    ("订单尾号2231", "订单尾号二二三幺"),
    ("单号20261122001", "单号二零二六幺幺二二零零幺"),
    ("验证码:4711", "验证码：四七幺幺"),
    ("订单123456789012", "订单幺二三四五六七八九零幺二"),
    # names with Latin letters, mixed script
    ("88VIP再减20", "八八VIP再减二十"),
    ("iPhone15很好", "iPhone十五很好"),
    ("iPhone 15 Pro很好", "iPhone十五Pro很好"),
    ("RTX4090显卡", "RTX四零九零显卡"),
    ("RB-10牛排", "RB十牛排"),
    ("SPF50+防晒", "SPF五十加防晒"),
    ("5G手机", "五G手机"),
    ("4K屏", "四K屏"),
    ("T恤", "T恤"),
    ("TOP10好物", "TOP十好物"),
    ("No.1的品牌", "第一的品牌"),
    ("#3链接", "三号链接"),
    ("买10盒 ribeye 送一把刀", "买十盒ribeye送一把刀"),
    ("black pepper 口味", "black pepper口味"),
    ("上www.talkback.cn看", "上talkback dot cn看"),
    ("A&B套装", "A and B套装"),
    # punctuation and what is not said
    ("真的吗??", "真的吗？"),
    ("好吃!!", "好吃！"),
    ("😀好吃", "好吃"),
    ("可以(自费)。", "可以，自费。"),
    ("一行\n两行", "一行，两行"),
    ("今天，明天、后天。", "今天，明天，后天。"),
    ("Hello everybody, 10 packs", "Hello everybody，ten packs"),
]


@pytest.mark.parametrize(("written", "said"), SAID, ids=[written for written, _ in SAID])
def test_written_chinese_is_said(written: str, said: str) -> None:
    assert written_out(spoken_zh(written)) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "零"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (101, "一百零一"),
        (110, "一百一十"),
        (1001, "一千零一"),
        (1010, "一千零一十"),
        (10_001, "一万零一"),
        (20_000, "两万"),
        (100_500_000, "一亿零五十万"),
        (123_456_789, "一亿二千三百四十五万六千七百八十九"),
        (-7, "负七"),
    ],
)
def test_whole_numbers(number: int, said: str) -> None:
    assert cardinal_zh(number) == said


@given(st.integers(0, 10**16 - 1))
def test_every_number_can_be_read_back(number: int) -> None:
    assert value_of(cardinal_zh(number)) == number


def value_of(said: str) -> int:
    """The number that Chinese words name, worked out by another way than they were made."""
    for scale, name in ((10**12, "万亿"), (10**8, "亿"), (10**4, "万")):
        head, found, tail = said.partition(name)
        if found:
            return value_of(head) * scale + value_of(tail)
    total = digit = 0
    for character in said.replace("两", "二"):
        if character in "千百十":
            total += (digit or 1) * {"千": 1000, "百": 100, "十": 10}[character]
            digit = 0
        else:
            digit = "零一二三四五六七八九".index(character)
    return total + digit


def test_parts_of_a_number() -> None:
    assert digits_zh("10-21", code=True) == "幺零二幺"
    assert decimal_zh("1,250.50") == "一千二百五十点五零"
    assert money_zh("0.99") == "九毛九"
    assert clock_zh(13, 30) == "下午一点半"
    assert clock_zh(20, 0, period="") == "八点"


def test_a_price_is_one_word_of_the_caption() -> None:
    text = "现在¥199.00/盒，买2盒。"
    marked = [text[token.first : token.last] for token in spoken_zh(text).tokens]
    assert marked == ["现", "在", "¥199.00", "/", "盒，", "买", "2", "盒。"]


def test_words_are_cut_by_whoever_knows_how() -> None:
    text = "今晚买10盒牛排"
    marked = [text[token.first : token.last] for token in spoken_zh(text, lambda run: [run[:2], run[2:]]).tokens]
    assert marked == ["今晚", "买", "10", "盒牛", "排"]


def test_what_is_not_said_belongs_to_its_neighbour() -> None:
    text = "😀你好👍吗"
    marked = [text[token.first : token.last] for token in spoken_zh(text).tokens]
    assert marked == ["😀你", "好👍", "吗"]
    assert not any(token.words for token in spoken_zh("😀 👍").tokens)


_ALPHABET = st.sampled_from(
    list("买两盒牛排今晚点月日年元块折-~.,:/×*%°C¥$+# 0123456789abgGkmLxVIP，。！？、：；（）😀½㎡\n")
)


@given(st.text(_ALPHABET, max_size=40) | st.text(max_size=30))
def test_tokens_cover_any_text_in_order(text: str) -> None:
    tokens = spoken_zh(text).tokens
    reached = 0
    for token in tokens:
        assert reached <= token.first < token.last <= len(text)
        reached = token.last
    covered = {at for token in tokens for at in range(token.first, token.last)}
    assert all(at in covered for at, character in enumerate(text) if character.isalnum())
    assert all(word and not word.isspace() and " " not in word for token in tokens for word in token.words)
    assert not any(
        character.isdigit() for token in tokens for word in token.words for character in word if character < "\u0100"
    )
