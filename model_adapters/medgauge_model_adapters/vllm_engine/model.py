"""A model whose answers come out of vLLM's engine in this process, or out of copies of it in processes beside."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from medgauge.about import About
from medgauge.declared import Setting
from medgauge.resize import Resize
from medgauge.types import Output, Request
from medgauge_model_adapters.known import about_checkpoint
from medgauge_model_adapters.local.checkpoint import Checkpoint
from medgauge_model_adapters.profile import Profile
from medgauge_model_adapters.vllm_engine.ahead import ahead
from medgauge_model_adapters.vllm_engine.engine import Engine, engine_report, start
from medgauge_model_adapters.vllm_engine.flights import Flights
from medgauge_model_adapters.vllm_engine.prompt import Prepared, preparing
from medgauge_model_adapters.vllm_engine.replicas import Replicas
from medgauge_model_adapters.vllm_engine.settings import VllmOptions
from medgauge_model_adapters.vllm_engine.tally import Tally
from medgauge_model_adapters.vllm_engine.together import WINDOW, together

DECODERS = 4
"""Threads that decode pictures while the engine works."""
DECODED = 16
"""Requests whose pictures lie decoded and wait for the engine."""


@dataclass(frozen=True, kw_only=True)
class VllmModel:
    """A model as the run wants it; the engine starts at the first request and stays for the next.

    The requests are a stream: at most `options.batch` times two are in the engine, which keeps its queue from running
    dry, 16 more have their pictures decoded, and 512 more are known in words, so that those on one picture follow
    each other and share its prefix in the engine's cache.
    """

    name: str
    box_format: str
    resize: Resize
    generation: Mapping[str, Any]
    settings: Mapping[str, Setting]
    fingerprint: str
    runtime: frozenset[str]
    checkpoint: Checkpoint = field(repr=False)
    options: VllmOptions = field(repr=False)
    profile: Profile = field(repr=False)
    devices: tuple[int, ...] = ()
    """The devices that this copy is for; none: all."""
    tally: Tally = field(default_factory=Tally, repr=False)

    @property
    def about(self) -> About:
        """What is known of the checkpoint; more of one from the hub once its weights are here."""
        return about_checkpoint(self.checkpoint, self.profile, self.name)

    @cached_property
    def engine(self) -> Engine:
        """The loaded checkpoint. Raises MedGaugeError."""
        return start(self.checkpoint, self.options, self.profile, self.devices)

    @cached_property
    def replicas(self) -> Replicas:
        """Copies of this model for the devices that it may use."""
        each, share = self.options.tensor_parallel, self.options.model_copy(update={"data_parallel": 1})
        copies = tuple(
            replace(self, options=share, devices=tuple(range(index * each, (index + 1) * each)), tally=Tally())
            for index in range(self.options.data_parallel)
        )
        return Replicas(copies=copies, ahead=WINDOW + DECODED + 3 * self.options.batch)

    def generate(self, requests: Iterable[Request]) -> Iterator[Output]:
        """Answer a stream of requests, in the order in which they are done. Raises MedGaugeError."""
        return self.replicas.generate(requests) if self.options.data_parallel > 1 else self._generate(requests)

    def _generate(self, requests: Iterable[Request]) -> Iterator[Output]:
        flights = Flights(self.engine, self.tally)
        prepared = ahead(preparing(self.profile, self.resize), together(requests), threads=DECODERS, depth=DECODED)
        try:
            yield from _answers(flights, prepared, room=2 * self.options.batch)
        finally:
            prepared.close()
            flights.cancel()

    def report(self) -> dict[str, Any]:
        """How the answers were made: versions, device, data type, what the engine counted."""
        if self.options.data_parallel > 1:
            return {"backend": "vllm", "replicas": self.replicas.reports()}
        loaded = "engine" in self.__dict__  # a run that has nothing left to ask must not load it for this
        return engine_report(self.engine, self.tally) if loaded else {"backend": "vllm"}


def _answers(flights: Flights, prepared: Iterator[Prepared], room: int) -> Iterator[Output]:
    """Top the engine up, take a step, hand out what is done; until there is nothing left of either."""
    more = True
    while more or len(flights):
        while more and len(flights) < room:
            following = next(prepared, None)
            if following is None:
                more = False
            elif (failed := flights.depart(following)) is not None:
                yield failed
        yield from flights.arrivals() if len(flights) else ()
