"""The family `report`."""

from collections.abc import Mapping, Sequence
from typing import Any

from medgauge.protocols import BoxFormat, Style
from medgauge.types import Answer, Language, Output, Parsed, Request, Sample
from medgauge_tasks.families import NO_OPTIONS, FamilyKit, option
from medgauge_tasks.json_answers import TEXT, json_answer, object_of
from medgauge_tasks.pictures import picture_words
from medgauge_tasks.prompts import ask, held
from medgauge_tasks.reading import hear
from medgauge_tasks.records import Record

METRICS = (
    *("rouge_l", "rouge1", "rouge2", "bleu1", "bleu2", "bleu3", "bleu4", "cider_d", "chrf"),
    *("clinical_lite_tuple_f1", "clinical_lite_measurement_f1"),
    *("clinical_lite_polarity_flip_rate", "clinical_lite_laterality_error_rate"),
    *("clinical_lite_hallucination_rate", "clinical_lite_omission_rate", "clinical_lite_coverage"),
    *("length_ratio", "language_compliance", "empty_rate", "truncated_rate", "duplicate_rate", "template_rate"),
)
BY_SECTION = ("bleu4", "rouge_l")
"""What a report in sections is scored with section by section as well, headings left out."""
SECTIONS = ("free", "sections")
"""Values of the card's option `report`: one text, or findings and impression as two parts."""

_KEYS: Mapping[str, tuple[str, ...]] = {"free": ("report",), "sections": ("findings", "impression")}
"""Of an answer in JSON."""
_HEADINGS: Mapping[Language, Mapping[str, str]] = {
    "en": {"findings": "Findings: ", "impression": "Impression: "},
    "zh": {"findings": "影像所见：", "impression": "影像结论："},
}


def next_request(
    sample: Sample, style: Style, outputs: Sequence[Output], *, options: Mapping[str, str] = NO_OPTIONS
) -> Request | None:
    """One turn: write the report."""
    if outputs:
        return None
    kind = option(options, "report", SECTIONS)
    request = ask("report", sample, style, kind, picture_words(sample, style.language))
    return held(request, style, object_of(**dict.fromkeys(_KEYS[kind], TEXT)))


def parse(
    sample: Sample, outputs: Sequence[Output], box_format: BoxFormat, *, options: Mapping[str, str] = NO_OPTIONS
) -> Parsed:
    """The words themselves; those of sections in JSON under their headings."""
    del box_format
    heard = hear(outputs)
    if not heard.text:
        return Parsed(answer=None, detail={"rule": "empty"})
    keys = _KEYS[option(options, "report", SECTIONS)]
    written = json_answer(heard, *keys)
    if written is not None:
        parts = [(_HEADINGS[sample.language].get(key, ""), written.text(key)) for key in keys]
        text = "\n".join(heading + words for heading, words in parts if words)
        return Parsed(answer=Answer(text=text) if text else None, detail={"rule": "JSON" if text else "malformed JSON"})
    return Parsed(answer=Answer(text=heard.text), detail={"rule": "text"})


def metrics(options: Mapping[str, str]) -> tuple[str, ...]:
    """Those of a whole text, and of its sections where it has them. Raises MedGaugeError for another `report`."""
    if option(options, "report", SECTIONS) == "free":
        return METRICS
    sections = ("findings", "impression", "body")
    return (*METRICS, *(f"{metric}(section={section})" for section in sections for metric in BY_SECTION))


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
