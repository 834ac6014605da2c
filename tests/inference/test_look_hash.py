"""The hash of a picture's look: the same for other renderings of one exposure, another for another picture."""

import numpy as np
import pytest

from inference.look_hash import ALIKE, look_distances, look_hash
from tests.webapp.archive.dicom_files import chest_pixels

RANDOM = np.random.default_rng(3)
PICTURE = np.cumsum(np.cumsum(RANDOM.normal(size=(640, 512)), axis=0), axis=1)
PICTURE = (4095 * (PICTURE - PICTURE.min()) / np.ptp(PICTURE)).astype(np.uint16)


@pytest.mark.parametrize(
    "other",
    [
        PICTURE,
        4095 - PICTURE,
        (PICTURE // 16).astype(np.uint8),
        (4095 * (PICTURE / 4095) ** 2).astype(np.uint16),
        PICTURE[::2, ::2],
        (PICTURE.astype(np.int32) - 2048).astype(np.int16),
    ],
    ids=["same", "inverted", "8 bits", "another curve", "half the size", "signed"],
)
def test_another_rendering_looks_alike(other: np.ndarray) -> None:
    assert look_distances(look_hash(PICTURE), [look_hash(other)])[0] <= ALIKE


def test_another_picture_does_not() -> None:
    assert look_distances(look_hash(PICTURE), [look_hash(PICTURE.T), look_hash(chest_pixels())]).min() > ALIKE


@pytest.mark.parametrize("values", [np.zeros((64, 64), np.uint8), np.eye(31, dtype=np.uint16)], ids=["flat", "small"])
def test_a_picture_without_a_look_has_no_hash(values: np.ndarray) -> None:
    assert look_hash(values) == ""
