"""WILDCAT head: class maps from a 1x1 convolution, scores from their highest and lowest cells (methods.md §5.2)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

COMBINATIONS = ("half", "sum", "weighted")


def region_count(k: float, cells: int) -> int:
    """Number of cells meant by k (reference code of Durand et al.): <= 0 none, a proportion below 1, else a count.

    Deviation: a proportion means at least one cell; the reference code rounds a tenth of a 2 x 2 map to none and then
    averages nothing.
    """
    if k <= 0:
        return 0
    return max(round(k * cells), 1) if k < 1 else min(int(k), cells)


def spatial_pool(maps: Tensor, kmax: float, kmin: float, alpha: float, combine: str = "half") -> Tensor:
    """Scores [N,K] of class maps [N,K,h,w].

    top = mean of the kmax highest cells, bot = mean of the kmin lowest; `half` (top + alpha bot) / 2 as the reference
    code, `sum` top + alpha bot, `weighted` (top + alpha bot) / (1 + alpha) as paper 001's words. Without kmin or
    alpha: top. Raises ValueError for an unknown `combine` or kmax selecting no cell.
    """
    if combine not in COMBINATIONS:
        raise ValueError(f"combine {combine!r} is not one of {', '.join(COMBINATIONS)}")
    cells = maps.flatten(2)
    highest, lowest = region_count(kmax, cells.shape[2]), region_count(kmin, cells.shape[2])
    if highest == 0:
        raise ValueError(f"kmax {kmax} selects no cell of {cells.shape[2]}")
    top = torch.topk(cells, highest, dim=2).values.mean(dim=2)
    if lowest == 0 or alpha == 0:
        return top
    total = top + alpha * torch.topk(cells, lowest, dim=2, largest=False).values.mean(dim=2)
    return total / {"half": 2.0, "sum": 1.0, "weighted": 1.0 + alpha}[combine]


@dataclass(frozen=True)
class WildcatSettings:
    """The [model.wildcat] table; defaults are the start that methods.md §5.2 gives. maps: m, per class."""

    maps: int = 4
    kmax: float = 0.1
    kmin: float = 0.1
    alpha: float = 0.7
    combine: str = "half"


class WildcatHead(nn.Module):
    """1x1 convolution C -> K*m, class map = mean over the m maps of a class, spatial pooling to one logit per class.

    features [N,C,h,w] -> (logits [N,K], class maps [N,K,h,w], signed). k is resolved on the size of the map: an
    exported graph holds for one input size.
    """

    def __init__(self, channels: int, classes: int, settings: WildcatSettings) -> None:
        super().__init__()
        self.classes, self.settings = classes, settings
        self.convolution = nn.Conv2d(channels, classes * settings.maps, 1)

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        own = self.settings
        class_maps = self.convolution(features).unflatten(1, (self.classes, own.maps)).mean(dim=2)
        return spatial_pool(class_maps, own.kmax, own.kmin, own.alpha, own.combine), class_maps
