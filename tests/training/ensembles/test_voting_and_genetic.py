"""Votes by hand, and the genetic algorithm's parts."""

from __future__ import annotations

import numpy as np
import pytest

from training.ensembles.genetic import (
    GeneticSettings,
    average_crossover,
    evolve,
    f1_macro_fitness,
    f1_multilabel_fitness,
    mutated,
    normalised,
)
from training.ensembles.voting import equal_weights, vote

RANDOM = np.random.default_rng(0)


def test_a_vote_is_the_weighted_mean() -> None:
    probabilities = np.array([[[0.9, 0.1]], [[0.2, 0.8]]])
    assert vote(probabilities, equal_weights(2)).tolist() == [[0.55, 0.45]]
    assert vote(probabilities, np.array([1.0, 3.0])) == pytest.approx(np.array([[0.375, 0.625]]))


@pytest.mark.parametrize("weights", [[1.0], [-1.0, 2.0], [0.0, 0.0]])
def test_weights_that_do_not_suit_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weights"):
        vote(np.full((2, 1, 2), 0.5), np.array(weights))
    with pytest.raises(ValueError, match="0 members"):
        equal_weights(0)


def test_average_crossover_by_hand() -> None:
    # methods.md §14.4: (.2, .8) x (.6, .4) = (.4, .6)
    child = average_crossover(np.array([0.2, 0.8]), np.array([0.6, 0.4]), 1.0, RANDOM)
    assert child == pytest.approx(np.array([0.4, 0.6]))


def test_half_of_the_genes_leave_the_others_to_the_first_parent() -> None:
    child = average_crossover(np.array([0.5, 0.5]), np.array([1.0, 0.0]), 0.5, np.random.default_rng(1))
    assert child == pytest.approx(np.array([0.6, 0.4])) or child == pytest.approx(np.array([2 / 3, 1 / 3]))


def test_mutation_changes_one_gene_and_the_sum_stays_one() -> None:
    child = mutated(np.array([0.25, 0.25, 0.5]), np.random.default_rng(0))
    assert child.sum() == pytest.approx(1.0)
    ratios = child / np.array([0.25, 0.25, 0.5])
    assert len(np.unique(ratios.round(9))) == 2
    assert normalised(np.zeros(4)).tolist() == [0.25] * 4


def test_fitness_is_the_macro_f1_of_the_vote() -> None:
    probabilities = np.array([[[0.9, 0.1], [0.9, 0.1], [0.1, 0.9]], [[0.9, 0.1], [0.1, 0.9], [0.1, 0.9]]])
    labels = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    fitness = f1_macro_fitness(probabilities, labels)
    # first model alone answers 0, 0, 1: F1 of 0 is 2/3, of 1 is 2/3; the second is always right
    assert fitness(np.array([[1.0, 0.0], [0.0, 1.0]])) == pytest.approx([2 / 3, 1.0])


def test_unknown_labels_cost_no_fitness() -> None:
    fitness = f1_multilabel_fitness(np.array([[[0.9], [0.9]]]), np.array([[1.0], [np.nan]]))
    assert fitness(np.ones((1, 1))).tolist() == [1.0]


def test_the_search_finds_the_model_that_is_right_and_repeats_itself() -> None:
    random = np.random.default_rng(2)
    truth = np.eye(3)[random.integers(0, 3, 90)]
    noise = random.dirichlet(np.ones(3), (3, 90))
    probabilities = np.stack([noise[0], 0.6 * truth + 0.4 * noise[1], noise[2]])
    settings = GeneticSettings(population=12, generations=8, restarts=3)
    found = evolve(3, f1_macro_fitness(probabilities, truth), settings)
    assert found.weights.argmax() == 1
    assert found.weights.sum() == pytest.approx(1.0)
    assert found.fitness == max(found.restarts)
    assert len(found.restarts) == 3
    assert found.mean <= found.fitness
    again = evolve(3, f1_macro_fitness(probabilities, truth), settings)
    assert np.array_equal(again.weights, found.weights)
    assert again.sd == found.sd


def test_settings_outside_their_range_are_refused() -> None:
    with pytest.raises(ValueError, match="population = 0 is not at least 1"):
        GeneticSettings(population=0)
    with pytest.raises(ValueError, match=r"mutation = 1.5 is not in 0..1"):
        GeneticSettings(mutation=1.5)
