"""The simulation of watched streams, small and seeded: `python -m benchmarks watching` runs it with phantoms."""

import itertools

import numpy as np
import pytest

from benchmarks.phantom_weeks import PLANTED, PhantomScores
from benchmarks.watching import delays, planted_streams, quiet_streams, run_lengths
from benchmarks.watching_figures import estimate_errors, warnings


@pytest.fixture(scope="module")
def scores() -> PhantomScores:
    """Scores as if a model had given them: present 2 higher, AP, bad exposure and turning .8 higher each."""
    made, generator = PhantomScores.__new__(PhantomScores), np.random.default_rng(5)
    made.pools = {
        (view, has, shown): generator.normal(-2 + 2 * has + 0.8 * (view == "AP") + 0.8 * (shown != "as drawn"), 1, 200)
        for view, has, shown in itertools.product(("PA", "AP"), (False, True), ("as drawn", "exposure", "rotation"))
    }
    return made


def test_in_control_the_run_length_is_the_chosen_one() -> None:
    for chosen, found in run_lengths(1000).items():
        assert found["mean"] == pytest.approx(float(chosen), rel=0.12)


def test_a_drop_is_found_sooner_with_more_labels_and_when_it_is_larger() -> None:
    found = {name: row["mean"] for name, row in delays(300).items()}
    assert (
        found["-0.10, 50 positives a week"] < found["-0.05, 50 positives a week"] < found["-0.05, 5 positives a week"]
    )
    assert found["-0.10, 50 positives a week"] < 5


def test_quiet_streams_alarm_as_often_as_the_run_length_says(scores: PhantomScores) -> None:
    for row in quiet_streams(scores, 60).values():
        low, high = row["range"]
        assert low <= row["alarms"] <= high


def test_what_is_planted_is_found(scores: PhantomScores) -> None:
    found = planted_streams(scores, 10)
    assert set(found) == set(PLANTED)
    assert all(row["within_stated"]["share"] >= 0.8 for row in found.values())


def test_estimates_hold_under_other_mixes_and_the_warning_comes_under_concept_shift() -> None:
    assert all(row["largest_error"] < 0.02 for row in estimate_errors(1).values())
    shares = {name: row["share"] for name, row in warnings(4).items()}
    assert shares["the score tells half as much"] == shares["the score tells a third"] == 1
    assert max(shares[name] for name in ("none", "rarer", "commoner", "clearer")) <= 1 / 4
