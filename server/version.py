"""Which Talkback this is."""

from importlib.metadata import PackageNotFoundError, version


def software_version() -> str:
    """The installed version of Talkback."""
    try:
        return version("talkback")
    except PackageNotFoundError:
        return "unknown (not installed)"
