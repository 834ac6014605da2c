"""CLAHE: curves and tiles worked by hand, and the values that OpenCV gives."""

import numpy as np
import pytest

from inference.dicom import DicomHeader, display_frame
from inference.dicom.local_contrast import TOP, curve, equalised
from inference.dicom.stored_pixels import stored_pixels


def header(rows: int, columns: int, **facts: object) -> DicomHeader:
    return DicomHeader(
        "1.2.840.10008.5.1.4.1.1.1", "1.2.1", "1.2.2", "1.2.3", "1.2.840.10008.1.2.1",
        rows, columns, 16, 12, 11, 0, "MONOCHROME2", **facts,
    )  # fmt: skip  # type: ignore[arg-type]


def test_a_curve_is_cut_at_the_limit_and_what_was_cut_is_spread_evenly() -> None:
    # 8 pixels on 4 levels, mean 2, cut at 1.5 x 2 = 3: 2 + 3 stay, 3 over, .75 more for each level.
    found = curve(np.array([2, 6, 0, 0]), 1.5)
    assert (found * 8).tolist() == pytest.approx([2.75, 6.5, 7.25, 8])


def test_without_a_limit_a_curve_is_the_share_of_pixels_up_to_each_level() -> None:
    assert curve(np.array([2, 6, 0, 0]), 4).tolist() == pytest.approx([0.25, 1, 1, 1])


def test_no_curve_is_steeper_than_the_limit_and_its_share_of_what_was_cut() -> None:
    counts = np.random.default_rng(0).integers(0, 50, 64) ** 2
    steps = np.diff(curve(counts, 2.0), prepend=0) * 64
    assert steps.min() > 0
    assert steps.max() <= 3  # 2, and at most 1 of the spread


def test_a_flat_picture_stays_as_dark_as_it_is() -> None:
    # Level 512 of 1024: 2/1024 at most stay on it, the rest is a straight line.
    shown = equalised(np.full((64, 48), 512, np.uint16), None, 0, 1024)
    assert shown.min() == shown.max()
    assert shown[0, 0] / TOP == pytest.approx(0.5, abs=0.002)


def test_a_ramp_is_as_steep_as_the_limit_lets_it_be() -> None:
    # A tile has 8 pixels on each of 128 of 1024 levels, mean 1: 2 of each stay, 128 x 6 over, .75 more for every level.
    ramp = np.tile(np.arange(1024, dtype=np.uint16)[:, None], (1, 64))
    shown = equalised(ramp, None, 0, 1024)
    outer = np.arange(64)  # rows above the middle of the first tile have its curve alone
    assert shown[:64, 0] / TOP == pytest.approx((outer + 1) * 2.75 / 1024, abs=1e-5)
    # Row 127 lies 63.5 of 128 rows below that middle, on the last level of the first curve, before the first of the second.
    first, second = 128 * 2.75 / 1024, 128 * 0.75 / 1024
    assert shown[127, 0] / TOP == pytest.approx(first + (second - first) * 63.5 / 128, abs=1e-5)


def test_there_is_no_step_where_tiles_meet() -> None:
    rows, columns = np.mgrid[:200, :336]  # no multiples of 8
    smooth = (300 + rows + columns + 80 * np.sin(columns / 40)).astype(np.uint16)
    shown = equalised(smooth, None, 300, 916).astype(int)
    assert np.abs(np.diff(shown, axis=0)).max() < TOP * 0.02
    assert np.abs(np.diff(shown, axis=1)).max() < TOP * 0.02


def test_contrast_is_raised_where_the_picture_is_dull() -> None:
    dull = np.random.default_rng(0).integers(500, 510, (128, 128)).astype(np.uint16)
    shown = equalised(dull, None, 0, 1024) / TOP
    assert np.ptp(shown) == pytest.approx(2.9 * 9 / 1024, rel=0.1)  # 2, and nearly 1 of the spread


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (3, 500), (8, 8), (17, 9)])
def test_small_pictures_have_fewer_tiles(shape: tuple[int, int]) -> None:
    samples = np.random.default_rng(0).integers(0, 4096, shape).astype(np.uint16)
    shown = equalised(samples, None, 0, 4096)
    assert (shown.shape, shown.dtype) == (shape, np.uint16)


def test_padding_is_black_and_counted_nowhere() -> None:
    rng = np.random.default_rng(0)
    samples = rng.integers(800, 1200, (160, 160)).astype(np.uint16)
    padding = np.zeros(samples.shape, bool)
    padding[:, :50] = True  # whole tiles and a part of others
    shown = [equalised(np.where(padding, value, samples).astype(np.uint16), padding, 800, 1200) for value in (0, 1000)]
    assert not shown[0][padding].any()
    assert np.array_equal(*shown)
    assert shown[0][~padding].min() > 0


def hills(side: int) -> np.ndarray:
    y, x = np.mgrid[:side, :side]
    return ((x * x // 9700 + y // 5 + (x * y) % 61) // 3 % 256).astype(np.uint16)


# cv2.createCLAHE(clip, (8, 8)).apply(hills(2048).astype(uint8))[100::460, 60::230], opencv-python-headless 5.0.0.93.
OPENCV = {
    2.0: [
        [38, 41, 52, 62, 77, 92, 109, 127, 146], [88, 62, 92, 72, 109, 94, 133, 121, 160],
        [80, 77, 77, 131, 138, 145, 153, 161, 172], [127, 94, 115, 140, 115, 143, 174, 153, 195],
        [123, 166, 156, 148, 145, 197, 197, 201, 8],
    ],
    4.0: [
        [57, 59, 70, 82, 96, 109, 124, 136, 147], [117, 73, 117, 79, 127, 95, 143, 108, 152],
        [83, 78, 74, 151, 152, 154, 157, 153, 150], [141, 85, 114, 148, 100, 133, 169, 119, 165],
        [113, 182, 160, 142, 127, 200, 187, 175, 12],
    ],
}  # fmt: skip


@pytest.mark.parametrize("clip", OPENCV)
def test_large_tiles_come_out_as_those_of_opencv(clip: float) -> None:
    shown = equalised(hills(2048), None, 0, 256, levels=256, clip=clip)[100::460, 60::230] / TOP * 255
    assert np.abs(shown - OPENCV[clip]).max() < 1.5


def enhanced(of: DicomHeader, values: np.ndarray) -> np.ndarray:
    return display_frame(of, stored_pixels(values, "hand"), "enhanced").samples


def test_the_frame_leaves_its_black_and_white_to_a_thousandth_at_each_end() -> None:
    values = np.random.default_rng(0).integers(1000, 2000, (200, 200)).astype(np.uint16)
    values[100, 100] = 4095  # one bright pixel
    assert np.ptp(enhanced(header(200, 200), values).astype(int)) > 0.9 * TOP


def test_a_picture_of_one_gray_has_an_enhanced_frame() -> None:
    shown = enhanced(header(40, 40), np.full((40, 40), 7, np.uint16))
    assert shown.min() == shown.max()


def test_making_the_frame_changes_neither_pixels_nor_the_linear_one() -> None:
    values = np.random.default_rng(0).integers(0, 4096, (64, 64)).astype(np.uint16)
    of, seen = header(64, 64), stored_pixels(values, "hand")
    before = display_frame(of, seen).description
    made = display_frame(of, seen, "enhanced").description
    assert (made["presets"], made["opening"], made["pixel_sha256"]) == (
        before["presets"],
        before["opening"],
        seen.sha256,
    )
    assert made["sha256"] != before["sha256"]
    assert display_frame(of, seen).description == before
    assert np.array_equal(seen.values, values)
