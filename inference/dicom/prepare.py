"""From a decoded DICOM frame to the model input: turned to L\\F, gray by one table, then resized."""

import numpy as np

from inference.dicom.grayscale import gray_table
from inference.dicom.header import DicomHeader
from inference.dicom.stored_pixels import StoredPixels
from inference.level_table import look_up
from inference.preprocessing import InputSpec, ModelInput, as_model_input, fill_field


def prepare_dicom(header: DicomHeader, pixels: StoredPixels, spec: InputSpec) -> ModelInput:
    """Model input of a decoded DICOM frame: lookup tables, polarity and intensity rule, then resize."""
    tensor = prepare_tensor(header, pixels.values, spec)
    return as_model_input(tensor, header.rows, header.columns, spec, header.turn)


def prepare_tensor(header: DicomHeader, values: np.ndarray, spec: InputSpec) -> np.ndarray:
    """float32 [H, W] of a frame's stored values [rows, columns], brought to L\\F where the file says that it is not.

    Bit by bit `resize_image` of the model grayscale of the turned frame.
    """
    table = gray_table(header, values, spec.intensity)
    turned, lowest = header.turn.applied(values), header.lowest_stored
    rows, columns = turned.shape
    return fill_field(lambda start, stop: look_up(table, lowest, turned[start:stop]), rows, columns, spec)
