"""The drawn pictures: the same every time, with boxes that are right."""

import hashlib
import json

import numpy as np
import pytest

from medgauge_tasks.demo.phantoms.design import KINDS, MODALITIES, Plan, plans
from medgauge_tasks.demo.phantoms.dice import Dice
from medgauge_tasks.demo.phantoms.draw.drawing import Drawing
from medgauge_tasks.demo.phantoms.draw.render import draw
from medgauge_tasks.demo.phantoms.draw.shapes import blob, box_of, waves
from medgauge_tasks.demo.phantoms.store import scene_of

BOXES = "be4e1711cfc2a98c"
"""Digest of all boxes of the test split: other boxes need another version of the cards."""


@pytest.fixture(scope="module")
def drawings() -> list[tuple[Plan, Drawing]]:
    return [(plan, draw(plan)) for plan in plans("test")]


@pytest.mark.parametrize("modality", MODALITIES)
def test_the_same_plan_gives_the_same_pixels_and_another_seed_others(modality: str) -> None:
    plan, other = [p for p in plans("test") if p.modality == modality][-2:]
    once, twice = draw(plan), draw(plan)
    assert np.array_equal(once.pixels, twice.pixels)
    assert scene_of(plan, once, "") == scene_of(plan, twice, "")
    assert not np.array_equal(once.pixels, draw(other).pixels)


def test_the_boxes_of_this_version_stay(drawings: list[tuple[Plan, Drawing]]) -> None:
    scenes = [scene_of(plan, drawing, "") for plan, drawing in drawings]
    text = json.dumps([[s.name, s.parts, s.lesions] for s in scenes])
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == BOXES


def test_sizes_and_modes(drawings: list[tuple[Plan, Drawing]]) -> None:
    sizes = set()
    for plan, drawing in drawings:
        height, width = drawing.pixels.shape[:2]
        sizes.add((width, height))
        assert 150 <= height <= 232, plan.name
        assert 150 <= width <= 232, plan.name
        assert drawing.pixels.dtype == np.uint8
        assert (drawing.pixels.ndim == 3) == (plan.modality in ("fundus", "dermoscopy", "histology")), plan.name
    assert len(sizes) > 20


def test_boxes_are_tight_on_the_masks_and_inside_the_frame(drawings: list[tuple[Plan, Drawing]]) -> None:
    for plan, drawing in drawings:
        masks = [*drawing.lesions, *(m for group in drawing.parts.values() for m in group)]
        assert len(drawing.lesions) == len(plan.spots)
        for mask in masks:
            x1, y1, x2, y2 = map(int, box_of(mask))
            inside = mask[y1:y2, x1:x2]
            assert mask.shape == drawing.pixels.shape[:2], plan.name
            assert 0 <= x1 < x2 <= mask.shape[1], plan.name
            assert 0 <= y1 < y2 <= mask.shape[0], plan.name
            assert inside.sum() == mask.sum(), plan.name
            for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1]):
                assert edge.any(), plan.name


def test_an_empty_mask_has_no_box() -> None:
    with pytest.raises(ValueError, match="empty mask"):
        box_of(np.zeros((4, 5), dtype=np.bool_))


def test_every_lesion_can_be_seen(drawings: list[tuple[Plan, Drawing]]) -> None:
    """Gray levels inside differ from those just outside: mean distance of their quantiles, best channel."""
    for plan, drawing in drawings:
        channels = np.atleast_3d(drawing.pixels).astype(np.float64)
        every = np.any(drawing.lesions, axis=0) if drawing.lesions else None
        for spot, mask in zip(plan.spots, drawing.lesions, strict=True):
            x1, y1, x2, y2 = map(int, box_of(mask))
            near = np.zeros_like(mask)
            near[max(0, y1 - 5) : y2 + 5, max(0, x1 - 5) : x2 + 5] = True
            quantiles = np.linspace(0.05, 0.95, 19)
            inside = np.quantile(channels[mask], quantiles, axis=0)
            outside = np.quantile(channels[near & ~every], quantiles, axis=0)
            assert np.abs(inside - outside).mean(axis=0).max() > 18, (plan.name, spot)


def test_lesions_do_not_touch(drawings: list[tuple[Plan, Drawing]]) -> None:
    for plan, drawing in drawings:
        overlap = sum(mask.astype(int) for mask in drawing.lesions) if drawing.lesions else np.zeros(1)
        assert np.max(overlap) <= 1, plan.name


def test_kinds_look_different(drawings: list[tuple[Plan, Drawing]]) -> None:
    """Mean colour and spread inside a lesion set the kinds of a modality apart."""
    for modality in MODALITIES:
        looks: dict[str, list[np.ndarray]] = {kind: [] for kind in KINDS[modality]}
        for plan, drawing in drawings:
            if plan.modality == modality:
                for spot, mask in zip(plan.spots, drawing.lesions, strict=True):
                    inside = np.atleast_3d(drawing.pixels)[mask].astype(np.float64)
                    looks[spot.kind].append(np.concatenate([inside.mean(axis=0), inside.std(axis=0)]))
        means = {kind: np.mean(found, axis=0) for kind, found in looks.items()}
        for kind, found in looks.items():
            for look in found:
                nearest = min(means, key=lambda other: float(np.linalg.norm(look - means[other])))
                assert nearest == kind, (modality, kind)


@pytest.mark.parametrize("seed", range(20))
def test_a_wavy_outline_stays_inside_its_ellipse(seed: int) -> None:
    dice = Dice.seeded(seed)
    image = np.zeros((80, 90))
    x1, y1, x2, y2 = box_of(blob(image, (45, 40), (20, 16), waves=waves(dice, 0.2)).mask(image))
    assert x1 >= 25
    assert x2 <= 65
    assert y1 >= 24
    assert y2 <= 56
    assert max(x2 - x1, y2 - y1) > 24


def test_dice_are_uniform_and_smooth_noise_is_smooth() -> None:
    dice = Dice.seeded(1, 2, 3)
    assert dice.uniform(0, 1) == Dice.seeded(1, 2, 3).uniform(0, 1)
    assert sorted(dice.shuffled((3, 1, 2))) == [1, 2, 3]
    grain, clouds = dice.grain(200, 200), dice.clouds(200, 180, 20)
    assert abs(grain.mean()) < 0.02
    assert abs(grain.std() - 1) < 0.02
    assert clouds.shape == (200, 180)
    assert np.abs(clouds).max() <= 1
    assert np.abs(np.diff(clouds, axis=1)).max() < 0.2
