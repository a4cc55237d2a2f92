"""What a viewer receives; replay measures by the same."""

from server.replay.media.received_stream import Received, ReceivedStream, Watcher

__all__ = ["Received", "ReceivedStream", "Watcher"]
