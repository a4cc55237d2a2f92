"""A show with voice and face in its own time, and what a viewer would have received of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from render.avatar_pack import MOUTH_KEYS, AvatarPack, load_avatar_pack
from render.compositor import Compositor, FrameRequest
from render.contract import Board, Emotion, HoldingCard, Line, Speech, Voice
from render.dressing import Dressing, SetBoard
from render.holding import SetHolding
from render.mouth_weights import opening
from render.viseme import mouth_track
from rtc.contract import SAMPLE_RATE, SLICE_SECONDS, Picture
from rtc.settings import VideoSettings
from server.configuration import RoomConfig
from server.replay.media.examination import Received, examine
from server.replay.media.findings import LipClosure, MediaFindings
from server.replay.media.listener import Listener, ListeningSink
from server.replay.media.picture_watch import PictureWatch
from server.replay.media.received_stream import Received as ReceivedPicture
from server.replay.media.received_stream import ReceivedStream
from server.replay.recorder import Recording
from server.replay.rehearsal import Parts

_CLOSURE_WINDOW_S: Final = 0.040
_CLOSED: Final = 0.12
"""Opening, of the widest "ah", up to which lips touch: the face's shapes for p, b, m and rest have 0, those for f and v 0.08."""
_BILABIALS: Final = frozenset("pbm")


class WatchedPainter:
    """Implements `render.show.Painter`: the compositor, with a note of every mouth that it draws."""

    def __init__(self, compositor: Compositor) -> None:
        self._compositor = compositor
        self.mouths: dict[int, NDArray[np.float32] | None] = {}
        """By Slice; None while nobody speaks."""

    def draw(self, request: FrameRequest) -> Picture:
        """Draw, and remember the mouth."""
        self.mouths[round(request.now / SLICE_SECONDS)] = None if request.mouth is None else request.mouth.copy()
        return self._compositor.draw(request)

    def prepare(self, line: Line) -> Dressing:
        """As the compositor's."""
        return self._compositor.prepare(line)

    def prepare_board(self, board: Board) -> SetBoard:
        """As the compositor's."""
        return self._compositor.prepare_board(board)

    def prepare_holding(self, card: HoldingCard) -> SetHolding:
        """As the compositor's."""
        return self._compositor.prepare_holding(card)

    def begin(self, dressing: Dressing, now: float) -> None:
        """As the compositor's."""
        self._compositor.begin(dressing, now)

    def end(self, line: Line, now: float) -> None:
        """As the compositor's."""
        self._compositor.end(line, now)

    def show_board(self, board: SetBoard | None, now: float) -> None:
        """As the compositor's."""
        self._compositor.show_board(board, now)


class RememberingVoice:
    """Implements `render.contract.Voice`: another's, with the sounds of what it said kept by text."""

    def __init__(self, voice: Voice) -> None:
        self.name = voice.name
        self.languages = voice.languages
        self._voice = voice
        self.said: dict[str, Speech] = {}
        """Without their samples."""

    async def speak(self, text: str, *, language: str, emotion: Emotion, energy: float) -> Speech:
        """Speak, and remember which sound lies where."""
        speech = await self._voice.speak(text, language=language, emotion=emotion, energy=energy)
        self.said[text] = replace(speech, pcm=speech.pcm[:0])
        return speech

    async def close(self) -> None:
        """Whoever opened the voice closes it."""


@dataclass(slots=True)
class Onlooker:
    """The parts of a show that is watched, and what was seen of it."""

    parts: Parts
    pack: AvatarPack
    stream: ReceivedStream
    sink: ListeningSink
    listener: Listener
    watch: PictureWatch
    painter: WatchedPainter
    voice: RememberingVoice
    say: Callable[[str], None]
    _closed: list[bool] = field(default_factory=list)

    def findings(self, show: Recording) -> MediaFindings:
        """Everything measured; the show is over."""
        self.close()
        received = Received(self.stream.pcm(), self.watch.seen)
        found = examine(show.lines, received, self.listener, self.say, self.sink.close())
        found.closures = closures(show, self.voice.said, self.painter.mouths)
        return found

    def close(self) -> None:
        """Wait until everything has been received."""
        if not self._closed:
            self._closed.append(True)
            self.stream.close()
            self.sink.close()


@contextmanager
def open_onlooker(
    folder: Path, config: RoomConfig, parts: Parts, seed: int, say: Callable[[str], None]
) -> Iterator[Onlooker]:
    """Load the face and put the room's encoders and a decoder behind it."""
    say("loading the face")
    pack = load_avatar_pack(folder / config.avatar)
    size = (config.video.width, config.video.height)
    painter = WatchedPainter(Compositor(pack, seed, size))
    watch = PictureWatch(pack, size)

    def see(picture: ReceivedPicture) -> None:
        watch.look(picture.index * SLICE_SECONDS, picture.picture)

    stream = ReceivedStream(see, VideoSettings(width=size[0], height=size[1]))
    listener = Listener(config.hearing, [product.called for product in parts.content.catalogue.products])
    sink = ListeningSink(stream, listener)
    voice = RememberingVoice(parts.voice)
    watched = replace(parts, voice=voice, painter=painter, mouth=mouth_track, sink=sink)
    onlooker = Onlooker(watched, pack, stream, sink, listener, watch, painter, voice, say)
    try:
        yield onlooker
    finally:
        onlooker.close()


def closures(
    show: Recording, said: dict[str, Speech], mouths: dict[int, NDArray[np.float32] | None]
) -> list[LipClosure]:
    """Every p, b and m that was heard, with the least opening of the mouth in the pictures whose middle lies within 40 ms."""
    found = []
    for line in show.lines:
        speech = said.get(line.text)
        if speech is None or line.ended is None:
            continue
        for span in speech.phonemes:
            letters = [ch for ch in span.symbol if ch.isalpha()]
            at = line.started + (span.start + span.end) / 2 / SAMPLE_RATE
            if not letters or letters[0] not in _BILABIALS or at > line.ended:
                continue
            first = int(np.ceil((at - _CLOSURE_WINDOW_S) / SLICE_SECONDS - 0.5 - 1e-9))
            last = int(np.floor((at + _CLOSURE_WINDOW_S) / SLICE_SECONDS - 0.5 + 1e-9))
            rows = [mouths[index] for index in range(first, last + 1) if index in mouths]
            if not rows:
                continue
            least = min(0.0 if row is None else float(opening(row[None, : len(MOUTH_KEYS)])[0]) for row in rows)
            found.append(LipClosure(line.id, at, letters[0], least, least <= _CLOSED))
    return found
