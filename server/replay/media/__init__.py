"""Instruments that look at sound and picture as viewers receive them."""
