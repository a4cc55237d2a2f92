"""How much one address may do: token buckets whose time is passed in."""

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Allowance:
    """A token bucket for each key, at most `most_keys` of them (the longest unused is forgotten, that is: full again)."""

    def __init__(self, per_minute: float, burst: float, most_keys: int = 10_000) -> None:
        self._rate = per_minute / 60.0
        self._burst = burst
        self._most_keys = most_keys
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str, now: float) -> float:
        """Use one; returns 0.0, or the seconds until there is one again (then nothing was used)."""
        wait = self.wait(key, now)
        if wait == 0.0:
            self._buckets[key].tokens -= 1.0
        return wait

    def give_back(self, key: str) -> None:
        """Undo a `take`: it turned out not to count."""
        bucket = self._buckets.get(key)
        if bucket is not None:
            bucket.tokens = min(self._burst, bucket.tokens + 1.0)

    def wait(self, key: str, now: float) -> float:
        """Seconds until one may be used, without using it."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(self._burst, now)
            if len(self._buckets) > self._most_keys:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(key)
        bucket.tokens = min(self._burst, bucket.tokens + max(0.0, now - bucket.at) * self._rate)
        bucket.at = now
        return 0.0 if bucket.tokens >= 1.0 else (1.0 - bucket.tokens) / self._rate
