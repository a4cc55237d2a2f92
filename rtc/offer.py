"""An SDP offer, of a viewer or of a person who goes live: checked, reduced to what is used, its answer made whole again."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from aiortc.codecs import CODECS
from aiortc.rtcpeerconnection import find_common_codecs
from aiortc.sdp import MediaDescription, SessionDescription

from rtc.rtc_error import RtcError
from rtc.video_encoder import VideoCodec

MAX_OFFER_CHARS = 64_000
MAX_SECTIONS = 16
MAX_CANDIDATES = 40
"""Every candidate is an address that we send checks to; a stranger must not make us knock on hundreds of doors."""

_CANDIDATE = re.compile(r"a=candidate:\S+ [12] udp \d{1,10} \S+ \d{1,5} typ \w+( |$)", re.IGNORECASE | re.ASCII)
"""RFC 8839 §5.1."""
_DIRECTIONS = ("a=recvonly", "a=sendrecv", "a=sendonly", "a=inactive")


class Purpose(Enum):
    """What an offer is for; the value is the direction that its sections need."""

    WATCH = "recvonly"
    GO_LIVE = "sendonly"


def _bad(message: str) -> RtcError:
    return RtcError("bad-sdp", 400, message)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Section:
    """One ``m=`` section as it was written."""

    lines: tuple[str, ...]

    @property
    def kind(self) -> str:
        return self.lines[0][2:].split(" ", 1)[0]

    @property
    def mid(self) -> str:
        return next((line[6:].strip() for line in self.lines if line.startswith("a=mid:")), "")

    @property
    def refused_by_viewer(self) -> bool:
        """Port 0 means *not wanted*, unless the section only lives inside a bundle (RFC 9143 §6)."""
        fields = self.lines[0].split(" ")
        return len(fields) > 1 and fields[1] == "0" and "a=bundle-only" not in self.lines

    def serves(self, purpose: Purpose) -> bool:
        direction = next((line for line in self.lines if line in _DIRECTIONS), "a=sendrecv")
        return direction in (f"a={purpose.value}", "a=sendrecv") and not self.refused_by_viewer

    @property
    def candidates(self) -> list[str]:
        """Its usable candidates: UDP, with an address in numbers.

        Names under ``.local`` hide the address of a viewer in another network, where nobody can resolve them; trying
        would delay the answer by a second. The viewer's own checks tell the address (RFC 8445 §7.3.1.3).
        """
        return [line for line in self.lines if _CANDIDATE.match(line) and _is_address(line.split()[4])]

    def rejection(self) -> list[str]:
        """The lines that answer it with *no, thank you* (RFC 3264 §6)."""
        fields = self.lines[0].split(" ")
        lines = [" ".join([fields[0], "0", *fields[2:]]), "c=IN IP4 0.0.0.0"]
        if self.mid:
            lines.append(f"a=mid:{self.mid}")
        return [*lines, "a=inactive"] if self.kind in ("audio", "video") else lines


@dataclass(frozen=True, slots=True)
class Offer:
    """What is asked for, reduced to at most one audio and one video section that we can send to, or receive from."""

    sdp: str
    """The reduced offer: the sections used, as ``recvonly`` or ``sendonly``."""
    kinds: tuple[str, ...]
    """``audio`` and ``video``, in the order of the sections used."""
    codec: VideoCodec | None
    """The rendition that a viewer gets, or the codec that a camera is asked for; None without a video section."""
    _sections: tuple[_Section, ...]
    _used: tuple[int, ...]

    @classmethod
    def parse(cls, sdp: str, purpose: Purpose = Purpose.WATCH) -> Offer:
        """Read an offer; raises `RtcError` with status 400 (no offer of this purpose) or 406 (no codec in common)."""
        session, sections = _split(sdp)
        used = _choose(sections, purpose)
        _check_bundle(session, [sections[i] for i in used])
        reduced = _reduce(session, [sections[i] for i in used], purpose)
        try:
            description = SessionDescription.parse(reduced)
        except Exception as error:  # aiortc's parser fails in as many ways as there are bad offers
            raise _bad(f"the SDP offer can't be read ({type(error).__name__}: {error})") from error
        codec: VideoCodec | None = None
        for media in description.media:
            _check_transport(media)
            if media.kind == "audio":
                _check_opus(media)
            else:
                codec = _video_codec(media)
        return cls(reduced, tuple(media.kind for media in description.media), codec, tuple(sections), tuple(used))

    def complete(self, answer: str) -> str:
        """Put the sections that were left out back into the answer, each rejected, in the offer's order."""
        session, answered = _split(answer)
        by_index = dict(zip(self._used, answered, strict=True))
        lines = list(session)
        for i, section in enumerate(self._sections):
            lines += by_index[i].lines if i in by_index else section.rejection()
        return "\r\n".join(lines) + "\r\n"


def _split(sdp: str) -> tuple[list[str], list[_Section]]:
    if len(sdp) > MAX_OFFER_CHARS:
        raise _bad(f"the SDP offer has {len(sdp)} characters; at most {MAX_OFFER_CHARS} are read")
    lines = [line.rstrip() for line in sdp.splitlines() if line.strip()]
    if not lines or lines[0] != "v=0":
        raise _bad(
            "this is no SDP: the first line must be v=0. Send the offer of an RTCPeerConnection as application/sdp"
        )
    starts = [i for i, line in enumerate(lines) if line.startswith("m=")]
    if not starts:
        raise _bad("the SDP offer has no media section; add an audio and a video transceiver, direction recvonly")
    if len(starts) > MAX_SECTIONS:
        raise _bad(f"the SDP offer has {len(starts)} media sections; at most {MAX_SECTIONS} are read")
    ends = [*starts[1:], len(lines)]
    sections = [_Section(tuple(lines[a:b])) for a, b in zip(starts, ends, strict=True)]
    return lines[: starts[0]], sections


def _choose(sections: list[_Section], purpose: Purpose) -> list[int]:
    """The first audio and the first video section that serve the purpose."""
    used: dict[str, int] = {}
    for i, section in enumerate(sections):
        if section.kind in ("audio", "video") and section.serves(purpose):
            used.setdefault(section.kind, i)
    if purpose is Purpose.GO_LIVE and "audio" not in used:
        raise _bad("the offer brings no sound: no audio section is sendonly (or sendrecv)")
    if not used:
        raise _bad("the offer asks for nothing: no audio or video section is recvonly (or sendrecv)")
    return sorted(used.values())


def _check_bundle(session: list[str], sections: list[_Section]) -> None:
    mids = [section.mid for section in sections]
    if not all(mids) or len(set(mids)) < len(mids):
        raise _bad("every media section needs an a=mid of its own")
    bundles = [line.split(":", 1)[1].split()[1:] for line in session if line.startswith("a=group:BUNDLE")]
    if len(sections) > 1 and not any(set(mids) <= set(bundle) for bundle in bundles):
        raise _bad("audio and video must share one transport: a=group:BUNDLE with both is missing")


def _reduce(session: list[str], sections: list[_Section], purpose: Purpose) -> str:
    lines = [line for line in session if not line.startswith("a=group:") and line not in _DIRECTIONS]
    lines.append("a=group:BUNDLE " + " ".join(section.mid for section in sections))
    # A browser may write the candidates into the first section of a bundle only; aiortc uses the last section's.
    candidates = list(dict.fromkeys(line for section in sections for line in section.candidates))[:MAX_CANDIDATES]
    for section in sections:
        lines += [line for line in section.lines if not _left_out(line, purpose)]
        # That no candidate will follow is never said: aiortc would then give up before a viewer's first check arrives.
        lines += [f"a={purpose.value}", *candidates]
    return "\r\n".join(lines) + "\r\n"


def _left_out(line: str, purpose: Purpose) -> bool:
    unused: Sequence[str] = ("a=candidate:", "a=end-of-candidates", "a=msid")
    if purpose is Purpose.WATCH:  # whoever sends names the sources by which their packets are told apart
        unused = (*unused, "a=ssrc")
    return line in _DIRECTIONS or line.startswith(tuple(unused))


def _check_transport(media: MediaDescription) -> None:
    if not media.rtcp_mux:
        raise _bad(f"the {media.kind} section lacks a=rtcp-mux")
    if media.ice is None or not media.ice.usernameFragment or not media.ice.password:
        raise _bad(f"the {media.kind} section lacks a=ice-ufrag or a=ice-pwd")
    if media.dtls is None or not media.dtls.fingerprints:
        raise _bad(f"the {media.kind} section lacks a=setup or a=fingerprint")


def _check_opus(media: MediaDescription) -> None:
    if not any(codec.name == "opus" for codec in find_common_codecs(CODECS["audio"], media.rtp.codecs)):
        raise RtcError("no-audio-codec", 406, "the offer's audio section has no opus/48000/2, the only sound sent here")


def _video_codec(media: MediaDescription) -> VideoCodec:
    common = {codec.name.lower() for codec in find_common_codecs(CODECS["video"], media.rtp.codecs)}
    for codec in (VideoCodec.H264, VideoCodec.VP8):
        if codec.value in common:
            return codec
    raise RtcError(
        "no-video-codec",
        406,
        "the offer's video section has neither H.264 (baseline, packetization-mode=1) nor VP8, the only pictures sent here",
    )
