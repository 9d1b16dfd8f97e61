"""`baseline/vision`: classical computer vision, without any pretrained weights.

Pictures are described by hand-made numbers, places in them by proposals from thresholds; what they mean is learnt by
small forests of randomised trees. What it cannot see it answers as the blind baseline does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from medgauge.about import About
from medgauge.protocols import Example
from medgauge_model_adapters.baselines.album import Album
from medgauge_model_adapters.baselines.blind import learn_blind
from medgauge_model_adapters.baselines.eye import Eye, make_eye
from medgauge_model_adapters.baselines.fitted import (
    FittedBaseline,
    Part,
    Taught,
    about_baseline,
    load_box_format,
    no_argument,
)
from medgauge_model_adapters.baselines.grounded import learn_segments
from medgauge_model_adapters.baselines.lessons import Lesson, Material, read_examples
from medgauge_model_adapters.baselines.places import learn_boxes, learn_names
from medgauge_model_adapters.baselines.say import Form
from medgauge_model_adapters.baselines.sight import learn_answers, learn_reports
from medgauge_model_adapters.options import chosen_box_format

NAME = "baseline/vision"
ABOUT = about_baseline("Classical computer vision")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vision:
    """The learner. It owns the memory of measured pictures, which all tasks and both languages share."""

    name: str = NAME
    box_format: str
    about: About = ABOUT
    album: Album = field(default_factory=Album, repr=False)

    def fit(self, examples: Sequence[Example]) -> FittedBaseline:
        """Forests for every task and language. Pure: the same examples give the same answers.

        Raises UnreadableImage for a training picture that cannot be opened.
        """
        courses = read_examples(examples, load_box_format(self.box_format))
        eyes: dict[frozenset[str], Eye] = {}
        taught = {
            course: Taught(form=material.form, part=_learn(material, self.album, eyes))
            for course, material in courses.items()
        }
        return FittedBaseline(name=self.name, box_format=self.box_format, taught=taught)


def build(argument: str, options: Mapping[str, str]) -> Vision:
    """Segmentation, features and regression on pictures: classical, small, no network.

    Option: `box_format` (default `medrega`). Raises MedGaugeError.
    """
    no_argument(NAME, argument)
    return Vision(box_format=chosen_box_format(NAME, options))


def _learn(material: Material, album: Album, eyes: dict[frozenset[str], Eye]) -> Part:
    """`eyes` holds what was made for the same pictures before: for the other language, mostly."""
    blind = learn_blind(material)
    if material.form in _BY_ALBUM:
        return _BY_ALBUM[material.form](material.lessons, album, blind)
    media = [lesson.asked.media[0] for lesson in material.lessons if lesson.asked.media]
    if not media:
        return blind
    names = frozenset(one.sha256 or one.path for one in media)
    if names not in eyes:
        eyes[names] = make_eye(media, album)
    return _BY_EYE[material.form](material.lessons, eyes[names], blind)


_BY_ALBUM: Mapping[Form, Callable[[Sequence[Lesson], Album, Part], Part]] = {"name": learn_names, "boxes": learn_boxes}
_BY_EYE: Mapping[Form, Callable[[Sequence[Lesson], Eye, Part], Part]] = {
    "answer": learn_answers,
    "labels": learn_answers,
    "report": learn_reports,
    "grounded": learn_segments,
}
