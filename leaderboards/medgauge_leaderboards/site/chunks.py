"""The data of the sample view, cut into small scripts that the page loads when it needs them.

```
data/<task>/board.js          rows, metric, how many samples, the name of each in links
data/<task>/<n>.js            256 samples: question, reference, picture
data/<task>/<row>/index.js    status and verdict of every sample, one letter each
data/<task>/<row>/<n>.js      256 answers of one row: words, parsed answer, values, matches
```

Each script calls `MedGaugeData(name, value)`: classic scripts are the one way to load data from disk. What a
sample's publish level does not allow is never put into the data, so nothing can leak from it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from medgauge import codec
from medgauge.store import StoredSample
from medgauge.tasks import Publish
from medgauge.types import Answer, Box, Output, Score, Xyxy
from medgauge_leaderboards.site.board import Board, digest
from medgauge_leaderboards.site.levels import allows
from medgauge_leaderboards.site.matching import iou, match, threshold_of
from medgauge_leaderboards.site.pictures import Pictures
from medgauge_leaderboards.site.runs import Cell
from medgauge_leaderboards.site.values import judge_of, sample_values, verdict

CHUNK = 256
LONGEST_TEXT = 20_000
"""Characters of one text that are published; the rest is counted, not shown."""
STATUS_LETTER = {"scored": "s", "no_answer": "n", "refused": "r", "failed": "f"}
VERDICT_LETTER = {"right": "r", "partial": "p", "wrong": "w", "undefined": "u"}
Json: TypeAlias = dict[str, Any]


def write_samples(board: Board, folder: Path, slug: str, rows: Mapping[tuple[str, str], str], media: Pictures) -> None:
    """Write all scripts of one task below `folder` and copy the pictures that may be shown."""
    ids = list(board.samples)
    entries = [_sample(board, number, id, media) for number, id in enumerate(ids, start=1)]
    for number, block in enumerate(_blocks(entries)):
        write_script(folder / slug / f"{number}.js", f"{slug}/{number}", block)
    head = {
        "chunk": CHUNK,
        "n": len(ids),
        "family": board.cells[0].result["family"],
        "judge": judge_of(board.cells[0]),
        "threshold": threshold_of(board.primary),
        "links": [_link(board.levels[id], number, id) for number, id in enumerate(ids, start=1)],
        "rows": [{"slug": rows[cell.row], "model": cell.row[0], "control": cell.row[1]} for cell in board.cells],
    }
    write_script(folder / slug / "board.js", f"{slug}/board", head)
    for cell in board.cells:
        _write_row(board, cell, folder, f"{slug}/{rows[cell.row]}")


def write_script(file: Path, name: str, value: object) -> None:
    """JSON as a classic script."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"MedGaugeData({json.dumps(name)}, {inert(value)});\n", "utf-8", newline="\n")


def inert(value: object, indent: int | None = None) -> str:
    """JSON in which `<` is escaped, so that no text can be taken for markup wherever it is pasted."""
    text = codec.dumps(value, indent=indent)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _write_row(board: Board, cell: Cell, folder: Path, name: str) -> None:
    scored = [score for id in board.samples if (score := cell.score(id))]
    values = dict(zip([score.key.id for score in scored], sample_values(cell, scored), strict=True))
    status, verdicts, entries = "", "", []
    for id in board.samples:
        score = cell.score(id)
        status += STATUS_LETTER[score.status] if score else "-"
        verdicts += VERDICT_LETTER[verdict(cell, score, values[id])] if score else "-"
        entries.append(_answer(board, cell, score, values[id]) if score else None)
    write_script(folder / name / "index.js", f"{name}/index", {"status": status, "verdict": verdicts})
    for number, block in enumerate(_blocks(entries)):
        write_script(folder / name / f"{number}.js", f"{name}/{number}", block)


def _blocks(entries: Sequence[object]) -> Iterator[Sequence[object]]:
    for start in range(0, len(entries), CHUNK):
        yield entries[start : start + CHUNK]


def _link(level: Publish, number: int, id: str) -> str:
    return id if allows(level, "predictions") else f"no.{number}"


def _sample(board: Board, number: int, id: str, media: Pictures) -> Json:
    level, stored = board.levels[id], board.samples[id]
    entry: Json = {"no": number, "level": level}
    if allows(level, "predictions"):
        entry["id"] = id
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


def _answer(board: Board, cell: Cell, score: Score, values: Mapping[str, float | None]) -> Json:
    level, stored = board.levels[score.key.id], cell.samples[score.key.id]
    entry: Json = {"status": score.status, "verdict": verdict(cell, score, values), "values": dict(values)}
    if score.truncated:
        entry["truncated"] = True
    if digest(stored.sample) != digest(board.samples[score.key.id].sample):
        return entry | {"other": True}
    open_reference = allows(level, "references")
    if allows(level, "predictions"):
        entry["language"] = score.key.language
        entry["said"] = [_said(output, whole=open_reference) for output in cell.turns(score.key.id)]
        entry["detail"] = _detail(score.detail, whole=open_reference)
        if score.answer:
            entry["answer"] = _read(score.answer, stored.sample.choices if open_reference else ())
    if open_reference and score.answer:
        entry["matches"] = _matches(score.answer.boxes, stored.sample.target.boxes, threshold_of(board.primary))
    return entry


def _said(output: Output, *, whole: bool) -> Json:
    """One turn. An error may name a file of the data set, so it needs the level that shows the question."""
    entry: Json = {"text": _text(output.text), "finish": output.finish}
    return entry | ({"error": output.error} if output.error and whole else {})


def _text(text: str) -> Json:
    clean = codec.clean_text(text)
    return {"text": clean[:LONGEST_TEXT]} | ({"of": len(clean)} if len(clean) > LONGEST_TEXT else {})


def _detail(detail: Mapping[str, Any], *, whole: bool) -> Json:
    """The evidence of the parser. It saw the question, so all of it needs the level that shows the question."""
    return {name: value for name, value in detail.items() if whole or name == "rule"}


def _read(answer: Answer, choices: Sequence[str]) -> Json:
    """An answer without the fields that it does not use."""
    entry: Json = {
        "text": _text(answer.text) if answer.text else None,
        "polar": answer.polar,
        "labels": list(answer.labels) if answer.labels is not None else None,
        "boxes": _boxes(answer.boxes),
        "segments": [{"label": s.label, "text": s.text, "boxes": len(s.boxes)} for s in answer.segments],
        "invalid": answer.invalid_boxes,
    }
    if answer.choice is not None:
        entry["choice"] = {"index": answer.choice, "text": _choice(choices, answer.choice)}
    # An empty label set is an answer ("none of these"); every other empty field is a field not used.
    return {name: value for name, value in entry.items() if value or (name == "labels" and value is not None)}


def _choice(choices: Sequence[str], index: int) -> str | None:
    return choices[index] if 0 <= index < len(choices) else None


def _boxes(boxes: Sequence[Box]) -> list[Json]:
    return [
        {"xyxy": list(box.xyxy)}
        | ({"label": box.label} if box.label else {})
        | ({"score": box.score} if box.score is not None else {})
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
