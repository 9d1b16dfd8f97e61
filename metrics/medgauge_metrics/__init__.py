"""Metrics of MedGauge: arithmetic over answers, and the reading of answers out of free text."""

from medgauge.plugins import Plugin

plugin = Plugin(
    metrics={
        "exact_match": "medgauge_metrics.text:exact_match",
        "token_f1": "medgauge_metrics.text:token_f1",
        "bleu1": "medgauge_metrics.text:bleu1",
        "bleu4": "medgauge_metrics.text:bleu4",
        "rouge_l": "medgauge_metrics.text:rouge_l",
        "length_ratio": "medgauge_metrics.text:length_ratio",
        "closed_accuracy": "medgauge_metrics.vqa:closed_accuracy",
        "closed_coverage": "medgauge_metrics.vqa:closed_coverage",
        "mcq_accuracy": "medgauge_metrics.vqa:mcq_accuracy",
        "parse_rate": "medgauge_metrics.vqa:parse_rate",
        "accuracy": "medgauge_metrics.labels:accuracy",
        "balanced_accuracy": "medgauge_metrics.labels:balanced_accuracy",
        "macro_f1": "medgauge_metrics.labels:macro_f1",
        "micro_f1": "medgauge_metrics.labels:micro_f1",
        "subset_accuracy": "medgauge_metrics.labels:subset_accuracy",
        "f1": "medgauge_metrics.detection:f1",
        "precision": "medgauge_metrics.detection:precision",
        "recall": "medgauge_metrics.detection:recall",
        "label_f1": "medgauge_metrics.detection:label_f1",
        "acc_iou": "medgauge_metrics.detection:acc_iou",
        "iou_single_mean": "medgauge_metrics.detection:iou_single_mean",
        "fp_per_image": "medgauge_metrics.detection:fp_per_image",
        "object_f1": "medgauge_metrics.grounded:object_f1",
        "region_f1": "medgauge_metrics.grounded:region_f1",
        "alignment_f1": "medgauge_metrics.grounded:alignment_f1",
        "region_rouge_l": "medgauge_metrics.grounded:region_rouge_l",
    }
)
