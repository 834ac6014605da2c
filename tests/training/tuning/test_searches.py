"""Both searches on an invented objective: what is promoted, kept, resumed and refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.run.files import RunError
from training.tuning import hyperband_search, optuna_search
from training.tuning.hyperband_schedule import schedule
from training.tuning.search import AfterEpoch, goes_on
from training.tuning.search_space import Configuration, Space

SPACE = Space(widths=(8, 32, 8))


class Invented:
    """Loss of a configuration: small for wide and shallow nets, falling with epochs."""

    def __init__(self, die_after: int = 10**9) -> None:
        self.calls: list[tuple[str, int]] = []
        self.forgotten: list[str] = []
        self.die_after = die_after

    def __call__(self, name: str, configuration: Configuration, epochs: int, after_epoch: AfterEpoch) -> float:
        if len(self.calls) == self.die_after:
            raise KeyboardInterrupt
        self.calls.append((name, epochs))
        best = 1e9
        for epoch in range(1, epochs + 1):
            best = configuration.layers + 10 / configuration.width + 1 / epoch
            if not after_epoch(epoch, best):
                break
        return best

    def forget(self, name: str) -> None:
        self.forgotten.append(name)


def test_the_best_of_a_round_go_on_and_the_others_lose_their_weights(tmp_path: Path) -> None:
    train = Invented()
    found = hyperband_search.search(train, schedule(9, 3), SPACE, 0, tmp_path / "study.json")
    first = [trial for trial in found.trials if trial.name.startswith("b2") and trial.epochs == 1]
    second = [trial for trial in found.trials if trial.name.startswith("b2") and trial.epochs == 3]
    best = sorted(first, key=lambda trial: trial.value)[: len(second)]
    assert {trial.name for trial in second} == {trial.name for trial in best}
    assert set(train.forgotten) == {trial.name for trial in found.trials} - {found.best.name}


def test_an_interrupted_search_repeats_nothing(tmp_path: Path) -> None:
    whole = hyperband_search.search(Invented(), schedule(9, 3), SPACE, 0, tmp_path / "whole.json")
    with pytest.raises(KeyboardInterrupt):
        hyperband_search.search(Invented(die_after=5), schedule(9, 3), SPACE, 0, tmp_path / "cut.json")
    rest = Invented()
    again = hyperband_search.search(rest, schedule(9, 3), SPACE, 0, tmp_path / "cut.json")
    assert again == whole
    assert len(rest.calls) == len(whole.trials) - 5
    with pytest.raises(RunError, match="of another seed, space or schedule"):
        hyperband_search.search(Invented(), schedule(9, 3), SPACE, 1, tmp_path / "cut.json")


def test_optuna_goes_on_with_its_study_and_does_not_repeat_its_draws(tmp_path: Path) -> None:
    train = Invented()
    optuna_search.search(train, SPACE, 4, 0, tmp_path / "study.db", max_epochs=3)
    found = optuna_search.search(train, SPACE, 6, 0, tmp_path / "study.db", max_epochs=3)
    assert len(found.trials) == len(train.calls) == 6
    drawn = [(trial.configuration.dropout, trial.configuration.width) for trial in found.trials]
    assert len(set(drawn)) == 6
    assert found.best.value == min(trial.value for trial in found.trials if not trial.pruned)
    same = optuna_search.search(Invented(), SPACE, 4, 0, tmp_path / "other.db", max_epochs=3)
    assert [trial.configuration for trial in same.trials] == [trial.configuration for trial in found.trials[:4]]


def test_optuna_ends_the_trial_of_a_killed_process(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        optuna_search.search(Invented(die_after=1), SPACE, 3, 0, tmp_path / "study.db", max_epochs=3)
    found = optuna_search.search(Invented(), SPACE, 4, 0, tmp_path / "study.db", max_epochs=3)
    assert len(found.trials) >= 2


def test_a_file_that_is_no_study_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "study.db").write_text("not a database, but long enough to be looked at as one" * 20)
    with pytest.raises(RunError, match=r"study study\.db cannot be opened") as found:
        optuna_search.search(Invented(), SPACE, 1, 0, tmp_path / "study.db")
    assert "\n" not in str(found.value)


def test_draws_stay_in_the_space_of_003() -> None:
    random = np.random.default_rng(0)
    drawn = [Space().draw(random) for _ in range(300)]
    assert {own.layers for own in drawn} == {1, 2, 3}
    assert {own.width for own in drawn} == set(range(1024, 4097, 512))
    assert {own.learning_rate for own in drawn} == {1e-3, 1e-4, 1e-5}
    assert all(0 <= own.dropout <= 0.5 for own in drawn)
    best = Configuration(1, 0.23847, 2560, 1e-4).overrides()
    assert best == {"model": {"widths": [2560], "dropout": 0.23847}, "optim": {"lr": 1e-4}}
    with pytest.raises(ValueError, match="widths"):
        Space(widths=(10, 5, 1))


def test_going_on_is_always_allowed_outside_optuna() -> None:
    assert goes_on(1, float("nan"))
