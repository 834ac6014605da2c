"""Window formulas and tables at hand-computed points (PS3.3 C.11.2.1)."""

import numpy as np
import pytest

from inference.dicom import Lut, Window
from inference.dicom.voi import apply_lut, apply_voi, linear, linear_exact, lut_bounds, sigmoid, window_bounds


def lut(first: int, bits: int, entries: list[int]) -> Lut:
    return Lut(first, bits, np.array(entries, "<u2").tobytes())


def test_linear_at_its_edges_and_centre() -> None:
    # c = 40, w = 5: the ramp runs from 39.5 - 2 = 37.5 to 39.5 + 2 = 41.5, (x - 39.5)/4 + 1/2.
    x = np.array([37.0, 37.5, 38.0, 39.5, 40.0, 41.0, 41.5, 42.0])
    assert linear(x, 40, 5).tolist() == [0, 0, 0.125, 0.5, 0.625, 0.875, 1, 1]


def test_linear_is_a_threshold_at_width_1() -> None:
    # x <= c - 0.5 gives 0, above gives 1
    assert linear(np.array([39.0, 39.5, 39.6, 40.0]), 40, 1).tolist() == [0, 0, 1, 1]


def test_linear_shows_256_levels_of_8_bits_unchanged() -> None:
    # The standard's example: c = 128, w = 256 is the identity on 0..255.
    x = np.arange(256.0)
    assert np.allclose(linear(x, 128, 256) * 255, x, atol=1e-12)


def test_linear_exact_at_its_edges_and_centre() -> None:
    # c = 40, w = 4: (x - 40)/4 + 1/2 between 38 and 42.
    x = np.array([37.0, 38.0, 39.0, 40.0, 41.0, 42.0, 43.0])
    assert linear_exact(x, 40, 4).tolist() == [0, 0, 0.25, 0.5, 0.75, 1, 1]


def test_linear_exact_takes_a_width_below_1() -> None:
    assert linear_exact(np.array([0.25, 0.5, 0.625, 0.75]), 0.5, 0.5).tolist() == [0, 0.5, 0.75, 1]


def test_sigmoid_at_three_points() -> None:
    # 1/(1+exp(-4(x-c)/w)): c -> 1/2, c + w/4 -> 1/(1+1/e) = 0.731059, c - w/4 -> 0.268941.
    values = sigmoid(np.array([-100.0, 0.0, 100.0]), 0, 400)
    assert values == pytest.approx([0.2689414, 0.5, 0.7310586])


def test_sigmoid_of_far_values_stays_finite() -> None:
    assert sigmoid(np.array([-1e9, 1e9]), 0, 1).tolist() == pytest.approx([0, 1])


def test_a_table_holds_its_ends() -> None:
    # first mapped value 100: 99 and below give entry 0, 103 and above the last one
    table = lut(100, 8, [10, 20, 30, 40])
    assert apply_lut(table, np.array([-5, 99, 100, 101, 103, 104, 9999])).tolist() == [10, 10, 10, 20, 40, 40, 40]


def test_a_signed_first_value_is_used_as_such() -> None:
    table = lut(-1000, 12, [0, 4095])
    assert apply_voi(table, np.array([-1001, -1000, -999])).tolist() == [0, 0, 1]


@pytest.mark.parametrize(("bits", "top"), [(8, 255), (10, 1023), (12, 4095), (16, 65535)])
def test_table_output_is_scaled_by_its_bits_and_not_by_its_entries(bits: int, top: int) -> None:
    assert apply_voi(lut(0, bits, [0, top // 3, top]), np.array([0, 1, 2])).tolist() == [0, (top // 3) / top, 1]


@pytest.mark.parametrize(
    ("window", "bounds"),
    [
        (Window(40, 5), (37.5, 41.5)),
        (Window(40, 4, "LINEAR_EXACT"), (38, 42)),
        (Window(40, 4, "SIGMOID"), (38, 42)),
    ],
)
def test_bounds_are_where_the_ramp_begins_and_ends(window: Window, bounds: tuple[float, float]) -> None:
    assert window_bounds(window) == bounds


def test_bounds_of_a_table_leave_out_its_flat_ends() -> None:
    # entries 0 0 5 9 9 from 10 on: rises from 11 (last 0) to 13 (first 9)
    assert lut_bounds(lut(10, 8, [0, 0, 5, 9, 9])) == (11, 13)
    assert lut_bounds(lut(10, 8, [9, 5, 0])) == (10, 12)
