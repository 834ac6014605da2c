"""DICOM bytes to checked header, stored values, model gray and display frame; no Django, no torch."""

from inference.dicom.accept import Accept
from inference.dicom.child_pool import ChildPool, shared_pool
from inference.dicom.display import DisplayFrame, display_frame, preview, render_8bit
from inference.dicom.grayscale import modality_values, model_grayscale, polarity_is_inverted
from inference.dicom.header import DicomHeader, Lossy, Lut, Window
from inference.dicom.limits import Limits
from inference.dicom.preparse import preparse
from inference.dicom.refusal import REFUSALS, DicomRefusal
from inference.dicom.repair import write_repaired
from inference.dicom.stored_pixels import StoredPixels

__all__ = [
    "REFUSALS",
    "Accept",
    "ChildPool",
    "DicomHeader",
    "DicomRefusal",
    "DisplayFrame",
    "Limits",
    "Lossy",
    "Lut",
    "StoredPixels",
    "Window",
    "display_frame",
    "modality_values",
    "model_grayscale",
    "polarity_is_inverted",
    "preparse",
    "preview",
    "render_8bit",
    "shared_pool",
    "write_repaired",
]
