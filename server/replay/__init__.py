"""Recorded chat played back through the real room, judged and compared."""
