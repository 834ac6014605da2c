"""One synthetic radiograph in every transfer syntax that is read here and for which an encoder is at hand.

HTJ2K has no free encoder among the packages: its files come from the test data (1024 x 1024), when they are present.
"""

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import jpeg_ls
import numpy as np
from openjpeg.utils import encode_array
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian, generate_uid
from rle.rle import encode_frame

from inference.dicom.transfer_syntax import TRANSFER_SYNTAXES

ROWS, COLUMNS = 2500, 2048
DX_FOR_PRESENTATION = "1.2.840.10008.5.1.4.1.1.1.1"
_NATIVE = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2")
_HTJ2K = {
    "1.2.840.10008.1.2.4.201": "derived/RG3c_HTJ2K_LL.dcm",
    "1.2.840.10008.1.2.4.202": "derived/RG3c_HTJ2K_RPCL.dcm",
    "1.2.840.10008.1.2.4.203": "derived/RG3c_HTJ2K_lossy.dcm",
}
# GDCM writes these; in a process of its own, because it prints and may abort.
_BY_GDCM = {
    "1.2.840.10008.1.2.4.51": ("JPEGExtendedProcess2_4", 12),
    "1.2.840.10008.1.2.4.57": ("JPEGLosslessProcess14", 16),
    "1.2.840.10008.1.2.4.70": ("JPEGLosslessProcess14_1", 16),
}
_GDCM = """
import sys, gdcm
reader = gdcm.ImageReader(); reader.SetFileName(sys.argv[1]); assert reader.Read()
change = gdcm.ImageChangeTransferSyntax()
change.SetTransferSyntax(gdcm.TransferSyntax(getattr(gdcm.TransferSyntax, sys.argv[3])))
change.SetInput(reader.GetImage()); assert change.Change()
writer = gdcm.ImageWriter(); writer.SetFileName(sys.argv[2]); writer.SetFile(reader.GetFile())
writer.SetImage(change.GetOutput()); assert writer.Write()
"""


@dataclass(frozen=True)
class CodedFile:
    """path is None where no file could be made; `note` says why, or what is special."""

    uid: str
    name: str
    path: Path | None
    note: str


def synthetic_radiograph(bits: int = 16) -> np.ndarray:
    """uint16 (uint8 for 8 bits) [2500, 2048]: two dark lungs and noise, the noise about 1 % of the range."""
    y, x = np.mgrid[0:ROWS, 0:COLUMNS].astype(np.float32)
    values = np.full((ROWS, COLUMNS), 42000.0, np.float32)
    for centre in (0.3, 0.7):
        values -= 26000.0 * np.exp(-(((x / COLUMNS - centre) / 0.16) ** 2 + ((y / ROWS - 0.45) / 0.3) ** 2))
    values += np.random.default_rng(1).normal(0.0, 600.0, values.shape).astype(np.float32)
    stored = np.clip(values, 0, 65535).astype(np.uint16) >> (16 - bits)
    return stored.astype(np.uint8) if bits == 8 else stored


def write_dicom(path: Path, pixels: np.ndarray, bits: int, uid: str, stream: bytes | None = None) -> None:
    """A DX file of `pixels`; `stream`: their encoded form in syntax `uid`, none for native pixels."""
    syntax = UID(uid)
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = syntax
    data = FileDataset(
        "",
        {},
        file_meta=meta,
        preamble=bytes(128),
        is_implicit_VR=syntax.is_implicit_VR,
        is_little_endian=syntax.is_little_endian,
    )
    data.SOPClassUID, data.SOPInstanceUID = UID(DX_FOR_PRESENTATION), generate_uid()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = data.SOPClassUID, data.SOPInstanceUID
    data.StudyInstanceUID, data.SeriesInstanceUID = generate_uid(), generate_uid()
    data.PatientName, data.PatientID, data.Modality = "Bench^Decoding", "B1", "DX"
    data.Rows, data.Columns = pixels.shape
    data.SamplesPerPixel, data.PhotometricInterpretation, data.PixelRepresentation = 1, "MONOCHROME2", 0
    data.BitsAllocated, data.BitsStored, data.HighBit = 8 * pixels.dtype.itemsize, bits, bits - 1
    if stream is not None:
        data.PixelData = encapsulate([stream])
    else:
        data.PixelData = pixels.astype(pixels.dtype.newbyteorder("<" if syntax.is_little_endian else ">")).tobytes()
    data["PixelData"].VR = "OW" if pixels.dtype.itemsize == 2 and stream is None else "OB"
    data["PixelData"].is_undefined_length = stream is not None
    data.save_as(path, enforce_file_format=True)


def coded_files(folder: Path) -> Iterator[CodedFile]:
    """A file per transfer syntax of the table, written below `folder`."""
    for uid, syntax in TRANSFER_SYNTAXES.items():
        path = folder / f"{uid}.dcm"
        if uid in _HTJ2K:
            found = _test_data() / _HTJ2K[uid]
            missing = "no encoder at hand, and the test data are missing (SIGHTLINE_TEST_DATA)"
            yield CodedFile(
                uid, syntax.name, found if found.exists() else None, "1024 x 1024" if found.exists() else missing
            )
        elif uid in _NATIVE:
            write_dicom(path, synthetic_radiograph(), 16, uid)
            yield CodedFile(uid, syntax.name, path, "")
        elif uid in _BY_GDCM:
            yield _by_gdcm(uid, syntax.name, path)
        else:
            pixels, bits, stream, note = _STREAMS[uid]()
            write_dicom(path, pixels, bits, uid, stream)
            yield CodedFile(uid, syntax.name, path, note)


def _by_gdcm(uid: str, name: str, path: Path) -> CodedFile:
    target, bits = _BY_GDCM[uid]
    source = path.with_suffix(".native")
    write_dicom(source, synthetic_radiograph(bits), bits, ExplicitVRLittleEndian)
    command = [sys.executable, "-c", _GDCM, str(source), str(path), target]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        return CodedFile(uid, name, None, f"gdcm could not write {target}")
    return CodedFile(uid, name, path, f"{bits} bits")


Encoded = tuple[np.ndarray, int, bytes, str]


def _rle() -> Encoded:
    pixels = synthetic_radiograph()
    return pixels, 16, bytes(encode_frame(pixels.tobytes(), ROWS, COLUMNS, 1, 16, "<")), ""


def _jpeg() -> Encoded:
    pixels, file = synthetic_radiograph(8), io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=90)
    return pixels, 8, file.getvalue(), "8 bits"


def _jpeg_ls(error: int) -> Callable[[], Encoded]:
    def encode() -> Encoded:
        pixels = synthetic_radiograph()
        stream = bytes(jpeg_ls.encode_array(pixels, lossy_error=error))
        return pixels, 16, stream, f"error {error}" if error else ""

    return encode


def _jpeg_2000(ratio: int) -> Callable[[], Encoded]:
    def encode() -> Encoded:
        pixels = synthetic_radiograph()
        ratios = [float(ratio)] if ratio else None
        stream = bytes(encode_array(pixels, bits_stored=16, photometric_interpretation=2, compression_ratios=ratios))
        return pixels, 16, stream, f"{ratio}:1" if ratio else ""

    return encode


_STREAMS: dict[str, Callable[[], Encoded]] = {
    "1.2.840.10008.1.2.5": _rle,
    "1.2.840.10008.1.2.4.50": _jpeg,
    "1.2.840.10008.1.2.4.80": _jpeg_ls(0),
    "1.2.840.10008.1.2.4.81": _jpeg_ls(40),
    "1.2.840.10008.1.2.4.90": _jpeg_2000(0),
    "1.2.840.10008.1.2.4.91": _jpeg_2000(10),
}


def _test_data() -> Path:
    beside = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
    return Path(os.environ.get("SIGHTLINE_TEST_DATA", beside)) / "dicom"
