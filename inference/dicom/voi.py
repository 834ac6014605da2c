"""VOI transforms (PS3.3 C.11.2): windows and lookup tables as pure functions of values after the modality step.

All return output in [0, 1]; the standard's output range R is 1 here and is applied where samples are made.
"""

import numpy as np

from inference.dicom.header import DicomHeader, Lut, Window

VoiItem = Lut | Window


def voi_items(header: DicomHeader) -> tuple[VoiItem, ...]:
    """All items that a reader can choose, by index. LUT wins over window, so tables come first."""
    return (*header.voi_luts, *header.windows)


def apply_voi(item: VoiItem, values: np.ndarray) -> np.ndarray:
    """float64 in [0, 1], same shape as `values`."""
    if isinstance(item, Lut):
        return apply_lut(item, values) / item.top
    return _WINDOW_FUNCTIONS[item.function](values, item.center, item.width)


def apply_lut(lut: Lut, values: np.ndarray) -> np.ndarray:
    """Entries for `values` as float64: below `first` the first entry, above the end the last one."""
    entries = lut.entries
    index = np.clip(np.rint(values) - lut.first, 0, len(entries) - 1).astype(np.intp)
    return entries[index].astype(np.float64)


def linear(values: np.ndarray, center: float, width: float) -> np.ndarray:
    """C.11.2.1.2.1, width >= 1: 0 up to c - 0.5 - (w-1)/2, 1 above c - 0.5 + (w-1)/2, a ramp between."""
    if width == 1:  # the ramp has no length: a threshold
        return (values > center - 0.5).astype(np.float64)
    return np.clip((values - (center - 0.5)) / (width - 1) + 0.5, 0.0, 1.0)


def linear_exact(values: np.ndarray, center: float, width: float) -> np.ndarray:
    """C.11.2.1.3.2, width > 0: 0 up to c - w/2, 1 above c + w/2, a ramp between."""
    return np.clip((values - center) / width + 0.5, 0.0, 1.0)


def sigmoid(values: np.ndarray, center: float, width: float) -> np.ndarray:
    """C.11.2.1.3.1, width > 0: 1 / (1 + exp(-4 (x - c) / w))."""
    exponent = np.clip(-4.0 * (values - center) / width, -700.0, 700.0)  # exp stays finite
    return 1.0 / (1.0 + np.exp(exponent))


_WINDOW_FUNCTIONS = {"LINEAR": linear, "LINEAR_EXACT": linear_exact, "SIGMOID": sigmoid}


def window_bounds(window: Window) -> tuple[float, float]:
    """Values where the ramp begins and ends; for SIGMOID the linear ramp with the same slope in the centre."""
    if window.function == "LINEAR":
        middle, half = window.center - 0.5, (window.width - 1) / 2
    else:
        middle, half = window.center, window.width / 2
    return middle - half, middle + half


def lut_bounds(lut: Lut) -> tuple[float, float]:
    """Input values between which the table rises: its last entry at the minimum, its first at the maximum."""
    entries = lut.entries
    lows = np.flatnonzero(entries == entries.min())
    highs = np.flatnonzero(entries == entries.max())
    start, end = (int(lows[-1]), int(highs[0])) if lows[-1] < highs[0] else (0, len(entries) - 1)
    return float(lut.first + start), float(lut.first + end)
