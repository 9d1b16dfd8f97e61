"""Free text to decisions: the functions that the task families read answers with."""

from medgauge_metrics.choices import ChoiceDecision, extract_choice
from medgauge_metrics.final import Final, final_answer
from medgauge_metrics.label_matching import LabelDecision, match_labels
from medgauge_metrics.polar import PolarDecision, decide_polar
from medgauge_metrics.textform import normalise

__all__ = [
    "ChoiceDecision",
    "Final",
    "LabelDecision",
    "PolarDecision",
    "decide_polar",
    "extract_choice",
    "final_answer",
    "match_labels",
    "normalise",
]
