"""Sender reports tell when a Slice was due, whenever it left."""

from __future__ import annotations

import time

from aiortc import RTCRtpSender, clock
from aiortc.rtp import AnyRtcpPacket, RtcpSenderInfo, RtcpSrPacket
from av.packet import Packet

from rtc.feed import Lane
from rtc.sender_clock import report_show_time


class FakeSender(RTCRtpSender):
    """Keeps what it would send."""

    def __init__(self) -> None:
        self.told: list[AnyRtcpPacket] = []

    async def _send_rtcp(self, packets: list[AnyRtcpPacket]) -> None:
        self.told += packets


def report(ntp: int = 7 << 32) -> RtcpSrPacket:
    info = RtcpSenderInfo(ntp_timestamp=ntp, rtp_timestamp=1234, packet_count=1, octet_count=1)
    return RtcpSrPacket(ssrc=1, sender_info=info)


async def test_a_late_packet_is_reported_at_the_moment_when_it_was_due() -> None:
    sender, lane = FakeSender(), Lane(5)
    report_show_time(sender, lane, codec_delay_s=0.0065)
    lane.put(Packet(b"late"), time.monotonic() - 0.5)
    lane.take()
    before = clock.current_ntp_time()
    await sender._send_rtcp([report()])
    (told,) = sender.told
    assert isinstance(told, RtcpSrPacket)
    ago_s = (before - told.sender_info.ntp_timestamp) / 2**32
    assert 0.4 < ago_s < 0.507
    assert told.sender_info.rtp_timestamp == 1234


async def test_before_the_first_packet_the_report_is_left_alone() -> None:
    sender = FakeSender()
    report_show_time(sender, Lane(5))
    await sender._send_rtcp([report(ntp=0)])
    (told,) = sender.told
    assert isinstance(told, RtcpSrPacket)
    assert told.sender_info.ntp_timestamp == 0
