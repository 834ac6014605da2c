"""Preprocessing of a whole image in memory: what the product does row by row from stored values must equal it."""

import numpy as np

from inference.intensity import rescale_intensity
from inference.preprocessing import InputSpec, ModelInput, as_model_input, resize_image


def prepare_array(gray: np.ndarray, spec: InputSpec) -> ModelInput:
    """Model input of an image [h, w] that is already bright = dense: intensity rule, then resize."""
    field, _ = resize_image(rescale_intensity(gray, spec.intensity), spec)
    return as_model_input(field, gray.shape[0], gray.shape[1], spec)
