"""What all reports say in the same words."""

import re
from collections.abc import Mapping

from medgauge_leaderboards.document import Ceiling, Comparison, Gated, MustPass, Row, Slice, Verdict

WORDS: Mapping[Verdict, str] = {
    "regressed": "REGRESSED",
    "changed": "CHANGED",
    "inconclusive": "inconclusive",
    "regressed-small": "regressed (small)",
    "no-regression": "no regression",
    "no-change": "no change",
    "identical": "identical",
    "improved": "improved",
}
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def headline(made: Comparison) -> str:
    """What came of it, in one line without the exit code."""
    if made.verdict == "not-comparable":
        return f"not comparable: {count(len(made.refusals), 'field')} differ"
    gates = [row.gate for row in made.rows if row.gate is not None]
    failed = sum(gate.outcome == "fail" for gate in gates)
    counts = [
        count(failed, "regression"),
        f"{sum(gate.verdict == 'improved' for gate in gates)} improved",
        f"{sum(gate.outcome == 'pass' and gate.verdict != 'improved' for gate in gates)} without a regression",
        f"{sum(gate.outcome == 'inconclusive' for gate in gates)} inconclusive",
    ]
    if made.ceilings:
        counts.append(f"{sum(one.violated for one in made.ceilings)} of {count(len(made.ceilings), 'ceiling')} broken")
    if made.must_pass:
        wrong = sum(not one.passed for one in made.must_pass)
        counts.append(f"{wrong} of {len(made.must_pass)} must-pass samples wrong")
    return ", ".join(counts)


def result(made: Comparison) -> str:
    """The last line of every report for people."""
    return f"RESULT  {made.verdict}: {headline(made)}; exit {made.exit_code}"


def count(n: int, noun: str) -> str:
    """`1 regression`, `2 regressions`."""
    return f"{n} {noun}{'' if n == 1 else 's'}"


def gated(made: Comparison) -> list[tuple[Row, Gated]]:
    """The gated rows with their gates, worst first."""
    return [(row, row.gate) for row in made.rows if row.gate is not None]


def change(row: Row | Slice) -> str:
    """`-0.0330 [-0.0470, -0.0180]`, or why there is no interval."""
    one = row.difference
    value = "n/a" if one.value is None else f"{one.value:+.4f}"
    if one.low is None or one.high is None:
        return f"{value} (no interval: {one.no_interval or 'none'})"
    return f"{value} [{one.low:+.4f}, {one.high:+.4f}]"


def number(value: float | None) -> str:
    """Four places, or n/a."""
    return "n/a" if value is None else f"{value:.4f}"


def chance(p: float | None) -> str:
    """Four places; empty where there is no test."""
    if p is None:
        return ""
    return "<0.0001" if p < 0.0001 else f"{p:.4f}"


def ceiling(one: Ceiling) -> str:
    """What a ceiling says."""
    limits = [f"max {one.max:g}"] if one.max is not None else []
    limits += [f"max increase {one.max_increase:g}"] if one.max_increase is not None else []
    return f"{one.share} {one.base:.4f} -> {one.candidate:.4f} of {one.n} ({', '.join(limits)})"


def must(one: MustPass) -> str:
    """What came of a sample that has to be right."""
    if one.passed:
        return f"sample {one.id} is right"
    return f"sample {one.id} is {'wrong' if one.status == 'scored' else one.status.replace('_', ' ')}"


def lost(by_status: Mapping[str, int]) -> str:
    """`46 no answer, 4 wrong`."""
    return ", ".join(f"{n} {'wrong' if name == 'scored' else name.replace('_', ' ')}" for name, n in by_status.items())


def xml(text: str) -> str:
    """Text without the characters that XML cannot carry."""
    return _NOT_XML.sub("\ufffd", text)
