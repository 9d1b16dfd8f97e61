"""A tiny task and models that tests can look through: is the square left or right?"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from PIL import Image

from medgauge.media import probe
from medgauge.protocols import BoxFormat, Example, Learner, Model, Statistics, Style
from medgauge.spec import ModelSpec, Plan, RunSpec, TaskSpec
from medgauge.tasks import Card, Loaded, Task
from medgauge.types import Answer, FloatArray, Message, Output, Parsed, Request, Sample, Split, Text, answering


@dataclass(frozen=True, slots=True, kw_only=True)
class Same:
    """Share of answers with the target's words."""

    name: str = "same"
    higher_is_better: bool = True
    proportion: bool = True
    resampled: bool = True
    signature: str = "same|v1"

    def prepare(self, targets: Sequence[Answer]) -> "Same":
        return self

    def measure(self, answer: Answer | None, target: Answer) -> tuple[float, ...]:
        return (float(answer is not None and answer.text == target.text), 1.0)

    def reduce(self, statistics: Statistics, weights: FloatArray) -> dict[str, FloatArray]:
        sums = statistics.sums(weights)
        return {"": sums[:, 0] / sums[:, 1]}


def card(**changes: object) -> Card:
    base = Card(
        name="made",
        title="made",
        family="vqa",
        languages=("en",),
        modality=("x-ray",),
        licence="Apache-2.0",
        access="embedded",
        publish="images",
        group="image",
        version=1,
        primary="same",
        citation="none",
        loader="made:load",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def make_task(folder: Path, n: int = 24, turns: int = 1, **changes: object) -> Task:
    """`n` pictures with a bright half; the target names it. Written under `folder`."""
    made = card(**changes)

    def load(data_dir: Path | None, split: Split) -> Loaded:
        root = folder / split
        root.mkdir(parents=True, exist_ok=True)
        samples = []
        for index in range(n):
            side = ("left", "right")[index % 2]
            file = root / f"{index}.png"
            if not file.exists():
                pixels = np.zeros((8, 8), np.uint8)
                pixels[:, :4] = 255 if side == "left" else (index + (100 if split == "train" else 0)) % 200
                pixels[:, 4:] = 255 if side == "right" else (index + (100 if split == "train" else 0)) % 200
                Image.fromarray(pixels).save(file)
            samples.extend(
                Sample(
                    id=f"{split}-{index}",
                    task=made.name,
                    language=language,
                    question="which side is bright?",
                    media=(probe(file.name, root),),
                    target=Answer(text=side),
                    tags={"half": "first" if index < n / 2 else "second"},
                    group=f"{split}-{index}",
                )
                for language in made.languages
            )
        return Loaded(root=root, samples=tuple(samples))

    def next_request(sample: Sample, style: Style, outputs: Sequence[Output]) -> Request | None:
        if len(outputs) == turns:
            return None
        key = f"{sample.task}:{sample.language}:0:{len(outputs)}:{sample.id}"
        words = sample.question if not outputs else f"you said {outputs[-1].text!r}; sure?"
        return Request(id=key, messages=(Message(role="user", parts=(*sample.media, Text(text=words))),))

    def parse(sample: Sample, outputs: Sequence[Output], box_format: BoxFormat) -> Parsed:
        assert sample.target == Answer()
        text = outputs[-1].text.strip()
        return Parsed(answer=Answer(text=text) if text else None)

    return Task(
        card=made,
        load=load,
        next_request=next_request,
        parse=parse,
        metrics=(Same(),),
        prompt_sets={"plain": "abc"},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """A model that looks: compares the halves. Remembers what it was asked."""

    name: str = "says"
    box_format: str = "medrega"
    asked: list[str] = field(default_factory=list)
    skip: frozenset[str] = frozenset()
    fail: frozenset[str] = frozenset()
    reverse: bool = False
    stop_after: int | None = None

    def generate(self, requests: Iterable[Request]) -> Iterator[Output]:
        order = list(requests)
        for count, request in enumerate(reversed(order) if self.reverse else order):
            if self.stop_after is not None and count == self.stop_after:
                raise KeyboardInterrupt
            self.asked.append(request.id)
            id = request.id.split(":", 4)[4]
            if id in self.skip:
                continue
            if id in self.fail:
                yield answering(request, finish="failed", error="boom")
                continue
            yield answering(request, text=look(request))


def look(request: Request) -> str:
    if not request.media:
        return "left"
    pixels = np.asarray(Image.open(request.media[0].path)).astype(float)
    return "left" if pixels[:, :4].mean() > pixels[:, 4:].mean() else "right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Learns:
    """A learner that records the ids it was fitted on, and says how many there were."""

    name: str = "learns"
    box_format: str = "medrega"
    fits: list[frozenset[str]] = field(default_factory=list)
    answered: list[tuple[frozenset[str], str]] = field(default_factory=list)

    def fit(self, examples: Sequence[Example]) -> Model:
        seen = frozenset(example.sample.id for example in examples)
        assert all(example.request.media for example in examples)
        self.fits.append(seen)
        return Fitted(seen=seen, answered=self.answered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    name: str = "learns"
    box_format: str = "medrega"
    seen: frozenset[str]
    answered: list[tuple[frozenset[str], str]]

    def generate(self, requests: Iterable[Request]) -> Iterator[Output]:
        for request in requests:
            self.answered.append((self.seen, request.id.split(":", 4)[4]))
            yield answering(request, text=look(request))


def make_plan(task: Task, model: Model | Learner, **changes: object) -> Plan:
    fit = ("train-split" if "train" in task.card.splits else "out-of-fold") if isinstance(model, Learner) else None
    spec = RunSpec(
        model=ModelSpec(spec=model.name, name=model.name, box_format="medrega"),
        tasks=(
            TaskSpec(
                name=task.name,
                version=1,
                family=task.card.family,
                languages=task.card.languages,
                prompts="plain",
                prompts_hash="abc",
                fit=fit,  # type: ignore[arg-type]
            ),
        ),
    )
    return Plan(spec=replace(spec, **changes), tasks=(task,), model=model)  # type: ignore[arg-type]


def metric(results: dict, name: str = "made") -> dict:  # type: ignore[type-arg]
    return results["tasks"][name]["metrics"]["same"]  # type: ignore[no-any-return]
