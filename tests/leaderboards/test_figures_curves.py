"""The precision-recall curve: its area is the metric's number, and pycocotools draws the same curve."""

import contextlib
import io
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_figures import BOXES, LABELS, site_of, write_scored, ys
from made_runs import RESULTS, edit

from medgauge.errors import MedGaugeError
from medgauge.types import Answer, Box
from medgauge_leaderboards.figures import curves
from medgauge_leaderboards.figures.curves import NO_SCORES, STEPS, THRESHOLDS, curve_of
from medgauge_leaderboards.figures.drawing import Drawing, Skipped, style
from medgauge_leaderboards.figures.evidence import evidence
from medgauge_leaderboards.figures.lettering import lettering
from medgauge_leaderboards.figures.recall import recall_plots

REFERENCE = Answer(boxes=(Box(xyxy=(0, 0, 10, 10), label="a"),))
HIT = Box(xyxy=(0, 0, 10, 9), label="a")


def drawn_boxes(seed: int, images: int = 50, classes: int = 3) -> tuple[list[Answer], list[Answer]]:
    """Answers, no two boxes with one score, and references."""
    generator = np.random.default_rng(seed)
    answers, targets = [], []
    for _ in range(images):
        gold, said = [], []
        for _ in range(int(generator.poisson(2.0))):
            x, y, w, h = (float(v) for v in (*generator.uniform(0, 400, 2), *generator.uniform(20, 90, 2)))
            label = f"c{generator.integers(classes)}"
            gold.append(Box(xyxy=(x, y, x + w, y + h), label=label))
            for _ in range(int(generator.poisson(1.2))):
                moved = x + 0.12 * w * float(generator.normal()), y + 0.12 * h * float(generator.normal())
                score = float(generator.beta(4, 2))
                said.append(Box(xyxy=(*moved, moved[0] + w, moved[1] + h), label=label, score=score))
        for _ in range(int(generator.poisson(0.7))):
            x, y = (float(v) for v in generator.uniform(0, 400, 2))
            said.append(Box(xyxy=(x, y, x + 50, y + 50), label="c0", score=float(generator.beta(2, 3))))
        answers.append(Answer(boxes=tuple(said)))
        targets.append(Answer(boxes=tuple(gold)))
    return answers, targets


def coco_curve(answers: list[Answer], targets: list[Answer], at: float) -> list[float]:
    """Precision at 101 recalls, mean over classes, by pycocotools."""
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    labels = sorted({box.label for target in targets for box in target.boxes})

    def flat(items: list[Answer]) -> list[dict[str, object]]:
        return [
            {
                "id": 1000 * image + place + 1,
                "image_id": image + 1,
                "category_id": labels.index(box.label) + 1,
                "bbox": [box.xyxy[0], box.xyxy[1], box.xyxy[2] - box.xyxy[0], box.xyxy[3] - box.xyxy[1]],
                "area": (box.xyxy[2] - box.xyxy[0]) * (box.xyxy[3] - box.xyxy[1]),
                "iscrowd": 0,
                "score": box.score,
            }
            for image, item in enumerate(items)
            for place, box in enumerate(item.boxes)
        ]

    with contextlib.redirect_stdout(io.StringIO()):
        gold: Any = COCO()
        gold.dataset = {
            "images": [{"id": image + 1} for image in range(len(targets))],
            "categories": [{"id": number + 1} for number in range(len(labels))],
            "annotations": flat(targets),
        }
        gold.createIndex()
        run = COCOeval(gold, gold.loadRes(flat(answers)), "bbox")
        run.params.iouThrs = np.array([at])
        run.evaluate()
        run.accumulate()
    found: list[float] = run.eval["precision"][0, :, :, 0, -1].mean(axis=1).tolist()
    return found


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("at", THRESHOLDS)
def test_the_curve_is_the_one_that_pycocotools_draws(seed: int, at: float) -> None:
    answers, targets = drawn_boxes(seed)
    made = curve_of(answers, targets, at)
    assert not isinstance(made, str)
    assert 0.05 < made.ap < 0.95
    assert made.precision == pytest.approx(coco_curve(answers, targets, at), abs=1e-12)
    assert np.mean(made.precision) == pytest.approx(made.ap, abs=1e-12)


def test_a_recall_that_is_one_of_the_steps_counts_as_it_does_in_coco() -> None:
    # Of a hundred boxes one more is found with each image: every recall is a step but for its last bit.
    targets = [REFERENCE] * 100
    answers = []
    for place in range(100):
        wrong = (Box(xyxy=(50, 50, 60, 60), label="a", score=(99.5 - place) / 200),) if place % 3 == 0 else ()
        answers.append(Answer(boxes=(replace(HIT, score=(100 - place) / 200), *wrong)))
    made = curve_of(answers, targets, 0.5)
    assert not isinstance(made, str)
    assert made.precision == pytest.approx(coco_curve(answers, targets, 0.5), abs=1e-12)
    assert len(set(made.precision)) > 30


@st.composite
def untidy(draw: st.DrawFn) -> tuple[list[Answer | None], list[Answer]]:
    """Ties, boxes without a score, boxes that are none, classes of no reference, answers that are not there."""
    spot = st.sampled_from([0.0, 2.0, 4.0, 30.0])
    label = st.sampled_from(["a", "b", "z"])
    score = st.sampled_from([None, 0.25, 0.5, 0.75])

    def box(x: float, y: float, name: str, value: float | None) -> Box:
        return Box(xyxy=(x, y, x + 10, y + 10), label=name, score=value)

    said = st.lists(st.builds(box, spot, spot, label, score), max_size=4)
    gold = st.lists(st.builds(box, spot, spot, st.sampled_from(["a", "b"]), st.none()), max_size=3)
    answer = st.builds(lambda boxes, bad: Answer(boxes=tuple(boxes), invalid_boxes=bad), said, st.integers(0, 2))
    pairs = draw(st.lists(st.tuples(st.none() | answer, gold), min_size=1, max_size=6))
    return [one for one, _ in pairs], [Answer(boxes=tuple(boxes)) for _, boxes in pairs]


@given(untidy())
def test_whatever_the_boxes_the_area_is_the_metric(made: tuple[list[Answer | None], list[Answer]]) -> None:
    found = curve_of(*made, 0.5)  # raises where they differ
    if isinstance(found, str):
        assert found in ("no reference box", NO_SCORES)
    else:
        assert len(found.precision) == STEPS + 1
        assert all(low >= high - 1e-12 for low, high in zip(found.precision, found.precision[1:], strict=False))


def test_without_scores_or_references_there_is_no_curve_and_silence_has_a_flat_one() -> None:
    assert curve_of([Answer(boxes=(HIT,))], [REFERENCE], 0.5) == NO_SCORES
    assert curve_of([Answer(boxes=(replace(HIT, score=0.5),))], [Answer()], 0.5) == "no reference box"
    silent = curve_of([None], [REFERENCE], 0.5)
    assert not isinstance(silent, str)
    assert silent.ap == 0
    assert set(silent.precision) == {0.0}


def test_a_curve_that_is_not_the_metric_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    answers, targets = drawn_boxes(0)
    monkeypatch.setattr(curves, "_of_class", lambda *_: np.full(STEPS + 1, 0.5))
    with pytest.raises(MedGaugeError, match=r"precision-recall curve has the mean 0\.5, ap@0\.5 is .*leave --figures"):
        curve_of(answers, targets, 0.5)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("curves")
    return [
        write_scored(folder / "a", "acme/a", 0.9, seed=1, cards=[BOXES]),
        write_scored(folder / "b", "acme/b", 0.6, seed=2, cards=[BOXES]),
        write_scored(folder / "c", "acme/c", 0.6, seed=3, kind="none", cards=[BOXES, LABELS]),
    ]


def test_the_curve_of_a_run_has_the_area_that_its_results_say(runs: list[Path]) -> None:
    site = site_of(runs)
    for run in site.runs[:2]:
        # As another process would get and send it.
        work, given = pickle.loads(pickle.dumps((evidence, run)))
        found = pickle.loads(pickle.dumps(work(given))).curves["scored-find"]
        metrics = run.tasks["scored-find"]["metrics"]
        assert [one.ap for one in found] == pytest.approx([metrics[f"ap@{at:g}"]["value"] for at in THRESHOLDS])
    assert evidence(site.runs[2]).curves == {"scored-find": NO_SCORES}


def test_results_that_the_answers_do_not_give_are_said(runs: list[Path], tmp_path: Path) -> None:
    said = site_of(runs[:1]).runs[0].tasks["scored-find"]["metrics"]["ap@0.5"]["value"]
    bent = write_scored(tmp_path / "bent", "acme/a", 0.9, seed=1, cards=[BOXES])
    edit(bent, RESULTS, lambda text: text.replace(str(said), str(said - 0.125)))
    (run,) = site_of([bent]).runs
    assert "score the run anew" in str(evidence(run).curves["scored-find"])


def test_what_is_drawn_is_the_curve_up_to_where_it_ends(runs: list[Path]) -> None:
    site = site_of(runs)
    found = {id(run): evidence(run) for run in site.runs}
    letters = lettering([])
    with style(letters):
        (made,) = recall_plots(site, letters, found)
    assert isinstance(made, Drawing)
    assert made.left_out == (f"acme/c: {NO_SCORES}",)
    assert made.figure.get_suptitle() == "scored-find"
    for column, axes in enumerate(made.figure.axes):
        for run, line in zip(site.runs[:2], axes.lines, strict=False):
            curve = found[id(run)].curves["scored-find"][column]
            assert not isinstance(curve, str)
            heights = ys(line)
            assert heights == list(curve.precision[: len(heights)])
            assert heights[-1] == 0
            assert not any(curve.precision[len(heights) :])
    legend = [text.get_text() for text in made.figure.legends[0].get_texts()]
    assert [text.split(" (")[0] for text in legend] == ["acme/a", "acme/b"]
    ap = site.runs[0].tasks["scored-find"]["metrics"]["ap@0.5"]["value"]
    assert f"AP {ap:.3f}, " in legend[0]


def test_a_board_without_scores_is_skipped_with_the_reason(runs: list[Path]) -> None:
    site = site_of(runs[2:])
    letters = lettering([])
    with style(letters):
        made = list(recall_plots(site, letters, {id(run): evidence(run) for run in site.runs}))
    assert made == [Skipped(title="Precision and recall, scored-find", why=f"acme/c: {NO_SCORES}")]
