"""People made unknown: nothing that points to them stays, the same person stays the same, and what is no secret stays."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogue.language import has_han
from dialogue.vocabulary import PLAIN_WORDS
from server.replay.pseudonym import Pseudonyms
from server.replay.sources.contract import ChatEvent, ChatType

SECRETS = [
    ("call me at +1 (415) 555-2671 please", "415", "2671"),
    ("text me 415-555-2671", "415"),
    ("tel: 6234 5678", "6234", "5678"),
    ("我的手机13812345678哦", "138", "5678"),
    ("打我电话 138-1234-5678", "138", "5678"),
    ("打１３８ １２３４ ５６７８", "１３８", "５６７８"),
    ("号码是幺三八一二三四五六七八", "幺三八"),
    ("座机 021-62345678", "6234"),
    ("加微信 abc_12345", "abc_12345"),
    ("VX：kitty2020 详聊", "kitty2020"),
    ("微信号是lin-wei_88", "lin-wei_88"),
    ("加v abcde12", "abcde12"),
    ("my wechat id is abcdef", "abcdef"),
    ("QQ 123456789", "123456789"),
    ("扣扣：98765432", "98765432"),
    ("telegram: @durov_fan", "durov"),
    ("ins: anna.cooks", "anna.cooks"),
    ("mail joe.bloggs@gmail.com ok", "joe.bloggs", "gmail"),
    ("joe.bloggs at gmail dot com", "bloggs", "gmail"),
    ("12345@qq.com", "12345"),
    ("order no. A12345-678 never came", "A12345", "678"),
    ("订单号：202403150001 没到", "202403150001"),
    ("快递 SF1234567890 呢", "SF1234567890"),
    ("see https://t.co/abc?x=1 and bit.ly/xyz", "t.co", "bit.ly"),
    ("看www.taobao.com/item这个", "taobao"),
    ("I live at 221B Baker Street, London NW1 6XE", "221B", "Baker", "London", "6XE"),
    ("ship to 1600 Pennsylvania Avenue NW, Washington, DC 20500", "1600", "Pennsylvania", "20500"),
    ("to 5 Maple Court, apt 3b", "Maple"),
    ("my address is Flat 9, The Mews", "Flat 9", "Mews"),
    ("P.O. Box 1234", "1234"),
    ("我住在上海市徐汇区漕溪北路18号2栋501室，几天到", "漕溪北路", "501", "徐汇"),
    ("寄到浙江省杭州市余杭区五常街道文一西路969号", "文一西路", "余杭", "969"),
    ("地址：幸福小区3栋2单元501", "幸福小区", "501"),
    ("my name is John Smith, hello", "John", "Smith"),
    ("I'm Anna from Oslo", "Anna"),
    ("Mr. Brown said so", "Brown"),
    ("我叫王小明，你好", "王小明"),
    ("收件人：欧阳娜娜", "欧阳"),
    ("王先生在吗", "王"),
    ("身份证 11010519491231002X", "1101", "002X"),
    ("card 4111 1111 1111 1111", "4111", "1111"),
]
NO_SECRETS = [
    "how much is the 10 x 150 g box, 199.00 or 259?",
    "from 2026-03-01 to 2026-04-01, 20:00",
    "5 minutes drive from here",
    "i bought 2 on the street",
    "上海市徐汇区能送吗",
    "这里3号发货吗",
    "谢谢老师",
    "3号链接多少钱",
    "I paid 1000000 dollars",
    "￥199,000,000",
    "This is great!",
    "I am in",
    "wechat me please",
    "line is long",
    "is it 100% beef?",
    "order now or later?",
    "运费多少，几天到？",
    "what a road trip",
    "第一次这么前！",
    "3.5折",
    "一二三四五六七八九十",
    "does it ship to Norway?",
    "@",
    "我是新来的",
    "叫我怎么选",
    "the order of the courses",
    "订单什么时候发",
    "1:02:03",
]


@pytest.mark.parametrize(("text", "secrets"), [(text, secrets) for text, *secrets in SECRETS])
def test_private_details_go(text: str, secrets: list[str]) -> None:
    pseudonyms = Pseudonyms(key=b"the same numbers in every run, 32")
    told = pseudonyms.text(text)
    assert not [secret for secret in secrets if secret in told], told
    assert sum(pseudonyms.replaced.values()) >= 1
    assert has_han(told) == has_han(text) or text.startswith("12345")


@pytest.mark.parametrize("text", NO_SECRETS)
def test_what_is_no_secret_stays(text: str) -> None:
    assert Pseudonyms().text(text) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("牛排几天到上海市徐汇区漕溪北路18号", "牛排几天到"),
        ("我住在上海市徐汇区漕溪北路18号2栋501室，几天到", "，几天到"),
        ("请问能寄到浙江省杭州市文一西路969号吗", "请问能寄到"),
        ("我家在幸福路18号", "我家在"),
        ("does it ship to 12 Baker Street, London? thanks", "does it ship to "),
        ("加微信 abc_12345 领券", " 领券"),
    ],
)
def test_the_words_around_a_detail_stay(text: str, kept: str) -> None:
    told = Pseudonyms().text(text)
    assert kept in told, told
    assert told != text


def test_an_address_of_mail_mentions_nobody() -> None:
    event = ChatEvent(1.0, None, "irc", ChatType.CHAT, "a", "a", "write joe@example.net, 你好@bob")
    (mention,) = Pseudonyms().event(event).mentions
    assert mention not in ("bob", "example.org")


def test_the_same_is_always_replaced_by_the_same_and_another_scenario_knows_other_names() -> None:
    here, elsewhere = Pseudonyms(), Pseudonyms()
    once = here.text("mail joe@gmail.com, call +1 415 555 2671")
    assert here.text("mail joe@gmail.com, call +1 415 555 2671") == once
    assert elsewhere.text("mail joe@gmail.com, call +1 415 555 2671") != once
    names = [here.learn(str(n), f"Viewer {n}") for n in range(400)]
    assert len(set(names)) == 400
    assert names != [elsewhere.learn(str(n), f"Viewer {n}") for n in range(400)]
    assert names == [here.learn(str(n), f"Viewer {n}") for n in range(400)]
    assert all(len(name) <= 24 for name in names)


def test_a_person_keeps_the_name_under_another_nickname_with_the_same_id() -> None:
    pseudonyms = Pseudonyms()
    before = pseudonyms.learn("77", "Lin")
    assert pseudonyms.learn("77", "Lin is hungry") == before
    assert pseudonyms.text("thanks Lin") == f"thanks {before}"


def test_names_are_found_in_the_words_of_others_however_they_are_written() -> None:
    pseudonyms = Pseudonyms()
    lin, wei, zhou = (
        pseudonyms.learn("1", "Lin"),
        pseudonyms.learn("2", "Lin_Wei88"),
        pseudonyms.learn("3", "小周爱吃肉"),
    )
    xiaolin = pseudonyms.learn("4", "小林")
    assert has_han(zhou)
    assert not has_han(lin)
    assert pseudonyms.text("@Lin how much is it?") == f"@{lin} how much is it?"
    assert pseudonyms.text("LIN's pan, but linger") == f"{lin}'s pan, but linger"
    assert pseudonyms.text("hi Lin_Wei88 and wei") == f"hi {wei} and {wei}"
    assert pseudonyms.text("@小林这个多少钱") == f"@{xiaolin}这个多少钱"
    assert pseudonyms.text("小周说的对，小林也这么说") == f"{zhou}说的对，{xiaolin}也这么说"
    assert pseudonyms.text("＠小周爱吃肉 在吗") == f"＠{zhou} 在吗"
    stranger = pseudonyms.text("@nobody_here hello")
    assert "nobody" not in stranger
    assert pseudonyms.text("@nobody_here hello") == stranger


def test_a_name_that_somebody_gave_is_found_elsewhere() -> None:
    pseudonyms = Pseudonyms()
    pseudonyms.learn_words("my name is Marta Kowalska, hi")
    told = pseudonyms.text("is Marta still here? @marta")
    assert "marta" not in told.casefold()


def test_a_name_that_is_an_ordinary_word_or_a_product_is_replaced_after_an_at_only_and_told() -> None:
    pseudonyms = Pseudonyms(keep=["ribeye steak", "眼肉牛排"])
    pseudonyms.learn("1", "how")
    beef = pseudonyms.learn("2", "牛排")
    pseudonyms.learn("3", "steak")
    assert pseudonyms.text("how much is the steak, 牛排几克") == "how much is the steak, 牛排几克"
    assert pseudonyms.text("@牛排 你好") == f"@{beef} 你好"
    assert pseudonyms.doubtful == {"how", "牛排", "steak"}


def test_what_the_shop_says_in_public_stays() -> None:
    pseudonyms = Pseudonyms(keep=["Joe Marsh", "our line: 400-123-4567, shop.example.com"])
    for text in ("Is Joe Marsh real? @Joe?", "400-123-4567 is yours?", "on shop.example.com"):
        assert pseudonyms.text(text) == text


def test_an_event_loses_all_that_tells_who_and_when() -> None:
    event = ChatEvent(
        3.5, 1.7e9, "bilibili", ChatType.CHAT, "10086", "小林", "@小周 我电话13812345678", badges=("小林粉丝团",),
        mentions=("小周",), raw_id="dm:1",
    )  # fmt: skip
    told = Pseudonyms().event(event)
    assert (told.t, told.ts, told.platform, told.badges, told.raw_id) == (3.5, None, "bilibili", (), None)
    assert told.user_id == told.user
    assert not re.search("小林|小周|138|10086", f"{told}")
    assert told.mentions[0] in told.text


LETTERS = st.sampled_from("abcdefghijklmnopqrstuvwxyzABCDEFG") | st.sampled_from("林周王明红霞丽强军")


@given(
    st.lists(st.text(LETTERS, min_size=2, max_size=10), min_size=1, max_size=6),
    st.lists(st.sampled_from(["how much is ", " hi ", "，", "@", " and ", "好吃吗", "! "]), max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_no_name_of_a_viewer_is_left_in_any_text(names: list[str], between: list[str]) -> None:
    pseudonyms = Pseudonyms()
    given_names = [pseudonyms.learn(str(n), name) for n, name in enumerate(names)]
    text = " ".join(part + name + " " for name, part in zip(names, [*between, *[""] * len(names)], strict=False))
    told = pseudonyms.text(text)
    for given_name in sorted(given_names, key=len, reverse=True):
        told = told.replace(given_name, "")
    for name in names:
        if name.casefold() not in PLAIN_WORDS | pseudonyms.doubtful:
            assert not re.search(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", told, re.I), (text, told)
