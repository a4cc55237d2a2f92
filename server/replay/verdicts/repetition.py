"""Does the host say the same words again and again?"""

from collections import defaultdict

from dialogue.language import comparable
from server.replay.verdicts.contract import Case, Evidence, Verdict, not_measured, verdict

_WITHIN_S = 600.0
_FEWEST_WORDS = 6
_FEWEST_SIGNS = 10


class Repetition:
    """The presentation varies its words."""

    name = "repetition"
    title = "Does the host vary its words?"

    def judge(self, case: Case) -> Verdict:
        """Fails on a Line of the presentation that was heard whole too often within ten minutes."""
        said: dict[str, list[tuple[float, str, str]]] = defaultdict(list)
        for line in case.show.lines:
            bare = comparable(line.text)
            long_enough = len(bare.split()) >= _FEWEST_WORDS or (line.language == "zh" and len(bare) >= _FEWEST_SIGNS)
            if line.kind == "pitch" and not line.interrupted and long_enough:
                said[bare].append((line.started, line.id, line.text))
        if not said:
            return not_measured(self, "nothing was presented")
        bar = case.scenario.bars.repeats
        found = []
        for times in said.values():
            worst = max(sum(at <= other[0] < at + _WITHIN_S for other in times) for at, _, _ in times)
            if worst >= bar:
                at, ident, text = times[-1]
                found.append(Evidence(f"said {worst} times within ten minutes: “{text}”", at, line=ident))
        whole = sum(len(times) for times in said.values())
        figures = {"lines": float(whole), "different": float(len(said))}
        return verdict(
            self,
            found,
            f"{len(said)} different among {whole} Lines",
            f"{{n}} Lines were said {bar} times or more",
            figures,
        )
