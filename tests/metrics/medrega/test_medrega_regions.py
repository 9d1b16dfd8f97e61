"""The four evaluators of regions: golden numbers, and what the golden cases do not hold."""

import math
from typing import Any

import numpy as np
import pytest
from medrega_golden import hold, load, print_of

from medgauge_metrics.compat.medrega.overlap_of_boxes import ious

LARGE: dict[str, Any] = load("region-200.json")
EDGES: list[dict[str, Any]] = load("region-edge-cases.json")["region"]
LIVER = "<ref>liver</ref><box>[[100, 100, 500, 500]]</box>"
SPLEEN = "<ref>spleen</ref><box>[[600, 600, 900, 900]]</box>"


def of(regime: str, answer: str | None, gt: str = f"{LIVER}, {SPLEEN}", hw: tuple[float, float] = (512, 512)) -> Any:
    return print_of(f"text-to-region/{regime}", [{"answer": answer, "gt": gt, "hw": list(hw)}])


@pytest.mark.parametrize("regime", list(LARGE))
def test_two_hundred_records(regime: str) -> None:
    hold(f"text-to-region/{regime}", LARGE[regime]["records"], LARGE[regime]["released_evaluator"])


@pytest.mark.parametrize("regime", list(LARGE))
def test_the_same_records_crash_alone(regime: str) -> None:
    crashing = {one["id"]: one["error"].partition(":")[0] for one in LARGE[regime]["crashes_alone"]}
    for record in LARGE[regime]["records"]:
        printed = print_of(f"text-to-region/{regime}", [record])
        crashed = set(printed.metrics.values()) == {None}
        assert crashed == (record["id"] in crashing), record["id"]
        assert not crashed or crashing[record["id"]] in printed.notes["*"]


@pytest.mark.parametrize("at", range(len(EDGES)))
def test_edge(at: int) -> None:
    hold(f"text-to-region/{EDGES[at]['regime']}", EDGES[at]["records"], EDGES[at]["metrics"])


def test_areas_are_in_32_bits() -> None:
    made = ious([(1, 2, 333, 444)], [(0, 0, 999, 999)], 1023, 767)
    assert made.dtype == np.float32
    half = [ious([(0, 0, 500, 999)], [(0, 0, 1000, 999)], width, 512)[0, 0] for width in range(100, 1100)]
    assert {value > 0.5 for value in half} == {True, False}  # exactly half, and the image size decides
    assert np.allclose(half, 0.5)


def test_ss_takes_the_best_only_when_there_are_more() -> None:
    far, near = "[900, 900, 999, 999]", "[100, 100, 500, 500]"
    assert of("ss", f"x[[{far.strip('[]')}], {near}]", LIVER).metrics["iou"] == pytest.approx(1)
    assert of("ss", f"x[{far}]", f"{LIVER}, {SPLEEN}").metrics["iou"] == 0
    assert of("ss", f"x[{far}, {near}]", f"{LIVER}, {SPLEEN}").metrics["iou"] == 0
    assert of("ss", "none", LIVER).metrics["iou"] == 0


def test_ss_of_a_reference_in_prose_ends() -> None:
    printed = of("ss", "x[[1, 2, 3, 4]]", "<ref>liver</ref> is in <box>[[1, 2, 3, 4]]</box>")
    assert "IndexError" in printed.notes["*"]


def test_ss_without_an_area_is_nan() -> None:
    point = "<ref>x</ref><box>[[5, 5, 5, 5]]</box>"
    printed = of("ss", "x[[5, 5, 5, 5]]", point)
    assert printed.metrics == {"acc25": 0, "acc50": 0, "acc75": 0, "iou": None}
    assert printed.notes == {"iou": "the released code prints nan here"}
    assert of("ss", "x[[5, 5, 5, 5], [6, 6, 6, 6]]", point).metrics["iou"] == 0  # skipped among many
    assert "ValueError" in of("sm", "x[[5, 5, 5, 5]]", point).notes["*"]


def test_sm_precision_is_over_the_reference() -> None:
    printed = of("sm", "x[[100, 100, 500, 500]]")
    assert printed.metrics["precision"] == 0.5
    assert printed.metrics["recall"] == 1
    assert printed.metrics["iou"] == pytest.approx(1)  # the missed box costs nothing


@pytest.mark.parametrize(("regime", "error"), [("sm", "ZeroDivisionError"), ("ms", "ZeroDivisionError")])
def test_no_box_anywhere_ends(regime: str, error: str) -> None:
    printed = of(regime, "no box")
    assert set(printed.metrics.values()) == {None}
    assert error in printed.notes["*"]
    assert 0 in of("mm", "no box").metrics.values()


@pytest.mark.parametrize("regime", ["ms", "mm"])
def test_no_box_in_a_reference_ends(regime: str) -> None:
    assert "ZeroDivisionError" in of(regime, "x[[1, 2, 3, 4]]", "liver").notes["*"]


def test_ms_divides_all_overlaps_by_the_agreeing_names() -> None:
    two = of("ms", "liver[[100, 100, 500, 500]], kidney[[600, 600, 900, 900]]").metrics["object/object_iou"]
    assert two == pytest.approx(2)
    printed = of("ms", "kidney[[100, 100, 500, 500]]")
    assert printed.metrics["object/object_iou"] is None
    assert printed.metrics["box/box_acc"] == 0.5
    assert "prints inf" in printed.notes["object/object_iou"]
    assert "prints nan" in of("ms", "kidney[[0, 0, 9, 9]]").notes["object/object_iou"]


def test_ms_looks_up_objects_by_the_numbers_of_boxes() -> None:
    swapped = "liver[[0, 0, 9, 9], [100, 100, 500, 500]], spleen[[600, 600, 900, 900]]"
    assert of("ms", swapped).metrics["object/object_acc"] == 0  # box 1 is the liver's, object 1 the spleen
    assert of("mm", swapped).metrics["object/object_pre"] == 1


def test_names_agree_by_parts() -> None:
    gt = "<ref>left lung</ref><box>[[1, 1, 9, 9]]</box>"
    for name in ("", "Lung", "the left lung is clear, boxes follow "):
        assert of("mm", f"{name}[[1, 1, 9, 9]]", gt).metrics["object/object_pre"] == 1
    assert of("mm", "right lung[[1, 1, 9, 9]]", gt).metrics["object/object_pre"] == 0
    assert of("mm", " [[1, 1, 9, 9]]", gt).metrics["object/object_pre"] == 1
    assert of("mm", " lung [[1, 1, 9, 9]]", gt).metrics["object/object_pre"] == 0  # not stripped


@pytest.mark.parametrize("answer", [None, "liver[[010, 100, 500, 500]]", f"liver[[1, 2, 3, {'9' * 5000}]]"])
def test_an_answer_that_cannot_be_read_is_a_box_of_zeros(answer: str | None) -> None:
    assert of("ss", answer).metrics["iou"] == 0
    assert of("sm", answer).metrics["iou"] == 0
    assert "prints nan" in of("ms", answer, LIVER).notes.get("object/object_iou", "") or "*" in of("ms", answer).notes
    assert "KeyError" in of("mm", answer).notes["*"]


def test_what_was_read_before_the_failure_stays() -> None:
    printed = of("mm", "liver[[100, 100, 500, 500]]spleen[[010, 0, 9, 9]]", LIVER)
    assert printed.metrics["box/box_recall"] == 0.5
    assert printed.metrics["object/object_pre"] == 1


def test_references_that_are_no_boxes() -> None:
    assert "SyntaxError" in of("sm", "x", "<ref>x</ref><box>[[01, 2, 3, 4]]</box>").notes["*"]
    assert "not known" in of("sm", "x", "<ref>x</ref><box>[1, 2, 3, 4]</box>").notes["*"]
    assert "not known" in of("sm", "x", "<ref>x</ref><box>[[1, 2, 3]]</box>").notes["*"]
    triple = "<ref>x</ref><box>[[[636, 521, 755, 630]]]</box>"
    assert of("ss", "x[[636, 521, 755, 630]]", triple).metrics["acc75"] == 1


def test_numbers_beyond_32_bits() -> None:
    huge = f"liver[[{10**60}, 0, {10**60}, 9]]"
    assert "ValueError" in of("mm", huge).notes["*"]
    assert of("ss", huge, LIVER).notes["iou"].endswith("nan here")
    assert math.isfinite(of("sm", "x[[1, 2, 3, 4]]", hw=(1e-30, 1e-30)).metrics.get("iou") or 0)
