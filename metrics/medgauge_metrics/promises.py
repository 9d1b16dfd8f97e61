"""What every metric promises, and which metric breaks which promise, with the reason.

A head that is not listed keeps all of them. The properties are tested for every metric of the catalogue; every
exception has a test that shows it (`tests/metrics/counter_*.py`).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

Property: TypeAlias = Literal["bounds", "perfect", "empty", "order", "copies", "monotone", "shards"]
PROPERTIES: Mapping[Property, str] = MappingProxyType(
    {
        "bounds": "the value lies between 0 and 1",
        "perfect": "the reference as answer gives the best value: 1, or 0 where lower is better",
        "empty": "no answer anywhere gives the worst value: 0, or 1 where lower is better",
        "order": "the order of the samples changes nothing",
        "copies": "every sample twice changes nothing",
        "monotone": "one more right answer never makes the value worse",
        "shards": "sums over parts, merged, give what the whole gives",
    }
)

_FEWER_SEGMENTS = "an answer with more entailed segments than the reference has weighs more in the pool"
_NO_SCORES = "boxes without any real score leave it undefined, where silence has 0"
_FILE_ORDER = "among equal scores the order of the file decides, as in the reference implementation"
_REPETITION: Mapping[Property, str] = MappingProxyType(
    {
        "perfect": "neither end is good: right answers repeat each other as often as the references do",
        "empty": "where nothing is written nothing is repeated, and the rate is undefined",
        "copies": "a copy of a sample is a repetition",
        "monotone": "neither end is good: a right answer may be the one that another sample has",
    }
)
_BREVITY = "a shorter right answer may bring the corpus under the brevity penalty"
EXCEPTIONS: Mapping[str, Mapping[Property, str]] = MappingProxyType(
    {
        "length_ratio": {
            "bounds": "an answer may be longer than its reference",
            "monotone": "an answer as long as its reference may shorten a long one",
        },
        "bleu1": {"monotone": _BREVITY},
        "bleu2": {"monotone": _BREVITY},
        "bleu3": {"monotone": _BREVITY},
        "bleu4": {"monotone": _BREVITY},
        "cider_d": {
            "bounds": "it runs from 0 to 10",
            "perfect": "an n-gram that all samples hold weighs nothing, and a short text lacks the longer ones",
            "copies": "an n-gram that no reference holds is taken to stand in one sample, of however many",
            "monotone": "a mean over references: one of them is less like the others than another answer may be",
        },
        "chrf": {"monotone": "a right answer may bring in longer n-grams, which the other answers are too short for"},
        "meteor": {
            "perfect": "a text of m words has 1 - 0.5 / m^3 against itself",
            "monotone": "another reference may be longer, and a longer match is torn less",
        },
        "truncated_rate": {"empty": "no answer was not cut off: read it beside `empty_rate`"},
        "language_compliance": {
            "perfect": "a reference may be in another language than was asked",
            "monotone": "a reference may be in another language than was asked",
        },
        "duplicate_rate": _REPETITION,
        "template_rate": _REPETITION,
        "mcq_accuracy_given_parsed": {"empty": "without an answer that names an option there is none to judge"},
        "mcq_chance": {
            "perfect": "a property of the questions: whoever answers has the same",
            "empty": "a property of the questions: whoever answers has the same",
        },
        "macro_f1(absent=zero)": {"perfect": "a declared label that no reference has counts 0, whoever answers"},
        "specificity": {"empty": "silence gives no label wrongly: read it beside `sensitivity`"},
        "support": {
            "bounds": "a count",
            "perfect": "a property of the reference: whoever answers has the same",
            "empty": "a property of the reference: whoever answers has the same",
            "copies": "twice as many samples hold twice as many labels",
        },
        "mcc": {
            "bounds": "answers worse than chance are below 0",
            "empty": "answers worse than chance are below silence, which has 0",
            "monotone": "one right answer more also spreads the answers over more classes",
        },
        "kappa": {
            "bounds": "answers worse than chance are below 0",
            "empty": "answers worse than chance are below silence, which has 0",
            "monotone": "below chance, one right answer more may raise what chance expects by more",
        },
        "auroc": {"empty": "without any score there is no ranking: undefined, never made of hard labels"},
        "auprc": {
            "empty": "without any score there is no ranking: undefined, never made of hard labels",
            "monotone": "a positive raised to a score that many negatives share leaves better company",
        },
        "fp_per_image": {
            "bounds": "a sample may hold any number of false positives",
            "empty": "silence draws no false positive: read it beside recall",
        },
        "no_finding_specificity": {"empty": "silence is right where there is nothing to find: read it beside recall"},
        "boxes_on_normal": {
            "bounds": "any number of boxes may be drawn on an image",
            "empty": "silence draws nothing: read it beside recall",
        },
        "invalid_box_rate": {
            "perfect": "where nothing is predicted there is no rate, also not where that is right",
            "empty": "where nothing is predicted there is no rate",
            "monotone": "a right answer may have fewer boxes to share the others' invalid ones with",
        },
        "iou_matched_mean": {"empty": "without a match there is no IoU to average"},
        "ap": {"empty": _NO_SCORES},
        "ap(ties=coco)": {"order": _FILE_ORDER, "copies": _FILE_ORDER},
        "froc": {"empty": _NO_SCORES},
        "coco12": {"empty": _NO_SCORES, "order": _FILE_ORDER, "copies": _FILE_ORDER, "shards": _FILE_ORDER},
        "voc_ap": {
            "perfect": "of two equal reference boxes only the first is ever found",
            "empty": _NO_SCORES,
            "order": _FILE_ORDER,
            "copies": _FILE_ORDER,
            "monotone": "of two equal reference boxes only the first is ever found, and the right answer has both",
            "shards": _FILE_ORDER,
        },
        "grounding_precision": {"monotone": _FEWER_SEGMENTS},
        "grounding_f1": {"monotone": _FEWER_SEGMENTS},
        "spatial_precision": {"monotone": _FEWER_SEGMENTS},
        "spatial_f1": {"monotone": _FEWER_SEGMENTS},
        "invented_rate": {"empty": "silence invents nothing: read it beside `found_rate`"},
        "mislocated_rate": {"empty": "silence puts nothing in a wrong place: it is all missed"},
        "wrong_side_rate": {"empty": "silence names no side: it is all missed"},
        "clinical_lite_polarity_flip_rate": {"empty": "silence says no opposite: read it beside the omission rate"},
        "clinical_lite_laterality_error_rate": {"empty": "silence names no side: read it beside the omission rate"},
        "clinical_lite_hallucination_rate": {"empty": "silence invents nothing: read it beside the omission rate"},
        "clinical_lite_coverage": {
            "perfect": "a property of the references: whoever answers has the same",
            "empty": "a property of the references: whoever answers has the same",
        },
    }
)
"""Head of a metric's name to the promises that it breaks, and why."""
