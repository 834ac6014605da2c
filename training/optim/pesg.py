"""PESG: the optimiser of the AUC min-max surrogate (000 §3.4.2; Yuan et al., ICCV 2021; Guo et al. 2020)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from training.losses.aucm import AucMargin

RISING = "alpha"  # name of the group that goes up


class PESG(Optimizer):
    """Proximal epoch stochastic gradient for min over w, a, b and max over alpha:

    d = clip(g, +-1) + epoch_decay (w - w_ref) + weight_decay w;  w -= lr d  (a, b too)
    alpha = max(0, alpha + lr (2 (m + b - a) - 2 alpha)), with the new a and b

    w_ref is w at the start, and from each fall of the learning rate on the mean of w over the stage that ended (every
    group for itself). Deviation from LibAUC: it starts at N(0, .01^2) noise although its docstring says w0 (methods.md
    trap 11). momentum m > 0, LibAUC's form: buf = (1-m) buf + m g with the clipped g, buf in its place in d.

    groups: as `parameter_groups` makes them; the group named "alpha" takes the second line. State of the optimiser, the
    reference weights included, is in its state dict.
    """

    def __init__(
        self,
        groups: list[dict[str, Any]],
        loss: AucMargin,
        lr: float,
        epoch_decay: float = 2e-3,
        weight_decay: float = 0.0,
        clip: float = 1.0,
        momentum: float = 0.0,
    ) -> None:
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum {momentum} of PESG is not in [0, 1)")
        if clip <= 0:
            raise ValueError(f"clip {clip} of PESG is not above 0")
        self._loss = loss
        defaults = {"lr": lr, "epoch_decay": epoch_decay, "weight_decay": weight_decay, "clip": clip}
        super().__init__(groups, defaults | {"momentum": momentum, "steps": 0, "stage_lr": None})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """One step of every parameter that has a gradient; alpha last."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            if group.get("name") != RISING:
                self._descend(group)
        for group in self.param_groups:
            if group.get("name") == RISING:
                self._ascend(group)
        return loss

    def _descend(self, group: dict[str, Any]) -> None:
        stage_ends = group["stage_lr"] is not None and group["lr"] < group["stage_lr"]
        if stage_ends:
            group["steps"] = 0
        group["stage_lr"] = group["lr"]
        group["steps"] += 1
        for weight in group["params"]:
            if weight.grad is None:
                continue
            state = self.state[weight]
            if not state:
                state["reference"], state["mean"] = weight.detach().clone(), torch.zeros_like(weight)
            elif stage_ends:
                state["reference"].copy_(state["mean"])
            weight -= group["lr"] * self._direction(weight, state, group)
            state["mean"] += (weight - state["mean"]) / group["steps"]

    def _direction(self, weight: Tensor, state: dict[str, Tensor], group: dict[str, Any]) -> Tensor:
        gradient = weight.grad.clamp(-group["clip"], group["clip"])  # type: ignore[union-attr]
        momentum = group["momentum"]
        if momentum:
            buffer = state.setdefault("buffer", gradient.clone())
            gradient = buffer.mul_(1 - momentum).add_(gradient, alpha=momentum)
        pull = group["epoch_decay"] * (weight - state["reference"])
        return gradient + pull + group["weight_decay"] * weight

    def _ascend(self, group: dict[str, Any]) -> None:
        own = self._loss
        for alpha in group["params"]:
            rise = 2 * (own.margin + own.b - own.a) - 2 * alpha
            alpha.add_(group["lr"] * rise).clamp_(min=0)
