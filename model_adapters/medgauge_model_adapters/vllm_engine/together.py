"""A stream in an order that puts requests on the same pictures next to each other, for the engine's prefix cache."""

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator

from medgauge.types import Request

WINDOW = 512
"""Requests that are looked at ahead: words and paths, no pixels."""


def together(requests: Iterable[Request], window: int = WINDOW) -> Iterator[Request]:
    """The same requests, each once. Holds `window` of them at most.

    The oldest goes first; those on the same pictures follow it as long as the window has any.
    """
    source = iter(requests)
    groups: OrderedDict[tuple[str, ...], deque[Request]] = OrderedDict()
    held = 0
    while True:
        while held < window and (request := next(source, None)) is not None:
            groups.setdefault(pictures_of(request), deque()).append(request)
            held += 1
        if not groups:
            return
        pictures, group = next(iter(groups.items()))
        held -= 1
        yield group.popleft()
        if not group:
            del groups[pictures]


def pictures_of(request: Request) -> tuple[str, ...]:
    """What the pictures of a request are known by; requests without any share nothing but their own words."""
    return tuple(media.sha256 or media.path for media in request.media)
