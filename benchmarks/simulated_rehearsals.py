"""Simulated rehearsals whose truth is known: two models, correlated scores, one set of cases."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri

from measures.gates.outputs import ModelAnswers, PairedOutputs, paired_outputs

PREVALENCE, AUC, SENSITIVITY, CORRELATION = 0.3, 0.85, 0.8, 0.8
SECONDS_SPREAD = 0.2  # standard deviation of the logarithm of a case's time


@dataclass(frozen=True)
class Candidate:
    """How the candidate differs from the model in service (AUC .85, sensitivity .8, calibrated, no refusals).

    auc_loss, sensitivity_loss, specificity_loss, refusals: in shares. slope: its calibration slope. loss_in: the subgroup (a half
    of the cases, "a" or "b") that alone loses AUC. copies: it says what the model in service says. shuffled: it was taught labels
    in random order. images_a_patient: of one label and with half of the noise shared. enriched: cases that the model in service
    missed are drawn four times as often, and weighted back. auc: of the model in service.
    """

    auc_loss: float = 0.0
    sensitivity_loss: float = 0.0
    specificity_loss: float = 0.0
    refusals: float = 0.0
    slope: float = 1.0
    loss_in: str = ""
    copies: bool = False
    shuffled: bool = False
    images_a_patient: int = 1
    enriched: bool = False
    auc: float = AUC


def separation(auc: float) -> float:
    """Distance of the two normal score distributions that gives the AUC."""
    return float(np.sqrt(2) * ndtri(auc))


def draw(candidate: Candidate, n: int, generator: np.random.Generator) -> PairedOutputs:
    """n cases and both models' answers to them."""
    size, each = n * (3 if candidate.enriched else 1), candidate.images_a_patient
    people = -(-size // each)
    patients = np.repeat(np.arange(people), each)[:size]
    labels = (generator.random(people) < PREVALENCE).astype(float)[patients]
    half = (generator.random(people) < 0.5)[patients]
    noise = generator.normal(size=(3, size))
    if each > 1:
        noise = (noise + generator.normal(size=(3, people))[:, patients]) / np.sqrt(2)
    served = separation(candidate.auc)
    own = np.full(size, separation(candidate.auc - candidate.auc_loss))
    if candidate.loss_in:
        own = np.where(half == (candidate.loss_in == "a"), own, served)
    root, rest = np.sqrt(CORRELATION), np.sqrt(1 - CORRELATION)
    first = served * labels + root * noise[0] + rest * noise[1]
    second = own * labels + root * noise[0] + rest * noise[2]
    if candidate.shuffled:
        second = generator.permutation(second)
    if candidate.copies:
        second = first
    answers = (_in_service(first, served, generator), _candidate(second, own, candidate, generator))
    drawn, weights = _sample(answers[0], labels, n, candidate.enriched, generator)
    groups = {"a": half[drawn], "b": ~half[drawn]}
    return paired_outputs(labels[drawn], answers[0].of(drawn), answers[1].of(drawn), weights, patients[drawn], groups)


def _in_service(scores: np.ndarray, served: float, generator: np.random.Generator) -> ModelAnswers:
    return _answers(scores, served, 1.0, scores >= _cut(served), generator)


def _candidate(
    scores: np.ndarray, own: np.ndarray, candidate: Candidate, generator: np.random.Generator
) -> ModelAnswers:
    served = separation(candidate.auc)
    cut = _cut(served)
    if candidate.sensitivity_loss:
        cut = served - ndtri(SENSITIVITY - candidate.sensitivity_loss)
    if candidate.specificity_loss:
        cut = ndtri(ndtr(cut) - candidate.specificity_loss)
    answers = _answers(scores, own, candidate.slope, scores >= cut, generator)
    refused = generator.random(len(scores)) < candidate.refusals
    answers.scores[refused] = np.nan
    return answers


def _answers(
    scores: np.ndarray, distance: float | np.ndarray, slope: float, flagged: np.ndarray, generator: np.random.Generator
) -> ModelAnswers:
    """The calibrated probability of the two normals, its logit divided by the slope that shall be found."""
    truth = distance * scores - np.square(distance) / 2 + logit(PREVALENCE)
    seconds = np.exp(SECONDS_SPREAD * generator.normal(size=len(scores)))
    return ModelAnswers(expit(truth / slope), flagged, np.full(len(scores), np.nan), seconds, 1e9)


def _cut(served: float) -> float:
    return float(served - ndtri(SENSITIVITY))


def _sample(
    answers: ModelAnswers, labels: np.ndarray, n: int, enriched: bool, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Which cases are kept, and the weight of each: 1 / chance of being chosen."""
    if not enriched:
        return np.arange(len(labels)), np.ones(len(labels))
    chance = np.where((labels == 1) & ~answers.flagged, 1.0, 0.25)
    kept = np.flatnonzero(generator.random(len(labels)) < chance)[:n]
    return kept, 1 / chance[kept]
