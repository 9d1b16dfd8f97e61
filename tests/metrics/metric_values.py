"""Numbers from metrics without a run: statistics built straight from answers and targets."""

from collections.abc import Sequence

import numpy as np

from medgauge.protocols import Metric, Statistics
from medgauge.types import Answer, Box, Rows, Segment, Vector

NAMES = (
    "exact_match", "token_f1", "token_recall", "bleu1", "bleu2", "bleu3", "bleu4", "sentence_bleu2", "length_ratio",
    "rouge1", "rouge2", "rouge_l", "rouge_l(beta=1.2)", "cider_d", "cider_d(tokenizer=jieba)",
    "bleu4(tokenizer=13a)", "bleu2(section=findings,tokenizer=zh)", "bleu1(tokenizer=none)",
    "exact_match(section=body)",
    "chrf", "chrf(words=2)", "meteor(match=exactstem)",
    "empty_rate", "truncated_rate", "duplicate_rate", "template_rate", "language_compliance",
    "closed_accuracy", "closed_coverage", "mcq_accuracy", "parse_rate",
    "closed_balanced_accuracy", "mcq_accuracy_given_parsed", "mcq_chance",
    "accuracy", "balanced_accuracy", "macro_f1", "micro_f1", "subset_accuracy",
    "macro_f1(absent=zero)", "macro_precision", "macro_recall", "sensitivity", "specificity", "support",
    "sample_f1", "mcc", "kappa", "unmapped_rate", "auroc", "auprc",
    "f1@0.5", "precision@0.3", "recall@0.75", "label_f1@0.5", "acc_iou@0.5", "iou_single_mean", "fp_per_image",
    "f1@0.3", "f1@0.75", "label_precision@0.5", "label_recall@0.3", "f1_image@0.5", "precision_image@0.3",
    "recall_image@0.5", "label_f1_image@0.5", "center_hit", "iou_union_mean", "iou_matched_mean",
    "no_finding_specificity", "boxes_on_normal", "invalid_box_rate", "ap", "ap@0.5",
    "ap_noscore@0.5", "froc@0.5", "ap(ties=coco)", "coco12", "voc_ap@0.5", "voc_ap@0.3(points=11)",
    "object_f1", "object_precision", "object_recall", "region_f1@0.5", "region_precision@0.3", "region_recall@0.75",
    "alignment_f1@0.5", "alignment_precision@0.3", "alignment_recall@0.5",
    "grounding_f1", "grounding_precision", "grounding_recall@0.7", "grounding_f1(agg=mean)",
    "spatial_f1", "spatial_precision@0.3", "spatial_recall", "spatial_precision(agg=mean)", "spatial_f1@0.3(agg=mean)",
    "found_rate", "mislocated_rate", "mislocated_rate@0.3", "wrong_side_rate", "missed_rate", "invented_rate",
    "region_rouge_l", "region_token_f1", "region_exact", "label_accuracy",
    "clinical_lite_tuple_f1", "clinical_lite_finding_f1", "clinical_lite_polarity_flip_rate",
    "clinical_lite_laterality_error_rate", "clinical_lite_measurement_f1", "clinical_lite_hallucination_rate",
    "clinical_lite_omission_rate", "clinical_lite_coverage",
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
