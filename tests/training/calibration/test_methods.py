"""Every calibration method: what it must keep, what it must recover, and its own hand-computed numbers."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import expit, log_softmax, logit
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from inference.calibration_forms import Beta, Ramps, ScaleBias
from training.calibration import beta, histogram, isotonic, shared_temperature, vector
from training.calibration.calibrator import Calibrator, read_calibrator
from training.calibration.ramp_knots import NARROWEST, ramps
from training.calibration.registry import CALIBRATORS, calibration_method
from training.metrics import auc

TASKS = [(name, task) for name, method in CALIBRATORS.items() for task in method.tasks]


def overconfident(task: str, n: int = 300, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits three times too large and shifted, of three classes; one label in ten unknown where that is allowed."""
    random = np.random.default_rng(seed)
    truth = random.normal(size=(n, 3)) * 1.5
    if task == "single":
        return 3 * truth + 0.5, np.eye(3)[(truth + random.gumbel(size=truth.shape)).argmax(axis=1)]
    labels = (random.random(truth.shape) < expit(truth)).astype(float)
    labels[random.random(truth.shape) < 0.1] = np.nan
    return 3 * truth + 0.5, labels


def likelihood(calibrator: Calibrator, logits: np.ndarray, labels: np.ndarray) -> float:
    p = calibrator.apply(logits)
    if calibrator.task == "single":
        return float(-np.log((p * labels).sum(axis=1)).mean())
    known = ~np.isnan(labels)
    return log_loss(labels[known], p[known])


@pytest.mark.parametrize(("name", "task"), TASKS)
def test_it_lowers_the_likelihood_it_was_fitted_for_and_comes_back_from_json(name: str, task: str) -> None:
    logits, labels = overconfident(task)
    raw = CALIBRATORS["none"].fit(logits, labels, task)
    found = CALIBRATORS[name].fit(logits, labels, task)
    assert found == CALIBRATORS[name].fit(logits, labels, task)
    assert likelihood(found, logits, labels) <= likelihood(raw, logits, labels) + 1e-12
    if name != "none":
        assert likelihood(found, logits, labels) < likelihood(raw, logits, labels) - 0.05
    assert read_calibrator(json.loads(json.dumps(found.document()))) == found


@pytest.mark.parametrize(("name", "task"), TASKS)
def test_refits_are_seeded_differ_and_answer_like_the_fit(name: str, task: str) -> None:
    logits, labels = overconfident(task, 200)
    patients = [str(i // 2) for i in range(200)]
    found = CALIBRATORS[name].refits(logits, labels, patients, task, count=4)
    assert found == CALIBRATORS[name].refits(logits, labels, patients, task, count=4)
    assert len({str(refit) for refit in found}) == (1 if name == "none" else 4)
    typical = np.median([refit.apply(logits) for refit in found], axis=0)
    assert np.abs(typical - CALIBRATORS[name].fit(logits, labels, task).apply(logits)).mean() < 0.08


@pytest.mark.parametrize("name", ["none", "temperature", "temperature-per-label", "platt", "beta"])
def test_the_auc_of_every_label_is_kept(name: str) -> None:
    logits, labels = overconfident("multilabel")
    p = CALIBRATORS[name].fit(logits, labels).apply(logits)
    for k in range(3):
        known = ~np.isnan(labels[:, k])
        before, after = (auc.estimate(scores[known, k], labels[known, k]).value for scores in (logits, p))
        assert after == pytest.approx(before, abs=1e-12)


def test_one_temperature_keeps_the_argmax_of_a_softmax_and_a_vector_need_not() -> None:
    logits, labels = overconfident("single")
    logits[:, 0] += 4  # class 0 is called far too often
    answers = {
        name: CALIBRATORS[name].fit(logits, labels, "single").apply(logits).argmax(axis=1)
        for name in ("temperature", "vector")
    }
    assert (answers["temperature"] == logits.argmax(axis=1)).all()
    assert (answers["vector"] != logits.argmax(axis=1)).any()


def test_the_shared_temperature_of_the_design_example() -> None:
    # z = 2 eight times over two labels, three in four positive: sigmoid(2/T) = 3/4, T = 2 / ln 3
    found = shared_temperature.fit(np.full((4, 2), 2.0), np.array([[1.0, 1], [1, 1], [1, 1], [0, 0]]), "multilabel")
    assert 1 / found[0].scale == pytest.approx(1.820478, abs=1e-6)
    # two classes with logits 2, 0: softmax is sigmoid of the difference
    single = shared_temperature.fit(np.array([[2.0, 0]] * 4), np.eye(2)[[0, 0, 0, 1]], "single")
    assert 1 / single[0].scale == pytest.approx(1.820478, abs=1e-6)


@pytest.mark.parametrize(("truth", "temperature_"), [(1.0, 0.05), (0.0, 20.0)])
def test_the_shared_temperature_stays_inside_its_bounds(truth: float, temperature_: float) -> None:
    found = shared_temperature.fit(np.full((3, 2), 0.2), np.full((3, 2), truth), "multilabel")
    assert 1 / found[0].scale == pytest.approx(temperature_)


def test_the_shared_temperature_is_the_minimum_of_the_likelihood() -> None:
    logits, labels = overconfident("single")
    found = shared_temperature.fit(logits, labels, "single")[0].scale

    def loss(log_t: float) -> float:
        return float(-(log_softmax(logits / math.exp(log_t), axis=1) * labels).sum())

    assert math.log(1 / found) == pytest.approx(minimize_scalar(loss, bracket=(-1, 2)).x, abs=1e-5)


def test_the_vector_recovers_scales_and_shifts() -> None:
    random = np.random.default_rng(0)
    truth = random.normal(size=(20_000, 3)) * 2
    labels = np.eye(3)[(truth + random.gumbel(size=truth.shape)).argmax(axis=1)]
    scale, shift = np.array([2.0, 1.0, 0.5]), np.array([1.0, 0.0, -1.0])
    found = vector.fit((truth - shift) / scale, labels)
    assert [own.scale for own in found] == pytest.approx(scale, rel=0.05)
    biases = np.array([own.bias for own in found])
    assert biases - biases.mean() == pytest.approx(shift - shift.mean(), abs=0.08)


def test_beta_is_logistic_regression_on_two_logarithms() -> None:
    logits, labels = overconfident("multilabel", 500, 3)
    known = ~np.isnan(labels[:, 0])
    z, y = logits[known, 0], labels[known, 0]
    found = beta.fit(z, y)
    features = np.column_stack([np.log(expit(z)), -np.log(expit(-z))])
    oracle = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(features, y)
    assert oracle.coef_[0].min() > 0  # the bounds are not at work here
    assert (found.a, found.b, found.c) == pytest.approx((*oracle.coef_[0], oracle.intercept_[0]), rel=1e-3, abs=1e-3)


def test_beta_one_one_zero_changes_nothing_and_a_reversed_score_is_not_turned_over() -> None:
    z = np.array([-800.0, -2, 0, 3, 800])
    assert Beta(1.0, 1.0, 0.0).apply(z) == pytest.approx(expit(z))
    found = beta.fit(np.array([3.0, 2, -2, -3]), np.array([0.0, 0, 1, 1]))
    assert (found.a, found.b, found.c) == pytest.approx((0, 0, 0), abs=1e-6)


def test_isotonic_is_scikit_learns_curve() -> None:
    # scores 0.3 apart, so that no ramp has to be widened; probabilities held 1/(n+2) away from 0 and 1
    random = np.random.default_rng(0)
    z = random.permutation(np.arange(40) * 0.3)
    y = (random.random(40) < expit((z - 6) / 2)).astype(float)
    places = np.linspace(-1, 13, 500)
    oracle = IsotonicRegression(y_min=1 / 42, y_max=41 / 42, out_of_bounds="clip").fit(z, y)
    assert isotonic.fit(z, y).apply(places) == pytest.approx(oracle.predict(places), abs=1e-5)


def test_isotonic_pools_the_violators() -> None:
    # 0 | 1 0 | 1: the middle two violate and become 1/2; the ends stay 1/6 away from 0 and 1
    found = isotonic.fit(np.array([1.0, 2, 3, 4]), np.array([0.0, 1, 0, 1]))
    assert found.apply(np.array([0.0, 1, 2, 3, 4, 9])) == pytest.approx([1 / 6, 1 / 6, 0.5, 0.5, 5 / 6, 5 / 6])


def test_histogram_says_the_share_of_each_bin() -> None:
    # two bins of three: (0 + .5)/4 and (2 + .5)/4; the step is at 2.5, between the scores 2 and 3
    found = histogram.fit(np.array([0.0, 1, 2, 3, 4, 5]), np.array([0.0, 0, 0, 1, 0, 1]), bins=2)
    assert found.apply(np.array([-9.0, 2.4, 2.5, 2.6, 9])) == pytest.approx(
        [0.125, 0.125, 0.375, 0.625, 0.625], abs=1e-5
    )


def test_equal_scores_share_a_bin() -> None:
    found = histogram.fit(np.array([1.0, 1, 1, 1, 2, 2]), np.array([0.0, 1, 0, 1, 1, 1]), bins=3)
    assert found.apply(np.array([1.0, 2.0])) == pytest.approx([0.5, 2.5 / 3])
    assert histogram.fit(np.zeros(5), np.ones(5)).apply(np.zeros(1)) == pytest.approx([5.5 / 6])


def test_ramps_are_never_steeper_than_a_float_can_follow() -> None:
    found = ramps([0.0, 1.0, 1.0 + 1e-7, 1.0 + 2e-7, 3.0, 4.0, 5.0], [0.1, 0.1, 0.5, 0.9, 0.9, 0.9, 1.0])
    places = [x for x, _ in found.knots]
    assert np.diff(places).min() >= NARROWEST * 0.999
    assert found.knots[0] == (0.0, 0.1)
    assert [y for _, y in found.knots] == [0.1, 0.1, 0.5, 0.9, 0.9, 1.0]  # the knot at 3 says nothing
    assert [float(np.float32(x)) for x in places] == places


def test_one_knot_is_a_constant() -> None:
    assert Ramps(((0.0, 0.3),)).apply(np.array([-1.0, 1])).tolist() == [0.3, 0.3]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: calibration_method("bbq"), "calibration method 'bbq' is not one of none, temperature, "),
        (
            lambda: CALIBRATORS["platt"].fit(np.eye(2), np.eye(2), "single"),
            "method 'platt' does not calibrate task 'single'; it is for multilabel",
        ),
        (lambda: CALIBRATORS["vector"].fit(np.eye(2), np.eye(2)), "'vector' does not calibrate task 'multilabel'"),
        (
            lambda: CALIBRATORS["platt"].fit(np.eye(2), np.full((2, 2), np.nan)),
            r"\(0,\); wanted two equal \[n\], n >= 1",
        ),
        (lambda: Calibrator("beta", "single", (Beta(1, 1, 0),), 3), r"\['beta'\]; allowed: scale-bias only"),
        (
            lambda: Calibrator("platt", "multilabel", (ScaleBias(1, 0),), 3).apply(np.zeros((2, 2))),
            r"logits of shape \(2, 2\); wanted \[n,1\]",
        ),
    ],
)
def test_what_cannot_be_calibrated_is_named(call, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        call()


def test_a_resample_without_a_class_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # Two cases of two classes: half of the resamples hold one class only, and ten are drawn per wanted refit.
    found = CALIBRATORS["temperature"].refits(np.eye(2), np.eye(2), ["a", "b"], "single", count=5)
    assert len(found) == 5
    monkeypatch.setattr("training.calibration.registry.ATTEMPTS", 1)
    with pytest.raises(ValueError, match="of 20 resamples hold every class; the calibration split is too small"):
        CALIBRATORS["temperature"].refits(np.eye(2), np.eye(2), ["a", "b"], "single", count=20)


def test_a_label_map_inverts_what_was_done_to_the_logits() -> None:
    # platt through the registry: logits 3 t + .5 of calibrated t: scale 1/3, bias -1/6
    logits, labels = overconfident("multilabel", 20_000)
    own = CALIBRATORS["platt"].fit(logits, labels).maps[0]
    assert isinstance(own, ScaleBias)
    assert (own.scale, own.bias) == pytest.approx((1 / 3, -1 / 6), abs=0.05)
    assert logit(own.apply(np.array([0.5]))) == pytest.approx([0.0], abs=0.05)


def test_a_calibrator_survives_its_document() -> None:
    calibrator = Calibrator("platt", "multilabel", (ScaleBias(0.8, -0.1),), 120)
    assert read_calibrator(json.loads(json.dumps(calibrator.document()))) == calibrator
