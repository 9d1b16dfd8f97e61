"""What a grounded report does with each finding: found, put elsewhere, put on the other side, missed, or invented.

A finding is a label without its side, with its side (`medgauge_metrics.sides`); "left-sided effusion" is "left
effusion". However often it is named it is one finding, with all its boxes. A bilateral finding is a left and a right
one. A name without a side is another name than the same with a side.

Every finding of the reference is exactly one of, so that the four rates add to 1:

- found: named, and, where the reference has boxes, the unions of its boxes in answer and reference reach the IoU;
- mislocated: named, but the boxes do not reach the IoU, or there are none;
- wrong_side: not named, but the same on the other side is, which the reference does not have;
- missed: the rest.

A finding of the answer that the reference does not have is invented, except the one that makes another wrong_side:
one mistake is not counted twice. Where either report says bilateral of a finding, its boxes cannot be told apart by
side, and those of both sides are compared together.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypedDict

import numpy as np

from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray, Segment, Vector, Xyxy
from medgauge_metrics.areas import union_iou
from medgauge_metrics.boxes import valid
from medgauge_metrics.reducing import NO_ANSWER, ratio, sums, threshold
from medgauge_metrics.sides import SIGNATURE as SIDES
from medgauge_metrics.sides import Side, split_side

DEFAULT_IOU = 0.5
Kind: TypeAlias = Literal["found", "mislocated", "wrong_side", "missed", "invented"]
_Name: TypeAlias = tuple[str, Side | None]
"""A label without its side, and its side: left, right or none."""
_OTHER: Mapping[Side | None, Side] = {"left": "right", "right": "left"}
FindingVerdict = TypedDict("FindingVerdict", {"label": str, "side": Side | None, "class": Kind, "iou": float | None})
"""A finding as first written, its side, what became of it, and the IoU of the unions of its boxes, if compared."""


def found_rate(*, at: float = DEFAULT_IOU) -> "FindingRate":
    """Pooled share of the references' findings that are named and, where they have boxes, placed."""
    return _rate("found", at)


def mislocated_rate(*, at: float = DEFAULT_IOU) -> "FindingRate":
    """Pooled share of the references' findings that are named and not placed where they are."""
    return _rate("mislocated", at)


def wrong_side_rate() -> "FindingRate":
    """Pooled share of the references' findings that are named for the other side of the body only."""
    return _rate("wrong_side", DEFAULT_IOU)


def missed_rate() -> "FindingRate":
    """Pooled share of the references' findings that are not named at all."""
    return _rate("missed", DEFAULT_IOU)


def invented_rate() -> "FindingRate":
    """Pooled share of the answers' findings that the references do not have; 0 where nothing was named."""
    return _rate("invented", DEFAULT_IOU)


def explain_findings(answer: Answer | None, target: Answer, at: float = DEFAULT_IOU) -> list[FindingVerdict]:
    """What became of every finding: those of the reference in its order, then the invented ones in the answer's."""
    return _verdicts(_findings((answer or NO_ANSWER).segments), _findings(target.segments), at)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    """One finding of one report."""

    label: str
    """As first written."""
    boxes: tuple[Xyxy, ...]
    """The rectangles among its boxes."""
    bilateral: bool
    """Some segment says both sides of it at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRate:
    """A share of findings; vector (findings of the kind, findings of that report, 1).

    Undefined for a reference without findings, but `invented`, which looks at the answers' and is always defined.
    """

    kind: Kind
    at: float

    @property
    def name(self) -> str:
        """`missed_rate`, `mislocated_rate@0.3`."""
        return f"{self.kind}_rate{'' if self.at == DEFAULT_IOU else f'@{self.at:g}'}"

    @property
    def signature(self) -> str:
        """How findings are told apart and placed."""
        placed = f"iou:union-exact>={self.at:g}|" if self.kind in ("found", "mislocated") else ""
        return f"{self.name}|labels:equal-norm:v1|{SIDES}|bilateral:both|repeats:once|{placed}agg:pooled|v:1"

    @property
    def proportion(self) -> bool:
        """A ratio of sums is not a proportion of samples."""
        return False

    @property
    def higher_is_better(self) -> bool:
        """Only of what is found."""
        return self.kind == "found"

    @property
    def resampled(self) -> bool:
        """An interval is given."""
        return True

    def prepare(self, targets: Sequence[Answer]) -> "FindingRate":
        """Nothing comes from the data."""
        return self

    def measure(self, answer: Answer | None, target: Answer) -> Vector | None:
        """Findings of the kind and findings looked at, in one sample."""
        given, wanted = _findings((answer or NO_ANSWER).segments), _findings(target.segments)
        if not wanted and self.kind != "invented":
            return None
        number = sum(verdict["class"] == self.kind for verdict in _verdicts(given, wanted, self.at))
        return float(number), float(len(given if self.kind == "invented" else wanted)), 1.0

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """The ratio of the sums."""
        count, findings, samples = sums(statistics, weights, 3).T
        return {"": np.where(samples > 0, np.nan_to_num(ratio(count, findings)), np.nan)}


def _rate(kind: Kind, at: float) -> FindingRate:
    return FindingRate(kind=kind, at=threshold(at))


def _findings(segments: Iterable[Segment]) -> dict[_Name, _Finding]:
    """The findings of a report in order, each once."""
    named: dict[_Name, list[Segment]] = defaultdict(list)
    both: set[_Name] = set()
    for segment in segments:
        core, side = split_side(segment.label)
        names: list[_Name] = [(core, "left"), (core, "right")] if side == "bilateral" else [(core, side)]
        for name in names:
            named[name].append(segment)
        both.update(names if side == "bilateral" else ())
    return {
        name: _Finding(
            label=own[0].label,
            boxes=tuple(box.xyxy for segment in own for box in segment.boxes if valid(box.xyxy)),
            bilateral=name in both,
        )
        for name, own in named.items()
    }


def _verdicts(given: Mapping[_Name, _Finding], wanted: Mapping[_Name, _Finding], at: float) -> list[FindingVerdict]:
    judged = {name: _judged(name, given, wanted, at) for name in wanted}
    excused = {_mirrored(name) for name, verdict in judged.items() if verdict["class"] == "wrong_side"}
    invented: list[FindingVerdict] = [
        {"label": finding.label, "side": name[1], "class": "invented", "iou": None}
        for name, finding in given.items()
        if name not in wanted and name not in excused
    ]
    return [*judged.values(), *invented]


def _judged(
    name: _Name, given: Mapping[_Name, _Finding], wanted: Mapping[_Name, _Finding], at: float
) -> FindingVerdict:
    """What became of a finding of the reference."""
    kind: Kind = "missed"
    overlap = None
    if name in given:
        overlap = _overlap(name, given, wanted)
        kind = "found" if overlap is None or overlap >= at else "mislocated"
    elif _mirrored(name) in given and _mirrored(name) not in wanted:
        kind = "wrong_side"
    return {"label": wanted[name].label, "side": name[1], "class": kind, "iou": overlap}


def _mirrored(name: _Name) -> _Name | None:
    """The same finding on the other side."""
    core, side = name
    return (core, _OTHER[side]) if side in _OTHER else None


def _overlap(name: _Name, given: Mapping[_Name, _Finding], wanted: Mapping[_Name, _Finding]) -> float | None:
    """IoU of the unions of the boxes under a name, of both sides together where either report says bilateral.

    None where the reference has no box.
    """
    other = _mirrored(name) if given[name].bilateral or wanted[name].bilateral else None
    names = (name,) if other is None else (name, other)
    pred, gold = ([box for n in names if n in report for box in report[n].boxes] for report in (given, wanted))
    return union_iou(pred, gold) if gold else None
