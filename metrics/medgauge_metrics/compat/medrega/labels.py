"""The label lists of the released classification evaluator; their order counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelList:
    """The labels of one data set."""

    labels: tuple[str, ...]
    """The first is what an answer that fits none counts as."""
    many: bool
    """Whether a sample may have several."""


@cache
def label_lists() -> Mapping[str, LabelList]:
    """Data set to its labels."""
    import yaml

    text = files("medgauge_metrics.compat.medrega").joinpath("labels.yaml").read_text(encoding="utf-8")
    read = yaml.safe_load(text)
    many = set(read["multilabel"])
    return {name: LabelList(labels=tuple(labels), many=name in many) for name, labels in read["labels"].items()}
