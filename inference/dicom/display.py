"""Display frames: lossless 16-bit samples for the browser, and everything it must know to show them.

The browser never computes a window from centre and width: bounds come from here, in samples.
"""

from dataclasses import dataclass, replace
from typing import TypedDict

import numpy as np
from PIL import Image

from inference.dicom.exposed_field import exposed_counts
from inference.dicom.first_picture import picture_fault
from inference.dicom.grayscale import modality_table, padding_mask, polarity_is_inverted, stored_levels
from inference.dicom.header import DicomHeader, Lut
from inference.dicom.local_contrast import equalised
from inference.dicom.pixel_spacing import spacing
from inference.dicom.stored_pixels import StoredPixels, pixel_sha256
from inference.dicom.voi import apply_lut, apply_voi, lut_bounds, voi_items, window_bounds
from inference.documents import (
    FrameQuality,
    HeaderDocument,
    PixelSpacing,
    PlacementDocument,
    PresetItem,
    SampleValue,
    VoiItem,
)
from inference.exam import read_exam
from inference.level_table import look_up

TOP = 65_535

# key (a digit from 1 to 9 that no other preset has; 1 and 6 are taken below), name, lower and upper percentile of
# displayed samples inside the exposed field. A proposal until radiologists have confirmed it; it is data, not code.
PERCENTILE_PRESETS: tuple[tuple[int, str, float, float], ...] = (
    (2, "Auto", 1.0, 99.0),
    (3, "Lungs", 0.5, 75.0),
    (4, "Mediastinum", 35.0, 99.5),
    (5, "Bone / lines", 50.0, 99.9),
)
PRESET_NAMES: tuple[str, ...] = ("As acquired", *(name for _, name, *_ in PERCENTILE_PRESETS), "Full range")

ENHANCED = "enhanced"
_ENHANCED_PERCENTILES = [0.1, 99.9]  # of the exposed field: black and white before local contrast is raised

_AUTO = 1  # place in the list of presets: after "As acquired"

# A window of width 1 is a threshold between two samples; bounds must not coincide.
_NARROWEST = 1e-3


@dataclass(frozen=True)
class DisplayFrame:
    """samples: uint16 [rows, columns]. description: JSON-ready."""

    samples: np.ndarray
    description: HeaderDocument

    def to_bytes(self) -> bytes:
        """Little-endian, row by row."""
        return np.ascontiguousarray(self.samples, dtype="<u2").tobytes()


class _SampleFacts(TypedDict):
    rows: int
    columns: int
    bytes: int
    sha256: str
    sample_min: int
    sample_max: int
    padded: bool


class _ImageFacts(TypedDict):
    spacing: PixelSpacing
    quality: FrameQuality
    view: str
    laterality: str
    orientation: str
    placement: PlacementDocument


@dataclass(frozen=True)
class _Linear:
    """The linear frame as numbers: sample = table[level], value = slope x sample + intercept."""

    table: np.ndarray
    top: int
    is_flipped: bool
    slope: float
    intercept: float

    def bounds(self, lower: float, upper: float) -> tuple[float, float]:
        """Two values as samples, the smaller first."""
        ends = sorted(((lower - self.intercept) / self.slope, (upper - self.intercept) / self.slope))
        return ends[0], max(ends[1], ends[0] + _NARROWEST)


def display_frame(header: DicomHeader, pixels: StoredPixels, voi: str = "linear") -> DisplayFrame:
    """The frame `linear`, that of VOI item `voi` (an index as text) spread over 0..65535, or `enhanced` (local_contrast.py).

    Raises ValueError for another `voi`.
    """
    line = _linear(header)
    padding = padding_mask(header, pixels.values)
    samples = look_up(line.table, header.lowest_stored, pixels.values)
    if padding is not None:
        samples[padding] = 0
    items = _voi_document(header, line)
    counts = exposed_counts(samples, padding, line.top)
    presets = _presets(counts, _span(samples, padding), items)
    opening, faults = _opening(header, line, counts, presets)
    value: SampleValue = {"slope": line.slope, "intercept": line.intercept, "unit": header.rescale_type}
    if voi != "linear":
        value = {"slope": 1.0, "intercept": 0.0, "unit": ""}  # output of a table has no unit
        if voi == ENHANCED:
            samples = _enhanced(samples, padding, counts)
        else:
            samples = look_up(_item_table(header, _item_index(header, voi)), header.lowest_stored, pixels.values)
        if padding is not None:
            samples[padding] = 0
    description: HeaderDocument = {
        **_sample_facts(samples, padding),
        "frame": voi,
        "value": value,
        "inverted": line.is_flipped,
        "voi": items,
        "presets": presets,
        "opening": opening,
        **_image_facts(header, padding is not None, faults),
        "decoder": pixels.decoder,
        "pixel_sha256": pixels.sha256,
    }
    return DisplayFrame(samples, description)


def preview(frame: DisplayFrame, longest: int = 512) -> DisplayFrame:
    """The same frame with at most `longest` pixels on the longer side, each the mean of the area it covers."""
    rows, columns = frame.samples.shape
    scale = longest / max(rows, columns)
    if scale >= 1:
        description: HeaderDocument = {**frame.description, "frame": "preview"}
        return replace(frame, description=description)
    size = (max(1, round(columns * scale)), max(1, round(rows * scale)))
    small = Image.fromarray(frame.samples.astype(np.float32)).resize(size, Image.Resampling.BOX)
    samples = np.clip(np.rint(np.asarray(small)), 0, TOP).astype(np.uint16)
    facts = _sample_facts(samples, None)
    description = {
        **frame.description,
        "rows": facts["rows"],
        "columns": facts["columns"],
        "bytes": facts["bytes"],
        "sha256": facts["sha256"],
        "frame": "preview",
    }
    return DisplayFrame(samples, description)


def render_8bit(frame: DisplayFrame, lower: float, upper: float) -> np.ndarray:
    """uint8 [rows, columns]: the reference picture of a frame between two bounds, as a browser shows it."""
    levels = (np.arange(TOP + 1) - lower) / (upper - lower)
    table = np.rint(np.clip(levels, 0.0, 1.0) * 255).astype(np.uint8)
    return table[frame.samples]


def _linear(header: DicomHeader) -> _Linear:
    """Nothing is lost: stored values moved to start at 0, or the output of the Modality LUT Sequence."""
    if header.modality_lut is not None:
        table = apply_lut(header.modality_lut, stored_levels(header))
        top, slope, intercept = header.modality_lut.top, 1.0, 0.0
    else:
        levels = stored_levels(header)
        table = (levels - header.lowest_stored).astype(np.float64)
        top = (1 << header.bits_stored) - 1
        slope = 1.0 if header.rescale_slope is None else header.rescale_slope
        intercept = slope * header.lowest_stored + (header.rescale_intercept or 0.0)
    is_flipped = polarity_is_inverted(header) != (slope < 0)  # a negative slope is one more inversion
    if is_flipped:
        table = top - table
        slope, intercept = -slope, intercept + slope * top
    return _Linear(table.astype(np.uint16), top, is_flipped, slope, intercept)


def _enhanced(samples: np.ndarray, padding: np.ndarray | None, counts: np.ndarray) -> np.ndarray:
    """The linear frame with its local contrast raised."""
    lowest, highest = _percentiles(counts, _ENHANCED_PERCENTILES)
    return equalised(samples, padding, lowest, highest + 1)


def _item_index(header: DicomHeader, voi: str) -> int:
    count = len(voi_items(header))
    if not voi.isascii() or not voi.isdigit() or int(voi) >= count:
        raise ValueError(f"voi {voi!r} is not one of linear, enhanced{''.join(f', {index}' for index in range(count))}")
    return int(voi)


def _item_table(header: DicomHeader, index: int) -> np.ndarray:
    """Sample of every stored level with one VOI item applied, polarity included; uint16 [2^BitsStored]."""
    output = apply_voi(voi_items(header)[index], modality_table(header))
    if polarity_is_inverted(header):
        output = 1.0 - output
    return np.rint(output * TOP).astype(np.uint16)


def _voi_document(header: DicomHeader, line: _Linear) -> list[VoiItem]:
    documents: list[VoiItem] = []
    for index, item in enumerate(voi_items(header)):
        is_lut = isinstance(item, Lut)
        lower, upper = line.bounds(*(lut_bounds(item) if isinstance(item, Lut) else window_bounds(item)))
        is_linear = not isinstance(item, Lut) and item.function != "SIGMOID"
        documents.append(
            {
                "index": index,
                "kind": "lut" if is_lut else "window",
                "function": None if isinstance(item, Lut) else item.function,
                "explanation": item.explanation,
                "center": None if isinstance(item, Lut) else item.center,
                "width": None if isinstance(item, Lut) else item.width,
                "lower": lower if is_linear else 0,
                "upper": upper if is_linear else TOP,
                "frame": "linear" if is_linear else str(index),
                "linear_lower": lower,  # where dragging the window leaves a table or a sigmoid
                "linear_upper": upper,
            }
        )
    return documents


def _presets(counts: np.ndarray, span: tuple[int, int], items: list[VoiItem]) -> list[PresetItem]:
    """Bounds in samples, in the order of their keys. counts: of each sample of the linear frame in the exposed field."""
    percentages = sorted({percent for *_, low, high in PERCENTILE_PRESETS for percent in (low, high)})
    found = dict(zip(percentages, _percentiles(counts, percentages), strict=True))
    presets = [_preset(key, name, found[low], found[high]) for key, name, low, high in PERCENTILE_PRESETS]
    if items:
        first = items[0]
        as_acquired: PresetItem = {
            "key": 1,
            "name": "As acquired",
            "lower": first["lower"],
            "upper": first["upper"],
            "frame": first["frame"],
            "center": first["center"],
            "width": first["width"],
        }
    else:
        as_acquired = {**presets[0], "key": 1, "name": "As acquired"}
    lowest, highest = span
    return [as_acquired, *presets, _preset(6, "Full range", float(lowest), float(highest))]


def _opening(
    header: DicomHeader, line: _Linear, counts: np.ndarray, presets: list[PresetItem]
) -> tuple[int, list[str]]:
    """Index of the preset that a page opens with, and what is wrong with the other one.

    Item 0 of the file, unless its picture cannot be read: then Auto. `flat_image`: Auto cannot be read either.
    """
    samples = np.arange(line.top + 1)
    auto = presets[_AUTO]
    faults = []
    if picture_fault((samples - auto["lower"]) / (auto["upper"] - auto["lower"]), counts) is not None:
        faults.append("flat_image")
    items = voi_items(header)
    if not items:
        return 0, faults
    fault = picture_fault(apply_voi(items[0], line.slope * samples + line.intercept), counts)
    return (0, faults) if fault is None else (_AUTO, [fault, *faults])


def _preset(key: int, name: str, lower: float, upper: float) -> PresetItem:
    return {"key": key, "name": name, "lower": lower, "upper": max(upper, lower + 1), "frame": "linear"}


def _percentiles(counts: np.ndarray, percentages: list[float]) -> list[float]:
    """Nearest-rank percentiles of samples that occur counts[sample] times: a percentile is a sample of the image."""
    places = np.cumsum(counts)
    ranks = np.ceil(np.asarray(percentages) * places[-1] / 100).clip(1)
    return [float(level) for level in np.searchsorted(places, ranks)]


def _span(samples: np.ndarray, padding: np.ndarray | None) -> tuple[int, int]:
    """Smallest and largest sample that is not padding. Padding samples are 0, so they never are the largest."""
    lowest = samples if padding is None else np.where(padding, np.uint16(TOP), samples)
    return int(lowest.min()), int(samples.max())


def _sample_facts(samples: np.ndarray, padding: np.ndarray | None) -> _SampleFacts:
    lowest, highest = _span(samples, padding)
    return {
        "rows": samples.shape[0],
        "columns": samples.shape[1],
        "bytes": samples.nbytes,
        "sha256": pixel_sha256(samples),
        "sample_min": lowest,
        "sample_max": highest,
        "padded": padding is not None,
    }


def _image_facts(header: DicomHeader, is_padded: bool, faults: list[str]) -> _ImageFacts:
    place = spacing(header)
    warnings = [*header.warnings, *faults]
    if place["kind"] == "uncalibrated":
        warnings.append("uncalibrated")
    if is_padded:
        warnings.append("padding")
    return {
        "spacing": place,
        "quality": {
            "lossy_source": header.lossy.is_lossy,
            "method": header.lossy.method,
            "ratio": header.lossy.ratio,
            "warnings": warnings,
        },
        "view": header.view_position,
        "laterality": header.laterality,
        "orientation": header.patient_orientation,
        "placement": read_exam(header.exam).placement(),
    }
