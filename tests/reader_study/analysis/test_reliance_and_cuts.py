"""Counts that differ from one another, so that none can be taken for another."""

import numpy as np
import pytest

from reader_study.analysis.figures_of_merit import figure_of_merit
from reader_study.analysis.reliance import reliance


def calls(text: str) -> np.ndarray:
    return np.array([mark == "1" for mark in text])


def test_helped_misled_and_followed_by_hand() -> None:
    # Cases       0 1 2 3 4 5 6 7 8 9
    truth = calls("1111100000")
    before = calls("0001100011")
    model = calls("1110011100")
    after = calls("1101010001")
    # Right before: 3 4 5 6 7. Right after: 0 1 3 6 7 8. Helped: 0 1 8; misled: 4 5; kept right: 3 6 7; kept wrong: 2 9.
    # Differed from the model: 0 1 2 3 4 5 6 7 8 9 all. Model wrong: 3 4 5 6 7, followed 4 5; right: 0 1 2 8 9, followed 0 1 8.
    found = reliance(before, after, model, truth)
    assert (found.helped, found.misled, found.kept_right, found.kept_wrong) == (3, 2, 3, 2)
    assert (found.followed_when_wrong, found.followed_when_right) == ((2, 5), (3, 5))


def test_only_answers_that_differed_from_the_model_can_follow_it() -> None:
    # Case 0 differs from a right model and follows it; case 1 agreed before and keeps to it: nothing to follow.
    truth, before, model, after = calls("11"), calls("01"), calls("11"), calls("11")
    assert reliance(before, after, model, truth).followed_when_right == (1, 1)


def test_a_rating_at_the_cut_is_a_positive_call() -> None:
    normal, abnormal = np.array([1.0, 3.0]), np.array([3.0, 2.0, 4.0, 5.0])
    assert figure_of_merit("sens:3").value(normal, abnormal) == pytest.approx(3 / 4)
    assert figure_of_merit("spec:3").value(normal, abnormal) == pytest.approx(1 / 2)
