"""From a decoded DICOM frame to the model input: gray by one table, then resize."""

import numpy as np

from inference.dicom.grayscale import gray_table
from inference.dicom.header import DicomHeader
from inference.dicom.stored_pixels import StoredPixels
from inference.level_table import look_up
from inference.preprocessing import InputSpec, ModelInput, as_model_input, fill_field


def prepare_dicom(header: DicomHeader, pixels: StoredPixels, spec: InputSpec) -> ModelInput:
    """Model input of a decoded DICOM frame: lookup tables, polarity and intensity rule, then resize."""
    return as_model_input(prepare_tensor(header, pixels.values, spec), header.rows, header.columns, spec)


def prepare_tensor(header: DicomHeader, values: np.ndarray, spec: InputSpec) -> np.ndarray:
    """float32 [H, W] of a frame's stored values [rows, columns]: bit by bit `resize_image` of its model grayscale."""
    table = gray_table(header, values, spec.intensity)
    lowest, (rows, columns) = header.lowest_stored, values.shape
    return fill_field(lambda start, stop: look_up(table, lowest, values[start:stop]), rows, columns, spec)
