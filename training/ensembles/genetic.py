"""Ensemble weights by a genetic algorithm (003 §7.2, methods.md §11)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float64]
# Weights of a whole population [P,M] -> fitness [P], higher is better.
Fitness = Callable[[Weights], NDArray[np.float64]]


@dataclass(frozen=True)
class GeneticSettings:
    """003 gives no constants; these are our defaults (methods.md §11).

    tournament: k. crossover, mutation: probabilities. elite: share of the population that survives unchanged.
    gene_fraction: share of the genes that crossover averages; 1 is plain average crossover.
    """

    population: int = 50
    generations: int = 100
    tournament: int = 3
    crossover: float = 0.9
    mutation: float = 0.2
    elite: float = 0.1
    gene_fraction: float = 1.0
    restarts: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("population", "generations", "tournament", "restarts"):
            if getattr(self, name) < 1:
                raise ValueError(f"genetic: {name} = {getattr(self, name)} is not at least 1")
        for name in ("crossover", "mutation", "elite", "gene_fraction"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"genetic: {name} = {getattr(self, name)} is not in 0..1")


@dataclass(frozen=True)
class GeneticResult:
    """Best weights [M] of all restarts, its fitness, and the best fitness of each restart."""

    weights: Weights
    fitness: float
    restarts: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Mean of the restarts' best fitness."""
        return float(np.mean(self.restarts))

    @property
    def sd(self) -> float:
        """Standard deviation (n - 1) of the restarts' best fitness; 0 for one restart."""
        return float(np.std(self.restarts, ddof=1)) if len(self.restarts) > 1 else 0.0


def evolve(members: int, fitness: Fitness, settings: GeneticSettings) -> GeneticResult:
    """One real gene per model, sum 1. Random start; k-tournament; average crossover, mutation and elitism.

    Several restarts with seeds of their own, the best kept. fitness must be of a set that neither trained nor reports
    (the paper: validation).
    """
    best: Weights = np.full(members, 1 / members)
    highest, found = -np.inf, []
    for restart in range(settings.restarts):
        weights, value = _one_run(members, fitness, settings, np.random.default_rng((settings.seed, restart)))
        found.append(value)
        if value > highest:
            best, highest = weights, value
    return GeneticResult(best, float(highest), tuple(found))


def _one_run(
    members: int, fitness: Fitness, settings: GeneticSettings, random: np.random.Generator
) -> tuple[Weights, float]:
    population = normalised(random.random((settings.population, members)))
    values = fitness(population)
    kept = max(1, round(settings.elite * settings.population))
    for _ in range(settings.generations):
        order = np.argsort(-values, kind="stable")
        children = [population[row] for row in order[:kept]]
        while len(children) < settings.population:
            first, second = (_tournament(population, values, settings.tournament, random) for _ in range(2))
            child = first
            if random.random() < settings.crossover:
                child = average_crossover(first, second, settings.gene_fraction, random)
            if random.random() < settings.mutation:
                child = mutated(child, random)
            children.append(child)
        population = np.stack(children)
        values = fitness(population)
    row = int(np.argmax(values))
    return population[row], float(values[row])


def _tournament(population: Weights, values: NDArray[np.float64], k: int, random: np.random.Generator) -> Weights:
    rows = random.integers(len(population), size=k)
    winner: Weights = population[rows[np.argmax(values[rows])]]
    return winner


def average_crossover(first: Weights, second: Weights, gene_fraction: float, random: np.random.Generator) -> Weights:
    """The mean of the parents' genes, all of them or a random share (the others are the first parent's), normalised."""
    child = first.copy()
    count = round(gene_fraction * len(first))
    genes = np.arange(len(first)) if count == len(first) else random.choice(len(first), count, replace=False)
    child[genes] = (first[genes] + second[genes]) / 2
    return normalised(child)


def mutated(weights: Weights, random: np.random.Generator) -> Weights:
    """One gene becomes a draw from U[0,1]; normalised."""
    child = weights.copy()
    child[random.integers(len(child))] = random.random()
    return normalised(child)


def normalised(weights: Weights) -> Weights:
    """Sum 1 along the last axis; a row of zeros becomes equal weights."""
    total = weights.sum(axis=-1, keepdims=True)
    return np.where(total > 0, weights / np.where(total > 0, total, 1), 1 / weights.shape[-1])


def f1_macro_fitness(probabilities: NDArray[np.floating], labels: NDArray[np.floating]) -> Fitness:
    """Fitness of 003: macro F1 of the argmax of the weighted vote.

    probabilities: [M,n,K]; labels: one-hot [n,K]. A class without prediction and case has F1 0 (0/0 = 0).
    """
    p = np.asarray(probabilities, np.float64)
    truth, classes = np.argmax(labels, axis=1), p.shape[2]

    def fitness(population: Weights) -> NDArray[np.float64]:
        return np.array(
            [_f1_macro(np.tensordot(weights, p, axes=1).argmax(axis=1), truth, classes) for weights in population]
        )

    return fitness


def _f1_macro(predicted: NDArray[np.intp], truth: NDArray[np.intp], classes: int) -> float:
    confusion = np.bincount(truth * classes + predicted, minlength=classes**2).reshape(classes, classes)
    hits, total = np.diag(confusion), confusion.sum(axis=0) + confusion.sum(axis=1)
    return float(np.where(total > 0, 2 * hits / np.maximum(total, 1), 0.0).mean())


def f1_multilabel_fitness(
    probabilities: NDArray[np.floating], labels: NDArray[np.floating], threshold: float = 0.5
) -> Fitness:
    """Macro F1 over labels of the vote at `threshold`; unknown labels (NaN) are left out. Our extension of 003."""
    p, y = np.asarray(probabilities, np.float64), np.asarray(labels, np.float64)
    known, positive = ~np.isnan(y), y == 1

    def fitness(population: Weights) -> NDArray[np.float64]:
        values = []
        for weights in population:
            called = np.tensordot(weights, p, axes=1) >= threshold
            hits = (called & positive & known).sum(axis=0)
            total = (called & known).sum(axis=0) + (positive & known).sum(axis=0)
            values.append(np.where(total > 0, 2 * hits / np.maximum(total, 1), 0.0).mean())
        return np.array(values)

    return fitness
