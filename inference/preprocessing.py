"""From grayscale values to the tensor a model sees: one implementation, called by training and by serving.

Three steps, each a named value of the bundle's manifest: the intensity rule brings the values to [0, 1], the
resize mode brings the frame to the model's size, and `region` records where the model's field lies in the source
image, so that maps and boxes find their way back. Bright = dense (MONOCHROME2 sense) throughout.
methods.md section 4; the polarity and lookup tables of a DICOM file live in `inference.dicom.grayscale`.

Coordinates: corner convention. Pixel (column i, row j) covers [i, i+1) x [j, j+1); a region or box is in source pixels.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from PIL import Image

from inference.exam.orientation import AS_STORED, Region, Turn
from inference.intensity import INTENSITY_RULES, PERCENTILE_RULE, require_known

# stretch: both sides to the model's size, aspect ratio given up.
# letterbox: the whole image, aspect ratio kept, zeros outside; `region` reaches beyond the image.
# center-crop: the largest centred rectangle of the model's aspect ratio.
RESIZE_MODES = ("stretch", "letterbox", "center-crop")

# Raised whenever the same image and spec would give other numbers: kept model inputs carry it (tests pin a hash).
EDITION = 1

# 1 MiB of float32: gray of the whole frame is never in memory, so nor is its page-by-page set-up.
_STRIP_PIXELS = 1 << 18


@dataclass(frozen=True)
class InputSpec:
    """What a model takes: size in pixels, intensity rule, resize mode. The `input` part of a manifest."""

    height: int
    width: int
    intensity: str = PERCENTILE_RULE
    resize: str = "letterbox"

    def __post_init__(self) -> None:
        if self.height < 1 or self.width < 1:
            raise ValueError(f"input size {self.height} x {self.width} is not positive")
        require_known("intensity rule", self.intensity, INTENSITY_RULES)
        require_known("resize mode", self.resize, RESIZE_MODES)

    @classmethod
    def from_manifest(cls, part: Mapping[str, Any]) -> InputSpec:
        """Read the `input` part of a bundle manifest."""
        return cls(int(part["height"]), int(part["width"]), str(part["intensity"]), str(part["resize"]))

    def to_json(self) -> dict[str, Any]:
        """JSON-ready; `from_manifest` gives an equal spec back."""
        return asdict(self)

    @property
    def key(self) -> str:
        """Short text that differs wherever the tensors of two specs may differ: a part of file names."""
        return f"{self.height}x{self.width}-{self.intensity}-{self.resize}-e{EDITION}"


@dataclass(frozen=True, eq=False)
class ModelInput:
    """One image as the model sees it.

    image: float32 [1, H, W] in [0, 1], bright = dense. region: x0, y0, x1, y1 of the model's whole field in source
    pixels (a letterbox reaches outside the image). sha256: of the tensor's little-endian bytes, stored with results.
    turn: how the source was brought to L\\F before; region, source_height and source_width are of the image as stored.
    """

    image: np.ndarray
    region: Region
    source_height: int
    source_width: int
    sha256: str
    turn: Turn = AS_STORED


def resize_image(image: np.ndarray, spec: InputSpec) -> tuple[np.ndarray, Region]:
    """Resize float32 [h, w] to the model's [H, W], antialiased bilinear; also returns the region in source pixels.

    Antialiased: when shrinking, the triangle filter widens with the factor (Pillow's BILINEAR on mode F), so fine
    texture does not alias into the model's grid. Raises ValueError if the image is not two-dimensional or is empty.
    """
    if image.ndim != 2 or 0 in image.shape:
        raise ValueError(f"image of shape {image.shape} cannot be resized; wanted [rows, columns], both at least 1")
    rows, columns = image.shape
    field = fill_field(lambda start, stop: np.ascontiguousarray(image[start:stop], np.float32), rows, columns, spec)
    return field, field_region(rows, columns, spec)


def as_model_input(
    field: np.ndarray, source_height: int, source_width: int, spec: InputSpec, turn: Turn = AS_STORED
) -> ModelInput:
    """The input whose tensor is `field`, float32 [H, W] or [1, H, W], hashed here. Raises ValueError for another size.

    source_height, source_width: of the image as stored; `field` shows it turned by `turn`.
    """
    tensor = np.ascontiguousarray(field, dtype="<f4").reshape(1, *field.shape[-2:])
    if tensor.shape != (1, spec.height, spec.width):
        raise ValueError(f"model input has shape {field.shape}; wanted [{spec.height}, {spec.width}]")
    turned = (source_width, source_height) if turn.is_transposed else (source_height, source_width)
    region = turn.stored_region(field_region(*turned, spec), source_height, source_width)
    return ModelInput(tensor, region, source_height, source_width, hashlib.sha256(tensor.data).hexdigest(), turn)


def field_region(rows: int, columns: int, spec: InputSpec) -> Region:
    """Where the model's whole field lies in an image of rows x columns: x0, y0, x1, y1 in source pixels."""
    if spec.resize == "center-crop":
        return _central_region(rows, columns, spec)
    if spec.resize == "stretch":
        return 0.0, 0.0, float(columns), float(rows)
    top, left, inner_height, inner_width = _letterbox_place(rows, columns, spec)
    # The two scales differ by the rounding of the inner size, so each axis keeps its own.
    scale_x, scale_y = columns / inner_width, rows / inner_height
    x0, y0 = -left * scale_x, -top * scale_y
    return x0, y0, x0 + spec.width * scale_x, y0 + spec.height * scale_y


# A frame as its reader sees it: float32 [stop - start, columns] of the rows start .. stop - 1.
RowsOf = Callable[[int, int], np.ndarray]


def fill_field(rows_of: RowsOf, rows: int, columns: int, spec: InputSpec) -> np.ndarray:
    """float32 [H, W] in [0, 1]: the frame of rows x columns resized into the model's field; zeros around a letterbox.

    rows_of: gives the gray of some rows, so that the whole frame is never in memory at once.
    """
    if spec.resize != "letterbox":
        return _resample(rows_of, rows, columns, spec.height, spec.width, field_region(rows, columns, spec))
    top, left, height, width = _letterbox_place(rows, columns, spec)
    field = np.zeros((spec.height, spec.width), np.float32)
    whole = (0.0, 0.0, float(columns), float(rows))
    field[top : top + height, left : left + width] = _resample(rows_of, rows, columns, height, width, whole)
    return field


def _letterbox_place(rows: int, columns: int, spec: InputSpec) -> tuple[int, int, int, int]:
    """Top, left, height and width of the image inside the field, in pixels of the model."""
    factor = min(spec.height / rows, spec.width / columns)
    height, width = min(spec.height, max(1, round(rows * factor))), min(spec.width, max(1, round(columns * factor)))
    return (spec.height - height) // 2, (spec.width - width) // 2, height, width


def _central_region(rows: int, columns: int, spec: InputSpec) -> Region:
    factor = max(spec.height / rows, spec.width / columns)
    width, height = min(columns, spec.width / factor), min(rows, spec.height / factor)
    x0, y0 = (columns - width) / 2, (rows - height) / 2
    return x0, y0, x0 + width, y0 + height


def _resample(rows_of: RowsOf, rows: int, columns: int, height: int, width: int, region: Region) -> np.ndarray:
    """float32 [height, width] of `region`: columns first, strip by strip, then rows (Pillow's BILINEAR on mode F).

    The filter is separable and Pillow rounds to float32 between its two passes, so strips give the bits of one call that
    takes the columns first. Pillow itself takes the rows first where that is cheaper; the order is fixed here, so that
    inputs do not change with its version.
    """
    x0, y0, x1, y1 = region
    step = max(1, _STRIP_PIXELS // columns)
    narrow = np.empty((rows, width), np.float32)
    for start in range(0, rows, step):
        strip = rows_of(start, min(start + step, rows))
        part = Image.fromarray(strip).resize(
            (width, len(strip)), Image.Resampling.BILINEAR, box=(x0, 0, x1, len(strip))
        )
        narrow[start : start + len(strip)] = np.asarray(part)
    resized = Image.fromarray(narrow).resize((width, height), Image.Resampling.BILINEAR, box=(0, y0, width, y1))
    return np.clip(np.asarray(resized, np.float32), 0.0, 1.0)
