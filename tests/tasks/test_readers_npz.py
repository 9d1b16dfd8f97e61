"""MedMNIST files: streamed, and never unpickled."""

import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medgauge.errors import BadRecord, Incomplete
from medgauge_tasks.readers.npz import read_medmnist

RNG = np.random.default_rng(1)
IMAGES = RNG.integers(0, 256, (3, 5, 4), dtype=np.uint8)
LABELS = np.array([[0], [2], [1]], dtype=np.uint8)


def write(file: Path, **arrays: Any) -> Path:
    np.savez_compressed(file, **arrays)
    return file


def test_pictures_and_labels_in_order(tmp_path: Path) -> None:
    colour = RNG.integers(0, 256, (2, 5, 4, 3), dtype=np.uint8)
    many = np.array([[1, 0, 1], [0, 0, 0]])
    file = write(tmp_path / "m.npz", test_images=IMAGES, test_labels=LABELS, train_images=colour, train_labels=many)
    test = list(read_medmnist(file, "test"))
    assert [(one.index, one.labels) for one in test] == [(0, (0,)), (1, (2,)), (2, (1,))]
    assert all((one.image == IMAGES[one.index]).all() for one in test)
    train = list(read_medmnist(file, "train"))
    assert [one.labels for one in train] == [(1, 0, 1), (0, 0, 0)]
    assert train[1].image.shape == (5, 4, 3)
    assert str(train[1].place) == "record 2"


@pytest.mark.parametrize(
    ("arrays", "field"),
    [
        ({"test_images": IMAGES}, "test_labels"),
        ({"test_labels": LABELS}, "test_images"),
        ({"test_images": IMAGES.astype(float), "test_labels": LABELS}, "test_images"),
        ({"test_images": IMAGES[0], "test_labels": LABELS}, "test_images"),
        ({"test_images": IMAGES[..., None], "test_labels": LABELS}, "test_images"),
        ({"test_images": IMAGES, "test_labels": LABELS[:2]}, "test_labels"),
        ({"test_images": IMAGES, "test_labels": LABELS.ravel()}, "test_labels"),
        ({"test_images": IMAGES, "test_labels": LABELS.astype(float)}, "test_labels"),
        ({"test_images": np.asfortranarray(IMAGES), "test_labels": LABELS}, "test_images"),
        ({"test_images": IMAGES[:, :0], "test_labels": LABELS}, "(pixels)"),
    ],
)
def test_arrays_of_another_form_are_named(tmp_path: Path, arrays: dict[str, Any], field: str) -> None:
    with pytest.raises(BadRecord) as caught:
        list(read_medmnist(write(tmp_path / "m.npz", **arrays), "test"))
    assert caught.value.field == field


class Trap:
    """What must never run."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("unpickled",))


def test_objects_are_refused_and_not_unpickled(tmp_path: Path) -> None:
    trap = np.array([Trap()], dtype=object)
    head, body = io.BytesIO(), pickle.dumps(trap)
    np.lib.format.write_array_header_1_0(head, {"descr": "|O", "fortran_order": False, "shape": (1,)})
    with zipfile.ZipFile(tmp_path / "m.npz", "w") as archive:
        archive.writestr("test_images.npy", head.getvalue() + body)
        archive.writestr("test_labels.npy", head.getvalue() + body)
    with pytest.raises(BadRecord, match="field 'test_images': expected plain numbers in C order, got 'object'"):
        list(read_medmnist(tmp_path / "m.npz", "test"))


def header(shape: tuple[int, ...]) -> bytes:
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "|u1", "fortran_order": False, "shape": shape})
    return head.getvalue()


def test_a_header_may_promise_too_much(tmp_path: Path) -> None:
    for images, message in (((3, 40_000, 40_000), "got '40000 x 40000'"), ((10**12, 5, 4), "expected 20 bytes, got 0")):
        with zipfile.ZipFile(tmp_path / "m.npz", "w") as archive:
            archive.writestr("test_images.npy", header(images))
            archive.writestr("test_labels.npy", header((images[0], 1)))
        with pytest.raises(BadRecord, match=message):
            list(read_medmnist(tmp_path / "m.npz", "test"))


def test_what_is_no_npz(tmp_path: Path) -> None:
    with pytest.raises(Incomplete):
        list(read_medmnist(tmp_path / "none.npz", "test"))
    whole = write(tmp_path / "m.npz", test_images=IMAGES, test_labels=LABELS).read_bytes()
    for broken in (b"", b"PK", whole[: len(whole) // 2], whole[:60] + bytes(20) + whole[80:]):
        (tmp_path / "b.npz").write_bytes(broken)
        with pytest.raises(BadRecord):
            list(read_medmnist(tmp_path / "b.npz", "test"))


@settings(deadline=None)
@given(place=st.integers(0, 10_000), byte=st.integers(0, 255))
def test_a_changed_byte_is_read_or_named(tmp_path_factory: pytest.TempPathFactory, place: int, byte: int) -> None:
    folder = tmp_path_factory.mktemp("npz")
    whole = bytearray(write(folder / "m.npz", test_images=IMAGES, test_labels=LABELS).read_bytes())
    whole[place % len(whole)] = byte
    (folder / "b.npz").write_bytes(whole)
    try:
        read = list(read_medmnist(folder / "b.npz", "test"))
    except BadRecord:
        return
    assert [one.labels for one in read] == [(0,), (2,), (1,)]
    assert all((one.image == IMAGES[one.index]).all() for one in read)
