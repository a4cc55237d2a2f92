"""The clock that a viewer aligns sound and picture by: the show's, not the moment of sending."""

from __future__ import annotations

import time
from collections.abc import Sequence

from aiortc import RTCRtpSender, clock
from aiortc.rtp import AnyRtcpPacket, RtcpSrPacket

from rtc.feed import Lane


def report_show_time(sender: RTCRtpSender, lane: Lane, codec_delay_s: float = 0.0) -> None:
    """Let a sender's reports pair each RTP timestamp with the moment at which its Slice was due.

    A browser plays sound and picture together by the pairs of wall clock and RTP timestamp in the sender reports
    (RFC 3550 §6.4.1). aiortc 1.16 writes the moment of sending there, so that a Slice that left late would shift one of
    both against the other until the next report. `codec_delay_s` is how much later than the packet's timestamp its
    content comes out of the decoder. (aiortc then no longer recognises its own reports in the answers to them, and tells
    no round-trip time.)
    """
    send = sender._send_rtcp

    async def send_on_show_time(packets: list[AnyRtcpPacket]) -> None:
        _set_clock(packets, lane, codec_delay_s)
        await send(packets)

    sender._send_rtcp = send_on_show_time  # type: ignore[method-assign]


def _set_clock(packets: Sequence[AnyRtcpPacket], lane: Lane, codec_delay_s: float) -> None:
    if lane.last_at is None:
        return
    for packet in packets:
        if isinstance(packet, RtcpSrPacket):
            ago_s = time.monotonic() - lane.last_at + codec_delay_s
            packet.sender_info.ntp_timestamp = clock.current_ntp_time() - round(ago_s * 2**32)
