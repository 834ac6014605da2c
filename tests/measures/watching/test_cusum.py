"""The CUSUM against the textbook's run lengths and against simulation."""

import numpy as np
import pytest

from measures.watching.cusum import WARM_UP, against_own_past, alarm_chance, cusum, limit_for, run_length


@pytest.mark.parametrize(
    ("h", "shift", "told"),
    [(4, 0, 168), (5, 0, 465), (4, 1, 8.38), (5, 1, 10.4), (4, 0.5, 26.6), (5, 0.5, 38.0), (4, 2, 3.34), (5, 2, 4.01)],
)
def test_run_lengths_of_the_textbook(h: float, shift: float, told: float) -> None:
    """Montgomery, Statistical Quality Control, table 9.3, k .5."""
    assert run_length(h, 0.5, shift) == pytest.approx(told, rel=0.005)
    assert run_length(h, 0.5, -shift) == run_length(h, 0.5, shift)


@pytest.mark.parametrize("run", [20, 168, 1000])
def test_the_limit_gives_the_chosen_run_length(run: float) -> None:
    assert run_length(limit_for(run)) == pytest.approx(run, rel=1e-4)


def test_the_textbook_turned_round() -> None:
    assert limit_for(168) == pytest.approx(4, abs=0.01)
    assert limit_for(465) == pytest.approx(5, abs=0.01)


@pytest.mark.parametrize("run", [4.9, 1.1e6, float("nan")])
def test_a_run_length_that_cannot_be_had_is_refused(run: float) -> None:
    with pytest.raises(ValueError, match=r"is not from 5 to 1e\+06 readings"):
        limit_for(run)


def test_h_and_k_are_above_0() -> None:
    with pytest.raises(ValueError, match="both must be above 0"):
        run_length(0, 0.5)
    with pytest.raises(ValueError, match="both must be above 0"):
        run_length(4, 0)


def test_the_sums_by_hand() -> None:
    found = cusum([1.0, -2.0, -1.0, 3.0], k=0.5)
    assert found.up.tolist() == [0.5, 0.0, 0.0, 2.5]
    assert found.down.tolist() == [0.0, 1.5, 2.0, 0.0]
    assert found.height.tolist() == [0.5, 1.5, 2.0, 2.5]


def test_the_chance_of_an_alarm_is_that_of_simulated_streams() -> None:
    z = np.random.default_rng(1).normal(size=(4000, 52))
    up, down, alarmed = np.zeros(4000), np.zeros(4000), np.zeros(4000, bool)
    for week in z.T:
        up, down = np.maximum(0, up + week - 0.5), np.maximum(0, down - week - 0.5)
        alarmed |= np.maximum(up, down) > 4
    assert alarmed.mean() == pytest.approx(alarm_chance(52, 4), abs=3 * (0.26 * 0.74 / 4000) ** 0.5)


def test_readings_against_the_own_past_are_standard_normal_and_independent() -> None:
    generator = np.random.default_rng(2)
    counts = generator.integers(20, 200, size=12)
    streams = 7 + 3 * generator.normal(size=(2000, 12)) / np.sqrt(counts)
    z = np.array([against_own_past(stream, counts) for stream in streams])
    assert z.shape == (2000, 12 - WARM_UP)
    assert np.abs(z.mean(axis=0)).max() < 0.08
    assert np.abs(z.std(axis=0) - 1).max() < 0.06
    assert np.abs(np.corrcoef(z.T) - np.eye(12 - WARM_UP)).max() < 0.09


def test_little_past_gives_no_reading_and_no_spread_no_infinity() -> None:
    assert len(against_own_past([1.0] * WARM_UP, [1] * WARM_UP)) == 0
    assert against_own_past([1.0] * 6, [1] * 6).tolist() == [0.0, 0.0]
    assert against_own_past([1.0] * 4 + [2.0], [1] * 5).tolist() == [8.0]
    with pytest.raises(ValueError, match="not above 0"):
        against_own_past([1.0] * 5, [1, 1, 0, 1, 1])
    with pytest.raises(ValueError, match="below 2"):
        against_own_past([1.0] * 5, [1] * 5, warm_up=1)
