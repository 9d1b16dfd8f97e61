"""A fitted baseline: one part for every task and language that it was taught."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, cast

from medgauge.about import About
from medgauge.errors import MedGaugeError
from medgauge.media import UnreadableImage
from medgauge.plugins import catalog
from medgauge.protocols import BoxFormat
from medgauge.types import Answer, Output, Request, answering
from medgauge_model_adapters.baselines.lessons import Asked, Course, read_request, sent_sizes
from medgauge_model_adapters.baselines.say import Form, say


class Part(Protocol):
    """What was learnt for one task in one language."""

    def answer(self, asked: Asked) -> Answer:
        """The answer, its boxes in the unit square. Raises UnreadableImage."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A part and the shape of its answers."""

    form: Form
    part: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedBaseline:
    """A model that sees requests only, and answers them in order."""

    name: str
    box_format: str
    taught: Mapping[Course, Taught] = field(repr=False)

    def generate(self, requests: Iterable[Request]) -> Iterator[Output]:
        """One output a request; a picture that cannot be opened, or an untaught task, is a failed one."""
        box_format = load_box_format(self.box_format)
        for request in requests:
            yield self._output(request, box_format)

    def _output(self, request: Request, box_format: BoxFormat) -> Output:
        asked = read_request(request, box_format)
        sizes = sent_sizes(request.media)
        taught = self.taught.get(asked.course)
        if taught is None:
            task, language = asked.course
            return answering(request, finish="failed", error=f"{self.name} was not taught {task!r} in {language!r}")
        try:
            answer = taught.part.answer(asked)
        except UnreadableImage as error:
            return answering(request, finish="failed", error=str(error))
        sent = sizes[0] if sizes else (1000, 1000)
        text = say(taught.form, answer, language=asked.key.language, box_format=box_format, sent=sent)
        return answering(request, text=text, sent=sizes)


def about_baseline(title: str) -> About:
    """No network and no weights, so zero billions; all that it learns is the train split, which the spec names."""
    return About(title=title, parameters=0.0, open_weights=True, licence="Apache-2.0", medical=False)


def load_box_format(name: str) -> BoxFormat:
    """A box format by name."""
    return cast(BoxFormat, catalog("box_formats").load(name))


def no_argument(name: str, argument: str) -> None:
    """The baselines take no argument. Raises MedGaugeError."""
    if argument:
        raise MedGaugeError(f"{name}: takes no argument, got {argument!r}")
