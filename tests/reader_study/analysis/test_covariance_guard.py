"""Where readers agree less with each other within a test than across tests, Cov2 - Cov3 counts as 0, never as a bonus.

Obuchowski and Rockette 1995; Hillis 2014. A [2 tests, 3 readers] table and its covariances by hand.
"""

import numpy as np
import pytest

from reader_study.analysis import obuchowski_rockette as obuchowski
from reader_study.analysis import sizing
from reader_study.analysis.covariance import Cells
from reader_study.analysis.obuchowski_rockette import Components

VAR, COV1, COV2, COV3 = 0.0020, 0.0008, 0.0002, 0.0005


@pytest.fixture
def cells() -> Cells:
    """Var, Cov1, Cov2 and Cov3 are the same for every pair, Cov2 below Cov3."""
    same_test = np.eye(2, dtype=bool)[:, None, :, None]
    same_reader = np.eye(3, dtype=bool)[None, :, None, :]
    covariance = np.where(same_test, np.where(same_reader, VAR, COV2), np.where(same_reader, COV1, COV3))
    return Cells(np.array([[0.80, 0.84, 0.91], [0.86, 0.88, 0.90]]), covariance)


def test_random_readers_take_ms_tr_alone_as_denominator(cells: Cells) -> None:
    # Means .85, .88; MS(T) = 3 (.015^2 + .015^2) = .00135. Differences -.06 -.04 .01, mean -.03:
    # MS(TR) = [.03^2 + .01^2 + .04^2] / 2 / 2 = .00065. F = .00135 / .00065, df2 = (t-1)(r-1) = 2.
    found = obuchowski.analyse(cells)
    assert vars(found.ms) == pytest.approx({"T": 0.00135, "R": 0.00285, "TR": 0.00065})
    assert found.rrrc is not None
    assert (found.rrrc.statistic, found.rrrc.df2) == pytest.approx((0.00135 / 0.00065, 2))
    assert found.rrrc.differences[0].se == pytest.approx(np.sqrt(2 * 0.00065 / 3))


def test_fixed_readers_take_var_minus_cov1_alone(cells: Cells) -> None:
    # chi-square = (t - 1) MS(T) / (Var - Cov1) = .00135 / .0012
    found = obuchowski.analyse(cells).frrc
    assert found.statistic == pytest.approx(0.00135 / 0.0012)
    assert found.differences[0].se == pytest.approx(np.sqrt(2 * 0.0012 / 3))


def test_a_negative_covariance_between_readers_does_not_narrow_one_test(cells: Cells) -> None:
    negative = Cells(cells.values, np.where(cells.covariance == COV2, -0.0004, cells.covariance))
    found = obuchowski.analyse(negative)
    assert found.rrrc is not None
    ms_r = np.var([0.80, 0.84, 0.91], ddof=1)
    assert found.rrrc.singles[0].se == pytest.approx(np.sqrt(ms_r / 3))
    assert found.rrrc.singles[0].df == pytest.approx(2)
    assert found.frrc.singles[0].se == pytest.approx(np.sqrt(VAR / 3))


def test_a_study_is_not_planned_smaller_for_it() -> None:
    # c = 1, e = 0, v = 0: spread = Var - Cov1 = .0012 whatever J; non-centrality J d^2 / (2 spread).
    parts = Components(VAR, COV1, COV2, COV3, 0.001, -0.001)
    for analysis in sizing.ANALYSES:
        assert sizing.power(parts, 100, 0.05, 6, 100, analysis).ncp == pytest.approx(6 * 0.05**2 / (2 * 0.0012))
