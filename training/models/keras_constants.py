"""What Keras does where torch does otherwise (methods.md trap 22); for the networks of 003 that are trained from scratch."""

from __future__ import annotations

from torch import nn

BATCH_NORM_EPS = 1e-3
BATCH_NORM_MOMENTUM = 0.01  # torch counts the share of the new batch: Keras' .99
LAYER_NORM_EPS = 1e-3


def keras_init(module: nn.Module) -> None:
    """Glorot-uniform weights and zero biases in every convolution and fully connected layer."""
    for own in module.modules():
        if isinstance(own, nn.Conv2d | nn.Linear):
            nn.init.xavier_uniform_(own.weight)
            if own.bias is not None:
                nn.init.zeros_(own.bias)
