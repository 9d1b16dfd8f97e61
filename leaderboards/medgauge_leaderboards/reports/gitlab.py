"""GitLab's reports: code quality, which a merge request lists, and metrics, which it compares with the target's."""

import hashlib

from medgauge.codec import dumps
from medgauge_leaderboards.document import Comparison
from medgauge_leaderboards.reports import words


def code_quality(made: Comparison) -> str:
    """A JSON array of what failed (major) or could not be decided (info), at the file that gates."""
    found = [(line, "comparable", line, "critical") for line in made.refusals]
    for row, gate in words.gated(made):
        if gate.outcome != "pass" or gate.verdict == "regressed-small":
            severity = "major" if gate.outcome == "fail" else "minor" if gate.outcome == "pass" else "info"
            text = f"{row.key} {row.metric} {words.WORDS[gate.verdict]}: {words.change(row)}: {gate.why}"
            found.append((f"{row.key}/{row.metric}", gate.mode, text, severity))
    for one in made.ceilings:
        if one.violated:
            found.append((f"{one.key}/{one.share}", "ceiling", f"{one.key} {words.ceiling(one)}", "major"))
    for sample in made.must_pass:
        if not sample.passed:
            found.append((f"{sample.key}/{sample.id}", "must-pass", f"{sample.key} {words.must(sample)}", "critical"))
    path = made.gates_file or (made.base.path if made.base else "medgauge")
    entries = [
        {
            "check_name": f"medgauge/{check}",
            "description": text,
            "fingerprint": hashlib.sha256(f"{check} {what}".encode()).hexdigest(),
            "severity": severity,
            "location": {"path": path, "lines": {"begin": 1}},
        }
        for what, check, text, severity in found
    ]
    return dumps(entries, indent=1) + "\n"


def metrics(made: Comparison) -> str:
    """OpenMetrics text: value and difference of every metric."""
    values, differences = [], []
    for row in made.rows:
        labels = f'{{task="{_label(row.key)}",metric="{_label(row.metric)}"}}'
        if row.candidate is not None:
            values.append(f"medgauge_value{labels} {row.candidate!r}")
        if row.difference.value is not None:
            differences.append(f"medgauge_difference{labels} {row.difference.value!r}")
    head = ("# TYPE medgauge_value gauge", "# TYPE medgauge_difference gauge")
    return "\n".join([head[0], *sorted(values), head[1], *sorted(differences), "# EOF"]) + "\n"


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
