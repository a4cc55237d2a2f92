"""Taking comments, written and spoken."""

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from dialogue.contract import CommentRefused, ModelError
from server.authority import AUTHORITY
from server.body import parse_json, read_body, require_kind
from server.problem import Problem
from server.room import RoomNotReady
from server.rooms import gate_of, not_ready, room_of

_MOST_COMMENT_BYTES = 16 * 1024
_MOST_SPEECH_BYTES = 2 * 1024 * 1024
_SPEECH_KINDS = ("audio/webm", "audio/ogg", "audio/mp4", "audio/wav")
_ALSO_SPEECH_KINDS = ("audio/x-wav", "audio/wave", "audio/x-m4a", "audio/aac", "video/webm", "video/mp4")
"""What some browsers call the same recordings."""

_HEARING_STATUS = {"not-audio": 400, "too-long": 413, "silent": 422}
_HEARING_WORDS = {
    "not-audio": "This is not a recording that can be read. Send what MediaRecorder gives: WebM, Ogg, MP4 or WAV.",
    "silent": "Nothing was understood. Speak closer to the microphone, or write.",
}


class CommentBody(BaseModel):
    """What a viewer sends."""

    model_config = ConfigDict(extra="forbid", strict=True)

    viewer: str
    text: str


async def post_comment(request: web.Request) -> web.Response:
    """``POST /rooms/{room}/comments``."""
    room = room_of(request)
    require_kind(request, ("application/json",))
    if "Authorization" in request.headers:  # a bridge brings a whole platform's comments from one address
        await request.app[AUTHORITY].require(request)
    else:
        gate_of(request).comment(request)
    body = parse_json(await read_body(request, _MOST_COMMENT_BYTES), CommentBody)
    try:
        comment = await room.comment(body.viewer, body.text)
    except CommentRefused as refused:
        raise _refused(refused) from None
    except RoomNotReady:
        raise not_ready(room) from None
    return web.json_response({"id": comment}, status=202)


async def post_speech(request: web.Request) -> web.Response:
    """``POST /rooms/{room}/speech``."""
    room = room_of(request)
    viewer = request.query.get("viewer", "")
    if not viewer.strip():
        raise Problem(422, "invalid-field", "Say who speaks: /speech?viewer=NAME.")
    if request.content_type not in _ALSO_SPEECH_KINDS:
        require_kind(request, _SPEECH_KINDS)
    gate = gate_of(request)
    gate.speech(request)
    audio = await read_body(request, _MOST_SPEECH_BYTES)
    if gate.hearing.locked():
        raise Problem(503, "hearing-busy", "Others are being listened to. Try again in a moment.", retry_after=3)
    try:
        async with gate.hearing:
            comment, text = await room.speech(viewer, audio)
    except CommentRefused as refused:
        raise _refused(refused) from None
    except RoomNotReady:
        raise not_ready(room) from None
    except ModelError as error:
        seconds = room.config.limits.speech_seconds
        words = _HEARING_WORDS.get(error.code, "Speech can't be understood at the moment. Please write.")
        if error.code == "too-long":
            words = f"A recording may last at most {seconds} seconds."
        status = _HEARING_STATUS.get(error.code, 503)
        raise Problem(status, error.code, words, retry_after=5 if status == 503 else None) from error
    return web.json_response({"id": comment, "text": text}, status=202)


def _refused(refused: CommentRefused) -> Problem:
    return Problem(refused.status, refused.code, str(refused), retry_after=refused.retry_after)
