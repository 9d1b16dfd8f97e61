"""Work on a stream ahead of its reader, in threads, in order."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

From = TypeVar("From")
To = TypeVar("To")


def ahead(work: Callable[[From], To], items: Iterable[From], *, threads: int, depth: int) -> Generator[To]:
    """`map(work, items)` with at most `depth` results waiting; closing it ends the threads."""
    source = iter(items)
    waiting: deque[Future[To]] = deque()
    pool = ThreadPoolExecutor(threads, thread_name_prefix="medgauge-decode")
    try:
        while True:
            while len(waiting) < depth and (item := next(source, None)) is not None:
                waiting.append(pool.submit(work, item))
            if not waiting:
                return
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
