"""Fitting a model that learns: a separate, recorded step that never sees a sample it will answer."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medgauge.ask import Asker
from medgauge.prepare import Selected, select, unreadable
from medgauge.progress import say
from medgauge.protocols import Example, Learner, Model
from medgauge.spec import FOLDS, Plan
from medgauge.types import Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """A model, and the samples that it answers."""

    model: Model
    samples: tuple[Sample, ...]


def make_crews(plan: Plan, chosen: Selected, data_dir: Path | None, asker: Asker) -> list[Crew]:
    """The model for every sample: itself, or fits that never saw the sample, as the spec says for each task."""
    model = plan.model
    if not isinstance(model, Learner):
        return [Crew(model=model, samples=chosen.samples)]
    trained = {task.name for task in plan.spec.tasks if task.fit == "train-split"}
    own = tuple(sample for sample in chosen.samples if sample.task in trained)
    rest = tuple(sample for sample in chosen.samples if sample.task not in trained)
    crews: list[Crew] = []
    if own:
        learnt = [task for task in plan.tasks if task.name in trained]
        train = select(learnt, data_dir, None, "train", allow_modified=plan.spec.allow_modified)
        unseen = _unseen(train.samples, own)
        examples = _examples(Asker(plan=plan, tasks=asker.tasks, roots=train.roots), unseen)
        say(f"fitting {model.name} on the train split: {len(examples)} examples")
        crews.append(Crew(model=model.fit(examples), samples=own))
    if rest:
        crews += _out_of_fold(model, _examples(asker, rest), rest)
    return crews


def _out_of_fold(model: Learner, examples: Sequence[Example], samples: Sequence[Sample]) -> Iterator[Crew]:
    """One fit a fold of groups, answering the groups that it has not seen."""
    groups = sorted({sample.group for sample in samples})
    order = np.random.Generator(np.random.PCG64(0)).permutation(len(groups))
    fold = {groups[index]: place % FOLDS for place, index in enumerate(order)}
    for number in range(min(FOLDS, len(groups))):
        seen = [example for example in examples if fold[example.sample.group] != number]
        say(f"fitting {model.name} out of fold {number + 1} of {FOLDS}: {len(seen)} examples")
        yield Crew(model=model.fit(seen), samples=tuple(s for s in samples if fold[s.group] == number))


def _unseen(train: Sequence[Sample], test: Sequence[Sample]) -> list[Sample]:
    """The train samples that do not stand in the test split too, under another id."""

    def content(sample: Sample) -> tuple[object, ...]:
        words = " ".join(sample.question.casefold().split())
        return (
            sample.task,
            sample.language,
            words,
            sample.choices,
            sample.regions,
            tuple(m.sha256 for m in sample.media),
        )

    asked = {content(sample) for sample in test}
    kept = [sample for sample in train if content(sample) not in asked]
    if len(kept) < len(train):
        say(f"{len(train) - len(kept)} train samples are asked in the test split as well; the fit does not see them")
    return kept


def _examples(asker: Asker, samples: Iterable[Sample]) -> list[Example]:
    """Requests as they are asked, with the samples behind them; unreadable pictures are left out."""
    readable = [sample for sample in samples if unreadable(sample) is None]
    pairs = [(asker.lesson(sample), sample) for sample in readable]
    return [Example(request=request, sample=sample) for request, sample in pairs if request is not None]
