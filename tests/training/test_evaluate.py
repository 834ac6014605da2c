"""Reports of held-out cases: by view, with unknown labels, pooled over folds; and the card made from them."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.synthetic_cases import SIDE, square_cases
from training import evaluate
from training.calibrate import CalibrationSettings, calibrate
from training.evaluate import Held, held, pool
from training.outputs import Outputs


def held_cases(seed: int, n: int = 60) -> Held:
    cases = square_cases(n, seed)
    random = np.random.default_rng(seed)
    logits = (cases.labels * 4 - 2 + random.normal(size=cases.labels.shape)).astype(np.float32)
    maps = cases.masks.astype(np.float32)
    outputs = Outputs(logits, maps, 1 - maps, random.normal(size=(n, 3)).astype(np.float32))
    return held(cases, outputs, calibrate(cases, outputs, random.normal(size=(40, 3)), CalibrationSettings(refits=20)))


def test_auc_is_reported_for_all_and_by_view() -> None:
    # AP holds one concordant pair, PA one discordant; all: (AP+, AP-), (AP+, PA-) right, (PA+, AP-), (PA+, PA-) wrong.
    cases = square_cases(5)
    scores = np.array([0.3, 0.9, 0.35, 0.32, 0.0])
    labels = np.array([1.0, 1.0, 0.0, 0.0, np.nan])
    report = evaluate.auc_report(cases, scores, labels)  # views PA, AP, PA, AP, PA
    assert report["all"]["value"] == pytest.approx(0.5)
    assert (report["AP"]["value"], report["PA"]["value"]) == (1.0, 0.0)
    assert report["all"]["n"] == 4


def test_pooled_folds_keep_each_case_once() -> None:
    first, second = held_cases(1), held_cases(2, 40)
    both = pool([first, second])
    assert both.cases.ids == first.cases.ids + second.cases.ids
    assert np.array_equal(both.after[60:], second.after)
    assert both.outputs.gradcam.shape == (100, 3, 2, 2)


def test_pointing_counts_only_cases_with_a_box_of_the_finding() -> None:
    cases = held_cases(1)
    report = evaluate.pointing_report(cases, 0, (SIDE, SIDE))
    assert report["gradcam"]["value"] == 1.0
    assert report["classmaps"]["value"] == 0.0
    assert report["gradcam"]["n"] == int(cases.cases.labels[:, 0].sum())
    assert report["gradcam"]["chance"] == pytest.approx(64 / 1024)


def test_calibration_lowers_the_likelihood_loss_and_carries_its_noise_floor() -> None:
    report = evaluate.calibration_report(held_cases(1), 0)
    assert report["after"]["nll"] <= report["before"]["nll"]
    assert 0 < report["after"]["ece15"]["noise_floor"]["mean"] < 0.2


def test_conformal_and_gate_reports_are_proportions() -> None:
    cases = held_cases(1)
    report = evaluate.conformal_report(cases, 0)
    assert report["coverage_positive"]["value"] >= 0.9
    assert evaluate.gate_report(cases)["refused"]["n"] == 60


def test_the_control_score_sees_detail_only() -> None:
    cases = square_cases(2)
    cases.images[0] = 0.5
    smooth, noisy = evaluate.detail_score(cases)
    assert smooth == 0
    assert noisy > 0.1
