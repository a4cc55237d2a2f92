"""Offers of all kinds: reduced to what is sent here, answered in full, or refused in words."""

from __future__ import annotations

import contextlib

import pytest

from rtc.offer import MAX_CANDIDATES, Offer
from rtc.rtc_error import RtcError
from rtc.video_encoder import VideoCodec

_TRANSPORT = (
    "a=rtcp-mux\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n"
    "a=fingerprint:sha-256 " + ":".join(["AB"] * 32) + "\r\na=setup:actpass\r\n"
)
_H264 = (
    "a=rtpmap:102 H264/90000\r\na=rtcp-fb:102 nack pli\r\n"
    "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n"
)
_H264_HIGH = "a=rtpmap:98 H264/90000\r\na=fmtp:98 packetization-mode=1;profile-level-id=640c1f\r\n"
_VP8 = "a=rtpmap:96 VP8/90000\r\n"


def audio(mid: str = "0", direction: str = "recvonly", extra: str = "", codec: str = "opus/48000/2") -> str:
    return (
        f"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:{mid}\r\na={direction}\r\n"
        f"a=rtpmap:111 {codec}\r\n{_TRANSPORT}{extra}"
    )


def video(
    mid: str = "1", direction: str = "recvonly", codecs: str = _VP8 + _H264, extra: str = "", port: int = 9
) -> str:
    types = " ".join(line.split()[0].split(":")[1] for line in codecs.splitlines() if line.startswith("a=rtpmap"))
    return (
        f"m=video {port} UDP/TLS/RTP/SAVPF {types}\r\nc=IN IP4 0.0.0.0\r\na=mid:{mid}\r\na={direction}\r\n"
        f"{codecs}{_TRANSPORT}{extra}"
    )


def data(mid: str = "2") -> str:
    return (
        f"m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:{mid}\r\n"
        f"a=sctp-port:5000\r\n{_TRANSPORT}"
    )


def offer(*sections: str, bundle: str | None = None) -> str:
    mids = [line[6:] for section in sections for line in section.splitlines() if line.startswith("a=mid:")]
    group = f"a=group:BUNDLE {' '.join(mids)}\r\n" if bundle is None else bundle
    return f"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n{group}" + "".join(sections)


def candidate(host: str, number: int = 1) -> str:
    return f"a=candidate:{number} 1 udp 2122260223 {host} {40_000 + number} typ host\r\n"


def refused(sdp: str) -> RtcError:
    with pytest.raises(RtcError) as caught:
        Offer.parse(sdp)
    return caught.value


def test_an_ordinary_offer_gets_h264_and_is_kept_as_it_is() -> None:
    parsed = Offer.parse(offer(audio(), video()))
    assert parsed.kinds == ("audio", "video")
    assert parsed.codec is VideoCodec.H264
    assert parsed.sdp.count("a=recvonly") == 2


def test_video_first_stays_first() -> None:
    assert Offer.parse(offer(video("0"), audio("1"))).kinds == ("video", "audio")


@pytest.mark.parametrize("codecs", [_VP8, _VP8 + _H264_HIGH, _VP8 + _H264.replace("mode=1", "mode=0")])
def test_who_can_not_take_baseline_h264_gets_vp8(codecs: str) -> None:
    assert Offer.parse(offer(audio(), video(codecs=codecs))).codec is VideoCodec.VP8


def test_sound_alone_or_pictures_alone_are_fine() -> None:
    assert Offer.parse(offer(audio())).codec is None
    assert Offer.parse(offer(video())).kinds == ("video",)


def test_a_viewer_who_would_also_send_is_only_sent_to() -> None:
    parsed = Offer.parse(offer(audio(direction="sendrecv", extra="a=ssrc:1 cname:x\r\n"), video(direction="sendrecv")))
    assert "sendrecv" not in parsed.sdp
    assert "a=ssrc" not in parsed.sdp


def test_what_is_not_sent_here_is_rejected_in_its_place() -> None:
    parsed = Offer.parse(offer(data("d"), audio("0"), video("1"), video("2"), audio("3", direction="sendonly")))
    assert parsed.sdp.count("m=") == 2
    assert "a=group:BUNDLE 0 1\r\n" in parsed.sdp
    answer = parsed.complete(offer(audio("0", "sendonly"), video("1", "sendonly")))
    lines = [line for line in answer.splitlines() if line.startswith("m=")]
    assert [line.split()[0:2] for line in lines] == [
        ["m=application", "0"],
        ["m=audio", "9"],
        ["m=video", "9"],
        ["m=video", "0"],
        ["m=audio", "0"],
    ]
    assert lines[0] == "m=application 0 UDP/DTLS/SCTP webrtc-datachannel"
    assert "a=mid:d\r\n" in answer


def test_hidden_addresses_and_the_end_of_candidates_are_left_out() -> None:
    hidden = candidate("0b1c7a3e-54b3-4fd1-8ad0-6f3f4b3c5d6e.local")
    parsed = Offer.parse(offer(audio(extra=hidden + "a=end-of-candidates\r\n"), video(extra=candidate("10.0.0.7"))))
    assert ".local" not in parsed.sdp
    assert "end-of-candidates" not in parsed.sdp
    assert parsed.sdp.count("10.0.0.7") == 2  # a bundle's candidates are everybody's


def test_only_addresses_that_can_be_sent_to_are_kept() -> None:
    odd = [
        candidate("evil.example"),
        candidate("10.0.0.9").replace("udp", "tcp"),
        "a=candidate:1 1 udp\r\n",
        "a=candidate:x y udp z 10.0.0.8 port typ host\r\n",
    ]
    parsed = Offer.parse(offer(audio(extra="".join(odd) + candidate("fd00::7"))))
    assert [line for line in parsed.sdp.splitlines() if "candidate" in line] == [candidate("fd00::7").strip()]


def test_a_stranger_can_not_make_us_knock_on_hundreds_of_doors() -> None:
    many = "".join(candidate(f"10.0.{n // 250}.{n % 250}", n) for n in range(600))
    assert Offer.parse(offer(audio(extra=many))).sdp.count("a=candidate") == MAX_CANDIDATES


def test_a_bundle_only_section_counts_and_a_rejected_one_does_not() -> None:
    assert Offer.parse(offer(audio(), video(port=0, extra="a=bundle-only\r\n"))).codec is VideoCodec.H264
    assert Offer.parse(offer(audio(), video(port=0))).codec is None


@pytest.mark.parametrize(
    ("sdp", "says"),
    [
        ("", "v=0"),
        ("hello", "v=0"),
        ("{}", "v=0"),
        ("\x00\xff\x00", "v=0"),
        ("v=0\r\ns=-\r\n", "no media section"),
        (offer(audio(direction="sendonly"), video(direction="inactive")), "asks for nothing"),
        (offer(data()), "asks for nothing"),
        (offer(audio(), video(), bundle=""), "BUNDLE"),
        (offer(audio("0"), video("0")), "a=mid"),
        (offer(audio()).replace("a=rtcp-mux\r\n", ""), "rtcp-mux"),
        (offer(audio()).replace("a=ice-ufrag:abcd\r\n", ""), "ice-ufrag"),
        (offer(audio()).replace("a=setup:actpass\r\n", ""), "a=setup"),
        (offer(audio()).replace("UDP/TLS/RTP/SAVPF 111", "UDP/TLS/RTP/SAVPF x"), "can't be read"),
        (offer(audio()).replace("opus/48000/2", "opus"), "can't be read"),
        (offer(audio()) + "a=fmtp:7 x\r\n", "can't be read"),
        (offer(*[data(str(n)) for n in range(17)]), "at most 16"),
        ("v=0\r\n" + "a=x\r\n" * 20_000, "characters"),
    ],
)
def test_what_is_no_offer_to_watch_is_a_bad_request_that_says_why(sdp: str, says: str) -> None:
    error = refused(sdp)
    assert (error.code, error.status) == ("bad-sdp", 400)
    assert says in error.message


def test_no_codec_in_common_is_not_acceptable() -> None:
    error = refused(offer(audio(), video(codecs="a=rtpmap:45 AV1/90000\r\n")))
    assert (error.code, error.status) == ("no-video-codec", 406)
    error = refused(offer(audio(codec="PCMU/8000"), video()))
    assert (error.code, error.status) == ("no-audio-codec", 406)


def test_any_cut_or_garbled_offer_is_refused_and_never_crashes() -> None:
    whole = offer(audio(extra=candidate("10.0.0.1")), video())
    for cut in range(0, len(whole), 7):
        for text in (whole[:cut], whole[cut:], whole[:cut] + "ÿ=:" + whole[cut + 3 :]):
            with contextlib.suppress(RtcError):
                Offer.parse(text)
