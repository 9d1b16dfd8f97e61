"""Metrics of clinical_lite: rule-based finding agreement (unvalidated), pooled over reports.

All count what the rules read, so a number says something only where they read the references at all: it is withheld
(undefined) where under half of the references, under the weights given, hold a finding that the lexicon knows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from medgauge.protocols import Statistics
from medgauge.types import Answer, FloatArray, Vector
from medgauge_metrics.clinical_lite.extract import Finding, findings
from medgauge_metrics.clinical_lite.lexicon import signature as lexicon_signature
from medgauge_metrics.clinical_lite.measurements import ABSOLUTE, RELATIVE, matched, sizes
from medgauge_metrics.clinical_lite.rules import scope as rules_signature
from medgauge_metrics.clinical_lite.rules import sizes as sizes_signature
from medgauge_metrics.reducing import NO_ANSWER, Pooled, SampleMean, ratio, sums

MIN_COVERAGE = 0.5
"""Share of the references with a finding below which a number is withheld."""
_Said: TypeAlias = frozenset[Finding]
_Count: TypeAlias = Callable[[_Said, _Said], tuple[int, int]]
"""(said in the answer, said in the reference) to numerator and denominator."""
_OPPOSITE = {"+": "-", "-": "+"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """A ratio of counts of findings, pooled over reports; vector (numerator, denominator, reference covered, 1).

    Rule-based finding agreement (unvalidated). A report without a finding counts; one without words is undefined.
    """

    name: str
    counts: _Count
    higher_is_better: bool
    nothing: float | None
    """The value where the denominator is 0 and the references are covered; None for undefined."""

    @property
    def signature(self) -> str:
        """Lexicon, rules, aggregation, and where the number is withheld."""
        rules = f"unvalidated|{lexicon_signature()}|{rules_signature()}|set:report"
        return f"{self.name}|{rules}|withheld:coverage<{MIN_COVERAGE:g}|agg:pooled|v:2"

    @property
    def proportion(self) -> bool:
        """A ratio of sums is not a proportion of samples."""
        return False

    @property
    def resampled(self) -> bool:
        """An interval is given."""
        return True

    def prepare(self, targets: Sequence[Answer]) -> "Agreement":
        """Nothing comes from the data."""
        return self

    def measure(self, answer: Answer | None, target: Answer) -> Vector | None:
        """The counts of one report; None where the reference has no words."""
        if not target.text.strip():
            return None
        reference = findings(target.text)
        numerator, denominator = self.counts(findings((answer or NO_ANSWER).text), reference)
        return float(numerator), float(denominator), float(bool(reference)), 1.0

    def reduce(self, statistics: Statistics, weights: FloatArray) -> Mapping[str, FloatArray]:
        """The ratio of the sums; NaN where the coverage of the references is below `MIN_COVERAGE`."""
        numerator, denominator, covered, reports = sums(statistics, weights, 4).T
        shown = (reports > 0) & (covered >= MIN_COVERAGE * reports)
        nothing = np.nan if self.nothing is None else self.nothing
        value = np.where(denominator > 0, ratio(numerator, denominator), nothing)
        return {"": np.where(shown, value, np.nan)}


def tuple_f1() -> Agreement:
    """F1 of the tuples (finding, polarity, side), each once a report. Rule-based finding agreement (unvalidated)."""
    return _agreement("tuple_f1", _tuples, higher_is_better=True)


def finding_f1() -> Agreement:
    """F1 of the pairs (finding, polarity), whatever the side. Rule-based finding agreement (unvalidated)."""
    return _agreement("finding_f1", _findings, higher_is_better=True)


def polarity_flip_rate() -> Agreement:
    """Of what the reference affirms or denies, the share of which the answer says the opposite.

    Saying both is the opposite too, unless the reference says both, or each of another side. Silence flips
    nothing: read it beside the omission rate. Rule-based finding agreement (unvalidated).
    """
    return _agreement("polarity_flip_rate", _flips)


def laterality_error_rate() -> Agreement:
    """Of the findings that the reference puts on a side, the share that the answer puts on another side only.

    A finding without a side in the answer, and silence, are no error of side. Affirmed and doubted findings count,
    denied ones do not. Rule-based finding agreement (unvalidated).
    """
    return _agreement("laterality_error_rate", _wrong_sides)


def hallucination_rate() -> Agreement:
    """Of the findings that the answer affirms or doubts, the share that the reference neither affirms nor doubts.

    A doubt is a claim too: else a doubt about everything would be perfect. 0 where the answers claim nothing:
    read it beside the omission rate. Rule-based finding agreement (unvalidated).
    """
    return _agreement("hallucination_rate", _invented, nothing=0.0)


def omission_rate() -> Agreement:
    """Of the findings that the reference affirms, the share that the answer neither affirms nor doubts, or also denies.

    A denial of another side, or one that the reference makes too, takes nothing back. Rule-based finding
    agreement (unvalidated).
    """
    return _agreement("omission_rate", _omitted)


def measurement_f1() -> Pooled:
    """F1 of the sizes of two reports, paired one to one within max(1 mm, 10 %). Unvalidated.

    Sizes are read without the lexicon, so its coverage withholds nothing: undefined where no reference holds a size.
    """
    name = "clinical_lite_measurement_f1"
    pairing = f"match:one-to-one|tolerance:{ABSOLUTE:g}mm-or-{RELATIVE:g}"
    made = f"{name}|unvalidated|{lexicon_signature()}|{sizes_signature()}|{pairing}|set:report|agg:pooled|v:1"
    return Pooled(name=name, signature=made, count=_sizes)


def coverage() -> SampleMean:
    """Share of the references in which the lexicon finds something; it says nothing of the answers. Unvalidated."""
    name = "clinical_lite_coverage"
    made = f"{name}|unvalidated|{lexicon_signature()}|{rules_signature()}|agg:mean|v:1"
    return SampleMean(name=name, signature=made, value=_covered, proportion=True, higher_is_better=None)


def _agreement(of: str, counts: _Count, *, higher_is_better: bool = False, nothing: float | None = None) -> Agreement:
    return Agreement(name=f"clinical_lite_{of}", counts=counts, higher_is_better=higher_is_better, nothing=nothing)


def _tuples(answer: _Said, target: _Said) -> tuple[int, int]:
    return 2 * len(answer & target), len(answer) + len(target)


def _findings(answer: _Said, target: _Said) -> tuple[int, int]:
    written, wanted = ({(f.name, f.polarity) for f in said} for said in (answer, target))
    return 2 * len(written & wanted), len(written) + len(wanted)


def _flips(answer: _Said, target: _Said) -> tuple[int, int]:
    """Where the opposite alone is said, or both against a reference that says one of them."""
    written = {(f.name, f.polarity) for f in answer}
    known = {(f.name, f.polarity) for f in target}
    wanted = {(n, p) for n, p in known if p in _OPPOSITE}
    against = _contradicted(answer, target) | _contradicted(target, answer)
    flipped = {(n, p) for n, p in wanted if (n, _OPPOSITE[p]) in written}
    both = {(n, p) for n, p in flipped if (n, p) in written}
    excused = {(n, p) for n, p in both if n not in against or (n, _OPPOSITE[p]) in known}
    return len(flipped - excused), len(wanted)


def _contradicted(denying: _Said, affirming: _Said) -> set[str]:
    """Findings that one side denies where the other affirms or doubts them; a denial without a side is of both."""
    denied = {(f.name, f.side) for f in denying if f.polarity == "-"}
    claimed = {(f.name, f.side) for f in affirming if f.polarity != "-"}
    everywhere = {name for name, side in denied if side == "none"}
    anywhere = {name for name, side in claimed if side == "bilateral"}
    names = {name for name, _ in claimed}
    return (everywhere & names) | (anywhere & {name for name, _ in denied}) | {name for name, _ in denied & claimed}


def _wrong_sides(answer: _Said, target: _Said) -> tuple[int, int]:
    written, wanted = _sided(answer), _sided(target)
    named = {name for name, _ in written}
    return sum(name in named and (name, side) not in written for name, side in wanted), len(wanted)


def _sided(said: _Said) -> set[tuple[str, str]]:
    return {(f.name, f.side) for f in said if f.polarity != "-" and f.side != "none"}


def _invented(answer: _Said, target: _Said) -> tuple[int, int]:
    claimed = _claimed(answer)
    return len(claimed - _claimed(target)), len(claimed)


def _omitted(answer: _Said, target: _Said) -> tuple[int, int]:
    affirmed = {f.name for f in target if f.polarity == "+"}
    taken_back = _contradicted(answer, answer) - _contradicted(target, target)
    return len(affirmed - (_claimed(answer) - taken_back)), len(affirmed)


def _claimed(said: _Said) -> set[str]:
    """Findings that a text affirms or doubts."""
    return {f.name for f in said if f.polarity != "-"}


def _sizes(answer: Answer, target: Answer) -> tuple[float, float, float] | None:
    if not target.text.strip():
        return None
    written, wanted = sizes(answer.text), sizes(target.text)
    return float(matched(written, wanted)), float(len(written)), float(len(wanted))


def _covered(answer: Answer, target: Answer) -> float | None:
    return float(bool(findings(target.text))) if target.text.strip() else None
