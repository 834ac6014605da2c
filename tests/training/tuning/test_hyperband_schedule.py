"""keras-tuner's schedule: the counts of methods.md §11."""

from __future__ import annotations

import pytest

from training.tuning.hyperband_schedule import schedule, totals


def test_the_schedule_of_003_to_the_trial() -> None:
    shown = {}
    for rung in schedule(70, 3):
        shown.setdefault(rung.bracket, []).append((rung.size, rung.epochs))
    assert shown == {
        3: [(34, 3), (12, 8), (4, 24), (2, 70)],
        2: [(15, 8), (5, 24), (2, 70)],
        1: [(8, 24), (3, 70)],
        0: [(5, 70)],
    }
    assert totals(schedule(70, 3)) == {"configurations": 62, "trials": 90, "epochs": 1290}


def test_a_promoted_trial_starts_where_it_stopped() -> None:
    assert [(rung.start, rung.epochs) for rung in schedule(70, 3) if rung.bracket == 3] == [
        (0, 3),
        (3, 8),
        (8, 24),
        (24, 70),
    ]


def test_an_exact_power_has_a_bracket_for_each_of_its_steps() -> None:
    # 27 = 3^3: brackets 3..0, the smallest start with ceil(27/27) = 1 epoch
    assert schedule(27, 3)[0].bracket == 3
    assert schedule(27, 3)[0].epochs == 1
    assert [rung.epochs for rung in schedule(1, 3)] == [1]


def test_senseless_budgets_are_refused() -> None:
    with pytest.raises(ValueError, match="max_epochs 0 and factor 3"):
        schedule(0, 3)
