"""Drawn detections, and the field's own evaluators run on them."""

import contextlib
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal, TypeAlias

import numpy as np
from metric_values import statistics

from medgauge.metrics import parse_metric
from medgauge.protocols import BatchMetric, Metric, Statistics
from medgauge.types import Answer, Box, FloatArray

Pairs: TypeAlias = Sequence[tuple[Answer, Answer]]
Backend: TypeAlias = Literal["pycocotools", "faster-coco-eval"]
TWELVE = ("AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl")


def scene(seed: int, *, images: int, classes: int, a_image: float = 3.0, decimals: int = 12) -> list:
    """Answers with scores beside references. Some images are empty; one predicted class is in no reference.

    Scores rounded to few decimals tie.
    """
    rng = np.random.default_rng(seed)
    pairs = []
    for _ in range(images):
        gold, pred = [], []
        for _ in range(rng.poisson(a_image)):
            label = int(rng.integers(classes))
            low, side = rng.uniform(0, 800, 2), rng.uniform(8, 200, 2)
            gold.append(box(label, low, side))
            for _ in range(rng.poisson(1.5)):
                named = label if rng.random() < 0.85 else int(rng.integers(classes + 1))
                shift, grow = rng.normal(0, 0.12, 2), np.exp(rng.normal(0, 0.12, 2))
                pred.append(box(named, low + shift * side, side * grow, round(float(rng.beta(3, 2)), decimals)))
        for _ in range(rng.poisson(a_image / 3)):
            low, side = rng.uniform(0, 800, 2), rng.uniform(8, 200, 2)
            pred.append(box(int(rng.integers(classes + 1)), low, side, round(float(rng.beta(2, 3)), decimals)))
        pairs.append((Answer(boxes=tuple(pred)), Answer(boxes=tuple(gold))))
    return pairs


def box(label: int, low: FloatArray, side: FloatArray, score: float | None = None) -> Box:
    """A square-cornered box from its upper left corner and its sides."""
    x1, y1, x2, y2 = (float(v) for v in (*low, *(low + side)))
    return Box(xyxy=(x1, y1, x2, y2), label=f"c{label:02}", score=score)


def scored(pairs: Pairs, score: float | None) -> list[tuple[Answer, Answer]]:
    """The same boxes under one score, or without any."""
    return [(replace(a, boxes=tuple(replace(b, score=score) for b in a.boxes)), t) for a, t in pairs]


def prepared(name: str, pairs: Pairs) -> Metric:
    return parse_metric(name).prepare([target for _, target in pairs])


def measured(metric: Metric, pairs: Pairs) -> Statistics:
    """Statistics of a prepared metric, one unit a pair; in a batch where it can."""
    if not isinstance(metric, BatchMetric):
        return statistics(metric, pairs)
    rows = metric.measure_all([answer for answer, _ in pairs], [target for _, target in pairs])
    return Statistics(
        values=np.array([row for many in rows or () for row in many or ()]),
        owner=np.repeat(np.arange(len(rows)), [len(many or ()) for many in rows]),
        units=len(rows),
    )


def numbers(name: str, pairs: Pairs) -> dict[str, float]:
    """Everything that a metric reduces all pairs to."""
    metric = prepared(name, pairs)
    made = metric.reduce(measured(metric, pairs), np.ones((1, len(pairs))))
    return {part: float(value[0]) for part, value in made.items()}


def number(name: str, pairs: Pairs) -> float:
    return numbers(name, pairs)[""]


def coco_data(pairs: Pairs) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Data set and detections as COCO's JSON has them; ids from 1, since an annotation 0 is never matched."""
    labels = sorted({b.label for pair in pairs for side in pair for b in side.boxes})
    category = {label: i + 1 for i, label in enumerate(labels)}
    gold: list[dict[str, Any]] = []
    pred: list[dict[str, Any]] = []
    for image, (answer, target) in enumerate(pairs, start=1):
        for b in target.boxes:
            entry = _entry(image, b, category)
            gold.append(entry | {"id": len(gold) + 1, "area": entry["bbox"][2] * entry["bbox"][3], "iscrowd": 0})
        pred += [_entry(image, b, category) | {"score": b.score} for b in answer.boxes]
    names = [{"id": number, "name": label} for label, number in category.items()]
    images = [{"id": i + 1, "width": 1000, "height": 1000} for i in range(len(pairs))]
    return {"images": images, "categories": names, "annotations": gold, "info": {}}, pred


def _entry(image: int, b: Box, category: dict[str, int]) -> dict[str, Any]:
    x1, y1, x2, y2 = b.xyxy
    return {"image_id": image, "category_id": category[b.label], "bbox": [x1, y1, x2 - x1, y2 - y1]}


def evaluator(gold: dict[str, Any], pred: list[dict[str, Any]], backend: Backend) -> Any:
    """An evaluator that has read the data and computed nothing."""
    if backend == "pycocotools":
        from pycocotools.coco import COCO
        from pycocotools.cocoeval import COCOeval as Evaluator
    else:
        from faster_coco_eval import COCO
        from faster_coco_eval import COCOeval_faster as Evaluator
    with contextlib.redirect_stdout(io.StringIO()):
        data = COCO()
        data.dataset = gold
        data.createIndex()
        return Evaluator(data, data.loadRes(pred), "bbox")


def twelve(pairs: Pairs, backend: Backend = "pycocotools") -> dict[str, float]:
    """COCO's twelve numbers of the field's own evaluator; NaN where it says -1."""
    made = evaluator(*coco_data(pairs), backend)
    with contextlib.redirect_stdout(io.StringIO()):
        made.evaluate()
        made.accumulate()
        made.summarize()
    return {name: float(v) if v >= 0 else float("nan") for name, v in zip(TWELVE, made.stats[:12], strict=True)}
