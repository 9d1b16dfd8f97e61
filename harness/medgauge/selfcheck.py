"""Does batching, order or an interruption change what a model says? The same requests, answered four ways."""

import random
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

from medgauge.errors import MedGaugeError
from medgauge.predict import closable
from medgauge.protocols import Model
from medgauge.types import Output, Request

WAYS = ("batched", "shuffled", "resumed")
SEED = 20_241_018
CLOSE = 1e-4
"""Scores and log-probabilities further apart than this differ: float32 sums in another order stay under it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A request that was answered otherwise than alone."""

    id: str
    way: str
    alone: str
    """What was said when it was asked alone; an error in place of words that failed."""
    then: str
    at: int
    """The first character that differs; 0 where the words are equal and the scores, or the end, are not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of the check."""

    n: int
    empty: int
    """Requests answered alone with no word: they show little."""
    failed: int
    """Of these, requests that failed alone: they show nothing."""
    distinct: int
    """Different answers among those asked alone: one alone, and the check shows little."""
    differences: tuple[Difference, ...]

    def same(self, way: str) -> int:
        """How many requests were answered as alone."""
        return self.n - sum(difference.way == way for difference in self.differences)


def selfcheck(model: Model, requests: Sequence[Request]) -> Checked:
    """Ask one by one, then as a stream, then shuffled, then in two sittings; report what differs from one by one.

    Raises MedGaugeError when the model leaves a request without an output.
    """
    alone = {request.id: next(iter(_answered(model, [request]).values())) for request in requests}
    shuffled = random.Random(SEED).sample(requests, len(requests))
    ways = {
        "batched": _answered(model, requests),
        "shuffled": _answered(model, shuffled),
        "resumed": _resumed(model, requests),
    }
    differences = [
        _difference(alone[request.id], outputs[request.id], way)
        for way, outputs in ways.items()
        for request in requests
        if not _equal(alone[request.id], outputs[request.id])
    ]
    said = [output.text for output in alone.values()]
    empty = sum(not text.strip() for text in said)
    failed = sum(output.error is not None for output in alone.values())
    return Checked(n=len(requests), empty=empty, failed=failed, distinct=len(set(said)), differences=tuple(differences))


def _answered(model: Model, requests: Sequence[Request]) -> dict[str, Output]:
    return _complete(model, requests, _once(model, model.generate(iter(requests))))


def _resumed(model: Model, requests: Sequence[Request]) -> dict[str, Output]:
    """Half of the answers, then the stream is closed, then what is left."""
    with closing(closable(model.generate(iter(requests)))) as stream:
        outputs = _once(model, islice(stream, len(requests) // 2))
    rest = [request for request in requests if request.id not in outputs]
    return _complete(model, requests, outputs | _once(model, model.generate(iter(rest))))


def _once(model: Model, outputs: Iterable[Output]) -> dict[str, Output]:
    """Outputs by key. Raises MedGaugeError for a second one."""
    found: dict[str, Output] = {}
    for output in outputs:
        if found.setdefault(str(output.key), output) is not output:
            raise MedGaugeError(f"{model.name} answered {str(output.key)!r} twice")
    return found


def _complete(model: Model, requests: Sequence[Request], outputs: dict[str, Output]) -> dict[str, Output]:
    missing = [request.id for request in requests if request.id not in outputs]
    if missing:
        raise MedGaugeError(f"{model.name} gave no output for {len(missing)} requests, {missing[0]!r} first")
    return outputs


def _equal(one: Output, other: Output) -> bool:
    return (
        _words(one) == _words(other)
        and one.finish == other.finish
        and _close(tuple((one.scores or {}).items()), tuple((other.scores or {}).items()))
        and _close(one.logprobs, other.logprobs)
    )


def _close(one: Sequence[tuple[object, float]], other: Sequence[tuple[object, float]]) -> bool:
    pairs = zip(one, other, strict=False)
    return len(one) == len(other) and all(a == b and abs(x - y) <= CLOSE for (a, x), (b, y) in pairs)


def _words(output: Output) -> str:
    return output.text if output.error is None else f"failed: {output.error}"


def _difference(alone: Output, then: Output, way: str) -> Difference:
    one, other = _words(alone), _words(then)
    length = min(len(one), len(other))
    at = next((i for i in range(length) if one[i] != other[i]), 0 if one == other else length)
    return Difference(id=str(alone.key), way=way, alone=one, then=other, at=at)
