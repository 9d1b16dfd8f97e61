"""The family `grounded-report`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from medgauge.protocols import BoxFormat, Mention, Style
from medgauge.types import Answer, Box, Language, Output, Parsed, Request, Sample, Segment
from medgauge_tasks.families import NO_OPTIONS, FamilyKit
from medgauge_tasks.json_answers import JsonAnswer, decode_items, json_answer
from medgauge_tasks.pictures import picture_words
from medgauge_tasks.prompts import ask, name_list, prompt_set
from medgauge_tasks.reading import boxes_of, decode, hear, name_of, without_markup
from medgauge_tasks.records import REFERENCE, Record, said

METRICS = (
    *("object_f1", "region_f1@0.5", "alignment_f1@0.5", "spatial_f1", "grounding_f1"),
    *("found_rate", "mislocated_rate", "wrong_side_rate", "missed_rate", "invented_rate"),
    *("region_rouge_l", "rouge_l"),
    *("object_precision", "object_recall", "alignment_precision@0.5", "alignment_recall@0.5"),
    *("spatial_precision", "spatial_recall", "grounding_precision", "grounding_recall"),
    *("language_compliance", "truncated_rate"),
)
SEGMENTS = "segments"
"""The key of an answer in JSON."""
_BETWEEN = re.compile(r"[\s,，、;；]*+(?:and|和|及|与|以及)?+[\s,，、]*+", re.IGNORECASE)
_MARKER = re.compile(r"(?:\A|\n)[ \t]{0,8}(?:\d{1,2}[.、)]|[-*•])[ \t]{0,8}\Z")
_BARE = re.compile(r"<ref>([^<>\n]{1,200})</ref>")
_LEAD = " \t\r\n:：-—"
_TRAIL = " \t\r\n,，;；"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """Names that stand side by side, and the one text that follows them."""

    mentions: tuple[Mention, ...]
    text: str


def next_request(
    sample: Sample, style: Style, outputs: Sequence[Output], *, options: Mapping[str, str] = NO_OPTIONS
) -> Request | None:
    """One turn: locate and describe what is named, or all there is."""
    del options
    if outputs:
        return None
    words = prompt_set("grounded-report", style).words[style.language]
    fields = {
        **picture_words(sample, style.language),
        "objects": name_list(sample.choices, words),
        "format": style.box_format.describe(style.language),
    }
    return ask("grounded-report", sample, style, "named" if sample.choices else "all", fields)


def parse(
    sample: Sample, outputs: Sequence[Output], box_format: BoxFormat, *, options: Mapping[str, str] = NO_OPTIONS
) -> Parsed:
    """Segments: names with their boxes, each with the text that follows up to the next name.

    Names that only a comma or an "and" parts share the text. Where the box format writes whole phrases as names, the
    names are text too. A report without any box has its text alone.
    """
    del options
    heard = hear(outputs)
    written = json_answer(heard, SEGMENTS, named=True)
    if written is not None:
        return _in_json(written, sample, outputs, box_format)
    decoded = decode(heard, sample, outputs, box_format)
    mentions = _with_bare_names(heard.masked, decoded.mentions)
    before, said_of = _split(heard.masked, mentions)
    if getattr(box_format, "label_is_text", False):
        said_of = [replace(one, text=_joined([*(m.label for m in one.mentions), one.text], sample)) for one in said_of]
    segments = tuple(segment for one in said_of for segment in _segments(one, sample.choices, outputs[-1]))
    text = _joined([before, *(one.text for one in said_of)], sample) if mentions else without_markup(heard.text)
    detail = {
        "rule": "segments" if segments else "text" if text else "empty",
        "span": [(mention.start, mention.end) for mention in mentions],
        "malformed": decoded.malformed,
        "violations": decoded.violations,
    }
    return Parsed(answer=_answer(text, segments, mentions), detail=detail)


def _answer(text: str, segments: tuple[Segment, ...], mentions: Sequence[Mention]) -> Answer | None:
    if not text and not segments:
        return None
    boxes = tuple(box for segment in segments for box in segment.boxes)
    invalid = sum(mention.invalid for mention in mentions)
    return Answer(text=text, boxes=boxes, segments=segments, invalid_boxes=invalid)


def _in_json(written: JsonAnswer, sample: Sample, outputs: Sequence[Output], box_format: BoxFormat) -> Parsed:
    """Segments of a list, each with `region` (boxes as the model writes them; may be empty) and `text`."""
    items = (written.values or {}).get(SEGMENTS)
    parts = [
        JsonAnswer(values=one if isinstance(one, dict) else None) for one in items or () if isinstance(items, list)
    ]
    if not parts or any(one.values is None or not one.text("text") for one in parts):
        return Parsed(answer=None, detail={"rule": "malformed JSON"})
    regions = [(one.values or {}).get("region") or "" for one in parts]
    decoded = [decode_items([region] if region else [], sample, outputs, box_format) for region in regions]
    said_of = [_Said(mentions=d.mentions, text=one.text("text")) for d, one in zip(decoded, parts, strict=True)]
    segments = tuple(segment for one in said_of for segment in _segments(one, sample.choices, outputs[-1]))
    text = ("" if sample.language == "zh" else " ").join(one.text for one in said_of)
    detail = {
        "rule": "JSON",
        "malformed": sum(one.malformed for one in decoded),
        "violations": sum(one.violations for one in decoded),
    }
    mentions = [mention for one in decoded for mention in one.mentions]
    return Parsed(answer=_answer(text, segments, mentions), detail=detail)


def _joined(texts: Sequence[str], sample: Sample) -> str:
    return ("" if sample.language == "zh" else " ").join(text for text in texts if text)


def _with_bare_names(text: str, mentions: Sequence[Mention]) -> list[Mention]:
    """The mentions, and between them the names in `<ref>` that were written without a box."""
    found: list[Mention] = []
    at = 0
    for mention in (*mentions, None):
        end = mention.start if mention else len(text)
        found += [
            Mention(label=bare[1].strip(), boxes=(), start=bare.start(), end=bare.end())
            for bare in _BARE.finditer(text, at, end)
        ]
        if mention:
            found.append(mention)
            at = mention.end
    return found


def _split(text: str, mentions: Sequence[Mention]) -> tuple[str, list[_Said]]:
    """The words before the first name, and every group of names with its text."""
    groups: list[list[Mention]] = []
    for mention in mentions:
        if groups and _BETWEEN.fullmatch(text, groups[-1][-1].end, mention.start):
            groups[-1].append(mention)
        else:
            groups.append([mention])
    if not groups:
        return "", []
    ends = [group[0].start for group in groups[1:]] + [len(text)]
    parts = [
        _Said(mentions=tuple(group), text=_words(text[group[-1].end : end]))
        for group, end in zip(groups, ends, strict=True)
    ]
    return _words(text[: groups[0][0].start]), parts


def _words(text: str) -> str:
    """What is said, without colons before it and a separator or the next list number behind it."""
    return without_markup(_MARKER.sub("", text)).strip(_TRAIL).lstrip(_LEAD).strip()


def _segments(one: _Said, choices: tuple[str, ...], output: Output) -> Iterator[Segment]:
    """One segment a name; boxes of a name written twice side by side go together."""
    boxes: dict[str, tuple[Box, ...]] = {}
    for mention in one.mentions:
        label = name_of(mention.label, choices)
        boxes[label] = boxes.get(label, ()) + boxes_of(mention, label, output)
    for label, own in boxes.items():
        yield Segment(label=label, text=one.text, boxes=own)


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
    """The reference is a grounded report in the box format; `choices` are the structures that were asked for."""
    del options
    read = Record(values=record, family="grounded-report", language=language, file=file, line=line)
    size, reference, choices = read.size(), read.reference(), read.names("choices")
    blank = read.sample(Answer(), choices=choices, size=size)
    parsed = parse(blank, (said(blank, reference),), box_format)
    answer = parsed.answer
    if answer is None or not answer.boxes or answer.invalid_boxes or parsed.detail["malformed"]:
        expected = f"a report with boxes as {box_format.name!r} writes them"
        raise read.bad(read.value(REFERENCE)[0], expected, reference)
    return read.sample(answer, choices=choices, size=size), read.prediction()


kit = FamilyKit(
    name="grounded-report", next_request=next_request, parse=parse, metrics=metrics, read_record=read_record
)
