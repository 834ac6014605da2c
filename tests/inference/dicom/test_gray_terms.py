"""Terms of the grayscale attributes as real files spell them."""

from pathlib import Path

import pytest

from inference.dicom import preparse
from inference.dicom.grayscale import polarity_is_inverted
from tests.inference.dicom.made_files import MadeImage

CENTER, WIDTH, FUNCTION = 0x00281050, 0x00281051, 0x00281056


def window_of(folder: Path, width: str, function: str | None) -> tuple[str, float, tuple[str, ...]]:
    """Function and width as read, and the warnings."""
    attributes = {CENTER: ("DS", "6"), WIDTH: ("DS", width)}
    if function is not None:
        attributes[FUNCTION] = ("CS", function)
    header = preparse(MadeImage(attributes=attributes).write(folder))
    return header.windows[0].function, header.windows[0].width, header.warnings


@pytest.mark.parametrize(
    ("function", "wanted"),
    [
        ("sigmoid", "SIGMOID"),
        ("Sigmoid", "SIGMOID"),
        ("linear", "LINEAR"),
        ("Linear_Exact", "LINEAR_EXACT"),
        ("SIGMOID", "SIGMOID"),
        ("", "LINEAR"),
        (None, "LINEAR"),
    ],
)
def test_a_voi_function_is_read_in_any_case(function: str | None, wanted: str, tmp_path: Path) -> None:
    assert window_of(tmp_path, "4", function) == (wanted, 4.0, ())


def test_an_unknown_voi_function_counts_as_linear_with_a_warning(tmp_path: Path) -> None:
    assert window_of(tmp_path, "4", "LOGARITHMIC") == ("LINEAR", 4.0, ("bad_window",))


@pytest.mark.parametrize("width", ["0.5", "0.999", "1e-3"])
@pytest.mark.parametrize("function", ["LINEAR", None, "linear"])
def test_a_linear_window_narrower_than_1_is_meant_exactly(width: str, function: str | None, tmp_path: Path) -> None:
    assert window_of(tmp_path, width, function) == ("LINEAR_EXACT", float(width), ())


def test_a_linear_window_of_1_stays_the_threshold_of_the_standard(tmp_path: Path) -> None:
    assert window_of(tmp_path, "1", "LINEAR") == ("LINEAR", 1.0, ())


@pytest.mark.parametrize("width", ["0", "-0.5", "-20"])
def test_a_width_that_is_not_above_0_is_no_window(width: str, tmp_path: Path) -> None:
    header = preparse(MadeImage(attributes={CENTER: ("DS", "6"), WIDTH: ("DS", width)}).write(tmp_path))
    assert (header.windows, header.warnings) == ((), ("bad_window",))


@pytest.mark.parametrize("shape", ["LIN OD", "LINOD", "LIN", "NONE", "?"])
@pytest.mark.parametrize(("photometric", "is_inverted"), [("MONOCHROME1", True), ("MONOCHROME2", False)])
def test_an_unknown_presentation_shape_counts_as_absent(
    photometric: str, is_inverted: bool, shape: str, tmp_path: Path
) -> None:
    made = MadeImage(photometric=photometric, attributes={0x20500020: ("CS", shape)})
    header = preparse(made.write(tmp_path))
    assert polarity_is_inverted(header) is is_inverted
    assert (header.presentation_lut_shape, header.warnings) == (None, ("unknown_presentation_lut_shape",))


@pytest.mark.parametrize(("shape", "is_inverted"), [("inverse", True), ("Identity", False), ("INVERSE", True)])
def test_a_known_presentation_shape_is_read_in_any_case(shape: str, is_inverted: bool, tmp_path: Path) -> None:
    made = MadeImage(photometric="MONOCHROME2", attributes={0x20500020: ("CS", shape)})
    assert polarity_is_inverted(preparse(made.write(tmp_path))) is is_inverted
