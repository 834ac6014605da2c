"""The page opens with a picture that can be read, or says why there is none."""

from dataclasses import replace

import numpy as np
import pytest

from inference.dicom import DicomHeader, Lut, Window, display_frame, render_8bit
from inference.dicom.first_picture import picture_fault
from inference.dicom.stored_pixels import stored_pixels
from inference.documents import HeaderDocument


def header(bits: int = 12, photometric: str = "MONOCHROME2", is_signed: bool = False, **facts: object) -> DicomHeader:
    made = DicomHeader(
        "1.2.840.10008.5.1.4.1.1.1", "1.2.1", "1.2.2", "1.2.3", "1.2.840.10008.1.2.1",
        40, 50, 16, bits, bits - 1, int(is_signed), photometric,
    )  # fmt: skip
    return replace(made, **facts)  # type: ignore[arg-type]


# 2,000 values from 40 to 4,038 in every part of the picture
RAMP = (np.random.default_rng(1).permutation(2000).reshape(40, 50) * 2 + 40).astype(np.uint16)


def described(of: DicomHeader, values: np.ndarray = RAMP) -> HeaderDocument:
    return display_frame(of, stored_pixels(values.astype(of.pixel_dtype), "hand")).description


def table(entries: np.ndarray, bits: int) -> Lut:
    return Lut(0, bits, entries.astype("<u2").tobytes())


CURVE = np.arange(4096)
FAULTS: dict[str, tuple[DicomHeader, str]] = {
    "table of 12 bits declared as 16": (header(voi_luts=(table(CURVE, 16),)), "voi_range_unused"),
    "table of 10 bits declared as 16": (header(voi_luts=(table(CURVE // 4, 16),)), "voi_range_unused"),
    "the same inverted": (header(photometric="MONOCHROME1", voi_luts=(table(CURVE, 16),)), "voi_range_unused"),
    "table that ends before the values": (
        header(voi_luts=(Lut(0, 8, np.arange(30, dtype="<u2").tobytes()),)),
        "voi_range_unused",
    ),
    "table of zeros": (header(voi_luts=(table(CURVE * 0, 12),)), "voi_outside_image"),
    "window above": (header(windows=(Window(60000, 100),)), "voi_outside_image"),
    "window below": (header(windows=(Window(-5000, 200),)), "voi_outside_image"),
    "window above, inverted": (header(photometric="MONOCHROME1", windows=(Window(9000, 50),)), "voi_outside_image"),
    "exact window above": (header(windows=(Window(9000, 50, "LINEAR_EXACT"),)), "voi_outside_image"),
    "sigmoid above": (header(windows=(Window(9000, 50, "SIGMOID"),)), "voi_outside_image"),
    "window of 16 bits for 12": (header(windows=(Window(32768, 65536),)), "voi_range_unused"),
    "window of rescaled values without rescale": (
        header(rescale_slope=0.0001, rescale_intercept=0.0, windows=(Window(2048, 4096),)),
        "voi_outside_image",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_picture_that_cannot_be_read_is_named_and_auto_opens(name: str) -> None:
    of, fault = FAULTS[name]
    facts = described(of)
    assert fault in facts["quality"]["warnings"]
    assert facts["presets"][facts["opening"]]["name"] == "Auto"


def test_auto_of_such_an_image_can_be_read() -> None:
    of, _ = FAULTS["window above"]
    frame = display_frame(of, stored_pixels(RAMP, "hand"))
    auto = frame.description["presets"][frame.description["opening"]]
    shown = render_8bit(frame, auto["lower"], auto["upper"])
    assert 100 < shown.mean() < 155
    assert (shown.min(), shown.max()) == (0, 255)


@pytest.mark.parametrize(
    "facts",
    [
        {"windows": (Window(2048, 3000),)},
        {"windows": (Window(2048, 4096), Window(60000, 1))},  # only the first item opens the page
        {"windows": (Window(1000, 900),)},
        {"windows": (Window(2048, 15000),)},  # 26 % of the grays
        {"voi_luts": (table(CURVE, 12),)},
        {"voi_luts": (table(CURVE * 16, 16),), "windows": (Window(60000, 1),)},
        {"rescale_slope": -1.0, "rescale_intercept": 4095.0, "windows": (Window(2048, 3000),)},
        {},
    ],
)
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_a_picture_that_can_be_read_opens_as_acquired(photometric: str, facts: dict[str, object]) -> None:
    found = described(header(photometric=photometric, **facts))
    assert found["quality"]["warnings"] == ["uncalibrated"]
    assert found["opening"] == 0


def test_only_the_exposed_field_is_judged() -> None:
    # Collimation fills three quarters: black, and no sign of a wrong window. A window above the field is one.
    values = np.zeros((80, 100), np.uint16)
    values[20:60, 25:75] = RAMP
    good = header(rows=80, columns=100, windows=(Window(2048, 3000),))
    assert described(good, values)["opening"] == 0
    bright = np.full((80, 100), 4095, np.uint16)  # a bright border does not hide that the field is black
    bright[20:60, 25:75] = RAMP // 2
    above = header(rows=80, columns=100, windows=(Window(3500, 500),))
    assert "voi_outside_image" in described(above, bright)["quality"]["warnings"]


def test_padding_is_not_judged() -> None:
    values = RAMP.copy()
    values[:, :30] = 0
    of = header(padding_value=0, windows=(Window(2048, 3000),))
    assert described(of, values)["opening"] == 0
    above = header(padding_value=0, windows=(Window(60000, 3000),))
    assert described(above, values)["opening"] == 1


def test_an_image_of_one_value_is_called_flat() -> None:
    facts = described(header(), np.full((40, 50), 700))
    assert "flat_image" in facts["quality"]["warnings"]
    window = header(windows=(Window(700, 100),))
    assert {"voi_range_unused", "flat_image"} <= set(described(window, np.full((40, 50), 700))["quality"]["warnings"])


def test_the_bounds_are_98_percent_at_one_end_and_a_quarter_of_the_grays() -> None:
    gray = np.array([0.0, 0.5, 1.0])
    assert picture_fault(gray, np.array([981, 10, 9])) == "voi_outside_image"
    assert picture_fault(gray, np.array([980, 10, 10])) is None
    assert picture_fault(gray, np.array([9, 10, 981])) == "voi_outside_image"
    low, high = 100 / 255, 163 / 255
    assert picture_fault(np.array([low, high]), np.array([50, 50])) == "voi_range_unused"
    assert picture_fault(np.array([low, high + 1 / 255]), np.array([50, 50])) is None
    # three bright pixels in a thousand are a letter, not a use of the grays
    assert picture_fault(np.array([low, high, 1.0]), np.array([500, 497, 3])) == "voi_range_unused"
