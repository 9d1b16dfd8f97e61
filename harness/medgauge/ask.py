"""Samples into requests, as they are asked, turn after turn, once for every trial."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from medgauge.prepare import absolute, blind, key_of, unreadable
from medgauge.spec import Plan
from medgauge.tasks import Task
from medgauge.types import Key, Output, Request, Sample

MAX_TURNS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A sample in one trial: what a model is asked, turn after turn."""

    sample: Sample
    trial: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Turns samples into the requests that a model gets."""

    plan: Plan
    tasks: Mapping[str, Task]
    roots: Mapping[str, Path]

    def request(self, sample: Sample, so_far: Sequence[Output], trial: int = 0) -> Request | None:
        """The next turn of a sample, with media where they lie, or without any under the blind control."""
        request = self.sighted(sample, so_far)
        if request is None:
            return None
        if trial:
            request = replace(request, id=str(replace(Key.parse(request.id), trial=trial)))
        return blind(request) if self.plan.spec.control == "blind" else request

    def sighted(self, sample: Sample, so_far: Sequence[Output] = ()) -> Request | None:
        """The request with its media whatever the control: what a learner is fitted on."""
        request = self.tasks[sample.task].next_request(sample, self.plan.spec.style(sample.language), so_far)
        if request is None:
            return None
        return absolute(replace(request, generation=self.plan.spec.generation), self.roots[sample.task])

    def asked(self, samples: Iterable[Sample]) -> Iterator[Asked]:
        """Every readable sample in every trial; the trials of a sample follow each other."""
        for sample in samples:
            if unreadable(sample) is None:
                for trial in range(self.plan.spec.trials):
                    yield Asked(sample=sample, trial=trial)

    def pending(self, asked: Iterable[Asked], outputs: Mapping[Key, Output]) -> Iterator[Request]:
        """The next request of everything that still has one; pure, so that resume is calling it again."""
        for one in asked:
            request = self.request(one.sample, turns(one.sample, outputs, one.trial), one.trial)
            if request is not None:
                yield request


def turns(sample: Sample, outputs: Mapping[Key, Output], trial: int = 0) -> list[Output]:
    """The answers so far, in order, up to the first turn that is missing or failed."""
    found: list[Output] = []
    for turn in range(MAX_TURNS):
        output = outputs.get(key_of(sample, turn, trial))
        if output is None or output.finish == "failed":
            break
        found.append(output)
    return found
