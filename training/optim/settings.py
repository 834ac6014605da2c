"""The [optim] table of an experiment file."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class PlateauTable:
    """[optim.plateau]: lr *= factor when the monitor has not improved by min_delta (absolute), down to min_lr.

    patience: epochs without improvement that are borne, the rate falls after the next one; torch's count, one less than
    Keras' (trap 22). 003: 6/10 of early stopping's 5, so 3 in Keras and 2 here. factor 0: no such schedule.
    """

    factor: float = 0.0
    patience: int = 2
    min_delta: float = 1e-3
    min_lr: float = 1e-6

    def __post_init__(self) -> None:
        if not 0 <= self.factor < 1:
            raise ValueError(f"plateau: factor {self.factor} is not in [0, 1)")
        if self.patience < 0:
            raise ValueError(f"plateau: patience {self.patience} is below 0")


@dataclass(frozen=True)
class OptimTable:
    """The [optim] table. Keys of another optimiser than `name` have no effect.

    eps: Keras' is 1e-7. weight_decay: added to the gradient, except with adamw. momentum: sgd, rmsprop, pesg. rho:
    rmsprop's decay (Keras .9; torch's own default is .99). epoch_decay, clip: pesg. drop_epochs: lr *= drop_factor at
    the start of these epochs, counted from 0. trunk_lr_factor, head_lr_factor: rates of `model.trunk` and of all else
    over lr (WILDCAT's demo: .1 and 1). one_cycle: share of the steps in which the rate rises to lr, before it falls to 0
    (Smith 2018), 0 = no such schedule. decay_all: False spares norms and biases the weight decay.
    """

    name: str = "adam"
    lr: float = 1e-4
    eps: float = 1e-8
    weight_decay: float = 0.0
    momentum: float = 0.0
    rho: float = 0.9
    epoch_decay: float = 2e-3
    clip: float = 1.0
    drop_epochs: tuple[int, ...] = ()
    drop_factor: float = 0.1
    trunk_lr_factor: float = 1.0
    head_lr_factor: float = 1.0
    one_cycle: float = 0.0
    decay_all: bool = True
    plateau: PlateauTable = field(default_factory=PlateauTable)

    def __post_init__(self) -> None:
        for name in ("lr", "eps", "trunk_lr_factor", "head_lr_factor"):
            if getattr(self, name) <= 0:
                raise ValueError(f"optim: {name} {getattr(self, name)} is not above 0")
        schedules = {"drop_epochs": self.drop_epochs, "plateau": self.plateau.factor, "one_cycle": self.one_cycle}
        chosen = [name for name, own in schedules.items() if own]
        if len(chosen) > 1:
            raise ValueError(f"optim: {' and '.join(chosen)} are two schedules; allowed is one of them")
        if not 0 <= self.one_cycle < 1:
            raise ValueError(f"optim: one_cycle {self.one_cycle} is not in [0, 1)")
        if not 0 < self.drop_factor < 1:
            raise ValueError(f"optim: drop_factor {self.drop_factor} is not in (0, 1)")
