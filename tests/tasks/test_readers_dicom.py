"""DICOM to pictures: greys, colours, frames, overlays."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_dicom import RAMP, bundled, dicom
from pydicom import Dataset, dcmread
from pydicom.pixels.processing import apply_modality_lut, apply_windowing

from medgauge.errors import BadRecord
from medgauge_tasks.readers.dicom import Window, frames, read_dicom


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.dcm"


def linear(values: np.ndarray[Any, Any], low: float, high: float) -> list[list[int]]:
    greys: list[list[int]] = np.rint(255 * np.clip((values - low) / (high - low), 0, 1)).astype(int).tolist()
    return greys


def test_without_a_window_the_whole_range_is_shown(file: Path) -> None:
    assert read_dicom(dicom(file, RAMP)).tolist() == linear(RAMP.astype(float), 0, RAMP.max())
    flat = dicom(file, np.full((2, 2), 7, dtype=np.uint16))
    assert read_dicom(flat).tolist() == [[0, 0], [0, 0]]


def test_the_files_first_window_and_the_askers_own(file: Path) -> None:
    hounsfield = RAMP.astype(float) - 1024
    dicom(file, RAMP, RescaleSlope=1, RescaleIntercept=-1024, WindowCenter=[40, 300], WindowWidth=[400, 1500])
    assert read_dicom(file).tolist() == linear(hounsfield, 40 - 0.5 - 199.5, 40 - 0.5 + 199.5)
    asked = read_dicom(file, window=Window(center=300, width=1500))
    assert asked.tolist() == linear(hounsfield, 299.5 - 749.5, 299.5 + 749.5)


@pytest.mark.parametrize("function", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
def test_windows_are_those_of_pydicom(file: Path, function: str) -> None:
    values = np.arange(0, 600, dtype=np.uint16).reshape(20, 30)
    dicom(file, values, WindowCenter=250, WindowWidth=200, VOILUTFunction=function)
    shown = apply_windowing(apply_modality_lut(values, dcmread(file)), dcmread(file))
    assert np.abs(read_dicom(file) - 255 * shown / 65535).max() <= 0.5 + 1e-9


def test_a_window_of_one_is_a_step(file: Path) -> None:
    dicom(file, np.array([[9, 10, 11]], dtype=np.uint16), WindowCenter=10.5, WindowWidth=1)
    assert read_dicom(file).tolist() == [[0, 0, 255]]


def test_a_falling_rescale_does_not_turn_the_picture_round(file: Path) -> None:
    values = np.array([[0, 50, 100]], dtype=np.uint16)
    dicom(file, values, RescaleSlope=-1, RescaleIntercept=100, WindowCenter=50, WindowWidth=101)
    assert read_dicom(file).tolist() == linear(100.0 - values, -0.5, 99.5)


def test_monochrome1_is_turned_round(file: Path) -> None:
    plain = read_dicom(dicom(file, RAMP, WindowCenter=2000, WindowWidth=3000))
    dicom(file, RAMP, WindowCenter=2000, WindowWidth=3000, PhotometricInterpretation="MONOCHROME1")
    assert (read_dicom(file) == 255 - plain).all()


@pytest.mark.parametrize("kind", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_is_black_and_out_of_the_range(file: Path, kind: str) -> None:
    values = np.array([[-2000, 0, 100]], dtype=np.int16)
    dicom(file, values, PhotometricInterpretation=kind)
    made = dcmread(file)
    made.add_new("PixelPaddingValue", "SS", -2000)
    made.save_as(file)
    assert read_dicom(file).tolist() == [[0, 255, 0] if kind == "MONOCHROME1" else [0, 0, 255]]
    made.add_new("PixelPaddingRangeLimit", "SS", 0)
    made.save_as(file)
    assert read_dicom(file).tolist()[0][:2] == [0, 0]


def table(first: int, entries: list[int], bits: int) -> Dataset:
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [len(entries), first, bits])
    item.add_new("LUTData", "OW", np.array(entries, dtype="<u2").tobytes())
    return item


def test_tables_go_before_windows(file: Path) -> None:
    values = np.array([[0, 10, 11, 12, 13, 99]], dtype=np.uint16)
    voi = table(10, [0, 85, 170, 255], 8)
    dicom(file, values, VOILUTSequence=[voi], WindowCenter=50, WindowWidth=100)
    assert read_dicom(file).tolist() == [[0, 0, 85, 170, 255, 255]]
    modality = table(10, [500, 600, 700, 1000], 16)
    dicom(file, values, ModalityLUTSequence=[modality], WindowCenter=750.5, WindowWidth=501)
    assert read_dicom(file).tolist() == linear(np.array([[500, 500, 600, 700, 1000, 1000]]), 500, 1000)


def test_bits_outside_the_pixel_are_not_its_own(file: Path) -> None:
    own = np.array([[0, 1000, 4095]], dtype=np.uint16)
    dicom(file, own | np.uint16(0xF000), BitsStored=12, HighBit=11)
    assert read_dicom(file).tolist() == linear(own.astype(float), 0, 4095)
    signed = np.array([[-2048, 0, 2047]], dtype=np.int16)
    dicom(file, (signed & 0x0FFF).astype(np.int16), BitsStored=12, HighBit=11, PixelRepresentation=1)
    assert read_dicom(file).tolist() == linear(signed.astype(float), -2048, 2047)


def test_colour_and_deep_colour(file: Path) -> None:
    rgb = np.array([[[255, 0, 0], [0, 128, 255]]], dtype=np.uint8)
    dicom(file, rgb, PhotometricInterpretation="RGB")
    assert (read_dicom(file) == rgb).all()
    dicom(file, rgb.astype(np.uint16) * 257, PhotometricInterpretation="RGB")
    assert (read_dicom(file) == rgb).all()


def test_ybr_becomes_rgb(file: Path) -> None:
    ybr = np.array([[[76, 85, 255], [255, 128, 128]]], dtype=np.uint8)
    dicom(file, ybr, PhotometricInterpretation="YBR_FULL")
    assert np.abs(read_dicom(file).astype(int) - [[[254, 0, 0], [255, 255, 255]]]).max() <= 1


def test_a_palette_becomes_its_colours(file: Path) -> None:
    colours: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
    dicom(file, np.array([[0, 1, 2]], dtype=np.uint8), **colours)
    made = dcmread(file)
    for name, entries in (("Red", [0, 65535, 0]), ("Green", [0, 0, 32768]), ("Blue", [65535, 0, 0])):
        made.add_new(f"{name}PaletteColorLookupTableDescriptor", "US", [3, 0, 16])
        made.add_new(f"{name}PaletteColorLookupTableData", "OW", np.array(entries, dtype="<u2").tobytes())
    made.save_as(file)
    assert read_dicom(file).tolist() == [[[0, 0, 255], [255, 0, 0], [0, 128, 0]]]


def test_one_frame_of_many(file: Path) -> None:
    many = np.stack([RAMP, RAMP[::-1], RAMP // 2])
    dicom(file, many, NumberOfFrames=3, WindowCenter=2048, WindowWidth=4096)
    assert frames(file) == 3
    assert (read_dicom(file, frame=1) == read_dicom(file)[::-1]).all()
    for frame in (-1, 3):
        with pytest.raises(BadRecord, match=r"field '\(frame\)': expected a number from 0 to 2"):
            read_dicom(file, frame=frame)


def test_frames_may_have_windows_of_their_own(file: Path) -> None:
    def group(center: float, slope: float) -> Dataset:
        window, scale, one = Dataset(), Dataset(), Dataset()
        window.WindowCenter, window.WindowWidth = center, 101
        scale.RescaleSlope, scale.RescaleIntercept = slope, 0
        one.FrameVOILUTSequence, one.PixelValueTransformationSequence = [window], [scale]
        return one

    values = np.array([[0, 25, 50, 100, 200]], dtype=np.uint16)
    many = np.stack([values, values])
    dicom(file, many, NumberOfFrames=2, PerFrameFunctionalGroupsSequence=[group(50.5, 1), group(50.5, 2)])
    assert read_dicom(file).tolist() == linear(values, 0, 100)
    assert read_dicom(file, frame=1).tolist() == linear(values * 2, 0, 100)


def test_overlays_are_drawn_only_when_asked(file: Path) -> None:
    dicom(file, np.zeros((4, 8), dtype=np.uint16))
    made = dcmread(file)
    plane = np.zeros((2, 8), dtype=np.uint8)
    plane[0, 1] = plane[1, 7] = 1
    made.add_new((0x6000, 0x0010), "US", 2)
    made.add_new((0x6000, 0x0011), "US", 8)
    made.add_new((0x6000, 0x0040), "CS", "G")
    made.add_new((0x6000, 0x0050), "SS", [3, 2])
    made.add_new((0x6000, 0x0100), "US", 1)
    made.add_new((0x6000, 0x0102), "US", 0)
    made.add_new((0x6000, 0x3000), "OW", np.packbits(plane, bitorder="little").tobytes())
    made.save_as(file)
    assert not read_dicom(file).any()
    drawn = read_dicom(file, overlays=True)
    # The origin is row 3, column 2: the second point falls off the right edge.
    assert np.argwhere(drawn == 255).tolist() == [[2, 2]]


PLAIN = [
    *("CT_small.dcm", "MR_small.dcm", "MR_small_RLE.dcm"),
    *("MR_small_bigendian.dcm", "JPEG2000.dcm"),
]
COLOUR = [
    *("SC_rgb_rle.dcm", "SC_rgb_rle_2frame.dcm", "SC_ybr_full_422_uncompressed.dcm", "examples_palette.dcm"),
    *("SC_rgb_jpeg_dcmtk.dcm", "SC_rgb_rle_16bit.dcm", "examples_ybr_color.dcm", "ExplVR_BigEnd.dcm"),
]


@pytest.mark.parametrize("name", PLAIN + COLOUR)
def test_pydicoms_own_files(name: str) -> None:
    path = bundled(name)
    header = dcmread(path, stop_before_pixels=True)
    shown = read_dicom(path)
    assert shown.dtype == np.uint8
    assert shown.shape == (header.Rows, header.Columns, *([3] if name in COLOUR else []))
    assert shown.min() < 64
    assert shown.max() > 192


def test_the_same_picture_in_three_codings() -> None:
    plain = read_dicom(bundled("MR_small.dcm"))
    for name in ("MR_small_RLE.dcm", "MR_small_bigendian.dcm", "MR_small_implicit.dcm", "MR_small_jp2klossless.dcm"):
        assert (read_dicom(bundled(name)) == plain).all(), name


def test_an_overlay_of_pydicom() -> None:
    path = bundled("examples_overlay.dcm")
    plane = dcmread(path).overlay_array(0x6000).astype(bool)
    with_overlay = read_dicom(path, overlays=True)
    assert (with_overlay[plane[: with_overlay.shape[0], : with_overlay.shape[1]]] == 255).all()
    assert (with_overlay != read_dicom(path)).any()
