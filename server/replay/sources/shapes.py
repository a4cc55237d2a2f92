"""All shapes of JSON records, and the reading of a record by the one that knows it."""

from collections.abc import Iterator

from server.replay.sources.blivedm import BlivedmShape
from server.replay.sources.chat_downloader import ChatDownloaderShape
from server.replay.sources.contract import Unreadable
from server.replay.sources.douyin import DouyinShape
from server.replay.sources.json_shape import JsonShape
from server.replay.sources.message import Found, LeftOut, Malformed, Notes, unreadable
from server.replay.sources.metastudio import MetaStudioShape
from server.replay.sources.normal_form import NormalShape
from server.replay.sources.record import Record, parse_object
from server.replay.sources.show_log import ShowExportShape
from server.replay.sources.tiktok import TikTokShape
from server.replay.sources.twitch_download import TwitchDownloadShape
from server.replay.sources.youtube_api import YouTubeApiShape
from server.replay.sources.youtube_ytdlp import YtDlpShape

ALL: tuple[JsonShape, ...] = (
    NormalShape(), ShowExportShape(), YtDlpShape(), ChatDownloaderShape(), YouTubeApiShape(), TwitchDownloadShape(),
    BlivedmShape(), TikTokShape(), DouyinShape(), MetaStudioShape(),
)  # fmt: skip


def shape_of(record: Record) -> JsonShape | None:
    """The shape that knows the record."""
    return next((shape for shape in ALL if shape.knows(record)), None)


class RecordReader:
    """Reads record after record; tries first the shape that knew the one before."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._shape: JsonShape | None = None
        self.known = 0
        """Records of a known shape so far."""

    def read(self, record: Record) -> Iterator[Found]:
        """The messages in a record, or why there are none."""
        shape = self._shape if self._shape is not None and self._shape.knows(record) else shape_of(record)
        if shape is None:
            members = ", ".join(list(record.fields)[:6])
            yield Unreadable(record.line, "JSON of no known shape", f"members: {members}"[:120])
            return
        self._shape = shape
        self.known += 1
        try:
            yield from shape.read(record, self._notes)
        except LeftOut as left:
            self._notes.leave_out(str(left)[:80])
        except Malformed as error:
            yield unreadable(record.line, str(error), str(dict(list(record.fields.items())[:6]))[:400])

    def read_line(self, number: int, text: str) -> Iterator[Found]:
        """The messages in one line of JSON."""
        fields = parse_object(text)
        if fields is None:
            broken = text.lstrip().startswith("{")
            yield unreadable(number, "broken JSON (cut off?)" if broken else "not JSON", text)
        else:
            yield from self.read(Record(fields, number))
