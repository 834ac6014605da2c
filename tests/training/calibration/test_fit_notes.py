"""What a fit ran into is said, and a loss that does not end at the log odds gets a calibrator with a bias."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from training.calibration.fit_notes import fit_notes
from training.calibration.registry import calibration_method
from training.losses.registry import LOSSES
from training.metrics.binned_gaps import width_sums
from training.run.calibrate import FittedWith, default_method


@pytest.mark.parametrize(
    ("loss", "balanced", "task", "method"),
    [
        ("bce", False, "multilabel", "temperature-per-label"),
        ("two-heads", False, "multilabel", "temperature-per-label"),
        ("spn", False, "multilabel", "temperature-per-label"),
        ("wce", False, "multilabel", "platt"),
        ("custom", False, "multilabel", "platt"),
        ("focal", False, "multilabel", "platt"),
        ("aucm", False, "multilabel", "platt"),
        ("bce", True, "multilabel", "platt"),
        ("ce", False, "single", "temperature"),
        ("ce", True, "single", "vector"),
    ],
)
def test_the_calibrator_follows_what_drove_the_network(loss: str, balanced: bool, task: str, method: str) -> None:
    assert loss in LOSSES
    assert default_method(FittedWith(loss, balanced), task) == method


def test_logits_of_weighted_positives_come_back_to_the_prevalence() -> None:
    # A weight w on the positives moves the log odds by ln w (King and Zeng 2001): here 5 % at w = 19.
    random = np.random.default_rng(0)
    truth = random.normal(-3.6, 1.3, 8000)
    labels = (random.random(8000) < expit(truth)).astype(float)[:, None]
    logits = (truth + np.log(19))[:, None]
    _is_calibrated(logits, labels, np.arange(8000) < 4000)


def test_the_case_of_weighted_cross_entropy(shared_data: Callable[[str], Path]) -> None:
    given = np.load(shared_data("../cases/training") / "wce_prevalence.npz")
    _is_calibrated(given["logits"][:, None], given["labels"][:, None], given["calibration"])


def _is_calibrated(logits: np.ndarray, labels: np.ndarray, calibration: np.ndarray) -> None:
    method = calibration_method(default_method(FittedWith("wce"), "multilabel"))
    p = method.fit(logits[calibration], labels[calibration]).apply(logits[~calibration])[:, 0]
    y = labels[~calibration, 0]
    assert width_sums(p, y, np.ones((1, len(y)))).ece()[0] <= 0.02
    assert p.mean() == pytest.approx(y.mean(), abs=0.01)


def note_of(method: str, logits: list[float] | np.ndarray, labels: list[float] | np.ndarray) -> str:
    z, y = np.asarray(logits, float)[:, None], np.asarray(labels, float)[:, None]
    [notes] = fit_notes(calibration_method(method).fit(z, y), z, y)
    return "; ".join(notes)


PARTED = ([-2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0], [0.0, 0, 0, 0, 1, 1, 1, 1])


def test_scores_that_part_the_cases_do_not_decide_a_slope_and_it_is_said() -> None:
    for method in ("temperature", "temperature-per-label", "platt", "beta"):
        assert "the scores part the cases without an error, so they do not decide" in note_of(method, *PARTED)
    z, y = (np.array(values)[:, None] for values in PARTED)
    p = calibration_method("temperature-per-label").fit(z, y).apply(np.array([[2.0]]))
    assert 0.8 < p[0, 0] < 0.99  # the bound of the search would say 1.000


def test_a_temperature_at_its_bound_without_parted_cases_is_said_too() -> None:
    backwards = ([2.0, 1.0, -1.0, -2.0] * 5, [0.0, 0, 1, 1] * 5)
    assert "the best temperature lies outside 0.05 to 20" in note_of("temperature-per-label", *backwards)
    assert "ran into the bound of its search" in note_of("temperature", *backwards)


def test_the_separable_case(shared_data: Callable[[str], Path]) -> None:
    given = json.loads((shared_data("../cases/training") / "temperature_separable.json").read_text())
    said = note_of("temperature-per-label", given["logits"], given["labels"])
    assert "1 positive of 50 cases" in said
    assert "part the cases without an error" in said
    method = calibration_method("temperature-per-label")
    fitted = method.fit(np.array(given["logits"])[:, None], np.array(given["labels"])[:, None])
    low, high = fitted.apply(np.array([[-2.0], [2.0]]))[:, 0]
    assert 1e-3 < low < 0.5 < high < 0.999


@pytest.mark.parametrize(
    ("method", "logits", "labels", "note"),
    [
        ("platt", [2.0, 1.5, 1, 0.5, -0.5, -1, -1.5, -2] * 3, [0.0, 0, 0, 0, 1, 1, 1, 1] * 3, "slope is at its bound"),
        ("none", [0.0] * 20, [0.0, 1.0] * 10, "no more than the share of positives (0.500)"),
        (
            "none",
            [-1.0, -0.5, 0.0, 0.5, 1.0],
            [0.0] * 5,
            "no positive of 5 cases: the curve rests on the other side alone",
        ),
        ("none", [-1.0, -0.5, 0.0, 0.5, 1.0], [1.0] + [0.0] * 4, "1 positive of 5 cases: the curve rests on it alone"),
        ("none", [-1.0, -0.5, 0.0, 0.5, 1.0], [0.0] + [1.0] * 4, "1 negative of 5 cases"),
        ("none", np.linspace(1, 5, 200), [0.0] * 150 + [1.0] * 50, "mean probability is 0.9"),
    ],
)
def test_each_thing_that_a_fit_runs_into_has_its_sentence(
    method: str, logits: list[float], labels: list[float], note: str
) -> None:
    assert note in note_of(method, logits, labels)


def test_a_sound_fit_has_nothing_to_say() -> None:
    random = np.random.default_rng(3)
    z = random.normal(0, 2, 500)
    y = (random.random(500) < expit(z)).astype(float)
    for method in ("temperature", "temperature-per-label", "platt", "beta", "isotonic"):
        assert note_of(method, z, y) == ""
