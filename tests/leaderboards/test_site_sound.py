"""Folders whose hashes match and whose files are not what a run writes: one line and an exit code, no traceback."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_runs import edit
from test_compare_runs import REPORT, WORSE, compare, run

from medgauge.errors import MedGaugeError

CHANGES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "no tasks": ("results.json", lambda d: {k: v for k, v in d.items() if k != "tasks"}),
    "tasks is a list": ("results.json", lambda d: d | {"tasks": []}),
    "a task is a number": ("results.json", lambda d: d | {"tasks": {"made-report": 3}}),
    "an unknown task": ("results.json", lambda d: _entry(d, task="elsewhere")),
    "no metrics": ("results.json", lambda d: _entry(d, metrics={})),
    "a metric of words": ("results.json", lambda d: _entry(d, metrics={"rouge_l": "good"})),
    "another primary": ("results.json", lambda d: _entry(d, primary="nothing")),
    "no status": ("results.json", lambda d: _entry(d, status={})),
    "n of words": ("results.json", lambda d: _entry(d, n="many")),
    "fewer samples": ("results.json", lambda d: _entry(d, n=3)),
    "a language nobody speaks": ("results.json", lambda d: _entry(d, language="xx")),
    "cards is a list": ("manifest.json", lambda d: d | {"cards": []}),
    "files is a number": ("manifest.json", lambda d: d | {"files": 3}),
    "files names nothing": ("manifest.json", lambda d: d | {"files": {}}),
    **{
        f"files leaves out {name}": ("manifest.json", lambda d, name=name: d | {"files": _without(d["files"], name)})
        for name in ("spec.json", "samples.jsonl", "scores.jsonl", "results.json", "outputs.jsonl")
    },
    "modified is a number": ("manifest.json", lambda d: d | {"modified": 3}),
    "modified is text": ("manifest.json", lambda d: d | {"modified": "made-report: x"}),
    "modified holds a number": ("manifest.json", lambda d: d | {"modified": [3]}),
    "excluded holds a list": ("manifest.json", lambda d: d | {"excluded": [[]]}),
    "failed is a mapping": ("manifest.json", lambda d: d | {"failed": {}}),
    "missing is true": ("manifest.json", lambda d: d | {"missing": True}),
    "a card under another name": ("manifest.json", lambda d: _renamed(d)),
    **{
        f"trials {value!r}": ("results.json", lambda d, value=value: _entry(d, trials=value))
        for value in (0, -1, "two", 1.5, None, 10_001)
    },
    "the spec has no tasks": ("spec.json", lambda d: d | {"tasks": []}),
    "the spec is empty": ("spec.json", lambda d: {}),
    "a score without the metric": ("scores.jsonl", lambda d: d | {"stats": {}}),
    "a score of another width": ("scores.jsonl", lambda d: d | {"stats": {"rouge_l": [1.0]}}),
    "a score of rows": ("scores.jsonl", lambda d: d | {"stats": {"rouge_l": [[1.0, 2.0]]}}),
    "a score of another sample": ("scores.jsonl", lambda d: d | {"key": d["key"] | {"id": "999"}}),
    "a score of words": ("scores.jsonl", lambda d: d | {"stats": {"rouge_l": "good"}}),
    "a sample without a group": ("samples.jsonl", lambda d: {k: v for k, v in d.items() if k != "group"}),
    "an unknown publish level": ("samples.jsonl", lambda d: d | {"publish": "all"}),
}


def _entry(data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return data | {"tasks": {key: entry | changes for key, entry in data["tasks"].items()}}


def _without(data: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != name}


def _renamed(data: dict[str, Any]) -> dict[str, Any]:
    return data | {"cards": {name: card | {"name": "free"} for name, card in data["cards"].items()}}


@pytest.mark.parametrize("name", CHANGES)
def test_a_malformed_run_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    good, bad = (run(tmp_path, side, (REPORT, WORSE)) for side in ("good", "bad"))
    file, change = CHANGES[name]
    if file == "manifest.json":
        data = json.loads((bad / file).read_text("utf-8"))
        (bad / file).write_text(json.dumps(change(data)))
    elif file.endswith(".jsonl"):
        edit(bad, file, lambda text: _second_line(text, change))
    else:
        edit(bad, file, lambda text: json.dumps(change(json.loads(text))))
    for sides in ((good, bad), (bad, good)):
        with pytest.raises(MedGaugeError) as raised:
            compare(*sides)
        assert raised.value.exit_code in (2, 3, 4)
        assert "bad" in str(raised.value)
        assert str(raised.value).count("\n") <= 1


def test_every_score_of_the_wrong_width(tmp_path: Path) -> None:
    good, bad = (run(tmp_path, side, (REPORT, WORSE)) for side in ("good", "bad"))
    edit(bad, "scores.jsonl", lambda text: text.replace("1.0]", "1.0, 1.0]"))
    with pytest.raises(MedGaugeError, match=r"stats.rouge_l"):
        compare(good, bad)


def _second_line(text: str, change: Callable[[Any], Any]) -> str:
    lines = text.splitlines()
    lines[1] = json.dumps(change(json.loads(lines[1])))
    return "\n".join(lines) + "\n"
