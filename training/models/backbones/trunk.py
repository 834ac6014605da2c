"""What all backbones are to the rest of the package: grayscale image in, post-ReLU feature map out."""

from __future__ import annotations

from torch import Tensor, nn

from training.models.backbones.relu_modules import separate_relus
from training.models.backbones.repeated_grayscale import RepeatedGrayscale


class Backbone(nn.Module):
    """[N,1,H,W] in [0,1] -> last feature map after ReLU [N,channels,H/32,W/32] (7 x 7 at 224).

    The output is the target layer of Grad-CAM (methods.md §8); for VGG the output of `features`, max pooling included.
    input: what is done to the image first, giving three channels; default: repeated, standardised as ImageNet.
    """

    STRIDE = 32
    features: nn.Module
    name: str = ""  # torchvision's, for networks of the registry

    def __init__(self, features: nn.Module, channels: int, input_module: nn.Module | None = None) -> None:
        super().__init__()
        self.channels = channels
        self.input = RepeatedGrayscale() if input_module is None else input_module
        self.features = separate_relus(features)

    def forward(self, images: Tensor) -> Tensor:
        # Differences and quotients take the wider type and autocast leaves them alone: the standardisation is computed
        # in float32 at any precision of the images, and in float64 where a test asks for it.
        features: Tensor = self.features(self.input(images))
        return features
