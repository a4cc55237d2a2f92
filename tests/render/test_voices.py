import asyncio
import io
import itertools
import wave
from collections.abc import AsyncIterator, Awaitable, Callable

import numpy as np
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import TypeAdapter, ValidationError

from render.contract import Emotion, Speech, Voice, VoiceError
from render.loudness import loudness, true_peak
from render.settings import OpenAISpeechSettings, PiperSettings, RhythmProfile, VoiceSettings
from render.viseme import mouth_track
from render.voices import open_voice
from render.voices.cache import CachedVoice
from render.voices.openai_speech import OpenAISpeechVoice
from render.voices.pitch_track import track_pitch
from render.voices.prosody import prosody
from rtc.contract import Pcm


async def say(voice: Voice, text: str, language: str = "en", emotion: Emotion = Emotion.NEUTRAL) -> Speech:
    return await voice.speak(text, language=language, emotion=emotion, energy=0.5)


def assert_keeps_the_contract(speech: Speech, text: str) -> None:
    assert speech.pcm.dtype == np.int16
    assert speech.pcm.ndim == 1
    reached = sample = 0
    for word in speech.words:
        assert reached <= word.first < word.last <= len(text)
        assert sample <= word.start <= word.end <= speech.pcm.size
        reached, sample = word.last, word.end
    covered = {at for word in speech.words for at in range(word.first, word.last)}
    assert all(at in covered for at, character in enumerate(text) if character.isalnum())
    if speech.phonemes:
        assert speech.phonemes[0].start == 0
        assert speech.phonemes[-1].end == speech.pcm.size
        pairs = zip(speech.phonemes, speech.phonemes[1:], strict=False)
        assert all(one.end == other.start for one, other in pairs)


# ---- settings ------------------------------------------------------------------------------------------------


def test_settings_are_told_apart_by_backend() -> None:
    adapter: TypeAdapter[VoiceSettings] = TypeAdapter(VoiceSettings)
    assert adapter.validate_python({"backend": "piper"}) == PiperSettings()
    assert isinstance(
        adapter.validate_python({"backend": "openai", "url": "http://localhost/v1", "model": "m", "voice": "v"}),
        OpenAISpeechSettings,
    )
    with pytest.raises(ValidationError, match="rate"):
        adapter.validate_python({"backend": "piper", "rate": 9})
    with pytest.raises(ValidationError, match="backend"):
        adapter.validate_python({"backend": "flute"})


def test_emotion_changes_the_manner_and_stays_one_persons() -> None:
    neutral, excited, sorry = (prosody(emotion, 0.5) for emotion in (Emotion.NEUTRAL, Emotion.EXCITED, Emotion.SORRY))
    assert excited.tempo > neutral.tempo > sorry.tempo
    assert excited.span > neutral.span > sorry.span
    assert excited.pause < neutral.pause < sorry.pause
    for emotion in Emotion:
        for energy in (0.0, 1.0, 7.0):
            manner = prosody(emotion, energy)
            assert 0.8 < manner.tempo < 1.2
            assert (
                abs(12 * np.log2(manner.pitch)) < 1.5
            )  # semitones: the level hardly tells emotions apart, the range does


def test_energy_and_the_personas_rhythm_count_too() -> None:
    calm, lively = prosody(Emotion.WARM, 0.0), prosody(Emotion.WARM, 1.0)
    assert calm.tempo < lively.tempo
    assert calm.span < lively.span
    unhurried = prosody(Emotion.WARM, 0.5, RhythmProfile(rate=0.8, pause=1.5, pitch_range=0.5))
    usual = prosody(Emotion.WARM, 0.5)
    assert unhurried.tempo == pytest.approx(usual.tempo * 0.8)
    assert unhurried.pause == pytest.approx(usual.pause * 1.5)
    assert unhurried.span == pytest.approx(usual.span * 0.5)


# ---- cache ---------------------------------------------------------------------------------------------------


class CountingVoice:
    name = "counting"
    languages = frozenset({"en"})

    def __init__(self) -> None:
        self.said: list[str] = []
        self.closed = False

    async def speak(self, text: str, *, language: str, emotion: Emotion, energy: float) -> Speech:
        self.said.append(text)
        return Speech(np.zeros(1000, np.int16))

    async def close(self) -> None:
        self.closed = True


async def test_repeated_lines_come_from_memory_until_it_is_full() -> None:
    inner = CountingVoice()
    voice = CachedVoice(inner, most_bytes=5000)
    first = await say(voice, "a")
    assert await say(voice, "a") is first
    await say(voice, "b")
    await say(voice, "a")
    await say(voice, "c")  # "b" is the one heard longest ago
    await say(voice, "a")
    await say(voice, "b")
    assert inner.said == ["a", "b", "c", "b"]
    assert voice.kept_bytes <= 5000
    await say(voice, "b", emotion=Emotion.SORRY)
    assert inner.said[-1] == "b"
    await voice.close()
    assert inner.closed
    assert voice.kept_bytes == 0


async def test_a_remembered_line_is_not_said_once_it_is_no_longer_allowed() -> None:
    ended = False

    def allowed() -> None:
        if ended:
            raise VoiceError("voice-consent-expired", "the consent has ended")

    voice = CachedVoice(CountingVoice(), allowed=allowed)
    await say(voice, "hello")
    ended = True
    with pytest.raises(VoiceError, match="ended"):
        await say(voice, "hello")


# ---- an OpenAI-compatible endpoint ---------------------------------------------------------------------------

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[str]]


def tone(seconds: float, rate: int) -> Pcm:
    at = np.arange(round(seconds * rate)) / rate
    sound: Pcm = (np.sin(2 * np.pi * 220 * at) * (np.abs(np.sin(5 * at)) > 0.2) * 5000).astype(np.int16)
    return sound


def as_wav(pcm: Pcm, rate: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(pcm.tobytes())
    return file.getvalue()


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    servers: list[TestServer] = []

    async def start(handler: Handler) -> str:
        app = web.Application()
        app.router.add_post("/v1/audio/speech", handler)
        server = TestServer(app)
        await server.start_server()
        servers.append(server)
        return str(server.make_url("/v1"))

    yield start
    for server in servers:
        await server.close()


def settings(url: str, **changes: object) -> OpenAISpeechSettings:
    return OpenAISpeechSettings.model_validate(
        {"backend": "openai", "url": url, "model": "tts-1", "voice": "founder", **changes}
    )


def encoded(form: str) -> bytes:
    if form == "pcm":
        return tone(1.0, 24_000).tobytes()
    if form == "wav":
        return as_wav(tone(1.0, 22_050), 22_050)
    import av

    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as container:
        stream = container.add_stream("mp3", rate=24_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(tone(1.0, 24_000).reshape(1, -1), format="s16p", layout="mono")
        frame.sample_rate = 24_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


@pytest.mark.parametrize("form", ["pcm", "wav", "mp3"])
async def test_an_endpoint_speaks_in_every_format(form: str, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []

    async def handler(request: web.Request) -> web.Response:
        asked.append({**await request.json(), "key": request.headers.get("Authorization")})
        return web.Response(body=encoded(form))

    monkeypatch.setenv("SPEECH_KEY", "secret")
    voice = await open_voice(settings(await serve(handler), format=form, key_env="SPEECH_KEY"))
    text = "It's ¥199.00, Lin."
    speech = await say(voice, text)
    await voice.close()
    assert asked[0]["input"] == "It's one hundred ninety-nine yuan, Lin."
    assert (asked[0]["model"], asked[0]["voice"], asked[0]["response_format"]) == ("tts-1", "founder", form)
    assert asked[0]["key"] == "Bearer secret"
    assert speech.pcm.size == pytest.approx(48_000, rel=0.1)
    assert speech.phonemes == ()
    assert [text[word.first : word.last] for word in speech.words] == ["It's", "¥199.00,", "Lin."]
    assert_keeps_the_contract(speech, text)
    assert len(mouth_track(speech)) == -(-speech.pcm.size // 1920)


async def test_chinese_goes_out_as_it_is_said_and_is_marked_as_it_is_written(serve: Serve) -> None:
    asked: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        asked.append((await request.json())["input"])
        return web.Response(body=encoded("wav"))

    voice = OpenAISpeechVoice(settings(await serve(handler)))
    text = "牛排199元，OK 吗？"
    speech = await say(voice, text, "zh")
    await voice.close()
    assert asked == ["牛排一百九十九元，OK吗？"]
    assert [text[word.first : word.last] for word in speech.words] == ["牛", "排", "199", "元，", "OK", "吗？"]
    assert_keeps_the_contract(speech, text)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, b"bad key", "voice-key-refused"),
        (429, b"slow down", "voice-busy"),
        (404, b"no such voice", "voice-missing"),
        (500, b"oops", "voice-refused"),
        (200, b"this is no audio", "voice-unreadable"),
        (200, as_wav(np.zeros(24_000, np.int16), 24_000), "voice-silent"),
    ],
)
async def test_trouble_at_the_endpoint_has_a_code(status: int, body: bytes, code: str, serve: Serve) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(status=status, body=body)

    voice = OpenAISpeechVoice(settings(await serve(handler)))
    with pytest.raises(VoiceError) as caught:
        await say(voice, "Hello")
    assert caught.value.code == code
    await voice.close()


async def test_a_slow_endpoint_times_out_and_an_absent_one_is_unreachable(serve: Serve) -> None:
    async def handler(request: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    slow = OpenAISpeechVoice(settings(await serve(handler), timeout_seconds=0.05))
    with pytest.raises(VoiceError) as caught:
        await say(slow, "Hello")
    assert caught.value.code == "voice-timeout"
    await slow.close()
    absent = OpenAISpeechVoice(settings("http://127.0.0.1:9/v1"))
    with pytest.raises(VoiceError) as caught:
        await say(absent, "Hello")
    assert caught.value.code == "voice-unreachable"
    await absent.close()


@pytest.mark.parametrize("form", ["pcm", "wav", "mp3"])
async def test_an_answer_in_crumbs_is_the_same_as_one_in_a_piece(form: str, serve: Serve) -> None:
    body = encoded(form)
    if form == "wav":  # a stream whose length nobody knows yet
        body = body[:4] + b"\xff" * 4 + body[8:40] + b"\xff" * 4 + body[44:]
    sizes = iter([1, 3, 7, 29, 4001] * 100)

    async def crumbs(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        at = 0
        while at < len(body):
            size = next(sizes)
            await response.write(body[at : at + size])
            at += size
        return response

    async def whole(request: web.Request) -> web.Response:
        return web.Response(body=body)

    spoken = []
    for handler in (crumbs, whole):
        voice = OpenAISpeechVoice(settings(await serve(handler), format=form))
        spoken.append(await say(voice, "Hello there"))
        await voice.close()
    assert spoken[0].pcm.size == spoken[1].pcm.size
    assert np.abs(spoken[0].pcm.astype(int) - spoken[1].pcm.astype(int)).max() < 40


async def test_a_wav_file_of_another_kind_is_decoded_when_it_is_complete(serve: Serve) -> None:
    import av

    file = io.BytesIO()
    with av.open(file, "w", format="wav") as container:
        stream = container.add_stream("pcm_f32le", rate=24_000, layout="mono")
        sound = tone(1.0, 24_000).astype(np.float32) / np.float32(32768)
        frame = av.AudioFrame.from_ndarray(sound.reshape(1, -1), format="flt", layout="mono")
        frame.sample_rate = 24_000
        container.mux(stream.encode(frame))

    async def handler(request: web.Request) -> web.Response:
        return web.Response(body=file.getvalue())

    voice = OpenAISpeechVoice(settings(await serve(handler)))
    assert (await say(voice, "Hello")).pcm.size == pytest.approx(48_000, rel=0.1)
    await voice.close()


async def test_a_cancelled_line_closes_the_request_while_it_streams(serve: Serve) -> None:
    streaming, closed = asyncio.Event(), asyncio.Event()

    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(bytes(4800))
                streaming.set()
                await asyncio.sleep(0.005)
        except (ConnectionResetError, asyncio.CancelledError):
            closed.set()
            raise

    voice = OpenAISpeechVoice(settings(await serve(handler), format="pcm"))
    speaking = asyncio.create_task(say(voice, "Hello"))
    await streaming.wait()
    speaking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await speaking
    async with asyncio.timeout(5):
        await closed.wait()
    await voice.close()


@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_server_is_asked_once_more(status: int, serve: Serve) -> None:
    answers = [web.Response(status=status, headers={"Retry-After": "0"}), web.Response(body=encoded("wav"))]

    async def handler(request: web.Request) -> web.Response:
        return answers.pop(0)

    voice = OpenAISpeechVoice(settings(await serve(handler)))
    assert (await say(voice, "Hello")).pcm.size > 0
    assert not answers
    await voice.close()


async def test_an_answer_that_breaks_off_is_not_asked_for_again(serve: Serve) -> None:
    asked = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal asked
        asked += 1
        response = web.StreamResponse(headers={"Content-Length": "100000"})
        await response.prepare(request)
        await response.write(bytes(4800))
        assert request.transport is not None
        request.transport.close()
        return response

    voice = OpenAISpeechVoice(settings(await serve(handler), format="pcm"))
    with pytest.raises(VoiceError) as caught:
        await say(voice, "Hello")
    assert caught.value.code == "voice-unreachable"
    assert asked == 1
    await voice.close()


async def test_an_answer_without_end_is_broken_off(serve: Serve) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(bytes(960_000))

    voice = OpenAISpeechVoice(settings(await serve(handler), format="pcm", timeout_seconds=30))
    with pytest.raises(VoiceError) as caught:
        await say(voice, "Hello")
    assert caught.value.code == "voice-answer-too-large"
    await voice.close()


async def test_what_can_not_be_asked_is_refused_before_asking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPEECH_KEY", raising=False)
    voice = OpenAISpeechVoice(settings("http://127.0.0.1:9/v1", key_env="SPEECH_KEY", languages=["en"]))
    for text, language, code in (
        ("Hello", "en", "voice-key-missing"),
        ("你好", "zh", "language-unsupported"),
        ("😀", "en", "nothing-to-say"),
        ("a " * 500, "en", "text-too-long"),
    ):
        with pytest.raises(VoiceError) as caught:
            await say(voice, text, language)
        assert caught.value.code == code
    await voice.close()


# ---- Piper ---------------------------------------------------------------------------------------------------


async def test_a_missing_or_broken_model_is_a_voice_error(tmp_path: object) -> None:
    from pathlib import Path

    assert isinstance(tmp_path, Path)
    with pytest.raises(VoiceError) as caught:
        await open_voice(PiperSettings(model=str(tmp_path / "absent.onnx")))
    assert caught.value.code == "voice-missing"
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    (tmp_path / "broken.onnx.json").write_text("{}")
    with pytest.raises(VoiceError) as caught:
        await open_voice(PiperSettings(model=str(tmp_path / "broken.onnx")))
    assert caught.value.code == "voice-broken"


@pytest.mark.models
async def test_the_packaged_voice() -> None:
    voice = await open_voice(PiperSettings())
    try:
        text = "Lin asks: how much is the box of 10×150 g? It's ¥199.00 — for two of the boxes! 😀"
        speech = await say(voice, text)
        assert_keeps_the_contract(speech, text)
        written = [text[word.first : word.last] for word in speech.words]
        assert written[0:3] == ["Lin", "asks:", "how"]
        assert "10×150 g?" in written
        assert "¥199.00 —" in written
        lengths = {word: span.end - span.start for word, span in zip(written, speech.words, strict=True)}
        assert lengths["¥199.00 —"] > 3 * lengths["is"]
        signal = speech.pcm.astype(np.float32) / np.float32(32768)
        assert loudness(signal) == pytest.approx(-16.0, abs=0.5)
        assert true_peak(signal) <= -0.95
        assert await say(voice, text) is speech

        fast = await say(voice, "We ship it today, and it is fresh.", emotion=Emotion.EXCITED)
        slow = await say(voice, "We ship it today, and it is fresh.", emotion=Emotion.SORRY)
        assert fast.pcm.size < slow.pcm.size

        speaking = asyncio.create_task(say(voice, "This is said to nobody at all, and it goes on for a while."))
        await asyncio.sleep(0)
        speaking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await speaking
        assert (await say(voice, "Still here.")).pcm.size > 10_000

        for text, language, code in (("你好", "zh", "language-unsupported"), ("你好", "en", "nothing-to-say")):
            with pytest.raises(VoiceError) as caught:
                await say(voice, text, language)
            assert caught.value.code == code
        with pytest.raises(VoiceError, match="600"):
            await say(voice, "word " * 200)
    finally:
        await voice.close()


@pytest.mark.models
def test_the_packaged_voice_reads_what_is_hard_to_read() -> None:
    from render.voices.piper import PiperReader

    reader = PiperReader(PiperSettings(rate=1.3))
    for text in (
        "Yes.",
        "A",
        "Hi! I am here. In the box, of the best, for the first of all.",
        "and " * 110,
        "RB-10, 1.5 L; 400-820-8820: ½ @ 5%",
        "naïve café [[həlˈoʊ]] <b>x</b> ... — \\ \x00 \u202e abc",
        "Lin 说 hello",
    ):
        assert_keeps_the_contract(reader.speak(text, Emotion.NEUTRAL, 1.0), text)


@pytest.mark.models
def test_the_packaged_voice_sounds_excited_and_sorry_and_is_as_loud_in_every_word() -> None:
    from render.voices.piper import PiperReader

    reader = PiperReader(PiperSettings())
    texts = (
        "The box of ten ships on Monday, and it is still frozen when it comes.",
        "We have forty left at this price, and then it goes back up again.",
        "My grandmother had one of these, and she never let anybody touch it.",
        "You can keep it in the freezer for six months without any trouble.",
    )
    spans = dict.fromkeys((Emotion.EXCITED, Emotion.NEUTRAL, Emotion.SORRY), 0.0)
    seconds = dict(spans)
    for emotion, text in itertools.product(spans, texts):
        pcm = reader.speak(text, emotion, 0.5).pcm
        heights = track_pitch(pcm.astype(np.float32) / np.float32(32768), 48_000).semitones()
        spans[emotion] += float(np.subtract(*np.percentile(heights, [80, 20]))) / len(texts)
        seconds[emotion] += pcm.size / 48_000
    assert spans[Emotion.EXCITED] > 1.1 * spans[Emotion.NEUTRAL] > 1.1**2 * spans[Emotion.SORRY]
    assert seconds[Emotion.EXCITED] < 0.97 * seconds[Emotion.NEUTRAL] < 0.97**2 * seconds[Emotion.SORRY]
    for text in ("Yes.", "No!", "Hm.", "Lin asks: is it frozen?"):
        for emotion in Emotion:
            signal = reader.speak(text, emotion, 0.5).pcm.astype(np.float32) / np.float32(32768)
            assert loudness(signal) == pytest.approx(-16.0, abs=1.0), (text, emotion)
            assert true_peak(signal) <= -0.95
