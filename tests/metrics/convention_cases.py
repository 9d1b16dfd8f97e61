"""The names of the table in `docs/conventions.md`, and records of each column."""

from typing import Any

from public_door import Judged, judge

VQA, BLEU, SENTENCE, LABELS, BOXES = (
    "VQA", "BLEU (corpus)", "sentence text metrics", "multilabel", "grounding / detection",
)  # fmt: skip
MISSING, EMPTY, UNPARSEABLE, TRUNCATED = (
    "prediction missing (not run)", "prediction empty or refusal", "unparseable", "truncated (finish `length`)",
)  # fmt: skip
GOLD_EMPTY, BOTH_EMPTY, ONLY_GOLD_EMPTY = (
    "gold empty", "gold empty, prediction empty", "gold empty, prediction not empty",
)  # fmt: skip
NOT_FINITE, NO_POSITIVES = "NaN or infinity anywhere", "no positives for a label"
NOTHING_TO_TEST = {(NO_POSITIVES, BLEU), (NO_POSITIVES, SENTENCE)}
"""Text metrics have no labels."""

LUNGS = {"prediction": "The lungs are clear today.", "reference": "The lungs are clear today."}
YES = {"prediction": "yes", "reference": "yes"}
SIZE = {"width": 999, "height": 999, "choices": ["mass", "cyst"]}
MASS = {"reference": "<ref>mass</ref><box>[[100, 100, 300, 300]]</box>", **SIZE}
FOUND = MASS | {"prediction": MASS["reference"]}
NORMAL = {"reference": "none", **SIZE}
SETS = {"choices": ["mass", "cyst", "nodule"]}
FAMILY: dict[str, Any] = {
    VQA: "vqa",
    BLEU: "report",
    SENTENCE: "report",
    LABELS: "classification",
    BOXES: "text-to-region",
}
TASK = {
    VQA: "phantom-vqa", BLEU: "phantom-report", SENTENCE: "phantom-report",
    LABELS: "phantom-multilabel", BOXES: "phantom-text-to-region",
}  # fmt: skip
METRICS = {
    VQA: ("exact_match", "closed_accuracy", "closed_balanced_accuracy", "closed_coverage", "mcq_accuracy", "parse_rate",
          "empty_rate", "truncated_rate"),
    BLEU: ("bleu1", "truncated_rate"),
    SENTENCE: ("rouge_l", "token_f1", "exact_match", "truncated_rate"),
    LABELS: ("subset_accuracy", "sample_f1", "micro_f1", "macro_f1", "specificity", "support", "unmapped_rate",
             "truncated_rate"),
    BOXES: ("f1@0.5", "precision@0.5", "recall@0.5", "iou_single_mean", "f1_image@0.5", "no_finding_specificity",
            "fp_per_image", "ap_noscore@0.5", "truncated_rate"),
}  # fmt: skip
Cell = tuple[str, str]


def judged(column: str, *records: dict[str, Any], **how: Any) -> Judged:
    return judge(FAMILY[column], records, METRICS[column], **how)


def labels(prediction: str, *reference: str) -> dict[str, Any]:
    return {"prediction": prediction, "reference": [*reference], **SETS}
