"""Draws, red envelopes, coupons and flash prices, as state machines that the room owns."""
