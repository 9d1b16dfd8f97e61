"""`--protocol medrega`: records in, what the evaluators released with MedRegA print out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import isfinite
from typing import Any, Literal

from medgauge.record_protocols import Numbered, Printed, RecordProtocol
from medgauge_metrics.compat.medrega import (
    classification,
    many_regions,
    named_region,
    named_regions,
    one_region,
    region_to_text,
    report,
    vqa,
)
from medgauge_metrics.compat.medrega.labels import label_lists
from medgauge_metrics.compat.medrega.meteor import Missing, mean_meteor
from medgauge_metrics.compat.medrega.records import Pair, read_pair, read_picture
from medgauge_metrics.compat.medrega.rouge import RESAMPLES, SEED
from medgauge_metrics.compat.medrega.stops import Stop

TITLE = "as released with MedRegA, bugs included; for comparing with the paper's tables, never ranked"
_SEEDED = (
    f"the median of {RESAMPLES} bootstrap means, drawn with seed {SEED}: the released code draws without one, "
    "so that its number differs from run to run"
)
_SWAPPED = "the released code puts {} under this name"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """One evaluator."""

    names: tuple[str, ...]
    """What it prints, in its order."""
    read: Callable[[Mapping[str, Any], int, str], Any] = read_pair
    score: Callable[[Sequence[Any]], Printed]
    """Some of the numbers, and notes on them or on others. Raises Stop."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """On numbers that are there."""


def medrega() -> RecordProtocol:
    """The protocol as the plugin brings it."""
    return RecordProtocol(title=TITLE, tasks=tuple(_tasks()), score=score)


def score(task: str, records: Numbered, file: str) -> Printed:
    """What the released evaluator of a task prints; None, with a note, for what it does not. At least one record.

    Records hold `pred_answer, gt_answer`, or for text-to-region `answer, gt, hw`. Raises BadRecord, and KeyError for
    a task that is not among the protocol's.
    """
    chosen = _tasks()[task]
    rows = [chosen.read(record, number, file) for number, record in records]
    try:
        printed = chosen.score(rows)
    except Stop as stop:
        return Printed(metrics=dict.fromkeys(chosen.names), notes={"*": str(stop)})
    values = {name: printed.metrics.get(name) for name in chosen.names}
    wild = {name: f"the released code prints {value} here" for name, value in values.items() if not _finite(value)}
    metrics = {name: None if name in wild or value is None else float(value) for name, value in values.items()}
    notes = {**chosen.notes, **printed.notes, **wild}
    return Printed(metrics=metrics, notes={name: notes[name] for name in chosen.names if name in notes})


def _finite(value: float | None) -> bool:
    return value is None or isfinite(value)


def _tasks() -> dict[str, _Task]:
    texts = {
        "vqa/en": _Task(names=vqa.NAMES, score=partial(_plain, vqa.vqa_en, _bert("bertScore", vqa.WEIGHTS["en"]))),
        "vqa/zh": _Task(names=vqa.NAMES, score=partial(_plain, vqa.vqa_zh, _bert("bertScore", vqa.WEIGHTS["zh"]))),
        "region-to-text": _Task(
            names=region_to_text.NAMES,
            score=partial(_plain, region_to_text.region_to_text, _bert("bertscore", region_to_text.WEIGHTS)),
        ),
        "report/en": _Task(
            names=report.NAMES_EN, score=partial(_report, "en"), notes={"rouge1": _SEEDED, "rougeL": _SEEDED}
        ),
        "report/zh": _Task(
            names=report.NAMES_ZH,
            score=partial(_report, "zh"),
            notes={"rouge1": _SWAPPED.format("ROUGE-L"), "rougeL": _SWAPPED.format("ROUGE-1")},
        ),
    }
    return texts | _regions() | _classifications()


def _regions() -> dict[str, _Task]:
    scorers = {
        "ss": (one_region.NAMES, one_region.one_region),
        "sm": (many_regions.NAMES, many_regions.many_regions),
        "ms": (named_region.NAMES, named_region.named_region),
        "mm": (named_regions.NAMES, named_regions.named_regions),
    }
    return {
        f"text-to-region/{regime}": _Task(names=names, read=read_picture, score=partial(_plain, scorer, {}))
        for regime, (names, scorer) in scorers.items()
    }


def _classifications() -> dict[str, _Task]:
    return {
        f"classification/{dataset}": _Task(
            names=classification.NAMES,
            score=partial(_plain, partial(classification.classification, given=given), {}),
        )
        for dataset, given in label_lists().items()
    }


def _bert(name: str, weights: str) -> dict[str, str]:
    return {name: f"BERTScore needs the weights of {weights}, which are not loaded here"}


def _plain(
    scorer: Callable[[Sequence[Any]], dict[str, float]], notes: Mapping[str, str], rows: Sequence[Any]
) -> Printed:
    return Printed(metrics=scorer(rows), notes=notes)


def _report(language: Literal["en", "zh"], pairs: Sequence[Pair]) -> Printed:
    if language == "en":
        said, right = report.cleaned_en(pairs)
        values, notes = report.report_en(said, right), {}
    else:
        said, right = report.cleaned_zh(pairs)
        values, notes = report.report_zh(said, right), _bert("F1_bertscore", report.WEIGHTS_ZH)
    try:
        values["meteor"] = mean_meteor(said, right, language)
    except Missing as missing:
        notes["meteor"] = str(missing)
    return Printed(metrics=values, notes=notes)
