"""Pictures in the middle of a square: where they lie, and in what colour."""

import base64
import hashlib
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from medgauge.resize import Resize
from medgauge.types import Media
from medgauge_model_adapters.pictures import data_uri, load

GREY = Resize(kind="pad", fill=(122, 116, 104))


def saved(folder, size, mode="RGB"):
    colours = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)
    path = folder / "picture.png"
    Image.fromarray(colours).convert(mode).save(path)
    return Media(path=str(path), sha256=hashlib.sha256(path.read_bytes()).hexdigest(), size=size)


@pytest.mark.parametrize(("size", "left", "above"), [((7, 4), 0, 1), ((4, 7), 1, 0), ((3, 8), 2, 0)])
def test_the_picture_is_whole_and_in_the_middle(tmp_path, size, left, above) -> None:
    media = saved(tmp_path, size)
    padded = np.asarray(load(media, GREY))
    original = np.asarray(Image.open(media.path))
    width, height = size
    assert padded.shape == (max(size), max(size), 3)
    assert np.array_equal(padded[above : above + height, left : left + width], original)
    around = np.ones(padded.shape[:2], dtype=bool)
    around[above : above + height, left : left + width] = False
    assert around.any()
    assert (padded[around] == (122, 116, 104)).all()


def test_a_square_is_sent_as_the_file_has_it(tmp_path) -> None:
    media = saved(tmp_path, (5, 5))
    uri, sent = data_uri(media, GREY)
    assert sent == (5, 5)
    with open(media.path, "rb") as file:
        assert base64.b64decode(uri.partition(",")[2]) == file.read()


def test_a_data_uri_holds_the_padded_picture(tmp_path) -> None:
    media = saved(tmp_path, (6, 3), "L")
    uri, sent = data_uri(media, Resize(kind="pad"))
    with Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))) as image:
        assert image.size == sent == (6, 6)
        assert np.array_equal(np.asarray(image), np.asarray(load(media, Resize(kind="pad"))))


@given(st.integers(1, 9000), st.integers(1, 9000))
def test_sent_is_the_square_of_the_longer_side(width: int, height: int) -> None:
    assert GREY.sent((width, height)) == (max(width, height),) * 2


@pytest.mark.parametrize("fill", [(0, 0, 256), (-1, 0, 0)])
def test_a_colour_is_three_bytes(fill) -> None:
    with pytest.raises(ValueError, match="from 0 to 255"):
        Resize(kind="pad", fill=fill)


def test_a_processor_that_crops_keeps_the_edges_of_a_padded_picture(tmp_path) -> None:
    """Why LLaVA's checkpoints in the form of transformers are sent squares: the edges of other pictures are lost."""
    clip = pytest.importorskip("transformers.models.clip.image_processing_pil_clip", reason="transformers is not here")
    edges = np.zeros((60, 120, 3), dtype=np.uint8)
    edges[:, :6] = edges[:, -6:] = 255
    path = tmp_path / "edges.png"
    Image.fromarray(edges).save(path)
    media = Media(path=str(path), sha256="", size=(120, 60))
    processor = clip.CLIPImageProcessorPil(
        size={"shortest_edge": 56}, crop_size={"height": 56, "width": 56}, do_normalize=False
    )
    kinds = (Resize(), Resize(kind="pad"))
    seen = [processor(load(media, resize), return_tensors="np")["pixel_values"].max() for resize in kinds]
    assert seen == pytest.approx([0, 1], abs=0.02)
