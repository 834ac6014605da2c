"""`activations`: what the layers of a network answer, and the heat map of its top class (003 §6)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from training.models.classifier import Classifier
from training.saliency import gradcam
from training.saliency.undisturbed import undisturbed

CONVOLUTIONS = (nn.Conv2d,)
POOLINGS = (nn.MaxPool2d, nn.AvgPool2d, nn.AdaptiveMaxPool2d, nn.AdaptiveAvgPool2d)
# What Keras counts as part of the layer before it.
_FINISHING = (nn.BatchNorm2d, nn.ReLU, nn.ReLU6, nn.LeakyReLU)


def explain(model: Classifier, images: Tensor, classes: Sequence[int] | None = None) -> Tensor:
    """Grad-CAM of each image's top class [N,1,H,W]; of `classes` where they are given, [N,K',H,W]."""
    if classes is not None:
        return gradcam.explain(model, images, classes)
    with undisturbed(model), torch.no_grad():
        top = model(images).logits.argmax(dim=1)
    maps = gradcam.explain(model, images)
    return maps[torch.arange(len(maps), device=maps.device), top].unsqueeze(1)


def layer_outputs(model: Classifier, images: Tensor) -> dict[str, Tensor]:
    """Module name -> output [N,C,h,w] of every convolution and pooling, in the order in which they ran.

    A convolution's output is that after the batch norm and ReLU that read it directly: 003 shows Keras layers, which
    include their activation. A module that runs several times has its last output.
    """
    outputs: dict[str, Tensor] = {}
    origin: dict[int, str] = {}  # id of a tensor in `kept` -> the layer that it is an output of
    kept: list[Tensor] = []

    def hook(name: str, module: nn.Module, inputs: tuple[Any, ...], output: Tensor) -> None:
        if isinstance(module, _FINISHING):
            layer = origin.get(id(inputs[0]))
            if layer is None:
                return
        else:
            layer = name
        outputs[layer] = output.detach()
        origin[id(output)] = layer
        kept.append(output)

    kinds = (*CONVOLUTIONS, *POOLINGS, *_FINISHING)
    hooks = [
        module.register_forward_hook(lambda own, inputs, output, name=name: hook(name, own, inputs, output))
        for name, module in model.named_modules()
        if isinstance(module, kinds)
    ]
    try:
        with undisturbed(model), torch.no_grad():
            model(images)
    finally:
        for handle in hooks:
            handle.remove()
    return outputs


def shown_layers(model: Classifier, outputs: dict[str, Tensor]) -> dict[str, Tensor]:
    """The first, third and last convolution of `layer_outputs`, which 003 prints; fewer where there are fewer."""
    modules = dict(model.named_modules())
    names = [name for name in outputs if isinstance(modules[name], CONVOLUTIONS)]
    wanted = {index for index in (0, 2, len(names) - 1) if 0 <= index < len(names)}
    return {name: outputs[name] for index, name in enumerate(names) if index in wanted}


def activation_grid(activations: Tensor) -> Tensor:
    """One picture [rows (h+1) - 1, columns (w+1) - 1] in [0,1] of the C maps of one image [C,h,w], row by row.

    Each map is stretched to [0,1]; one that is flat, as where ReLU cleared everything, stays black. One black pixel
    between maps.
    """
    count, height, width = activations.shape
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    low, high = activations.amin(dim=(1, 2), keepdim=True), activations.amax(dim=(1, 2), keepdim=True)
    span = high - low
    unit = torch.where(span > 0, (activations - low) / torch.where(span > 0, span, torch.ones_like(span)), 0.0)
    canvas = activations.new_zeros(rows * columns, height + 1, width + 1)
    canvas[:count, :height, :width] = unit
    tiled = canvas.reshape(rows, columns, height + 1, width + 1).permute(0, 2, 1, 3)
    return tiled.reshape(rows * (height + 1), columns * (width + 1))[:-1, :-1].float()
