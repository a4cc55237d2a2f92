"""What ``talkback persona`` takes on the command line."""

import argparse
from pathlib import Path


def add_persona_import(parser: argparse.ArgumentParser) -> None:
    """What ``talkback persona import`` takes."""
    parser.add_argument(
        "talk",
        nargs="+",
        type=Path,
        metavar="TALK",
        help="a transcript (.txt, .srt, .vtt) or a recording (any sound or video file)",
    )
    parser.add_argument(
        "--room", type=Path, required=True, metavar="FOLDER", help="room that gets the profile; made if there is none"
    )
    parser.add_argument(
        "--speaker",
        default="",
        metavar="NAME",
        help="only what is said behind this name, in transcripts that name the speakers, like an interview's",
    )
    parser.add_argument(
        "--language", choices=("en", "zh"), help="which talks count; the language of most of them if not given"
    )
    parser.add_argument(
        "--model", default="", metavar="FOLDER", help="a CTranslate2 Whisper model instead of the packaged English one"
    )
