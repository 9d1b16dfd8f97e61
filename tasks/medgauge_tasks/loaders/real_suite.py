"""The real suite: one manifest of items of six kinds over small JPEGs of eight public sources.

A card picks one kind with its option `item`. An `en+zh` item becomes one sample for each language, with the same
id and group. What the manifest does not say (Chinese class names, the choices of two items, modalities) is
declared in `real_suite.yaml` beside this module, and nowhere else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict

from medgauge.errors import MedGaugeError
from medgauge.media import probe
from medgauge.strict_yaml import read_yaml
from medgauge.tasks import Card, Loaded
from medgauge.types import Answer, Box, Language, Media, Sample, Size, Split
from medgauge_tasks.loaders.polar import polar_of
from medgauge_tasks.loaders.records import check_split, data_folder, read_records
from medgauge_tasks.loaders.regions import regime
from medgauge_tasks.loaders.vqa_rad import question_types
from medgauge_tasks.readers.record import Record

FOLDER = "real-suite"
FILE = "manifest.jsonl"
IMAGES = "images"
LANGUAGES: Mapping[str, tuple[Language, ...]] = {"en": ("en",), "en+zh": ("en", "zh")}
TASKS = ("vqa", "grounding", "detection", "classification", "classification_multilabel", "report")


class Declared(BaseModel):
    """The form of `real_suite.yaml`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    sources: dict[str, dict[str, str]]
    """First folder of the image to tags."""
    modality: dict[str, str]
    """Image to modality."""
    questions: dict[str, dict[Language, str]]
    """First folder of the image to the question of its classification items."""
    labels_zh: dict[str, str]
    choices: dict[str, list[str]]
    """Item id to label space, in English."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What one item says in one language; the rest of a sample does not depend on the kind."""

    question: str = ""
    choices: tuple[str, ...] = ()
    regions: tuple[Box, ...] = ()
    target: Answer
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """What an item may need beside itself: the declared additions, and the label space of every source."""

    declared: Declared
    spaces: Mapping[str, tuple[str, ...]]
    """First folder of the image to the labels of that source's detection boxes, in alphabetical order."""


Read: TypeAlias = Callable[[Record, Language, Suite], Content]


def load(card: Card, data_dir: Path | None, split: Split) -> Loaded:
    """The items of the card's kind as samples, in the manifest's order. Raises BadRecord and Incomplete."""
    check_split(card, split)
    kind = card.options.get("item", "")
    if kind not in READERS:
        raise MedGaugeError(f"{card.name}: option 'item' is {kind!r}; it can be {', '.join(sorted(READERS))}")
    root = data_folder(card, data_dir, FOLDER, FILE)
    read = read_records(card, root / FILE, "id")
    records = [r for r in read.records if r.one_of("task", TASKS) == kind]
    suite = Suite(declared=declared(), spaces=_spaces(records) if kind == "detection" else {})
    find = partial(probe, root=root)
    samples = [s for record in records for s in _samples(card, record, suite, find)]
    return Loaded(root=root, samples=tuple(samples), excluded=read.excluded)


@cache
def declared() -> Declared:
    """What the manifest leaves out, from `real_suite.yaml`."""
    text = (files("medgauge_tasks.loaders") / "real_suite.yaml").read_text("utf-8")
    return read_yaml(text, "loaders/real_suite.yaml", Declared)


def _samples(card: Card, record: Record, suite: Suite, find: Callable[[str], Media]) -> list[Sample]:
    media = record.media("image", IMAGES, find)
    if media.size and "size" in record.values and media.size != _size(record):
        record.fail("size", f"the image's own {media.size[0]} x {media.size[1]} pixels", record.get("size"))
    languages = LANGUAGES[record.one_of("lang", LANGUAGES)]
    samples = []
    for language in languages:
        content = READERS[card.options["item"]](record, language, suite)
        samples.append(
            Sample(
                id=record.id,
                task=card.name,
                language=language,
                question=content.question,
                choices=content.choices,
                media=(media,),
                target=content.target,
                tags={**_source_tags(record, suite.declared), **content.tags},
                group=_group(record),
            )
        )
    return samples


def _source_tags(record: Record, declared: Declared) -> dict[str, str]:
    image = record.text("image")
    source = _source(record)
    if source not in declared.sources:
        record.fail("image", f"a path in one of {', '.join(sorted(declared.sources))}", image)
    tags = dict(declared.sources[source])
    if image in declared.modality:
        tags["modality"] = declared.modality[image]
    return tags


def _source(record: Record) -> str:
    return record.text("image").partition("/")[0]


def _group(record: Record) -> str:
    """The image; for ChestX-ray14 the patient, whose number begins the file's name."""
    image = record.text("image")
    return image.partition("_")[0] if _source(record) == "nih" else image


def _vqa(record: Record, language: Language, suite: Suite) -> Content:
    answer = record.words("answer")
    answer_type = record.one_of("answer_type", ("CLOSED", "OPEN"))
    polar = polar_of(answer, language)
    return Content(
        question=record.text("question"),
        target=Answer(text=answer, polar=polar),
        tags={
            "kind": answer_type.lower(),
            "answer_type": answer_type,
            "polar": "yes" if polar else "no",
            "organ": record.one_of("organ", ("ABD", "CHEST", "HEAD")),
            "question_type": question_types(record.text("question_type")),
        },
    )


def _report(record: Record, language: Language, suite: Suite) -> Content:
    return Content(target=Answer(text=record.text("report")), tags={"finding": record.text("finding")})


def _classification(record: Record, language: Language, suite: Suite) -> Content:
    label = record.text("label")
    space = suite.declared.choices.get(record.id)
    choices = tuple(space) if space and "choices" not in record.values else record.texts("choices")
    if label not in choices:
        record.fail("label", f"one of the choices {', '.join(choices)}", label)
    if "label_zh" in record.values and record.text("label_zh") != _zh(record, "label", label, suite):
        record.fail("label_zh", f"the declared name {_zh(record, 'label', label, suite)}", record.text("label_zh"))
    if language == "zh":
        choices = tuple(_zh(record, "choices", choice, suite) for choice in choices)
        label = _zh(record, "label", label, suite)
    question = _question(record, language, suite)
    return Content(question=question, choices=choices, target=Answer(labels=(label,)), tags={"kind": "single"})


def _question(record: Record, language: Language, suite: Suite) -> str:
    questions = suite.declared.questions.get(_source(record), {})
    if language not in questions:
        record.fail("image", f"a source whose question in {language!r} is declared in real_suite.yaml", _source(record))
    return questions[language]


def _zh(record: Record, field: str, label: str, suite: Suite) -> str:
    if label not in suite.declared.labels_zh:
        record.fail(field, "a class whose Chinese name is declared in real_suite.yaml", label)
    return suite.declared.labels_zh[label]


def _multilabel(record: Record, language: Language, suite: Suite) -> Content:
    flags = record.flags("labels")
    labels = tuple(name for name, true in flags.items() if true)
    question = _question(record, language, suite)
    return Content(question=question, choices=tuple(flags), target=Answer(labels=labels), tags={"kind": "multi"})


def _grounding(record: Record, language: Language, suite: Suite) -> Content:
    """Asks for what the boxes name, in the order in which they do."""
    boxes = _boxes(record, "label" if language == "en" else "label_zh")
    choices = tuple(dict.fromkeys(box.label for box in boxes))
    if not choices:
        record.fail("boxes", "at least one box", [])
    view = {"view": record.text("view")} if "view" in record.values else {}
    return Content(choices=choices, target=Answer(boxes=boxes), tags={"regime": regime(choices, boxes), **view})


def _detection(record: Record, language: Language, suite: Suite) -> Content:
    """Asks for every label of the source, so that the question does not tell what is in the image."""
    boxes = _boxes(record, "label")
    choices = suite.spaces[_source(record)]
    stain = {"stain": record.text("kind")} if "kind" in record.values else {}
    return Content(choices=choices, target=Answer(boxes=boxes), tags={"regime": regime(choices, boxes), **stain})


def _boxes(record: Record, label: str) -> tuple[Box, ...]:
    width, height = _size(record)
    boxes = []
    for part in record.parts("boxes"):
        xyxy = part.xyxy("xyxy")
        if xyxy[0] < 0 or xyxy[1] < 0 or xyxy[2] > width or xyxy[3] > height:
            record.fail("xyxy", f"a box inside {width} x {height} pixels", xyxy)
        boxes.append(Box(xyxy=xyxy, label=part.text(label)))
    return tuple(boxes)


def _size(record: Record) -> Size:
    value = record.get("size")
    if not isinstance(value, list) or len(value) != 2 or not all(type(v) is int and v > 0 for v in value):
        record.fail("size", "width and height in pixels", value)
    return value[0], value[1]


def _spaces(records: list[Record]) -> dict[str, tuple[str, ...]]:
    labels: dict[str, set[str]] = {}
    for record in records:
        labels.setdefault(_source(record), set()).update(part.text("label") for part in record.parts("boxes"))
    return {source: tuple(sorted(names)) for source, names in labels.items()}


READERS: Mapping[str, Read] = {
    "vqa": _vqa,
    "report": _report,
    "classification": _classification,
    "classification_multilabel": _multilabel,
    "grounding": _grounding,
    "detection": _detection,
}
