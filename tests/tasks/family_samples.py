"""One sample for each family, kind and language, with the words a perfect model would say."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from medgauge.plugins import catalog
from medgauge.protocols import BoxFormat, Frame
from medgauge.types import Answer, Box, Key, Language, Media, Output, Parsed, Sample, Segment, Size
from medgauge_tasks.families import FamilyKit

SIDE = 999
FRAME = Frame(original=(SIDE, SIDE), sent=(SIDE, SIDE))
FAMILIES = ("vqa", "report", "classification", "region-to-text", "text-to-region", "grounded-report")
LANGUAGES: tuple[Language, ...] = ("en", "zh")
FORMATS = ("medrega", "json-pixels", "json-1000")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A sample, the options of its card and what its target sounds like."""

    kind: str
    sample: Sample
    options: Mapping[str, str] = field(default_factory=dict)
    frame: Frame = FRAME

    @property
    def family(self) -> str:
        return self.sample.task

    @property
    def name(self) -> str:
        return f"{self.family} / {self.kind} / {self.sample.language}"


def kit(family: str) -> FamilyKit:
    loaded: FamilyKit = catalog("families").load(family)
    return loaded


def box_format(name: str) -> BoxFormat:
    loaded: BoxFormat = catalog("box_formats").load(name)
    return loaded


def make(
    family: str,
    language: Language = "en",
    *,
    size: Size | None = (SIDE, SIDE),
    target: Answer | None = None,
    **fields: Any,
) -> Sample:
    media = (Media(path="image.png", sha256="00", size=size),)
    empty = {"id": "1", "group": "g", "media": media, "target": target or Answer(), **fields}
    return Sample(task=family, language=language, **empty)


def output(sample: Sample, text: str, sent: tuple[Size, ...] = ()) -> Output:
    return Output(key=Key(task=sample.task, id=sample.id, language=sample.language), text=text, sent=sent)


def parsed(sample: Sample, text: str, *, format: str = "medrega", options: Mapping[str, str] | None = None) -> Parsed:
    """What the family reads; the sample goes in with an empty target, as in a run."""
    blind = replace(sample, target=Answer())
    return kit(sample.task).parse(blind, (output(blind, text),), box_format(format), options=options or {})


def say(case: Case, format: BoxFormat) -> str:
    """The target in the family's own form."""
    target, language = case.sample.target, case.sample.language
    if case.family == "classification":
        none = "none" if language == "en" else "无"
        return (", " if language == "en" else "，").join(target.labels or ()) or none
    if case.family == "text-to-region":
        labels = dict.fromkeys(box.label for box in target.boxes)
        mentions = [(label, [b.xyxy for b in target.boxes if b.label == label]) for label in labels]
        return format.encode(mentions, case.frame) if mentions else ("none" if language == "en" else "无")
    if case.family == "grounded-report":
        colon = ": " if language == "en" else "："
        parts = [
            format.encode([(s.label, [b.xyxy for b in s.boxes])], case.frame) + colon + s.text for s in target.segments
        ]
        return "\n".join(parts)
    if target.choice is not None:
        return "ABCDEFGH"[target.choice]
    return target.text


def cases() -> Iterator[Case]:
    for language in LANGUAGES:
        yield from _vqa(language)
        yield from _report(language)
        yield from _classification(language)
        yield from _regions(language)
        yield from _grounded(language)


def _vqa(language: Language) -> Iterator[Case]:
    en = language == "en"
    yes, organ, names = ("yes", "Left lung", ("CT", "MRI")) if en else ("是", "左肺", ("计算机断层扫描", "磁共振"))
    question = "Is there a nodule?" if en else "有结节吗？"
    target = Answer(text=yes, polar="yes")
    yield Case(kind="closed", sample=make("vqa", language, question=question, tags={"kind": "closed"}, target=target))
    question = "Where is the nodule?" if en else "结节在哪里？"
    yield Case(
        kind="open", sample=make("vqa", language, question=question, tags={"kind": "open"}, target=Answer(text=organ))
    )
    question = "Which modality is this?" if en else "这是什么检查？"
    target = Answer(text=names[1], choice=1)
    sample = make("vqa", language, question=question, choices=names, tags={"kind": "choice"}, target=target)
    yield Case(kind="choice", sample=sample)


def _report(language: Language) -> Iterator[Case]:
    text = "The lungs are clear. No effusion." if language == "en" else "双肺清晰，未见胸腔积液。"
    for kind, modality in (("free", "X-ray"), ("sections", "X-ray"), ("free", "MRI")):
        tags = {"modality": modality, "organ": "chest" if modality == "X-ray" else "brain"}
        sample = make("report", language, tags=tags, target=Answer(text=text))
        yield Case(kind=f"{kind}, {modality}", sample=sample, options={"report": kind})


def _classification(language: Language) -> Iterator[Case]:
    en = language == "en"
    single = ("normal", "drusen", "diabetic macular edema") if en else ("正常", "玻璃膜疣", "糖尿病性黄斑水肿")
    multi = ("Effusion", "Mass", "Pleural thickening", "No finding") if en else ("积液", "肿块", "胸膜增厚", "未见异常")
    tags = {"modality": "OCT", "kind": "single"}
    sample = make(
        "classification", language, choices=single, tags=tags, target=Answer(text=single[1], labels=single[1:2])
    )
    yield Case(kind="single", sample=sample)
    yield Case(
        kind="single, organ", sample=replace(sample, tags=tags | {"modality": "CT"}), options={"subject": "organ"}
    )
    for some in ((multi[0], multi[2]), multi[1:2], ()):
        sample = make(
            "classification",
            language,
            choices=multi[:3] if not some else multi,
            tags={"modality": "X-ray", "organ": "chest", "kind": "multi"},
            target=Answer(text=", ".join(some), labels=some),
        )
        yield Case(kind=f"multi, {len(some)} labels", sample=sample, options={"labels": "multi"})


def _regions(language: Language) -> Iterator[Case]:
    en = language == "en"
    one, two = ("left lung", "right lung") if en else ("左肺", "右肺")
    tags = {"modality": "CT"}
    box = Box(xyxy=(100, 200, 300, 450))
    yield Case(
        kind="region", sample=make("region-to-text", language, regions=(box,), tags=tags, target=Answer(text=one))
    )
    here = (Box(xyxy=(500, 120, 900, 880), label=one), Box(xyxy=(10, 20, 90, 90), label=one))
    other = (Box(xyxy=(90, 110, 480, 900), label=two),)
    for kind, choices, boxes in (
        ("one object, one box", (one,), here[:1]),
        ("one object, many boxes", (one,), here),
        ("many objects, one box", (one, two), here[:1] + other),
        ("many objects, many boxes", (one, two), here + other),
        ("one object, absent", (one,), ()),
    ):
        yield Case(
            kind=kind, sample=make("text-to-region", language, choices=choices, tags=tags, target=Answer(boxes=boxes))
        )


def _grounded(language: Language) -> Iterator[Case]:
    en = language == "en"
    one, two = ("left lung", "right lung") if en else ("左肺", "右肺")
    said = ("Clear, without effusion.", "A nodule of 3 mm.") if en else ("清晰，无积液。", "见3mm结节。")
    boxes = (Box(xyxy=(500, 120, 900, 880), label=one), Box(xyxy=(90, 110, 480, 900), label=two))
    segments = tuple(Segment(label=box.label, text=text, boxes=(box,)) for box, text in zip(boxes, said, strict=True))
    target = Answer(text=(" " if en else "").join(said), segments=segments, boxes=boxes)
    tags = {"modality": "X-ray", "organ": "chest"}
    for kind, choices in (("named", (one, two)), ("all", ())):
        yield Case(kind=kind, sample=make("grounded-report", language, choices=choices, tags=tags, target=target))


def rows(answer: Answer | None) -> Sequence[tuple[str, tuple[int, ...]]]:
    """Labels and rounded corners, for short comparisons."""
    return [(box.label, tuple(round(v) for v in box.xyxy)) for box in answer.boxes] if answer else []
