"""Reading a chat log of 28,000 messages: seconds and memory. ``python -m tests.bench.chat_logs [--messages N]``."""

import argparse
import gzip
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from server.replay.sources.contract import ChatEvent, open_log

SECONDS = 36 * 60
"""Length of the busiest chat that was measured for the design: 28,013 messages in 36 minutes."""
_WORDS = (
    "how much is the",
    "ribeye",
    "hello from Oslo",
    "多少钱",
    "包邮吗",
    "does it fit",
    "LOL",
    "主播好",
    "thanks @viewer_12",
    "😁",
)


def messages(count: int) -> Iterator[tuple[float, int, str]]:
    """Second, viewer and words of made-up messages, the same every time."""
    choose = random.Random(1)
    for number in range(count):
        words = " ".join(choose.choices(_WORDS, k=choose.randint(1, 12)))
        yield number * SECONDS / count, choose.randrange(1, count // 2), words


def write_ytdlp(path: Path, count: int) -> None:
    with open(path, "w", encoding="utf-8") as file:
        for number, (second, viewer, words) in enumerate(messages(count)):
            renderer = {
                "message": {"runs": [{"text": words}]}, "authorName": {"simpleText": f"viewer_{viewer}"}, "id": f"id{number:022d}",
                "timestampUsec": str(1571985910682806 + int(second * 1e6)), "authorExternalChannelId": f"UC{viewer:022d}",
                "authorPhoto": {"thumbnails": [{"url": f"https://example.org/{'x' * 80}", "width": 64, "height": 64}] * 2},
                "contextMenuEndpoint": {"clickTrackingParams": "x" * 40, "params": "y" * 160}, "trackingParams": "z" * 40,
            }  # fmt: skip
            action = {"addChatItemAction": {"item": {"liveChatTextMessageRenderer": renderer}, "clientId": "c" * 30}}
            line = {"replayChatItemAction": {"actions": [action], "videoOffsetTimeMsec": str(int(second * 1000))}}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def write_twitch(path: Path, count: int) -> None:
    comments = [
        {
            "_id": f"id{number:022d}", "created_at": "2021-07-15T02:01:48.745062070Z", "channel_id": "1", "content_type": "video",
            "content_offset_seconds": int(second), "commenter": {"display_name": f"viewer_{viewer}", "_id": str(viewer), "logo": "x" * 90},
            "message": {
                "body": words, "bits_spent": 0, "fragments": [{"text": part, "emoticon": None} for part in words.split(" ")],
                "user_badges": [{"_id": "subscriber", "version": "6"}], "user_color": "#00FF7F", "emoticons": [],
            },
        }
        for number, (second, viewer, words) in enumerate(messages(count))
    ]  # fmt: skip
    head = {
        "FileInfo": {"Version": {"Major": 1}},
        "streamer": {"name": "n", "id": 1},
        "video": {"title": "t", "length": SECONDS},
    }
    embedded = {"firstParty": [{"data": "A" * 40_000, "id": str(number)} for number in range(200)]}
    path.write_text(json.dumps({**head, "comments": comments, "embeddedData": embedded}, ensure_ascii=False), "utf-8")


def write_danmaku(path: Path, count: int) -> None:
    """Not in order of time, as a video's pool is."""
    shuffled = list(messages(count))
    random.Random(2).shuffle(shuffled)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="UTF-8"?><i>')
        for number, (second, viewer, words) in enumerate(shuffled):
            file.write(f'<d p="{second:.5f},1,25,16777215,1626077354,0,{viewer:08x},{number},10">{words}</d>')
        file.write("</i>")


FORMATS: dict[str, Callable[[Path, int], None]] = {
    "yt-dlp, a line each": write_ytdlp,
    "TwitchDownloader, one document": write_twitch,
    "Bilibili XML, gzipped, out of order": write_danmaku,
}


def read(path: Path) -> None:
    """Read a log as replay does, keeping nothing; prints CPU seconds, events and the peak of memory as JSON."""
    before_mb = peak_mb()
    begun = time.process_time()
    with open_log(path) as source:
        events = sum(isinstance(item, ChatEvent) for item in source)
    taken = time.process_time() - begun
    print(json.dumps({"cpu_s": taken, "events": events, "before_mb": before_mb, "peak_mb": peak_mb()}))


def peak_mb() -> float:
    """Most memory that this process has held so far (Linux; ``getrusage`` would tell of the parent's too)."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.chat_logs", description=__doc__)
    parser.add_argument("--messages", type=int, default=28_000)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read is not None:
        read(options.read)
        return
    print(f"{'format':<38}{'file':>9}{'events':>9}{'CPU':>9}{'messages/s':>12}{'memory before':>15}{'peak':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for name, write in FORMATS.items():
            path = Path(folder) / "log"
            write(path, options.messages)
            command = [sys.executable, "-m", "tests.bench.chat_logs", "--read", str(path)]
            told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            print(
                f"{name:<38}{path.stat().st_size / 2**20:>6.1f} MB{told['events']:>9}{told['cpu_s']:>7.2f} s"
                f"{told['events'] / told['cpu_s']:>12.0f}{told['before_mb']:>12.0f} MB{told['peak_mb']:>6.0f} MB"
            )


if __name__ == "__main__":
    main()
