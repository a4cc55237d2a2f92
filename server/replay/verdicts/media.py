"""What viewers heard and saw: words, voice, lips, synchrony, pictures, loudness."""

import numpy as np

from server.replay.verdicts.contract import Case, Evidence, Verdict, not_measured, verdict

_NO_MEDIA = "this depth has no sound and picture; replay at --depth speech or live"
TARGET_LUFS = -16.0
_FEWEST_CLOSURES = 5


class Words:
    """A listener understands what was meant."""

    name = "words"
    title = "Is what is heard what was meant?"

    def judge(self, case: Case) -> Verdict:
        """Fails when a listener gets too many words wrong over the whole show."""
        media = case.media
        if media is None or not media.lines or self.name in media.unmeasured:
            return not_measured(self, _why(case, self.name, "nothing was said"))
        words = sum(line.words for line in media.lines)
        rate = sum(line.errors for line in media.lines) / max(1, words)
        bar = case.scenario.bars.word_errors
        worst = sorted(media.lines, key=lambda line: -line.errors)[:12]
        found = [
            Evidence(f"meant “{line.intended}”, heard “{line.heard}”", line.at, line=line.line, failed=rate > bar)
            for line in worst
            if line.errors
        ]
        told = f"word error rate {rate:.1%} of {words} words in {len(media.lines)} Lines (bar {bar:.0%})"
        figures = {"word_error_rate": round(rate, 4), "words": float(words)}
        if rate > bar and not found:
            found = [Evidence(told)]
        return verdict(self, found, told, told, figures)


class VoiceLikeness:
    """The voice stays one person's through the show."""

    name = "voice"
    title = "Does the voice stay the same person's?"

    def judge(self, case: Case) -> Verdict:
        """Fails on a stretch of speech that does not sound like the rest of the show."""
        media = case.media
        if media is None or len(media.voice) < 2:
            return not_measured(self, _why(case, self.name, "there was too little speech to compare"))
        bar = case.scenario.bars.likeness
        found = [
            Evidence(f"likeness {window.likeness:.3f} to the rest of the show (bar {bar:g})", window.at)
            for window in media.voice
            if window.likeness < bar
        ]
        least = min(window.likeness for window in media.voice)
        told = f"least likeness {least:.3f} in {len(media.voice)} stretches of speech"
        return verdict(
            self, found, told, f"{{n}} stretches sound like another voice; {told}", {"least": round(least, 4)}
        )


class Lips:
    """The lips close on p, b and m."""

    name = "lips"
    title = "Do the lips close on p, b and m?"

    def judge(self, case: Case) -> Verdict:
        """Fails when too few do."""
        media = case.media
        if media is None or len(media.closures) < _FEWEST_CLOSURES:
            return not_measured(
                self, _why(case, self.name, "too few p, b and m were said, or the voice does not tell its sounds")
            )
        share = sum(closure.closed for closure in media.closures) / len(media.closures)
        bar = case.scenario.bars.lips_closed
        found = [
            Evidence(f"/{c.symbol}/ with the lips {c.opening:.0%} open", c.at, line=c.line, failed=share < bar)
            for c in media.closures
            if not c.closed
        ]
        told = f"closed on {share:.1%} of {len(media.closures)} (bar {bar:.0%})"
        return verdict(self, found, told, told, {"closed": round(share, 4), "sounds": float(len(media.closures))})


class Sync:
    """Sound and picture keep together."""

    name = "sync"
    title = "Do sound and picture keep together?"

    def judge(self, case: Case) -> Verdict:
        """Fails when the median offset of the stretches in which it can be told lies outside the bar."""
        media = case.media
        if media is None or not media.offsets:
            return not_measured(self, _why(case, self.name, "the mouth was not seen speaking for long enough"))
        bar = case.scenario.bars.av_offset_ms
        offsets = [found.ms for found in media.offsets]
        middle = float(np.median(offsets))
        bad = abs(middle) > bar
        evidence = [
            Evidence(f"{o.ms:+.0f} ms (correlation {o.certainty:.2f})", o.at, failed=bad) for o in media.offsets[:30]
        ]
        side = "picture later" if middle > 0 else "sound later"
        told = f"median offset {middle:+.0f} ms ({side}) over {len(offsets)} stretches of speech (bar ±{bar:g} ms)"
        return verdict(self, evidence, told, told, {"median_ms": round(middle, 1)})


class Pictures:
    """Pictures keep coming, each a new one."""

    name = "pictures"
    title = "Does the picture never stand still?"

    def judge(self, case: Case) -> Verdict:
        """Fails on a picture that stood longer than the bar."""
        media = case.media
        if media is None or not media.pictures:
            return not_measured(self, _why(case, self.name, "no pictures were received"))
        bar = case.scenario.bars.picture_gap_ms
        found = [Evidence(f"the same picture for {gap.ms:.0f} ms", gap.at) for gap in media.gaps if gap.ms > bar]
        longest = media.gaps[0].ms if media.gaps else 0.0
        told = f"longest {longest:.0f} ms of {media.pictures} pictures (bar {bar:g} ms)"
        return verdict(self, found, told, f"{{n}} times it did; {told}", {"longest_ms": round(longest, 1)})


class Loudness:
    """Every Line is as loud as the others."""

    name = "loudness"
    title = "Is the host equally loud throughout?"

    def judge(self, case: Case) -> Verdict:
        """Fails on a Line whose loudness is off the target."""
        media = case.media
        measured = [line for line in media.lines if line.lufs is not None] if media is not None else []
        if not measured:
            return not_measured(self, _why(case, self.name, "no Line was long enough"))
        bar = case.scenario.bars.loudness_lu
        levels = [line.lufs for line in measured if line.lufs is not None]
        found = [
            Evidence(f"{line.lufs:.1f} LUFS: “{line.intended}”", line.at, line=line.line)
            for line in measured
            if line.lufs is not None and abs(line.lufs - TARGET_LUFS) > bar
        ]
        told = f"{min(levels):.1f} … {max(levels):.1f} LUFS in {len(levels)} Lines (target {TARGET_LUFS:g} ± {bar:g})"
        return verdict(
            self,
            found,
            told,
            f"{{n}} Lines were not; {told}",
            {"least": round(min(levels), 2), "most": round(max(levels), 2)},
        )


def _why(case: Case, name: str, otherwise: str) -> str:
    if case.media is None:
        return _NO_MEDIA
    return case.media.unmeasured.get(name, otherwise)
