"""Numbers from metrics without a run: statistics built straight from answers and targets."""

from collections.abc import Sequence

import numpy as np

from medgauge.protocols import Metric, Statistics
from medgauge.types import Answer, Box, Rows, Segment, Vector

NAMES = (
    "exact_match", "token_f1", "bleu1", "bleu4", "rouge_l", "length_ratio",
    "closed_accuracy", "closed_coverage", "mcq_accuracy", "parse_rate",
    "accuracy", "balanced_accuracy", "macro_f1", "micro_f1", "subset_accuracy",
    "f1@0.5", "precision@0.3", "recall@0.75", "label_f1@0.5", "acc_iou@0.5", "iou_single_mean", "fp_per_image",
    "object_f1", "region_f1@0.5", "alignment_f1@0.5", "region_rouge_l",
)  # fmt: skip


def statistics(metric: Metric, pairs: Sequence[tuple[Answer | None, Answer]]) -> Statistics:
    """One unit for each pair; an undefined pair has no row, a ranking metric any number of them."""
    rows = [(i, row) for i, (answer, target) in enumerate(pairs) for row in rows_of(metric.measure(answer, target))]
    return Statistics(
        values=np.array([row for _, row in rows]) if rows else np.zeros((0, 0)),
        owner=np.array([i for i, _ in rows], dtype=np.intp),
        units=len(pairs),
    )


def rows_of(measured: Vector | Rows | None) -> Rows:
    """What one sample adds: nothing, its vector, or all its rows."""
    if not measured:
        return ()
    return tuple(row if isinstance(row, tuple) else measured for row in measured[:1]) + tuple(
        row for row in measured[1:] if isinstance(row, tuple)
    )


def value(metric: Metric, pairs: Sequence[tuple[Answer | None, Answer]]) -> float:
    """The main number over all pairs."""
    prepared = metric.prepare([target for _, target in pairs])
    return float(prepared.reduce(statistics(prepared, pairs), np.ones((1, len(pairs))))[""][0])


def said(text: str) -> Answer:
    return Answer(text=text)


def boxed(*boxes: tuple[float, float, float, float], label: str = "", invalid: int = 0) -> Answer:
    return Answer(boxes=tuple(Box(xyxy=b, label=label) for b in boxes), invalid_boxes=invalid)


def grounded(*segments: Segment) -> Answer:
    boxes = tuple(box for segment in segments for box in segment.boxes)
    return Answer(segments=segments, boxes=boxes, text=" ".join(s.text for s in segments))
