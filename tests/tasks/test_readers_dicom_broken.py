"""DICOM that is missing, broken, too big or in a coding that nothing reads."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_dicom import RAMP, bundled, dicom
from pydicom import Dataset, dcmread

from medgauge.errors import BadRecord, Incomplete, MedGaugeError
from medgauge_tasks.readers.dicom import read_dicom


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.dcm"


def test_a_coding_that_nothing_installed_reads() -> None:
    with pytest.raises(MedGaugeError, match="no installed decoder reads its pixels"):
        read_dicom(bundled("MR_small_jpeg_ls_lossless.dcm"))


def test_what_is_no_picture(file: Path) -> None:
    with pytest.raises(Incomplete, match=r"a\.dcm is missing"):
        read_dicom(file)
    for broken in (b"", b"no picture", bytes(132), bytes(128) + b"DICM" + bytes(8)):
        file.write_bytes(broken)
        with pytest.raises(BadRecord, match=r"a\.dcm: field '\(whole file\)': expected a DICOM"):
            read_dicom(file)
    with pytest.raises(BadRecord, match="expected a DICOM picture, with Rows and Columns, got 'SR'"):
        read_dicom(bundled("test-SR.dcm"))


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    "change",
    [
        lambda d: delattr(d, "PixelData"),
        lambda d: setattr(d, "PixelData", d.PixelData[:-8]),
        lambda d: setattr(d, "BitsAllocated", 12),
        lambda d: delattr(d, "BitsStored"),
        lambda d: delattr(d, "PhotometricInterpretation"),
        lambda d: setattr(d, "SamplesPerPixel", 7),
        lambda d: setattr(d, "WindowWidth", 0),
    ],
)
def test_pixels_that_are_not_as_described(file: Path, change: Callable[[Dataset], None]) -> None:
    made = dcmread(dicom(file, RAMP, WindowCenter=1, WindowWidth=2))
    change(made)
    made.save_as(file)
    with pytest.raises(BadRecord, match=r"a\.dcm: field '\(pixels\)'"):
        read_dicom(file)


def test_a_bomb_is_refused_before_it_is_decoded(file: Path) -> None:
    made = dcmread(dicom(file, RAMP))
    made.Rows = made.Columns = 40_000
    made.save_as(file)
    with pytest.raises(BadRecord, match="got '40000 x 40000'"):
        read_dicom(file)


@pytest.mark.filterwarnings("ignore")
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(place=st.integers(0, 100_000), byte=st.integers(0, 255), cut=st.booleans())
def test_a_changed_byte_is_a_picture_or_named(
    tmp_path_factory: pytest.TempPathFactory, place: int, byte: int, cut: bool
) -> None:
    file = dicom(tmp_path_factory.mktemp("dicom") / "a.dcm", RAMP, WindowCenter=2048, WindowWidth=4096)
    whole = bytearray(file.read_bytes())
    where = 132 + place % (len(whole) - 132)
    whole[where] = byte
    file.write_bytes(whole[:where] if cut else whole)
    with suppress(MedGaugeError):
        assert read_dicom(file).dtype == np.uint8
