"""Chat logs and live chat of every shape, read into one form; the door is `server.replay.sources.contract.open_log`."""
