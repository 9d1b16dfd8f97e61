"""The decision rules, on numbers alone: everything is a gain, so that more is better.

Three outcomes. "Not significant" is never a pass: a gate whose data cannot decide says so.
"""

import math
from dataclasses import dataclass

from medgauge_leaderboards.document import Gated, Mode, Outcome, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is known of a gated number, as a gain of the candidate."""

    gain: float | None
    low: float | None
    high: float | None
    """Two-sided interval at 1 - alpha."""
    lower: float | None
    upper: float | None
    """One-sided bounds at 1 - alpha."""
    p: float | None
    """Adjusted over the family: two-sided in `detect`, one-sided for a loss in `noninferior`."""
    mde: float | None
    """What is found with 80 % power: two-sided in `detect`, one-sided in `noninferior`."""
    n: int
    """Samples on which the metric is defined."""
    changed: int
    """Samples whose statistics are not the same, in any trial."""
    enough: bool
    """There are groups enough for an interval."""
    read: str = ""
    """How the answers were read otherwise; empty where they were not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A gate's mode with its numbers."""

    mode: Mode
    alpha: float
    min_effect: float = 0.0
    margin: float | None = None


def judge(rule: Rule, evidence: Evidence) -> Gated:
    """The outcome of one gate."""
    if rule.mode == "exact":
        return _exact(rule, evidence)
    if evidence.gain is None:
        return _gated(rule, "inconclusive", "inconclusive", "the number is undefined on one of the sides")
    if evidence.changed == 0 and evidence.enough:
        return _gated(rule, "pass", "identical", "every sample is measured the same")
    return _noninferior(rule, evidence) if rule.mode == "noninferior" else _detect(rule, evidence)


def _exact(rule: Rule, e: Evidence) -> Gated:
    measured = f"{e.changed} of {e.n} samples are measured differently" if e.changed else ""
    if measured or e.read:
        return _gated(rule, "fail", "changed", "; ".join(filter(None, (measured, e.read))))
    return _gated(rule, "pass", "identical", "every answer is read and every sample measured the same")


def _detect(rule: Rule, e: Evidence) -> Gated:
    gain, least = e.gain or 0.0, rule.min_effect
    lost = gain < 0 and _significant(rule, e) and (e.high is None or e.high < 0)
    won = gain > 0 and _significant(rule, e) and e.low is not None and e.low > 0
    if lost and -gain >= least:
        return _gated(rule, "fail", "regressed", f"a loss of {-gain:.4g}, {_p(e)}")
    if lost and e.high is not None:
        return _gated(rule, "pass", "regressed-small", f"a certain loss of {-gain:.4g}, under min_effect {least:g}")
    if won:
        return _gated(rule, "pass", "improved", f"a gain of {gain:.4g}, {_p(e)}")
    if e.low is not None and e.high is not None and least:
        if -least < e.low and e.high < least:
            return _gated(rule, "pass", "no-change", f"the whole interval is within {least:g}")
        if e.low > -least:
            return _gated(rule, "pass", "no-regression", f"the interval leaves out a loss of {least:g}")
    return _undecided(rule, e, least or None)


def _noninferior(rule: Rule, e: Evidence) -> Gated:
    margin, gain = rule.margin or 0.0, e.gain or 0.0
    certain = e.upper is not None and e.upper < 0 and _significant(rule, e)
    if e.lower is not None and e.lower > -margin:
        if certain:
            why = f"a small but certain loss of {-gain:.4g}, within the margin {margin:g}"
            return _gated(rule, "pass", "regressed-small", why, e.lower)
        better = e.low is not None and e.low > 0
        return _gated(
            rule, "pass", "improved" if better else "no-regression", f"a loss of {margin:g} is ruled out", e.lower
        )
    if certain:
        why = f"a loss of {-gain:.4g}, {_p(e)}, and a loss of {margin:g} cannot be ruled out"
        return _gated(rule, "fail", "regressed", why, e.upper)
    return _undecided(rule, e, margin)


def _undecided(rule: Rule, e: Evidence, target: float | None) -> Gated:
    """Inconclusive, with what would have been found, and how many samples the target needs."""
    if not e.enough:
        why = "under ten groups: no interval"
    elif e.mde is None:
        why = "no interval"
    elif target is None or e.mde <= target:
        why = f"a difference of {e.mde:.4g} would have been found with 80 % power"
    else:
        kind = "margin" if rule.mode == "noninferior" else "min_effect"
        verb = "certify" if rule.mode == "noninferior" else "find"
        needed = math.ceil(e.n * (e.mde / target) ** 2)
        why = f"MDE {e.mde:.4g} > {kind} {target:g}: this data set cannot {verb} it; about {needed} samples would"
        return _gated(rule, "inconclusive", "inconclusive", why, e.lower, needed)
    return _gated(rule, "inconclusive", "inconclusive", why, e.lower if rule.mode == "noninferior" else None)


def _significant(rule: Rule, e: Evidence) -> bool:
    return e.p is not None and e.p < rule.alpha


def _p(e: Evidence) -> str:
    return f"adjusted p {e.p:.3g}"


def _gated(
    rule: Rule,
    outcome: Outcome,
    verdict: Verdict,
    why: str,
    bound: float | None = None,
    needed: int | None = None,
) -> Gated:
    return Gated(
        mode=rule.mode,
        min_effect=rule.min_effect,
        margin=rule.margin,
        outcome=outcome,
        verdict=verdict,
        why=why,
        bound=bound,
        needed=needed,
    )
