"""Phantoms as DICOM: "Digital X-Ray Image Storage - For Presentation" (PS3.3 A.26) with every type 1 and type 2 attribute.

Deterministic: the same phantom and FileSpec give the same bytes and the same UIDs (2.25 + 128 bits of a SHA-256).
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    DigitalXRayImageStorageForPresentation,
    DigitalXRayImageStorageForProcessing,
    ExplicitVRLittleEndian,
)

from inference.dicom.code_item import code_item
from training.phantoms.compression import ENCODERS, encode_frame
from training.phantoms.draw import Phantom
from training.phantoms.patient import STUDY_YEAR

PHOTOMETRIC = ("MONOCHROME1", "MONOCHROME2")
VOI = ("window", "windows", "sigmoid", "lut", "none")
BITS = (8, 10, 12, 14, 16)


@dataclass(frozen=True)
class FileSpec:
    """How a phantom is stored. visit numbers the studies of one patient; month is that of the study date, 7 to 12."""

    photometric: str = "MONOCHROME2"
    bits: int = 12
    syntax: str = "explicit"  # a key of ENCODERS
    voi: str = "window"
    visit: int = 1
    month: int = 7
    named: bool = True  # write View Position and Patient's Age

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("photometric", self.photometric, PHOTOMETRIC),
            ("bits", self.bits, BITS),
            ("syntax", self.syntax, tuple(ENCODERS)),
            ("voi", self.voi, VOI),
            ("month", self.month, tuple(range(7, 13))),
        ):
            if value not in allowed:
                raise ValueError(f"{name} {value!r} is not one of {', '.join(map(str, allowed))}")


def uid(*parts: object) -> UID:
    """A UID under 2.25 (PS3.5 B.2), the same for the same parts."""
    digest = hashlib.sha256("/".join(map(str, ("sightline-phantom", *parts))).encode()).digest()
    return UID(f"2.25.{int.from_bytes(digest[:16], 'big')}")


def stored_values(phantom: Phantom, spec: FileSpec) -> NDArray[np.uint8 | np.uint16]:
    """Stored pixel values: the picture takes 5 % to 95 % of the range, as processed radiographs leave head room."""
    full = 2**spec.bits - 1
    values = np.rint((0.05 + 0.90 * phantom.image.astype(np.float64)) * full)
    if spec.photometric == "MONOCHROME1":
        values = full - values
    return values.astype(np.uint8 if spec.bits == 8 else np.uint16)


def build_dataset(phantom: Phantom, spec: FileSpec) -> FileDataset:
    """The complete data set, pixels encoded in spec.syntax."""
    values = stored_values(phantom, spec)
    # The pixels take part: a picture drawn differently one day is another instance.
    key = (phantom.patient.identifier, phantom.seed, spec, hashlib.sha256(values.tobytes()).hexdigest())
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    meta.MediaStorageSOPInstanceUID = uid("instance", *key)
    meta.TransferSyntaxUID = ENCODERS[spec.syntax] or ExplicitVRLittleEndian
    meta.ImplementationClassUID = uid("implementation")
    meta.ImplementationVersionName = "SIGHTLINE_PHTM"
    dataset = FileDataset(io.BytesIO(), {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = meta.MediaStorageSOPClassUID
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    _patient_and_study(dataset, phantom, spec)
    _equipment_and_positioning(dataset, phantom, spec)
    _image(dataset, phantom, spec)
    _voi(dataset, spec)
    if spec.voi == "none":  # PS3.3 C.8.11.3: an image for presentation must carry a window or a VOI LUT
        dataset.SOPClassUID = meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForProcessing
        dataset.PresentationIntentType = "FOR PROCESSING"
    _pixels(dataset, values, spec)
    return dataset


def write_dx(path: Path, phantom: Phantom, spec: FileSpec) -> FileDataset:
    """Write one DX file and return its data set."""
    dataset = build_dataset(phantom, spec)
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    Path(path).write_bytes(buffer.getvalue())
    return dataset


def age_string(years: float) -> str:
    return f"{int(years):03d}Y"


def _patient_and_study(dataset: Dataset, phantom: Phantom, spec: FileSpec) -> None:
    """Patient, General Study, Patient Study, General Series and DX Series modules."""
    patient = phantom.patient
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName = patient.name
    dataset.PatientID = patient.identifier
    dataset.PatientBirthDate = patient.birth_date
    dataset.PatientSex = patient.sex
    if spec.named:
        dataset.PatientAge = age_string(patient.age_years)
    study = (patient.identifier, spec.visit)
    dataset.StudyInstanceUID = uid("study", *study)
    dataset.SeriesInstanceUID = uid("series", *study, phantom.seed)
    date = f"{STUDY_YEAR}{spec.month:02d}{1 + phantom.seed % 28:02d}"
    for name in ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate"):
        setattr(dataset, name, date)
    for name in ("StudyTime", "SeriesTime", "AcquisitionTime", "ContentTime"):
        setattr(dataset, name, f"{8 + phantom.seed % 10:02d}{phantom.seed * 7 % 60:02d}00")
    dataset.ReferringPhysicianName = ""
    dataset.StudyID = str(spec.visit)
    dataset.AccessionNumber = f"PH{phantom.seed % 10**6:06d}{spec.visit}"
    dataset.StudyDescription = f"Chest {phantom.view} (synthetic phantom)"
    dataset.SeriesDescription = "Synthetic phantom, not a patient"
    dataset.Modality = "DX"
    dataset.SeriesNumber = 1
    dataset.PresentationIntentType = "FOR PRESENTATION"


def _equipment_and_positioning(dataset: Dataset, phantom: Phantom, spec: FileSpec) -> None:
    """General Equipment, DX Anatomy Imaged, DX Detector, DX Positioning and X-Ray Acquisition Dose modules."""
    dataset.Manufacturer = "Sightline"
    dataset.ManufacturerModelName = "Phantom generator"
    dataset.BodyPartExamined = "CHEST"
    dataset.ImageLaterality = "U"
    dataset.AnatomicRegionSequence = Sequence([code_item("51185008", "SCT", "Chest")])
    dataset.DetectorType = "DIRECT"
    spacing = [f"{value:.4f}" for value in phantom.pixel_spacing]
    dataset.ImagerPixelSpacing = spacing
    # Plane of the patient's heart: 180 cm from tube to detector, 10 cm in front of it.
    dataset.DistanceSourceToDetector = "1800"
    dataset.DistanceSourceToPatient = "1700"
    dataset.EstimatedRadiographicMagnificationFactor = "1.0588"
    dataset.KVP = "120" if phantom.view == "PA" else "90"
    dataset.PositionerType = "NONE"
    dataset.PatientOrientation = ["L", "F"]
    if not spec.named:
        return
    dataset.ViewPosition = phantom.view
    code = {"PA": ("272479007", "postero-anterior"), "AP": ("399348003", "antero-posterior")}[phantom.view]
    view = code_item(code[0], "SCT", code[1])
    view.ViewModifierCodeSequence = Sequence([])
    dataset.ViewCodeSequence = Sequence([view])


def _image(dataset: Dataset, phantom: Phantom, spec: FileSpec) -> None:
    """General Image, Acquisition Context, Image Pixel and DX Image modules."""
    dataset.ImageType = ["DERIVED", "PRIMARY", ""]
    dataset.DerivationDescription = "Drawn by a computer program; shows no patient"
    dataset.InstanceNumber = 1
    dataset.AcquisitionContextSequence = Sequence([])
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = spec.photometric
    dataset.Rows, dataset.Columns = phantom.image.shape
    dataset.BitsAllocated = 8 if spec.bits == 8 else 16
    dataset.BitsStored, dataset.HighBit = spec.bits, spec.bits - 1
    dataset.PixelRepresentation = 0
    dataset.PixelIntensityRelationship = "LOG"
    # Larger values mean less exposure reached the detector in MONOCHROME2, more in MONOCHROME1.
    dataset.PixelIntensityRelationshipSign = -1 if spec.photometric == "MONOCHROME2" else 1
    dataset.RescaleIntercept, dataset.RescaleSlope, dataset.RescaleType = "0", "1", "US"
    dataset.PresentationLUTShape = "IDENTITY" if spec.photometric == "MONOCHROME2" else "INVERSE"
    dataset.LossyImageCompression = "00"
    dataset.BurnedInAnnotation = "NO"


def _voi(dataset: Dataset, spec: FileSpec) -> None:
    """VOI LUT module in one of the variants that viewers must cope with."""
    full = 2**spec.bits
    centre, width = full / 2, full * 0.9
    if spec.voi == "windows":
        dataset.WindowCenter, dataset.WindowWidth = (
            [f"{centre:g}", f"{full * 0.4:g}"],
            [f"{width:g}", f"{full * 0.5:g}"],
        )
        dataset.WindowCenterWidthExplanation = ["NORMAL", "LUNG"]
    elif spec.voi in ("window", "sigmoid"):
        dataset.WindowCenter, dataset.WindowWidth = f"{centre:g}", f"{width:g}"
        dataset.VOILUTFunction = "SIGMOID" if spec.voi == "sigmoid" else "LINEAR"
    elif spec.voi == "lut":
        table = Dataset()
        depth = min(max(spec.bits, 10), 16)
        entries = 2**spec.bits
        curve = np.linspace(0, 1, entries)
        curve = curve + 0.06 * np.sin(2 * np.pi * curve)  # a mild S turned round: lifts the shadows
        table.LUTDescriptor = [entries % 65536, 0, depth]
        table.LUTExplanation = "NORMAL"
        table.LUTData = np.rint(np.clip(curve, 0, 1) * (2**depth - 1)).astype("<u2").tobytes()
        table["LUTDescriptor"].VR, table["LUTData"].VR = "US", "OW"
        dataset.VOILUTSequence = Sequence([table])


def _pixels(dataset: FileDataset, values: NDArray[np.uint8 | np.uint16], spec: FileSpec) -> None:
    if ENCODERS[spec.syntax] is None or not UID(ENCODERS[spec.syntax]).is_encapsulated:
        raw = values.astype(values.dtype.newbyteorder("<"), copy=False).tobytes()
        dataset.PixelData = raw + b"\0" * (len(raw) % 2)
        dataset["PixelData"].VR = "OB" if spec.bits == 8 else "OW"
        return
    dataset.PixelData = encapsulate([encode_frame(values, spec.bits, spec.photometric, spec.syntax)])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
