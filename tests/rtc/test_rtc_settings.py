"""What a room's owner may write, and what is said when it is wrong."""

from typing import Any

import pytest
from pydantic import ValidationError

from rtc.settings import IceServer, RtcSettings, VideoSettings


def test_the_defaults_are_portrait_and_ask_no_public_server() -> None:
    video, rtc = VideoSettings(), RtcSettings()
    assert (video.width, video.height, video.bitrate_kbps) == (720, 1280, 1800)
    assert rtc.ice_servers == []
    assert rtc.max_viewers == 40


def test_one_address_may_be_written_without_a_list() -> None:
    assert IceServer.model_validate({"urls": "stun:stun.example.org"}).urls == ["stun:stun.example.org"]


def test_a_password_is_not_printed() -> None:
    server = IceServer(urls=["turn:turn.example.org"], username="u", credential="secret")
    assert "secret" not in repr(server)


@pytest.mark.parametrize(
    ("model", "wrong", "says"),
    [
        (VideoSettings, {"width": 721}, "even"),
        (VideoSettings, {"height": 5000}, "less than or equal"),
        (VideoSettings, {"bitrate_kbps": 1}, "greater than or equal"),
        (VideoSettings, {"colour": "red"}, "Extra inputs"),
        (IceServer, {"urls": ["http://example.org"]}, "must begin with stun:"),
        (IceServer, {"urls": []}, "at least 1"),
        (IceServer, {"urls": "turn:turn.example.org"}, "both username and credential"),
        (RtcSettings, {"max_viewers": 0}, "greater than or equal"),
    ],
)
def test_what_is_wrong_is_said(model: type[Any], wrong: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        model.model_validate(wrong)
