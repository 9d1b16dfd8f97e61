"""`baseline/prior`: one answer for every question of a task, learnt from the training targets alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medgauge.about import About
from medgauge.protocols import Example
from medgauge.types import Answer, Box, Segment
from medgauge_model_adapters.baselines.counting import majority, median_box, medoid
from medgauge_model_adapters.baselines.fitted import (
    FittedBaseline,
    Taught,
    about_baseline,
    load_box_format,
    no_argument,
)
from medgauge_model_adapters.baselines.lessons import Asked, Material, read_examples
from medgauge_model_adapters.options import chosen_box_format

NAME = "baseline/prior"
ABOUT = about_baseline("The most frequent answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """The same answer, whatever is asked."""

    said: Answer

    def answer(self, asked: Asked) -> Answer:
        """Looks at neither question nor picture."""
        del asked
        return self.said


@dataclass(frozen=True, slots=True, kw_only=True)
class Prior:
    """The learner."""

    name: str = NAME
    box_format: str
    about: About = ABOUT

    def fit(self, examples: Sequence[Example]) -> FittedBaseline:
        """The typical target of every task and language. Pure."""
        courses = read_examples(examples, load_box_format(self.box_format))
        taught = {
            course: Taught(form=material.form, part=Constant(said=typical(material)))
            for course, material in courses.items()
        }
        return FittedBaseline(name=self.name, box_format=self.box_format, taught=taught)


def build(argument: str, options: Mapping[str, str]) -> Prior:
    """The most frequent answer of what it learned from, whatever is asked.

    Option: `box_format` (default `medrega`). Raises MedGaugeError.
    """
    no_argument(NAME, argument)
    return Prior(box_format=chosen_box_format(NAME, options))


def typical(material: Material) -> Answer:
    """The one answer that stands for all targets."""
    targets = [lesson.target for lesson in material.lessons]
    if material.form == "labels":
        return Answer(labels=majority(target.labels or () for target in targets))
    if material.form == "report":
        return Answer(text=medoid([target.text for target in targets]))
    if material.form == "boxes":
        return Answer(boxes=typical_boxes(targets))
    if material.form == "grounded":
        return Answer(segments=typical_segments(targets))
    choice, text = majority((t.choice, "" if t.choice is not None else t.text) for t in targets)
    return Answer(choice=choice, text=text)


def typical_boxes(targets: Sequence[Answer]) -> tuple[Box, ...]:
    """The median box under the most frequent label; nothing when most targets hold no box."""
    boxes = [box for target in targets for box in target.boxes]
    if 2 * sum(bool(target.boxes) for target in targets) < len(targets) or not boxes:
        return ()
    return (Box(xyxy=median_box([box.xyxy for box in boxes]), label=majority(box.label for box in boxes)),)


def typical_segments(targets: Sequence[Answer]) -> tuple[Segment, ...]:
    """The most frequent set of labels, each with its most frequent words and its median box."""
    labels = majority(tuple(segment.label for segment in target.segments) for target in targets)
    return tuple(typical_segment(label, targets) for label in dict.fromkeys(labels))


def typical_segment(label: str, targets: Sequence[Answer]) -> Segment:
    """The most frequent words about one label, and its median box when most of its segments have one."""
    told = [segment for target in targets for segment in target.segments if segment.label == label]
    boxes = [box.xyxy for segment in told for box in segment.boxes]
    located = 2 * sum(bool(segment.boxes) for segment in told) >= len(told)
    return Segment(
        label=label,
        text=majority(segment.text for segment in told),
        boxes=(Box(xyxy=median_box(boxes), label=label),) if boxes and located else (),
    )
