"""The exposed field: the part of a radiograph that carries image, collimation and padding left out."""

import numpy as np

# A border line belongs to the collimation when nearly nothing varies along it. Chosen on phantoms and public
# chest films: unexposed borders stay below 1 % of the image's own range, skin lines are far above.
_FLAT_FRACTION = 0.01
_SMALLEST_SIDE = 0.3  # a field narrower than this part of the image was not found but guessed: take all
_SAMPLES = 256  # lines are judged on every n-th pixel


def exposed_box(samples: np.ndarray, padding: np.ndarray | None) -> tuple[int, int, int, int]:
    """Rows and columns (top, bottom, left, right; ends excluded) of the exposed field.

    Rectangular collimation only: flat lines are peeled from the four sides.
    samples: uint16 [rows, columns]; padding: bool of the same shape or None.
    """
    rows, columns = samples.shape
    row_step, column_step = max(1, rows // _SAMPLES), max(1, columns // _SAMPLES)
    small = samples[::row_step, ::column_step].astype(np.float32)
    if padding is not None:
        small[padding[::row_step, ::column_step]] = np.nan
    low, high = np.nanpercentile(small, [1, 99])
    flat = (high - low) * _FLAT_FRACTION
    top, bottom = _inner(_is_flat(small, 1, flat))
    left, right = _inner(_is_flat(small[top:bottom], 0, flat))
    box = (top * row_step, min(rows, bottom * row_step), left * column_step, min(columns, right * column_step))
    if box[1] - box[0] < _SMALLEST_SIDE * rows or box[3] - box[2] < _SMALLEST_SIDE * columns:
        return 0, rows, 0, columns
    return box


def _is_flat(small: np.ndarray, axis: int, flat: float) -> np.ndarray:
    """bool per line: does its middle 90 % vary by no more than `flat`? A line of padding only is flat."""
    filled = np.where(np.isnan(small).all(axis=axis, keepdims=True), 0.0, small)
    low, high = np.nanpercentile(filled, [5, 95], axis=axis)
    return np.asarray(high - low <= flat)


def _inner(is_flat: np.ndarray) -> tuple[int, int]:
    """First line that is not flat, and one past the last."""
    lines = np.flatnonzero(~is_flat)
    return (int(lines[0]), int(lines[-1]) + 1) if len(lines) else (0, len(is_flat))


def exposed_values(samples: np.ndarray, padding: np.ndarray | None) -> np.ndarray:
    """The samples inside the exposed field that are not padding; 1-D, never empty."""
    top, bottom, left, right = exposed_box(samples, padding)
    inside = samples[top:bottom, left:right]
    if padding is None:
        return inside.reshape(-1)
    kept = inside[~padding[top:bottom, left:right]]
    return kept if kept.size else samples[~padding]
