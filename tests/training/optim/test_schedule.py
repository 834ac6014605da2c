"""Learning-rate schedules: Keras' plateau by a literal version of it, and drops at named epochs."""

from __future__ import annotations

import pytest
import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau

from training.optim import OptimTable, PlateauTable, build_scheduler


def keras_plateau(values: list[float], patience: int, lr: float, mode: str) -> list[float]:
    """Rates after each epoch by Keras' ReduceLROnPlateau(factor=.8, min_delta=.001, min_lr=1e-6), as its source reads."""
    best, wait, rates = (float("inf"), 0, []) if mode == "min" else (float("-inf"), 0, [])
    for value in values:
        if value < best - 1e-3 if mode == "min" else value > best + 1e-3:
            best, wait = value, 0
        else:
            wait += 1
            if wait >= patience and lr > 1e-6:
                lr, wait = max(lr * 0.8, 1e-6), 0
        rates.append(lr)
    return rates


def our_rates(values: list[float], table: OptimTable, mode: str = "min") -> list[float]:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], table.lr)
    scheduler = build_scheduler(table, optimizer, mode)
    assert scheduler is not None
    rates = []
    for value in values:
        optimizer.step()
        if isinstance(scheduler, ReduceLROnPlateau):
            scheduler.step(value)
        else:
            scheduler.step()
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


# improvements below min_delta (.9995 after 1.0), a relative reading of it would differ at values of 10
VALUES = [10.0, 9.9995, 9.9992, 9.998, 9.9979, 9.9978, 9.9977, 9.9976, 9.9975, 9.9974, 5.0, 5.0, 5.0, 5.0, 5.0]


@pytest.mark.parametrize("mode", ["min", "max"])
def test_the_plateau_is_keras_with_patience_three(mode: str) -> None:
    values = VALUES if mode == "min" else [-value for value in VALUES]
    table = OptimTable(lr=1e-4, plateau=PlateauTable(0.8, patience=2))
    rates = our_rates(values, table, mode)
    assert rates == pytest.approx(keras_plateau(values, 3, 1e-4, mode), rel=1e-12)
    assert rates[-1] == pytest.approx(1e-4 * 0.8**3)


def test_the_rate_does_not_fall_below_its_floor() -> None:
    table = OptimTable(lr=1.5e-6, plateau=PlateauTable(0.8, patience=0))
    rates = our_rates([1.0] * 6, table)
    assert rates == pytest.approx(keras_plateau([1.0] * 6, 1, 1.5e-6, "min"), rel=1e-12)
    assert rates[-1] == 1e-6


def test_the_rate_drops_at_the_named_epochs() -> None:
    # epochs 0 and 1 at .1; from epoch 2 .01; from epoch 3 .001
    rates = our_rates([0.0] * 3, OptimTable(lr=0.1, drop_epochs=(3, 2)))
    assert rates == pytest.approx([0.1, 0.01, 0.001])


def test_a_table_without_a_schedule_has_none() -> None:
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], 0.1)
    assert build_scheduler(OptimTable(), optimizer) is None


def test_wrong_settings_are_refused_with_their_value() -> None:
    with pytest.raises(ValueError, match=r"plateau: factor 1\.5 is not in \[0, 1\)"):
        PlateauTable(1.5)
    with pytest.raises(ValueError, match="plateau: patience -1 is below 0"):
        PlateauTable(0.8, -1)
    with pytest.raises(ValueError, match="drop_epochs and plateau are two schedules"):
        OptimTable(drop_epochs=(2,), plateau=PlateauTable(0.8))


def test_one_cycle_rises_to_the_rate_in_its_share_of_the_steps_and_falls_to_nothing() -> None:
    table = OptimTable(lr=1e-2, one_cycle=0.25)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], table.lr)
    scheduler = build_scheduler(table, optimizer, steps=40)
    assert scheduler is not None
    rates = []
    for _ in range(40):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if len(rates) < 40:
            scheduler.step()  # type: ignore[call-arg]
    assert max(rates) == pytest.approx(1e-2)
    assert rates.index(max(rates)) == 9
    assert rates[0] < rates[5] < rates[9] > rates[20] > rates[-1]
    assert rates[-1] < 1e-6
    with pytest.raises(ValueError, match=r"drop_epochs and one_cycle are two schedules"):
        OptimTable(drop_epochs=(3,), one_cycle=0.1)
    with pytest.raises(ValueError, match=r"one_cycle 1\.5 is not in \[0, 1\)"):
        OptimTable(one_cycle=1.5)
