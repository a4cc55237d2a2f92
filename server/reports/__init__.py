"""What a show came to, told from its event log after (or during) the show."""
