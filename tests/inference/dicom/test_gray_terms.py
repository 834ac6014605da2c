"""Terms of the grayscale attributes as real files spell them."""

from pathlib import Path

import pytest

from inference.dicom import preparse
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
