"""Parameters of a network, as torch and as Keras count them."""

from __future__ import annotations

from torch import nn


def parameter_counts(model: nn.Module) -> dict[str, int]:
    """`total` and `trainable` parameters, and `buffers`: running means and variances of batch norms.

    Keras prints total + buffers (+ the convolution biases that only Keras' ResNet has); methods.md trap 1.
    """
    parameters = list(model.parameters())
    return {
        "total": sum(own.numel() for own in parameters),
        "trainable": sum(own.numel() for own in parameters if own.requires_grad),
        "buffers": sum(own.numel() for name, own in model.named_buffers() if "running_" in name.rpartition(".")[2]),
    }
