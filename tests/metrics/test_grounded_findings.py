"""What became of each finding, against an oracle on structures, and by hand."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_values import grounded, value

from medgauge.errors import MedGaugeError
from medgauge.metrics import parse_metric
from medgauge.types import Answer, Box, Segment
from medgauge_metrics.finding_errors import explain_findings

SHARES = ("found", "mislocated", "wrong_side", "missed")
SIDE_WORDS = {None: "{}", "left": "left {}", "right": "Right-sided {}", "bilateral": "bilateral {}"}
SIZE = 12
ONE, TWO, FAR = (0.0, 0.0, 10.0, 10.0), (20.0, 0.0, 30.0, 10.0), (50.0, 50.0, 60.0, 60.0)
corner = st.integers(0, SIZE - 1)
quads = st.tuples(corner, corner, st.integers(1, SIZE), st.integers(1, SIZE)).map(
    lambda t: (t[0], t[1], min(SIZE, t[0] + t[2]), min(SIZE, t[1] + t[3]))
)
claims = st.tuples(
    st.sampled_from(["effusion", "nodule"]), st.sampled_from(list(SIDE_WORDS)), st.lists(quads, max_size=2)
)
reports = st.lists(claims, max_size=4)


def part(label: str, *boxes: tuple[float, float, float, float]) -> Segment:
    return Segment(label=label, text="", boxes=tuple(Box(xyxy=b, label=label) for b in boxes))


def written(report: list) -> Answer:
    return grounded(*(part(SIDE_WORDS[side].format(core), *boxes) for core, side, boxes in report))


def number(name: str, *pairs: tuple[Answer | None, Answer]) -> float:
    return value(parse_metric(name), pairs)


def oracle(answer: list, target: list, at: float) -> tuple[dict[str, int], int, int]:
    """Counts of each kind, of the answer's findings and of the reference's, from sets and rasters."""

    def atoms(report: list) -> set:
        return {(c, s) for c, side, _ in report for s in (("left", "right") if side == "bilateral" else (side,))}

    def mask(report: list, core: str, sides: tuple) -> np.ndarray:
        covered = np.zeros((SIZE, SIZE), dtype=bool)
        for c, side, boxes in report:
            if c == core and side in sides:
                for x1, y1, x2, y2 in boxes:
                    covered[x1:x2, y1:y2] = True
        return covered

    said, there = atoms(answer), atoms(target)
    counts: dict[str, int] = dict.fromkeys((*SHARES, "invented"), 0)
    turned = set()
    for core, side in there:
        other = {"left": "right", "right": "left"}.get(side)
        both = any(c == core and s == "bilateral" for c, s, _ in (*answer, *target))
        if (core, side) in said:
            sides = ("left", "right", "bilateral") if both and side else (side,)
            gold, pred = mask(target, core, sides), mask(answer, core, sides)
            reached = not gold.any() or (gold & pred).sum() / (gold | pred).sum() >= at
            counts["found" if reached else "mislocated"] += 1
        elif (core, other) in said - there:
            counts["wrong_side"] += 1
            turned.add((core, other))
        else:
            counts["missed"] += 1
    counts["invented"] = len(said - there - turned)
    return counts, len(said), len(there)


@settings(max_examples=200, deadline=None)
@given(pairs=st.lists(st.tuples(reports, reports), min_size=1, max_size=3), at=st.sampled_from([0.3, 0.5, 1.0]))
def test_rates_are_the_oracles(pairs: list, at: float) -> None:
    judged = [oracle(answer, target, at) for answer, target in pairs]
    answers = [(written(answer), written(target)) for answer, target in pairs]
    said, there = sum(j[1] for j in judged), sum(j[2] for j in judged)
    suffix = "" if at == 0.5 else f"@{at:g}"
    shares = [number(f"{kind}_rate{suffix}", *answers) for kind in ("found", "mislocated")]
    shares += [number(f"{kind}_rate", *answers) for kind in ("wrong_side", "missed")]
    for kind, share in zip(SHARES, shares, strict=True):
        if there:
            assert share == pytest.approx(sum(j[0][kind] for j in judged) / there, abs=1e-12)
        else:
            assert math.isnan(share)
    assert math.isnan(shares[0]) or sum(shares) == pytest.approx(1, abs=1e-12)
    invented = sum(j[0]["invented"] for j in judged)
    assert number("invented_rate", *answers) == pytest.approx(invented / said if said else 0, abs=1e-12)


@settings(max_examples=200, deadline=None)
@given(answer=reports, target=reports, at=st.sampled_from([0.3, 0.5]))
def test_the_explanation_is_what_the_rates_count(answer: list, target: list, at: float) -> None:
    verdicts = explain_findings(written(answer), written(target), at)
    counts, _, _ = oracle(answer, target, at)
    assert {kind: sum(v["class"] == kind for v in verdicts) for kind in counts} == counts
    assert json.loads(json.dumps(verdicts)) == verdicts
    for verdict in verdicts:
        assert (verdict["iou"] is None) or verdict["class"] in ("found", "mislocated")
        assert verdict["iou"] is None or (verdict["iou"] >= at) == (verdict["class"] == "found")


def test_every_finding_is_one_of() -> None:
    target = grounded(
        part("left pleural effusion", ONE),
        part("cardiomegaly", TWO),
        part("nodule"),
        part("右肺结节", FAR),
        part("rib"),
    )
    answer = grounded(
        part("Right-sided pleural effusion", ONE),
        part("Cardiomegaly.", FAR),
        part("nodule", ONE),
        part("右肺结节", FAR),
        part("mass", TWO),
    )
    assert explain_findings(answer, target) == [
        {"label": "left pleural effusion", "side": "left", "class": "wrong_side", "iou": None},
        {"label": "cardiomegaly", "side": None, "class": "mislocated", "iou": 0.0},
        {"label": "nodule", "side": None, "class": "found", "iou": None},
        {"label": "右肺结节", "side": "right", "class": "found", "iou": 1.0},
        {"label": "rib", "side": None, "class": "missed", "iou": None},
        {"label": "mass", "side": None, "class": "invented", "iou": None},
    ]
    assert [number(f"{kind}_rate", (answer, target)) for kind in SHARES] == pytest.approx([0.4, 0.2, 0.2, 0.2])
    assert number("invented_rate", (answer, target)) == 1 / 5


@pytest.mark.parametrize(
    ("answer", "target", "kinds"),
    [
        (["left effusion"], ["right effusion"], ["wrong_side"]),
        (["左侧胸腔积液"], ["右侧胸腔积液"], ["wrong_side"]),
        (["effusion on the left"], ["left-sided effusions"], ["found"]),
        (["left effusion", "right effusion"], ["right effusion"], ["found", "invented"]),
        (["left effusion"], ["left effusion", "right effusion"], ["found", "missed"]),
        (["both effusion"], ["left effusion", "right effusion"], ["found", "found"]),
        (["left effusion", "right effusion"], ["bilateral effusions"], ["found", "found"]),
        (["bilateral effusion"], ["right effusion"], ["found", "invented"]),
        (["双侧胸腔积液"], ["右侧胸腔积液"], ["found", "invented"]),
        (["left effusion"], ["bilateral effusion"], ["found", "missed"]),
        (["effusion"], ["left effusion"], ["missed", "invented"]),
        (["left nodule"], ["right effusion"], ["missed", "invented"]),
        (["lung"], ["left lung"], ["missed", "invented"]),
        ([""], ["left lung"], ["missed", "invented"]),
        (["left lung", "left lung", "Left lung"], ["left lung"], ["found"]),
        ([], ["left lung"], ["missed"]),
        (["heart"], [], ["invented"]),
        ([], [], []),
    ],
)
def test_names_by_hand(answer: list[str], target: list[str], kinds: list[str]) -> None:
    verdicts = explain_findings(grounded(*map(part, answer)), grounded(*map(part, target)))
    assert [v["class"] for v in verdicts] == kinds


def test_saying_bilateral_of_everything_is_paid_for() -> None:
    target = grounded(part("left effusion"), part("right nodule"))
    answer = grounded(part("bilateral effusion"), part("bilateral nodule"))
    assert number("found_rate", (answer, target)) == 1
    assert number("invented_rate", (answer, target)) == 1 / 2


def test_boxes_of_a_bilateral_finding_are_compared_together() -> None:
    target = grounded(part("left effusion", ONE), part("right effusion", TWO))
    assert number("found_rate", (grounded(part("bilateral effusion", TWO, ONE)), target)) == 1
    assert number("mislocated_rate", (grounded(part("bilateral effusion", FAR)), target)) == 1
    assert (
        number("mislocated_rate@0.3", (grounded(part("left effusion", TWO), part("right effusion", ONE)), target)) == 1
    )


def test_a_finding_of_several_boxes_is_placed_by_their_union() -> None:
    """Twice half a heart is a heart; half a heart is not, above one half."""
    halves = grounded(part("heart", (0.0, 0.0, 10.0, 5.0)), part("heart", (0.0, 5.0, 10.0, 10.0)))
    target = grounded(part("heart", ONE))
    assert number("found_rate@1", (halves, target)) == 1
    assert number("found_rate", (grounded(part("heart", (0.0, 0.0, 10.0, 5.0))), target)) == 1
    assert number("found_rate@0.6", (grounded(part("heart", (0.0, 0.0, 10.0, 5.0))), target)) == 0


def test_a_name_without_a_rectangle_is_not_placed() -> None:
    target = grounded(part("heart", ONE))
    for boxes in ((), ((math.nan, 0.0, 1.0, 1.0),), ((5.0, 5.0, 1.0, 1.0),)):
        assert number("mislocated_rate", (grounded(part("heart", *boxes)), target)) == 1


def test_a_normal_picture_counts_for_what_is_invented() -> None:
    """It has no finding to be missed, and everything said of it is invented."""
    sick, healthy = grounded(part("heart", ONE)), Answer()
    pairs = [(sick, sick), (grounded(part("rib", ONE)), healthy), (Answer(), healthy), (None, healthy)]
    assert number("invented_rate", *pairs) == 1 / 2
    assert number("missed_rate", *pairs) == 0
    assert parse_metric("missed_rate").measure(None, healthy) is None
    assert number("invented_rate", (None, sick), (Answer(), healthy)) == 0


def test_which_end_is_good() -> None:
    assert parse_metric("found_rate").higher_is_better
    assert not any(parse_metric(f"{k}_rate").higher_is_better for k in (*SHARES[1:], "invented"))


@pytest.mark.parametrize("name", ["found_rate@0.5", "missed_rate@0.3", "mislocated_rate@0", "invented_rate@0.5"])
def test_a_wrong_name_is_refused(name: str) -> None:
    with pytest.raises(MedGaugeError):
        parse_metric(name)
