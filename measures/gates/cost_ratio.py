"""What the candidate costs over the model in service: time a case and memory."""

from __future__ import annotations

import math

import numpy as np

from measures.gates.clusters import count_patients
from measures.gates.interval import Measured, Question, student_limits, times_needed, undefined
from measures.gates.outputs import PairedOutputs

TIME = "geometric mean of paired ratios, Student's t of their logarithms"
MEMORY = "one measurement of each, no interval"


def latency(outputs: PairedOutputs, question: Question) -> Measured:
    """Geometric mean over the cases of candidate's seconds / seconds in service. Unweighted: a matter of the machine."""
    one, two = outputs.in_service.seconds, outputs.candidate.seconds
    timed = (one > 0) & (two > 0)
    n, patients = int(timed.sum()), count_patients(outputs.patients[timed])
    labels = outputs.labels[timed]
    counts = (n, int((labels == 1).sum()), int((labels == 0).sum()), patients)
    if n < 3:
        return undefined(*counts, TIME)
    ratios = np.log(two[timed] / one[timed])
    value, error = float(ratios.mean()), float(ratios.std(ddof=1)) / math.sqrt(n)
    low, high = student_limits(value, error, n - 1, question.alpha)
    inside = Question(-math.inf, math.log(question.high), 0.0, question.alpha, question.next_alpha, question.beta)
    now, later = (times_needed(error, n - 1, inside, alpha) for alpha in (inside.alpha, inside.next_alpha))
    medians = float(np.median(two[timed])), float(np.median(one[timed]))
    return Measured(math.exp(value), math.exp(low), math.exp(high), *counts, now, later, TIME, *medians)


def memory(outputs: PairedOutputs, question: Question) -> Measured:
    """Candidate's peak bytes / peak bytes in service; undefined where one was not measured."""
    one, two = outputs.in_service.peak_bytes, outputs.candidate.peak_bytes
    labels = outputs.labels
    counts = (len(labels), int((labels == 1).sum()), int((labels == 0).sum()), count_patients(outputs.patients))
    if not one or not two:
        return undefined(*counts, MEMORY)
    ratio = two / one
    return Measured(ratio, ratio, ratio, *counts, 0.0, 0.0, MEMORY, candidate=two, in_service=one)
