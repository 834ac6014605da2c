"""torchvision's convolutional networks as trunks: grayscale in, last feature map after ReLU out (methods.md §5.1)."""

from training.models.backbones.registry import BACKBONES, build_backbone
from training.models.backbones.trunk import Backbone
from training.models.backbones.weights import WeightsError

__all__ = ["BACKBONES", "Backbone", "WeightsError", "build_backbone"]
