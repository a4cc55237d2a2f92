"""A replay in real time: the real server, comments through its front door, a real viewer who watches."""

import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import aiohttp
import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import load_avatar_pack
from render.settings import languages_of
from rtc.contract import SAMPLE_RATE
from server.configuration import RoomConfig
from server.replay.live_server import LiveServer, ServerFailed, quiet_copy
from server.replay.live_viewer import LiveViewer, NotAdmitted
from server.replay.media.examination import Received, examine
from server.replay.media.findings import MediaFindings, PictureGap
from server.replay.media.listener import Listener
from server.replay.media.picture_watch import PictureWatch
from server.replay.progress_bar import ProgressBar
from server.replay.recorder import LineRecord, Recorder, Recording
from server.replay.rehearsal import Progress, Terms
from server.replay.scenario import Action
from server.replay.script import Arrival, Script
from server.replay.studio import StudioUnusable

_SETTLE_S: Final = 95.0
_TAIL_S: Final = 3.0
_STEP_S: Final = 0.05
_CELL_S: Final = 0.02
_SEARCH_S: Final = 400.0


def play_live(
    room: Path,
    config: RoomConfig,
    script: Script,
    terms: Terms,
    recorder: Recorder,
    progress: Progress,
    bar: ProgressBar,
    *,
    speed: float,
    names: Sequence[str] = (),
) -> tuple[Recording, MediaFindings, frozenset[str]]:
    """Play a script to a server; raises `StudioUnusable` when it can't be brought up, or goes down.

    `speed` 2 brings the chat twice as fast; the show itself is in real time.
    """
    with tempfile.TemporaryDirectory(prefix="talkback-replay-") as scratch:
        copy = quiet_copy(room, config, terms.seed, Path(scratch) / "rooms")
        evening = _Evening(copy, config, Path(scratch) / "data", script, terms, recorder, progress, bar, speed, names)
        try:
            show, media = asyncio.run(evening.run())
        except (ServerFailed, NotAdmitted, aiohttp.ClientError) as error:
            raise StudioUnusable(str(error)) from error
    return show, media, languages_of(config.voice)


class _Evening:
    def __init__(
        self,
        room: Path,
        config: RoomConfig,
        data: Path,
        script: Script,
        terms: Terms,
        recorder: Recorder,
        progress: Progress,
        bar: ProgressBar,
        speed: float,
        names: Sequence[str],
    ) -> None:
        self._room = room
        self._config = config
        self._data = data
        self._script = script
        self._terms = terms
        self._recorder = recorder
        self._progress = progress
        self._bar = bar
        self._speed = speed
        self._names = names
        self._events: list[dict[str, Any]] = []
        self._arrivals: dict[str, Arrival] = {}
        """By the comment's id."""
        self._refused: list[tuple[Arrival, str, str]] = []

    async def run(self) -> tuple[Recording, MediaFindings]:
        self._bar.say("starting the server")
        pack = await asyncio.to_thread(load_avatar_pack, self._room / self._config.avatar)
        watch = PictureWatch(pack, (self._config.video.width, self._config.video.height))
        async with LiveServer(self._room, self._data) as server:
            where = f"{server.base}/rooms/{self._room.name}"
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None, connect=10)) as http,
                LiveViewer(f"{where}/whep", watch.look) as viewer,
            ):
                following = asyncio.create_task(self._follow(http, server, where), name="events")
                try:
                    await self._until(lambda: viewer.playing, 20.0, "the viewer got no picture within 20 s")
                    self._bar.say(f"on air; watch along at {where}")
                    await self._play(http, server, where)
                except (ServerFailed, aiohttp.ClientError) as error:
                    if not self._arrivals:
                        raise
                    # what has been seen of the show is reported all the same
                    at = max((float(event["at"]) for event in self._events), default=0.0)
                    self._events.append({"type": "fault", "at": at, "code": "server-failed", "message": str(error)})
                    self._progress.stop = True
                finally:
                    following.cancel()
                    await asyncio.gather(following, return_exceptions=True)
            recording = self._record()
            recording.complete = not self._progress.stop
        self._bar.say("looking at what was received")
        return recording, await asyncio.to_thread(self._examine, recording, viewer, watch)

    # ---- the show ----------------------------------------------------------------------------------------

    async def _follow(self, http: aiohttp.ClientSession, server: LiveServer, where: str) -> None:
        async with http.get(f"{where}/events", headers=server.headers) as response:
            response.raise_for_status()
            async for raw in response.content:
                line = raw.decode("utf-8", "replace").rstrip("\n")
                if line.startswith("data: "):
                    self._events.append(json.loads(line[6:]))

    async def _play(self, http: aiohttp.ClientSession, server: LiveServer, where: str) -> None:
        begun = time.monotonic()
        actions = sorted(self._terms.scenario.actions, key=lambda action: action.at)
        coming = list(self._script.arrivals)
        posting: set[asyncio.Task[None]] = set()
        ends = max(
            self._script.seconds / self._speed, actions[-1].at if actions else 0.0, self._terms.scenario.lasts or 0.0
        )
        while True:
            server.check()
            now = time.monotonic() - begun
            while coming and coming[0].t / self._speed <= now:
                posting.add(asyncio.create_task(self._post(http, server, where, coming.pop(0))))
            while actions and actions[0].at <= now:
                posting.add(asyncio.create_task(self._act(http, server, where, actions.pop(0))))
            for task in [task for task in posting if task.done()]:
                posting.discard(task)
                task.result()
            decided = {e.get("comment") for e in self._events if e["type"] == "comment.decided"}
            open_ = sum(ident not in decided for ident in self._arrivals)
            self._progress.seconds, self._progress.of_seconds = min(now, ends), ends
            self._progress.decided = self._progress.fed - open_
            self._bar(self._progress)
            over = not coming and not actions and not posting
            if self._progress.stop or (over and (now >= ends + _SETTLE_S or (not open_ and now >= ends + _TAIL_S))):
                break
            await asyncio.sleep(_STEP_S)
        for task in posting:
            task.cancel()
        await asyncio.gather(*posting, return_exceptions=True)

    async def _post(self, http: aiohttp.ClientSession, server: LiveServer, where: str, arrival: Arrival) -> None:
        viewer = arrival.viewer[: self._config.limits.viewer_chars]
        self._progress.fed += 1
        body = {"viewer": viewer, "text": arrival.text}
        async with http.post(f"{where}/comments", json=body, headers=server.headers) as response:
            told = await response.json(content_type=None)
            if response.status == 202:
                self._arrivals[told["id"]] = arrival
            else:
                self._refused.append((arrival, str(told.get("code", response.status)), str(told.get("detail", ""))))

    async def _act(self, http: aiohttp.ClientSession, server: LiveServer, where: str, action: Action) -> None:
        one = f"{where}/promotions"
        body: dict[str, str] = {"id": action.promotion, "by": "scenario"}
        if action.do != "start":
            one, body = f"{one}/{action.promotion}", {"action": action.do, "by": "scenario", "reason": "scenario"}
        async with http.post(one, json=body, headers=server.headers) as response:
            if response.status != 202:
                told = await response.text()
                message = f"scenario, {action.at:g} s: {told[:200]}"
                self._events.append({"type": "fault", "at": action.at, "code": "scenario-action", "message": message})

    async def _until(self, condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise ServerFailed(otherwise)
            await asyncio.sleep(_STEP_S)

    # ---- afterwards --------------------------------------------------------------------------------------

    def _record(self) -> Recording:
        """Fold the events; those of before the first comment, which a new connection is told again, belong to it."""
        recording = self._recorder.recording
        for event in self._events:
            data = {name: value for name, value in event.items() if name not in ("type", "at", "time")}
            if event["type"] == "comment.received" and (arrival := self._arrivals.get(data["comment"])) is not None:
                self._recorder.expect(arrival, event["at"])
            self._recorder.take(event["type"], event["at"], data, public=True)
        for arrival, code, message in self._refused:
            self._recorder.refused(self._recorder.expect(arrival, arrival.t), code, message)
        recording.comments.sort(key=lambda comment: comment.number)
        recording.seconds = max((event["at"] for event in self._events), default=0.0)
        return recording

    def _examine(self, show: Recording, viewer: LiveViewer, watch: PictureWatch) -> MediaFindings:
        pcm = viewer.pcm()
        begins = place_on_show_clock(show.lines, pcm)
        if begins is None:
            found = MediaFindings(pictures=sum(watch.seen.changed), gaps=_arrival_gaps(viewer.arrivals))
            found.unmeasured = dict.fromkeys(
                ("words", "voice", "sync", "loudness"), "too little was said to find it in the sound"
            )
            return found
        sound_at, picture_at = viewer.sender_seconds("audio"), viewer.sender_seconds("video")
        watch.seen.times = [
            at + begins + ((picture_at - sound_at) if sound_at is not None and picture_at is not None else 0.0)
            for at in watch.seen.times
        ]
        lead = round(begins * SAMPLE_RATE)
        whole = np.concatenate([np.zeros(max(0, lead), np.int16), pcm[max(0, -lead) :]])
        found = examine(
            show.lines, Received(whole, watch.seen), Listener(self._config.hearing, self._names), self._bar.say
        )
        if sound_at is None or picture_at is None:
            found.offsets = []
            found.unmeasured["sync"] = "the sender told too little of its clock"
        found.gaps = _arrival_gaps(viewer.arrivals, begins, watch)
        found.unmeasured["lips"] = "which mouth is drawn is known at speech depth only"
        return found


def place_on_show_clock(lines: Sequence[LineRecord], pcm: NDArray[np.int16]) -> float | None:
    """Show-clock second of the first received sample: where the Lines' times fit what is loud and what is not.

    None if fewer than two Lines were heard.
    """
    ended = [(line.started, line.ended) for line in lines if line.ended is not None]
    if len(ended) < 2 or not len(pcm):
        return None
    cell = round(_CELL_S * SAMPLE_RATE)
    cells = pcm[: len(pcm) // cell * cell].reshape(-1, cell).astype(np.float64)
    level = 10 * np.log10(np.mean(cells**2, axis=1) + 1.0)
    loud = (level > 30).astype(np.float64)
    last = max(end for _, end in ended)
    wanted = np.zeros(round(last / _CELL_S) + 1)
    for start, end in ended:
        wanted[round(start / _CELL_S) : round(end / _CELL_S)] = 1.0
    loud -= loud.mean()
    wanted -= wanted.mean()
    size = 1 << (len(loud) + len(wanted)).bit_length()
    match = np.fft.irfft(np.fft.rfft(wanted, size) * np.conj(np.fft.rfft(loud, size)), size)
    reach = min(len(wanted), round(_SEARCH_S / _CELL_S))
    shifts = np.concatenate([match[:reach], match[-round(5 / _CELL_S) :]])
    best = int(np.argmax(shifts))
    return (best if best < reach else best - len(shifts)) * _CELL_S


def _arrival_gaps(
    arrivals: Sequence[float], begins: float = 0.0, watch: PictureWatch | None = None
) -> list[PictureGap]:
    """How long nothing came, and how long what came was the same picture: the longest of both."""
    gaps = [
        PictureGap(begins + one - arrivals[0], (other - one) * 1000)
        for one, other in zip(arrivals, arrivals[1:], strict=False)
    ]
    if watch is not None:
        gaps += watch.seen.gaps()
    return sorted(gaps, key=lambda gap: -gap.ms)[:50]
