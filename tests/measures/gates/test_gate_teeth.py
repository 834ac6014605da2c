"""The simulation of the gates, small and seeded: `python -m benchmarks gate_teeth` runs it 2,000 times each."""

import numpy as np
import pytest

from benchmarks.gate_teeth import PLAN, SINGLES, at_asked, few_cases, rehearse, single_gate
from benchmarks.simulated_rehearsals import Candidate

RUNS = 200
ERROR = (0.05 * 0.95 / RUNS) ** 0.5


@pytest.mark.parametrize("name", ["AUC -.05", "sensitivity -.10", "calibration slope .8 to 1.25"])
def test_one_gate_stops_the_margin_and_lets_the_equal_one_through(name: str) -> None:
    found = single_gate(name, 100, RUNS)
    assert found["worse_passes_first"]["share"] <= 0.05 + 2 * ERROR
    assert found["worse_passes_at_last"]["share"] <= 0.05 + 2 * ERROR
    assert found["equal_passes_at_asked"]["share"] >= 0.8 - 2 * (0.8 * 0.2 / RUNS) ** 0.5
    assert found["equal_passes_at_asked"]["could_ask"] == 1


@pytest.mark.parametrize(("n", "margin"), [(20, 0.1), (30, 0.05), (50, 0.1)])
def test_few_cases_of_good_models_let_no_worse_one_through(n: int, margin: float) -> None:
    assert few_cases(n, margin, RUNS)["worse_passes_first"]["share"] <= 0.05 + 2 * ERROR


def test_shuffled_labels_are_stopped_and_a_copy_is_not_called_better() -> None:
    generator = np.random.default_rng(3)
    shuffled = [rehearse(PLAN, Candidate(shuffled=True), 300, generator) for _ in range(50)]
    assert not any(run.passed for run in shuffled)
    copies = [rehearse(PLAN, Candidate(copies=True), 300, generator) for _ in range(50)]
    assert not any(verdict.is_better for run in copies for verdict in run.verdicts)


def test_one_subgroup_alone_is_found() -> None:
    generator = np.random.default_rng(4)
    runs = [rehearse(PLAN, Candidate(auc_loss=0.15, loss_in="a"), 1000, generator) for _ in range(30)]
    words = [(run.verdicts[3].word, run.verdicts[4].word) for run in runs]
    assert sum(one == "failed" for one, _ in words) >= 27
    assert not any(other == "failed" for _, other in words)


def test_a_whole_plan_passes_an_equal_candidate_at_what_it_asked_for() -> None:
    found = at_asked(PLAN, Candidate(), 300, 40, np.random.default_rng(5))
    assert found["equal_passes_at_asked"]["share"] >= 0.8


def test_every_single_gate_names_a_margin() -> None:
    assert all(worse != equal for _, worse, equal in SINGLES.values())
