"""The decision rules on numbers alone: three outcomes, and nothing undecided is green."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medgauge_leaderboards.gate import Evidence, Rule, judge

DETECT = Rule(mode="detect", alpha=0.05)
POINT = Rule(mode="detect", alpha=0.05, min_effect=0.01)
TWO = Rule(mode="noninferior", alpha=0.05, margin=0.02)


def evidence(gain: float | None, half: float | None, p: float | None = 1.0, **changes: Any) -> Evidence:
    """A gain with a symmetric interval; the one-sided bounds lie at 0.84 of its half-width."""
    known = gain is not None and half is not None
    made: dict[str, Any] = {
        "gain": gain,
        "low": gain - half if known else None,  # type: ignore[operator]
        "high": gain + half if known else None,  # type: ignore[operator]
        "lower": gain - 0.84 * half if known else None,  # type: ignore[operator]
        "upper": gain + 0.84 * half if known else None,  # type: ignore[operator]
        "p": p,
        "mde": None if half is None else 1.43 * half,
        "n": 1000,
        "changed": 10,
        "enough": True,
    }
    return Evidence(**(made | changes))


CASES = [
    # rule, gain, half-width, adjusted p, outcome, verdict
    (DETECT, -0.05, 0.02, 0.001, "fail", "regressed"),
    (DETECT, -0.05, 0.02, 0.051, "inconclusive", "inconclusive"),  # Holm took it away
    (DETECT, -0.05, 0.06, 0.04, "inconclusive", "inconclusive"),  # the interval holds zero
    (DETECT, 0.05, 0.02, 0.001, "pass", "improved"),
    (DETECT, 0.00, 0.02, 1.0, "inconclusive", "inconclusive"),
    (POINT, -0.005, 0.004, 0.01, "pass", "regressed-small"),
    (POINT, -0.01, 0.004, 0.01, "fail", "regressed"),
    (POINT, 0.002, 0.004, 0.5, "pass", "no-change"),
    (POINT, 0.006, 0.008, 0.2, "pass", "no-regression"),
    (POINT, -0.006, 0.008, 0.2, "inconclusive", "inconclusive"),
    (TWO, 0.0, 0.02, 0.5, "pass", "no-regression"),
    (TWO, -0.01, 0.005, 0.001, "pass", "regressed-small"),
    (TWO, -0.05, 0.02, 0.001, "fail", "regressed"),
    (TWO, -0.05, 0.02, 0.2, "inconclusive", "inconclusive"),
    (TWO, -0.01, 0.03, 0.3, "inconclusive", "inconclusive"),
    (TWO, 0.03, 0.02, 0.99, "pass", "improved"),
]


@pytest.mark.parametrize(("rule", "gain", "half", "p", "outcome", "verdict"), CASES)
def test_the_rule(rule: Rule, gain: float, half: float, p: float, outcome: str, verdict: str) -> None:
    made = judge(rule, evidence(gain, half, p))
    assert (made.outcome, made.verdict) == (outcome, verdict)


def test_a_gate_says_when_its_data_cannot_certify_the_margin_and_what_would() -> None:
    made = judge(TWO, evidence(0.0, 0.05))
    assert made.why == "MDE 0.0715 > margin 0.02: this data set cannot certify it; about 12781 samples would"
    assert made.needed == 12781
    assert "cannot find it" in judge(POINT, evidence(0.0, 0.05)).why
    assert judge(DETECT, evidence(0.0, 0.05)).why == "a difference of 0.0715 would have been found with 80 % power"


def test_few_groups_are_never_green_and_a_test_can_still_be_red() -> None:
    few = {"low": None, "high": None, "lower": None, "upper": None, "mde": None, "enough": False}
    for rule in (DETECT, POINT, TWO):
        assert judge(rule, evidence(0.0, None, 1.0, changed=0, **few)).outcome == "inconclusive"
    assert judge(DETECT, evidence(0.5, None, 0.004, **few)).outcome == "inconclusive", "no gain without an interval"
    assert judge(POINT, evidence(-0.005, None, 0.004, **few)).outcome == "inconclusive", "nor a small loss"
    assert judge(DETECT, evidence(-0.5, None, 0.004, **few)).verdict == "regressed"
    assert judge(TWO, evidence(-0.5, None, 0.002, **few)).outcome == "inconclusive"


def test_the_same_scores_pass_and_an_undefined_number_does_not() -> None:
    for rule in (DETECT, TWO):
        assert judge(rule, evidence(0.0, None, 1.0, changed=0)).verdict == "identical"
        assert judge(rule, evidence(None, None, None)).outcome == "inconclusive"


def test_exact_lets_nothing_change() -> None:
    exact = Rule(mode="exact", alpha=0.05)
    assert judge(exact, evidence(0.3, 0.01, 0.001, changed=1)).outcome == "fail"
    assert judge(exact, evidence(None, None, None, changed=0)).outcome == "pass"


@given(
    st.sampled_from([DETECT, POINT, TWO]),
    st.floats(-1, 1),
    st.floats(0.001, 1),
    st.floats(0, 1),
)
def test_no_rule_passes_what_the_interval_cannot_tell(rule: Rule, gain: float, half: float, p: float) -> None:
    e = evidence(gain, half, p)
    made = judge(rule, e)
    assert e.lower is not None
    if made.outcome == "fail":
        assert gain < 0
        assert p < rule.alpha
    if rule is TWO and made.outcome == "pass":
        assert e.lower > -0.02
    if rule is DETECT and made.outcome == "pass":
        assert made.verdict == "improved"
        assert gain > 0
