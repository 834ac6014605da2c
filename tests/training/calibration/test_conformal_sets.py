"""Conformal sets of several classes, and the reports of what sets did on held-out cases."""

from __future__ import annotations

import numpy as np
import pytest

from training.calibration import conformal_classes
from training.calibration.conformal import Conformal
from training.calibration.conformal_classes import ClassConformal
from training.calibration.conformal_report import multilabel_conformal_report, single_conformal_report

OWN = np.array([0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99])


def test_each_class_has_the_threshold_of_its_own_images() -> None:
    # class 0: the nine of methods.md §14.4, alpha .1 -> rank 9 of 9 -> .2; class 1: eight images -> always in the set
    p = np.concatenate([np.column_stack([OWN, 1 - OWN]), np.column_stack([1 - OWN[1:], OWN[1:]])])
    labels = np.eye(2)[[0] * 9 + [1] * 8]
    found = conformal_classes.fit(p, labels)
    assert found == ClassConformal(0.1, (0.2, 0.0), (9, 8))
    assert conformal_classes.fit(p, labels, 0.2).present_at_least == (0.4, 0.4)
    assert found.documents()[0] == {
        "alpha": 0.1, "present_at_least": 0.2, "absent_at_most": 0.2, "n_positive": 9, "n_negative": 8,
    }  # fmt: skip
    with pytest.raises(ValueError, match=r"alpha 1\.5 is not between 0 and 1"):
        conformal_classes.fit(p, labels, 1.5)


def test_an_answer_is_given_exactly_when_one_class_is_left() -> None:
    rule = ClassConformal(0.1, (0.5, 0.3, 0.3), (50, 50, 50))
    sets = rule.sets(np.array([[0.6, 0.2, 0.2], [0.3, 0.35, 0.35], [0.45, 0.28, 0.27]]))
    assert sets.sum(axis=1).tolist() == [1, 2, 0]


def test_coverage_of_every_class_holds_on_new_cases() -> None:
    random = np.random.default_rng(0)

    def draw(n: int) -> tuple[np.ndarray, np.ndarray]:
        p = random.dirichlet([1, 1, 0.5], n)
        return p, np.eye(3)[(random.random((n, 1)) < p.cumsum(axis=1)).argmax(axis=1)]

    covered = []
    for _ in range(60):
        rule = conformal_classes.fit(*draw(300))
        report = single_conformal_report(rule, *draw(300), ("x", "y", "z"))
        covered.append([entry["value"] for entry in report["coverage_per_class"].values()])
    assert np.mean(covered, axis=0) == pytest.approx([0.9] * 3, abs=0.02)


def test_the_report_of_one_answer_per_image() -> None:
    rule = ClassConformal(0.1, (0.5, 0.3, 0.3), (50, 50, 50))
    p = np.array([[0.6, 0.2, 0.2], [0.3, 0.35, 0.35], [0.45, 0.28, 0.27], [0.2, 0.7, 0.1]])
    report = single_conformal_report(rule, p, np.eye(3)[[0, 1, 0, 2]], ("x", "y", "z"))
    assert report["coverage"]["value"] == 0.5
    assert report["set_sizes"] == {"0": 1, "1": 2, "2": 1, "3": 0}
    assert report["mean_set_size"] == 1.0
    assert report["uncertain"]["value"] == 0.5
    assert (report["acc_all"]["value"], report["acc_kept"]["value"]) == (0.75, 0.5)
    assert report["coverage_per_class"]["z"]["value"] == 0.0


def test_the_report_of_a_label() -> None:
    # p .9 present, .5 neither, .1 absent; truth 1, 1, 0, and one unknown that must not count
    rule = Conformal(0.1, 0.8, 0.2, 30, 60)
    p, y = np.array([[0.9], [0.5], [0.1], [0.1]]), np.array([[1.0], [1.0], [0.0], [np.nan]])
    own = multilabel_conformal_report([rule], p, y, ("edema",))["labels"]["edema"]
    assert (own["coverage_positive"]["value"], own["coverage_negative"]["value"]) == (0.5, 1.0)
    assert own["set_sizes"] == {"0": 1, "1": 2, "2": 0}
    assert own["uncertain"]["value"] == pytest.approx(1 / 3, abs=1e-6)
    assert (own["auc_all"]["value"], own["auc_kept"]["value"], own["auc_kept"]["n"]) == (1.0, 1.0, 2)
