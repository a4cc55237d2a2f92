"""What a person can do to the show while it runs: the desk, its journal, and the hand on what waits to be said."""
