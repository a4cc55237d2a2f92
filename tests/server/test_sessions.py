from server.sessions import MOST_SESSIONS, NAMELESS, SESSION_SECONDS, Sessions, host_name


def test_session_is_known_until_it_has_rested_too_long() -> None:
    sessions = Sessions()
    secret = sessions.open("Ann", 1, 0.0)
    assert sessions.name(secret, 1, SESSION_SECONDS - 1) == "Ann"
    assert sessions.name(secret, 1, 2 * SESSION_SECONDS - 2) == "Ann"
    assert sessions.name(secret, 1, 3 * SESSION_SECONDS) is None
    assert sessions.name(secret, 1, 0.0) is None
    assert len(sessions) == 0


def test_what_the_browser_keeps_is_nowhere_in_memory() -> None:
    sessions = Sessions()
    secret = sessions.open("Ann", 1, 0.0)
    assert secret not in repr(vars(sessions))


def test_number_is_bounded_and_the_longest_unused_goes() -> None:
    sessions = Sessions()
    secrets = [sessions.open(f"host {n}", 1, float(n)) for n in range(MOST_SESSIONS)]
    assert sessions.name(secrets[0], 1, 100.0) == "host 0"
    sessions.open("one more", 1, 101.0)
    assert sessions.name(secrets[0], 1, 102.0) == "host 0"
    assert sessions.name(secrets[1], 1, 102.0) is None
    assert len(sessions) == MOST_SESSIONS


def test_other_token_ends_it() -> None:
    sessions = Sessions()
    secret = sessions.open("Ann", 1, 0.0)
    assert sessions.name(secret, 2, 1.0) is None
    assert sessions.name(secret, 1, 1.0) is None


def test_names_are_one_printable_line() -> None:
    assert host_name("  Ann\n\x00 Lee\u202e ") == "Ann Lee"
    assert host_name("林华") == "林华"
    assert host_name("\x00\n ") == NAMELESS
    assert len(host_name("x" * 400)) == 40
