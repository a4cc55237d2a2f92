"""Every format of chat log, read from a sample: what is kept, what is assumed, what is reported."""

import gzip
from pathlib import Path

import pytest

from server.replay.sources.contract import ChatEvent, ChatType, LogError, Unreadable, open_log

LOGS = Path(__file__).parent / "logs"


def read(path: Path) -> tuple[list[ChatEvent], list[Unreadable], str, str]:
    """Events, what was skipped, the format, and the notes as one text."""
    with open_log(path) as source:
        found = list(source)
        events = [item for item in found if isinstance(item, ChatEvent)]
        skipped = [item for item in found if isinstance(item, Unreadable)]
        return events, skipped, source.format, " ".join(source.notes)


def types(events: list[ChatEvent]) -> list[str]:
    return [event.type.value for event in events]


SAMPLES = [
    ("youtube_ytdlp.live_chat.json", "youtube-ytdlp", 11, 0),
    ("youtube_chat_downloader.json", "chat-downloader", 10, 0),
    ("youtube_api.json", "youtube-api", 4, 0),
    ("twitchdownloader.json", "twitchdownloader", 40, 0),
    ("tcd.json", "twitchdownloader", 2, 1),
    ("chatterino.txt", "irc", 4, 0),
    ("log_site.txt", "irc", 3, 1),
    ("twitch_irc.txt", "irc", 4, 0),
    ("bilibili_vod_danmaku.xml", "bilibili-xml", 50, 0),
    ("bilibili_recorder_live.xml", "bilibili-xml", 11, 0),
    ("blivedm.jsonl", "bilibili-live", 9, 0),
    ("douyin.jsonl", "douyin", 6, 0),
    ("douyin_arrays.json", "douyin", 3, 0),
    ("tiktok.jsonl", "tiktok", 7, 0),
    ("metastudio.json", "metastudio", 5, 0),
    ("chat.csv", "table", 3, 2),
    ("chat_gb18030.tsv", "table", 2, 0),
]


@pytest.mark.parametrize(("name", "format", "events", "skipped"), SAMPLES)
def test_every_sample_is_told_by_its_content_and_read_in_order(
    tmp_path: Path, name: str, format: str, events: int, skipped: int
) -> None:
    nameless = tmp_path / "log"  # neither name nor ending may help
    nameless.write_bytes((LOGS / name).read_bytes())
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress((LOGS / name).read_bytes()))
    for path in (nameless, packed):
        found, bad, told, _ = read(path)
        assert told == format
        assert (len(found), len(bad)) == (events, skipped)
        assert [event.t for event in found] == sorted(event.t for event in found)
        assert all(event.user_id for event in found if event.type is ChatType.CHAT)
        assert all(event.line > 0 for event in found)
        assert all(item.line > 0 and item.reason for item in bad)


def test_every_log_of_another_kind_than_our_own_has_a_test() -> None:
    tested = {name for name, *_ in SAMPLES}
    for path in LOGS.iterdir():
        if path.name not in tested | {"NOTICE"}:
            assert read(path)[2].startswith("talkback-"), path.name


def test_ytdlp_keeps_offset_time_money_and_emoji() -> None:
    events, _, _, notes = read(LOGS / "youtube_ytdlp.live_chat.json")
    first = events[0]
    assert (first.t, first.ts, first.platform) == (101.308, 1571985910.682806, "youtube")
    assert (first.user_id, first.user, first.text) == ("UC41ef24e7", "viewer_41ef24e7", "や")
    (paid,) = [event for event in events if event.type is ChatType.PAID]
    assert (paid.amount, paid.currency, paid.text, paid.says) == (20.0, "CZK", "Hello from Czech Republic", True)
    assert "1 × placeholder" in notes
    assert events[-2].text.endswith("🌍🌎🌏 😁😀")


def test_ytdlp_takes_standard_emoji_as_themselves_and_custom_ones_by_their_shortcut(tmp_path: Path) -> None:
    runs = (
        '{"text":"so "},{"emoji":{"emojiId":"😁","shortcuts":[":grin:"]}},'
        '{"emoji":{"emojiId":"UCx/abc","shortcuts":[":_fish:"],"isCustomEmoji":true}}'
    )
    log = tmp_path / "chat"
    log.write_text(_ytdlp(runs, '"timestampUsec":"1571985910000000"'), "utf-8")
    (event,) = read(log)[0]
    assert event.text == "so 😁:_fish:"


def test_a_chat_recorded_live_has_no_offsets_and_starts_with_its_first_message(tmp_path: Path) -> None:
    log = tmp_path / "chat"
    lines = [_ytdlp('{"text":"a"}', f'"timestampUsec":"{1571985910 + s}000000"', offset="") for s in (4, 0, 9)]
    log.write_text("\n".join(lines), "utf-8")
    assert [event.t for event in read(log)[0]] == [0.0, 4.0, 9.0]


def _ytdlp(runs: str, more: str, offset: str = ',"videoOffsetTimeMsec":"5000"') -> str:
    item = (
        f'{{"message":{{"runs":[{runs}]}},"authorName":{{"simpleText":"Ann"}},"authorExternalChannelId":"UC1",{more}}}'
    )
    return f'{{"replayChatItemAction":{{"actions":[{{"addChatItemAction":{{"item":{{"liveChatTextMessageRenderer":{item}}}}}}}]{offset}}}}}'


def test_chat_downloader_and_ytdlp_agree_on_the_same_chat() -> None:
    from_array = {event.raw_id: event for event in read(LOGS / "youtube_chat_downloader.json")[0]}
    from_lines = {event.raw_id: event for event in read(LOGS / "youtube_ytdlp.live_chat.json")[0]}
    shared = from_array.keys() & from_lines.keys()
    assert len(shared) >= 9
    for key in shared:
        a, b = from_array[key], from_lines[key]
        assert (a.t, a.user_id, a.user, a.text, a.type, a.amount, a.currency) == (
            b.t,
            b.user_id,
            b.user,
            b.text,
            b.type,
            b.amount,
            b.currency,
        )


def test_the_youtube_api_keeps_roles_mentions_and_super_chats() -> None:
    events, _, _, notes = read(LOGS / "youtube_api.json")
    assert [round(event.t, 2) for event in events] == [0.0, 3.25, 6.75, 8.75]
    assert types(events) == ["chat", "paid", "chat", "paid"]
    assert (events[1].text, events[1].amount, events[1].currency, events[1].roles) == (
        "for the chef",
        5.0,
        "USD",
        ("member",),
    )
    assert (events[2].roles, events[2].mentions) == (("moderator",), ("Lin",))
    assert "tombstone" in notes


def test_twitch_keeps_offsets_badges_and_bits_and_reports_a_comment_of_nobody() -> None:
    events, _, _, _ = read(LOGS / "twitchdownloader.json")
    assert (events[0].t, events[0].user_id, events[0].roles, events[0].badges) == (
        0.0,
        "93cb54b0",
        ("member",),
        ("subscriber",),
    )
    assert events[6].mentions == ("viewer_87d478a7",)
    events, skipped, _, _ = read(LOGS / "tcd.json")
    assert (events[0].t, events[0].roles) == (1.25, ("owner",))
    assert (events[1].type, events[1].amount, events[1].currency) == (ChatType.PAID, 100.0, "bits")
    assert skipped[0].reason == "a comment without a commenter"


def test_a_text_log_passes_midnight_and_tells_that_it_did() -> None:
    events, _, _, notes = read(LOGS / "chatterino.txt")
    assert [event.t for event in events] == [0.0, 11.0, 15.0, 17.0]
    assert events[-1].type is ChatType.SYSTEM
    assert events[1].ts == 1626393599.0  # 2021-07-15 23:59:59 UTC, by the log's own first line
    assert "midnight" in notes


def test_a_text_log_without_a_zone_says_that_utc_was_taken() -> None:
    events, skipped, _, notes = read(LOGS / "log_site.txt")
    assert [(event.user, event.text) for event in events] == [
        ("Ann_9", "<3"),
        ("cy", "late"),
        ("bo", "how much: 5 or 6?"),
    ]
    assert "UTC was taken" in notes
    assert (skipped[0].line, skipped[0].excerpt) == (4, "this line is no message")


def test_raw_irc_gives_the_tags() -> None:
    events, _, _, notes = read(LOGS / "twitch_irc.txt")
    assert types(events) == ["chat", "paid", "paid", "enter"]
    assert (events[0].text, events[0].roles, events[0].user_id) == ("hello: world", ("member", "vip"), "11")
    assert (events[1].amount, events[1].currency) == (100.0, "bits")
    assert events[2].text == "Cy has subscribed for 6 months!"
    assert "CLEARCHAT" in notes


def test_danmaku_of_a_video_are_sorted_and_that_is_told() -> None:
    events, _, _, notes = read(LOGS / "bilibili_vod_danmaku.xml")
    assert events[0].t == 0.0
    assert events[0].raw_id == "51742013056876549"
    assert "out of order" in notes
    assert "hash" in notes


def test_a_recorded_bilibili_stream_keeps_gifts_super_chats_and_words_of_many_lines() -> None:
    events, _, _, _ = read(LOGS / "bilibili_recorder_live.xml")
    assert types(events).count("gift") == 3
    assert events[1].ts == 1647777083.220
    assert "\n" in events[8].text
    super_chat = events[-2]
    assert (super_chat.type, super_chat.amount, super_chat.currency, super_chat.text) == (
        ChatType.PAID,
        30.0,
        "CNY",
        "醒目留言",
    )


def test_bilibili_live_messages_lose_the_japanese_copy_of_a_super_chat() -> None:
    events, _, _, notes = read(LOGS / "blivedm.jsonl")
    assert types(events) == ["chat", "chat", "paid", "gift", "gift", "paid", "enter", "follow", "like"]
    assert [event.text for event in events if event.says] == ["这个多少钱？", "包邮吗", "牛排几分熟好？", "舰长"]
    assert events[1].roles == ("moderator", "member")
    assert (events[4].amount, events[3].amount, events[5].amount) == (5.2, None, 198.0)
    assert "1 × message that came twice" in notes


def test_douyin_in_both_its_forms() -> None:
    events, _, _, notes = read(LOGS / "douyin.jsonl")
    assert types(events) == ["chat", "enter", "chat", "gift", "like", "follow"]
    assert (events[0].user, events[0].text, events[0].ts) == ("阿梅", "锅能用电磁炉吗", 1721106114.633)
    assert (events[2].user_id, events[2].raw_id) == ("503", "7001")
    assert events[3].text == "玫瑰 × 10"
    assert "WebcastRoomUserSeqMessage" in notes
    assert types(read(LOGS / "douyin_arrays.json")[0]) == ["chat", "gift", "chat"]


def test_tiktok_counts_a_streak_of_gifts_once_and_an_event_once() -> None:
    events, _, _, notes = read(LOGS / "tiktok.jsonl")
    assert types(events) == ["enter", "chat", "gift", "like", "follow", "chat", "chat"]
    assert (events[2].text, events[2].amount, events[2].currency) == ("Rose × 7", 7.0, "coins")
    assert events[5].text == "do you ship to Spain?"
    assert (events[6].t, events[6].roles) == (7.0, ("moderator",))  # its own time is missing
    assert "streak" in notes
    assert "without a time: 1" in notes


def test_metastudio_reads_the_json_within_the_json() -> None:
    events, _, _, notes = read(LOGS / "metastudio.json")
    assert types(events) == ["enter", "chat", "like", "gift", "chat"]
    assert (events[1].text, events[1].badges, events[1].t) == ("有小份的吗？", ("粉丝团",), 2.5)
    assert (events[4].user, events[4].text) == ("anonymous", "plain words, no JSON")
    assert "anonymous" in notes


def test_a_table_tells_which_columns_it_took() -> None:
    events, skipped, _, notes = read(LOGS / "chat.csv")
    assert [(event.t, event.user, event.text) for event in events] == [
        (0.0, "Lin", "How much, with tax?"), (4.0, "Ann", "earlier"), (5.0, "Bo", "two\nlines"),
    ]  # fmt: skip
    assert "time from “published_at”" in notes
    assert [(item.line, item.reason) for item in skipped] == [
        (6, "a time that can't be read"),
        (7, "a row without a user"),
    ]


def test_a_chinese_table_in_gb18030() -> None:
    events, _, _, notes = read(LOGS / "chat_gb18030.tsv")
    assert [(event.t, event.user, event.text) for event in events] == [
        (5.0, "小林", "这个多少钱？"), (3723.0, "小周", "包邮吗，几天能到？"),
    ]  # fmt: skip
    assert "GB18030" in notes


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("name", ["blivedm.jsonl", "douyin_arrays.json", "bilibili_recorder_live.xml"])
def test_every_encoding_gives_the_same_events(tmp_path: Path, name: str, encoding: str) -> None:
    text = (LOGS / name).read_text("utf-8")
    other = tmp_path / "log"
    other.write_bytes(text.encode(encoding))
    assert read(other)[0] == read(LOGS / name)[0]


def test_a_line_in_another_encoding_is_read_and_told(tmp_path: Path) -> None:
    line = '{"event_ts_ms":1721106114633,"user_id":"1","nickname":"阿梅","content":"锅能用电磁炉吗"}\n'
    other = '{"event_ts_ms":1721106115633,"user_id":"2","nickname":"小吴","content":"这个多少钱"}\n'
    log = tmp_path / "log"
    log.write_bytes(line.encode() * 3 + other.encode("gb18030") + b'{"content":"\xff\xfe\xfd"}\n')
    events, skipped, _, notes = read(log)
    assert events[-1].text == "这个多少钱"
    assert "GB18030" in notes
    assert [(item.line, item.reason) for item in skipped] == [(5, "neither UTF-8 nor GB18030")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"  \n \n", "empty"),
        (b"%PDF-1.7 and so on\n", "unknown-format"),
        (b"<html><body>chat</body></html>", "unknown-format"),
        (b'{"hello": [1, 2, 3]}', "unknown-format"),
        (b'[{"a": 1}, {"a": 2}]', "unknown-format"),
        (b"PK\x03\x04....xl/workbook.xml", "spreadsheet"),
        (b"PK\x03\x04....chat.json", "unknown-format"),
        (b"SQLite format 3\x00" + b"\x00" * 200, "damaged"),
        (b"\x1f\x8b\x08\x00\x00", "damaged"),
        (b"one,two,three\n1,2,3\n", "unknown-format"),
    ],
)
def test_what_is_no_chat_is_refused_with_a_reason(tmp_path: Path, content: bytes, code: str) -> None:
    log = tmp_path / "log"
    log.write_bytes(content)
    with pytest.raises(LogError) as refused:
        open_log(log)
    assert refused.value.code == code
    assert str(log) in str(refused.value)


def test_a_file_that_is_not_there_and_a_folder_without_a_log(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="no file"):
        open_log(tmp_path / "nothing")
    with pytest.raises(LogError, match="folder"):
        open_log(tmp_path)


@pytest.mark.parametrize(
    "lines", ["[\n{},\n{}\n]\n", '{{\n"comments": [\n{},\n{}\n]\n}}\n', "{}\n{}\n", "connected\n{}\n{}\n", "[{}, {}]"]
)
def test_a_document_with_a_message_a_line_is_no_json_lines(tmp_path: Path, lines: str) -> None:
    message = '{{"content_offset_seconds": {}, "commenter": {{"_id": "1", "name": "a"}}, "message": {{"body": "hi"}}}}'
    log = tmp_path / "log"
    log.write_text(lines.format(message.format(1), message.format(2)))
    events, skipped, format, _ = read(log)
    assert (format, [event.t for event in events]) == ("twitchdownloader", [1.0, 2.0])
    assert len(skipped) == ("connected" in lines)


def test_a_text_log_that_begins_with_a_bracket_is_no_json(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("[chat of the evening]\n[00:00:01] ann: hi\n[00:00:02] bo: hello\n")
    events, skipped, format, _ = read(log)
    assert (format, len(events), skipped[0].line) == ("irc", 2, 1)


def test_a_spreadsheet_is_told_what_to_do(tmp_path: Path) -> None:
    log = tmp_path / "chat.xlsx"
    log.write_bytes(b"PK\x03\x04....[Content_Types].xml")
    with pytest.raises(LogError, match="Save it as CSV"):
        open_log(log)
