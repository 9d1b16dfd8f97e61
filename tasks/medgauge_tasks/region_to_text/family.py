"""The family `region-to-text`."""

from collections.abc import Mapping, Sequence
from typing import Any

from medgauge.errors import MedGaugeError
from medgauge.protocols import BoxFormat, Decoded, Style
from medgauge.types import Answer, Language, Output, Parsed, Request, Sample
from medgauge_tasks.families import NO_OPTIONS, FamilyKit
from medgauge_tasks.json_answers import TEXT, json_answer, object_of
from medgauge_tasks.pictures import picture_words
from medgauge_tasks.prompts import ask, held, prompt_set
from medgauge_tasks.reading import decode, hear, without_markup
from medgauge_tasks.records import Record

METRICS = ("label_accuracy", "exact_match", "token_f1", "language_compliance", "empty_rate", "truncated_rate")
_EDGE = " \t\r\n.。,，;；:：!！"


def next_request(
    sample: Sample, style: Style, outputs: Sequence[Output], *, options: Mapping[str, str] = NO_OPTIONS
) -> Request | None:
    """One turn: the boxes in the model's own format, and what is it. Raises MedGaugeError without box or size."""
    del options
    if outputs:
        return None
    size = sample.media[0].size if sample.media else None
    if size is None or not sample.regions:
        raise MedGaugeError(f"{sample.task}: sample {sample.id!r} needs a readable image and a region to ask about")
    words = prompt_set("region-to-text", style).words[style.language]
    boxes = [box.xyxy for box in sample.regions]
    fields = {
        **picture_words(sample, style.language),
        "regions": style.box_format.encode([(words["region"], boxes)], style.frame(size)),
        "format": style.box_format.describe(style.language),
    }
    return held(ask("region-to-text", sample, style, "region", fields), style, object_of(name=TEXT))


def parse(
    sample: Sample, outputs: Sequence[Output], box_format: BoxFormat, *, options: Mapping[str, str] = NO_OPTIONS
) -> Parsed:
    """The words without boxes, tags and closing punctuation; a written box leaves its name."""
    del options
    heard = hear(outputs)
    written = json_answer(heard, "name", named=True)
    if written is not None:
        name = " ".join(written.text("name").strip(_EDGE).split())
        return Parsed(answer=Answer(text=name) if name else None, detail={"rule": "JSON" if name else "malformed JSON"})
    decoded = decode(heard, sample, outputs, box_format)
    words = without_markup(_named(heard.masked, decoded)) if decoded.mentions else without_markup(heard.text)
    text = " ".join(words.strip(_EDGE).split())
    detail = {"rule": "text" if text else "empty", "malformed": decoded.malformed, "violations": decoded.violations}
    return Parsed(answer=Answer(text=text) if text else None, detail=detail)


def _named(text: str, decoded: Decoded) -> str:
    """The text with every mention replaced by its name."""
    pieces, at = [], 0
    for mention in decoded.mentions:
        pieces += [text[at : mention.start], mention.label]
        at = mention.end
    return "".join([*pieces, text[at:]])


def metrics(options: Mapping[str, str]) -> tuple[str, ...]:
    """The same for every card."""
    del options
    return METRICS


def read_record(
    record: Mapping[str, Any],
    language: Language,
    box_format: BoxFormat,
    *,
    options: Mapping[str, str] = NO_OPTIONS,
    file: str = "records",
    line: int = 1,
) -> tuple[Sample, str]:
    """Two names. A size is optional here, because boxes are only taken out of the prediction."""
    del box_format, options
    read = Record(values=record, family="region-to-text", language=language, file=file, line=line)
    size = read.size() if {"hw", "width", "height"} & set(record) else (1000, 1000)
    return read.sample(Answer(text=read.reference()), size=size), read.prediction()


kit = FamilyKit(name="region-to-text", next_request=next_request, parse=parse, metrics=metrics, read_record=read_record)
