"""Optuna: TPE with a Hyperband pruner, asynchronous; the spirit of 003's search, not its schedule (methods.md §11)."""

from __future__ import annotations

import math
from pathlib import Path

import optuna

from training.run.files import RunError
from training.tuning.search import SearchResult, TrainTrial, Trial
from training.tuning.search_space import Configuration, Space

METHOD = "optuna"
_COMPLETE, _PRUNED = optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED
STUDY_NAME = "sightline"


def search(
    train: TrainTrial, space: Space, trials: int, seed: int, study_file: Path, max_epochs: int = 70, factor: int = 3
) -> SearchResult:
    """Minimise the validation loss over `trials` trials in all, those of an interrupted search included.

    TPESampler seeded, HyperbandPruner(1, max_epochs, factor). study_file: SQLite, kept after every epoch. Deviation: a
    search that is continued draws with seed + number of trials there, or its first draws would repeat. Raises RunError for
    a file that is no study.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study_file.parent.mkdir(parents=True, exist_ok=True)
    study = _opened(study_file, max_epochs, factor)
    _end_what_was_interrupted(study)
    ended = len(study.trials)
    study.sampler = optuna.samplers.TPESampler(seed=seed + ended)

    def objective(trial: optuna.Trial) -> float:
        best = math.inf

        def after_epoch(epoch: int, value: float) -> bool:
            nonlocal best
            best = min(best, value)
            trial.report(value, epoch)
            return not trial.should_prune()

        value = train(f"t{trial.number:03d}", space.suggest(trial), max_epochs, after_epoch)
        if trial.should_prune():
            train.forget(f"t{trial.number:03d}")
            raise optuna.TrialPruned
        earlier = [own.value for own in study.get_trials(states=(_COMPLETE,)) if own.value is not None]
        if earlier and value >= min(earlier):
            train.forget(f"t{trial.number:03d}")
        return min(best, value)

    study.optimize(objective, n_trials=max(trials - ended, 0))
    return SearchResult(METHOD, tuple(_ended(study)))


def _opened(study_file: Path, max_epochs: int, factor: int) -> optuna.Study:
    try:
        return optuna.create_study(
            storage=f"sqlite:///{study_file}",
            study_name=STUDY_NAME,
            load_if_exists=True,
            direction="minimize",
            pruner=optuna.pruners.HyperbandPruner(1, max_epochs, factor),
        )
    except Exception as error:  # SQLAlchemy's errors are of many types; each means that the file is no study
        raise RunError(
            f"study {study_file.name} cannot be opened ({str(error).splitlines()[0][:120]}); delete it"
        ) from error


def _end_what_was_interrupted(study: optuna.Study) -> None:
    """A killed process leaves its trial "running" for ever."""
    for trial in study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,)):
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL)


def _ended(study: optuna.Study) -> list[Trial]:
    found = []
    for trial in study.get_trials(deepcopy=False, states=(_COMPLETE, _PRUNED)):
        chosen = trial.params
        configuration = Configuration(chosen["layers"], chosen["dropout"], chosen["width"], chosen["learning_rate"])
        pruned = trial.state == _PRUNED
        values = trial.intermediate_values
        value = min(values.values()) if values else (trial.value if trial.value is not None else math.inf)
        found.append(Trial(f"t{trial.number:03d}", configuration, max(values, default=0), value, pruned))
    return found
