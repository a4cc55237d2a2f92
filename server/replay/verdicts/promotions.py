"""Were promotions told while they were true? The draw that is announced after it has closed is what people remember."""

from server.replay.verdicts.contract import Case, Evidence, Verdict, not_measured, verdict

_TOLD = ("announced", "open", "closed", "drawn", "cancelled")


class PromotionsTold:
    """Each change of a promotion is told aloud soon, and before the next."""

    name = "promotions"
    title = "Was each promotion told in time?"

    def judge(self, case: Case) -> Verdict:
        """Fails on a change that was told late, not at all, or only after the next one."""
        records = case.show.promotions
        if not records:
            return not_measured(self, "there was no promotion; a scenario's actions start one")
        bar = case.scenario.bars.promotion_s
        found: list[Evidence] = []
        late: list[float] = []
        for place, record in enumerate(records):
            if record.state not in _TOLD:
                continue
            following = next((r.at for r in records[place + 1 :] if r.id == record.id), case.show.seconds)
            told = [
                line
                for line in case.show.lines
                if line.kind == "notice" and f"promotion/{record.id}" in line.facts and line.started >= record.at - 0.05
            ]
            first = min((line.started for line in told), default=None)
            delay = first - record.at if first is not None else None
            if following - record.at < bar and (delay is None or delay > following - record.at):
                continue  # it was over before it could be told
            if delay is None or first is None or first >= following + 0.05:
                found.append(
                    Evidence(f"{record.id} {record.state} at {record.at:.1f} s was not told while it was so", record.at)
                )
            elif delay > bar:
                found.append(
                    Evidence(f"{record.id} {record.state} was told {delay:.1f} s late", record.at, line=told[0].id)
                )
            else:
                late.append(delay)
                told_at = f"{record.id} {record.state}: told after {delay:.1f} s"
                found.append(Evidence(told_at, record.at, line=told[0].id, failed=False))
        figures = {"slowest_s": round(max(late), 2)} if late else {}
        count = sum(record.state in _TOLD for record in records)
        return verdict(self, found, f"all of {count} changes were", "{n} changes were not", figures)
