"""DICOM files that tests make, and those that come with pydicom."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.data import get_testdata_file
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

RAMP = np.arange(0, 4092, 341, dtype=np.uint16).reshape(3, 4)


def dicom(file: Path, values: np.ndarray[Any, Any], **elements: Any) -> Path:
    """A file with these stored values; grey, all bits used, unless `elements` say something else."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["medgauge"])
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made = FileDataset(str(file), {}, file_meta=meta, preamble=bytes(128))
    bits = values.dtype.itemsize * 8
    made.SamplesPerPixel = 3 if elements.get("PhotometricInterpretation") in ("RGB", "YBR_FULL") else 1
    made.Rows, made.Columns = values.shape[-3:-1] if made.SamplesPerPixel == 3 else values.shape[-2:]
    made.PhotometricInterpretation = "MONOCHROME2"
    made.BitsAllocated, made.BitsStored, made.HighBit = bits, bits, bits - 1
    made.PixelRepresentation = int(np.issubdtype(values.dtype, np.signedinteger))
    if made.SamplesPerPixel == 3:
        made.PlanarConfiguration = 0
    for name, value in elements.items():
        setattr(made, name, value)
    made.PixelData = values.tobytes() + bytes(values.nbytes % 2)
    made["PixelData"].VR = "OW" if bits > 8 else "OB"
    made.save_as(file, enforce_file_format=True)
    return file


def bundled(name: str) -> Path:
    """A file that lies in the pydicom package itself; nothing is fetched."""
    found = get_testdata_file(name, download=False)
    if found is None:
        pytest.skip(f"pydicom as installed has no {name}")
    return Path(str(found))
