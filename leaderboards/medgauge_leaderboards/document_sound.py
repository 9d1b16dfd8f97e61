"""Whether a document that was read hangs together: its parts are of one comparison, and its end follows from them."""

from collections.abc import Iterator
from pathlib import Path

from medgauge.errors import BadRecord
from medgauge.stats import Estimate
from medgauge_leaderboards.document import Comparison
from medgauge_leaderboards.judged import EXIT_CODES, whole


def require_sound(made: Comparison, file: Path) -> None:
    """Raises BadRecord for the first part that contradicts another."""
    for field, expected, actual in _faults(made):
        raise BadRecord(file, None, field, expected, actual)


def _faults(made: Comparison) -> Iterator[tuple[str, str, object]]:
    if not 0 < made.alpha < 1:
        yield "alpha", "between 0 and 1", made.alpha
    yield from _end(made)
    if made.verdict == "not-comparable":
        return
    for side, about in (("base", made.base), ("candidate", made.candidate)):
        if about is None:
            yield side, "what was compared", None
            return
        for i, row in enumerate(made.rows):
            if row.key not in about.status:
                yield f"rows.{i}.key", f"a task with counts in {side}.status", row.key
    differences = [(f"rows.{i}", row.difference) for i, row in enumerate(made.rows)]
    differences += [(f"slices.{i}", one.difference) for i, one in enumerate(made.slices)]
    for place, difference in differences:
        if not _whole(difference):
            yield f"{place}.difference", "counts from 0 on, and an interval with both ends or none", ""


def _end(made: Comparison) -> Iterator[tuple[str, str, object]]:
    """Verdict and exit code follow from what is in the document."""
    refused = made.verdict == "not-comparable"
    if refused != bool(made.refusals):
        yield "refusals", "reasons where the verdict is not-comparable, and only there", len(made.refusals)
    if refused and (made.rows or made.ceilings or made.must_pass):
        yield "rows", "nothing that was judged where the verdict is not-comparable", len(made.rows)
    due = (
        ("not-comparable", EXIT_CODES["not-comparable"])
        if refused
        else whole(made.rows, made.ceilings, made.must_pass, strict=made.strict)
    )
    if made.verdict != due[0]:
        yield "verdict", due[0], made.verdict
    if made.exit_code != due[1]:
        yield "exit_code", str(due[1]), made.exit_code


def _whole(one: Estimate) -> bool:
    counts = min(one.n, one.n_undefined, one.n_groups, one.n - one.n_undefined)
    return counts >= 0 and (one.low is None) == (one.high is None)
