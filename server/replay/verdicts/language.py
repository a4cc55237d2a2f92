"""Was everybody answered in the language that they wrote in?"""

from dialogue.language import has_han, language_of
from server.replay.verdicts.contract import Case, Evidence, Verdict, not_measured, verdict


class LanguageMatched:
    """An answer is in the language of its comment; aloud only where the voice reads it."""

    name = "language"
    title = "Was everybody answered in their own language?"

    def judge(self, case: Case) -> Verdict:
        """Fails on an answer in another language, or one read by a voice that can't."""
        found: list[Evidence] = []
        answered = 0
        for comment in case.show.comments:
            for line in case.lines_of(comment):
                if line.kind != "answer":
                    continue
                answered += 1
                wrong = line.language != comment.language or (line.language == "en" and has_han(line.text))
                if wrong and len(line.comments) == 1:
                    told = f"“{comment.text}” ({comment.language}) was answered “{line.text}” ({line.language})"
                    found.append(Evidence(told, line.started, comment.number, line.id))
            if comment.written:
                answered += 1
                if language_of(comment.written) != comment.language:
                    told = f"“{comment.text}” ({comment.language}) was answered in writing “{comment.written}”"
                    found.append(Evidence(told, comment.decided, comment.number))
        for line in case.show.lines:
            if line.language not in case.voice_languages:
                found.append(
                    Evidence(
                        f"“{line.text}” is {line.language}, which the voice can't read", line.started, None, line.id
                    )
                )
        if not answered:
            return not_measured(self, "nobody was answered")
        return verdict(self, found, f"all {answered} answers were", "{n} were not", {"answers": float(answered)})
