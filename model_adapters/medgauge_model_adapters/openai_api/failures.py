"""How a request can go wrong, how long to wait before the next try, and when to give up."""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tenacity import RetryCallState

    from medgauge_model_adapters.openai_api.settings import OpenAIOptions

PASSING_STATUS = frozenset({408, 409, 425, 429})
"""With all of 5xx: a later try may do better."""


class Passing(Exception):
    """What a later try may mend: no answer in time, a broken connection, a server that is busy or down."""

    def __init__(self, what: str, *, kind: str, retry_after: float = 0.0, unreachable: bool = False) -> None:
        super().__init__(what)
        self.kind = kind
        """For counting: a status, or a word."""
        self.retry_after = retry_after
        """Seconds that the server asks for."""
        self.unreachable = unreachable
        """There was nobody to talk to."""


class Rejected(Exception):
    """What no further try mends: this request fails, the others go on."""


class Filtered(Exception):
    """The server's filter refused the request: a status, not a failure."""


def is_passing(status: int) -> bool:
    """Whether an HTTP status is worth another try."""
    return status in PASSING_STATUS or status >= 500


def retry_after(header: str | None, now: datetime | None = None) -> float:
    """Seconds asked for by a Retry-After header: a number or an HTTP date. 0 where there is none to be read."""
    if header is None:
        return 0.0
    try:
        seconds = float(header)
    except ValueError:
        seconds = _until(header, now or datetime.now(UTC))
    return max(seconds, 0.0) if math.isfinite(seconds) else 0.0


def _until(date: str, now: datetime) -> float:
    try:
        then = parsedate_to_datetime(date)
    except (ValueError, OverflowError):
        return 0.0
    return (then if then.tzinfo else then.replace(tzinfo=UTC)).timestamp() - now.timestamp()


def given_up(options: "OpenAIOptions", gone_seconds: Callable[[], float]) -> Callable[["RetryCallState"], bool]:
    """When one request is tried no more, for tenacity; made anew for every request.

    A server that cannot be reached costs patience, and no try. `gone_seconds` is how long nobody has reached it.
    """
    tries = 0

    def stop(state: "RetryCallState") -> bool:
        nonlocal tries
        if failure_of(state).unreachable:
            return gone_seconds() >= options.patience
        tries += 1
        return tries > options.retries

    return stop


def failure_of(state: "RetryCallState") -> Passing:
    """The failure behind a tenacity state."""
    failure = state.outcome.exception() if state.outcome else None
    assert isinstance(failure, Passing)
    return failure
