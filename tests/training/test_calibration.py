"""Calibrators, conformal thresholds, operating points, gate and map thresholds against hand-computed numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import expit
from sklearn.metrics import log_loss

from training.calibration import conformal, map_threshold, ood_gate, operating_point, platt, refits, temperature


def simulated(seed: int, n: int = 400) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    truth = random.normal(size=n) * 2
    return truth * 3 + 1, (random.random(n) < expit(truth)).astype(float)


def test_temperature_of_the_design_example() -> None:
    # z = 2 four times, y = 1,1,1,0: sigmoid(2/T) = 3/4, so T = 2 / ln 3 = 1.820478
    found = temperature.fit(np.full(4, 2.0), np.array([1.0, 1, 1, 0]))
    assert 1 / found.scale == pytest.approx(1.820478, abs=1e-5)
    assert found.bias == 0


@pytest.mark.parametrize(
    ("labels", "temperature_"),
    # Only positives ask for T -> 0; smoothed, they are 4 of 5: sigmoid(.2/T) = 4/5, T = .2 / ln 4. Only negatives at a positive
    # score ask for T -> infinity, smoothed or not.
    [([1.0, 1, 1], 0.2 / math.log(4)), ([0.0, 0, 0], 20.0)],
)
def test_a_temperature_at_its_bound_is_fitted_to_smoothed_targets(labels: list[float], temperature_: float) -> None:
    z, y = np.full(3, 0.2), np.array(labels)
    assert temperature.is_undecided(z, y)
    assert 1 / temperature.fit(z, y).scale == pytest.approx(temperature_, rel=1e-3)


@pytest.mark.parametrize("method", [temperature, platt], ids=["temperature", "platt"])
def test_calibration_keeps_the_order_and_never_raises_the_loss(method) -> None:  # type: ignore[no-untyped-def]
    logits, labels = simulated(0)
    found = method.fit(logits, labels)
    assert found.scale > 0
    assert log_loss(labels, found.apply(logits)) <= log_loss(labels, expit(logits)) + 1e-9
    assert (np.argsort(found.apply(logits)) == np.argsort(logits)).all()


def test_platt_recovers_scale_and_bias() -> None:
    # logits = 3 truth + 1, so truth = logits/3 - 1/3
    found = platt.fit(*simulated(1, 20_000))
    assert found.scale == pytest.approx(1 / 3, rel=0.05)
    assert found.bias == pytest.approx(-1 / 3, abs=0.05)


def test_platt_smooths_a_separated_set() -> None:
    # One positive, one negative: targets 2/3 and 1/3 at z = +-1: a = logit(2/3) = ln 2, b = 0.
    found = platt.fit(np.array([1.0, -1.0]), np.array([1.0, 0.0]))
    assert found.scale == pytest.approx(math.log(2), abs=1e-5)
    assert found.bias == pytest.approx(0, abs=1e-5)


def test_platt_of_a_reversed_score_keeps_a_positive_scale() -> None:
    assert platt.fit(np.array([3.0, 2, -2, -3]), np.array([0.0, 0, 1, 1])).scale == pytest.approx(1e-3)


@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        ([], [], "wanted two equal"),
        ([1.0], [2.0], r"labels hold \[2.0\]"),
        ([math.nan, 1.0], [0.0, 1.0], "not all finite"),
    ],
)
def test_wrong_input_is_refused(logits: list[float], labels: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        temperature.fit(np.array(logits), np.array(labels))


def test_refits_are_by_patient_seeded_and_need_both_classes() -> None:
    logits, labels = simulated(2, 60)
    patients = [str(i // 3) for i in range(60)]
    first = refits.bootstrap_refits(platt.fit, logits, labels, patients, count=20)
    assert first == refits.bootstrap_refits(platt.fit, logits, labels, patients, count=20)
    assert np.std([refit.scale for refit in first]) > 0
    with pytest.raises(ValueError, match="0 of 20 resamples hold both classes"):
        refits.bootstrap_refits(platt.fit, logits, np.ones(60), patients, count=20)


POSITIVES = np.array([0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99])


@pytest.mark.parametrize(("alpha", "threshold"), [(0.1, 0.2), (0.2, 0.4)])
def test_conformal_threshold_of_the_design_example(alpha: float, threshold: float) -> None:
    found = conformal.fit(np.append(POSITIVES, 0.0), np.append(np.ones(9), 0.0), alpha)
    assert found.present_at_least == threshold


def test_conformal_absent_mirrors_present() -> None:
    found = conformal.fit(1 - POSITIVES, np.zeros(9), 0.1)
    assert found.absent_at_most == pytest.approx(0.8)


def test_fewer_than_nine_cases_are_always_in_the_set() -> None:
    found = conformal.fit(np.append(POSITIVES[1:], [0.1] * 8), np.append(np.ones(8), np.zeros(8)), 0.1)
    assert (found.present_at_least, found.absent_at_most) == (0.0, 1.0)


def test_conformal_coverage_holds_on_new_cases() -> None:
    random = np.random.default_rng(0)
    covered = [
        (random.beta(3, 2, 500) >= conformal.fit(random.beta(3, 2, 99), np.ones(99)).present_at_least).mean()
        for _ in range(300)
    ]
    assert np.mean(covered) == pytest.approx(0.9, abs=0.01)


def test_youden_is_the_best_sum_and_lies_between_scores() -> None:
    # Threshold at .6 and above: sensitivity 2/3, specificity 3/3; lower to .4: 3/3 and 2/3 - a tie, the higher threshold is kept.
    p, y = np.array([0.1, 0.2, 0.5, 0.4, 0.6, 0.9]), np.array([0.0, 0, 0, 1, 1, 1])
    point = operating_point.choose(p, y)
    assert point.threshold == pytest.approx(0.55)
    assert (point.sensitivity.value, point.specificity.value) == pytest.approx((2 / 3, 1.0))


def test_a_wanted_sensitivity_is_reached() -> None:
    p, y = np.array([0.1, 0.2, 0.5, 0.4, 0.6, 0.9]), np.array([0.0, 0, 0, 1, 1, 1])
    point = operating_point.choose(p, y, "sensitivity-0.90")
    assert (point.sensitivity.value, point.specificity.value) == pytest.approx((1.0, 2 / 3))
    with pytest.raises(ValueError, match="rule 'best' is not one of youden"):
        operating_point.choose(p, y, "best")
    with pytest.raises(ValueError, match="6 positives of 6"):
        operating_point.choose(p, np.ones(6))


def test_roc_points_keep_both_ends() -> None:
    random = np.random.default_rng(0)
    points = operating_point.roc_points(random.random(1000), (random.random(1000) < 0.5).astype(float))
    assert len(points) == 200
    assert points[0][:2] == [0.0, 0.0]
    assert points[-1][:2] == [1.0, 1.0]


def test_the_gate_lets_one_percent_of_its_own_kind_out_and_all_of_another() -> None:
    random = np.random.default_rng(0)
    gate = ood_gate.fit(random.normal(size=(2000, 5)), random.normal(size=(2000, 5)))
    assert (gate.distances(random.normal(size=(5000, 5))) > gate.threshold).mean() == pytest.approx(0.01, abs=0.006)
    assert (gate.distances(random.normal(size=(100, 5)) + 8) > gate.threshold).all()


def test_the_distance_of_a_unit_gaussian_is_the_euclidean_one() -> None:
    gate = ood_gate.OodGate(np.zeros(2, np.float32), np.eye(2, dtype=np.float32), 1.0, 0.99)
    assert gate.distances(np.array([[3.0, 4.0]])) == pytest.approx([5.0])


def test_the_map_threshold_is_the_fraction_with_the_best_dice() -> None:
    heat = np.array([[[1.0, 0.6], [0.3, 0.1]]])
    mask = np.array([[[1.0, 1.0], [0.0, 0.0]]])
    # .35 is the first fraction that leaves out the cell of .3.
    assert map_threshold.fit(heat, mask) == pytest.approx(0.35)
    assert map_threshold.fit(np.zeros((1, 2, 2)), mask) == map_threshold.DEFAULT


@pytest.mark.parametrize(
    ("rule", "positives", "reached"),
    [("sensitivity-0.90", [1, *range(12, 21)], (0.9, 1.0)), ("specificity-0.90", range(10, 20), (1.0, 0.9))],
)
def test_nine_of_ten_is_at_least_090(rule: str, positives: list[int], reached: tuple[float, float]) -> None:
    # Scores 1..20, ten of each class. Nine of ten is enough, and the other is 1; asked for more than .9, it would be 0.
    y = np.array([float(score in positives) for score in range(1, 21)])
    point = operating_point.choose(np.arange(1, 21) / 20, y, rule)
    assert (point.sensitivity.value, point.specificity.value) == pytest.approx(reached)
