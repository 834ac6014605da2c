"""keras-tuner's Hyperband: random configurations, its exact schedule, promoted trials resumed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from training.run.files import RunError, read_json, write_json
from training.tuning.hyperband_schedule import Rung
from training.tuning.search import SearchResult, TrainTrial, Trial, goes_on
from training.tuning.search_space import Configuration, Space

METHOD = "keras-tuner"


def search(train: TrainTrial, rungs: list[Rung], space: Space, seed: int, study: Path) -> SearchResult:
    """Run the rounds one after the other; of each, the best go on to the next (ties: the earlier one).

    study: a JSON file written after every trial; a search that was interrupted goes on from it. The configurations
    depend on space and seed alone. Raises RunError when the file is of another seed, space or schedule.
    """
    key = {"method": METHOD, "seed": seed, "space": vars(space), "rungs": [vars(rung) for rung in rungs]}
    done = _finished(study, key)
    trials: list[Trial] = []
    random = np.random.default_rng(seed)
    current: list[tuple[str, Configuration]] = []
    for rung in rungs:
        if rung.round == 0:
            current = [(f"b{rung.bracket}-{number:02d}", space.draw(random)) for number in range(rung.size)]
        else:
            last = sorted(trials[-len(current) :], key=lambda trial: trial.value)
            current = [(trial.name, trial.configuration) for trial in last[: rung.size]]
            for trial in last[rung.size :]:
                train.forget(trial.name)
        for name, configuration in current:
            value = done.get((name, rung.epochs))
            if value is None:
                value = train(name, configuration, rung.epochs, goes_on)
            trials.append(Trial(name, configuration, rung.epochs, value))
            write_json(study, {"key": key, "trials": [trial.document() for trial in trials]})
    found = SearchResult(METHOD, tuple(trials))
    for name in {trial.name for trial in trials} - {found.best.name}:
        train.forget(name)
    return found


def _finished(study: Path, key: dict[str, Any]) -> dict[tuple[str, int], float]:
    if not study.is_file():
        return {}
    document = read_json(study, "delete it to search anew")
    if json.dumps(document.get("key"), sort_keys=True) != json.dumps(key, sort_keys=True):
        raise RunError(f"study {study.name} is of another seed, space or schedule; delete it or use another --run")
    return {(trial["name"], trial["epochs"]): float(trial["value"]) for trial in document["trials"]}
