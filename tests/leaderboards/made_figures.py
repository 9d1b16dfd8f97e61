"""Runs whose boxes and options have real scores, and sites of them without any page."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from made_runs import Item, card, write_run
from matplotlib.lines import Line2D

from medgauge.tasks import Card
from medgauge.types import Answer, Box, Sample
from medgauge_leaderboards.figures.write import write_figures
from medgauge_leaderboards.site.build import Asked, _site
from medgauge_leaderboards.site.reading import read_boards, workers
from medgauge_leaderboards.site.site import Site

N = 120
BOXES = card("scored-find", "text-to-region", "ap@0.5", synthetic=True, metrics=("ap@0.75", "f1@0.5"))
CHOICES = card("scored-choice", "vqa", "exact_match", synthetic=True)
LABELS = card("scored-labels", "classification", "macro_f1", synthetic=True)
FOUND = ("nodule", "effusion")
OPTIONS = ("effusion", "nodule", "fracture")


def write_scored(
    folder: Path, model: str, skill: float, *, seed: int, kind: str = "probability", cards: Sequence[Card] = ()
) -> Path:
    """One model on boxes, choices and labels. `kind`: `probability`, `log-odds` (no score of an answer is a
    probability; boxes keep theirs) or `none`."""
    generator, truth = np.random.default_rng(seed), np.random.default_rng(0)
    makers = {"text-to-region": _boxes, "vqa": _choice, "classification": _labels}
    tasks = [
        (made, [makers[made.family](_sample(made, i, truth), generator, skill, kind) for i in range(N)])
        for made in cards or (BOXES, CHOICES, LABELS)
    ]
    return write_run(folder, model, tasks, ())


def site_of(runs: Sequence[Path]) -> Site:
    """What the pages of a site of these runs would be made from."""
    with workers(runs) as each:
        return _site(*read_boards(runs, each), Asked(title="Made"))


def figures_of(runs: Sequence[Path], folder: Path) -> list[tuple[str, str]]:
    """All figures of a site of these runs."""
    with workers(runs) as each:
        return write_figures(_site(*read_boards(runs, each), Asked(title="Made")), folder, each)


def xs(line: Line2D) -> list[float]:
    """Where a line is, from left to right, in the units of its axis."""
    found: list[float] = np.asarray(line.get_xdata()).tolist()
    return found


def ys(line: Line2D) -> list[float]:
    """How high it is."""
    found: list[float] = np.asarray(line.get_ydata()).tolist()
    return found


def _sample(made: Card, i: int, truth: np.random.Generator) -> Sample:
    target, choices = TARGETS[made.family](truth)
    return Sample(
        id=f"s{i:03d}",
        task=made.name,
        language="en",
        question="What is it?",
        choices=choices,
        target=target,
        tags={"modality": ("ct", "x-ray", "mri")[i % 3], "organ": "lung" if i % 2 else "bone"},
        group=f"patient-{i // 2}",
    )


def _target_boxes(truth: np.random.Generator) -> tuple[Answer, tuple[str, ...]]:
    gold = []
    for place in range(int(truth.integers(0, 4))):
        x, y = 150.0 * place + truth.uniform(0, 20), truth.uniform(0, 200)
        gold.append(Box(xyxy=(x, y, x + 80, y + 90), label=FOUND[int(truth.integers(2))]))
    return Answer(boxes=tuple(gold)), FOUND


def _target_choice(truth: np.random.Generator) -> tuple[Answer, tuple[str, ...]]:
    right = int(truth.integers(3))
    return Answer(text=OPTIONS[right], choice=right), OPTIONS


def _target_labels(truth: np.random.Generator) -> tuple[Answer, tuple[str, ...]]:
    has = tuple(option for option in OPTIONS if truth.random() < 0.4)
    return Answer(text=", ".join(has), labels=has), OPTIONS


TARGETS = {"text-to-region": _target_boxes, "vqa": _target_choice, "classification": _target_labels}


def _boxes(sample: Sample, generator: np.random.Generator, skill: float, kind: str) -> Item:
    """Most of up to three reference boxes of two classes, and some boxes that are not there."""

    def score(value: float) -> float | None:
        # Few digits: boxes tie.
        return None if kind == "none" else round(float(np.clip(value, 0.01, 0.99)), 2)

    drawn = []
    for box in sample.target.boxes:
        if generator.random() < skill:
            dx, dy = (float(moved) for moved in generator.uniform(-22, 22, 2))
            x1, y1, x2, y2 = box.xyxy
            xyxy = (x1 + dx, y1 + dy, x2 + dx, y2 + dy)
            drawn.append(Box(xyxy=xyxy, label=box.label, score=score(generator.beta(5, 3))))
    for _ in range(int(generator.poisson(0.5))):
        x, y = (float(corner) for corner in generator.uniform(0, 500, 2))
        drawn.append(Box(xyxy=(x, y, x + 60, y + 60), label="nodule", score=score(generator.beta(3, 5))))
    invalid = int(generator.random() < 0.05)
    return Item(sample=sample, text="Boxes.", answer=Answer(boxes=tuple(drawn), invalid_boxes=invalid))


def _choice(sample: Sample, generator: np.random.Generator, skill: float, kind: str) -> Item:
    """One of three options, right with nearly the probability that is given."""
    right = sample.target.choice or 0
    if sample.id in ("s007", "s047", "s087"):
        return Item(sample=sample, status="no_answer")
    p = float(generator.beta(6 * skill, 1.5))
    said = right if generator.random() < p * 0.9 else (right + 1) % 3
    rest = (1 - p) / 2
    scores: Mapping[str, float] | None = {o: p if o == OPTIONS[said] else rest for o in OPTIONS}
    if kind == "log-odds":
        scores = {option: float(np.log(value / (1 - value))) for option, value in (scores or {}).items()}
    answer = Answer(text=OPTIONS[said], choice=said, scores=None if kind == "none" else scores)
    return Item(sample=sample, text=OPTIONS[said], answer=answer)


def _labels(sample: Sample, generator: np.random.Generator, skill: float, kind: str) -> Item:
    has = sample.target.labels or ()
    scores = {
        option: float(generator.beta(2 + 4 * skill, 2) if option in has else generator.beta(2, 2 + 4 * skill))
        for option in OPTIONS
    }
    said = tuple(option for option, value in scores.items() if value >= 0.5)
    if kind == "log-odds":
        scores = {option: float(np.log(value / (1 - value))) for option, value in scores.items()}
    answer = Answer(text=", ".join(said), labels=said, scores=None if kind == "none" else scores)
    return Item(sample=sample, text=answer.text, answer=answer)
