"""The curve that the reading page draws: the shares that training measured, bands that cover, and a ROC that cannot be used."""

import numpy as np
import pytest
from scipy.special import ndtr

from measures.operating_curve import NotOfTheseCases, operating_curve, place_of
from training.calibration.operating_point import choose, roc_points
from training.metrics import wilson

SETS = 2_000
POSITIVES, NEGATIVES = 60, 140
# Of a binormal pair one and a half standard deviations apart: from nearly all flagged to few.
RANGES = ((-0.5, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 1.5))


def scored(generator: np.random.Generator, positives: int, negatives: int) -> tuple[np.ndarray, np.ndarray]:
    scores = np.concatenate([generator.normal(1.5, 1, positives), generator.normal(0, 1, negatives)])
    return scores, np.concatenate([np.ones(positives), np.zeros(negatives)])


@pytest.mark.parametrize(("positives", "negatives"), [(37, 101), (300, 700)])
def test_each_point_is_what_training_measures_at_its_threshold(positives: int, negatives: int) -> None:
    """Also where only 200 of the points are written."""
    generator = np.random.default_rng(6)
    scores, labels = scored(generator, positives, negatives)
    probabilities = 1 / (1 + np.exp(-scores))
    curve = operating_curve(roc_points(probabilities, labels), positives, negatives)
    assert len(curve) > 100
    assert (curve[0].sensitivity.value, curve[0].specificity.value) == (0, 1)
    for point in curve:
        found = wilson.estimate(int((probabilities[labels == 1] >= point.threshold).sum()), positives)
        cleared = wilson.estimate(int((probabilities[labels == 0] < point.threshold).sum()), negatives)
        for own, theirs in ((point.sensitivity, found), (point.specificity, cleared)):
            assert own.value == pytest.approx(theirs.value, abs=1e-9)
            assert own.ci == pytest.approx(theirs.ci, abs=1e-9)
            assert own.n == theirs.n
    if positives == 300:
        assert len(curve) == 200
        return  # the point that training chose need not be among them
    chosen = choose(probabilities, labels)
    at = curve[place_of(curve, chosen.threshold)]
    assert at.sensitivity.value == pytest.approx(chosen.sensitivity.value, abs=1e-9)
    assert at.specificity.value == pytest.approx(chosen.specificity.value, abs=1e-9)


def test_scores_closer_than_six_decimals_keep_their_cases_apart() -> None:
    scores, labels = np.array([0.4, 0.5000002, 0.5000004, 0.5000007, 0.9999998]), np.array([0.0, 1, 0, 1, 1])
    for wrong, found, threshold in roc_points(scores, labels):
        flagged = scores >= threshold
        assert (flagged[labels == 0].mean(), flagged[labels == 1].mean()) == pytest.approx((wrong, found), abs=1e-6)
    assert roc_points(scores.round(2), labels)[0][2] == 1.000001, "nothing is flagged above a score of 1"


def test_points_that_were_rounded_to_one_threshold_are_one_point() -> None:
    curve = operating_curve([[0, 0, 0.8], [0, 0.5, 0.8], [0.5, 0.5, 0.6], [1, 1, 0.6]], 2, 2)
    shares = [(point.threshold, point.sensitivity.value, point.specificity.value) for point in curve]
    assert shares == [(0.8, 0.5, 1), (0.6, 1, 0)]


def test_the_bands_hold_the_true_share_at_a_fixed_threshold_in_95_of_100_sets() -> None:
    """Of 2,000 simulated sets, read from the ROC as it is written. Each has thresholds of its own, one in each range: at a single
    one Wilson's coverage swings with the number of cases, since shares of 60 come in steps."""
    generator = np.random.default_rng(20)
    held = np.zeros((2, len(RANGES)))
    for _ in range(SETS):
        curve = operating_curve(_every_corner(*scored(generator, POSITIVES, NEGATIVES)), POSITIVES, NEGATIVES)
        for column, (low, high) in enumerate(RANGES):
            threshold = generator.uniform(low, high)
            point = curve[place_of(curve, threshold)]
            truths = (ndtr(1.5 - threshold), ndtr(threshold))
            for row, (share, truth) in enumerate(zip((point.sensitivity, point.specificity), truths, strict=True)):
                held[row, column] += share.ci[0] <= truth <= share.ci[1]
    coverage = held / SETS
    assert ((coverage > 0.93) & (coverage < 0.97)).all(), coverage


def _every_corner(scores: np.ndarray, labels: np.ndarray) -> list[list[float]]:
    """As roc_points writes them, vectorised; 200 cases have at most 201 corners."""
    falling = np.sort(scores)[::-1]
    order = labels[np.argsort(-scores)]
    found, wrong = np.cumsum(order) / labels.sum(), np.cumsum(1 - order) / (1 - labels).sum()
    rows = np.column_stack([wrong, found, falling])
    return [[0.0, 0.0, float(falling[0]) + 1], *rows.round(6).tolist()]


def test_a_roc_of_five_points_is_five_points() -> None:
    roc = [[0, 0, 0.9], [0, 0.5, 0.8], [0.5, 0.5, 0.6], [0.5, 1, 0.3], [1, 1, 0.1]]
    curve = operating_curve(roc, 2, 2)
    assert [point.threshold for point in curve] == [0.9, 0.8, 0.6, 0.3, 0.1]
    assert curve[1].sensitivity.n == 2
    assert curve[1].sensitivity.ci == pytest.approx((0.0945312, 0.9054688), abs=1e-6)
    assert [place_of(curve, threshold) for threshold in (0.95, 0.8, 0.7, 0.0)] == [-1, 1, 1, 4]


@pytest.mark.parametrize(
    ("roc", "positives", "message"),
    [
        ([[0, 0, 0.9], [0, 0.3, 0.5]], 2, "0.3 is no whole number of 2 cases"),
        ([[0, 0, 0.9], [0, 1.5, 0.5]], 2, "point 1 of the ROC"),
        ([[0, float("nan"), 0.9]], 2, "point 0 of the ROC"),
        ([[0, 0]], 2, "point 0 of the ROC"),
        ([[0, 0, 0.4], [0, 0.5, 0.5]], 2, "thresholds that fall"),
        ([[0, 1, 0.9], [0, 0.5, 0.5]], 2, "thresholds that fall"),
        ([[1, 0, 0.9], [0, 0.5, 0.5]], 2, "specificity that falls"),
        ([[0, 0, 0.9]], 0, "0 with and 2 without"),
    ],
)
def test_what_is_no_roc_of_these_cases_is_named(roc: list[list[float]], positives: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        operating_curve(roc, positives, 2)


def test_cases_that_do_not_fit_have_an_error_of_their_own() -> None:
    with pytest.raises(NotOfTheseCases):
        operating_curve([[0, 0.3, 0.5]], 2, 2)
