"""From Line to Slice: voices, visemes, face, stage and the playout clock."""
