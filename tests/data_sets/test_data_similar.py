"""Codes of pictures: what they hold through, and that no pair within the limit is missed."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_data import pixels
from PIL import Image, ImageEnhance

from medgauge.data.similar import BITS, NEAR, code_of, near_pairs, stack


def distance(one: Image.Image, other: Image.Image) -> int:
    codes = [code_of(one), code_of(other)]
    assert None not in codes
    a, b = (np.frombuffer(code, np.uint8) for code in codes if code)
    return int(np.unpackbits(a ^ b).sum())


def picture(seed: int = 0) -> Image.Image:
    return Image.fromarray(pixels(seed, (600, 400)))


def jpeg(image: Image.Image) -> Image.Image:
    stream = io.BytesIO()
    image.convert("RGB").save(stream, "JPEG", quality=80)
    return Image.open(stream)


@pytest.mark.parametrize(
    "change",
    [
        jpeg,
        lambda i: i.resize((300, 200)),
        lambda i: ImageEnhance.Brightness(i).enhance(0.8),
        lambda i: i.convert("RGB"),
    ],
    ids=["jpeg", "half", "darker", "colour"],
)
def test_a_copy_is_near(change: object) -> None:
    for seed in range(5):
        assert distance(picture(seed), change(picture(seed))) <= NEAR  # type: ignore[operator]


def test_other_pictures_and_mirrored_ones_are_far() -> None:
    far = [distance(picture(0), picture(seed)) for seed in range(1, 12)]
    far.append(distance(picture(0), picture(0).transpose(Image.Transpose.FLIP_LEFT_RIGHT)))
    assert min(far) > 2 * NEAR


def test_a_flat_picture_has_no_code() -> None:
    assert code_of(Image.new("L", (50, 50), 90)) is None


@given(
    seed=st.integers(0, 2**32 - 1),
    limit=st.integers(0, 24),
    n=st.integers(0, 12),
    m=st.integers(0, 12),
    block=st.integers(1, 13),
)
def test_every_pair_within_the_limit_is_found_once(seed: int, limit: int, n: int, m: int, block: int) -> None:
    dice = np.random.default_rng(seed)
    base = dice.integers(0, 256, BITS // 8, dtype=np.uint8)

    def near(count: int) -> np.ndarray:
        flips = dice.random((count, BITS)) < dice.uniform(0, 0.08)
        return base ^ np.packbits(flips, axis=1) if count else np.zeros((0, BITS // 8), np.uint8)

    def differing(one: np.ndarray, other: np.ndarray) -> int:
        return sum(int(byte).bit_count() for byte in one ^ other)

    mine, theirs = near(n), near(m)
    pairs = [(i, j, differing(mine[i], theirs[j])) for i in range(n) for j in range(m)]
    assert sorted(near_pairs(mine, theirs, limit, block)) == [pair for pair in pairs if pair[2] <= limit]
    within = [(i, j, differing(mine[i], mine[j])) for i in range(n) for j in range(i + 1, n)]
    assert sorted(near_pairs(mine, None, limit, block)) == [pair for pair in within if pair[2] <= limit]


def test_codes_are_stacked() -> None:
    codes = [bytes([n] * 32) for n in range(3)]
    assert stack(codes).shape == (3, 32)
    assert stack([]).shape == (0, 32)
    assert list(near_pairs(stack([]), stack(codes))) == []
