"""What the sample view knows of one sample and of one answer, as data for its scripts.

Each script calls `MedGaugeData(name, value)`: classic scripts are the one way to load data from disk. What a
sample's publish level does not allow is never put into the data, so nothing can leak from it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from medgauge import codec
from medgauge.store import StoredSample
from medgauge.tasks import Publish
from medgauge.types import Answer, Box, Output, Score, Segment, Xyxy
from medgauge_leaderboards.site.levels import allows
from medgauge_leaderboards.site.matching import iou, match
from medgauge_leaderboards.site.pictures import Pictures
from medgauge_leaderboards.site.repeat import without_places
from medgauge_leaderboards.site.values import Verdict, verdict_of

LONGEST_TEXT = 20_000
"""Characters of one text that are published; the rest is counted, not shown."""
Json: TypeAlias = dict[str, Any]


def write_script(file: Path, name: str, value: object) -> None:
    """JSON as a classic script."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"MedGaugeData({json.dumps(name)}, {inert(value)});\n", "utf-8", newline="\n")


def inert(value: object, indent: int | None = None) -> str:
    """JSON in which `<` is escaped, so that no text can be taken for markup wherever it is pasted."""
    text = codec.dumps(value, indent=indent)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def link(level: Publish, number: int, id: str) -> str:
    """The name of a sample in links: its id where words may be shown."""
    return id if allows(level, "predictions") else f"no.{number}"


def sample_entry(number: int, stored: StoredSample, level: Publish, media: Pictures) -> Json:
    """One sample, with its number among all; pictures that may be shown are copied into the site."""
    entry: Json = {"no": number, "level": level}
    if allows(level, "predictions"):
        entry["id"] = stored.sample.id
    if allows(level, "references"):
        entry |= _reference(stored)
    if allows(level, "thumbnails"):
        entry["pictures"] = [media.publish(picture.sha256) for picture in stored.sample.media]
    return entry


def _reference(stored: StoredSample) -> Json:
    sample = stored.sample
    return {
        "language": sample.language,
        "question": _text(sample.question),
        "choices": list(sample.choices),
        "regions": _boxes(sample.regions),
        "target": _read(sample.target, sample.choices),
        "tags": dict(sample.tags),
        "sizes": [list(media.size) if media.size else None for media in sample.media],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How the answers of one cell are judged."""

    metric: str
    """The one that decides right and wrong."""
    higher_is_better: bool | None
    drawing: bool
    """Where nothing is to be found, silence is right."""
    threshold: float
    """Boxes match from this overlap on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an answer is held against: of the sample as the board has it."""

    boxes: tuple[Box, ...] = ()
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One answer with all that its entry is made from."""

    score: Score
    values: Mapping[str, float | None]
    said: Sequence[Output]
    """Turn after turn."""
    wanted: Wanted
    level: Publish
    other: bool
    """The run has another version of the sample than the board."""


def answer_entry(judged: Judged, one: Answered) -> Json:
    """One answer, as far as the level of its sample lets it be shown."""
    score, level = one.score, one.level
    entry: Json = {"status": score.status, "values": dict(one.values)}
    if score.truncated:
        entry["truncated"] = True
    if one.other:
        return entry | {"other": True}
    entry["verdict"] = _verdict(judged, one)
    open_reference = allows(level, "references")
    if allows(level, "predictions"):
        entry["language"] = score.key.language
        entry["said"] = [_said(output, whole=open_reference) for output in one.said]
        entry["detail"] = _detail(score.detail, whole=open_reference)
        if score.answer:
            entry["answer"] = _read(score.answer, one.wanted.choices if open_reference else ())
    if open_reference and score.answer and (score.answer.boxes or one.wanted.boxes):
        entry["matches"] = _matches(score.answer.boxes, one.wanted.boxes, judged.threshold)
    return entry


def _verdict(judged: Judged, one: Answered) -> Verdict:
    answer = one.score.answer
    silent = answer is not None and not answer.boxes and not answer.invalid_boxes
    nothing = judged.drawing and not one.wanted.boxes
    return verdict_of(one.values.get(judged.metric), judged.higher_is_better, silent if nothing else None)


def _said(output: Output, *, whole: bool) -> Json:
    """One turn. An error may name a file of the data set, so it needs the level that shows the question."""
    entry: Json = {"text": _text(output.text), "finish": output.finish}
    return entry | ({"error": without_places(output.error)} if output.error and whole else {})


def _text(text: str) -> Json:
    clean = codec.clean_text(text)
    return {"text": clean[:LONGEST_TEXT]} | ({"of": len(clean)} if len(clean) > LONGEST_TEXT else {})


def _detail(detail: Mapping[str, Any], *, whole: bool) -> Json:
    """The evidence of the parser. It saw the question, so all of it needs the level that shows the question."""
    shown = {name: value for name, value in detail.items() if whole or name == "rule"}
    error = shown.get("error")
    return shown | ({"error": without_places(error)} if isinstance(error, str) else {})


def _read(answer: Answer, choices: Sequence[str]) -> Json:
    """An answer without the fields that it does not use."""
    entry: Json = {
        "text": _text(answer.text) if answer.text else None,
        "polar": answer.polar,
        "labels": list(answer.labels) if answer.labels is not None else None,
        "boxes": _boxes(answer.boxes, answer.segments),
        "segments": [{"label": s.label, "text": _text(s.text), "boxes": len(s.boxes)} for s in answer.segments],
        "invalid": answer.invalid_boxes,
    }
    if answer.choice is not None:
        entry["choice"] = {"index": answer.choice, "text": _choice(choices, answer.choice)}
    # An empty label set is an answer ("none of these"); every other empty field is a field not used.
    return {name: value for name, value in entry.items() if value or (name == "labels" and value is not None)}


def _choice(choices: Sequence[str], index: int) -> str | None:
    return choices[index] if 0 <= index < len(choices) else None


def _boxes(boxes: Sequence[Box], segments: Sequence[Segment] = ()) -> list[Json]:
    """Boxes; `part` is the place of the part of a grounded report that each belongs to."""
    part: dict[Box, int] = {}
    for place, segment in enumerate(segments):
        for box in segment.boxes:
            part.setdefault(box, place)
    return [
        {"xyxy": list(box.xyxy)}
        | ({"label": box.label} if box.label else {})
        | ({"score": box.score} if box.score is not None else {})
        | ({"part": part[box]} if box in part else {})
        for box in boxes
    ]


def _matches(predicted: Sequence[Box], reference: Sequence[Box], threshold: float) -> Json:
    """Pairs at the metric's threshold as [predicted, reference, IoU, same label], whatever the labels.

    `best` is the best overlap of every predicted box, matched or not.
    """
    left: list[Xyxy] = [box.xyxy for box in predicted]
    right: list[Xyxy] = [box.xyxy for box in reference]
    return {
        "pairs": [
            [i, j, value, _same_label(predicted[i], reference[j])] for i, j, value in match(left, right, threshold)
        ],
        "best": [max((iou(a, b) for b in right), default=0.0) for a in left],
    }


def _same_label(a: Box, b: Box) -> bool:
    """True also where one of them has no label: then there is nothing to compare."""
    return not a.label or not b.label or a.label.strip().casefold() == b.label.strip().casefold()
