"""From one photograph to an avatar pack: landmarks, checks of the portrait, key shapes, and the pack on disk."""
