"""What every network of the five papers is to the rest of the package."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Self

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm


@dataclass(frozen=True)
class ModelOutputs:
    """Raw outputs of one forward pass.

    logits: [N,K]. features: [N,C,h,w], the target layer of Grad-CAM: last feature map after ReLU (methods.md §8).
    class_maps: the network's own maps, signed [N,K,h,w] for WILDCAT, in [0,1] [N,1,H,W] for SPN (class agnostic), or
    None. feature_parts: what else the head reads beside `features` (the branches of Fused); empty otherwise.
    member_logits: [N,M,K], raw logits of the members of a MIMO network, else None. map_logits: [N,K], raw logits of a second
    head whose maps class_maps are, else None.
    """

    logits: Tensor
    features: Tensor
    class_maps: Tensor | None = None
    feature_parts: tuple[Tensor, ...] = ()
    member_logits: Tensor | None = None
    map_logits: Tensor | None = None


class Classifier(nn.Module, ABC):
    """images float32 [N,C,H,W] in [0,1], bright = dense -> ModelOutputs. Mean/std and channel repetition are inside.

    input_channels: C. input_size: pixels per side that it was built for. head_name and target_layer: as a bundle's
    manifest names what the logits and the maps come from. frozen_bn_eval: batch norms none of whose
    parameters is trained keep their running statistics and use them in training too, as Keras' frozen layers do
    (methods.md trap 22).
    """

    classes: int
    input_channels: int = 1
    input_size: int = 0
    head_name: str = ""
    target_layer: str = "trunk"
    frozen_bn_eval: bool = True

    @abstractmethod
    def forward(self, images: Tensor) -> ModelOutputs:
        """One forward pass."""

    @abstractmethod
    def gradcam(self, outputs: ModelOutputs) -> Tensor:
        """Exact Grad-CAM of the raw logits of all classes, in closed form and differentiable: [N,K,h,w] >= 0.

        relu( sum_c mean_hw(d z_k / d A_c) * A_c ), A = outputs.features; uses the live weights, no autograd call, so a loss
        may be taken of it without double backward.
        """

    def train(self, mode: bool = True) -> Self:
        """As nn.Module.train; frozen batch norms stay in evaluation mode (see frozen_bn_eval)."""
        super().train(mode)
        if mode and self.frozen_bn_eval:
            for module in self.modules():
                if isinstance(module, _BatchNorm) and module.affine and not _is_trained(module):
                    module.eval()
        return self


def _is_trained(module: nn.Module) -> bool:
    return any(parameter.requires_grad for parameter in module.parameters())
