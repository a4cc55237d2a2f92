"""The fan-out: every viewer gets the same packets, and nobody waits for anybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from av.packet import Packet

from rtc.feed import Feed, KeyframeWanted
from rtc.video_encoder import VideoCodec


class PacketHub:
    """All feeds of a room. Everything here runs on the event loop's thread and does no I/O."""

    def __init__(self, on_keyframe_wanted: KeyframeWanted) -> None:
        self._on_keyframe_wanted = on_keyframe_wanted
        self._feeds: dict[str, Feed] = {}
        self._sent_before = 0
        self._dropped_before = 0

    def join(self, viewer: str, codec: VideoCodec | None, audible: bool = True) -> Feed:
        """Give a new viewer a feed; a key frame is asked for once its tracks are being read."""
        feed = Feed(codec, audible, self._on_keyframe_wanted)
        self._feeds[viewer] = feed
        return feed

    def leave(self, viewer: str) -> None:
        """End a viewer's feed; unknown viewers are ignored."""
        feed = self._feeds.pop(viewer, None)
        if feed is not None:
            self._sent_before += feed.sent
            self._dropped_before += feed.dropped
            feed.end()

    def open_slice(self, audio: Packet[Any], pictures: Mapping[VideoCodec, Packet[Any]], at: float) -> None:
        """Hand the first half of a Slice to all: 20 ms of sound and the picture that belongs to it, due at `at`."""
        for feed in self._feeds.values():
            feed.open_slice(audio, pictures, at)

    def continue_slice(self, audio: Packet[Any], at: float) -> None:
        """Hand the second 20 ms of a Slice's sound to all."""
        for feed in self._feeds.values():
            feed.continue_slice(audio, at)

    def viewers(self, codec: VideoCodec | None) -> int:
        """How many watch in `codec`."""
        return sum(feed.codec is codec for feed in self._feeds.values())

    @property
    def sent(self) -> int:
        """Packets taken by viewers' tracks since the start."""
        return self._sent_before + sum(feed.sent for feed in self._feeds.values())

    @property
    def dropped(self) -> int:
        """Packets lost to viewers who were too slow."""
        return self._dropped_before + sum(feed.dropped for feed in self._feeds.values())
