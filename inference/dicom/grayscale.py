"""From stored values to gray: modality step, VOI, polarity, each by one table over all stored values.

One table of at most 65,536 entries and one indexing pass (inference.level_table); percentiles come from counting levels.
The model's gray never depends on a reader's setting, and never on the minimum or maximum of the image.
"""

import numpy as np

from inference.dicom.header import DicomHeader
from inference.dicom.stored_pixels import StoredPixels
from inference.dicom.voi import apply_lut, apply_voi, voi_items
from inference.intensity import INTENSITY_RULES, require_known, rescale_levels
from inference.level_table import count_levels, look_up


def polarity_is_inverted(header: DicomHeader) -> bool:
    """Invert once if and only if Presentation LUT Shape is INVERSE, or is absent on a MONOCHROME1 image."""
    if header.presentation_lut_shape is None:
        return header.photometric == "MONOCHROME1"
    return header.presentation_lut_shape == "INVERSE"


def stored_levels(header: DicomHeader) -> np.ndarray:
    """Every value that BitsStored can hold, ascending; int64 [2^BitsStored]."""
    return np.arange(1 << header.bits_stored, dtype=np.int64) + header.lowest_stored


def modality_table(header: DicomHeader) -> np.ndarray:
    """Value after the modality step for every stored level; float64 [2^BitsStored].

    Modality LUT Sequence, else slope and intercept, else the stored value (PS3.3 C.11.1).
    """
    levels = stored_levels(header)
    if header.modality_lut is not None:
        return apply_lut(header.modality_lut, levels)
    slope = 1.0 if header.rescale_slope is None else header.rescale_slope
    return levels * slope + (header.rescale_intercept or 0.0)


def modality_range(header: DicomHeader) -> tuple[float, float]:
    """Lowest and highest value that the modality step can give, from the header alone."""
    if header.modality_lut is not None:
        return 0.0, float(header.modality_lut.top)
    table = modality_table(header)
    return float(min(table[0], table[-1])), float(max(table[0], table[-1]))


def modality_values(header: DicomHeader, values: np.ndarray) -> np.ndarray:
    """float32 [rows, columns]: stored values after the modality step."""
    return look_up(modality_table(header).astype(np.float32), header.lowest_stored, values)


def padding_range(header: DicomHeader) -> tuple[int, int] | None:
    """Stored values that mean padding, both ends included (PS3.3 C.7.5.1.1.2)."""
    if header.padding_value is None:
        return None
    limit = header.padding_value if header.padding_range_limit is None else header.padding_range_limit
    return min(header.padding_value, limit), max(header.padding_value, limit)


def padding_mask(header: DicomHeader, values: np.ndarray) -> np.ndarray | None:
    """bool [rows, columns], True on padding; None when no pixel is padding, or all are."""
    bounds = padding_range(header)
    if bounds is None:
        return None
    mask = (values >= bounds[0]) & (values <= bounds[1])
    return mask if mask.any() and not mask.all() else None


def model_grayscale(header: DicomHeader, pixels: StoredPixels, intensity: str) -> np.ndarray:
    """float32 [rows, columns] in [0, 1], bright = dense, by the intensity rule a bundle names; see `gray_table`."""
    return look_up(gray_table(header, pixels.values, intensity), header.lowest_stored, pixels.values)


def gray_table(header: DicomHeader, values: np.ndarray, intensity: str) -> np.ndarray:
    """Model gray of every stored level in the image of these stored values [rows, columns]; float32 [2^BitsStored].

    `file-voi`: item 0 of the file's tables and windows, else as `stored-range`.
    `stored-range`: the range that the modality step can give.
    Other names: rules over the values after the modality step, padding left out (inference.preprocessing).
    Padding is 0. Raises ValueError for an unknown rule.
    """
    if intensity in ("file-voi", "stored-range"):
        table = _fixed_table(header, intensity)
        is_padded = padding_mask(header, values) is not None
    else:
        table, is_padded = _from_the_image(header, values, intensity)
    if is_padded:
        table[_padding_levels(header)] = 0.0
    return table


def _fixed_table(header: DicomHeader, intensity: str) -> np.ndarray:
    """Gray of every stored level where the rule needs nothing but the header; float32 [2^BitsStored]."""
    values = modality_table(header)
    items = voi_items(header) if intensity == "file-voi" else ()
    if items:
        table = apply_voi(items[0], values)
    else:
        low, high = modality_range(header)
        table = (values - low) / (high - low)
    if polarity_is_inverted(header):
        table = 1.0 - table
    return table.astype(np.float32)


def _from_the_image(header: DicomHeader, values: np.ndarray, intensity: str) -> tuple[np.ndarray, bool]:
    """Gray of every stored level, float32 [2^BitsStored], and whether some pixels (not all) are padding."""
    require_known("intensity rule", intensity, INTENSITY_RULES)
    counts = count_levels(values, header.lowest_stored, 1 << header.bits_stored)
    padded = _padding_levels(header)
    is_padded = 0 < int(counts[padded].sum()) < values.size
    if is_padded:
        counts[padded] = 0
    gray = rescale_levels(modality_table(header).astype(np.float32), counts)
    return (1.0 - gray if polarity_is_inverted(header) else gray), is_padded


def _padding_levels(header: DicomHeader) -> slice:
    """Where the stored levels that mean padding lie in a table; empty without a Pixel Padding Value."""
    bounds = padding_range(header)
    if bounds is None:
        return slice(0, 0)
    low, high = (bound - header.lowest_stored for bound in bounds)
    return slice(max(low, 0), max(high + 1, 0))
