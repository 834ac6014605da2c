"""Exact Grad-CAM of every finding inside the forward graph, by a reverse sweep over the head.

    cam_k = relu( sum_c mean_hw(d z_k / d A_c) * A_c )          A: last feature map after ReLU, z: raw logits

Selvaraju et al. 2017; design page explanation_graph.md. Grad-CAM needs only the spatial *sum* of dz/dA, and average
and max pooling hand a gradient back without changing its sum, so the first Linear's weight [out, C*a*b] is summed
over its a*b cells once and dA is never built. The sweep is made of matrix products and comparisons: it exports, and
it costs next to nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from training.models.one_head_net import OneHeadNet
from training.models.two_head_net import TwoHeadNet


class UnknownHeadModule(TypeError):
    """A head holds a module whose adjoint the sweep does not know; guessing would give a wrong map."""


@dataclass(frozen=True)
class _SplitHead:
    pools: list[nn.Module]
    dense: list[nn.Module]


class ReverseSweep(nn.Module):
    """Logits and Grad-CAM of a head that is pooling -> Flatten -> Linear / ReLU / Dropout layers.

    Known: AdaptiveAvgPool2d, AvgPool2d (without padding), AdaptiveMaxPool2d, MaxPool2d, Flatten, Linear, ReLU,
    Dropout, Identity; without pooling (flatten head) too. Anything else, or another order, raises UnknownHeadModule.
    The weights are copied at construction: build it from a trained network, at export.
    """

    def __init__(self, head: nn.Sequential, channels: int) -> None:
        super().__init__()
        parts = _split(head)
        self.pools = nn.Sequential(*parts.pools)
        self.dense = nn.ModuleList(parts.dense)
        first = next(module for module in parts.dense if isinstance(module, nn.Linear))
        if first.in_features % channels:
            raise UnknownHeadModule(
                f"first Linear takes {first.in_features} values, no multiple of {channels} channels"
            )
        summed = first.weight.detach().reshape(first.out_features, channels, -1).sum(dim=2)
        self.register_buffer("first_weight_summed", summed)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """features [N,C,h,w], post-ReLU -> logits [N,K], Grad-CAM [N,K,h,w] >= 0, not normalised."""
        value = self.pools(features).flatten(1)
        outputs: list[Tensor] = []
        for module in self.dense:
            value = module(value)
            outputs.append(value)
        weights = self._spatial_gradient_sum(outputs) / (features.shape[2] * features.shape[3])
        cam = torch.relu(torch.matmul(weights, features.flatten(2)))
        return value, cam.unflatten(2, features.shape[2:])

    def _spatial_gradient_sum(self, outputs: list[Tensor]) -> Tensor:
        """sum_hw dz_k/dA_c: [K,C] while no ReLU was met, else [N,K,C]."""
        gradient: Tensor | None = None
        linear_seen = sum(isinstance(module, nn.Linear) for module in self.dense)
        for module, output in zip(reversed(list(self.dense)), reversed(outputs), strict=True):
            if isinstance(module, nn.ReLU) and gradient is not None:
                gradient = gradient * (output > 0).to(gradient.dtype).unsqueeze(1)
            if isinstance(module, nn.Linear):
                linear_seen -= 1
                weight: Tensor = module.weight if linear_seen else self.get_buffer("first_weight_summed")
                gradient = weight if gradient is None else torch.matmul(gradient, weight)
        if gradient is None:
            raise UnknownHeadModule("the head has no Linear layer")
        return gradient


def _split(head: nn.Sequential) -> _SplitHead:
    """Pooling layers before Flatten, dense layers after it; Dropout and Identity dropped."""
    pools: list[nn.Module] = []
    dense: list[nn.Module] = []
    flat = False
    for module in head:
        if isinstance(module, nn.Dropout | nn.Identity):
            continue
        if isinstance(module, nn.Flatten) and not flat and (module.start_dim, module.end_dim) == (1, -1):
            flat = True
        elif not flat and _keeps_the_gradient_sum(module):
            pools.append(module)
        elif flat and (isinstance(module, nn.Linear) or (isinstance(module, nn.ReLU) and dense)):
            dense.append(module)
        else:
            raise UnknownHeadModule(
                f"{module} is not one of pooling (average without padding, or max), Flatten, Linear, ReLU, Dropout"
                " in the order pooling, Flatten, dense layers starting and ending with Linear"
            )
    if not dense or not isinstance(dense[-1], nn.Linear):
        raise UnknownHeadModule("the head does not end in a Linear layer")
    return _SplitHead(pools, dense)


def _keeps_the_gradient_sum(module: nn.Module) -> bool:
    """Whether the adjoint of a pooling layer preserves the spatial sum of the gradient."""
    if isinstance(module, nn.AdaptiveAvgPool2d | nn.AdaptiveMaxPool2d | nn.MaxPool2d):
        return True
    if isinstance(module, nn.AvgPool2d):
        return module.padding in (0, (0, 0)) and not module.ceil_mode and module.divisor_override is None
    return False


class ExplainedGraph(nn.Module):
    """What a bundle exports: image -> probabilities, logits, gradcam, classmaps, embedding, from one forward pass.

    probabilities = sigmoid(scale * z + bias): the calibration, as initialisers. Grad-CAM is of the raw logit z, so
    calibration never changes a map. embedding = GAP of the target layer.
    """

    OUTPUTS = ("probabilities", "logits", "gradcam", "classmaps", "embedding")

    def __init__(self, net: TwoHeadNet, scale: Tensor, bias: Tensor) -> None:
        super().__init__()
        self.trunk, self.wildcat = net.trunk, net.wildcat
        self.sweep = ReverseSweep(net.gap, int(net.wildcat.convolution.in_channels))
        self.register_buffer("calibration_scale", scale.to(torch.float32))
        self.register_buffer("calibration_bias", bias.to(torch.float32))

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """image: float32 [N,1,H,W] in [0,1]."""
        features = self.trunk(image)
        logits, gradcam = self.sweep(features)
        _, classmaps = self.wildcat(features)
        scaled = logits * self.get_buffer("calibration_scale") + self.get_buffer("calibration_bias")
        return torch.sigmoid(scaled), logits, gradcam, classmaps, features.mean(dim=(2, 3))


def autograd_gradcam(net: TwoHeadNet | OneHeadNet, images: Tensor) -> Tensor:
    """The definition itself, one backward pass per finding: the reference the exporter and the tests compare with.
    [N,K,h,w]."""
    with torch.no_grad():
        features = net.trunk(images)
    features.requires_grad_(True)
    logits = (net.gap if isinstance(net, TwoHeadNet) else net.head)(features)
    maps = []
    for k in range(logits.shape[1]):
        (gradient,) = torch.autograd.grad(logits[:, k].sum(), features, retain_graph=True)
        maps.append(torch.relu((gradient.mean(dim=(2, 3), keepdim=True) * features).sum(dim=1)))
    return torch.stack(maps, dim=1).detach()
