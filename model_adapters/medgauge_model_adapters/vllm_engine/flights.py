# pyright: reportMissingImports=false
"""Requests under way in the engine: each is one or several of the engine's own, and one output in the end."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, TypeAlias

from medgauge.errors import MedGaugeError
from medgauge.types import Finish, Output, Request, Usage, answering
from medgauge_model_adapters.local.token_text import token_ends
from medgauge_model_adapters.local.weighing import Ballot, Tokens, ballot, chosen
from medgauge_model_adapters.vllm_engine.engine import Engine, refused
from medgauge_model_adapters.vllm_engine.prompt import Prepared, named
from medgauge_model_adapters.vllm_engine.sampling import MOST_WEIGHED, require_possible, weighing, writing
from medgauge_model_adapters.vllm_engine.tally import Tally

if TYPE_CHECKING:
    from vllm import RequestOutput, SamplingParams

Part: TypeAlias = Tokens | None
"""Of a request: the step after these tokens is weighed; None: the answer is written."""


@dataclass(slots=True, kw_only=True)
class Flight:
    """One request and what has come of it so far."""

    prepared: Prepared
    ballot: Ballot | None
    open: set[str] = field(default_factory=set)
    steps: dict[Tokens, dict[int, float]] = field(default_factory=dict)
    written: "RequestOutput | None" = None
    input_tokens: int = 0

    @property
    def request(self) -> Request:
        """What is answered."""
        return self.prepared.request


class Flights:
    """All requests that the engine has; not for several threads."""

    def __init__(self, engine: Engine, tally: Tally) -> None:
        self._engine = engine
        self._tally = tally
        self._numbers = count()
        self._since = time.perf_counter()
        self._open: dict[str, tuple[Flight, Part]] = {}

    def __len__(self) -> int:
        """The engine's own requests that are not finished."""
        return len(self._open)

    def depart(self, prepared: Prepared) -> Output | None:
        """Hand a request to the engine. The output at once when it cannot be taken.

        Raises MedGaugeError for what no request of this kind can be given.
        """
        request = prepared.request
        self._require(request)
        if prepared.error is not None:
            return answering(request, finish="failed", error=prepared.error)
        flight = Flight(prepared=prepared, ballot=ballot(request, self._engine.encode))
        try:
            for part, params in self._parts(flight):
                self._add(flight, part, params)
        except refused() as error:
            self._drop(flight)
            return answering(request, finish="failed", error=named(" ".join(str(error).split()), request))
        return None

    def arrivals(self) -> Iterator[Output]:
        """The outputs that the engine's next step completes. They share the seconds since the last ones."""
        landed = list(self._landings())
        seconds = (time.perf_counter() - self._since) / max(len(landed), 1)
        if landed:
            self._since = time.perf_counter()
        for output in landed:
            yield replace(output, usage=replace(output.usage, seconds=seconds))

    def _landings(self) -> Iterator[Output]:
        for done in self._engine.step():
            if done.request_id not in self._open:  # of a request that has failed in another part
                continue
            flight, part = self._open.pop(done.request_id)
            flight.open.discard(done.request_id)
            self._tally.count(done)
            if done.outputs[0].finish_reason not in ("stop", "length"):
                self._drop(flight)
                told = f"vllm ended the request: {done.outputs[0].finish_reason}"
                yield answering(flight.request, finish="failed", error=told)
                continue
            self._keep(flight, part, done)
            if not flight.open:
                yield self._landed(flight)

    def cancel(self) -> None:
        """Drop all that is under way."""
        self._engine.abort(list(self._open))
        self._open.clear()

    def _require(self, request: Request) -> None:
        require_possible(request.generation)
        if request.media and not self._engine.sees:
            raise MedGaugeError(
                f"{request.id} has {len(request.media)} picture(s), and this model reads words alone: ask a model "
                "that takes pictures, or give --control blind"
            )
        if len(request.media) > self._engine.most_pictures:
            raise MedGaugeError(
                f"{request.id} has {len(request.media)} pictures, and {self._engine.most_pictures} are allowed; "
                f"give --set images={len(request.media)}"
            )

    def _parts(self, flight: Flight) -> Iterator[tuple[Part, "SamplingParams"]]:
        request, weighed = flight.request, flight.ballot
        if weighed is None or request.many:
            yield None, writing(request)
        for begun, tokens in weighed.steps.items() if weighed else ():
            for start in range(0, len(tokens), MOST_WEIGHED):
                yield begun, weighing(tokens[start : start + MOST_WEIGHED])

    def _add(self, flight: Flight, part: Part, params: "SamplingParams") -> None:
        id = str(next(self._numbers))
        # Rendered anew for each part: the engine's picture cache counts on being asked once for each of its requests.
        conversation = self._engine.template.conversation(flight.prepared)
        self._engine.add(id, conversation, part or (), params)
        self._open[id] = flight, part
        flight.open.add(id)
        self._tally.saw_in_flight(len(self._open))

    def _drop(self, flight: Flight) -> None:
        """Forget the rest of a request that has failed."""
        if flight.open:
            self._engine.abort(list(flight.open))
        for id in flight.open:
            del self._open[id]
        flight.open.clear()

    def _keep(self, flight: Flight, part: Part, done: "RequestOutput") -> None:
        if part is None:
            flight.written = done
        else:
            assert done.outputs[0].logprobs is not None
            step = {token: found.logprob for token, found in done.outputs[0].logprobs[0].items()}
            flight.steps.setdefault(part, {}).update(step)
        if not part:
            flight.input_tokens = len(done.prompt_token_ids or ())

    def _landed(self, flight: Flight) -> Output:
        request = flight.request
        scores = flight.ballot.scores(flight.steps) if flight.ballot else None
        if flight.written is None:
            assert scores is not None
            usage = Usage(input_tokens=flight.input_tokens, output_tokens=0)
            text = chosen(request, scores)
            return answering(request, text=text, usage=usage, sent=flight.prepared.sent, scores=scores)
        said = flight.written.outputs[0]
        finish: Finish = "stop" if said.finish_reason == "stop" else "length"
        ids = list(said.token_ids)
        usage = Usage(input_tokens=flight.input_tokens, output_tokens=len(ids))
        if finish == "stop":
            ids.pop()  # the token that says so is no part of what was said
        text = self._engine.decode(ids)
        logprobs: tuple[tuple[int, float], ...] = ()
        if said.logprobs is not None:
            steps = [step[token].logprob for step, token in zip(said.logprobs, ids, strict=False)]
            logprobs = tuple(zip(token_ends(self._engine.decode, ids, text), steps, strict=True))
        return answering(
            request, text=text, finish=finish, usage=usage, sent=flight.prepared.sent, scores=scores, logprobs=logprobs
        )
