"""The header of one image: what grayscale, display, gate and worklist need, as plain frozen values."""

import base64
import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from inference.exam.orientation import Turn
from inference.exam.read_exam import read_exam
from inference.exam.statements import CODES, Code, ExamStatements


@dataclass(frozen=True)
class Lut:
    """One lookup table. `first`: input value of entry 0. Output range 0 .. 2^bits - 1."""

    first: int
    bits: int
    data: bytes  # entries, uint16 little-endian
    explanation: str = ""

    @property
    def entries(self) -> np.ndarray:
        """uint16 [n]."""
        return np.frombuffer(self.data, "<u2")

    @property
    def top(self) -> int:
        return (1 << self.bits) - 1

    def to_json(self) -> dict[str, Any]:
        data = base64.b64encode(self.data).decode("ascii")
        return {"first": self.first, "bits": self.bits, "data": data, "explanation": self.explanation}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Lut":
        return cls(value["first"], value["bits"], base64.b64decode(value["data"]), value["explanation"])


@dataclass(frozen=True)
class Window:
    """Centre and width in values after the modality step; `function` LINEAR, LINEAR_EXACT or SIGMOID."""

    center: float
    width: float
    function: str = "LINEAR"
    explanation: str = ""


@dataclass(frozen=True)
class Lossy:
    """Lossy compression in the image's history or in this file. `ratio` is the product of all steps."""

    is_lossy: bool = False
    method: str = ""
    ratio: float | None = None


@dataclass(frozen=True)
class DicomHeader:
    """Attributes of one accepted image. Texts are as stored, decoded with replacement characters."""

    sop_class_uid: str
    sop_instance_uid: str
    study_instance_uid: str
    series_instance_uid: str
    transfer_syntax_uid: str
    rows: int
    columns: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    pixel_representation: int
    photometric: str
    presentation_lut_shape: str | None = None
    rescale_slope: float | None = None
    rescale_intercept: float | None = None
    rescale_type: str = ""
    modality_lut: Lut | None = None
    windows: tuple[Window, ...] = ()
    voi_luts: tuple[Lut, ...] = ()
    padding_value: int | None = None
    padding_range_limit: int | None = None
    pixel_spacing: tuple[float, float] | None = None  # (row, column) in mm: vertical, horizontal
    imager_pixel_spacing: tuple[float, float] | None = None
    pixel_aspect_ratio: tuple[float, float] | None = None  # vertical, horizontal
    magnification: float | None = None
    calibration_type: str | None = None
    lossy: Lossy = Lossy()
    modality: str = ""
    view_position: str = ""
    laterality: str = ""
    body_part: str = ""
    patient_orientation: str = ""
    patient_name: str = ""
    patient_id: str = ""
    patient_id_issuer: str = ""
    patient_birth_date: str = ""
    patient_sex: str = ""
    patient_age: str = ""
    study_date: str = ""
    study_time: str = ""
    accession_number: str = ""
    study_description: str = ""
    manufacturer: str = ""
    model_name: str = ""
    presentation_intent: str = ""
    quality_control_image: str = ""
    image_laterality: str = ""
    series_laterality: str = ""
    anatomical_orientation_type: str = ""
    view_codes: tuple[Code, ...] = ()
    anatomic_regions: tuple[Code, ...] = ()
    primary_structures: tuple[Code, ...] = ()
    anatomic_modifiers: tuple[Code, ...] = ()
    burned_in_annotation: str = ""
    repairs: tuple[str, ...] = ()  # preamble, meta_class_uid, meta_instance_uid, meta_transfer_syntax, vr
    blank_vrs: tuple[tuple[int, str], ...] = ()  # bytes of the received file that lack a VR, and the VR that is written
    warnings: tuple[str, ...] = ()

    @property
    def is_signed(self) -> bool:
        return self.pixel_representation == 1

    @property
    def lowest_stored(self) -> int:
        """Smallest value that BitsStored can hold."""
        return -(1 << (self.bits_stored - 1)) if self.is_signed else 0

    @property
    def highest_stored(self) -> int:
        """Largest value that BitsStored can hold."""
        return self.lowest_stored + (1 << self.bits_stored) - 1

    @property
    def pixel_dtype(self) -> np.dtype[Any]:
        return np.dtype(f"{'i' if self.is_signed else 'u'}{self.bits_allocated // 8}")

    @property
    def exam(self) -> ExamStatements:
        """What the file says about the exam."""
        return ExamStatements.from_header({field.name: getattr(self, field.name) for field in dataclasses.fields(self)})

    @property
    def turn(self) -> Turn:
        """How the stored pixels come to L\\F."""
        return read_exam(self.exam).turn

    def to_json(self) -> dict[str, Any]:
        """JSON-ready; `from_json` gives an equal header back."""
        document = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        document["modality_lut"] = self.modality_lut.to_json() if self.modality_lut else None
        document["voi_luts"] = [lut.to_json() for lut in self.voi_luts]
        document["windows"] = [dataclasses.asdict(window) for window in self.windows]
        document["lossy"] = dataclasses.asdict(self.lossy)
        document["blank_vrs"] = [list(pair) for pair in self.blank_vrs]
        for name in CODES:
            document[name] = [dataclasses.asdict(code) for code in getattr(self, name)]
        return {key: list(value) if isinstance(value, tuple) else value for key, value in document.items()}

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> "DicomHeader":
        known = {field.name for field in dataclasses.fields(cls)}  # other versions keep other attributes
        values: dict[str, Any] = {
            key: tuple(v) if isinstance(v, list) else v for key, v in document.items() if key in known
        }
        lut = values["modality_lut"]
        values["modality_lut"] = Lut.from_json(lut) if lut else None
        values["voi_luts"] = tuple(Lut.from_json(item) for item in values["voi_luts"])
        values["windows"] = tuple(Window(**item) for item in values["windows"])
        values["lossy"] = Lossy(**values["lossy"])
        values["blank_vrs"] = tuple((int(place), str(vr)) for place, vr in values.get("blank_vrs", ()))
        for name in CODES:
            values[name] = tuple(Code(**item) for item in values.get(name, ()))
        return cls(**values)
