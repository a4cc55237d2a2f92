"""A room's way to its viewers: takes Slices, codes each once, sends the packets to everyone."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from rtc.broadcast_stats import BroadcastStats, RenditionStats, ViewerStats, percentile
from rtc.contract import SLICE_SECONDS, RtcEvent, RtcEventSink, Slice
from rtc.departures import Departure, Departures
from rtc.leaving import Leaving
from rtc.offer import Offer
from rtc.packet_hub import PacketHub
from rtc.peer import Peer
from rtc.rendition import Rendition
from rtc.rtc_error import RtcError
from rtc.settings import RtcSettings, VideoSettings
from rtc.slice_coder import SliceCoder
from rtc.video_encoder import VideoCodec

log = logging.getLogger(__name__)

_TIMES_KEPT = 1500
_FAULT_PAUSE_S = 5.0


@dataclass(frozen=True, slots=True)
class Admission:
    """A viewer who has been let in."""

    viewer_id: str
    answer_sdp: str


class Broadcaster:
    """The `SliceSink` that viewers watch.

    `push` belongs to the playout thread, everything else to the event loop `loop`; `on_event` is called on the loop.
    H.264 is coded while anybody watches it, VP8 exists only while some viewer can't take H.264; with no viewers nothing
    is coded. `pace` is show seconds per second: tests run the show faster, with `due` times to match.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        video: VideoSettings,
        rtc: RtcSettings,
        on_event: RtcEventSink,
        *,
        pace: float = 1.0,
    ) -> None:
        self._loop = loop
        self._video = video
        self._rtc = rtc
        self._on_event = on_event
        self._half_slice_s = SLICE_SECONDS / 2 / pace
        self._closed = False
        self._hub = PacketHub(self._want_keyframe)
        self._peers: dict[str, Peer] = {}
        self._closing_tasks: set[asyncio.Task[None]] = set()
        # Replaced as a whole on the loop, read once per Slice on the playout thread.
        self._renditions: dict[VideoCodec, Rendition] = {}
        self._watched: tuple[Rendition, ...] = ()
        self._departures = Departures()
        self._timer: asyncio.TimerHandle | None = None
        self._last_sent: float | None = None
        self._leaving = Leaving()
        self._late_ms: deque[float] = deque(maxlen=_TIMES_KEPT)
        # The playout thread's own, guarded so that close() can wait for the Slice at hand.
        self._push_lock = threading.Lock()
        self._coder = SliceCoder(rtc.audio_kbps)
        self._idle = self._overflowed = 0
        self._keyframes_gone = 0
        self._last_fault: float | None = None

    # ---- playout thread ----------------------------------------------------------------------------------

    def push(self, piece: Slice, due: float) -> None:
        """Code a Slice and let it leave at `due` (`time.monotonic()`), or at once if that is past; never raises."""
        with self._push_lock:
            if self._closed:
                return
            if not self._peers:
                self._coder.rest()
                self._idle += 1
                return
            if self._departures.full:
                self._overflowed += 1
                return
            try:
                coded = self._coder.code(piece, self._watched)
            except Exception as error:  # a viewer's trouble must never reach the playout clock
                self._tell_fault(f"Slice {piece.index} could not be coded: {type(error).__name__}: {error}")
                return
        for fault in coded.faults:
            self._tell_fault(f"the picture of Slice {piece.index} could not be coded: {fault}")
        first, second = coded.audio
        self._departures.add(
            Departure(due, piece.index, first, coded.pictures),
            Departure(due + self._half_slice_s, piece.index, second, None),
        )
        self._on_loop(self._depart)

    def _tell_fault(self, detail: str) -> None:
        now = time.monotonic()
        if self._last_fault is None or now - self._last_fault >= _FAULT_PAUSE_S:
            self._last_fault = now
            log.error("%s", detail)
            self._on_loop(partial(self._on_event, RtcEvent("fault", detail=detail)))

    def _on_loop(self, callback: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has been closed under us: the show is over
            self._loop.call_soon_threadsafe(callback)

    # ---- event loop: sending -----------------------------------------------------------------------------

    def _depart(self) -> None:
        """Send what is due, and set the room's one timer for what comes next."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._closed:
            return
        now = self._loop.time()
        for departure in self._departures.take_due(now):
            if departure.pictures is None:
                self._hub.continue_slice(departure.audio, departure.at)
                continue
            for codec, picture in departure.pictures.items():
                if picture.is_keyframe and codec in self._renditions:
                    self._renditions[codec].gate.sent()
            self._hub.open_slice(departure.audio, departure.pictures, departure.at)
            self._last_sent = now
            if departure.pictures:
                self._leaving.left(now)
            self._late_ms.append((now - departure.at) * 1000)
        deadline = self._departures.next_deadline()
        if deadline is not None:
            self._timer = self._loop.call_at(deadline, self._depart)

    # ---- event loop: viewers -----------------------------------------------------------------------------

    async def answer(self, offer_sdp: str) -> Admission:
        """Let a viewer in; the pictures start once the connection stands.

        Raises `RtcError`: 400 for an offer that can't be used, 406 for one without a codec that is sent here, 503 when
        the room is full or closing.
        """
        offer = Offer.parse(offer_sdp)
        if self._closed:
            raise RtcError("closing", 503, "this room is closing")
        if len(self._peers) >= self._rtc.max_viewers:
            raise RtcError("room-full", 503, f"this room is full: all {self._rtc.max_viewers} places are taken")
        viewer = secrets.token_urlsafe(12)
        feed = self._hub.join(viewer, offer.codec, audible="audio" in offer.kinds)
        peer = Peer(
            viewer,
            offer,
            feed,
            self._rtc.ice_servers,
            on_connected=partial(self._on_event, RtcEvent("viewer.joined", viewer)),
            on_lost=partial(self._lost, viewer),
        )
        self._peers[viewer] = peer
        self._choose_renditions()
        try:
            answer_sdp = await peer.answer(self._rtc.connect_seconds)
            if self._peers.get(viewer) is not peer:
                raise RtcError("closing", 503, "the room closed while the answer was being made")
        except BaseException as error:
            await self._drop(viewer, "not answered")
            if isinstance(error, Exception) and not isinstance(error, RtcError):
                log.warning("an offer was refused by aiortc: %s: %s", type(error).__name__, error)
                raise RtcError("bad-sdp", 400, f"the SDP offer can't be answered ({error})") from error
            raise
        return Admission(viewer, answer_sdp)

    async def hang_up(self, viewer_id: str) -> bool:
        """End a viewer's connection; False if there is none of that name."""
        if viewer_id not in self._peers:
            return False
        await self._drop(viewer_id, "hung up")
        return True

    async def close(self) -> None:
        """End all connections and encoders. Slices pushed from now on are ignored."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        await asyncio.gather(*(self._drop(viewer, "the room closes") for viewer in list(self._peers)))
        if self._closing_tasks:
            await asyncio.gather(*self._closing_tasks)
        with self._push_lock:  # a Slice may be at the encoder: a few ms
            self._coder.close()
        for codec in list(self._renditions):
            self._stop_rendition(codec)
        self._departures.clear()

    def _lost(self, viewer: str, reason: str) -> None:
        task = self._loop.create_task(self._drop(viewer, reason), name=f"drop-{viewer}")
        self._closing_tasks.add(task)
        task.add_done_callback(self._closing_tasks.discard)

    async def _drop(self, viewer: str, reason: str) -> None:
        peer = self._peers.pop(viewer, None)
        if peer is None:
            return
        self._hub.leave(viewer)
        self._choose_renditions()
        if peer.connected:
            self._on_event(RtcEvent("viewer.left", viewer, reason))
        # Shielded: a request that is cancelled half-way must not leave sockets behind.
        task = self._loop.create_task(peer.close(), name=f"close-{viewer}")
        self._closing_tasks.add(task)
        task.add_done_callback(self._closing_tasks.discard)
        await asyncio.shield(task)

    # ---- event loop: renditions --------------------------------------------------------------------------

    def _want_keyframe(self, codec: VideoCodec) -> None:
        rendition = self._renditions.get(codec)
        if rendition is not None:
            rendition.gate.request()

    def _choose_renditions(self) -> None:
        """Start and stop encoders after the viewers there are."""
        for codec in VideoCodec:
            watched = self._hub.viewers(codec) > 0
            if watched and codec not in self._renditions:
                self._renditions[codec] = Rendition(codec, self._video)
                self._on_event(RtcEvent("encoder.started", detail=codec.value))
            elif not watched and codec in self._renditions and codec is not VideoCodec.H264:
                self._stop_rendition(codec)
        self._watched = tuple(r for codec, r in self._renditions.items() if self._hub.viewers(codec))
        if not self._watched:
            self._leaving.rest()

    def _stop_rendition(self, codec: VideoCodec) -> None:
        self._keyframes_gone += self._renditions.pop(codec).keyframes
        self._watched = tuple(r for r in self._watched if r.codec is not codec)
        self._on_event(RtcEvent("encoder.stopped", detail=codec.value))

    # ---- event loop: figures -----------------------------------------------------------------------------

    def stats(self) -> BroadcastStats:
        """The figures of the moment."""
        encode_ms = self._coder.encode_ms()
        connected = sum(peer.connected for peer in self._peers.values())
        renditions = [self._rendition_stats(rendition) for rendition in self._renditions.values()]
        return BroadcastStats(
            viewers=connected,
            connecting=len(self._peers) - connected,
            slices=self._coder.slices,
            idle=self._idle,
            overflowed=self._overflowed,
            pictures_left_out=self._coder.pictures_left_out,
            packets=self._hub.sent,
            dropped=self._hub.dropped,
            keyframes=self._keyframes_gone + sum(r.keyframes for r in renditions),
            encode_ms_p50=percentile(encode_ms, 50),
            encode_ms_p95=percentile(encode_ms, 95),
            late_ms_p50=percentile(self._late_ms, 50),
            late_ms_p95=percentile(self._late_ms, 95),
            last_sent=self._last_sent,
            renditions=tuple(renditions),
            longest_gap_ms=self._leaving.longest_ms(self._loop.time()),
            av_offset_ms=1000 * max((peer.feed.offset_s for peer in self._peers.values()), key=abs, default=0.0),
        )

    def viewer_stats(self) -> list[ViewerStats]:
        """The figures of every viewer."""
        return [
            ViewerStats(
                name,
                peer.feed.codec.value if peer.feed.codec else "",
                peer.connected,
                peer.feed.sent,
                peer.feed.dropped,
            )
            for name, peer in self._peers.items()
        ]

    def _rendition_stats(self, rendition: Rendition) -> RenditionStats:
        times = rendition.encode_ms()
        return RenditionStats(
            codec=rendition.codec.value,
            viewers=self._hub.viewers(rendition.codec),
            frames=rendition.frames,
            keyframes=rendition.keyframes,
            bytes=rendition.bytes,
            encode_ms_p50=percentile(times, 50),
            encode_ms_p95=percentile(times, 95),
        )
