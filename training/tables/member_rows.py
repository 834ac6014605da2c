"""Rows made of other rows' predictions: ensembles (003 §7) and the error analysis (003 §5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.data.samples import SINGLE
from training.ensembles.genetic import GeneticSettings, evolve, f1_macro_fitness, f1_multilabel_fitness
from training.ensembles.voting import equal_weights, vote
from training.metrics.classification import classification_metrics
from training.run.files import RunError
from training.run.predictions import PredictionRow, read_predictions
from training.run.settings import REPORTED_SPLITS
from training.tables.comparison import Document
from training.tables.experiment_file import PaperRow
from training.tables.row_kinds import EnsembleTable
from training.tables.run_evidence import raw_probabilities

TINY = 1e-12
SELECTION = ("selection",)
SHOWN = 40  # images listed on the page; all are in the JSON


@dataclass(frozen=True)
class Members:
    """The same images seen by M networks: probabilities [M,n,K] before calibration, as 003 votes."""

    names: tuple[str, ...]
    probabilities: NDArray[np.float64]
    labels: NDArray[np.float64]
    ids: tuple[str, ...]
    patients: tuple[str, ...]
    classes: tuple[str, ...]


def read_members(folders: Mapping[str, Path], splits: Sequence[str], task: str) -> Members:
    """Predictions of all members in the order of the first one's images. Raises RunError when they saw other images or
    classes."""
    read = {name: read_predictions(folder / "predictions.csv", splits) for name, folder in folders.items()}
    first = next(iter(read.values()))
    tables = []
    for name, own in read.items():
        if set(own.ids) != set(first.ids) or own.classes != first.classes:
            raise RunError(f"member {name!r} predicts {len(own.ids)} other images or classes than {next(iter(read))!r}")
        place = {image: row for row, image in enumerate(own.ids)}
        tables.append(raw_probabilities(own.logits, task)[[place[image] for image in first.ids]])
    return Members(tuple(read), np.stack(tables), first.labels, first.ids, first.patients, first.classes)


def ensemble_row(row: PaperRow, folders: Mapping[str, Path], task: str, draws: int) -> Document:
    """Weights, metrics of the vote on the reported split, and the search behind them."""
    own = row.ensemble
    reported = read_members(folders, REPORTED_SPLITS[row.settings.split], task)
    weights, document = _weights(own, folders, task, reported)
    probabilities = vote(reported.probabilities, weights)
    metrics = vote_metrics(probabilities, reported, task, draws)
    for name, weight in zip(reported.names, weights, strict=True):
        metrics[f"weight_{name}"] = {"value": float(weight), "ci": None, "n": None, "method": own.method}
    predictions = PredictionRow(
        reported.ids, reported.patients, reported.classes, reported.labels, _scores(probabilities, task), probabilities
    )
    return {"metrics": metrics, "predictions": predictions, "facts": document, "task": task}


def _weights(
    own: EnsembleTable, folders: Mapping[str, Path], task: str, reported: Members
) -> tuple[NDArray[np.float64], list[tuple[str, str]]]:
    count = len(reported.names)
    if own.method == "average":
        return equal_weights(count), [("voting", "average")]
    if own.method == "weights":
        if len(own.weights) != count:
            raise RunError(f"ensemble: {len(own.weights)} weights for {count} members; allowed is one each")
        return np.asarray(own.weights, np.float64), [("voting", "given weights")]
    selection = read_members(folders, SELECTION, task)
    fitness_of = f1_macro_fitness if task == SINGLE else f1_multilabel_fitness
    settings = GeneticSettings(
        population=own.population, generations=own.generations, tournament=own.tournament, crossover=own.crossover,
        mutation=own.mutation, elite=own.elite, restarts=own.restarts, seed=own.seed,
    )  # fmt: skip
    result = evolve(count, fitness_of(selection.probabilities, selection.labels), settings)
    facts = [
        ("voting", "genetic algorithm on the selection split"),
        ("fitness (F1 macro) of the best", f"{result.fitness:.4f}"),
        (f"of {own.restarts} restarts", f"{result.mean:.4f} ± {result.sd:.4f}"),
    ]
    return np.asarray(result.weights, np.float64), facts


def vote_metrics(probabilities: NDArray[np.float64], members: Members, task: str, draws: int) -> dict[str, Document]:
    """classification_metrics of probabilities; there are no logits of a vote, so their loss is left out as in the paper."""
    metrics = classification_metrics(
        _scores(probabilities, task), members.labels, members.patients, task, members.classes, draws=draws
    )
    return {name: document for name, document in metrics.items() if name != "loss"}


def _scores(probabilities: NDArray[np.float64], task: str) -> NDArray[np.float64]:
    """Log of the probability for a softmax, its logit for sigmoids."""
    p = np.clip(probabilities, TINY, 1 - TINY)
    scores: NDArray[np.float64] = np.log(p) if task == SINGLE else np.log(p / (1 - p))
    return scores


def errors_row(row: PaperRow, folders: Mapping[str, Path], task: str) -> Document:
    """How many images all members get wrong or right, and how many only one of them does; with the lists (003 §5).

    Single-label tasks alone: an answer is the argmax. Raises RunError for another task.
    """
    if task != SINGLE:
        raise RunError(f"row {row.name!r}: an error analysis needs a single-label task, not {task!r}")
    members = read_members(folders, REPORTED_SPLITS[row.settings.split], task)
    is_right = members.probabilities.argmax(axis=2) == members.labels.argmax(axis=1)
    count = is_right.sum(axis=0)
    groups = {"all_wrong": count == 0, "all_right": count == len(members.names)}
    for index, name in enumerate(members.names):
        groups[f"only_wrong_{name}"] = (count == len(members.names) - 1) & ~is_right[index]
        groups[f"only_right_{name}"] = (count == 1) & is_right[index]
    n = len(members.ids)
    metrics = {
        key: {"value": int(mask.sum()), "ci": None, "n": n, "method": "count of images"} for key, mask in groups.items()
    }
    lists = {key: [members.ids[index] for index in np.flatnonzero(mask)] for key, mask in groups.items()}
    truth = dict(zip(members.ids, members.labels.argmax(axis=1), strict=True))
    table = {
        "title": f"Image lists (at most {SHOWN} each; all in table.json)",
        "header": ["group", "images", "image (class)"],
        "rows": [
            [key, len(found), ", ".join(f"{image} ({members.classes[truth[image]]})" for image in found[:SHOWN])]
            for key, found in lists.items()
        ],
    }
    return {"metrics": metrics, "tables": [table], "lists": lists, "task": task}
