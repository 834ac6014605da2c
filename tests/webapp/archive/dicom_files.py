"""Small true DICOM files for tests: `chest_dicom(**overrides) -> bytes`, and zips of them.

Import as `from tests.webapp.archive.dicom_files import chest_dicom`. Every call gives fresh UIDs unless they are named.
"""

import io
import zipfile
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

DX_FOR_PRESENTATION = "1.2.840.10008.5.1.4.1.1.1.1"
CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"


def chest_pixels(rows: int = 96, columns: int = 80, bits: int = 12, seed: int = 1) -> np.ndarray:
    """uint16 [rows, columns]: two dark lungs in a bright body with noise, values within `bits`."""
    random = np.random.default_rng(seed)
    vertical, horizontal = np.mgrid[0:rows, 0:columns] / np.array([rows, columns]).reshape(2, 1, 1)
    body = np.full((rows, columns), 0.75)
    for centre in (0.3, 0.7):
        body[((horizontal - centre) / 0.17) ** 2 + ((vertical - 0.45) / 0.32) ** 2 < 1] = 0.25
    values = np.clip(body + random.normal(0, 0.02, body.shape), 0, 1) * (2**bits - 1)
    return values.astype(np.uint16)


def chest_dataset(
    *, rows: int = 96, columns: int = 80, bits: int = 12, seed: int = 1, drop: tuple[str, ...] = (), **overrides: Any
) -> Dataset:
    """A valid DX data set with native pixels; `overrides` set attributes by keyword, `drop` removes some."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    values: dict[str, Any] = {
        "SOPClassUID": DX_FOR_PRESENTATION,
        "SOPInstanceUID": generate_uid(),
        "StudyInstanceUID": generate_uid(),
        "SeriesInstanceUID": generate_uid(),
        "Modality": "DX",
        "PatientName": "Test^Person",
        "PatientID": "T-1",
        "PatientBirthDate": "19600229",
        "PatientSex": "F",
        "PatientAge": "061Y",
        "StudyDate": "20210703",
        "StudyTime": "101500",
        "AccessionNumber": "A-77",
        "StudyID": "1",
        "BodyPartExamined": "CHEST",
        "ViewPosition": "PA",
        "ImageLaterality": "U",
        "PatientOrientation": ["L", "F"],
        "InstanceNumber": 1,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "PresentationLUTShape": "IDENTITY",
        "Rows": rows,
        "Columns": columns,
        "BitsAllocated": 16,
        "BitsStored": bits,
        "HighBit": bits - 1,
        "PixelRepresentation": 0,
        "ImagerPixelSpacing": [0.2, 0.2],
        "WindowCenter": 2 ** (bits - 1),
        "WindowWidth": 2**bits,
        "RescaleSlope": 1,
        "RescaleIntercept": 0,
        "RescaleType": "US",
        "BurnedInAnnotation": "NO",
        "PixelData": chest_pixels(rows, columns, bits, seed).tobytes(),
    }
    for keyword, value in {**values, **overrides}.items():
        setattr(dataset, keyword, value)
    for keyword in drop:
        delattr(dataset, keyword)
    return dataset


def as_bytes(dataset: Dataset, *, preamble: bytes = bytes(128)) -> bytes:
    """The data set as a Part 10 file; File Meta UIDs follow the data set unless it set its own."""
    meta = dataset.file_meta
    meta.MediaStorageSOPClassUID = meta.get("MediaStorageSOPClassUID") or dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = meta.get("MediaStorageSOPInstanceUID") or dataset.SOPInstanceUID
    dataset.preamble = preamble
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def chest_dicom(*, preamble: bytes = bytes(128), **overrides: Any) -> bytes:
    """A valid DX chest file as bytes; see chest_dataset for the overrides."""
    return as_bytes(chest_dataset(**overrides), preamble=preamble)


def ct_dicom() -> bytes:
    return chest_dicom(SOPClassUID=CT_IMAGE, Modality="CT")


def colour_dicom(rows: int = 64, columns: int = 64) -> bytes:
    """An RGB secondary capture of modality DX: refused for its colours only."""
    return chest_dicom(
        rows=rows,
        columns=columns,
        SOPClassUID=SECONDARY_CAPTURE,
        SamplesPerPixel=3,
        PhotometricInterpretation="RGB",
        PlanarConfiguration=0,
        BitsAllocated=8,
        BitsStored=8,
        HighBit=7,
        PixelData=bytes(rows * columns * 3),
        drop=("WindowCenter", "WindowWidth", "RescaleSlope", "RescaleIntercept", "PresentationLUTShape"),
    )


def multiframe_dicom(frames: int = 4) -> bytes:
    pixels = chest_pixels().tobytes()
    return chest_dicom(NumberOfFrames=frames, PixelData=pixels * frames)


def lut_dicom(**overrides: Any) -> bytes:
    """A chest file whose only contrast is a VOI LUT of 4,096 entries, the inverse identity."""
    lut = Dataset()
    lut.LUTDescriptor = [4096, 0, 16]
    lut.LUTExplanation = "INVERTED"
    lut.LUTData = np.arange(4095, -1, -1, dtype="<u2").tobytes()
    return chest_dicom(VOILUTSequence=Sequence([lut]), drop=("WindowCenter", "WindowWidth"), **overrides)


def zip_of(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip with these members, in order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()
