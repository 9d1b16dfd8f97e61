"""Several devices: one process each, all fed from one bounded queue."""

import queue
import signal
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess
from typing import Any

from medgauge.errors import MedGaugeError
from medgauge.types import Output, Request
from medgauge_model_adapters.hf.batches import Pause
from medgauge_model_adapters.hf.engine import Engine
from medgauge_model_adapters.hf.loading import Recipe, load
from medgauge_model_adapters.hf.settings import TransformersOptions
from medgauge_model_adapters.hf.sizes import sizes_for

QUEUED = 32
"""Requests that wait in the queue, for each device; a worker's own window comes on top."""
LOOK = 0.5
"""Seconds between looks at whether the workers live."""
SOON = 0.02
"""Seconds between looks at a queue: for the next request, or for room for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a worker sends: an output, the end of a stream with its report, or why it gives up."""

    worker: int
    output: Output | None = None
    report: Mapping[str, Any] | None = None
    error: str | None = None


def devices_for(options: TransformersOptions) -> tuple[str, ...]:
    """Names of the devices that are used, a process each. Raises MedGaugeError where they are not there."""
    import torch

    there = torch.cuda.device_count()
    kind = ("cuda" if there else "cpu") if options.device == "auto" else options.device
    if kind.startswith("cuda") and not there:
        raise MedGaugeError(f"transformers: device={options.device}: there is no CUDA device here; give device=cpu")
    if kind == "mps" and not torch.backends.mps.is_available():
        raise MedGaugeError("transformers: device=mps: there is no MPS device here; give device=cpu")
    if ":" in kind and int(kind.partition(":")[2]) >= there:
        raise MedGaugeError(f"transformers: device={kind}: the last CUDA device here is cuda:{there - 1}")
    if kind != "cuda":
        return (kind,) * (options.devices or 1)
    count = options.devices or there
    if count > there:
        raise MedGaugeError(f"transformers: devices={count}: there are only {there} CUDA devices here")
    return tuple(f"cuda:{index}" for index in range(count))


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """What a worker hears and says."""

    starts: Any
    """Its own: a word for each stream that begins. Without it a fast worker would take the end meant for another."""
    asked: Any
    """Requests for whoever is free; None ends a stream, once for each worker."""
    told: Any


def process(index: int, recipe: Recipe, device: str, share: int, channels: Channels) -> None:
    """A worker in a process of its own. Ctrl-C is for the main process, which ends the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    work(index, recipe, device, share, channels)


def work(index: int, recipe: Recipe, device: str, share: int, channels: Channels) -> None:
    """The life of a worker: load, then answer streams of requests, until it is stopped."""
    import torch

    try:
        if device == "cpu":
            torch.set_num_threads(max(1, torch.get_num_threads() // share))
        sizes = sizes_for(recipe.options.batch_size, device != "cpu")
        engine = Engine(loaded=load(recipe, device), sizes=sizes)
        while channels.starts.get():
            for output in engine.generate(_heard(channels.asked)):
                channels.told.put(Said(worker=index, output=output))
            channels.told.put(Said(worker=index, report=engine.report()))
    except MedGaugeError as error:
        channels.told.put(Said(worker=index, error=str(error)))


def _heard(asked: Any) -> Iterator[Request | Pause]:
    """The requests of a stream; a pause whenever none is there yet."""
    while True:
        try:
            request = asked.get(timeout=SOON)
        except queue.Empty:
            yield Pause()
            continue
        if request is None:
            return
        yield request


@dataclass(slots=True, kw_only=True)
class Crew:
    """Worker processes, started at the first request and kept for the next streams."""

    recipe: Recipe
    devices: tuple[str, ...]
    _workers: list[SpawnProcess] = field(default_factory=list)
    _starts: list[Any] = field(default_factory=list)
    _asked: Any = None
    _told: Any = None
    _reports: dict[int, Mapping[str, Any]] = field(default_factory=dict)

    def generate(self, requests: Iterable[Request]) -> Iterator[Output]:
        """Outputs as they come. A worker that dies ends the stream with an error that names it.

        Whatever ends the stream early, an error or the reader, ends the workers too.
        """
        whole = False
        try:
            self._start()
            for start in self._starts:
                start.put(True)
            yield from self._stream(iter(requests))
            whole = True
        finally:
            if not whole:
                self.stop()

    def reports(self) -> list[Mapping[str, Any]]:
        """What each worker reported at its last end of a stream."""
        return [self._reports[index] for index in sorted(self._reports)]

    def stop(self) -> None:
        """End the workers, whatever they do."""
        for worker in self._workers:
            worker.terminate()
        for worker in self._workers:
            worker.join()
        for start in self._starts:
            start.close()
        for channel in (self._asked, self._told):
            if channel is not None:
                channel.cancel_join_thread()
                channel.close()
        self._workers, self._starts, self._asked, self._told = [], [], None, None

    def _start(self) -> None:
        if self._workers:
            return
        context = get_context("spawn")
        self._asked, self._told = context.Queue(QUEUED * len(self.devices)), context.Queue()
        for index, device in enumerate(self.devices):
            start = context.SimpleQueue()
            channels = Channels(starts=start, asked=self._asked, told=self._told)
            worker = context.Process(
                target=process,
                args=(index, self.recipe, device, self.devices.count(device), channels),
                name=f"medgauge-{device}-{index}",
                daemon=True,
            )
            worker.start()
            self._workers.append(worker)
            self._starts.append(start)

    def _stream(self, source: Iterator[Request]) -> Iterator[Output]:
        open_ends = len(self._workers)  # which the queue still has to be told
        waiting: Request | None = next(source, None)
        done = 0
        while done < len(self._workers):
            while (waiting is not None or open_ends) and not self._dead():
                try:
                    self._asked.put_nowait(waiting)
                except queue.Full:
                    break
                open_ends -= waiting is None
                waiting = None if waiting is None else next(source, None)
            said = self._next(SOON if waiting is not None or open_ends else LOOK)
            if said is None:
                continue
            if said.output is not None:
                yield said.output
            else:
                self._reports[said.worker] = said.report or {}
                done += 1

    def _next(self, seconds: float) -> Said | None:
        """The next word of a worker; None where none came in so many seconds.

        Raises MedGaugeError for one that gave up, and for one that died when all that was said is heard.
        """
        said: Said | None = None
        with suppress(queue.Empty):
            said = self._told.get(timeout=seconds)
        if said is not None and said.error is not None:
            raise MedGaugeError(said.error)
        dead = self._dead()
        if said is None and dead:
            raise MedGaugeError(
                f"transformers: worker {dead[0].name} ended with code {dead[0].exitcode}; what was answered is kept, "
                "run again to ask the rest"
            )
        return said

    def _dead(self) -> list[SpawnProcess]:
        return [worker for worker in self._workers if not worker.is_alive()]
