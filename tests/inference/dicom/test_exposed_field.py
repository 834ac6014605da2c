"""The exposed field on made collimation."""

import numpy as np

from inference.dicom.exposed_field import exposed_box, exposed_counts, line_percentiles


def exposed(rows: int, columns: int) -> np.ndarray:
    return np.random.default_rng(1).integers(200, 800, (rows, columns)).astype(np.uint16)


def test_flat_borders_are_peeled_from_four_sides() -> None:
    image = np.full((100, 120), 1000, np.uint16)
    image[10:90, 20:110] = exposed(80, 90)
    assert exposed_box(image, None) == (10, 90, 20, 110)


def test_an_image_without_collimation_is_taken_whole() -> None:
    assert exposed_box(exposed(60, 70), None) == (0, 60, 0, 70)


def test_a_flat_image_is_taken_whole() -> None:
    assert exposed_box(np.full((8, 9), 5, np.uint16), None) == (0, 8, 0, 9)


def test_padding_is_left_out_of_the_values() -> None:
    image = exposed(40, 40)
    padding = np.zeros((40, 40), bool)
    padding[:, :5] = True
    image[padding] = 0
    counts = exposed_counts(image, padding, 1023)
    assert not counts[:200].any()
    assert counts.sum() == 40 * 35


def test_percentiles_of_lines_leave_padding_out() -> None:
    lines = exposed(50, 41).astype(np.float32)
    lines[np.random.default_rng(2).random(lines.shape) < 0.3] = np.nan
    wanted = np.nanpercentile(lines, (5, 95), axis=1)
    assert np.array_equal(line_percentiles(lines, (5, 95)), wanted)
    assert line_percentiles(np.full((1, 3), np.nan, np.float32), (5, 95)) == [[0.0], [0.0]]
