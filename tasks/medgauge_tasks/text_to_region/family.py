"""The family `text-to-region`."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from medgauge.errors import MedGaugeError
from medgauge.protocols import BoxFormat, Decoded, Style
from medgauge.types import Answer, Language, Output, Parsed, Request, Sample
from medgauge_metrics.answers import match_labels, normalise
from medgauge_tasks.families import NO_OPTIONS, FamilyKit
from medgauge_tasks.json_answers import decode_items, json_answer
from medgauge_tasks.pictures import picture_words
from medgauge_tasks.prompts import ask, name_list, prompt_set
from medgauge_tasks.reading import Heard, boxes_of, decode, hear, name_of, without_markup
from medgauge_tasks.records import REFERENCE, Record, said

METRICS = (
    *("f1@0.5", "precision@0.5", "recall@0.5", "f1@0.3", "f1@0.75", "f1_image@0.5"),
    *("label_f1@0.5", "label_precision@0.5", "label_recall@0.5"),
    *("acc_iou@0.5", "iou_single_mean", "iou_union_mean", "center_hit"),
    *("ap", "ap@0.5", "froc@0.5", "ap_noscore@0.5"),
    *("fp_per_image", "no_finding_specificity", "boxes_on_normal", "invalid_box_rate", "truncated_rate"),
)
REGIONS = "regions"
"""The key of an answer in JSON."""
_EMPTY_LIST = re.compile(r"\[[\s\[\]]{0,40}\]")
_NOTHING = re.compile(
    r"(?:there (?:is|are) )?(?:no|none|nothing|absent"
    r"|(?:no|none|not|nothing) (?:found|present|visible|seen|detected|there))"
    r"|(?:there (?:is|are) )?(?:no|none of) (?:such |the |these |those |any )*"
    r"(?:objects?|structures?|lesions?|findings?|regions?|box(?:es)?|abnormalit(?:y|ies)|targets?)"
    r"(?: (?:is |are |was |were |can be )?(?:found|present|visible|seen|detected|identified))?"
    r"(?: (?:in|on) (?:the|this) (?:image|picture|scan))?"
    r"|(?:图像?|影像|图片)?中?(?:无|没有|未发现|未见|未检出|未检测到|未找到|未见到|不存在|不可见)"
    r"(?:明显|任何|该|此|此类|这些|这样的|所述|上述)*(?:异常|病灶|病变|目标|物体|对象|结构|区域|此目标)?"
)


def next_request(
    sample: Sample, style: Style, outputs: Sequence[Output], *, options: Mapping[str, str] = NO_OPTIONS
) -> Request | None:
    """One turn: locate what is named. Raises MedGaugeError when nothing is."""
    del options
    if outputs:
        return None
    if not sample.choices:
        raise MedGaugeError(f"{sample.task}: sample {sample.id!r} names no object to locate")
    words = prompt_set("text-to-region", style).words[style.language]
    fields = {
        **picture_words(sample, style.language),
        "objects": name_list(sample.choices, words),
        "format": style.box_format.describe(style.language),
    }
    return ask("text-to-region", sample, style, "one" if len(sample.choices) == 1 else "many", fields)


def parse(
    sample: Sample, outputs: Sequence[Output], box_format: BoxFormat, *, options: Mapping[str, str] = NO_OPTIONS
) -> Parsed:
    """The boxes, named as asked where the names are equal; no box only when the words say that there is none."""
    del options
    heard = hear(outputs)
    if not heard.text:
        return Parsed(answer=None, detail={"rule": "empty"})
    written = json_answer(heard, REGIONS, named=True)
    if written is None:
        decoded = decode(heard, sample, outputs, box_format)
        none = _says_none(heard, sample, decoded)
        return _parsed(decoded, sample, outputs[-1], none=none, text=without_markup(heard.text))
    items = (written.values or {}).get(REGIONS)
    decoded = decode_items(items, sample, outputs, box_format)
    return _parsed(decoded, sample, outputs[-1], none=items == [], text="")


def _parsed(decoded: Decoded, sample: Sample, output: Output, *, none: bool, text: str) -> Parsed:
    """The boxes under the names asked for; without any an answer only where it says that there is none."""
    boxes = tuple(
        box for mention in decoded.mentions for box in boxes_of(mention, name_of(mention.label, sample.choices), output)
    )
    invalid = sum(mention.invalid for mention in decoded.mentions)
    rule = "boxes" if boxes or invalid else "none" if none else "unreadable"
    detail = {
        "rule": rule,
        "span": [(mention.start, mention.end) for mention in decoded.mentions if mention.end],
        "malformed": decoded.malformed,
        "violations": decoded.violations,
    }
    if rule == "unreadable":
        return Parsed(answer=None, detail=detail)
    return Parsed(answer=Answer(text=text, boxes=boxes, invalid_boxes=invalid), detail=detail)


def _says_none(heard: Heard, sample: Sample, decoded: Decoded) -> bool:
    """Whether the words say that nothing asked for is there; unreadable markup says nothing."""
    if decoded.malformed:
        return False
    if _EMPTY_LIST.fullmatch(heard.text) or _NOTHING.fullmatch(normalise(heard.text)):
        return True
    return match_labels(heard.raw, sample.choices, multi=True).labels == ()


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
    """The reference holds boxes in the box format, or says "none". Names asked for are `choices`, or else its own."""
    del options
    read = Record(values=record, family="text-to-region", language=language, file=file, line=line)
    size, reference, named = read.size(), read.reference(), read.names("choices")
    blank = read.sample(Answer(), choices=named, size=size)
    output = said(blank, reference)
    answer = parse(blank, (output,), box_format).answer
    decoded = decode(hear((output,)), blank, (output,), box_format)
    if answer is None or answer.invalid_boxes or decoded.malformed or decoded.violations:
        raise read.bad(read.value(REFERENCE)[0], f"boxes as {box_format.name!r} writes them, or none", reference)
    choices = named or tuple(dict.fromkeys(box.label for box in answer.boxes if box.label))
    outside = [box.label for box in answer.boxes if box.label not in choices]
    if outside or not choices:
        raise read.bad(read.value(REFERENCE)[0], f"names of {list(choices)} with their boxes", outside or reference)
    return read.sample(Answer(text=answer.text, boxes=answer.boxes), choices=choices, size=size), read.prediction()


kit = FamilyKit(name="text-to-region", next_request=next_request, parse=parse, metrics=metrics, read_record=read_record)
