"""Progress of long work: a bar on a terminal, a heartbeat line elsewhere. Always on stderr."""

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Protocol

HEARTBEAT_SECONDS = 30.0
_COMMAND = re.compile(r"^(\s*):(?=:)", re.MULTILINE)


class Advance(Protocol):
    """Call it once for each thing done."""

    def __call__(self, count: int = 1) -> None:
        """Count what is done."""
        ...


def say(text: str) -> None:
    """One line of talk; control characters of names and ids are shown, not obeyed."""
    shown = "".join(c if c in "\n\t" or c.isprintable() else repr(c)[1:-1] for c in text)
    print(disarmed(shown), file=sys.stderr, flush=True)


def disarmed(text: str) -> str:
    """Text that a runner of GitHub takes for no command: none of its lines begins with `::`, none holds `##[`."""
    return _COMMAND.sub(r"\1\\x3a", text).replace("##[", "#\\x23[")


@contextmanager
def progress(label: str, total: int, done: int = 0) -> Iterator[Advance]:
    """Show `done` of `total`; the caller advances."""
    if sys.stderr.isatty():
        with _bar(label, total, done) as advance:
            yield advance
    else:
        yield _heartbeat(label, total, done)


@contextmanager
def _bar(label: str, total: int, done: int) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(label, total=total, completed=done)

        def advance(count: int = 1) -> None:
            bar.advance(task, count)

        yield advance


def _heartbeat(label: str, total: int, done: int) -> Advance:
    start = last = time.monotonic()
    first = done

    def advance(count: int = 1) -> None:
        nonlocal done, last
        done += count
        now = time.monotonic()
        if now - last < HEARTBEAT_SECONDS and done < total:
            return
        last = now
        rate = (done - first) / max(now - start, 1e-9)
        eta = f"{(total - done) / rate:.0f}s" if rate else "?"
        stamp = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        say(f"{stamp} progress {label} done={done}/{total} rate={rate:.1f}/s eta={eta}")

    return advance
