"""The word beside every length."""

from dataclasses import replace

import pytest

from inference.dicom import DicomHeader
from inference.dicom.pixel_spacing import spacing

CR = DicomHeader(
    "1.2.840.10008.5.1.4.1.1.1", "1.2.1", "1.2.2", "1.2.3", "1.2.840.10008.1.2.1", 1, 1, 8, 8, 7, 0, "MONOCHROME2"
)
SECONDARY = "1.2.840.10008.5.1.4.1.1.7"


@pytest.mark.parametrize(
    ("facts", "kind", "row_mm", "column_mm"),
    [
        ({}, "uncalibrated", None, None),
        ({"pixel_spacing": (0.2, 0.1), "calibration_type": "FIDUCIAL"}, "calibrated", 0.2, 0.1),
        ({"pixel_spacing": (0.2, 0.1), "imager_pixel_spacing": (0.3, 0.15)}, "calibrated", 0.2, 0.1),
        ({"imager_pixel_spacing": (0.3, 0.15), "magnification": 1.5}, "corrected", 0.2, 0.1),
        ({"imager_pixel_spacing": (0.3, 0.15)}, "detector plane", 0.3, 0.15),
        ({"pixel_spacing": (0.3, 0.15), "imager_pixel_spacing": (0.3, 0.15)}, "detector plane", 0.3, 0.15),
        # the same number with other digits; one side really different; a thousandth and a bit
        ({"pixel_spacing": (0.139, 0.139), "imager_pixel_spacing": (0.13900001,) * 2}, "detector plane", 0.139, 0.139),
        ({"pixel_spacing": (0.1389, 0.139), "imager_pixel_spacing": (0.139, 0.139)}, "detector plane", 0.139, 0.139),
        ({"pixel_spacing": (0.139, 0.1), "imager_pixel_spacing": (0.139, 0.139)}, "calibrated", 0.139, 0.1),
        ({"pixel_spacing": (0.1002, 0.1), "imager_pixel_spacing": (0.1, 0.1)}, "calibrated", 0.1002, 0.1),
        ({"pixel_spacing": (0.3, 0.15)}, "detector plane", 0.3, 0.15),
        ({"pixel_spacing": (0.3, 0.15), "sop_class_uid": SECONDARY}, "uncalibrated", None, None),
        (
            {"pixel_spacing": (0.2, 0.1), "sop_class_uid": SECONDARY, "calibration_type": "GEOMETRY"},
            "calibrated",
            0.2,
            0.1,
        ),
    ],
)
def test_each_kind(facts: dict, kind: str, row_mm: float | None, column_mm: float | None) -> None:
    found = spacing(replace(CR, **facts))
    assert found["kind"] == kind
    assert (found["row_mm"], found["column_mm"]) == (pytest.approx(row_mm), pytest.approx(column_mm))
