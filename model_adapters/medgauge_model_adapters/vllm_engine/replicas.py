"""Several copies of a model, each in a process of its own; requests on one picture go to one copy."""

import atexit
import queue
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from multiprocessing.context import SpawnProcess
from typing import Any, Protocol

from medgauge.errors import MedGaugeError
from medgauge.types import Output, Request
from medgauge_model_adapters.vllm_engine.together import pictures_of, together

LOOK = 0.5
"""Seconds between looks at whether the other side lives."""
GRACE = 30
"""Seconds that a process has for its engine to end."""


class Copy(Protocol):
    """A model that can be sent to another process."""

    def generate(self, requests: Iterable[Request]) -> Iterator[Output]:
        """As of every model."""
        ...

    def report(self) -> Mapping[str, Any]:
        """As of every model."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a copy sends: an output, the report at the end of a stream, or why it gives up."""

    copy: int
    output: Output | None = None
    report: Mapping[str, Any] | None = None
    error: str | None = None


def serve(index: int, copy: Copy, asked: Any, told: Any) -> None:
    """The life of a process: answer streams of requests, each ended by None, for as long as the run lives."""

    def leave(*_: object) -> None:
        """Out through the interpreter, so that the engine ends its own processes."""
        told.cancel_join_thread()  # a copy that died in the middle of a word holds the queue for ever
        sys.exit(128 + signal.SIGTERM)

    signal.signal(signal.SIGTERM, leave)
    try:
        while True:
            for output in copy.generate(_taken(asked)):
                told.put(Said(copy=index, output=output))
            told.put(Said(copy=index, report=copy.report()))
    except MedGaugeError as error:
        told.put(Said(copy=index, error=str(error)))


def _taken(asked: Any) -> Iterator[Request]:
    run = parent_process()
    while True:
        try:
            request = asked.get(timeout=LOOK)
        except queue.Empty:
            if run is None or not run.is_alive():
                sys.exit(1)
            continue
        if request is None:
            return
        yield request


@dataclass(slots=True, kw_only=True)
class Replicas:
    """The processes, started at the first request and kept for the next streams."""

    copies: tuple[Copy, ...]
    ahead: int
    """Requests that one copy has at most; more than it takes in before its first answer, or it would wait for ever."""
    _processes: list[SpawnProcess] = field(default_factory=list)
    _asked: list[Any] = field(default_factory=list)
    _told: Any = None
    _reports: dict[int, Mapping[str, Any]] = field(default_factory=dict)

    def generate(self, requests: Iterable[Request]) -> Iterator[Output]:
        """Outputs as they come. Whatever ends the stream early, an error or its reader, ends the processes too.

        Raises MedGaugeError for a copy that cannot be loaded or has died.
        """
        whole = False
        try:
            self._start()
            yield from self._stream(together(requests))
            whole = True
        finally:
            if not whole:
                self.stop()

    def reports(self) -> list[Mapping[str, Any]]:
        """What each copy reported at its last end of a stream."""
        return [self._reports[index] for index in sorted(self._reports)]

    def stop(self) -> None:
        """End the processes, whatever they do."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join(GRACE)
            if process.is_alive():
                process.kill()
                process.join()
        for channel in (*self._asked, *([self._told] if self._told else ())):
            channel.cancel_join_thread()
            channel.close()
        self._processes, self._asked, self._told = [], [], None
        atexit.unregister(self.stop)

    def _start(self) -> None:
        if self._processes:
            return
        context = get_context("spawn")
        self._told = context.Queue()
        self._asked = [context.Queue() for _ in self.copies]
        for index, (copy, asked) in enumerate(zip(self.copies, self._asked, strict=True)):
            # no daemon: those may not start processes, and the engine does
            process = context.Process(
                target=serve, args=(index, copy, asked, self._told), name=f"medgauge-vllm-{index}"
            )
            process.start()
            self._processes.append(process)
        atexit.register(self.stop)

    def _stream(self, source: Iterator[Request]) -> Iterator[Output]:
        held = [0] * len(self.copies)
        choose = _choosing(held)
        done = 0
        waiting = next(source, None)
        self._close_if_done(waiting)
        while done < len(self.copies):
            while waiting is not None and held[copy := choose(waiting)] < self.ahead:
                self._asked[copy].put(waiting)
                held[copy] += 1
                waiting = next(source, None)
                self._close_if_done(waiting)
            said = self._next()
            if said is not None and said.output is not None:
                held[said.copy] -= 1
                yield said.output
            elif said is not None:
                self._reports[said.copy] = said.report or {}
                done += 1

    def _close_if_done(self, waiting: Request | None) -> None:
        if waiting is None:
            for asked in self._asked:
                asked.put(None)

    def _next(self) -> Said | None:
        """The next word of a copy; None where none came for a while. Raises MedGaugeError for one that gave up."""
        said: Said | None = None
        with suppress(queue.Empty):
            said = self._told.get(timeout=LOOK)
        if said is not None and said.error is not None:
            raise MedGaugeError(said.error)
        dead = next((process for process in self._processes if not process.is_alive()), None)
        if said is None and dead is not None:
            raise MedGaugeError(
                f"vllm: process {dead.name} ended with code {dead.exitcode}; what was answered is kept, run again to "
                "ask the rest"
            )
        return said


def _choosing(held: list[int]) -> Callable[[Request], int]:
    """To the copy that had the last request where the pictures are the same, else to the one that holds the least."""
    last: tuple[tuple[str, ...], int] = ((), 0)

    def choose(request: Request) -> int:
        nonlocal last
        pictures = pictures_of(request)
        if not pictures or pictures != last[0]:
            last = pictures, held.index(min(held))
        return last[1]

    return choose
