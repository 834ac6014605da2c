"""Display frames: samples and bounds worked by hand, and the picture that both sides must agree on."""

import hashlib
import json
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from inference.dicom import DicomHeader, Lut, Window, display_frame, preview, render_8bit
from inference.dicom.display import PERCENTILE_PRESETS, PRESET_NAMES
from inference.dicom.grayscale import modality_table, polarity_is_inverted, stored_levels
from inference.dicom.stored_pixels import StoredPixels, stored_pixels
from inference.dicom.voi import apply_voi, voi_items


def header(
    bits_stored: int = 10, photometric: str = "MONOCHROME2", is_signed: bool = False, **facts: object
) -> DicomHeader:
    allocated = 8 if bits_stored <= 8 else 16
    made = DicomHeader(
        "1.2.840.10008.5.1.4.1.1.1", "1.2.1", "1.2.2", "1.2.3", "1.2.840.10008.1.2.1",
        1, 4, allocated, bits_stored, bits_stored - 1, int(is_signed), photometric,
    )  # fmt: skip
    return replace(made, **facts)  # type: ignore[arg-type]


def pixels(of: DicomHeader, values: list[int]) -> StoredPixels:
    return stored_pixels(np.array([values], of.pixel_dtype), "hand")


def test_linear_samples_are_the_stored_values() -> None:
    of = header(10)
    frame = display_frame(of, pixels(of, [0, 1, 500, 1023]))
    assert frame.samples.tolist() == [[0, 1, 500, 1023]]
    assert frame.samples.dtype == np.uint16


def test_signed_samples_start_at_zero_and_the_value_line_says_so() -> None:
    # 12 bits signed: sample = stored + 2048; value = 2 x stored - 10 = 2 x sample - 4106
    of = header(12, is_signed=True, rescale_slope=2.0, rescale_intercept=-10.0, rescale_type="HU")
    frame = display_frame(of, pixels(of, [-2048, -1, 0, 2047]))
    assert frame.samples.tolist() == [[0, 2047, 2048, 4095]]
    assert frame.description["value"] == {"slope": 2.0, "intercept": -4106.0, "unit": "HU"}


def test_inverted_samples_count_down_and_so_does_the_value() -> None:
    of = header(10, "MONOCHROME1")
    frame = display_frame(of, pixels(of, [0, 1, 500, 1023]))
    assert frame.samples.tolist() == [[1023, 1022, 523, 0]]
    assert frame.description["inverted"] is True
    assert frame.description["value"] == {"slope": -1.0, "intercept": 1023.0, "unit": ""}


def test_a_negative_slope_is_one_more_inversion() -> None:
    of = header(10, "MONOCHROME1", rescale_slope=-1.0, rescale_intercept=1023.0)
    frame = display_frame(of, pixels(of, [0, 1, 500, 1023]))
    assert frame.samples.tolist() == [[0, 1, 500, 1023]]
    assert frame.description["inverted"] is False
    assert frame.description["value"] == {"slope": -1.0, "intercept": 1023.0, "unit": ""}


def test_a_modality_table_gives_the_samples() -> None:
    of = header(8, modality_lut=Lut(0, 12, np.array([4000, 10], "<u2").tobytes()))
    frame = display_frame(of, pixels(of, [0, 1, 2, 255]))
    assert frame.samples.tolist() == [[4000, 10, 10, 10]]


def test_bounds_of_a_linear_window_are_in_samples() -> None:
    # c = 550, w = 1024: values 549.5 -/+ 511.5 = 38 .. 1061
    window = {"windows": (Window(550, 1024),)}
    plain = display_frame(header(10, **window), pixels(header(10), [0, 1, 2, 3])).description["voi"][0]
    assert (plain["lower"], plain["upper"], plain["frame"]) == (38, 1061, "linear")
    # inverted: S - upper = 1023 - 1061 = -38, S - lower = 985
    turned = display_frame(header(10, "MONOCHROME1", **window), pixels(header(10), [0, 1, 2, 3])).description["voi"][0]
    assert (turned["lower"], turned["upper"]) == (-38, 985)


def test_bounds_follow_slope_and_intercept() -> None:
    # LINEAR_EXACT c = 40, w = 80: values 0 .. 80; value = sample - 1024 -> samples 1024 .. 1104
    of = header(12, rescale_slope=1.0, rescale_intercept=-1024.0, windows=(Window(40, 80, "LINEAR_EXACT"),))
    item = display_frame(of, pixels(of, [0, 1, 2, 3])).description["voi"][0]
    assert (item["lower"], item["upper"]) == (1024, 1104)


def test_a_window_of_width_1_keeps_two_different_bounds() -> None:
    of = header(10, windows=(Window(40, 1),))
    frame = display_frame(of, pixels(of, [39, 40, 41, 0]))
    item = frame.description["voi"][0]
    assert render_8bit(frame, item["lower"], item["upper"]).tolist() == [[0, 255, 255, 0]]


def test_items_that_are_no_ramp_come_as_frames_of_their_own() -> None:
    of = header(10, windows=(Window(420, 500, "SIGMOID"),), voi_luts=(Lut(0, 8, np.array([0, 255], "<u2").tobytes()),))
    voi = display_frame(of, pixels(of, [0, 1, 2, 3])).description["voi"]
    assert [(item["kind"], item["frame"], item["lower"], item["upper"]) for item in voi] == [
        ("lut", "0", 0, 65535),
        ("window", "1", 0, 65535),
    ]
    assert (voi[1]["linear_lower"], voi[1]["linear_upper"]) == (170, 670)
    assert display_frame(of, pixels(of, [0, 1, 2, 3]), "0").samples.tolist() == [[0, 65535, 65535, 65535]]


@pytest.mark.parametrize("voi", ["1", "-1", "processed", "٠"])
def test_an_unknown_item_is_named(voi: str) -> None:
    of = header(10, windows=(Window(40, 80),))
    with pytest.raises(ValueError, match=f"voi '{voi}' is not one of linear, enhanced, 0"):
        display_frame(of, pixels(of, [0, 1, 2, 3]), voi)


ITEMS = {
    "LINEAR": {"windows": (Window(120, 150),)},
    "LINEAR_EXACT": {"windows": (Window(120, 150, "LINEAR_EXACT"),)},
    "SIGMOID": {"windows": (Window(120, 150, "SIGMOID"),)},
    "LUT8": {"voi_luts": (Lut(20, 8, np.arange(200, dtype="<u2").tobytes()),)},
    "LUT12": {"voi_luts": (Lut(20, 12, (np.arange(200, dtype="<u2") * 20).tobytes()),)},
    "LUT16": {"voi_luts": (Lut(20, 16, (np.arange(200, dtype="<u2") * 320).tobytes()),)},
}


@pytest.mark.parametrize(
    ("kind", "photometric", "is_signed", "bits"),
    [*product(ITEMS, ["MONOCHROME1", "MONOCHROME2"], [False, True], [8, 10, 12, 14, 16])],
)
def test_every_item_is_shown_within_one_gray_level_of_the_standard(
    kind: str, photometric: str, is_signed: bool, bits: int
) -> None:
    of = header(bits, photometric, is_signed, **ITEMS[kind])
    values = stored_levels(of).reshape(1, -1).astype(of.pixel_dtype)
    item = display_frame(of, stored_pixels(values, "hand")).description["voi"][0]
    frame = display_frame(of, stored_pixels(values, "hand"), item["frame"])
    shown = render_8bit(frame, item["lower"], item["upper"]).astype(int)
    exact = apply_voi(voi_items(of)[0], modality_table(of)) * 255
    exact = 255 - exact if polarity_is_inverted(of) else exact
    assert np.abs(shown[0] - exact).max() <= 1


def test_presets_are_percentiles_of_what_is_shown() -> None:
    # One of each sample 0..999: nearest-rank percentile p of 1000 samples is sample 10 p - 1.
    of = header(10)
    values = np.arange(1000, dtype=np.uint16).reshape(25, 40)
    presets = display_frame(of, stored_pixels(values, "hand")).description["presets"]
    found = {preset["name"]: (preset["lower"], preset["upper"]) for preset in presets}
    assert found == {
        "As acquired": (9, 989),
        "Auto": (9, 989),
        "Lungs": (4, 749),
        "Mediastinum": (349, 994),
        "Bone / lines": (499, 998),
        "Full range": (0, 999),
    }
    assert [preset["key"] for preset in presets] == [1, 2, 3, 4, 5, 6]
    assert tuple(preset["name"] for preset in presets) == PRESET_NAMES


def test_every_preset_has_a_digit_of_its_own() -> None:
    keys = [key for key, *_ in PERCENTILE_PRESETS]
    assert len({1, *keys, 6}) == 2 + len(keys), "1 is As acquired, 6 Full range"
    assert set(keys) <= set(range(1, 10)), "the viewer binds 1 to 9"


def test_as_acquired_is_item_0_of_the_file() -> None:
    of = header(10, windows=(Window(550, 1024),))
    first = display_frame(of, pixels(of, [0, 1, 2, 3])).description["presets"][0]
    assert (first["lower"], first["upper"], first["center"], first["width"]) == (38, 1061, 550, 1024)


def test_padding_is_sample_0_and_left_out_of_the_statistics() -> None:
    of = header(10, "MONOCHROME1", padding_value=1023)
    frame = display_frame(of, pixels(of, [1023, 1, 500, 1000]))
    assert frame.samples.tolist() == [[0, 1022, 523, 23]]
    facts = frame.description
    assert (facts["sample_min"], facts["sample_max"], facts["padded"]) == (23, 1022, True)
    assert facts["quality"]["warnings"] == ["uncalibrated", "padding"]


def test_the_description_is_json_and_its_hash_is_of_the_bytes() -> None:
    of = header(10, windows=(Window(550, 1024),), view_position="PA")
    frame = display_frame(of, pixels(of, [0, 1, 2, 3]))
    document = json.loads(json.dumps(frame.description))
    assert document["sha256"] == hashlib.sha256(frame.to_bytes()).hexdigest()
    assert (document["bytes"], document["rows"], document["columns"], document["view"]) == (8, 1, 4, "PA")


def test_a_preview_is_the_mean_of_what_it_covers() -> None:
    of = header(10)
    values = np.array([[0, 2, 10, 10], [4, 6, 10, 10]], np.uint16)
    small = preview(display_frame(of, stored_pixels(values, "hand")), longest=2)
    assert small.samples.tolist() == [[3, 10]]
    assert (small.description["rows"], small.description["columns"]) == (1, 2)
    assert small.description["sha256"] == hashlib.sha256(small.to_bytes()).hexdigest()


def test_a_small_image_is_its_own_preview() -> None:
    of = header(10)
    frame = display_frame(of, pixels(of, [0, 1, 2, 3]))
    assert preview(frame).samples is frame.samples


def test_an_image_of_padding_only_is_shown_as_it_is_stored() -> None:
    of = header(10, padding_value=3, padding_range_limit=1000)
    frame = display_frame(of, pixels(of, [3, 50, 120, 1000]))
    facts = frame.description
    assert frame.samples.tolist() == [[3, 50, 120, 1000]]
    assert (facts["sample_min"], facts["sample_max"], facts["padded"]) == (3, 1000, False)
    assert facts["presets"] == display_frame(header(10), pixels(of, [3, 50, 120, 1000])).description["presets"]
