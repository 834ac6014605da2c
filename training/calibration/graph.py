"""The calibrator as a part of the exported graph: logits [N,K] -> probabilities [N,K] in float32."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from inference.calibration_forms import Beta, LabelMap, Ramps, ScaleBias, form_name
from training.calibration.calibrator import Calibrator
from training.data.samples import SINGLE


class SigmoidCalibration(nn.Module):
    """sigmoid(scale * z + bias) per class: temperature and Platt scaling."""

    def __init__(self, maps: Sequence[ScaleBias]) -> None:
        super().__init__()
        self.register_buffer("scale", torch.tensor([own.scale for own in maps], dtype=torch.float32))
        self.register_buffer("bias", torch.tensor([own.bias for own in maps], dtype=torch.float32))

    def forward(self, logits: Tensor) -> Tensor:
        """logits [N,K] -> probabilities [N,K]."""
        return torch.sigmoid(logits * self.get_buffer("scale") + self.get_buffer("bias"))


class SoftmaxCalibration(SigmoidCalibration):
    """softmax(scale * z + bias) over the classes: temperature and vector scaling of one answer per image."""

    def forward(self, logits: Tensor) -> Tensor:
        """logits [N,K] -> probabilities [N,K], each row of sum 1."""
        return torch.softmax(logits * self.get_buffer("scale") + self.get_buffer("bias"), dim=1)


class BetaCalibration(nn.Module):
    """sigmoid(a log p - b log(1-p) + c) per class, by softplus, so that no logarithm of 0 is taken."""

    def __init__(self, maps: Sequence[Beta]) -> None:
        super().__init__()
        for name in ("a", "b", "c"):
            self.register_buffer(name, torch.tensor([getattr(own, name) for own in maps], dtype=torch.float32))

    def forward(self, logits: Tensor) -> Tensor:
        """logits [N,K] -> probabilities [N,K]."""
        softplus = nn.functional.softplus
        below, above = self.get_buffer("a") * softplus(-logits), self.get_buffer("b") * softplus(logits)
        return torch.sigmoid(above - below + self.get_buffer("c"))


class RampCalibration(nn.Module):
    """first + sum_r rise_r * clip((z - place_r) * steepness_r, 0, 1) per class: isotonic regression and histograms.

    Classes with fewer ramps than the longest get ramps of rise 0.
    """

    def __init__(self, maps: Sequence[Ramps]) -> None:
        super().__init__()
        ramps = max(1, *(len(own.knots) - 1 for own in maps))
        place, steepness, rise = (np.zeros((len(maps), ramps)) for _ in range(3))
        for k, own in enumerate(maps):
            knots = np.asarray(own.knots, np.float64)
            count = len(knots) - 1
            place[k, :count] = knots[:-1, 0]
            steepness[k, :count] = 1 / np.diff(knots[:, 0])
            rise[k, :count] = np.diff(knots[:, 1])
        self.register_buffer("first", torch.tensor([own.knots[0][1] for own in maps], dtype=torch.float32))
        for name, values in (("place", place), ("steepness", steepness), ("rise", rise)):
            self.register_buffer(name, torch.from_numpy(values.astype(np.float32)))

    def forward(self, logits: Tensor) -> Tensor:
        """logits [N,K] -> probabilities [N,K]."""
        along = (logits.unsqueeze(-1) - self.get_buffer("place")) * self.get_buffer("steepness")
        raised = (torch.clamp(along, 0.0, 1.0) * self.get_buffer("rise")).sum(dim=-1)
        return self.get_buffer("first") + raised


def graph_module(calibrators: Calibrator | Sequence[LabelMap]) -> nn.Module:
    """The module for the graph, from a fitted Calibrator or from one sigmoid map per class.

    Made of multiplication, addition, clip, softplus, sigmoid and softmax, which ONNX has. Equal to `apply` within 1e-6.
    Raises ValueError for maps of different forms.
    """
    maps = list(calibrators.maps) if isinstance(calibrators, Calibrator) else list(calibrators)
    if isinstance(calibrators, Calibrator) and calibrators.task == SINGLE:
        return SoftmaxCalibration([own for own in maps if isinstance(own, ScaleBias)])
    scaled = [own for own in maps if isinstance(own, ScaleBias)]
    betas = [own for own in maps if isinstance(own, Beta)]
    ramps = [own for own in maps if isinstance(own, Ramps)]
    if max(len(scaled), len(betas), len(ramps)) != len(maps) or not maps:
        raise ValueError(f"calibrators of forms {sorted({form_name(own) for own in maps})}; allowed: one form for all")
    if scaled:
        return SigmoidCalibration(scaled)
    return BetaCalibration(betas) if betas else RampCalibration(ramps)
