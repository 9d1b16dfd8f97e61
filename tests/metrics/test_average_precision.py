"""Average precision against pycocotools, faster-coco-eval, and the numbers that the field has published."""

import json
import math
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from detection_scenes import TWELVE, Backend, number, numbers, scene, twelve

from medgauge.errors import MedGaugeError
from medgauge.metrics import parse_metric
from medgauge.types import Answer, Box

SCENES = {
    "distinct scores": {"images": 60, "classes": 3},
    "ties": {"images": 60, "classes": 3, "decimals": 1},
    "many classes, some in no reference": {"images": 40, "classes": 30, "a_image": 1.0},
    "crowded, over 100 boxes of a class": {"images": 4, "classes": 1, "a_image": 90.0, "decimals": 2},
    "mostly empty images": {"images": 80, "classes": 2, "a_image": 0.4},
}


@pytest.mark.parametrize("backend", ["pycocotools", "faster-coco-eval"])
@pytest.mark.parametrize("kind", SCENES)
def test_the_file_order_gives_what_coco_gives(kind: str, backend: Backend) -> None:
    for seed in range(3):
        pairs = scene(seed, **SCENES[kind])
        theirs, ours = twelve(pairs, backend), numbers("coco12", pairs)
        assert [ours[name if name != "AP" else ""] for name in TWELVE] == pytest.approx(
            [theirs[name] for name in TWELVE], abs=1e-12, nan_ok=True
        )
        assert number("ap(ties=coco)", pairs) == pytest.approx(theirs["AP"], abs=1e-12)
        assert number("ap@0.5(ties=coco)", pairs) == pytest.approx(theirs["AP50"], abs=1e-12)
        assert number("ap@0.75(ties=coco)", pairs) == pytest.approx(theirs["AP75"], abs=1e-12)


def tiled(seed: int) -> list[tuple[Answer, Answer]]:
    """Boxes on a grid of 6 x 6 with few sides and three scores: many equal IoUs, also at the thresholds."""
    rng = np.random.default_rng(seed)

    def some(most: int, with_score: bool) -> Answer:
        boxes = []
        for _ in range(rng.integers(0, most)):
            x, y, w, h = (float(v) for v in (*rng.integers(0, 4, 2), *rng.integers(1, 4, 2)))
            score = float(rng.integers(1, 4)) / 4 if with_score else None
            boxes.append(Box(xyxy=(x, y, x + w, y + h), label="a", score=score))
        return Answer(boxes=tuple(boxes))

    return [(some(9, True), some(6, False)) for _ in range(40)]


@pytest.mark.parametrize("backend", ["pycocotools", "faster-coco-eval"])
def test_of_equal_ious_the_one_that_coco_takes(backend: Backend) -> None:
    for seed in range(8):
        pairs = tiled(seed)
        theirs = twelve(pairs, backend)
        assert numbers("coco12", pairs)[""] == pytest.approx(theirs["AP"], abs=1e-12)
        assert number("ap@0.5(ties=coco)", pairs) == pytest.approx(theirs["AP50"], abs=1e-12)
        assert number("ap@0.75(ties=coco)", pairs) == pytest.approx(theirs["AP75"], abs=1e-12)


@pytest.mark.parametrize("kind", ["distinct scores", "many classes, some in no reference", "mostly empty images"])
def test_without_ties_there_is_one_average_precision(kind: str) -> None:
    for seed in range(3, 6):
        pairs = scene(seed, **SCENES[kind])
        theirs = twelve(pairs)
        assert number("ap", pairs) == pytest.approx(theirs["AP"], abs=1e-12)
        assert number("ap@0.5", pairs) == pytest.approx(theirs["AP50"], abs=1e-12)
        assert number("ap@0.75", pairs) == pytest.approx(theirs["AP75"], abs=1e-12)


def test_scenes_hold_what_they_say() -> None:
    crowded = scene(0, **SCENES["crowded, over 100 boxes of a class"])
    assert max(sum(b.label == "c00" for b in answer.boxes) for answer, _ in crowded) > 100
    classes = {b.label for _, target in scene(0, **SCENES["ties"]) for b in target.boxes}
    assert {b.label for answer, _ in scene(0, **SCENES["ties"]) for b in answer.boxes} > classes
    assert any(not target.boxes for _, target in scene(0, **SCENES["mostly empty images"]))


def test_each_class_goes_by_its_name() -> None:
    pairs = scene(1, images=40, classes=4)
    parts = numbers("ap", pairs)
    assert set(parts) == {"", "c00", "c01", "c02", "c03"}
    assert parts[""] == pytest.approx(np.mean([parts[f"c0{i}"] for i in range(4)]), abs=1e-12)


def test_recalls_are_coco_s() -> None:
    """Floats: the k-th recall is k times the step, as `linspace` has it."""
    assert (np.arange(101) * (1 / 100) == np.linspace(0, 1, 101)).all()
    assert (np.arange(11) * (1 / 10) == np.linspace(0, 1, 11)).all()


@pytest.fixture(scope="session")
def golden(shared: Path) -> Path:
    return shared / "golden"


@pytest.fixture(scope="session")
def expected(golden: Path) -> dict:
    return json.loads((golden / "EXPECTED.json").read_text("utf-8"))


def coco_pairs(gold: dict, pred: list[dict]) -> list[tuple[Answer, Answer]]:
    sides: tuple[dict, dict] = (defaultdict(list), defaultdict(list))
    for side, entries in zip(sides, (pred, gold["annotations"]), strict=True):
        for entry in entries:
            x, y, w, h = entry["bbox"]
            label = f"{entry['category_id']:03}"
            side[entry["image_id"]].append(Box(xyxy=(x, y, x + w, y + h), label=label, score=entry.get("score")))
    ids = sorted(image["id"] for image in gold["images"])
    return [(Answer(boxes=tuple(sides[0][i])), Answer(boxes=tuple(sides[1][i]))) for i in ids]


def test_the_golden_coco_case(golden: Path, expected: dict) -> None:
    case = expected["coco_detection"]
    gold, pred = (json.loads((golden / case[side]).read_text("utf-8")) for side in ("gt", "dt"))
    pairs = coco_pairs(gold, pred)
    ours = numbers("coco12", pairs)
    for name, value in case["expected"].items():
        assert ours["" if name == "AP" else name] == pytest.approx(value, abs=5e-7)
    assert number("ap(ties=coco)", pairs) == pytest.approx(0.503647, abs=5e-7)
    assert number("ap@0.5(ties=coco)", pairs) == pytest.approx(0.696973, abs=5e-7)
    assert number("ap@0.75(ties=coco)", pairs) == pytest.approx(0.571667, abs=5e-7)
    # scores have three decimals, and the ties that the order of the file wins are worth this much
    assert number("ap", pairs) == pytest.approx(0.503357, abs=5e-7)
    assert number("ap@0.5", pairs) == pytest.approx(0.696948, abs=5e-7)
    assert number("ap@0.75", pairs) == pytest.approx(0.571586, abs=5e-7)


def words(file: Path) -> Iterator[list[str]]:
    return (line.split() for line in file.read_text("utf-8").splitlines())


def sided(label: str, numbers: list[str], score: str | None = None) -> Box:
    """From x, y, width and height."""
    x, y, w, h = map(float, numbers)
    return Box(xyxy=(x, y, x + w, y + h), label=label, score=None if score is None else float(score))


def test_the_golden_voc_case(golden: Path, expected: dict) -> None:
    case = expected["pascal_voc_ap"]
    gold, pred = (sorted((golden / case["data"] / side).glob("*.txt")) for side in ("gts", "dets"))
    pairs = [
        (
            Answer(boxes=tuple(sided(row[0], row[2:], row[1]) for row in words(answers))),
            Answer(boxes=tuple(sided(row[0], row[1:]) for row in words(targets))),
        )
        for answers, targets in zip(pred, gold, strict=True)
    ]
    assert len(pairs) == 7
    for at, value in case["expected_11pt"].items():
        assert number(f"voc_ap@{at}(points=11)", pairs) == pytest.approx(value, abs=1e-10)  # ten decimals, cut
    for at, value in case["expected_allpoint"].items():
        assert number(f"voc_ap@{at}", pairs) == pytest.approx(value, abs=1e-10)  # ten decimals, cut


def toy(folder: Path) -> Iterator[tuple[Answer, Answer]]:
    for file in sorted((folder / "gts_vocpascal_format").glob("*.xml")):
        gold = []
        for thing in ElementTree.parse(file).iter("object"):
            corners = [float(thing.findtext(f"bndbox/{side}") or "nan") for side in ("xmin", "ymin", "xmax", "ymax")]
            gold.append(Box(xyxy=(corners[0], corners[1], corners[2], corners[3]), label=str(thing.findtext("name"))))
        pred = []
        for label, score, *rest in words(folder / "dets_classname_abs_xyx2y2" / f"{file.stem}.txt"):
            x1, y1, x2, y2 = map(float, rest)
            pred.append(Box(xyxy=(x1, y1, x2, y2), label=label, score=float(score)))
        yield Answer(boxes=tuple(pred)), Answer(boxes=tuple(gold))


def test_the_golden_toy_example(golden: Path, expected: dict) -> None:
    case = expected["pascal_voc_ap"]["toyexample"]
    pairs = list(toy(golden / case["data"]))
    for at in (50, 75):
        assert number(f"voc_ap@{at / 100:g}(points=11)", pairs) == pytest.approx(case[f"AP{at}_11pt"], abs=5e-5)
        assert number(f"voc_ap@{at / 100:g}", pairs) == pytest.approx(case[f"AP{at}_all"], abs=5e-5)


def test_voc_has_a_geometry_of_its_own() -> None:
    """8 pixels against 8 pixels shifted by 3: 5 / 11 in continuous coordinates, 6 / 12 with the last pixel."""
    pair = (
        Answer(boxes=(Box(xyxy=(0.0, 0.0, 8.0, 8.0), score=0.5),)),
        Answer(boxes=(Box(xyxy=(3.0, 0.0, 11.0, 8.0)),)),
    )
    assert number("voc_ap@0.5", [pair]) == 1
    assert number("ap@0.5", [pair]) == 0


@pytest.mark.parametrize(
    "name", ["ap(ties=group)", "ap(ties=file)", "ap@0", "ap_noscore", "froc", "voc_ap@0.5(points=12)", "coco12@0.5"]
)
def test_a_wrong_name_is_refused(name: str) -> None:
    with pytest.raises(MedGaugeError):
        parse_metric(name)


def test_only_what_ignores_the_file_order_has_an_interval() -> None:
    assert parse_metric("ap").resampled
    assert not any(parse_metric(n).resampled for n in ("ap(ties=coco)", "coco12", "voc_ap@0.5"))


@pytest.mark.parametrize("name", ["ap", "ap_noscore@0.5", "coco12", "voc_ap@0.5"])
def test_classes_are_frozen_by_prepare(name: str) -> None:
    target, other = (Answer(boxes=(Box(xyxy=(0.0, 0.0, 1.0, 1.0), label=label),)) for label in ("a", "b"))
    with pytest.raises(ValueError, match="prepare"):
        parse_metric(name).measure(None, target)
    with pytest.raises(ValueError, match="prepare"):
        parse_metric(name).prepare([target]).measure(None, other)
    assert parse_metric(name).prepare([target]).signature != parse_metric(name).prepare([other]).signature


def test_no_boxes_at_all() -> None:
    for name in ("ap", "ap@0.5", "ap_noscore@0.5", "froc@0.5", "coco12", "voc_ap@0.5"):
        assert math.isnan(number(name, [(Answer(), Answer())]))
