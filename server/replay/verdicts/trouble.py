"""Did anything break, and was the host ever silent by accident?"""

from server.replay.verdicts.contract import Case, Evidence, Verdict, not_measured, verdict


class Trouble:
    """No fault was reported."""

    name = "trouble"
    title = "Did nothing break?"

    def judge(self, case: Case) -> Verdict:
        """Fails on each kind of fault once."""
        kinds: dict[str, list[tuple[float, str]]] = {}
        for happening in case.show.happenings:
            if happening.type == "fault":
                kinds.setdefault(str(happening.data.get("code")), []).append(
                    (happening.at, str(happening.data.get("message")))
                )
        found = [
            Evidence(f"{code} ({len(times)} ×): {times[0][1]}", times[0][0]) for code, times in sorted(kinds.items())
        ]
        return verdict(self, found, "no fault was reported", "{n} kinds of fault were reported")


class Silence:
    """Somebody always speaks before long."""

    name = "silence"
    title = "Was the host never silent by accident?"

    def judge(self, case: Case) -> Verdict:
        """Fails on a silence between two Lines that is longer than the bar."""
        lines = [line for line in case.show.lines if line.ended is not None]
        if len(lines) < 2:
            return not_measured(self, "fewer than two Lines were heard")
        bar = case.scenario.bars.silence_s
        found, longest = [], 0.0
        for one, other in zip(lines, lines[1:], strict=False):
            gap = other.started - (one.ended if one.ended is not None else other.started)
            longest = max(longest, gap)
            if gap > bar:
                found.append(Evidence(f"{gap:.1f} s of silence before “{other.text}”", one.ended, line=other.id))
        return verdict(
            self,
            found,
            f"longest silence {longest:.1f} s",
            "{n} silences were too long",
            {"longest_s": round(longest, 2)},
        )
