"""A founder's manner of speaking, measured from transcripts and recordings of their talks."""
