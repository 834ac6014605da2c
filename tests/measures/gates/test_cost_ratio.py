"""Time and memory of the candidate over those in service."""

import math

import pytest
from scipy.stats import t

from measures.gates.cost_ratio import latency, memory
from measures.gates.interval import Question
from tests.measures.gates.made import answers, paired

QUESTION = Question(-math.inf, 1.5, 1.0, 0.05, 0.025, 0.2)


def test_the_ratio_of_times_by_hand() -> None:
    served = answers([0.5] * 4, seconds=[1, 2, 4, 8])
    candidate = answers([0.5] * 4, seconds=[1, 4, 8, 8])
    found = latency(paired([0, 0, 1, 1], served, candidate), QUESTION)
    assert found.value == pytest.approx(math.sqrt(2))
    half = t.ppf(0.95, 3) * math.log(2) / math.sqrt(3) / 2  # logarithms 0, 1, 1, 0 of 2: sd .5774
    assert math.log(found.high / found.value) == pytest.approx(half)
    assert (found.candidate, found.in_service) == (6, 3)


def test_memory_has_no_interval() -> None:
    served, candidate = answers([0.5] * 2, peak_bytes=100.0), answers([0.5] * 2, peak_bytes=120.0)
    found = memory(paired([0, 1], served, candidate), QUESTION)
    assert (found.value, found.low, found.high) == (1.2, 1.2, 1.2)


def test_what_was_not_measured_is_undefined() -> None:
    served = answers([0.5] * 2, seconds=[0, 0])
    assert math.isnan(memory(paired([0, 1], served, served), QUESTION).value)
    assert math.isnan(latency(paired([0, 1], served, served), QUESTION).value)
