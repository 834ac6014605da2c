"""Radiographs for the benchmarks: a committed phantom of the demo, enlarged, with noise of its own.

The demo model's gate lets them pass, so that what is timed is a result with maps and boxes and not a refusal.
"""

import functools
import io
from pathlib import Path

import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid

ROWS, COLUMNS = 2500, 2048
DX_FOR_PRESENTATION = "1.2.840.10008.5.1.4.1.1.1.1"
PHANTOM = Path(__file__).resolve().parent.parent / "webapp" / "demo" / "phantoms" / "07-opacity-bilateral-ap.dcm"
NOISE = 60.0


def phantom_dx(seed: int, rows: int = ROWS, columns: int = COLUMNS) -> bytes:
    """A native 16-bit DX file; every seed has other noise and other UIDs."""
    generator = np.random.default_rng(seed)
    pixels = _enlarged(rows, columns) + generator.normal(0.0, NOISE, (rows, columns)).astype(np.float32)
    return _as_dicom(np.clip(pixels, 0, 65535).astype(np.uint16), seed)


@functools.cache
def _enlarged(rows: int, columns: int) -> np.ndarray:
    """The phantom as MONOCHROME2, float32 over 16 bits, at this size."""
    source = pydicom.dcmread(PHANTOM)
    pixels = source.pixel_array.astype(np.float32) * (65535.0 / (2**source.BitsStored - 1))
    if source.PhotometricInterpretation == "MONOCHROME1":
        pixels = 65535.0 - pixels
    return np.asarray(Image.fromarray(pixels).resize((columns, rows), Image.Resampling.BICUBIC))


def _as_dicom(pixels: np.ndarray, seed: int) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(DX_FOR_PRESENTATION)
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    data.StudyInstanceUID, data.SeriesInstanceUID = generate_uid(), generate_uid()
    data.PatientName, data.PatientID, data.PatientSex, data.PatientAge = f"Bench^{seed}", f"B{seed}", "F", "050Y"
    data.StudyDate, data.Modality, data.ViewPosition, data.BodyPartExamined = "20261120", "DX", "AP", "CHEST"
    data.Rows, data.Columns = pixels.shape
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 0
    data.PresentationLUTShape = "IDENTITY"
    data.PixelData = pixels.tobytes()
    buffer = io.BytesIO()
    data.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
