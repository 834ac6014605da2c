"""A calibrator refitted on a site's labels: better on cases that it did not see, refused where nobody could tell."""

import numpy as np
import pytest
from scipy.special import expit

from measures.site_calibration import SiteCases, compared, fit_site, platt, still_needed, too_few


def site(n: int, seed: int, shift: float = 2.0, slope: float = 0.5, images: int = 1) -> SiteCases:
    """Scores that were calibrated elsewhere (p = sigmoid(z)) on a site where the truth follows sigmoid(slope z - shift)."""
    random = np.random.default_rng(seed)
    z = random.normal(0.5, 2.0, n)
    y = (random.random(n) < expit(slope * z - shift)).astype(float)
    patients = [f"p{k // images}" for k in range(n)]
    return SiteCases(z, expit(z), y, np.ones(n), patients)


def test_on_a_shifted_site_log_loss_and_ece_fall_with_their_intervals_and_on_held_out_cases() -> None:
    fit = fit_site(site(800, 1))
    assert fit.refused == ""
    assert fit.gain.low > 0.05
    before, after = fit.ece
    assert after.high < before.low
    assert after.floor is not None
    held = site(4000, 2)
    new = expit(fit.scale * held.logits + fit.bias)
    _, gain, (was, now) = compared(held, new)
    assert gain.low > 0.05
    assert now.high < 0.06 < was.low
    assert abs(fit.scale - 0.5) < 0.1
    assert abs(fit.bias + 2.0) < 0.3


def test_thirty_positives_are_refused_with_the_number_still_needed() -> None:
    assert still_needed(30, 50) == (20, 0)
    labels = np.array([1.0] * 30 + [0.0] * 60)
    names = [str(k) for k in range(90)]
    assert too_few(labels, names) == "20 more positives needed: 50 of either at least"
    cases = SiteCases(labels, expit(labels), labels, np.ones(90), names)
    with pytest.raises(ValueError, match="20 more positives needed"):
        fit_site(cases)


def test_many_images_of_few_patients_are_refused() -> None:
    labels = np.array([1.0] * 60 + [0.0] * 60)
    names = [f"ill{k % 4}" for k in range(60)] + [str(k) for k in range(60)]
    assert too_few(labels, names) == "positives of 4 patients; 10 patients of either needed"


def test_numbers_that_are_right_already_are_left_alone() -> None:
    fit = fit_site(site(600, 3, shift=0.0, slope=1.0))
    assert fit.refused == "not_better"
    assert "the interval must lie above 0" in fit.text
    assert fit.gain.value < 0  # on the cases that it was fitted on it would be above


@pytest.mark.parametrize("slope", [-0.4, 0.02])
def test_a_curve_that_does_not_rise_is_refused(slope: float) -> None:
    assert fit_site(site(600, 4, slope=slope)).refused == "not_increasing"


def test_weights_give_the_curve_of_the_cases_that_came() -> None:
    """Every second negative was asked for: weighted, the curve is that of all; unweighted, its bias is too high by ln 2."""
    whole, random = site(20000, 5), np.random.default_rng(6)
    asked = (whole.labels == 1) | (random.random(20000) < 0.5)
    z, y = whole.logits[asked], whole.labels[asked]
    weighted, unweighted = platt(z, y, np.where(y == 1, 1.0, 2.0)), platt(z, y, np.ones(len(y)))
    assert abs(weighted[1] - platt(whole.logits, whole.labels, whole.weights)[1]) < 0.05
    assert abs(unweighted[1] - weighted[1] - np.log(2)) < 0.07


def test_images_of_one_patient_widen_the_interval() -> None:
    """Ten copies of every case are no news."""
    one = site(400, 1)
    parts = [np.repeat(getattr(one, name), 10) for name in ("logits", "before", "labels", "weights")]
    copied = SiteCases(*parts, list(np.repeat(one.patients, 10)))
    wide, same = fit_site(copied).gain, fit_site(one).gain
    assert (wide.high - wide.low) == pytest.approx(same.high - same.low, rel=0.15)
