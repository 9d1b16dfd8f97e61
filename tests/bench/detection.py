"""How fast detection is measured, beside pycocotools and faster-coco-eval: `python tests/bench/detection.py`.

All are run in turn in one process on the same drawn boxes, so that a busy machine slows all of them. Times of the
others start after their data are read (`COCO`, `loadRes`), without strata by area; ours include everything from answers
to the number.
"""

import argparse
import contextlib
import io
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "metrics"))

from detection_scenes import Backend, Pairs, coco_data, evaluator, measured, number, prepared, scene

SEED = 20_241_018
IMAGES, CLASSES, RESAMPLES = 500, 14, 10_000
LOOP = 5
"""Resamples that the pycocotools loop really computes in a round."""


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        work()
    return time.perf_counter() - started


def evaluate(gold: dict, pred: list, backend: Backend, ious: list[float] | None = None) -> float:
    """Seconds of evaluate and accumulate for what is asked alone: no strata by area, one limit of detections."""
    made = evaluator(gold, pred, backend)
    made.params.areaRng, made.params.areaRngLbl, made.params.maxDets = [[0, 1e10]], ["all"], [100]
    if ious is not None:
        made.params.iouThrs = np.array(ious)

    def work() -> None:
        made.evaluate()
        made.accumulate()

    return seconds(work)


def resampled(pairs: Pairs, rng: np.random.Generator) -> Pairs:
    return [pairs[i] for i in rng.integers(0, len(pairs), len(pairs))]


def weights(rng: np.random.Generator) -> np.ndarray:
    drawn = rng.integers(0, IMAGES, (RESAMPLES, IMAGES)) + IMAGES * np.arange(RESAMPLES)[:, None]
    return np.bincount(drawn.ravel(), minlength=RESAMPLES * IMAGES).reshape(RESAMPLES, IMAGES).astype(np.float64)


def one_evaluation(pairs: Pairs, rounds: int) -> Mapping[str, list[float]]:
    """AP@[.5:.95] once."""
    gold, pred = coco_data(pairs)
    times: dict[str, list[float]] = {"medgauge": [], "faster-coco-eval": [], "pycocotools": []}
    for _ in range(rounds):
        times["medgauge"].append(seconds(lambda: number("ap", pairs)))
        times["faster-coco-eval"].append(evaluate(gold, pred, "faster-coco-eval"))
        times["pycocotools"].append(evaluate(gold, pred, "pycocotools"))
    return times


def many_resamples(pairs: Pairs, rounds: int) -> Mapping[str, list[float]]:
    """AP50 of 10,000 resamples of the images; the loop is timed on a few of them and scaled."""
    rng = np.random.default_rng(SEED)
    metric = prepared("ap@0.5", pairs)
    drawn = weights(rng)
    times: dict[str, list[float]] = {"medgauge": [], "pycocotools": []}
    for _ in range(rounds):
        times["medgauge"].append(seconds(lambda: metric.reduce(measured(metric, pairs), drawn)))
        copies = [coco_data(resampled(pairs, rng)) for _ in range(LOOP)]
        loop = sum(evaluate(gold, pred, "pycocotools", [0.5]) for gold, pred in copies)
        times["pycocotools"].append(loop * RESAMPLES / LOOP)
    return times


def table(title: str, times: Mapping[str, list[float]]) -> None:
    print(title)
    ours = times["medgauge"]
    for name, each in times.items():
        ratio = f"{min(each) / min(ours):10.1f} x {median(each) / median(ours):10.1f} x"
        print(f"  {name:18} min {min(each):10.3f} s   median {median(each):10.3f} s   {ratio}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    pairs = scene(SEED, images=IMAGES, classes=CLASSES, a_image=3.3)
    boxes, gold = (sum(len(side.boxes) for side in sides) for sides in zip(*pairs, strict=True))
    print(
        f"seed {SEED}: {IMAGES} images, {CLASSES} classes, {boxes} detections, {gold} reference boxes; {rounds} rounds"
    )
    print("last columns: times of medgauge, by minimum and by median\n")
    for warm in ("ap", "ap@0.5"):
        number(warm, pairs[:5])
    table("AP@[.5:.95], evaluate and accumulate", one_evaluation(pairs, rounds))
    title = f"AP50 of {RESAMPLES} resamples of the images (pycocotools: {LOOP} a round, scaled)"
    table(title, many_resamples(pairs, rounds))


if __name__ == "__main__":
    main()
