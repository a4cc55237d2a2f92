"""From Slice to viewers: one encode a rendition, packets to every peer."""
