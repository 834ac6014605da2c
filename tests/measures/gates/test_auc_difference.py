"""The paired difference of weighted AUCs: DeLong where nothing is weighted or shared, and what weights and patients do."""

import math

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm, t

from measures.delong import placement_covariance
from measures.gates.auc_difference import measure
from measures.gates.interval import Measured
from measures.gates.restrained_area import restrained_error
from measures.roc_area import auc, placements, weighted_auc
from tests.measures.gates.made import QUESTION, answers, paired


def drawn(n: int = 40, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    labels = (np.arange(n) % 3 == 0).astype(float)
    first, second = (np.round(generator.random(n) * 0.6 + 0.3 * labels, 2) for _ in range(2))
    return labels, first, second


def half_width(measured: Measured) -> float:
    return (measured.high - measured.low) / 2


def test_by_hand() -> None:
    # Normals .1 .2 .3, abnormals: in service .2 .4 (V10 .5, 1; V01 1, .75, .5), candidate .4 .4 (all 1).
    found = measure(paired([0, 0, 0, 1, 1], [0.1, 0.2, 0.3, 0.2, 0.4], [0.1, 0.2, 0.3, 0.4, 0.4]), QUESTION)
    assert (found.in_service, found.candidate, found.value) == pytest.approx((0.75, 1.0, 0.25))
    assert (found.n, found.positives, found.negatives, found.patients) == (5, 2, 3, 5)
    # Differences of placements .5, 0 and 0, .25, .5: variances 1/8 and 1/16, over 2 and 3. Influences of the five cases .125,
    # -.125 and -1/12, 0, 1/12; degrees of freedom (sum u^2)^2 / sum u^4.
    squares = np.array([1 / 64, 1 / 64, 1 / 144, 0, 1 / 144])
    df = squares.sum() ** 2 / (squares**2).sum()
    assert half_width(found) == pytest.approx(t.ppf(0.95, df) * math.sqrt(1 / 16 + 1 / 48))


def test_it_is_delong_where_every_image_is_a_patient_of_weight_1() -> None:
    labels, first, second = drawn()
    found = measure(paired(labels, first, second), QUESTION)
    pairs = [placements(own[labels == 0], own[labels == 1]) for own in (first, second)]
    variance = placement_covariance(pairs[1][0] - pairs[0][0], pairs[1][1] - pairs[0][1])[0, 0]
    assert found.value == pytest.approx(
        auc(second[labels == 0], second[labels == 1]) - auc(first[labels == 0], first[labels == 1])
    )
    parts = [(two - one - found.value) / len(one) for one, two in zip(*pairs, strict=True)]
    squares = np.concatenate(parts) ** 2
    df = squares.sum() ** 2 / (squares**2).sum()
    assert half_width(found) == pytest.approx(t.ppf(0.95, df) * math.sqrt(variance))


def test_a_weight_of_2_is_a_patient_with_the_image_twice() -> None:
    labels, first, second = drawn(30)
    weights = 1.0 + (np.arange(30) % 2)
    twice = np.repeat(np.arange(30), weights.astype(int))
    weighted = measure(paired(labels, first, second, weights), QUESTION)
    repeated = measure(paired(labels[twice], first[twice], second[twice], patients=twice), QUESTION)
    assert weighted.value == pytest.approx(repeated.value)
    assert half_width(weighted) == pytest.approx(half_width(repeated))
    expected = weighted_auc(second, labels, weights[None])[0] - weighted_auc(first, labels, weights[None])[0]
    assert weighted.value == pytest.approx(expected)


def test_copies_of_a_patient_narrow_nothing() -> None:
    labels, first, second = drawn()
    once = measure(paired(labels, first, second), QUESTION)
    thrice = np.repeat(np.arange(len(labels)), 3)
    copied = measure(paired(labels[thrice], first[thrice], second[thrice], patients=thrice), QUESTION)
    taken_as_independent = measure(paired(labels[thrice], first[thrice], second[thrice]), QUESTION)
    assert half_width(copied) == pytest.approx(half_width(once))
    assert half_width(taken_as_independent) < 0.7 * half_width(once)


def test_a_patient_with_both_classes_counts_in_both_at_once() -> None:
    # Influences of one patient that cancel: his positive gains what his negative loses.
    labels, first, second = drawn(20)
    own = measure(paired(labels, first, second), QUESTION)
    shared = measure(paired(labels, first, second, patients=np.arange(20) // 2), QUESTION)
    assert half_width(shared) != pytest.approx(half_width(own))


def test_a_copy_differs_by_nothing() -> None:
    labels, first, _ = drawn()
    found = measure(paired(labels, first, first), QUESTION)
    assert found.value == 0
    assert found.low == -found.high < 0


def test_refused_and_unlabelled_cases_are_left_out() -> None:
    labels, first, second = drawn()
    gone_first, gone_labels = first.copy(), labels.copy()
    gone_first[3], gone_labels[6] = np.nan, np.nan
    kept = np.delete(np.arange(40), [3, 6])
    found = measure(paired(gone_labels, answers(gone_first), second), QUESTION)
    alone = measure(paired(labels[kept], first[kept], second[kept]), QUESTION)
    assert (found.value, found.low, found.n) == pytest.approx((alone.value, alone.low, 38))


def test_one_patient_of_a_class_gives_no_interval() -> None:
    found = measure(paired([1, 1, 0, 0], [0.1, 0.2, 0.3, 0.4], [0.1] * 4, patients=["a", "a", "b", "c"]), QUESTION)
    assert math.isnan(found.value)
    assert math.isinf(found.now)


def perfect(positives: int, negatives: int, **more: object) -> Measured:
    """A copy of a model that parts the classes."""
    labels, scores = [1] * positives + [0] * negatives, [0.9] * positives + [0.1] * negatives
    return measure(paired(labels, scores, scores, **more), QUESTION)  # type: ignore[arg-type]


def test_two_models_that_part_few_cases_leave_an_interval() -> None:
    # Of the loss .1: A (1 - A) = .09 and P(two positives above one negative), two normals of one spread, by scipy.
    area = multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]]).cdf([norm.ppf(0.9)] * 2)
    expected = math.sqrt((0.09 + (12 + 30 - 2) * (area - 0.81)) / (12 * 30))
    assert half_width(perfect(12, 30)) == pytest.approx(norm.ppf(0.95) * expected, rel=1e-4)


def test_more_cases_narrow_it_and_weights_and_patients_count() -> None:
    assert half_width(perfect(24, 60)) < half_width(perfect(12, 30))
    uneven = half_width(perfect(24, 60, weights=[1.0, 9.0] * 42))
    assert uneven > half_width(perfect(24, 60))
    assert half_width(perfect(24, 60, patients=np.arange(84) // 2)) == pytest.approx(half_width(perfect(12, 30)))


def test_the_spread_that_is_seen_counts_where_it_is_larger() -> None:
    assert restrained_error(0.1, 14, 26) < (half_width(measure(paired(*drawn()), QUESTION)) / 1.7)
    assert restrained_error(0.0, 14, 26) == 0
    assert restrained_error(math.inf, 14, 26) == restrained_error(0.5, 14, 26)


@pytest.mark.parametrize(("positives", "negatives"), [(9, 60), (60, 9), (2, 40)])
def test_few_of_a_class_fall_short(positives: int, negatives: int) -> None:
    assert perfect(positives, negatives).short == pytest.approx(10 / min(positives, negatives))
    assert perfect(10, 10).short == 1
