"""How the network of `render.mouth_listener` is made: speech with known phonemes, training, and an honest evaluation.

Nothing here runs in a show. See `docs/lip-sync.md`.
"""
