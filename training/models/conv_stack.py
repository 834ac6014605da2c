"""Plain stacks of convolutions and max pooling, as 003 builds its networks from scratch (methods.md §5.4)."""

from __future__ import annotations

from torch import nn

from training.models.backbones.trunk import Backbone


class ConvStack:
    """Collects layers and keeps account of channels and of the map's pixels per side.

    Convolutions are followed by a ReLU module. A pooling window is never larger than its map: at the paper's sizes this
    changes nothing, at the 64 pixels of a smoke run it lets the deep networks exist.
    """

    def __init__(self, channels: int, side: int) -> None:
        self.layers: list[nn.Module] = []
        self.channels, self.side = channels, side

    def convolve(self, channels: int, kernel: int, stride: int = 1) -> ConvStack:
        """Convolution "same": padding kernel // 2."""
        return self._convolve(channels, kernel, stride, kernel // 2)

    def convolve_valid(self, channels: int, kernel: int, stride: int) -> ConvStack:
        """Convolution "valid". Raises ValueError for a kernel larger than the map."""
        if self.side < kernel:
            raise ValueError(f"a map of {self.side} pixels per side; the least for a kernel of {kernel} is {kernel}")
        return self._convolve(channels, kernel, stride, 0)

    def pool(self, kernel: int, stride: int) -> ConvStack:
        """Max pooling without padding."""
        layer, self.side = max_pool(kernel, stride, self.side)
        self.layers.append(layer)
        return self

    def trunk(self, input_module: nn.Module) -> Backbone:
        """The layers so far behind what is done to the image first."""
        return Backbone(nn.Sequential(*self.layers), self.channels, input_module)

    def _convolve(self, channels: int, kernel: int, stride: int, padding: int) -> ConvStack:
        self.layers += [nn.Conv2d(self.channels, channels, kernel, stride, padding), nn.ReLU(inplace=False)]
        self.channels, self.side = channels, (self.side + 2 * padding - kernel) // stride + 1
        return self


def max_pool(kernel: int, stride: int, side: int) -> tuple[nn.MaxPool2d, int]:
    """Max pooling with a window no larger than the map, and the pixels per side that it leaves."""
    window = min(kernel, side)
    return nn.MaxPool2d(window, stride), (side - window) // stride + 1
