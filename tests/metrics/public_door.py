"""Ways in from outside: records through a family and the scorer, and the command line, as a user meets them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from medgauge.cli.main import main
from medgauge.metrics import parse_metric
from medgauge.plugins import catalog
from medgauge.prepare import key_of
from medgauge.protocols import Style
from medgauge.results import task_results
from medgauge.score import score_task
from medgauge.spec import box_format
from medgauge.tasks import Card, Task
from medgauge.types import Family, Finish, Output, Score

STYLE = Style(prompts="plain", language="en", box_format=box_format("medrega"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of some records."""

    scores: list[Score]
    entry: dict[str, Any]

    def value(self, metric: str) -> float | None:
        return self.entry["metrics"][metric]["value"]  # type: ignore[no-any-return]

    def defined(self, metric: str) -> int:
        """On how many samples the metric is defined."""
        made = self.entry["metrics"][metric]
        return int(made["n"] - made["n_undefined"])

    @property
    def statuses(self) -> list[str]:
        return [score.status for score in self.scores]


def judge(
    family: Family,
    records: Sequence[Mapping[str, Any]],
    metrics: Sequence[str],
    finish: Sequence[Finish] = (),
    **options: str,
) -> Judged:
    """Records read and parsed by their family, and measured; `finish` says how each prediction ended."""
    kit: Any = catalog("families").load(family)
    samples, outputs = [], {}
    for line, record in enumerate(records, 1):
        sample, text = kit.read_record(record, "en", STYLE.box_format, options=options, file="records", line=line)
        samples.append(sample)
        ended = finish[line - 1] if finish else "stop"
        outputs[key_of(sample)] = Output(key=key_of(sample), text=text, finish=ended, scores=record.get("scores"))
    task = Task(
        card=card(family, options),
        load=lambda data_dir, split: pytest.fail("records have no data set"),
        next_request=lambda sample, style, said: kit.next_request(sample, style, said, options=options),
        parse=lambda sample, said, style: kit.parse(sample, said, style, options=options),
        metrics=tuple(parse_metric(name) for name in metrics),
        prompt_sets={},
    )
    scores, prepared = score_task(task, samples, outputs, STYLE)
    return Judged(scores=scores, entry=task_results(task.card, "en", scores, prepared))


def card(family: Family, options: Mapping[str, str]) -> Card:
    return Card(
        name="records",
        title="records",
        family=family,
        languages=("en",),
        modality=(),
        licence="none",
        access="public",
        publish="scores",
        group="record",
        version=1,
        primary="none",
        citation="",
        loader="",
        options=options,
    )


def medgauge(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command."""
    code = 0
    try:
        main([*map(str, words)])
    except SystemExit as left:
        code = int(left.code or 0)
    said = capsys.readouterr()
    return code, said.out, said.err


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A run of which one prediction is missing: refused, and then allowed."""

    code: int
    said: str
    targets: list[dict[str, Any]]
    """Of all samples asked in English, the missing one's last."""
    entry: dict[str, Any]
    """The English results once the gap is allowed; the other predictions are the references."""


def run_with_a_gap(capsys: pytest.CaptureFixture[str], folder: Path, task: str) -> Gap:
    """Five samples of an embedded task; the missing one is the last that has something to find."""
    words = ("run", task, "--limit", "5", "--model", f"replay:{folder / 'said.jsonl'}")
    write(folder / "said.jsonl", [{"id": "nobody", "text": "x"}])
    medgauge(capsys, *words, "--out", folder / "first")
    samples = [json.loads(line) for line in (folder / "first" / "samples.jsonl").read_text("utf-8").splitlines()]
    english = [sample for sample in samples if sample["language"] == "en"]
    gone = [s for s in english if s["target"]["labels"] or s["target"]["boxes"] or s["target"]["text"]][-1]
    kept = [sample for sample in samples if sample is not gone]
    write(folder / "said.jsonl", [{"id": s["id"], "language": s["language"], "text": right(s)} for s in kept])
    code, _, said = medgauge(capsys, *words, "--out", folder / "second")
    allowed, _, error = medgauge(capsys, *words, "--out", folder / "third", "--allow-missing")
    assert allowed == 0, error
    results = json.loads((folder / "third" / "results.json").read_text("utf-8"))
    targets = [sample["target"] for sample in english if sample is not gone]
    return Gap(code=code, said=said, targets=[*targets, gone["target"]], entry=results["tasks"][f"{task}/en"])


def right(sample: Mapping[str, Any]) -> str:
    """The reference as a model would say it."""
    target = sample["target"]
    none = {"en": "none", "zh": "无"}[sample["language"]]
    if target["labels"] is not None or not target["boxes"]:
        return ", ".join(target["labels"] or ()) or target["text"] or none
    (width, height) = sample["media"][0]["size"]
    return "".join(
        f"<ref>{box['label']}</ref><box>[[{round(x1 / width * 999)}, {round(y1 / height * 999)}, "
        f"{round(x2 / width * 999)}, {round(y2 / height * 999)}]]</box>"
        for box in target["boxes"]
        for x1, y1, x2, y2 in [box["xyxy"]]
    )


def write(file: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    file.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return file
