"""Classification metrics against hand-made confusion tables, the papers' printed numbers and scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import softmax
from sklearn.metrics import f1_score, log_loss, precision_score, recall_score, roc_auc_score

from training.metrics.classification import Timing, classification_metrics, log_odds
from training.metrics.confusion import f2

LETTERS = ("Effusion", "Infiltration", "Atelectasis", "No Finding")


def one_hot(letters: str, order: str = "EIAN") -> np.ndarray:
    return np.array([[float(letter == own) for own in order] for letter in letters])


def test_fnfr_of_the_design_example() -> None:
    # true E, I, A, N; answered N, I, N, N: two of the three diseased images are called No Finding
    found = classification_metrics(5 * one_hot("NINN"), one_hot("EIAN"), list("abcd"), "single", LETTERS, draws=20)
    assert found["fnfr"]["value"] == pytest.approx(2 / 3, abs=1e-6)
    assert found["fnfr"]["n"] == 3
    assert found["acc"]["value"] == 0.5
    # E: 0 of 1; I: 1/1 -> 1; A: 0; N: precision 1/3, recall 1 -> .5. Macro (0 + 1 + 0 + .5) / 4
    assert found["f1_macro"]["value"] == pytest.approx(0.375)
    assert found["precision_Effusion"]["value"] == 0.0  # never answered: 0/0 = 0


def test_without_a_class_called_no_finding_fnfr_is_null_and_says_so() -> None:
    found = classification_metrics(np.eye(2), np.eye(2), ["a", "b"], "single", ("malignant", "benign"), draws=5)
    assert found["fnfr"]["value"] is None
    assert found["fnfr"]["note"] == "no class is called no finding or normal"


@pytest.mark.parametrize(("recall", "precision", "expected"), [(0.87, 0.83, 0.8617), (0.65, 0.83, 0.6795), (0, 0, 0)])
def test_f2_of_paper_004(recall: float, precision: float, expected: float) -> None:
    assert float(f2(np.array(precision), np.array(recall))) == pytest.approx(expected, abs=5e-5)


def test_the_standard_error_of_paper_004() -> None:
    # .8 at n = 2000: sqrt(.8 * .2 / 2000) = .00894
    labels = (np.arange(2000) < 1000).astype(float)[:, None]
    logits = np.where(np.arange(2000)[:, None] % 5 == 0, 1 - 2 * labels, 2 * labels - 1)
    found = classification_metrics(logits, labels, [str(i) for i in range(2000)], "multilabel", ("mass",), draws=2)
    assert found["acc"]["value"] == 0.8
    assert found["acc_se"]["value"] == pytest.approx(0.0089, abs=5e-5)
    assert found["acc_se"]["note"] == "one standard error, not a 95 % interval"


def test_multilabel_rates_leave_unknown_labels_out() -> None:
    # a: answers 1 1 0 0, truth 1 0 1 ? -> tp 1 fp 1 fn 1; b: answers 1 0 0 1, truth 1 0 0 0 -> tp 1 fp 1 tn 2
    logits = np.array([[1.0, 1], [1, -1], [-1, -1], [-1, 1]])
    labels = np.array([[1.0, 1], [0, 0], [1, 0], [math.nan, 0]])
    found = classification_metrics(logits, labels, list("pqrs"), "multilabel", ("a", "b"), draws=20)
    assert found["precision_a"]["value"] == 0.5
    assert found["recall_b"]["value"] == 1.0
    assert found["specificity_b"]["value"] == pytest.approx(2 / 3, abs=1e-6)
    assert found["f1_a"] | {"ci": None} == {"value": 0.5, "ci": None, "n": 3, "method": "patient bootstrap"}
    assert found["acc"]["value"] == pytest.approx(4 / 7, abs=1e-6)
    # BCE of logits +-1: log(1 + e^-1) = .313262 where right (4 of 7), 1.313262 where wrong (3 of 7)
    assert found["loss"]["value"] == pytest.approx(0.313262 + 3 / 7, abs=1e-5)


def test_an_absent_class_is_null_and_left_out_of_the_mean() -> None:
    logits, labels = np.array([[0.1, 1], [0.9, 2], [0.5, 3]]), np.array([[0.0, 1], [1, 1], [1, 1]])
    found = classification_metrics(logits, labels, list("abc"), "multilabel", ("edema", "pneumonia"), draws=20)
    assert found["auc_pneumonia"]["value"] is None
    assert found["auc_mean"]["value"] == 1.0
    assert found["auc_mean"]["note"] == "left out, one class is absent: pneumonia"


def test_thresholds_are_probabilities_and_move_the_answers_only() -> None:
    logits, labels = np.log([[0.3 / 0.7], [0.6 / 0.4]]), np.array([[1.0], [1.0]])
    low, half = (
        classification_metrics(logits, labels, ["a", "b"], "multilabel", ("x",), draws=2, thresholds=limits)
        for limits in ([0.2], None)
    )
    assert (low["recall"]["value"], half["recall"]["value"]) == (1.0, 0.5)
    assert low["loss"] == half["loss"]


def test_single_label_metrics_equal_scikit_learn() -> None:
    random = np.random.default_rng(0)
    logits, truth = random.normal(size=(200, 4)) * 2, random.integers(4, size=200)
    logits[np.arange(200), truth] += 1
    found = classification_metrics(logits, np.eye(4)[truth], [str(i) for i in range(200)], "single", LETTERS, draws=50)
    p, answer = softmax(logits, axis=1), logits.argmax(axis=1)
    expected = {
        "auc_ovr": roc_auc_score(truth, p, multi_class="ovr"),
        "f1_macro": f1_score(truth, answer, average="macro"),
        "precision": precision_score(truth, answer, average="macro"),
        "recall": recall_score(truth, answer, average="macro"),
        "loss": log_loss(truth, p),
    }
    for name, value in expected.items():
        assert found[name]["value"] == pytest.approx(value, abs=1e-6)
        assert found[name]["ci"][0] < value < found[name]["ci"][1]


def test_auc_of_a_softmax_does_not_tie_where_probabilities_round_to_one() -> None:
    # e^-50 and e^-60 are lost beside 1: the probabilities of class 0 are equal in float64, the odds are not.
    odds = log_odds(np.array([[50.0, 0], [60.0, 0]]), "single")
    assert odds[:, 0].tolist() == [50.0, 60.0]
    assert odds[:, 1].tolist() == [-50.0, -60.0]


def test_the_interval_of_the_mean_is_by_patient() -> None:
    # Ten images of each of 20 patients, all right or all wrong: the interval is that of 20, not of 200.
    labels = np.ones((200, 1))
    logits = np.where(np.arange(200)[:, None] // 10 % 2 == 0, 1.0, -1.0)
    patients = [str(i // 10) for i in range(200)]
    low, high = classification_metrics(logits, labels, patients, "multilabel", ("x",))["acc"]["ci"]
    assert high - low == pytest.approx(2 * 1.96 * math.sqrt(0.25 / 20), abs=0.08)  # in steps of .05


def test_seconds_carry_their_circumstances() -> None:
    timing = Timing(3.09, 1438, "cuda", 32)
    found = classification_metrics(np.eye(2), np.eye(2), ["a", "b"], "single", ("x", "y"), draws=2, timing=timing)
    assert found["seconds"] == {"value": 3.09, "ci": None, "n": 1438, "method": "cuda, batch 32"}


@pytest.mark.parametrize(
    ("logits", "labels", "task", "message"),
    [
        ([[1.0]], [[2.0]], "multilabel", r"labels hold \[2.0\]; allowed are 0, 1"),
        ([[1.0, 2]], [[1.0, 1]], "single", "exactly one must be 1"),
        ([[math.nan]], [[1.0]], "multilabel", "row 0, class x: nan is not a real number"),
        ([[1.0]], [[1.0]], "ranking", "task 'ranking' is not one of multilabel, single"),
        ([[1.0]], [[1.0, 0]], "multilabel", r"values \(1, 1\), labels \(1, 2\)"),
    ],
)
def test_wrong_input_is_named(logits: list[list[float]], labels: list[list[float]], task: str, message: str) -> None:
    classes = ("x", "y")[: len(logits[0])]
    with pytest.raises(ValueError, match=message):
        classification_metrics(np.array(logits), np.array(labels), ["p"], task, classes)


def test_no_case_at_all_is_said() -> None:
    found = classification_metrics(np.zeros((0, 1)), np.zeros((0, 1)), [], "multilabel", ("x",))
    assert found["acc"]["note"] == "no case"
