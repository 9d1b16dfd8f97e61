"""How many requests go through the model at once: tried out, and remembered for each class of request."""

from collections import Counter
from dataclasses import dataclass, field
from typing import TypeAlias

Bucket: TypeAlias = tuple[int, int]
"""Powers of two that bound the tokens of a request, the answer's included, and the numbers of its pictures."""
START = 8
"""Where `auto` begins, and on a CPU stays: there a larger batch is hardly faster and holds more memory."""
MOST = 256
BETTER = 1.1
"""A doubled batch must be so many times as fast, or `auto` stops doubling."""


@dataclass(slots=True, kw_only=True)
class Sizes:
    """Batch sizes as they are now."""

    start: int
    growing: bool = False
    most: int = MOST
    halvings: int = 0
    used: Counter[int] = field(default_factory=Counter)
    """How many batches had each size."""
    _grown: dict[Bucket, int] = field(default_factory=dict)
    _rate: dict[Bucket, float] = field(default_factory=dict)
    """Requests a second of a bucket at its size before it was doubled."""
    _settled: set[Bucket] = field(default_factory=set)
    """Buckets for which doubling has stopped to pay."""
    _caps: dict[Bucket, int] = field(default_factory=dict)
    """Sizes that a bucket has room for since it ran out of memory."""

    def of(self, bucket: Bucket) -> int:
        """The size for a bucket: what was too much for it, or for one that is lighter in both ways, is never tried."""
        caps = [cap for (a, b), cap in self._caps.items() if a <= bucket[0] and b <= bucket[1]]
        return min([self._grown.get(bucket, self.start), *caps])

    def failed(self, bucket: Bucket, size: int) -> None:
        """A batch of this size did not fit: half of it may."""
        self.halvings += 1
        self._caps[bucket] = max(1, min(size // 2, self._caps.get(bucket, size)))

    def worked(self, bucket: Bucket, size: int, seconds: float) -> None:
        """A batch of this size took so long."""
        self.used[size] += 1
        if not self.growing or bucket in self._settled or size < self.of(bucket) or size >= self.most:
            return
        rate = size / max(seconds, 1e-9)
        if rate >= BETTER * self._rate.get(bucket, 0.0):
            self._rate[bucket] = rate
            self._grown[bucket] = min(2 * size, self.most)
        else:
            self._settled.add(bucket)
            self._grown[bucket] = max(self.start, size // 2)


def sizes_for(batch_size: int | str, on_gpu: bool) -> Sizes:
    """Fixed sizes, or `auto`."""
    return Sizes(start=START, growing=on_gpu) if batch_size == "auto" else Sizes(start=int(batch_size))
