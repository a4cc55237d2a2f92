"""What is asked of a replayed show: each question a class of its own, with its evidence."""

from server.replay.verdicts.contract import Case, Check, Verdict
from server.replay.verdicts.fates import Fates, Waiting
from server.replay.verdicts.grounded import Grounded
from server.replay.verdicts.honesty import Claims, Honest, Refusals
from server.replay.verdicts.language import LanguageMatched
from server.replay.verdicts.media import Lips, Loudness, Pictures, Sync, VoiceLikeness, Words
from server.replay.verdicts.promotions import PromotionsTold
from server.replay.verdicts.repetition import Repetition
from server.replay.verdicts.rules import ScenarioRules
from server.replay.verdicts.trouble import Silence, Trouble

CHECKS: tuple[Check, ...] = (
    Fates(),
    Waiting(),
    Grounded(),
    Claims(),
    Refusals(),
    Honest(),
    LanguageMatched(),
    PromotionsTold(),
    Repetition(),
    Silence(),
    Trouble(),
    Words(),
    VoiceLikeness(),
    Lips(),
    Sync(),
    Pictures(),
    Loudness(),
)
"""In the order in which they are told; a scenario's rules follow, one verdict each."""


def judge(case: Case) -> list[Verdict]:
    """All verdicts on a show."""
    return [check.judge(case) for check in CHECKS] + ScenarioRules().judge_all(case)
