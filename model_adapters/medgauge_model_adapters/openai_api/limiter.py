"""How many requests are under way at once: one more after every good round, half of them when the server is busy."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

START = 4
"""Requests under way before anything is known of a server."""


class AdaptiveLimiter:
    """Additive increase, multiplicative decrease, between 1 and a maximum. Made and used in one event loop."""

    def __init__(self, maximum: int) -> None:
        import anyio

        self.maximum = maximum
        self.level = float(min(START, maximum))
        self.lowest = self.highest = int(self.level)
        self._round = 0
        self._quiet_until = 0.0
        self._slots = anyio.CapacityLimiter(int(self.level))

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """A place among those under way, first come, first served."""
        async with self._slots:
            yield

    @property
    def round(self) -> int:
        """Taken when a request is sent, and handed back to `busy`."""
        return self._round

    @property
    def quiet_seconds(self) -> float:
        """How long the server asked everybody to wait from now on."""
        import anyio

        return max(0.0, self._quiet_until - anyio.current_time())

    def good(self) -> None:
        """A request came back."""
        self._set(self.level + 1 / self.level)

    def busy(self, sent_in: int, quiet_seconds: float = 0.0) -> None:
        """A request was turned away, or lost. Those sent before the last decrease say nothing new."""
        import anyio

        self._quiet_until = max(self._quiet_until, anyio.current_time() + quiet_seconds)
        if sent_in == self._round:
            self._round += 1
            self._set(self.level / 2)

    def _set(self, level: float) -> None:
        self.level = min(max(level, 1.0), float(self.maximum))
        self._slots.total_tokens = int(self.level)
        self.lowest, self.highest = min(self.lowest, int(self.level)), max(self.highest, int(self.level))
