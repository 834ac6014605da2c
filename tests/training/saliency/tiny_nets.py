"""Networks with weights fixed by hand or seed, whose gradients can be written down."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.models.classifier import Classifier, ModelOutputs
from training.models.swept_net import SweptNet

SIDE = 4


class LinearNet(Classifier):
    """z_k = sum_p W_kp (x_p - .25) / .5 + b_k: standardised inside, gradient W_k / .5 everywhere."""

    MEAN, STD = 0.25, 0.5

    def __init__(self, channels: int = 1) -> None:
        super().__init__()
        self.classes, self.input_channels = 2, channels
        torch.manual_seed(0)
        self.linear = nn.Linear(channels * SIDE * SIDE, 2)

    @property
    def gradient(self) -> Tensor:
        """dz/dx, [K,C,H,W]."""
        return (self.linear.weight / self.STD).detach().unflatten(1, (self.input_channels, SIDE, SIDE))

    def forward(self, images: Tensor) -> ModelOutputs:
        own = (images - self.MEAN) / self.STD
        return ModelOutputs(self.linear(own.flatten(1)), own)

    def gradcam(self, outputs: ModelOutputs) -> Tensor:
        raise NotImplementedError("its features are no feature map")


class PixelReluNet(Classifier):
    """Trunk: 1x1 convolutions x -> relu(U x) -> relu(V .); head: mean over pixels, then W. One channel in."""

    def __init__(self) -> None:
        super().__init__()
        self.classes = 2
        self.trunk = nn.Sequential(nn.Conv2d(1, 2, 1), nn.ReLU(), nn.Conv2d(2, 2, 1), nn.ReLU())
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 2))
        values = {
            0: ([[1.0], [-1.0]], [0.0, 2.0]),  # hidden: x and 2 - x, both positive for x in (0, 1]
            2: ([[3.0, -1.0], [1.0, 1.0]], [2.0, 0.0]),  # 3x - (2 - x) + 2 = 4x; x + 2 - x = 2
        }
        with torch.no_grad():
            for index, (weight, bias) in values.items():
                self.trunk[index].weight.copy_(torch.tensor(weight)[:, :, None, None])
                self.trunk[index].bias.copy_(torch.tensor(bias))
            self.head[2].weight.copy_(torch.tensor([[1.0, 0.5], [-1.0, 2.0]]))
            self.head[2].bias.copy_(torch.tensor([0.25, -0.5]))

    def forward(self, images: Tensor) -> ModelOutputs:
        features = self.trunk(images)
        return ModelOutputs(self.head(features), features)

    def gradcam(self, outputs: ModelOutputs) -> Tensor:
        cells = outputs.features.shape[2] * outputs.features.shape[3]
        return torch.relu(torch.einsum("kc,nchw->nkhw", self.head[2].weight, outputs.features)) / cells


class MapNet(Classifier):
    """Gives the class maps that it was made with: signed per class, or one for all."""

    def __init__(self, maps: Tensor, classes: int) -> None:
        super().__init__()
        self.classes = classes
        self.maps = nn.Parameter(maps)

    def forward(self, images: Tensor) -> ModelOutputs:
        maps = self.maps.expand(len(images), -1, -1, -1)
        return ModelOutputs(images.new_zeros(len(images), self.classes), images, maps)

    def gradcam(self, outputs: ModelOutputs) -> Tensor:
        raise NotImplementedError("its maps are its own")


def small_cnn(classes: int = 3, seed: int = 0) -> SweptNet:
    """Convolution, batch norm, ReLU, max pool, convolution, ReLU; dropout and a hidden layer at the head. Training mode."""
    torch.manual_seed(seed)
    trunk = nn.Sequential(
        nn.Conv2d(1, 4, 3, 1, 1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3, 1, 1), nn.ReLU()
    )
    head = nn.Sequential(
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 5), nn.ReLU(), nn.Dropout(0.5), nn.Linear(5, classes)
    )
    net = SweptNet(trunk, head, classes)
    for module in net.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight)  # torch's own rule lets the logits of a small network fade
    with torch.no_grad():
        trunk[1].running_mean.uniform_(-0.1, 0.1)
        trunk[1].running_var.uniform_(0.5, 1.5)
    return net


def images_of(count: int = 2, side: int = 8, seed: int = 1, channels: int = 1) -> Tensor:
    """float32 [count,channels,side,side] in [0,1]."""
    return torch.rand(count, channels, side, side, generator=torch.Generator().manual_seed(seed))
