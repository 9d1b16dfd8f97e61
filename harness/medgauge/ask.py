"""Samples into requests, as they are asked, turn after turn, once for every trial."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from medgauge.controls import Change, as_it_is
from medgauge.prepare import absolute, key_of, unreadable
from medgauge.protocols import Style
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
    control: Change = as_it_is
    """What the run's control does to a request."""

    def request(self, sample: Sample, so_far: Sequence[Output], trial: int = 0) -> Request | None:
        """The next turn of a sample, with media where they lie, under the run's control."""
        request = self._sighted(sample, so_far, self.plan.spec.style(sample.language))
        if request is None:
            return None
        if trial:
            request = replace(request, id=str(replace(Key.parse(request.id), trial=trial)))
        return self.control(sample, request)

    def lesson(self, sample: Sample) -> Request | None:
        """The question alone, with its media whatever the control: what a learner is fitted on."""
        return self._sighted(sample, (), replace(self.plan.spec.style(sample.language), cot=None))

    def _sighted(self, sample: Sample, so_far: Sequence[Output], style: Style) -> Request | None:
        request = self.tasks[sample.task].next_request(sample, style, so_far)
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

    def answered(self, asked: Iterable[Asked], outputs: Mapping[Key, Output]) -> Iterator[Request]:
        """Every request that was made on the way to the outputs: all turns, and the one that is open."""
        for one in asked:
            said = turns(one.sample, outputs, one.trial)
            for count in range(len(said) + 1):
                request = self.request(one.sample, said[:count], one.trial)
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
