"""Annotations of a GitHub step: workflow commands, one a line, of which GitHub shows ten of a kind."""

from medgauge_leaderboards.document import Comparison
from medgauge_leaderboards.reports import words

MOST = 10
"""Of one kind, that a step shows."""


def annotations(made: Comparison) -> str:
    """Errors for what failed, warnings for doubts, and the result as a notice."""
    errors = [("not comparable", line) for line in made.refusals]
    warnings = []
    for row, gate in words.gated(made):
        entry = f"{row.key} {row.metric} {words.WORDS[gate.verdict]}", f"{words.change(row)}: {gate.why}"
        if gate.outcome == "fail" or (gate.outcome == "inconclusive" and made.strict):
            errors.append(entry)
        elif gate.outcome == "inconclusive" or gate.verdict == "regressed-small":
            warnings.append(entry)
    errors += [(f"{one.key} ceiling", words.ceiling(one)) for one in made.ceilings if one.violated]
    errors += [(f"{one.key} must pass", words.must(one)) for one in made.must_pass if not one.passed]
    lines = [*_lines("error", errors), *_lines("warning", warnings)]
    return "\n".join([*lines, _command("notice", "result", words.result(made))]) + "\n"


def _lines(kind: str, entries: list[tuple[str, str]]) -> list[str]:
    shown = [_command(kind, title, message) for title, message in entries[:MOST]]
    if len(entries) > MOST:
        last = f"{len(entries) - MOST + 1} more are in the summary"
        shown[-1] = _command(kind, "and more", last)
    return shown


def _command(kind: str, title: str, message: str) -> str:
    escaped = _data(f"medgauge: {title}").replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} title={escaped}::{_data(message)}"


def _data(text: str) -> str:
    """Nothing that comes from data can end the line and begin another command."""
    percent = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return "".join(c if c.isprintable() else "\ufffd" for c in percent)
