"""The family `report`."""

from collections.abc import Mapping, Sequence
from typing import Any

from medgauge.protocols import BoxFormat, Style
from medgauge.types import Answer, Language, Output, Parsed, Request, Sample
from medgauge_tasks.families import NO_OPTIONS, FamilyKit, option
from medgauge_tasks.pictures import picture_words
from medgauge_tasks.prompts import ask
from medgauge_tasks.reading import hear
from medgauge_tasks.records import Record

METRICS = ("bleu1", "bleu4", "rouge_l", "length_ratio")
SECTIONS = ("free", "sections")
"""Values of the card's option `report`: one text, or findings and impression as two parts."""


def next_request(
    sample: Sample, style: Style, outputs: Sequence[Output], *, options: Mapping[str, str] = NO_OPTIONS
) -> Request | None:
    """One turn: write the report."""
    if outputs:
        return None
    return ask("report", sample, style, option(options, "report", SECTIONS), picture_words(sample, style.language))


def parse(
    sample: Sample, outputs: Sequence[Output], box_format: BoxFormat, *, options: Mapping[str, str] = NO_OPTIONS
) -> Parsed:
    """The words themselves."""
    del sample, box_format, options
    heard = hear(outputs)
    if not heard.text:
        return Parsed(answer=None, detail={"rule": "empty"})
    return Parsed(answer=Answer(text=heard.text), detail={"rule": "text"})


def metrics(options: Mapping[str, str]) -> tuple[str, ...]:
    """The same for every card. Raises MedGaugeError for an unknown value of `report`."""
    option(options, "report", SECTIONS)
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
    """Two reports."""
    del box_format, options
    read = Record(values=record, family="report", language=language, file=file, line=line)
    return read.sample(Answer(text=read.reference())), read.prediction()


kit = FamilyKit(name="report", next_request=next_request, parse=parse, metrics=metrics, read_record=read_record)
