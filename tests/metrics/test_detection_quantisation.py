"""The best that a box format leaves, against the table of it, a closed form and boxes by hand."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from medgauge.plugins import catalog
from medgauge.protocols import BoxFormat, Decoded, Frame, Mention
from medgauge.types import Language, Xyxy
from medgauge_metrics.boxes import iou
from medgauge_metrics.quantisation import quantisation_ceiling

SIZE = (3000, 2000)
FRAME = Frame(original=SIZE, sent=SIZE)
TRIALS = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Corners as whole steps of a grid over the image, to the nearest."""

    steps: int

    @property
    def name(self) -> str:
        return f"grid-{self.steps}"

    def encode(self, mentions: Sequence[tuple[str, Sequence[Xyxy]]], frame: Frame) -> str:
        sides = (*frame.original, *frame.original)
        ((_, (box,)),) = mentions
        return " ".join(str(round(v * self.steps / side)) for v, side in zip(box, sides, strict=True))

    def decode(self, text: str, frame: Frame) -> Decoded:
        sides = (*frame.original, *frame.original)
        x1, y1, x2, y2 = (int(c) * side / self.steps for c, side in zip(text.split(), sides, strict=True))
        return Decoded(mentions=(Mention(label="", boxes=((x1, y1, x2, y2),), start=0, end=len(text)),))

    def describe(self, language: Language) -> str:
        return self.name


def exact_boxes(share: float, seed: int) -> list[tuple[Xyxy, Frame]]:
    """Boxes whose sides are a share of the image's, anywhere in it."""
    low = np.random.default_rng(seed).uniform(0, 1 - share, (TRIALS, 2)) * SIZE
    high = low + share * np.array(SIZE)
    return [((a, b, c, d), FRAME) for (a, b), (c, d) in zip(low.tolist(), high.tolist(), strict=True)]


TABLE = {
    (100, 0.01): (0.41, 0.745), (100, 0.02): (0.63, 0.147), (100, 0.05): (0.83, 0), (100, 0.1): (0.91, 0),
    (224, 0.01): (0.66, 0), (224, 0.02): (0.80, 0), (224, 0.05): (0.92, 0), (224, 0.1): (0.96, 0),
    (448, 0.01): (0.80, 0), (448, 0.02): (0.90, 0), (448, 0.05): (0.96, 0), (448, 0.1): (0.98, 0),
    (1000, 0.01): (0.91, 0), (1000, 0.02): (0.95, 0), (1000, 0.05): (0.98, 0), (1000, 0.1): (0.99, 0),
}  # fmt: skip


@pytest.mark.parametrize(("steps", "share"), TABLE)
def test_the_table_of_grids_and_sides(steps: int, share: float) -> None:
    """Both sides are drawn: four standard errors of ours, and the rounding of the table."""
    made = quantisation_ceiling(exact_boxes(share, steps), Grid(steps=steps))
    mean, under = TABLE[steps, share]
    assert made.boxes == TRIALS
    assert made.unreadable == 0
    assert made.mean_iou == pytest.approx(mean, abs=0.02)
    assert made.share_under_half == pytest.approx(under, abs=4 * math.sqrt(under * (1 - under) / TRIALS) + 1e-9)


def test_a_hundred_bins_at_one_bin_in_closed_form() -> None:
    """Shifts are even in +-1/2 of a side: IoU < 1/2 where (1 - |dx|)(1 - |dy|) < 2/3."""
    expected = 1 - 4 * (1 / 3 - 2 / 3 * math.log(1.5))
    made = quantisation_ceiling(exact_boxes(0.01, 5), Grid(steps=100))
    assert made.share_under_half == pytest.approx(expected, abs=4 * math.sqrt(0.25 * 0.75 / TRIALS))


def test_by_hand() -> None:
    """A grid of 10 over 100 x 50 pixels."""
    frame = Frame(original=(100, 50), sent=(10, 5))
    boxes: list[tuple[Xyxy, Frame]] = [((10.0, 5.0, 30.0, 20.0), frame), ((12.0, 5.0, 30.0, 20.0), frame)]
    boxes.append(((41.0, 20.0, 44.0, 26.0), frame))
    made = quantisation_ceiling(boxes, Grid(steps=10))
    assert made.mean_iou == pytest.approx((1 + 18 / 20 + 0) / 3)
    assert made.share_under_half == pytest.approx(1 / 3)


def test_no_boxes_have_no_ceiling() -> None:
    made = quantisation_ceiling([], Grid(steps=10))
    assert (made.boxes, made.mean_iou, made.share_under_half, made.unreadable) == (0, None, None, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute(Grid):
    """Writes what nobody reads."""

    def decode(self, text: str, frame: Frame) -> Decoded:
        return Decoded(malformed=1)


def test_what_is_not_read_back_is_lost() -> None:
    made = quantisation_ceiling(exact_boxes(0.1, 0)[:7], Mute(steps=10))
    assert (made.mean_iou, made.share_under_half, made.unreadable) == (0, 1, 7)


@pytest.mark.parametrize("name", sorted({*catalog("box_formats").entries} - {"molmo", "none"}))
def test_every_format_of_the_catalogue(name: str) -> None:
    """Box by box, the slow way; a picture sent smaller costs a format that writes pixels of what was sent."""
    box_format: BoxFormat = catalog("box_formats").load(name)
    sent = Frame(original=SIZE, sent=(300, 200))
    boxes = [(box, frame) for frame in (FRAME, sent) for box, _ in exact_boxes(0.05, 3)[:40]]
    values = []
    for box, frame in boxes:
        decoded = box_format.decode(box_format.encode([("object", [box])], frame), frame)
        values.append(iou(box, decoded.mentions[0].boxes[0]))
    made = quantisation_ceiling(boxes, box_format)
    assert made.mean_iou == pytest.approx(np.mean(values), abs=1e-12)
    assert made.share_under_half == np.mean([v < 0.5 for v in values])
    assert made.mean_iou > (0.5 if name in ("kosmos-2", "maira-2", "minigpt-v2") else 0.7)
