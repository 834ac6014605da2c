"""The Brier score by hand."""

import numpy as np
import pytest

from measures.brier import weighted_brier

P, Y = np.array([0.1, 0.2, 0.8, 0.9]), np.array([0.0, 1.0, 1.0, 1.0])


def test_weights_are_multiplicities() -> None:
    found = weighted_brier(P, Y, np.array([[1.0, 1, 1, 1], [2, 0, 1, 0], [0, 0, 0, 0]]))
    assert found[:2].tolist() == pytest.approx([0.175, (2 * 0.01 + 0.04) / 3])
    assert np.isnan(found[2])
