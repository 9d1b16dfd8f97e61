"""NIfTI slices: whichever way the file lies, the picture stands as a radiologist looks at it."""

from contextlib import suppress
from itertools import permutations, product
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medgauge.errors import BadRecord, Incomplete
from medgauge_tasks.readers.nifti import ACROSS, Plane, open_nifti, read_slice, slice_classes, slice_picture
from medgauge_tasks.readers.record import Place

STRAIGHT = np.eye(4)
RIGHT, FRONT, TOP = 1, 2, 4
"""Every voxel of the small body says on which sides it lies."""


def body() -> np.ndarray[Any, Any]:
    """(left to right, back to front, bottom to top) of 2 x 4 x 6 voxels."""
    x, y, z = np.meshgrid(range(2), range(4), range(6), indexing="ij")
    return (RIGHT * (x >= 1) + FRONT * (y >= 2) + TOP * (z >= 3) + 10 * y + 100 * z).astype(np.int16)


def saved(
    folder: Path, values: np.ndarray[Any, Any], affine: np.ndarray[Any, Any] | None = None, name: str = "v.nii.gz"
) -> Path:
    nib.save(nib.Nifti1Image(values, np.eye(4) if affine is None else affine), folder / name)
    return folder / name


def turned(order: tuple[int, ...], signs: tuple[int, ...]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The body stored with its axes in another order and direction, and the affine that says so."""
    values = body().transpose(order)
    affine = np.zeros((4, 4))
    affine[3, 3] = 1
    for axis, (world, sign) in enumerate(zip(order, signs, strict=True)):
        values = values if sign > 0 else np.flip(values, axis)
        affine[world, axis] = sign
    return np.ascontiguousarray(values), affine


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_picture_does_not_depend_on_how_the_file_lies(tmp_path: Path, order: tuple[int, ...]) -> None:
    straight = open_nifti(saved(tmp_path, body(), name="s.nii"))
    for signs in product((1, -1), repeat=3):
        volume = open_nifti(saved(tmp_path, *turned(order, signs)))
        for plane in ACROSS:
            assert volume.count(plane) == straight.count(plane) == body().shape[ACROSS[plane]]
            for index in range(volume.count(plane)):
                assert (read_slice(volume, plane, index) == read_slice(straight, plane, index)).all()


def test_image_left_is_the_patients_right(tmp_path: Path) -> None:
    volume = open_nifti(saved(tmp_path, body()))

    def sides(plane: Plane, index: int, side: int) -> list[list[int]]:
        values = read_slice(volume, plane, index).astype(int) % 10
        return ((values & side) > 0).astype(int).tolist()

    assert sides("axial", 0, RIGHT) == [[1, 0]] * 4
    assert sides("axial", 0, FRONT) == [[1, 1], [1, 1], [0, 0], [0, 0]]
    assert sides("coronal", 0, RIGHT) == [[1, 0]] * 6
    assert sides("coronal", 0, TOP) == [[1, 1]] * 3 + [[0, 0]] * 3
    assert sides("sagittal", 0, FRONT) == [[1, 1, 0, 0]] * 6
    assert sides("sagittal", 0, TOP) == [[1] * 4] * 3 + [[0] * 4] * 3


def test_slices_count_from_left_back_and_bottom(tmp_path: Path) -> None:
    volume = open_nifti(saved(tmp_path, *turned((2, 0, 1), (-1, -1, 1))))
    assert read_slice(volume, "axial", 5).min() >= 500
    assert read_slice(volume, "axial", 0).max() < 100
    assert set(np.unique(read_slice(volume, "coronal", 3) // 10 % 10)) == {3}
    assert (read_slice(volume, "sagittal", 1).astype(int) % 2 == 1).all()


def test_scaled_values_and_windows(tmp_path: Path) -> None:
    image = nib.Nifti1Image(np.arange(8, dtype=np.int16).reshape(2, 2, 2), np.eye(4))
    image.header.set_slope_inter(2, -1024)
    nib.save(image, tmp_path / "v.nii")
    values = read_slice(open_nifti(tmp_path / "v.nii"), "axial", 0)
    assert sorted(values.ravel()) == [-1024, -1020, -1016, -1012]
    assert sorted(slice_picture(values, None).ravel()) == [0, 85, 170, 255]
    assert sorted(slice_picture(values, (-1020, -1016)).ravel()) == [0, 0, 255, 255]


def test_a_fourth_axis_is_time(tmp_path: Path) -> None:
    volume = open_nifti(saved(tmp_path, np.stack([body(), body() + 1], axis=3)))
    assert (read_slice(volume, "axial", 2, time=1) == read_slice(volume, "axial", 2) + 1).all()
    with pytest.raises(BadRecord, match=r"field '\(voxels\)'"):
        read_slice(volume, "axial", 2, time=2)


def test_classes_are_whole_numbers() -> None:
    place = Place(file=Path("v.nii"))
    assert slice_classes(np.array([[0.0, 2.0]]), place).tolist() == [[0, 2]]
    with pytest.raises(BadRecord, match=r"v\.nii: field '\(voxels\)': expected whole numbers, .* got 1\.5"):
        slice_classes(np.array([[0.0, 1.5]]), place)


def test_what_cannot_be_a_picture(tmp_path: Path) -> None:
    with pytest.raises(Incomplete):
        open_nifti(tmp_path / "none.nii")
    volume = open_nifti(saved(tmp_path, body()))
    for index in (-1, 6):
        with pytest.raises(BadRecord, match=r"field '\(slice\)': expected a number from 0 to 5"):
            read_slice(volume, "axial", index)
    nan = open_nifti(saved(tmp_path, np.full((2, 2, 2), np.nan, dtype=np.float32), name="n.nii"))
    with pytest.raises(BadRecord, match="expected finite numbers"):
        read_slice(nan, "axial", 0)
    with pytest.raises(BadRecord, match="three or four axes"):
        open_nifti(saved(tmp_path, np.zeros((2, 2), dtype=np.int16), name="flat.nii"))
    nowhere = bytearray(saved(tmp_path, body(), name="w.nii").read_bytes())
    nowhere[312:328] = bytes(16)  # srow_z
    (tmp_path / "w.nii").write_bytes(nowhere)
    with pytest.raises(BadRecord, match=r"field '\(affine\)': expected directions for all three axes"):
        open_nifti(tmp_path / "w.nii")


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    whole = saved(tmp_path, np.random.default_rng(1).integers(0, 999, (9, 9, 9)).astype(np.int16)).read_bytes()
    for broken in (b"", b"no volume", whole[:50], whole[:-900]):
        (tmp_path / "b.nii.gz").write_bytes(broken)
        with pytest.raises(BadRecord, match=r"b\.nii\.gz: field"):
            read_slice(open_nifti(tmp_path / "b.nii.gz"), "axial", 8)


@settings(deadline=None)
@given(place=st.integers(0, 347), byte=st.integers(0, 255))
def test_a_changed_header_is_a_volume_or_named(tmp_path_factory: pytest.TempPathFactory, place: int, byte: int) -> None:
    folder = tmp_path_factory.mktemp("nifti")
    whole = bytearray(saved(folder, body(), name="v.nii").read_bytes())
    whole[place] = byte
    (folder / "b.nii").write_bytes(whole)
    with suppress(BadRecord):
        assert read_slice(open_nifti(folder / "b.nii"), "axial", 0).ndim == 2
