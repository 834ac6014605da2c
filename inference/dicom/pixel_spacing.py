"""What a pixel measures, and how far that may be trusted (viewer: the word beside every length)."""

from inference.dicom.accept import SECONDARY_CAPTURE
from inference.dicom.header import DicomHeader
from inference.documents import PixelSpacing

# Below this relative difference two spacings are one number, written with other digits.
_ROUNDING = 1e-3


def spacing(header: DicomHeader) -> PixelSpacing:
    """{column_mm, row_mm, kind, source, factor, aspect}; millimetres are None when `kind` is uncalibrated.

    calibrated: Pixel Spacing with a Calibration Type, or different from Imager Pixel Spacing by more than rounding.
    corrected: Imager Pixel Spacing divided by the Estimated Radiographic Magnification Factor.
    detector plane: Imager Pixel Spacing alone or equal; Pixel Spacing alone, which on a projection image says
    nothing about magnification (PS3.3 10.7.1.3).
    uncalibrated: none, invalid, or Secondary Capture without Calibration Type.
    """
    pixel, imager = header.pixel_spacing, header.imager_pixel_spacing
    if pixel and header.calibration_type:
        return _spacing(header, "calibrated", pixel, "PixelSpacing")
    if header.sop_class_uid == SECONDARY_CAPTURE or not (pixel or imager):
        return _spacing(header, "uncalibrated", None, None)
    if pixel and imager and _differ(pixel, imager):
        return _spacing(header, "calibrated", pixel, "PixelSpacing")
    if imager and header.magnification:
        return _spacing(header, "corrected", imager, "ImagerPixelSpacing", header.magnification)
    return _spacing(header, "detector plane", imager or pixel, "ImagerPixelSpacing" if imager else "PixelSpacing")


def _differ(pixel: tuple[float, float], imager: tuple[float, float]) -> bool:
    return any(abs(one - other) > _ROUNDING * other for one, other in zip(pixel, imager, strict=True))


def _spacing(
    header: DicomHeader, kind: str, pair: tuple[float, float] | None, source: str | None, factor: float = 1.0
) -> PixelSpacing:
    """`pair`: (row, column) spacing in mm, in the order of the attribute: vertical first."""
    return {
        "row_mm": pair[0] / factor if pair else None,
        "column_mm": pair[1] / factor if pair else None,
        "kind": kind,
        "source": source,
        "factor": factor,
        "aspect": list(header.pixel_aspect_ratio) if header.pixel_aspect_ratio else None,
    }
